//! The trace of a record, each line as far as the reader may see it.
//!
//! That an entry exists, when, and its hashes are public (`LogRead`); who did what and why is for
//! those whose role reads events of the unit that acted (`EventRead`), and for the actor himself. An entry of a visit
//! says to nobody more of it than the drawn list does (`drawn_list`): until the visit is shown to an account by name, the
//! team that acted and why are not either, and the log of its subject is that of any other.

use std::collections::{BTreeMap, BTreeSet};

use app::Acting;
use app::drawing::shown_on;
use domain::campaign::drawn_list::Shown;
use domain::event::{Act, EntryType, Event, LinkKind};
use domain::id::InspectionId;
use domain::policy::Verb;
use domain::time::Instant;
use sha2::{Digest as _, Sha256};
use store::log::{self, TraceLine, TraceOf};
use store::{Reader, StoreError, inspection};

use super::{moment, number_in};
use crate::component::{Trace, TraceEntry};
use crate::filter::CURSOR;
use crate::gate::{Stop, Visit};
use crate::text::{Address, Digest};

/// How many lines stand on a record page.
const SHOWN: i64 = 8;
/// How far they are counted.
const COUNTED: i64 = 10_000;

/// The entry before which a list of the log goes on, and the visit without it. The place in the log is simply the number
/// of an entry, which never moves.
pub fn before(visit: &Visit) -> Result<(Option<u64>, Visit), Stop> {
    let place = form_urlencoded::parse(visit.query().as_bytes()).find(|(key, _)| key == CURSOR);
    let before = place.map(|(_, text)| number_in(&text)).transpose()?;
    Ok((before, visit.without(CURSOR)))
}

/// Whether the account may read an event beyond its public entry.
#[must_use]
pub fn readable(acting: &Acting, event: &Event) -> bool {
    acting.may_read(event)
}

/// Acts that say nothing of who was drawn: they concern the register alone.
const REGISTER_ACTS: &[Act] = &[
    Act::SubjectAdded,
    Act::SubjectEdited,
    Act::SubjectRemoved,
    Act::SubjectsImported,
    Act::TiersImported,
];
/// The most lines of one record that are sifted; a record has a few dozen.
const SIFTED: i64 = 1_000;

/// Whether the account may know who was drawn, in every campaign. To others the log must not answer
/// “was this subject drawn?” before the inspectors stand at its door, not even by a count.
#[must_use]
pub fn knows_drawn(acting: &Acting) -> bool {
    [Verb::DrawnListRead, Verb::InspectionRead]
        .iter()
        .any(|verb| acting.reach(*verb).everything)
}

/// The event of a line, if its body still says what it was.
fn event_of(line: &TraceLine) -> Result<Option<Event>, Stop> {
    let event = line.header.as_deref().map(serde_json::from_str);
    event.transpose().map_err(|error| {
        Stop::fault(format!(
            "event {} has an unreadable header: {error}",
            line.sequence
        ))
    })
}

/// The numbers of the lines of visits that this session is not shown by name, its own acts aside.
async fn sealed(
    reader: &mut Reader,
    visit: &Visit,
    lines: &[TraceLine],
) -> Result<BTreeSet<u64>, Stop> {
    let mut of_visits: BTreeMap<InspectionId, Vec<u64>> = BTreeMap::new();
    for line in lines {
        let Some(event) = event_of(line)? else {
            continue;
        };
        // A draw of an earlier build names many; what is shown of its line is decided where it is shown.
        let is_own = event.actor.account.as_ref() == Some(&visit.acting.account);
        if is_own || event.act == Act::SubjectsDrawn {
            continue;
        }
        let links = event.links.iter();
        let linked = links.filter(|link| link.kind == LinkKind::Inspection);
        for id in linked.filter_map(|link| InspectionId::parse(&link.id).ok()) {
            of_visits.entry(id).or_default().push(line.sequence);
        }
    }
    let (mut kept, mut sealed) = (Vec::new(), BTreeSet::new());
    for (id, numbers) in &of_visits {
        match inspection::get(reader, id).await {
            Ok(stored) => kept.push(stored),
            Err(StoreError::NotFound { .. }) => sealed.extend(numbers),
            Err(error) => return Err(error.into()),
        }
    }
    let looking = (&visit.acting, &visit.session.unsealed);
    let shown = shown_on(visit.now.date(), reader, looking, &kept).await?;
    let unnamed = kept
        .iter()
        .zip(shown)
        .filter(|(_, shown)| *shown != Shown::Named);
    sealed.extend(unnamed.flat_map(|(stored, _)| of_visits[&stored.visit.id].iter()));
    Ok(sealed)
}

