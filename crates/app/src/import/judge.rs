//! What becomes of each row: new, changed, the same, or bad, with every reason at once.

use std::collections::{BTreeMap, HashMap};

use domain::id::OrgUnitId;
use domain::inspector::Inspector;
use domain::policy::Place;
use domain::refusal::Code;
use domain::subject::Subject;
use store::Reader;
use store::inspector::StoredInspector;
use store::subject::StoredSubject;

use super::credentials::Credentials;
use super::{Register, RowFault, StagedRow, Terms, read_inspector, read_subject};
use crate::AppError;
use crate::drawing::FrozenNames;
use crate::port::Entropy;

static TWICE: Code = Code::new(
    "IMPT-070",
    "与文件里第 {row} 行是同一个（{key}）。",
    None,
    "删去重复的一行；两者确实不同的，核对证照上的代码。",
);
static OTHER_UNIT: Code = Code::new(
    "IMPT-072",
    "这一条由“{unit}”维护，本账号不能改。",
    None,
    "由该单位的名录维护人导入，或从文件里删去这一行。",
);

/// An entry of either register.
#[derive(Clone, Debug)]
pub enum Entry {
    /// Of the subject register.
    Subject(Box<Subject>),
    /// Of the inspector register.
    Inspector(Box<Inspector>),
}

/// An entry as it stands in the register.
#[derive(Clone, Debug)]
pub enum Kept {
    /// Of the subject register.
    Subject(Box<StoredSubject>),
    /// Of the inspector register.
    Inspector(Box<StoredInspector>),
}

/// What becomes of one row.
#[derive(Clone, Debug)]
pub enum RowVerdict {
    /// Not in the register yet.
    Add(Entry),
    /// In the register with other contents.
    Update(Kept, Entry),
    /// In the register with the same contents.
    Same,
    /// Cannot be imported: every mistake of the row.
    Bad(Vec<RowFault>),
}

/// A row that was judged.
#[derive(Clone, Debug)]
pub struct Judged {
    /// What becomes of it.
    pub verdict: RowVerdict,
    /// What is odd but no reason to refuse, e.g. no code: it cannot enter a draw.
    pub hints: Vec<RowFault>,
}

/// A row that could be read by itself, and the key by which it is known.
pub(super) struct Candidate {
    pub(super) entry: Entry,
    pub(super) key: String,
    pub(super) hints: Vec<RowFault>,
}

/// Judges the rows of one file, part by part, in their order.
pub struct Judge<'t> {
    terms: &'t Terms,
    entropy: &'t dyn Entropy,
    frozen: &'t FrozenNames,
    recused: Option<Vec<StoredSubject>>,
    first_row: HashMap<String, u64>,
    credentials: Credentials,
}

impl<'t> Judge<'t> {
    /// A judge that has seen no row yet, and knows whose names stand.
    #[must_use]
    pub(crate) fn new(terms: &'t Terms, entropy: &'t dyn Entropy, frozen: &'t FrozenNames) -> Self {
        Self {
            terms,
            entropy,
            frozen,
            recused: None,
            first_row: HashMap::new(),
            credentials: Credentials::default(),
        }
    }

    /// Judges the next rows against the register as `reader` sees it.
    pub async fn part(
        &mut self,
        reader: &mut Reader,
        rows: &[StagedRow],
    ) -> Result<Vec<Judged>, AppError> {
        let candidates: Vec<Result<Candidate, Vec<RowFault>>> =
            rows.iter().map(|row| self.candidate(row)).collect();
        let keys: Vec<&Candidate> = candidates
            .iter()
            .filter_map(|read| read.as_ref().ok())
            .collect();
        let known = match self.terms.register {
            Register::Subjects => read_subject::known(reader, &keys).await?,
            Register::Inspectors => read_inspector::known(reader, &keys).await?,
        };
        if self.recused.is_none() {
            self.recused = Some(store::subject::recused(reader).await?);
        }
        let judged = rows.iter().zip(candidates).map(|(row, read)| match read {
            Ok(candidate) => self.compared(row, candidate, &known),
            Err(faults) => Judged {
                verdict: RowVerdict::Bad(faults),
                hints: Vec::new(),
            },
        });
        let mut judged: Vec<Judged> = judged.collect();
        self.credentials.learn(reader, &judged).await?;
        for (row, judged) in rows.iter().zip(&mut judged) {
            if let Some((field, error)) = self.credentials.refuse(&judged.verdict) {
                let fault = self.terms.fault(row, field, &error);
                judged.verdict = RowVerdict::Bad(vec![fault]);
            }
        }
        Ok(judged)
    }

    fn candidate(&mut self, row: &StagedRow) -> Result<Candidate, Vec<RowFault>> {
        let flaws = self.terms.flaws(row);
        if !flaws.is_empty() {
            return Err(flaws);
        }
        let candidate = match self.terms.register {
            Register::Subjects => read_subject::candidate(self.terms, row, self.entropy)?,
            Register::Inspectors => read_inspector::candidate(self.terms, row, self.entropy)?,
        };
        let first = *self
            .first_row
            .entry(candidate.key.clone())
            .or_insert(row.number);
        if first == row.number {
            return Ok(candidate);
        }
        let field = self.key_field(row);
        let error = TWICE.field(&[("row", &first), ("key", &candidate.key)]);
        Err(vec![self.terms.fault(row, field, &error)])
    }

