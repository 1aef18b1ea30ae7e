//! A public record read as a stranger reads it: line by line, by its first word (SPEC-draw).

/// The lines of one record.
#[derive(Clone, Copy)]
pub(super) struct Record<'a>(pub(super) &'a str);

impl<'a> Record<'a> {
    /// The words after the first word of every line that begins with it.
    pub(super) fn all(self, word: &'a str) -> impl Iterator<Item = Vec<&'a str>> {
        self.0.lines().filter_map(move |line| {
            let mut words = line.split(' ');
            (words.next() == Some(word)).then(|| words.collect())
        })
    }

    /// The place `place` of the first line with this word.
    pub(super) fn word(self, word: &'a str, place: usize) -> Option<&'a str> {
        self.all(word).next()?.get(place).copied()
    }

    /// A number in the first line with this word.
    pub(super) fn number(self, word: &'a str, place: usize) -> Option<u64> {
        self.word(word, place)?.parse().ok()
    }

    /// What kind of record it is.
    pub(super) fn kind(self) -> &'a str {
        self.0
            .lines()
            .next()
            .and_then(|line| line.split(' ').nth(1))
            .unwrap_or("")
    }

    /// Whether it is of `shuang/2`.
    pub(super) fn is_of_two(self) -> bool {
        self.0.starts_with("shuang/2 ")
    }

    /// The kind in Chinese.
    pub(super) fn kind_words(self) -> &'static str {
        match self.kind() {
            "plan" => "方案",
            "freeze" => "承诺",
            "reveal" => "揭示",
            "result" => "结果",
            "void" => "作废",
            "open" => "公开",
            "substitute" => "递补",
            "recuse" => "回避",
            "extend" => "增补",
            "part" => "部分抽取",
            "publication" => "公示",
            _ => "记录",
        }
    }

    /// Which attempt it belongs to; the plan belongs to all of them.
    pub(super) fn attempt(self) -> Option<u64> {
        self.number("attempt", 0)
    }
}
