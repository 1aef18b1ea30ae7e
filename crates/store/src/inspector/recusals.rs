//! The recusals declared between inspectors and subjects (回避). A recusal belongs to a person: its row stands under the code
//! he had, and follows him when his code changes ([`Followed`]), and the firm when hers does ([`OfSubject`]), in the same act.
//!
//! Rows that earlier builds left behind under a former code are tied to their person by his key where an explanation
//! opens under it, and by the log when he is edited next. Until then they are untied: shown as such, and never counted
//! for whoever has that code now. Deliberately absent: guessing whose a row is.

mod of_subject;

use std::collections::BTreeMap;

use domain::event::Act;
use domain::id::{AccountId, EventId, InspectorCode, InspectorId};
use domain::inspector::Inspector;
use domain::recusal::{Recusal, RecusalGround};
use domain::refusal::Refusal;
use domain::text::SubjectCode;
use domain::time::Instant;
use serde_json::Value as Json;

use super::{Entry, StoredInspector, entries};
use crate::error::StoreError;
use crate::kernel::cell::{PersonKey, SealedCell, Vault};
use crate::kernel::guard::Recording;
use crate::kernel::log;
use crate::kernel::reader::{Query, Reader};
use crate::kernel::table::Cells;
use crate::kernel::value::{Row, Value};
use crate::person;
use crate::schema::{INSPECTORS, RECUSALS};

pub use of_subject::{OfSubject, recusals_of_subject};

const TABLE: &str = "recusals";
const ROWS: &str = "SELECT r.inspector_code, r.subject_code, r.ground, r.sealed_note, r.declared_by, r.declared_at_ms, r.last_event, k.wrapped FROM recusals r LEFT JOIN person_keys k ON k.person = 'recusal/' || r.inspector_code || ',' || r.subject_code ORDER BY r.inspector_code, r.subject_code";

/// A recusal as kept.
#[derive(Clone, Debug)]
pub struct StoredRecusal {
    /// The recusal, under the present code of its person; without its explanation if that does not open.
    pub recusal: Recusal,
    /// Why the explanation does not open, if there is one that does not.
    pub unopened: Option<Box<Refusal>>,
    /// Whether it is known whose it is. If not, its code is one its person has no longer.
    pub tied: bool,
}

/// A row with what is known of its person.
struct Kept {
    /// As it stands in the row.
    recusal: Recusal,
    seen: EventId,
    cell: Option<SealedCell>,
    /// The explanation, if it opens.
    note: Option<String>,
    unopened: Option<Box<Refusal>>,
    /// Has a key of its own: an earlier build could not say whose the explanation was.
    own_key: bool,
    person: Option<InspectorId>,
}

/// All declared recusals by inspector and subject. Who may not meet whom stands in the clear; an explanation that
/// does not open stops nothing.
pub async fn recusals(reader: &mut Reader) -> Result<Vec<StoredRecusal>, StoreError> {
    let people = entries(reader).await?;
    let all = all(reader, &people).await?;
    Ok(told(all, &people))
}

/// The same out of whole rows of the table; `key_of` says which key is kept under a name.
pub(super) fn of_rows(
    rows: &[Row],
    people: &[Entry],
    key_of: &dyn Fn(String) -> Option<PersonKey>,
    vault: &dyn Vault,
) -> Result<Vec<StoredRecusal>, StoreError> {
    let each = rows.iter().map(|row| {
        let recusal = recusal(row)?;
        let own = own_of(&pair_of(&recusal.inspector, &recusal.subject));
        kept(row, key_of(own), people, vault)
    });
    Ok(told(each.collect::<Result<_, _>>()?, people))
}

fn told(all: Vec<Kept>, people: &[Entry]) -> Vec<StoredRecusal> {
    let codes: BTreeMap<&InspectorId, &InspectorCode> =
        people.iter().map(|held| (&held.id, &held.code)).collect();
    let mut found: Vec<StoredRecusal> = Vec::new();
    for mut kept in all {
        let code = kept.person.as_ref().and_then(|id| codes.get(id));
        let tied = code.is_some();
        if let Some(code) = code {
            kept.recusal.inspector = (*code).clone();
        }
        kept.recusal.note = kept.note;
        found.push(StoredRecusal {
            recusal: kept.recusal,
            unopened: kept.unopened,
            tied,
        });
    }
    found.sort_by(|one, other| {
        let by =
            |kept: &StoredRecusal| (kept.recusal.inspector.clone(), kept.recusal.subject.clone());
        by(one).cmp(&by(other))
    });
    found
}

