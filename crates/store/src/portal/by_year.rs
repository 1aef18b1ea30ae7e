//! The draws of every unit by year: how many were published, how many void, and how many were drawn and never opened
//! although the last day of their plan is over.
//!
//! Counted from the log, so that a campaign that went on counts too. Whoever draws until a list pleases him is seen by the
//! void draws, whoever looks at a list and does not work it off by the last of the three. Deliberately absent: who was drawn.

use std::cmp::Reverse;
use std::collections::BTreeMap;

use domain::id::{CampaignId, OrgUnitId};
use domain::time::{Date, Instant};
use tlog::entry::{Entry, EntryType};

use crate::error::StoreError;
use crate::kernel::reader::{Query, Reader};

/// The draws of one unit in one year.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DrawsOfYear {
    /// The unit that launched the campaigns.
    pub unit: OrgUnitId,
    /// The year of the entries, in the bureau's own time.
    pub year: i16,
    /// Draws whose FREEZE is in the log.
    pub draws: u64,
    /// Draws that were void, before FREEZE too.
    pub void: u64,
    /// Draws whose RESULT is in the log and whose OPEN is not, though the last day of their plan is over; in the year of
    /// their RESULT.
    pub unopened: u64,
}

/// A campaign that is drawn.
struct Drawn {
    unit: OrgUnitId,
    /// The year of its RESULT.
    year: i16,
    until: Date,
}

/// The draws of every unit by year, newest year first, as they stand on that day.
///
/// # Errors
/// [`StoreError::Contradiction`] if an entry cannot be read.
pub async fn draws_by_unit_and_year(
    reader: &mut Reader,
    today: Date,
) -> Result<Vec<DrawsOfYear>, StoreError> {
    let query = Query::new(
        "SELECT c.campaign_id, c.org_unit_id, c.window_until, l.entry FROM log_leaves l JOIN log_links k ON k.sequence = l.sequence AND k.kind = 'campaign' JOIN campaigns c ON c.campaign_id = k.target WHERE l.entry LIKE 'shuang/1 entry_type void%' OR l.entry LIKE 'shuang/1 entry_type freeze%' OR l.entry LIKE 'shuang/1 entry_type result%' OR l.entry LIKE 'shuang/1 entry_type open%' ORDER BY l.sequence",
    );
    let mut counted = Lines::default();
    let mut drawn: BTreeMap<CampaignId, Drawn> = BTreeMap::new();
    for row in reader.all(query).await? {
        let entry = Entry::parse(row.text("entry")?)
            .map_err(|error| StoreError::contradiction("留痕条目", &format!("读不出：{error}")))?;
        let at = i64::try_from(entry.time()).unwrap_or(i64::MAX);
        let year = Instant::from_unix_ms(at).date().year();
        let unit = row.parsed("campaigns", "org_unit_id", OrgUnitId::parse)?;
        let campaign = row.parsed("campaigns", "campaign_id", CampaignId::parse)?;
        match entry.kind() {
            EntryType::Void => counted.line(unit, year).void += 1,
            EntryType::Result => {
                let until = row.date("campaigns", "window_until")?;
                drawn.insert(campaign, Drawn { unit, year, until });
            }
            EntryType::Open => {
                drawn.remove(&campaign);
            }
            _ => counted.line(unit, year).draws += 1,
        }
    }
    for left in drawn.into_values().filter(|left| left.until < today) {
        counted.line(left.unit, left.year).unopened += 1;
    }
    Ok(counted.0.into_values().collect())
}

/// The lines, newest year first.
#[derive(Default)]
struct Lines(BTreeMap<(Reverse<i16>, String), DrawsOfYear>);

impl Lines {
    fn line(&mut self, unit: OrgUnitId, year: i16) -> &mut DrawsOfYear {
        let key = (Reverse(year), unit.as_str().to_owned());
        self.0.entry(key).or_insert(DrawsOfYear {
            unit,
            year,
            draws: 0,
            void: 0,
            unopened: 0,
        })
    }
}