    /// The field a row is known by: what is filled in of these.
    fn key_field(&self, row: &StagedRow) -> &'static str {
        let wanted = ["usci", "register_number", "code"];
        let given = self.terms.given(row).map(|(field, _)| field);
        given
            .into_iter()
            .find(|field| wanted.contains(field))
            .unwrap_or("name")
    }

    fn compared(
        &self,
        row: &StagedRow,
        candidate: Candidate,
        known: &BTreeMap<String, Kept>,
    ) -> Judged {
        let Candidate { entry, key, hints } = candidate;
        let Some(kept) = known.get(&key) else {
            return Judged {
                verdict: self.place_of_new(row, entry),
                hints,
            };
        };
        let merged = match kept {
            Kept::Subject(kept) => read_subject::merged(self.terms, row, kept),
            Kept::Inspector(kept) => read_inspector::merged(self.terms, row, kept),
        };
        let verdict = match merged {
            Err(faults) => RowVerdict::Bad(faults),
            Ok(None) => RowVerdict::Same,
            Ok(Some(after)) => self.if_within_reach(row, kept, after),
        };
        // What an unchanged entry is like was known before; nothing is to be decided about it.
        let hints = match verdict {
            RowVerdict::Same => Vec::new(),
            _ => hints,
        };
        Judged { verdict, hints }
    }

    fn if_within_reach(&self, row: &StagedRow, kept: &Kept, after: Entry) -> RowVerdict {
        let before = match kept {
            Kept::Subject(kept) => &kept.unit,
            Kept::Inspector(kept) => &kept.inspector.unit,
        };
        let moved_to = match &after {
            Entry::Inspector(inspector) => &inspector.unit,
            Entry::Subject(_) => before,
        };
        let beyond = |unit: &&OrgUnitId| !self.terms.reach.covers(&Place::of(unit));
        let foreign = [before, moved_to].into_iter().find(beyond).cloned();
        match foreign {
            None => self.unless_frozen(row, kept, after),
            Some(unit) => self.beyond(row, &unit),
        }
    }

    /// Names stand while draws are ahead, whichever way they come.
    fn unless_frozen(&self, row: &StagedRow, kept: &Kept, after: Entry) -> RowVerdict {
        let stands = match (kept, &after) {
            (Kept::Subject(kept), Entry::Subject(after)) => {
                crate::subject::stands(self.frozen, &kept.subject, after)
            }
            (Kept::Inspector(kept), Entry::Inspector(after)) => {
                let error = crate::inspector::stands(self.frozen, &kept.inspector, after);
                error.map(|error| ("name", error))
            }
            // A row is judged by the register it goes into, so both are of one kind.
            _ => None,
        };
        match stands {
            None => RowVerdict::Update(kept.clone(), after),
            Some((field, error)) => RowVerdict::Bad(vec![self.terms.fault(row, field, &error)]),
        }
    }

    /// New subjects go into the register of the unit that imports, inspectors into their own.
    fn place_of_new(&self, row: &StagedRow, entry: Entry) -> RowVerdict {
        match &entry {
            Entry::Inspector(inspector)
                if !self.terms.reach.covers(&Place::of(&inspector.unit)) =>
            {
                self.beyond(row, &inspector.unit)
            }
            Entry::Subject(subject) => self.unless_twin(row, subject.clone()),
            Entry::Inspector(_) => RowVerdict::Add(entry),
        }
    }

    fn unless_twin(&self, row: &StagedRow, new: Box<Subject>) -> RowVerdict {
        let recused = self.recused.as_deref().unwrap_or_default();
        match crate::subject::twin(recused, &new) {
            None => RowVerdict::Add(Entry::Subject(new)),
            Some((field, error)) => RowVerdict::Bad(vec![self.terms.fault(row, field, &error)]),
        }
    }

    fn beyond(&self, row: &StagedRow, unit: &OrgUnitId) -> RowVerdict {
        let name = self.terms.names.get(unit).map_or("-", String::as_str);
        let field = match self.terms.register {
            Register::Subjects => self.key_field(row),
            Register::Inspectors => "unit",
        };
        let error = OTHER_UNIT.field(&[("unit", &name)]);
        RowVerdict::Bad(vec![self.terms.fault(row, field, &error)])
    }
}

impl Entry {
    /// The name shown for it.
    #[must_use]
    pub fn name(&self) -> String {
        match self {
            Self::Subject(subject) => subject.name.to_string(),
            Self::Inspector(inspector) => inspector.name.to_string(),
        }
    }

    /// The code it is known by; empty without one.
    #[must_use]
    pub fn code(&self) -> String {
        match self {
            Self::Subject(subject) => subject
                .code()
                .map(|code| code.to_string())
                .unwrap_or_default(),
            Self::Inspector(inspector) => inspector.code.to_string(),
        }
    }
}
