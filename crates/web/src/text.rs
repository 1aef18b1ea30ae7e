//! Words, numbers and addresses as they stand on a page.
//!
//! Everything here turns a plain value into plain text; markup is made only by
//! `component`. Deliberately absent: the calendar and working days (`domain`)
//! and any knowledge of what an address leads to (the route table).

use std::borrow::Borrow;

mod address;
mod hex;

pub use address::{Address, AddressError};
pub use hex::{Digest, DigestError};

/// A count with the thousands set off by commas: `1,248`, as statistics print it.
#[must_use]
pub fn thousands(count: impl Borrow<u64>) -> String {
    let digits = count.borrow().to_string();
    let mut out = String::with_capacity(digits.len() + digits.len() / 3);
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

/// The last four digits of a campaign number, which 抽取 and 作废 ask to be typed.
///
/// Fewer than four digits give all there are, so the answer is empty only for a
/// text without any digit.
#[must_use]
pub fn last_four_digits(number: &str) -> String {
    let digits: Vec<char> = number.chars().filter(char::is_ascii_digit).collect();
    digits[digits.len().saturating_sub(4)..].iter().collect()
}

#[cfg(test)]
mod tests;