/// The newest lines of a part of the log, before `before`, and how many it has up to `cap`; both
/// sifted alike where the part would betray a draw.
///
/// # Errors
/// When the log cannot be read.
pub async fn lines_of(
    reader: &mut Reader,
    visit: &Visit,
    of: &TraceOf,
    before: Option<u64>,
    (limit, cap): (i64, i64),
) -> Result<(Vec<TraceLine>, i64), Stop> {
    if !matches!(of, TraceOf::Linked("subject" | "inspection", _)) {
        let lines = log::trace(reader, of, before, limit).await?;
        return Ok((lines, log::trace_count(reader, of, cap).await?));
    }
    let knows = knows_drawn(&visit.acting);
    let mut lines = log::trace(reader, of, None, SIFTED).await?;
    let sealed = sealed(reader, visit, &lines).await?;
    lines.retain(|line| match knows {
        // Draws of earlier builds link whom they drew, also while the list is sealed.
        true => line.act != Act::SubjectsDrawn.name() && !sealed.contains(&line.sequence),
        false => REGISTER_ACTS.iter().any(|act| act.name() == line.act),
    });
    let counted = i64::try_from(lines.len()).unwrap_or(cap).min(cap);
    lines.retain(|line| before.is_none_or(|before| line.sequence < before));
    lines.truncate(usize::try_from(limit).unwrap_or_default());
    Ok((lines, counted))
}

/// The leaf hash of an entry's text (RFC 6962 §2.1).
#[must_use]
pub fn leaf_of(entry: &str) -> Digest {
    let mut hash = Sha256::new();
    hash.update([0]);
    hash.update(entry.as_bytes());
    Digest::of_bytes(&hash.finalize().into())
}

/// One line of the log as one reader sees it.
#[derive(Debug, Clone)]
pub struct Seen {
    /// Number of the leaf.
    pub number: u64,
    /// When, by the clock of the act.
    pub at: Instant,
    /// The act in words; only its public type if the reader may see no more.
    pub act: &'static str,
    /// Who, in which role; empty if the reader may not know.
    pub by: String,
    /// Whether the act was seen outside the bureau.
    pub outside: bool,
    /// The leaf hash.
    pub leaf: Digest,
    /// The event, for readers who may see it.
    pub event: Option<Event>,
}

impl Seen {
    /// Lines as this account sees them in this session.
    ///
    /// # Errors
    /// When the header of one is not an event, or a visit cannot be read.
    pub async fn all(
        reader: &mut Reader,
        visit: &Visit,
        lines: &[TraceLine],
    ) -> Result<Vec<Self>, Stop> {
        let sealed = sealed(reader, visit, lines).await?;
        let seen = lines.iter().map(|line| {
            let is_sealed = sealed.contains(&line.sequence);
            Self::of(line, &visit.acting, is_sealed)
        });
        seen.collect()
    }

    /// One line alone.
    ///
    /// # Errors
    /// As of all.
    pub async fn one(reader: &mut Reader, visit: &Visit, line: &TraceLine) -> Result<Self, Stop> {
        let sealed = sealed(reader, visit, std::slice::from_ref(line)).await?;
        Self::of(line, &visit.acting, !sealed.is_empty())
    }

    /// A line as this account sees it; of one that is sealed, that it is there.
    fn of(line: &TraceLine, acting: &Acting, is_sealed: bool) -> Result<Self, Stop> {
        let event = event_of(line)?;
        let outside = event
            .as_ref()
            .is_some_and(|event| event.entry_type() != EntryType::Act);
        let public = event
            .as_ref()
            .map_or("内容已清除", |event| event.entry_type().label());
        let event = event.filter(|event| !is_sealed && readable(acting, event));
        let by = event.as_ref().map_or_else(String::new, |event| {
            let role = event.actor.role.map_or("", domain::account::Role::label);
            let who = match role {
                "" => event.actor.name.clone(),
                role => format!("{role}·{}", event.actor.name),
            };
            // Who judged is the signatory; the account that pressed compared his paper with what was entered.
            match event.is_on_paper() {
                true => format!("线下签批，{who}核对"),
                false => who,
            }
        });
        Ok(Self {
            number: line.sequence,
            at: Instant::from_unix_ms(line.at_ms),
            act: event.as_ref().map_or(public, |event| event.act.label()),
            by,
            outside,
            leaf: leaf_of(&line.entry),
            event,
        })
    }

    /// The page of the entry.
    #[must_use]
    pub fn page(&self) -> Address {
        Address::fixed("/w/log").child(&self.number.to_string())
    }
}

/// The last lines of a record's trace; `all` is the log narrowed to it. Nothing without any line.
///
/// # Errors
/// When the log cannot be read.
pub async fn trace_of(
    reader: &mut Reader,
    visit: &Visit,
    of: &TraceOf,
    all: Address,
) -> Result<Option<Trace>, Stop> {
    // Who opens the page of a visit has been let in to that visit; a subject is open to many more.
    let (lines, total) = match of {
        TraceOf::Linked("subject", _) => {
            lines_of(reader, visit, of, None, (SHOWN, COUNTED)).await?
        }
        _ => {
            let lines = log::trace(reader, of, None, SHOWN).await?;
            (lines, log::trace_count(reader, of, COUNTED).await?)
        }
    };
    let seen = Seen::all(reader, visit, &lines).await?;
    let Some(newest) = seen.first() else {
        return Ok(None);
    };
    let proof = newest.page().child("receipt.txt");
    let entries = seen.iter().map(|line| TraceEntry {
        act: line.act.to_owned(),
        instant: moment(line.at, visit.now),
        by: line.by.clone(),
        number: line.number,
        leaf: line.leaf.clone(),
        page: line.page(),
        outside: line.outside,
    });
    let total = u64::try_from(total).unwrap_or_default();
    Ok(Some(Trace::new(entries.collect(), total, all, proof)))
}
