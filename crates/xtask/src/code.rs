//! Just enough Rust to tell code from comments and strings, and production from tests.
//!
//! Not a parser: rules that need types belong to clippy. Known limit: macros that build items are
//! not expanded.

#[cfg(test)]
mod tests;

/// The source with comments and literals overwritten by spaces; lines and columns stay.
pub(crate) fn without_text(source: &str) -> String {
    let bytes = source.as_bytes();
    let mut kept = bytes.to_vec();
    let mut at = 0;
    while at < bytes.len() {
        match opaque_end(bytes, at) {
            Some(end) => {
                blank(&mut kept[at..end]);
                at = end;
            }
            None => at += 1,
        }
    }
    String::from_utf8(kept).expect("whole characters are replaced, never parts of one")
}

fn blank(bytes: &mut [u8]) {
    for byte in bytes.iter_mut().filter(|byte| **byte != b'\n') {
        *byte = b' ';
    }
}

/// The end of the comment or literal that starts at `at`, if one does.
fn opaque_end(bytes: &[u8], at: usize) -> Option<usize> {
    let rest = &bytes[at..];
    match rest {
        [b'/', b'/', ..] => Some(at + find(rest, b"\n").unwrap_or(rest.len())),
        [b'/', b'*', ..] => Some(at + block_comment_len(rest)),
        [b'"', ..] => Some(at + quoted_len(rest)),
        [b'r', b'"' | b'#', ..] if !after_word(bytes, at) => Some(at + raw_len(rest)?),
        [b'\'', ..] => Some(at + char_len(rest)?),
        _ => None,
    }
}

fn after_word(bytes: &[u8], at: usize) -> bool {
    // `br"` is a raw string too; a word that ends in b before r" does not occur.
    at > 0 && is_word(bytes[at - 1]) && bytes[at - 1] != b'b'
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_'
}

fn find(bytes: &[u8], wanted: &[u8]) -> Option<usize> {
    bytes
        .windows(wanted.len())
        .position(|window| window == wanted)
}

fn block_comment_len(rest: &[u8]) -> usize {
    let mut depth = 0_usize;
    let mut at = 0;
    while at + 1 < rest.len() {
        match &rest[at..at + 2] {
            b"/*" => {
                depth += 1;
                at += 2;
            }
            b"*/" => {
                depth -= 1;
                at += 2;
                if depth == 0 {
                    return at;
                }
            }
            _ => at += 1,
        }
    }
    rest.len()
}

fn quoted_len(rest: &[u8]) -> usize {
    let mut at = 1;
    while at < rest.len() {
        match rest[at] {
            b'\\' => at += 2,
            b'"' => return at + 1,
            _ => at += 1,
        }
    }
    rest.len()
}

fn raw_len(rest: &[u8]) -> Option<usize> {
    let hashes = rest[1..].iter().take_while(|byte| **byte == b'#').count();
    if rest.get(1 + hashes) != Some(&b'"') {
        return None; // a raw identifier such as r#type
    }
    let mut close = vec![b'"'];
    close.resize(1 + hashes, b'#');
    let body = 2 + hashes;
    Some(find(&rest[body..], &close).map_or(rest.len(), |end| body + end + close.len()))
}

/// A character literal; `None` for a lifetime.
fn char_len(rest: &[u8]) -> Option<usize> {
    if rest.get(1) == Some(&b'\\') {
        return find(rest.get(3..)?, b"'").map(|end| 3 + end + 1);
    }
    let first = *rest.get(1)?;
    let width = match first {
        0x00..=0x7f => 1,
        0x80..=0xdf => 2,
        0xe0..=0xef => 3,
        _ => 4,
    };
    (rest.get(1 + width) == Some(&b'\'')).then_some(width + 2)
}

/// Production lines of a source file: everything outside `#[cfg(test)]` items.
pub(crate) fn production_lines(source: &str) -> usize {
    source.lines().count() - test_lines(&without_text(source))
}

fn test_lines(code: &str) -> usize {
    const MARK: &str = "#[cfg(test)]";
    let mut counted = 0;
    let mut from = 0;
    while let Some(start) = code[from..].find(MARK).map(|at| from + at) {
        let end = item_end(code, start + MARK.len());
        counted += code[start..end].matches('\n').count() + 1;
        from = end;
    }
    counted
}

/// The end of the item that starts at `from`: its `;` or its closing brace.
fn item_end(code: &str, from: usize) -> usize {
    let mut depth = 0_usize;
    for (at, byte) in code.bytes().enumerate().skip(from) {
        match byte {
            b';' if depth == 0 => return at + 1,
            b'{' => depth += 1,
            b'}' if depth <= 1 => return at + 1,
            b'}' => depth -= 1,
            _ => {}
        }
    }
    code.len()
}

/// Words and single signs of blanked code, each with its line number.
pub(crate) fn tokens(code: &str) -> Vec<(usize, &str)> {
    let mut found = Vec::new();
    for (number, line) in (1..).zip(code.lines()) {
        let mut rest = line.trim_start();
        while let Some(first) = rest.chars().next() {
            let word = rest
                .find(|c: char| !(c.is_alphanumeric() || c == '_'))
                .unwrap_or(rest.len());
            let len = if word == 0 { first.len_utf8() } else { word };
            found.push((number, &rest[..len]));
            rest = rest[len..].trim_start();
        }
    }
    found
}

/// Lower-case parts of a name: `FrameFrozen`, `frame_frozen` → frame, frozen.
pub(crate) fn segments(name: &str) -> Vec<String> {
    let mut parts = vec![String::new()];
    let mut lower_before = false;
    for letter in name.chars() {
        if letter == '_' || (letter.is_uppercase() && lower_before) {
            parts.push(String::new());
        }
        if letter != '_' {
            parts
                .last_mut()
                .expect("starts with one part")
                .extend(letter.to_lowercase());
        }
        lower_before = letter.is_lowercase() || letter.is_ascii_digit();
    }
    parts.retain(|part| !part.is_empty());
    parts
}
