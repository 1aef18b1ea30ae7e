//! The plan of the samples as bureaus have written it under `shuang/1`: no rulebook, no ceremony, and commitments that
//! name no attempt.

use draw::Suite;
use draw::record::PartyLine;

/// The parties of the samples with their nonces.
pub(crate) const NONCES: [(&str, &str); 2] = [
    (
        "discipline",
        "c96279d9040ca04132f60f068b46cd9d784e94a2ac8f53555dbb9f181f36f071",
    ),
    (
        "justice",
        "0286c70d9f3b74674f096bd3c073c7149cc376078138a56db915d810eda3c58b",
    ),
];

/// The plan under `shuang/1`.
pub(crate) fn as_of_one(plan: &str) -> String {
    let only_two = ["rulebook", "ceremony", "reveal-from"];
    let mut lines: Vec<String> = plan
        .lines()
        .filter(|line| only_two.iter().all(|key| !line.starts_with(key)))
        .map(str::to_owned)
        .collect();
    for (name, nonce) in NONCES {
        let at = lines.iter().position(|line| line.contains(name)).unwrap() + 1;
        let (name, nonce) = (name.parse().unwrap(), nonce.parse().unwrap());
        let line = PartyLine::commit(Suite::Sha256, name, &nonce);
        lines[at] = format!("commitment = \"{}\"", line.commitment);
    }
    lines.join("\n") + "\n"
}
