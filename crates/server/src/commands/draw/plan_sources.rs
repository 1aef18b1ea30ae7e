//! The sources of randomness in a plan, and the hours of the ceremony: parties with their commitments, dice, the
//! beacon.
//!
//! Of the drand networks there is one whose signatures this program verifies; another name for it would be a source
//! nobody can check. Deliberately absent: whether a time has passed, which is asked at the freeze.

use std::collections::{BTreeMap, HashMap};

use ::draw::record::{BeaconName, PartyLine};
use ::draw::seed::beacon::{QUICKNET, time_of_round};
use ::draw::{Digest, Token};

use super::moment::local;
use super::plan_file::name;
use super::plan_text::Section;

/// Which sources PLAN announces.
pub(super) struct Named {
    pub(super) parties: Vec<Token>,
    pub(super) dice: Option<Token>,
    pub(super) beacon: Option<String>,
}

/// What FREEZE says of sources and hours besides.
pub(super) struct Sources {
    pub(super) parties: Vec<PartyLine>,
    pub(super) beacon: Option<Appearing>,
    pub(super) reveal_from: u64,
    pub(super) reveal_by: u64,
    /// Where the commitment of each party stands.
    pub(super) places: BTreeMap<String, String>,
}

/// A beacon, and when it is to appear.
pub(super) struct Appearing {
    pub(super) name: BeaconName,
    pub(super) at: u64,
}

impl Named {
    /// Reads the names; whatever is wrong is said.
    pub(super) fn read(root: &Section<'_>) -> Option<Self> {
        let parties = root.sections("party").and_then(|sections| {
            let names = sections.iter().map(|section| {
                section.only(&["name", "commitment"]);
                name(section, "name", false)
            });
            names.collect::<Vec<_>>().into_iter().collect()
        });
        let dice = match root.has("dice") {
            true => name(root, "dice", false).map(Some),
            false => Some(None),
        };
        let beacon = match root.has("beacon") {
            true => root
                .maybe_section("beacon")
                .and_then(|section| source(&section).map(Some)),
            false => Some(None),
        };
        Some(Self {
            parties: parties?,
            dice: dice?,
            beacon: beacon?,
        })
    }
}

/// Reads the rest; whatever is wrong is said, but for what [`Named`] says.
pub(super) fn sources(root: &Section<'_>, ceremony: Option<u64>) -> Option<Sources> {
    let mut places = BTreeMap::new();
    let parties = parties(root, &mut places);
    let reveal_by = root.time("reveal-by");
    let reveal_from = root.time("reveal-from");
    let beacon = match root.peek_section("beacon") {
        Some(section) => beacon(&section).map(Some),
        None => Some(None),
    };
    let sources = Sources {
        parties: parties?,
        beacon: beacon?,
        reveal_from: reveal_from?,
        reveal_by: reveal_by?,
        places,
    };
    sources.in_order(root, ceremony).then_some(sources)
}

impl Sources {
    /// Whether the hours are in their order; if not, the times that stand against each other are said.
    fn in_order(&self, root: &Section<'_>, ceremony: Option<u64>) -> bool {
        let (reveal_from, reveal_by) = (self.reveal_from, self.reveal_by);
        let mut good = true;
        let mut ordered = |key, right: bool, sentence: String| {
            if !right {
                root.wrong("CLI-311", key, sentence);
            }
            good &= right;
        };
        if let Some(ceremony) = ceremony {
            let sentence = format!(
                "揭示从 {} 起，早于公告的仪式时间 {}。",
                local(reveal_from),
                local(ceremony)
            );
            ordered("reveal-from", reveal_from >= ceremony, sentence);
        }
        let (from, by) = (local(reveal_from), local(reveal_by));
        let sentence = format!("揭示从 {from} 起，截止 {by}：截止要晚于开始。");
        ordered("reveal-by", reveal_from < reveal_by, sentence);
        if let Some(beacon) = &self.beacon {
            let sentence = format!(
                "揭示截止 {by}，公共随机源在 {} 公布：揭示要在公布之前写定，截止要早至少 1 分钟。",
                local(beacon.at)
            );
            ordered("reveal-by", reveal_by + 60 <= beacon.at, sentence);
        }
        good
    }
}

/// The commitment of every party.
fn parties(root: &Section<'_>, places: &mut BTreeMap<String, String>) -> Option<Vec<PartyLine>> {
    let mut parties = Vec::new();
    let mut whole = true;
    let mut seen: HashMap<Digest, Token> = HashMap::new();
    for section in root.peek_sections("party") {
        let party = section.peek("name").and_then(|name| name.parse().ok());
        let commitment: Option<Digest> = section.parsed("commitment");
        let Some((name, commitment)) = party.zip(commitment) else {
            whole = false;
            continue;
        };
        if let Some(other) = seen.insert(commitment, name) {
            let sentence = format!(
                "与 {other} 的承诺值相同：一名见证人抄了另一名的。请各自在自己的设备上重新生成。"
            );
            section.wrong("CLI-313", "commitment", sentence);
            whole = false;
        }
        places.insert(name.to_string(), section.place("commitment"));
        parties.push(PartyLine { name, commitment });
    }
    whole.then_some(parties)
}

/// The source of the beacon; of drand only the chain that can be checked.
fn source(section: &Section<'_>) -> Option<String> {
    section.only(&["source", "round", "time"]);
    let source = section.text("source")?;
    if is_like_drand(source) && source != QUICKNET {
        let sentence = format!(
            "drand 要写明是哪一条链，本程序只认得 quicknet 的签名。请写 source = \"{QUICKNET}\"。"
        );
        section.wrong("CLI-309", "source", sentence);
        return None;
    }
    Some(source.to_owned())
}

/// The beacon, and when it is to appear.
fn beacon(section: &Section<'_>) -> Option<Appearing> {
    let round = name(section, "round", false);
    let (source, round) = (section.peek("source")?, round?);
    if source == QUICKNET {
        return drand(section, round);
    }
    // Said with the source: with the right one no time is needed.
    if is_like_drand(source) {
        return None;
    }
    let name: BeaconName = section.meant("source", &format!("{source} {round}"))?;
    section.time("time").map(|at| Appearing { name, at })
}

/// A round of quicknet, whose time follows from it.
fn drand(section: &Section<'_>, round: Token) -> Option<Appearing> {
    let appears = round.as_str().parse().ok().and_then(time_of_round);
    let Some(at) = appears.filter(|_| !round.as_str().starts_with('0')) else {
        let sentence = "drand 的轮次是 1 以上的整数，前面不补零。";
        section.wrong("CLI-309", "round", sentence);
        return None;
    };
    let stated = section.maybe_time("time");
    if stated.is_some_and(|stated| stated != at) {
        let sentence = format!(
            "第 {round} 轮在 {} 公布（unix {at}）。drand 的时间由轮次算出，这一行可以不写。",
            local(at)
        );
        section.wrong("CLI-309", "time", sentence);
        return None;
    }
    let source = QUICKNET.to_owned();
    Some(Appearing {
        name: BeaconName { source, round },
        at,
    })
}

/// Whether a source would be taken for drand.
fn is_like_drand(source: &str) -> bool {
    let first = source.split(':').next().unwrap_or_default();
    first.to_ascii_lowercase().contains("drand")
}
