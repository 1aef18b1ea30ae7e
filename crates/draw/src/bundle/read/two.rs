//! The files of a `shuang/2` bundle by their grammar alone: what §8.1 checks of them, the order of an
//! order file too, is judged later, so that a contradiction is not taken for an unreadable file.

use super::{OrderLine, TeamLine, ascending, at_line, columns, numbered, parse_frame};
use crate::digest::Digest;
use crate::fault::{Code, Fault};
use crate::frame::Frame;
use crate::name::Token;
use crate::record::words;
use crate::version::Version;

const TWO: Version = Version::Two;

/// The lines of an order file; `stratum` reads the middle word.
pub(crate) fn order_file(
    bytes: &[u8],
    stratum: impl Fn(&str) -> Result<(), Fault>,
) -> Result<Vec<OrderLine<'_>>, Fault> {
    let read = |line| {
        let [ticket, name, leafhash]: [&str; 3] = words(line)?;
        stratum(name)?;
        Ok(OrderLine {
            ticket: ticket.parse()?,
            stratum: name,
            leafhash: leafhash.parse()?,
        })
    };
    numbered(bytes)?
        .map(|(number, line)| at_line(number, read(line)))
        .collect()
}

/// `subjects.order`.
pub(crate) fn subjects_order(bytes: &[u8]) -> Result<Vec<OrderLine<'_>>, Fault> {
    order_file(bytes, |name| TWO.stratum(name).map(drop))
}

/// `inspectors.order`.
pub(crate) fn inspectors_order(bytes: &[u8]) -> Result<Vec<OrderLine<'_>>, Fault> {
    order_file(bytes, |name| TWO.dashed(name).map(drop))
}

/// `teams.txt`: a subject and at least one place, `None` where nobody could take it.
pub(crate) fn teams(bytes: &[u8]) -> Result<Vec<TeamLine>, Fault> {
    let place = |name: &str| match name {
        "-" => Ok(None),
        _ => TWO.name(name).map(Some),
    };
    let read = |line: &str| {
        let (subject, places) = line
            .split_once(' ')
            .ok_or_else(|| Fault::new(Code::LINE, "", "应为一个对象和检查组的各个位置。"))?;
        let places: Result<_, Fault> = places.split(' ').map(place).collect();
        Ok((TWO.name(subject)?, places?))
    };
    numbered(bytes)?
        .map(|(number, line)| at_line(number, read(line)))
        .collect()
}

/// `leaders.txt`: a subject and its leader.
pub(crate) fn leaders(bytes: &[u8]) -> Result<Vec<(Token, Token)>, Fault> {
    let read = |line| {
        let [subject, leader] = words(line)?;
        Ok((TWO.name(subject)?, TWO.name(leader)?))
    };
    numbered(bytes)?
        .map(|(number, line)| at_line(number, read(line)))
        .collect()
}

/// `persons.tsv`: `code salt`, sorted bytewise, each code once.
pub(crate) fn persons(bytes: &[u8]) -> Result<Vec<(Token, Digest)>, Fault> {
    let mut last = "";
    let mut found: Vec<(Token, Digest)> = Vec::new();
    for (number, line) in numbered(bytes)? {
        at_line(number, ascending(last, line))?;
        last = line;
        let read = columns(line).and_then(|[code, salt]| Ok((TWO.name(code)?, salt.parse()?)));
        let (code, salt) = at_line(number, read)?;
        if found.last().is_some_and(|(before, _)| *before == code) {
            let fault = Fault::new(Code::SORTED, code.as_str(), "同一代码出现两次。");
            return at_line(number, Err(fault));
        }
        found.push((code, salt));
    }
    Ok(found)
}

/// The frame from its three files.
pub(crate) fn frame(subjects: &[u8], inspectors: &[u8], recusals: &[u8]) -> Result<Frame, Fault> {
    let frame = parse_frame(subjects, inspectors, recusals)?;
    match frame.grammar_faults(TWO).into_iter().next() {
        Some(fault) => Err(fault),
        None => Ok(frame),
    }
}
