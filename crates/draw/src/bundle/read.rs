//! Reading the files of a bundle, strictly: sorted where the protocol says sorted, no line more.
//!
//! Deliberately absent: judgment. What the lines mean together is for the crate `verify`.

use crate::digest::{Digest, Secret, shorten};
use crate::fault::{Code, Fault};
use crate::frame::{Frame, Rows};
use crate::leaf::OpenedLeaf;
use crate::merkle::Inclusion;
use crate::name::Token;
use crate::record::{text_of, words};
use crate::version::Version;

pub(crate) mod two;

/// The numbered lines of a file that may be empty.
fn numbered(bytes: &[u8]) -> Result<impl Iterator<Item = (usize, &str)>, Fault> {
    let text = match bytes.is_empty() {
        true => "",
        false => text_of(bytes)?,
    };
    Ok(text
        .split_terminator('\n')
        .enumerate()
        .map(|(at, line)| (at + 1, line)))
}

fn at_line<T>(line: usize, outcome: Result<T, Fault>) -> Result<T, Fault> {
    outcome.map_err(|fault| fault.within(&format!("第 {line} 行")))
}

fn columns<const N: usize>(line: &str) -> Result<[&str; N], Fault> {
    let mut found = [""; N];
    let mut parts = line.split('\t');
    for slot in &mut found {
        *slot = parts
            .next()
            .filter(|part| !part.is_empty())
            .unwrap_or_default();
    }
    match parts.next().is_none() && found.iter().all(|part| !part.is_empty()) {
        true => Ok(found),
        false => {
            let sentence = format!("“{}”应为用制表符分开的 {N} 列。", shorten(line));
            Err(Fault::new(Code::LINE, "", sentence))
        }
    }
}

fn ascending(last: &str, line: &str) -> Result<(), Fault> {
    match last < line || last.is_empty() {
        true => Ok(()),
        false => Err(Fault::new(Code::SORTED, "", "与上一行的次序不对或者重复。")),
    }
}

/// secret.txt: S in 64 hex digits and LF.
///
/// # Errors
/// Anything else.
pub fn parse_secret(bytes: &[u8]) -> Result<Secret, Fault> {
    let text = text_of(bytes)?;
    text[..text.len() - 1].parse()
}

/// The frame from subjects.tsv, inspectors.tsv and recusals.tsv.
///
/// # Errors
/// The first file and line that is malformed or out of order.
pub fn parse_frame(subjects: &[u8], inspectors: &[u8], recusals: &[u8]) -> Result<Frame, Fault> {
    let mut frame = Frame::default();
    let inside = |name: &'static str| move |fault: Fault| fault.within(name);
    read_rows(subjects, &mut frame.subjects).map_err(inside("subjects.tsv"))?;
    read_rows(inspectors, &mut frame.inspectors).map_err(inside("inspectors.tsv"))?;
    read_recusals(recusals, &mut frame).map_err(inside("recusals.tsv"))?;
    Ok(frame)
}

fn read_rows(bytes: &[u8], rows: &mut Rows) -> Result<(), Fault> {
    let mut last = "";
    for (number, line) in numbered(bytes)? {
        at_line(number, ascending(last, line))?;
        last = line;
        let read = columns(line)
            .and_then(|[id, stratum, status, area]| rows.push(id, stratum, status, area));
        at_line(number, read)?;
    }
    Ok(())
}

fn read_recusals(bytes: &[u8], frame: &mut Frame) -> Result<(), Fault> {
    let mut last = "";
    for (number, line) in numbered(bytes)? {
        at_line(number, ascending(last, line))?;
        last = line;
        let read = columns(line).and_then(|[pair, stratum, status, area]| {
            match (pair.split_once(':'), stratum, status, area) {
                (Some((inspector, subject)), "-", "pair", "-") => {
                    frame.push_recusal(inspector, subject)
                }
                _ => Err(Fault::new(
                    Code::LINE,
                    "",
                    "应为“人员:对象、-、pair、-”四列。",
                )),
            }
        });
        at_line(number, read)?;
    }
    Ok(())
}

/// A line of an order file.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct OrderLine<'a> {
    /// The ticket.
    pub ticket: Digest,
    /// The stratum.
    pub stratum: &'a str,
    /// The leaf hash.
    pub leafhash: Digest,
}

/// The lines of an order file; each must be greater bytewise than the one before.
///
/// # Errors
/// The bytes are not text; the items carry faults of single lines.
pub fn order_lines(
    bytes: &[u8],
) -> Result<impl Iterator<Item = Result<OrderLine<'_>, Fault>>, Fault> {
    let mut last = "";
    Ok(numbered(bytes)?.map(move |(number, line)| {
        let sorted = ascending(last, line);
        last = line;
        at_line(number, sorted.and_then(|()| order_line(line)))
    }))
}

