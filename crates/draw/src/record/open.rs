//! OPEN (公开): after the campaign ends the sealed files are published; a void attempt is opened
//! too.

use std::fmt;

use crate::bundle::{FULL, Stage};
use crate::digest::Digest;
use crate::fault::{Code, Fault};
use crate::record::{AttemptRef, Lines, words};
use crate::version::Version;

/// How the attempt ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ending {
    /// `result <H(RESULT)>`.
    Result(Digest),
    /// `void <H(VOID)>`: opened as what would have been drawn.
    Void(Digest),
}

/// The record OPEN.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenRecord {
    /// The attempt.
    pub attempt: AttemptRef,
    /// How it ended.
    pub ending: Ending,
    /// What is published: `public` or `full`.
    pub stage: Stage,
    /// How many SUBSTITUTE, RECUSE and EXTEND records preceded.
    pub changes: u64,
    /// Hashes of the files RESULT does not commit to: `opened.tsv`, then those of `full`.
    pub files: Vec<(String, Digest)>,
}

/// The files OPEN commits to at a stage, in order.
#[must_use]
pub fn opened_files(stage: Stage) -> Vec<&'static str> {
    match stage {
        Stage::Full => [&["opened.tsv"][..], &FULL].concat(),
        Stage::Public | Stage::Sealed => vec!["opened.tsv"],
    }
}

impl OpenRecord {
    /// Reads an OPEN.
    ///
    /// # Errors
    /// The first line that is unknown, repeated, misplaced or malformed.
    pub fn parse(bytes: &[u8]) -> Result<Self, Fault> {
        let mut lines = Lines::only(bytes, Version::One, "open")?;
        let attempt = AttemptRef::read(&mut lines)?;
        let ending = match lines.maybe("void") {
            Some(rest) => Ending::Void(lines.here(rest.parse())?),
            None => Ending::Result(lines.value("result")?),
        };
        let stage = match lines.field("stage")? {
            "public" => Stage::Public,
            "full" => Stage::Full,
            _ => return lines.here(Err(Fault::new(Code::LINE, "", "应为 public 或 full。"))),
        };
        let changes = lines.count("changes")?;
        let files = lines.all("file", |rest| {
            let [name, hash] = words(rest)?;
            Ok((name.to_owned(), hash.parse()?))
        })?;
        lines.end()?;
        if !files
            .iter()
            .map(|(name, _)| name.as_str())
            .eq(opened_files(stage))
        {
            return Err(Fault::new(
                Code::LINE,
                "file",
                "文件或者次序与 stage 不符。",
            ));
        }
        Ok(Self {
            attempt,
            ending,
            stage,
            changes,
            files,
        })
    }
}

impl fmt::Display for OpenRecord {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "shuang/1 open\n{}", self.attempt)?;
        match self.ending {
            Ending::Result(hash) => writeln!(f, "result {hash}")?,
            Ending::Void(hash) => writeln!(f, "void {hash}")?,
        }
        write!(f, "stage {}\nchanges {}\n", self.stage.word(), self.changes)?;
        self.files
            .iter()
            .try_for_each(|(name, hash)| writeln!(f, "file {name} {hash}"))
    }
}