/// How many recusals stand under a code.
pub async fn recusals_under(
    reader: &mut Reader,
    code: &InspectorCode,
) -> Result<usize, StoreError> {
    let query = Query::new("SELECT subject_code FROM recusals WHERE inspector_code = ");
    let rows = reader.all(query.bind(code.as_str())).await?;
    Ok(rows.len())
}

/// How many recusals stand from the firm of a code.
pub async fn recusals_from(reader: &mut Reader, code: &SubjectCode) -> Result<usize, StoreError> {
    let query = Query::new("SELECT inspector_code FROM recusals WHERE subject_code = ");
    let rows = reader.all(query.bind(code.as_str())).await?;
    Ok(rows.len())
}

/// How many recusals stand under each code nobody has.
pub async fn recusals_left_behind(
    reader: &mut Reader,
) -> Result<BTreeMap<InspectorCode, usize>, StoreError> {
    let query = Query::new(
        "SELECT r.inspector_code FROM recusals r LEFT JOIN inspectors i ON i.code = r.inspector_code WHERE i.code IS NULL",
    );
    let mut found = BTreeMap::new();
    for row in reader.all(query).await? {
        let code = row.parsed(TABLE, "inspector_code", InspectorCode::parse)?;
        *found.entry(code).or_default() += 1;
    }
    Ok(found)
}

async fn all(reader: &mut Reader, people: &[Entry]) -> Result<Vec<Kept>, StoreError> {
    let vault = reader.vault();
    let rows = reader.all(Query::new(ROWS)).await?;
    let each = rows
        .iter()
        .map(|row| kept(row, person::joined_key(row)?, people, &*vault));
    each.collect()
}

fn recusal(row: &Row) -> Result<Recusal, StoreError> {
    Ok(Recusal {
        inspector: row.parsed(TABLE, "inspector_code", InspectorCode::parse)?,
        subject: row.checked(TABLE, "subject_code", SubjectCode::parse)?,
        ground: row.parsed(TABLE, "ground", |text| {
            RecusalGround::parse(text).ok_or("unknown ground")
        })?,
        note: None,
        declared_by: row.parsed(TABLE, "declared_by", AccountId::parse)?,
        at: Instant::from_unix_ms(row.int("declared_at_ms")?),
    })
}

fn kept(
    row: &Row,
    own_key: Option<PersonKey>,
    people: &[Entry],
    vault: &dyn Vault,
) -> Result<Kept, StoreError> {
    let recusal = recusal(row)?;
    let mut kept = Kept {
        seen: row.parsed(TABLE, "last_event", EventId::parse)?,
        cell: row.maybe_sealed("sealed_note")?,
        note: None,
        unopened: None,
        own_key: own_key.is_some(),
        person: None,
        recusal,
    };
    match own_key {
        Some(key) => kept.open_own(vault, &key),
        None => kept.tie(people, vault)?,
    }
    Ok(kept)
}

impl Kept {
    fn pair(&self) -> String {
        pair_of(&self.recusal.inspector, &self.recusal.subject)
    }

    fn row_key(&self) -> [Value; 2] {
        [
            Value::from(self.recusal.inspector.as_str()),
            Value::from(self.recusal.subject.as_str()),
        ]
    }

    fn open_own(&mut self, vault: &dyn Vault, key: &PersonKey) {
        let (pair, place) = (self.pair(), place_of(&self.pair()));
        let opened = |cell| vault.open((&own_of(&pair), key), &place, cell);
        self.note = self.cell.as_ref().and_then(opened);
    }

