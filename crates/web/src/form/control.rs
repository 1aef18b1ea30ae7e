//! Control characters: no text that came in has one when a screen reads it.
//!
//! One of the two engines cannot keep a NUL, and no list can show one, so they are met where text comes in and nowhere
//! else: what was typed stays, each control character as its visible sign (␀ for NUL), and the field is refused by name
//! (`FORM-017`). A sign that is sent back counts as what it stands for. Lines and tabs are text in the fields that take
//! several lines. Deliberately absent: marks without a shape, which only some values refuse (`TEXT-003`); the cells of
//! files, which the import judges row by row; passwords, which are looked at and kept nowhere.

use domain::refusal::{Code, Refusal};
use domain::text::FieldError;

use super::{SECRET_FIELDS, Submitted};

static CONTROL: Code = Code::new(
    "FORM-017",
    "第 {position} 个字是看不见的控制字符，显示为“{sign}”。",
    None,
    "多半是从别处粘贴带来的：删去它再提交。",
);
static IN_FIELDS: Code = Code::new(
    "FORM-018",
    "有 {count} 栏带着看不见的控制字符，没有办理：{fields}。",
    None,
    "填写的内容都在，控制字符显示为“␀”一类的符号；删去之后再提交。",
);

/// Fields that take several lines, and the beginning of the names of those that a list repeats. A test compares them
/// with the fields of the screens.
const OF_SEVERAL_LINES: &[&str] = &[
    "purpose",
    "intended_use",
    "participants",
    "source",
    "reason",
    "late_reason",
    "account",
    "late",
    "challenge",
    "opinion",
    "scope",
    "note",
    "commitment",
    "nonce",
];

/// A password that stands already is asked for as it was set.
const AS_IT_WAS_SET: &str = "old";

/// Whether lines and tabs are text in that field.
fn takes_lines(name: &str) -> bool {
    let kind = name.split('.').next().unwrap_or_default();
    OF_SEVERAL_LINES.contains(&kind)
}

/// The sign that stands for a control character, and for itself where it was sent back.
fn sign(letter: char, lines: bool) -> Option<char> {
    match letter {
        '\n' | '\t' if lines => None,
        '\0'..='\u{1f}' => char::from_u32(0x2400 + u32::from(letter)),
        '\u{7f}' => Some('\u{2421}'),
        '\u{2400}'..='\u{2426}' => Some(letter),
        other if other.is_control() => Some('\u{2426}'),
        _ => None,
    }
}

/// The text of a field with every control character made visible. What a spreadsheet puts around a cell is no part of
/// what was typed into one line.
pub(super) fn visible(name: &str, text: String) -> String {
    if SECRET_FIELDS.contains(&name) {
        return text;
    }
    signed(&text, takes_lines(name)).unwrap_or(text)
}

fn signed(text: &str, lines: bool) -> Option<String> {
    let kept = match lines {
        true => text,
        false => text.trim_matches(['\t', '\r', '\n']),
    };
    let found = kept.chars().any(|letter| sign(letter, lines).is_some());
    (found || kept.len() < text.len()).then(|| {
        let letters = kept.chars();
        letters
            .map(|letter| sign(letter, lines).unwrap_or(letter))
            .collect()
    })
}

fn flaw(text: &str, lines: bool) -> Option<FieldError> {
    let mut letters = text.chars().enumerate();
    let found = letters.find_map(|(at, letter)| sign(letter, lines).map(|sign| (at + 1, sign)));
    found.map(|(position, sign)| CONTROL.field(&[("position", &position), ("sign", &sign)]))
}

/// What is wrong with a condition that stands in an address.
#[must_use]
pub fn flaw_of_line(text: &str) -> Option<FieldError> {
    flaw(text, false)
}

/// The query with every control character made visible; nothing if it has none.
#[must_use]
pub fn visible_query(query: &str) -> Option<String> {
    let pairs = form_urlencoded::parse(query.as_bytes());
    let pairs: Vec<_> = pairs.collect();
    let parts = || pairs.iter().flat_map(|(name, text)| [name, text]);
    parts().any(|part| signed(part, false).is_some()).then(|| {
        let shown = |part: &str| signed(part, false).unwrap_or_else(|| part.to_owned());
        let shown = pairs.iter().map(|(name, text)| (shown(name), shown(text)));
        form_urlencoded::Serializer::new(String::new())
            .extend_pairs(shown)
            .finish()
    })
}

/// Whether an encoded path names something no name can have.
#[must_use]
pub fn in_path(path: &str) -> bool {
    percent_encoding::percent_decode_str(path)
        .decode_utf8()
        .is_ok_and(|path| path.chars().any(char::is_control))
}

impl Submitted {
    /// What is wrong with the text of a field before anybody asks what it means.
    #[must_use]
    pub fn flaw(&self, name: &str) -> Option<FieldError> {
        let judged = name != AS_IT_WAS_SET && !name.starts_with('_');
        let mut texts = self.all(name).filter(|_| judged);
        texts.find_map(|text| flaw(text, takes_lines(name)))
    }

    /// Every field whose text cannot be used, in the order sent.
    pub fn flawed(&self) -> impl Iterator<Item = (&str, FieldError)> {
        let names = self.pairs.iter().enumerate();
        let names =
            names.filter(|(at, (name, _))| !self.pairs[..*at].iter().any(|(n, _)| n == name));
        names.filter_map(|(_, (name, _))| Some((name.as_str(), self.flaw(name)?)))
    }

    /// The form, if every field of it can be used.
    ///
    /// # Errors
    /// `FORM-018` with the fields by the names that `label` gives them.
    pub fn fit(&self, label: impl Fn(&str, usize) -> String) -> Result<(), Refusal> {
        let flawed: Vec<String> = self
            .flawed()
            .enumerate()
            .map(|(at, (name, error))| {
                let sentence = error.sentence.trim_end_matches('。');
                format!("“{}”{sentence}", label(name, at + 1))
            })
            .collect();
        match flawed.len() {
            0 => Ok(()),
            count => {
                let fields = flawed.join("；");
                Err(IN_FIELDS.refuse(&[("count", &count), ("fields", &fields)]))
            }
        }
    }
}

#[cfg(test)]
mod tests;
