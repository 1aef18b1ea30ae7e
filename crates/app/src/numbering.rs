//! Number series that go on where the bureau's own numbering stood: who changes to this program in the middle of a
//! year has given numbers already, on paper or elsewhere.

use domain::event::{Act, Actor};
use domain::id::OfficeLetters;
use domain::refusal::Code;
use store::counter::{self, Series};
use store::org;

use crate::{App, AppError};

static GIVEN: Code = Code::new(
    "NUMB-001",
    "{issuer} {year} 年的编号已经给到 {last} 号，不能从 {next} 号接续，没有改动。",
    None,
    "编号不重号。从 {following} 号或更大的号接续；作废的号照样保留。",
);
static RANGE: Code = Code::new(
    "NUMB-002",
    "{year} 年从 {next} 号接续：年份或编号不在范围内。",
    None,
    "年份写四位数，编号从 1 到 999999999。",
);

/// Which numbers go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Numbered {
    /// Those of campaigns (任务编号).
    Campaigns,
    /// Those of documents under these letters (文书号).
    Documents(OfficeLetters),
}

impl App {
    /// Lets a series go on at `at`, by who works at the machine itself.
    ///
    /// # Errors
    /// `NUMB-001` if this number or a later one was given, `NUMB-002` if year or number make no sense.
    pub async fn begin_numbering(
        &self,
        what: &Numbered,
        year: i16,
        at: u32,
    ) -> Result<(), AppError> {
        if !(1000..=9999).contains(&year) || !(1..=999_999_999).contains(&at) {
            return Err(RANGE.refuse(&[("year", &year), ("next", &at)]).into());
        }
        let mut tx = self.db.begin("counter.begin").await?;
        let series = match what {
            Numbered::Documents(letters) => Series::of_documents(letters, year),
            Numbered::Campaigns => {
                let district = org::fact(&mut tx, "district").await?.unwrap_or_default();
                let letters = org::fact(&mut tx, "number_letters").await?;
                Series::of_campaigns(&district, &letters.unwrap_or_default(), year)
            }
        };
        let next = counter::next(&mut tx, series.clone()).await?;
        let at = i64::from(at);
        if at < next.number() {
            let (issuer, following) = (&series.issuer, next.number());
            let last = following - 1;
            return Err(GIVEN
                .refuse(&[
                    ("issuer", issuer),
                    ("year", &year),
                    ("last", &last),
                    ("next", &at),
                    ("following", &following),
                ])
                .into());
        }
        let event = self
            .event(Act::CounterBegun, Actor::program("命令行编号接续"))
            .with("kind", series.kind)
            .with("issuer", &series.issuer)
            .with("year", series.year)
            .with("next", at);
        let mut rec = tx.record(event, self.confidential())?;
        counter::begin_at(&mut rec, next, at).await?;
        rec.commit().await?;
        Ok(())
    }
}