    /// Whose the row is: the one under whose key its explanation opens; else the one who has its code.
    fn tie(&mut self, people: &[Entry], vault: &dyn Vault) -> Result<(), StoreError> {
        let pair = self.pair();
        let holder = people
            .iter()
            .find(|held| held.code == self.recusal.inspector);
        self.person = holder.map(|held| held.id.clone());
        let Some(cell) = &self.cell else {
            return Ok(());
        };
        if let Some(held) = holder {
            let owner = person::Owner {
                person: &person::inspector(&held.id),
                key: held.key.as_ref(),
                code: held.code.as_str(),
                name: held.name.as_str(),
            };
            match person::open(vault, &owner, (TABLE, &pair, "note"), cell) {
                Ok(note) => {
                    self.note = Some(note);
                    return Ok(());
                }
                Err(StoreError::Unopened(refusal)) => self.unopened = Some(refusal),
                Err(other) => return Err(other),
            }
        }
        let place = place_of(&pair);
        let opened = people.iter().find_map(|held| {
            let of = person::inspector(&held.id);
            let note = vault.open((&of, held.key.as_ref()?), &place, cell)?;
            Some((held.id.clone(), note))
        });
        if let Some((id, note)) = opened {
            (self.person, self.note, self.unopened) = (Some(id), Some(note), None);
        }
        Ok(())
    }

    /// The row goes, and the key of its own with it.
    async fn goes(&self, rec: &mut Recording) -> Result<(), StoreError> {
        rec.delete(&RECUSALS, &self.row_key(), &self.seen).await?;
        self.without_own_key(rec).await
    }

    async fn without_own_key(&self, rec: &mut Recording) -> Result<(), StoreError> {
        if !self.own_key {
            return Ok(());
        }
        person::destroy_own_key(rec, &own_of(&self.pair())).await
    }
}

/// Under which name the key of a recusal is kept that could not be tied to a person when it was sealed.
pub(crate) fn own_of(pair: &str) -> String {
    format!("recusal/{pair}")
}

fn pair_of(inspector: &InspectorCode, subject: &SubjectCode) -> String {
    format!("{inspector},{subject}")
}

fn place_of(pair: &str) -> String {
    format!("{TABLE}/{pair}/note")
}

/// Whether the log says that an inspector had a code when the recusal in that row was declared.
///
/// # Errors
/// [`StoreError::Contradiction`] if the log does not confirm an entry it is asked for.
pub(crate) async fn held_at(
    reader: &mut Reader,
    id: &InspectorId,
    (code, subject): (&str, &str),
) -> Result<bool, StoreError> {
    let declaration = (Some(Act::RecusalDeclared.name()), None);
    let row = [Value::from(code), Value::from(subject)];
    let Some(declared) = log::newest_of(reader, &RECUSALS, &row, declaration).await? else {
        return Ok(false);
    };
    let own = [Value::from(id.as_str())];
    let then = (None, Some(declared.sequence));
    let entry = log::newest_of(reader, &INSPECTORS, &own, then).await?;
    let columns = INSPECTORS.layout().columns;
    let at = columns.iter().position(|column| column.name == "code");
    let stood = entry.and_then(|entry| entry.cells.get(at?).cloned());
    Ok(stood == Some(Json::from(code)))
}

/// The recusals of one inspector: those that are to stand under a code of his, and those that stand under it and
/// are not his.
pub struct Followed {
    /// By subject: the row under the code, if there is one, and those under other codes.
    rows: BTreeMap<SubjectCode, (Option<Kept>, Vec<Kept>)>,
    strangers: usize,
}

impl Followed {
    /// Nothing follows: an edit as earlier builds made it.
    #[cfg(test)]
    pub(crate) fn none() -> Self {
        Self {
            rows: BTreeMap::new(),
            strangers: 0,
        }
    }

    /// How many recusals stand under the code and belong to somebody else.
    #[must_use]
    pub fn strangers(&self) -> usize {
        self.strangers
    }
}

/// The recusals of an inspector who is to have `code`, which nobody else has. Whose a row is that stands under a code
/// nobody has, or whose explanation has a key of its own, is asked of the log.
///
/// # Errors
/// [`StoreError::Contradiction`] if the log does not confirm an entry it is asked for.
pub async fn followed(
    reader: &mut Reader,
    of: &InspectorId,
    code: &InspectorCode,
) -> Result<Followed, StoreError> {
    let people = entries(reader).await?;
    let mut followed = Followed {
        rows: BTreeMap::new(),
        strangers: 0,
    };
    for kept in all(reader, &people).await? {
        let his = match &kept.person {
            Some(person) => person == of,
            None => {
                let (code, subject) = (&kept.recusal.inspector, &kept.recusal.subject);
                held_at(reader, of, (code.as_str(), subject.as_str())).await?
            }
        };
        let under = kept.recusal.inspector == *code;
        if !his {
            followed.strangers += usize::from(under);
            continue;
        }
        let subject = kept.recusal.subject.clone();
        let rows = followed.rows.entry(subject).or_default();
        match under {
            true => rows.0 = Some(kept),
            false => rows.1.push(kept),
        }
    }
    Ok(followed)
}

