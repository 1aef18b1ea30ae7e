//! What the frame of a draw is made from: the registers, whole.
//!
//! For a freeze they are the very rows that were held against the log ([`FrameRegisters::as_written`]): an index that
//! leaves a firm out, or a view that answers two questions differently, would otherwise stand between what was
//! compared and what is drawn from. What is tried for somebody's eyes is read as any page is
//! ([`FrameRegisters::as_they_stand`]). Deliberately absent: who of them stands in the frame, which the domain decides.

use std::collections::{BTreeMap, BTreeSet};

use domain::catalog::InspectionItem;
use domain::id::SubjectId;
use domain::inspector::Inspector;
use domain::org::OrgTree;
use domain::subject::Subject;
use domain::time::{Date, Instant};

use crate::catalog::{self, Adopted};
use crate::error::StoreError;
use crate::inspection::{Count, Counted, begun_since};
use crate::inspector::{self, StoredInspector, StoredRecusal};
use crate::kernel::log;
use crate::kernel::reader::Reader;
use crate::kernel::register::Register;
use crate::kernel::table::TracedTable;
use crate::kernel::value::Row;
use crate::schema::{
    CAMPAIGNS, INSPECTIONS, INSPECTORS, ITEMS, ORG_UNITS, RECUSALS, RULEBOOKS, SEALED_VISITS,
    SUBJECTS,
};
use crate::{org, person, sealed_visit, subject};

/// The registers, whole.
#[derive(Debug)]
pub struct FrameRegisters {
    /// How the units stand to each other.
    pub units: OrgTree,
    /// The newest revision of every item.
    pub items: Vec<InspectionItem>,
    /// Every version of the rules.
    pub rulebooks: Adopted,
    /// The subjects, in the order (name, key).
    pub subjects: Vec<Subject>,
    /// The inspectors, by code.
    pub inspectors: Vec<Inspector>,
    /// The recusals, by inspector and subject.
    pub recusals: Vec<StoredRecusal>,
    /// How many visits of each subject count towards the yearly cap.
    pub visits: BTreeMap<SubjectId, i64>,
}

/// Which visits of a day on count.
fn year_of(now: Instant) -> Instant {
    let first = Date::new(now.date().year(), 1, 1);
    first.expect("1 January exists in every year").start()
}

impl FrameRegisters {
    /// As the log leaves them; visits that are drawn and ahead count.
    ///
    /// # Errors
    /// [`StoreError::Contradiction`] that names a row which is not as the newest entry that wrote it left it.
    pub async fn as_written(reader: &mut Reader, now: Instant) -> Result<Self, StoreError> {
        // The rules of its approval too, and how long the sealed visits of other plans are ahead.
        let registers = [&Register::OF_A_FRAME[..], &[Register::Rulebook]].concat();
        let mut tables = log::tables_of(&registers);
        tables.push(&CAMPAIGNS);
        let mut taken = Taken::since(year_of(now));
        log::as_written(reader, &tables, &mut |table, row| taken.take(table, row)).await?;
        let keys = person::keys(reader).await?;
        let vault = reader.vault();
        let (_, newest_ms) = log::standing(reader).await?;
        let today = Instant::from_unix_ms(newest_ms).date();
        let ahead = taken.ahead(today);
        let mut sealed = Vec::new();
        for row in taken.of(&SEALED_VISITS) {
            if ahead.contains(row.text("campaign_id")?) {
                sealed.push(sealed_visit::subject_of_row(&*vault, &keys, row)?);
            }
        }
        let items = catalog::items_of_rows(taken.of(&ITEMS))?;
        let people = (taken.of(&INSPECTORS), taken.of(&RECUSALS));
        let (inspectors, recusals) = inspector::of_rows(people, &keys, &*vault)?;
        let units = org::tree_of_rows(taken.of(&ORG_UNITS))?;
        let rulebooks = Adopted::of_rows(taken.of(&RULEBOOKS))?;
        let Taken {
            mut subjects,
            mut count,
            ..
        } = taken;
        subjects.sort_by(|one, other| (&one.name, &one.id).cmp(&(&other.name, &other.id)));
        sealed.into_iter().for_each(|firm| count.ahead(firm));
        Ok(Self {
            units,
            items: items.into_iter().map(|kept| kept.item).collect(),
            rulebooks,
            subjects,
            inspectors: at_hand(inspectors),
            recusals,
            visits: count.visits(),
        })
    }

    /// As the tables say at this moment; only visits whose teams were at the door count.
    pub async fn as_they_stand(reader: &mut Reader, now: Instant) -> Result<Self, StoreError> {
        let items = catalog::items(reader).await?;
        let subjects = subject::every(reader).await?;
        Ok(Self {
            units: org::tree(reader).await?,
            items: items.into_iter().map(|kept| kept.item).collect(),
            rulebooks: catalog::adopted(reader).await?,
            subjects: subjects.into_iter().map(|kept| kept.subject).collect(),
            inspectors: at_hand(inspector::all(reader).await?),
            recusals: inspector::recusals(reader).await?,
            visits: begun_since(reader, year_of(now)).await?,
        })
    }
}

/// What is taken out of the rows that are compared.
struct Taken {
    subjects: Vec<Subject>,
    count: Count,
    /// The last day of each campaign's plan.
    until: Vec<(String, String)>,
    /// Rows of the tables of which there are few, by table.
    rows: BTreeMap<&'static str, Vec<Row>>,
}

impl Taken {
    fn since(since: Instant) -> Self {
        Self {
            subjects: Vec::new(),
            count: Count::since(since, Counted::Drawn),
            until: Vec::new(),
            rows: BTreeMap::new(),
        }
    }

    fn take(&mut self, table: &'static TracedTable, row: &Row) -> Result<(), StoreError> {
        let name = table.layout().name;
        if name == SUBJECTS.layout().name {
            self.subjects.push(subject::subject(row)?.subject);
        } else if name == INSPECTIONS.layout().name {
            self.count.row(row)?;
        } else if name == CAMPAIGNS.layout().name {
            let text = |column| row.text(column).map(str::to_owned);
            self.until
                .push((text("campaign_id")?, text("window_until")?));
        } else {
            self.rows.entry(name).or_default().push(row.clone());
        }
        Ok(())
    }

    fn of(&self, table: &TracedTable) -> &[Row] {
        let rows = self.rows.get(table.layout().name);
        rows.map_or(&[], Vec::as_slice)
    }

    /// The campaigns whose plan has not run out on that day.
    fn ahead(&self, today: Date) -> BTreeSet<String> {
        let today = today.to_string();
        let ahead = self.until.iter().filter(|(_, until)| *until >= today);
        ahead.map(|(campaign, _)| campaign.clone()).collect()
    }
}

fn at_hand(inspectors: Vec<StoredInspector>) -> Vec<Inspector> {
    inspectors.into_iter().map(|kept| kept.inspector).collect()
}

#[cfg(test)]
mod tests;
