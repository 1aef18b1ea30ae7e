//! A plan's text as tables that know where each of their keys stands, so that every fault is said in Chinese with
//! line and key, and all of them at once.
//!
//! Deliberately absent: what the keys mean, which is the module `plan_file`'s.

use std::cell::RefCell;
use std::str::FromStr;

use ::draw::Fault;
use toml::Spanned;
use toml::de::{DeTable, DeValue};

use super::moment::{TIME_FORM, beijing, in_range};
use crate::commands::Failure;

/// How many characters of a line that cannot be read are shown.
const SHOWN: usize = 40;

/// The text of a plan, and what is wrong with it so far.
pub(super) struct PlanText<'t> {
    name: &'t str,
    text: &'t str,
    problems: RefCell<Failure>,
}

/// One table of it: the whole, or what stands under `[…]` or `[[…]]`.
#[derive(Clone)]
pub(super) struct Section<'a> {
    of: &'a PlanText<'a>,
    title: &'a str,
    table: &'a DeTable<'a>,
    /// Where it begins, in bytes.
    at: usize,
}

impl<'t> PlanText<'t> {
    /// A text under the name of its file.
    pub(super) fn new(name: &'t str, text: &'t str) -> Self {
        Self {
            name,
            text,
            problems: RefCell::default(),
        }
    }

    /// The tables of the text, or where it is no TOML.
    pub(super) fn parse(&self) -> Result<DeTable<'t>, Failure> {
        let table = DeTable::parse(self.text).map_err(|error| self.no_toml(&error))?;
        Ok(table.into_inner())
    }

    /// The whole text as one table.
    pub(super) fn root<'a>(&'a self, table: &'a DeTable<'a>) -> Section<'a> {
        Section {
            of: self,
            title: "",
            table,
            at: 0,
        }
    }

    /// Everything that was found, if anything was.
    pub(super) fn found(self) -> Result<(), Failure> {
        self.problems.into_inner().or_nothing()
    }

    fn line(&self, at: usize) -> usize {
        let before = self.text.get(..at).unwrap_or(self.text);
        before.matches('\n').count() + 1
    }

    fn no_toml(&self, error: &toml::de::Error) -> Failure {
        let at = error.span().map_or(0, |span| span.start);
        let line = self.line(at);
        let shown = self.text.lines().nth(line - 1).unwrap_or_default();
        let shown: String = shown.trim().chars().take(SHOWN).collect();
        let repeated = error.message().contains("duplicate key");
        let sentence = match repeated {
            true => format!("“{shown}”：这一项前面已经写过，每一项只写一次。"),
            false => format!(
                "“{shown}”读不懂。每一行写作 键 = 值，文字加英文双引号，列表用方括号，说明以 # 开头；\
                 照样表的写法改。（原文：{}）",
                error.message().trim()
            ),
        };
        Failure::new("CLI-301", format!("{} 第 {line} 行", self.name), sentence)
    }
}

impl<'a> Section<'a> {
    fn find(&self, key: &str) -> Option<(usize, &'a Spanned<DeValue<'a>>)> {
        let (name, value) = self.table.get_key_value(key)?;
        Some((name.span().start, value))
    }

    /// Whether the key is written.
    pub(super) fn has(&self, key: &str) -> bool {
        self.find(key).is_some()
    }

    /// File, line and key, for messages; of a key that is missing, where its table begins.
    pub(super) fn place(&self, key: &str) -> String {
        let at = self.find(key).map_or(self.at, |(at, _)| at);
        let path = match self.title {
            "" => key.to_owned(),
            title => format!("{title}.{key}"),
        };
        match (at, self.title) {
            (0, "") if !self.has(key) => format!("{} {path}", self.of.name),
            _ => format!("{} 第 {} 行 {path}", self.of.name, self.of.line(at)),
        }
    }

    /// Says that something is wrong with a key.
    pub(super) fn wrong(&self, code: &str, key: &str, sentence: impl Into<String>) {
        let place = self.place(key);
        self.of.problems.borrow_mut().push(code, place, sentence);
    }

    /// The same of a value the protocol refuses.
    pub(super) fn refuse(&self, key: &str, fault: &Fault) {
        let Fault { code, sentence, .. } = fault;
        let sentence = format!("{sentence}{}", fault.remedy());
        self.wrong(&code.to_string(), key, sentence);
    }

    /// Refuses every key but these.
    pub(super) fn only(&self, known: &[&str]) {
        for name in self.table.keys().map(|name| name.get_ref().as_ref()) {
            if !known.contains(&name) {
                let sentence = format!(
                    "没有这一项，请核对拼写和所在的段。这里可以写：{}。",
                    known.join("、")
                );
                self.wrong("CLI-304", name, sentence);
            }
        }
    }

    fn required<T>(&self, key: &str, found: Option<T>) -> Option<T> {
        if !self.has(key) {
            self.wrong(
                "CLI-302",
                key,
                "没有写，它是必需的。写法见样表（mingqian draw --template 目录）。",
            );
        }
        found
    }

    fn of_type<T>(&self, key: &str, wanted: &str, value: Option<T>) -> Option<T> {
        if value.is_none() {
            self.wrong("CLI-303", key, format!("应为{wanted}。"));
        }
        value
    }

