//! Full-width letters, which Chinese input methods and office software mix with narrow ones.
//!
//! Only the ASCII letters, digits and a few marks have a narrow twin that means the same; Chinese
//! punctuation such as ， and （ belongs to names and stays.

/// The text with full-width ASCII letters, digits and marks narrowed, blanks unified and trimmed.
#[must_use]
pub fn narrow(text: &str) -> String {
    // Nearly every cell of a register is plain: nothing in it can change.
    if text.bytes().all(|byte| byte.is_ascii_graphic()) {
        return text.to_owned();
    }
    let narrowed: String = text
        .chars()
        .filter(|letter| *letter != '\u{feff}')
        .map(|letter| match letter {
            '０'..='９' | 'Ａ'..='Ｚ' | 'ａ'..='ｚ' | '－' | '．' | '／' | '＿' | '＋' | '＊' => {
                char::from_u32(u32::from(letter) - 0xfee0).unwrap_or(letter)
            }
            '\u{3000}' | '\u{a0}' | '\t' => ' ',
            other => other,
        })
        .collect();
    narrowed.trim().to_owned()
}

/// Control characters, marks without a shape, which make equal names look different, and what Unicode says is no
/// character at all. Letters of private use stay: office software writes rare characters of names with them.
pub(super) fn is_invisible(letter: char) -> bool {
    letter.is_control()
        || matches!(
            letter,
            '\u{ad}'
                | '\u{61c}'
                | '\u{180e}'
                | '\u{200b}'..='\u{200f}'
                | '\u{2028}'..='\u{202e}'
                | '\u{2060}'..='\u{206f}'
                | '\u{fdd0}'..='\u{fdef}'
                | '\u{fff9}'..='\u{fffb}'
                | '\u{e0000}'..='\u{e007f}'
        )
        || u32::from(letter) & 0xfffe == 0xfffe
}
