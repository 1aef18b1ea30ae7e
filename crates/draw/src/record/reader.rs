//! Reading a record line by line; every error names the line.
//!
//! Deliberately absent: recovery. The first line that is not as it must be ends the reading.

use std::str::FromStr;

use crate::digest::shorten;
use crate::fault::{Code, Fault};
use crate::name::Token;
use crate::version::Version;

/// The lines of a record that are still to be read.
pub(crate) struct Lines<'a> {
    rest: std::iter::Peekable<std::str::Split<'a, char>>,
    number: usize,
    version: Version,
}

impl<'a> Lines<'a> {
    /// Opens the bytes of a record of this type, of either version.
    pub(crate) fn open(bytes: &'a [u8], kind: &str) -> Result<Self, Fault> {
        Self::under(bytes, &Version::ALL, |version| version.head(kind))
    }

    /// Opens the bytes of a record of this type that only one version has in this form.
    pub(crate) fn only(bytes: &'a [u8], version: Version, kind: &str) -> Result<Self, Fault> {
        Self::under(bytes, &[version], |version| version.head(kind))
    }

    /// Opens seed.txt, of either version.
    pub(crate) fn seed(bytes: &'a [u8]) -> Result<Self, Fault> {
        Self::under(bytes, &Version::ALL, |version| {
            format!("shuang-seed/{}", version.number())
        })
    }

    fn under(
        bytes: &'a [u8],
        versions: &[Version],
        head: impl Fn(Version) -> String,
    ) -> Result<Self, Fault> {
        let text = text_of(bytes)?;
        let body = &text[..text.len() - 1];
        let mut lines = Self {
            rest: body.split('\n').peekable(),
            number: 0,
            version: Version::One,
        };
        let first = lines.next_line();
        match versions
            .iter()
            .find(|version| first == Some(head(**version).as_str()))
        {
            Some(version) => {
                lines.version = *version;
                Ok(lines)
            }
            None => {
                let heads: Vec<_> = versions.iter().map(|version| head(*version)).collect();
                Err(lines.wrong(&heads.join("”或“"), first))
            }
        }
    }

    /// The version the first line says.
    pub(crate) fn version(&self) -> Version {
        self.version
    }