    /// A text, without a word where it is none: somebody else says so.
    pub(super) fn peek(&self, key: &str) -> Option<&'a str> {
        self.find(key)?.1.get_ref().as_str()
    }

    /// The table under `[key]`, likewise.
    pub(super) fn peek_section(&self, key: &'a str) -> Option<Section<'a>> {
        let (_, value) = self.find(key)?;
        let table = value.get_ref().as_table()?;
        Some(self.inner(key, table, value.span().start))
    }

    /// The tables under `[[key]]`, likewise.
    pub(super) fn peek_sections(&self, key: &'a str) -> Vec<Section<'a>> {
        let tables = self
            .find(key)
            .and_then(|(_, value)| value.get_ref().as_array());
        let tables = tables.into_iter().flat_map(|array| array.iter());
        let inner = |value: &'a Spanned<DeValue<'a>>| {
            let table = value.get_ref().as_table()?;
            Some(self.inner(key, table, value.span().start))
        };
        tables.filter_map(inner).collect()
    }

    /// A text, if the key is written.
    pub(super) fn maybe_text(&self, key: &str) -> Option<&'a str> {
        let (_, value) = self.find(key)?;
        self.of_type(key, "加引号的文字", value.get_ref().as_str())
    }

    /// A text.
    pub(super) fn text(&self, key: &str) -> Option<&'a str> {
        self.required(key, self.maybe_text(key))
    }

    /// A number, if the key is written.
    pub(super) fn maybe_number(&self, key: &str) -> Option<u64> {
        let (_, value) = self.find(key)?;
        let number = value.get_ref().as_integer();
        let number = number.and_then(|n| u64::from_str_radix(n.as_str(), n.radix()).ok());
        self.of_type(key, "不加引号的整数，从 0 起", number)
    }

    /// A number.
    pub(super) fn number(&self, key: &str) -> Option<u64> {
        self.required(key, self.maybe_number(key))
    }

    /// A time in unix seconds, if the key is written.
    pub(super) fn maybe_time(&self, key: &str) -> Option<u64> {
        let (_, value) = self.find(key)?;
        let seconds = match value.get_ref() {
            DeValue::String(text) => beijing(text),
            DeValue::Integer(n) => u64::from_str_radix(n.as_str(), n.radix())
                .ok()
                .and_then(in_range),
            _ => None,
        };
        if seconds.is_none() {
            self.wrong("CLI-303", key, format!("{TIME_FORM}。"));
        }
        seconds
    }

    /// A time in unix seconds.
    pub(super) fn time(&self, key: &str) -> Option<u64> {
        self.required(key, self.maybe_time(key))
    }

    /// What a text means to the protocol.
    pub(super) fn parsed<T: FromStr<Err = Fault>>(&self, key: &str) -> Option<T> {
        self.meant(key, self.text(key)?)
    }

    /// What a word of a key means to the protocol.
    pub(super) fn meant<T: FromStr<Err = Fault>>(&self, key: &str, word: &str) -> Option<T> {
        match word.parse() {
            Ok(value) => Some(value),
            Err(fault) => {
                self.refuse(key, &fault);
                None
            }
        }
    }

    /// A list of texts; none if the key is not written.
    pub(super) fn texts(&self, key: &str) -> Option<Vec<&'a str>> {
        let Some((_, value)) = self.find(key) else {
            return Some(Vec::new());
        };
        let words = value.get_ref().as_array().and_then(|array| {
            let words = array.iter().map(|word| word.get_ref().as_str());
            words.collect::<Option<Vec<_>>>()
        });
        self.of_type(key, "一列加引号的文字，例如 [\"L001\", \"L002\"]", words)
    }

    /// The table under `[key]` or `key = { … }`, if it is written.
    pub(super) fn maybe_section(&self, key: &'a str) -> Option<Section<'a>> {
        let (_, value) = self.find(key)?;
        let table = self.of_type(
            key,
            format!("一段 [{key}]").as_str(),
            value.get_ref().as_table(),
        )?;
        Some(self.inner(key, table, value.span().start))
    }

    /// The same, where it must be written.
    pub(super) fn section(&self, key: &'a str) -> Option<Section<'a>> {
        self.required(key, self.maybe_section(key))
    }

    /// The tables under `[[key]]`, in order.
    pub(super) fn sections(&self, key: &'a str) -> Option<Vec<Section<'a>>> {
        let Some((_, value)) = self.find(key) else {
            return Some(Vec::new());
        };
        let inner = |value: &'a Spanned<DeValue<'a>>| {
            let table = value.get_ref().as_table()?;
            Some(self.inner(key, table, value.span().start))
        };
        let tables = value.get_ref().as_array();
        let tables = tables.and_then(|array| array.iter().map(inner).collect());
        self.of_type(key, format!("若干段 [[{key}]]").as_str(), tables)
    }

    fn inner(&self, title: &'a str, table: &'a DeTable<'a>, at: usize) -> Section<'a> {
        Section {
            of: self.of,
            title,
            table,
            at,
        }
    }

    /// Every key with its text, as written.
    pub(super) fn pairs(&self) -> Vec<(&'a str, Option<&'a str>)> {
        let names = self.table.keys().map(|name| name.get_ref().as_ref());
        names.map(|name| (name, self.maybe_text(name))).collect()
    }
}