fn order_line(line: &str) -> Result<OrderLine<'_>, Fault> {
    let mut parts = line.splitn(3, ' ');
    let hex = |part: Option<&str>| part.and_then(|part| Digest::from_hex(part.as_bytes()));
    let ticket = hex(parts.next());
    let stratum = parts.next().filter(|name| is_stratum(name));
    let leafhash = hex(parts.next());
    match (ticket, stratum, leafhash) {
        (Some(ticket), Some(stratum), Some(leafhash)) => Ok(OrderLine {
            ticket,
            stratum,
            leafhash,
        }),
        _ => Err(Fault::new(Code::LINE, "", "应为“签 分层 叶哈希”三项。")),
    }
}

fn is_stratum(name: &str) -> bool {
    let mut parts = name.split(':');
    let good = |part: Option<&str>| part.is_some_and(|part| Token::new(part.as_bytes()).is_some());
    good(parts.next()) && parts.next().is_none_or(|part| good(Some(part))) && parts.next().is_none()
}

/// A subject and the places of its team.
pub type TeamLine = (Token, Vec<Option<Token>>);

/// teams.txt: subjects with their members in visit order, `None` for an unfilled place.
///
/// # Errors
/// The first malformed line, or a team with another number of places than the first.
pub fn parse_teams(bytes: &[u8]) -> Result<Vec<TeamLine>, Fault> {
    let mut teams: Vec<TeamLine> = Vec::new();
    for (number, line) in numbered(bytes)? {
        let (subject, members) = at_line(number, team(line))?;
        if teams
            .first()
            .is_some_and(|(_, first)| first.len() != members.len())
        {
            let fault = Fault::new(Code::LINE, "", "各组人数不同。");
            return at_line(number, Err(fault));
        }
        teams.push((subject, members));
    }
    Ok(teams)
}

fn team(line: &str) -> Result<TeamLine, Fault> {
    let mut parts = line.split(' ');
    let subject = parts.next().unwrap_or_default().parse()?;
    let members = parts
        .map(|name| {
            if name == "-" {
                Ok(None)
            } else {
                name.parse().map(Some)
            }
        })
        .collect::<Result<_, _>>()?;
    Ok((subject, members))
}

/// leaders.txt: subjects with their leader in visit order.
///
/// # Errors
/// The first malformed line.
pub fn parse_leaders(bytes: &[u8]) -> Result<Vec<(Token, Token)>, Fault> {
    numbered(bytes)?
        .map(|(number, line)| {
            let read =
                words(line).and_then(|[subject, leader]| Ok((subject.parse()?, leader.parse()?)));
            at_line(number, read)
        })
        .collect()
}

/// A line of opened.tsv: a leaf a visit carries, and its path to the root.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenedLine {
    /// The opened leaf.
    pub leaf: OpenedLeaf,
    /// Its path.
    pub inclusion: Inclusion,
}

/// opened.tsv: `id stratum status area salt nonce cover index path`, sorted bytewise.
///
/// # Errors
/// The first line that is malformed or out of order.
pub fn parse_opened(bytes: &[u8]) -> Result<Vec<OpenedLine>, Fault> {
    read_opened(Version::One, bytes)
}

/// opened.tsv under the grammar of a version.
pub(crate) fn read_opened(version: Version, bytes: &[u8]) -> Result<Vec<OpenedLine>, Fault> {
    let mut last = "";
    let mut opened = Vec::new();
    for (number, line) in numbered(bytes)? {
        at_line(number, ascending(last, line))?;
        last = line;
        opened.push(at_line(number, opened_line(version, line))?);
    }
    Ok(opened)
}

fn opened_line(version: Version, line: &str) -> Result<OpenedLine, Fault> {
    let [id, stratum, status, area, salt, nonce, cover, index, path] = columns(line)?;
    let leaf = OpenedLeaf {
        id: version.name(id)?.to_string(),
        stratum: version.stratum(stratum)?.to_string(),
        status: version.status(status)?.to_string(),
        area: version.dashed(area)?.to_string(),
        salt: salt.parse()?,
        nonce: nonce.parse()?,
        cover: cover.parse()?,
    };
    let path = match path {
        "-" => Vec::new(),
        path => path.split(',').map(str::parse).collect::<Result<_, _>>()?,
    };
    Ok(OpenedLine {
        leaf,
        inclusion: Inclusion {
            index: version.count(index)?,
            path,
        },
    })
}
