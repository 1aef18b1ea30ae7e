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
    "编号不重号，也不断号：下一号是 {following}。作废的号照样保留。",
);
static IN_USE: Code = Code::new(
    "NUMB-006",
    "{issuer} {year} 年的编号已经给到 {last} 号，跳到 {next} 号，{following} 到 {before} 号就成了空号，没有改动。",
    None,
    "编号不断号，下一号是 {following}。从哪一号接续，只能在这一年的第一个号给出之前定。",
);
static RANGE: Code = Code::new(
    "NUMB-002",
    "{year} 年从 {next} 号接续：年份或编号不在范围内。",
    None,
    "年份写四位数，从哪一号接续写 1 到 99999：一个单位一年编不到更大的号，多半是多写了几位。",
);

/// The largest number a series begins at: numbers are not given back, so what was typed wrong stays for the year.
const LARGEST_START: u32 = 99_999;

/// Which numbers go on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Numbered {
    /// Those of campaigns (任务编号).
    Campaigns,
    /// Those of documents under these letters (文书号).
    Documents(OfficeLetters),
}

impl App {
    /// Lets a series begin at `at`, by who works at the machine itself; freely as long as it has given no number. One
    /// that has goes on where it stands, so that there is no gap.
    ///
    /// # Errors
    /// `NUMB-001` if this number or a later one was given, `NUMB-006` if an earlier one was and numbers between them
    /// would be left out, `NUMB-002` if year or number make no sense.
    pub async fn begin_numbering(
        &self,
        what: &Numbered,
        year: i16,
        at: u32,
    ) -> Result<(), AppError> {
        if !(1000..=9999).contains(&year) || !(1..=LARGEST_START).contains(&at) {
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
        if next.has_given() {
            if at == next.number() {
                return Ok(());
            }
            let (issuer, following) = (&series.issuer, next.number());
            let code = if at < following { &GIVEN } else { &IN_USE };
            let refusal = code.refuse(&[
                ("issuer", issuer),
                ("year", &year),
                ("last", &(following - 1)),
                ("next", &at),
                ("before", &(at - 1)),
                ("following", &following),
            ]);
            return Err(refusal.into());
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