/// Makes one row of the pair out of what stands there already and of what stands elsewhere, with what all of them explain.
async fn settle(
    rec: &mut Recording,
    (inspector, subject): &(InspectorCode, SubjectCode),
    (stands, others): (Option<&Kept>, &[Kept]),
    sealed_by: Option<(&str, &PersonKey)>,
) -> Result<(), StoreError> {
    let vault = rec.vault();
    let all = || stands.into_iter().chain(others);
    let notes: Vec<&str> = all().filter_map(|kept| kept.note.as_deref()).collect();
    let pair = pair_of(inspector, subject);
    let cell = match (notes.as_slice(), sealed_by) {
        // What does not open goes along as it is: nobody has said that it may go.
        ([], _) | (_, None) => all().find_map(|kept| kept.cell.clone()),
        (notes, Some(owner)) => {
            let place = (TABLE, pair.as_str(), "note");
            Some(person::seal(&*vault, owner, place, &notes.join("；"))?)
        }
    };
    for kept in others {
        kept.goes(rec).await?;
    }
    match stands {
        Some(kept) => {
            let note = vec![("sealed_note", cell.into())];
            rec.update(&RECUSALS, &kept.row_key(), &kept.seen, note)
                .await?;
            kept.without_own_key(rec).await
        }
        None => {
            let recusal = Recusal {
                inspector: inspector.clone(),
                subject: subject.clone(),
                ..others[0].recusal.clone()
            };
            rec.insert(&RECUSALS, cells(&recusal, cell)).await
        }
    }
}

impl Followed {
    /// Writes each row that stands under another code again under that of `inspector`; of two for one subject one
    /// stays, with what both explain.
    pub(super) async fn follow(
        self,
        rec: &mut Recording,
        inspector: &Inspector,
        key: &PersonKey,
    ) -> Result<(), StoreError> {
        let holder = person::inspector(&inspector.id);
        for (subject, (stands, others)) in self.rows {
            let owned = stands.as_ref().is_some_and(|kept| kept.own_key);
            if others.is_empty() && !owned {
                continue;
            }
            let pair = (inspector.code.clone(), subject);
            let sealed_by = Some((holder.as_str(), key));
            settle(rec, &pair, (stands.as_ref(), &others), sealed_by).await?;
        }
        Ok(())
    }

    /// Takes every explanation out of its row.
    pub(super) async fn empty(self, rec: &mut Recording) -> Result<(), StoreError> {
        for (stands, others) in self.rows.into_values() {
            for kept in stands.iter().chain(&others) {
                if kept.cell.is_none() {
                    continue;
                }
                let gone = vec![("sealed_note", Value::Sealed(None))];
                rec.update(&RECUSALS, &kept.row_key(), &kept.seen, gone)
                    .await?;
                kept.without_own_key(rec).await?;
            }
        }
        Ok(())
    }
}

fn cells(recusal: &Recusal, sealed: Option<SealedCell>) -> Cells {
    vec![
        ("inspector_code", recusal.inspector.as_str().into()),
        ("subject_code", recusal.subject.to_string().into()),
        ("ground", recusal.ground.name().into()),
        ("declared_by", recusal.declared_by.as_str().into()),
        ("declared_at_ms", recusal.at.unix_ms().into()),
        ("sealed_note", sealed.into()),
    ]
}

/// Declares a recusal of the inspector `of`, under whose key its explanation is sealed.
pub async fn declare(
    rec: &mut Recording,
    recusal: &Recusal,
    of: &StoredInspector,
) -> Result<(), StoreError> {
    let holder = person::inspector(&of.inspector.id);
    let pair = pair_of(&recusal.inspector, &recusal.subject);
    let sealed = match &recusal.note {
        None => None,
        Some(note) => {
            let key = person::key_for(rec, &holder, of.key.as_ref()).await?;
            let place = (TABLE, pair.as_str(), "note");
            Some(person::seal(&*rec.vault(), (&holder, &key), place, note)?)
        }
    };
    rec.insert(&RECUSALS, cells(recusal, sealed)).await
}
