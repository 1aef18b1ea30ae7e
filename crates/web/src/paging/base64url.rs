//! Base64url without padding (RFC 4648 §5), canonical form only.

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

pub(super) fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    let (mut held, mut bits) = (0_u32, 0_u32);
    for byte in bytes {
        held = (held << 8 | u32::from(*byte)) & 0xffff;
        bits += 8;
        while bits >= 6 {
            bits -= 6;
            out.push(digit(held >> bits));
        }
    }
    if bits > 0 {
        out.push(digit(held << (6 - bits)));
    }
    out
}

/// The bytes, or nothing for another alphabet, an impossible length or stray bits.
pub(super) fn decode(text: &str) -> Option<Vec<u8>> {
    let mut out = Vec::with_capacity(text.len() * 3 / 4);
    let (mut held, mut bits) = (0_u32, 0_u32);
    for digit in text.bytes() {
        let value = ALPHABET.iter().position(|known| *known == digit)?;
        held = (held << 6 | u32::try_from(value).ok()?) & 0xffff;
        bits += 6;
        if bits >= 8 {
            bits -= 8;
            out.push(u8::try_from(held >> bits & 0xff).ok()?);
        }
    }
    let stray = held & ((1 << bits) - 1);
    (bits < 6 && stray == 0).then_some(out)
}

fn digit(value: u32) -> char {
    char::from(ALPHABET[(value & 63) as usize])
}
