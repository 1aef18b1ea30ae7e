//! The signature of a drand value (SPEC-draw §3.5, check 5 of §8.1): BLS, scheme `bls-unchained-g1-rfc9380`.
//!
//! Chain and group key of quicknet are pinned here; no other chain is known. What the value means for the seed
//! is the crate `draw`'s; here only whether quicknet signed this round. Arithmetic of the curve is `blst`'s.
//! Deliberately absent: fetching a round, and the chained scheme of older networks.

#[cfg(test)]
mod tests;

use blst::BLST_ERROR;
use blst::min_sig::{PublicKey, Signature};
use draw::record::freeze::BeaconName;
use draw::seed::beacon::QUICKNET;
use draw::{Code, Fault, SeedText, Suite};

/// The group public key of quicknet, a point of G2 (§3.5).
const KEY: &str = "83cf0f2896adee7eb8b5f01fcad3912212c437e0073e911fb90022d3e760183c8c4b450b6a0a6c3ac6a5776a2d106451\
                   0d1fec758c921cc22b0e17e63aaf4bcb5ed66304de9cf809bd274ca73bab4af5a6e9c76a4bc09e76eae8991ef5ece45a";
/// The domain under which a message is hashed to G1 (§3.5).
const DOMAIN: &[u8] = b"BLS_SIG_BLS12381G1_XMD:SHA-256_SSWU_RO_NUL_";

/// Whether a beacon is one of drand, of whatever chain.
#[must_use]
pub fn is_drand(beacon: &BeaconName) -> bool {
    beacon.source.starts_with("drand:")
}

/// Whether a beacon is one of the only chain whose key is known here.
#[must_use]
pub fn is_quicknet(beacon: &BeaconName) -> bool {
    beacon.source == QUICKNET
}

/// Whether quicknet signed this round with this value: 96 lower-case hex digits.
///
/// # Errors
/// Another chain, a round that is none, a value that is no point as §3.5 demands it, or the signature of
/// something else.
pub fn verify_value(beacon: &BeaconName, value: &str) -> Result<(), Fault> {
    if !is_quicknet(beacon) {
        let sentence = "不是 quicknet，本程序没有这条链的公钥。";
        return Err(Fault::new(Code::BEACON_NAME, &beacon.source, sentence));
    }
    let wrong = |why: &str| {
        let place = format!("drand 第 {} 轮", beacon.round);
        Fault::new(Code::BEACON_SIGNATURE, place, why)
    };
    let round = round_of(beacon).ok_or_else(|| wrong("轮次不是 1 以上的整数。"))?;
    let bytes = bytes_of(value).ok_or_else(|| wrong("签名不是 96 位小写十六进制数字。"))?;
    let signature = Signature::uncompress(&bytes).and_then(|point| {
        // The identity and points of other subgroups are on the curve, and are no signatures.
        point.validate(true).map(|()| point)
    });
    let signature = signature.map_err(|error| wrong(no_point(error)))?;
    match is_signed(&signature, round) {
        true => Ok(()),
        false => Err(wrong("值不是 quicknet 对这一轮的签名。")),
    }
}

/// Whether the drand value of a seed text is signed; `None` if it has none.
#[must_use]
pub fn verify_seed(seed: &SeedText) -> Option<Result<(), Fault>> {
    let (beacon, value) = of_seed(seed)?;
    Some(verify_value(beacon, value).map_err(|fault| fault.within("seed.txt")))
}

/// The value of a seed text, as far as it is one of drand.
pub(crate) fn of_seed(seed: &SeedText) -> Option<(&BeaconName, &str)> {
    let (beacon, answer) = seed.beacon.as_ref()?;
    let value = answer.given()?;
    is_drand(beacon).then_some((beacon, value.as_str()))
}

fn is_signed(signature: &Signature, round: u64) -> bool {
    let message = Suite::Sha256.bytes(&round.to_be_bytes());
    // The group check of the point is made already.
    let said = signature.verify(false, &message.0, DOMAIN, &[], &key(), false);
    said == BLST_ERROR::BLST_SUCCESS
}

/// The pinned key, which is in the prime order subgroup of G2; a test holds it to that.
fn key() -> PublicKey {
    let bytes: Option<Vec<u8>> = hex(KEY);
    let key = bytes.and_then(|bytes| PublicKey::uncompress(&bytes).ok());
    key.expect("the pinned key is a compressed point")
}

/// A round as the protocol writes it: decimal, from 1, without leading zeros.
fn round_of(beacon: &BeaconName) -> Option<u64> {
    let round = beacon.round.as_str();
    let plain = round.bytes().all(|byte| byte.is_ascii_digit()) && !round.starts_with('0');
    plain.then(|| round.parse().ok()).flatten()
}

fn bytes_of(value: &str) -> Option<[u8; 48]> {
    hex(value)?.try_into().ok()
}

/// Pairs of lower-case hex digits.
fn hex(text: &str) -> Option<Vec<u8>> {
    let digit = |byte: &u8| match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    };
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let byte = |[high, low]: &[u8; 2]| Some(digit(high)? << 4 | digit(low)?);
    rest.is_empty()
        .then(|| pairs.iter().map(byte).collect())
        .flatten()
}

fn no_point(error: BLST_ERROR) -> &'static str {
    match error {
        BLST_ERROR::BLST_POINT_NOT_ON_CURVE => "签名不是曲线上的点。",
        BLST_ERROR::BLST_PK_IS_INFINITY => "签名是无穷远点。",
        BLST_ERROR::BLST_POINT_NOT_IN_GROUP => "签名不在素数阶子群中。",
        _ => "签名不是 G1 上的点规范的压缩写法。",
    }
}
