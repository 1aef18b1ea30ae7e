//! Reads the part of TOML that our manifests, `tidy.toml` and `Cargo.lock` use: headers and
//! `key = value` with a trailing comment. Values that run over several lines are joined.

#[cfg(test)]
mod tests;

/// One `key = value` under its header.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Pair {
    /// Header without brackets; `[[exception]]` counts as `exception`.
    pub(crate) section: String,
    /// Grows with every header, so that repeated headers can be told apart.
    pub(crate) block: usize,
    pub(crate) key: String,
    pub(crate) value: String,
    /// What stands behind `#` on the same line.
    pub(crate) comment: String,
    pub(crate) line: usize,
}

impl Pair {
    /// The value without its quotation marks.
    pub(crate) fn plain(&self) -> &str {
        self.value.trim_matches('"')
    }

    /// The key without a dotted ending: `draw.workspace` → `draw`.
    pub(crate) fn name(&self) -> &str {
        self.key.split('.').next().unwrap_or(&self.key)
    }
}

/// All pairs in file order; lines that are neither header nor pair are passed over.
pub(crate) fn pairs(text: &str) -> Vec<Pair> {
    let mut found: Vec<Pair> = Vec::new();
    let mut section = String::new();
    let mut block = 0;
    let mut open = 0_i32;
    for (line, raw) in (1..).zip(text.lines()) {
        let (code, comment) = split_comment(raw);
        let code = code.trim();
        if open > 0 {
            let pair = found.last_mut().expect("an open bracket belongs to a pair");
            pair.value.push_str(code);
            open += balance(code);
        } else if code.starts_with('[') {
            section = code.trim_matches(|c| c == '[' || c == ']').to_owned();
            block += 1;
        } else if let Some((key, value)) = code.split_once('=') {
            open = balance(value);
            found.push(Pair {
                section: section.clone(),
                block,
                key: key.trim().trim_matches('"').to_owned(),
                value: value.trim().to_owned(),
                comment: comment.trim().to_owned(),
                line,
            });
        }
    }
    found
}

fn split_comment(line: &str) -> (&str, &str) {
    let mut quoted = false;
    for (at, sign) in line.char_indices() {
        match sign {
            '"' => quoted = !quoted,
            '#' if !quoted => return (&line[..at], &line[at + 1..]),
            _ => {}
        }
    }
    (line, "")
}

fn balance(value: &str) -> i32 {
    let mut quoted = false;
    let mut open = 0;
    for sign in value.chars() {
        match sign {
            '"' => quoted = !quoted,
            '[' | '{' if !quoted => open += 1,
            ']' | '}' if !quoted => open -= 1,
            _ => {}
        }
    }
    open
}
