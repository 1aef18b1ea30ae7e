//! Standard base64 (RFC 4648 §4), canonical form only: one byte string has exactly one spelling,
//! so that a receipt or a note cannot be varied without being refused.

use crate::Error;

const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

pub(crate) fn encode(bytes: &[u8]) -> String {
    let mut out = String::with_capacity(bytes.len().div_ceil(3) * 4);
    for group in bytes.chunks(3) {
        let word = group
            .iter()
            .fold(0_u32, |acc, &b| (acc << 8) | u32::from(b))
            << (8 * (3 - group.len()));
        for place in 0..4 {
            if place <= group.len() {
                let digit = (word >> (18 - 6 * place)) & 63;
                out.push(char::from(ALPHABET[digit as usize]));
            } else {
                out.push('=');
            }
        }
    }
    out
}

pub(crate) fn decode(text: &str) -> Result<Vec<u8>, Error> {
    let bytes = text.as_bytes();
    if !bytes.len().is_multiple_of(4) {
        return Err(Error::Base64);
    }
    let padding = bytes.iter().rev().take_while(|&&b| b == b'=').count();
    if padding > 2 {
        return Err(Error::Base64);
    }
    let digits = &bytes[..bytes.len() - padding];
    let mut out = Vec::with_capacity(digits.len() * 3 / 4);
    for group in digits.chunks(4) {
        let mut word = 0_u32;
        for &b in group {
            word = (word << 6) | digit(b)?;
        }
        word <<= 6 * (4 - group.len());
        let [_, a, b, c] = word.to_be_bytes();
        let whole = [a, b, c];
        let kept = group.len() - 1;
        // Bits that belong to no byte must be zero, else two spellings would decode alike.
        if whole[kept..].iter().any(|&b| b != 0) {
            return Err(Error::Base64);
        }
        out.extend_from_slice(&whole[..kept]);
    }
    Ok(out)
}

fn digit(b: u8) -> Result<u32, Error> {
    let value = match b {
        b'A'..=b'Z' => b - b'A',
        b'a'..=b'z' => b - b'a' + 26,
        b'0'..=b'9' => b - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return Err(Error::Base64),
    };
    Ok(u32::from(value))
}

#[cfg(test)]
mod tests;