    fn next_line(&mut self) -> Option<&'a str> {
        self.number += 1;
        self.rest.next()
    }

    fn wrong(&self, wanted: &str, found: Option<&str>) -> Fault {
        let found = found.map_or("文件在此结束".to_owned(), |line| {
            format!("读到“{}”", shorten(line))
        });
        Fault::new(
            Code::LINE,
            self.place(),
            format!("应为“{wanted}”，{found}。"),
        )
    }

    fn place(&self) -> String {
        format!("第 {} 行", self.number)
    }

    /// The rest of the next line, which must begin with this key and one space.
    pub(crate) fn field(&mut self, key: &str) -> Result<&'a str, Fault> {
        let line = self.next_line();
        line.and_then(|line| after_key(line, key))
            .ok_or_else(|| self.wrong(key, line))
    }

    /// Like [`Self::field`], if the next line has this key.
    pub(crate) fn maybe(&mut self, key: &str) -> Option<&'a str> {
        let rest = after_key(self.rest.peek()?, key)?;
        self.number += 1;
        self.rest.next();
        Some(rest)
    }

    /// The value of the next line under this key.
    pub(crate) fn value<T: FromStr<Err = Fault>>(&mut self, key: &str) -> Result<T, Fault> {
        let rest = self.field(key)?;
        self.here(rest.parse())
    }

    /// The next line under this key, read by `f`.
    pub(crate) fn read<T>(
        &mut self,
        key: &str,
        f: impl Fn(&'a str) -> Result<T, Fault>,
    ) -> Result<T, Fault> {
        let rest = self.field(key)?;
        self.here(f(rest))
    }

    /// The next line if it has this key, read by `f`.
    pub(crate) fn optional<T>(
        &mut self,
        key: &str,
        f: impl Fn(&'a str) -> Result<T, Fault>,
    ) -> Result<Option<T>, Fault> {
        match self.maybe(key) {
            Some(rest) => self.here(f(rest)).map(Some),
            None => Ok(None),
        }
    }

    /// The name in the next line under this key.
    pub(crate) fn name(&mut self, key: &str) -> Result<Token, Fault> {
        let version = self.version;
        self.read(key, |rest| version.name(rest))
    }

    /// The count in the next line under this key.
    pub(crate) fn count(&mut self, key: &str) -> Result<u64, Fault> {
        let version = self.version;
        self.read(key, |rest| version.count(rest))
    }

    /// The time in the next line under this key.
    pub(crate) fn time(&mut self, key: &str) -> Result<u64, Fault> {
        let version = self.version;
        self.read(key, |rest| version.time(rest))
    }

    /// Every following line with this key, read by `f`.
    pub(crate) fn all<T>(
        &mut self,
        key: &str,
        f: impl Fn(&'a str) -> Result<T, Fault>,
    ) -> Result<Vec<T>, Fault> {
        let mut found = Vec::new();
        while let Some(rest) = self.maybe(key) {
            found.push(self.here(f(rest))?);
        }
        Ok(found)
    }

    /// A fault at the line that was read last.
    pub(crate) fn refuse(&self, sentence: &str) -> Fault {
        Fault::new(Code::LINE, self.place(), sentence)
    }

    /// Puts the current line number on a fault.
    pub(crate) fn here<T>(&self, outcome: Result<T, Fault>) -> Result<T, Fault> {
        outcome.map_err(|fault| fault.within(&self.place()))
    }

    /// Whether all lines are read.
    pub(crate) fn end(mut self) -> Result<(), Fault> {
        match self.next_line() {
            None => Ok(()),
            Some(line) => Err(Fault::new(
                Code::LINE,
                self.place(),
                format!("“{}”是未知、重复或错位的行。", shorten(line)),
            )),
        }
    }
}

fn after_key<'a>(line: &'a str, key: &str) -> Option<&'a str> {
    line.strip_prefix(key)?.strip_prefix(' ')
}

/// LF-ended UTF-8 text without CR or NUL.
pub(crate) fn text_of(bytes: &[u8]) -> Result<&str, Fault> {
    let wrong = |what: &str| Fault::new(Code::TEXT, "", what.to_owned());
    let text = std::str::from_utf8(bytes).map_err(|_| wrong("不是 UTF-8 文本。"))?;
    if !text.ends_with('\n') {
        return Err(wrong("最后一行没有换行符，文件可能不完整。"));
    }
    if text.contains(['\r', '\0']) {
        return Err(wrong("含有回车符或空字符。"));
    }
    Ok(text)
}

/// Splits at single spaces into exactly `N` non-empty words.
pub(crate) fn words<const N: usize>(rest: &str) -> Result<[&str; N], Fault> {
    let found: Vec<&str> = rest.split(' ').collect();
    match <[&str; N]>::try_from(found) {
        Ok(found) if found.iter().all(|word| !word.is_empty()) => Ok(found),
        _ => Err(Fault::new(
            Code::LINE,
            "",
            format!("“{}”应为用单个空格分开的 {N} 项。", shorten(rest)),
        )),
    }
}

/// A decimal integer without sign or leading zeros.
pub(crate) fn number(text: &str) -> Result<u64, Fault> {
    let plain = text.bytes().all(|c| c.is_ascii_digit())
        && (text.len() == 1 || !text.starts_with('0'))
        && !text.is_empty();
    let wrong = || Fault::new(Code::NUMBER, "", format!("“{}”不是整数。", shorten(text)));
    match plain {
        true => text.parse().map_err(|_| wrong()),
        false => Err(wrong()),
    }
}
