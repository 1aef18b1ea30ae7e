//! What a form asks for of a signed paper, whatever is judged on it.

use app::drawing::MOST_PICTURE;
use app::paper::PaperWords;
use app::scan::Scan;
use domain::id::AccountId;
use domain::policy::{Place, Verb};
use domain::refusal::codes;
use domain::text::FieldErrors;
use domain::time::Date;

use crate::component::{Choice, Field, Width};
use crate::gate::{Pressed, SentFile, Stop, WebState};

/// The fields: who signed it, the day, the number, the scan.
pub(in crate::screen) async fn fields(
    web: &WebState,
    judges: (Verb, &Place<'_>),
) -> Result<Vec<Field>, Stop> {
    let able = web.app.signatories(judges).await?;
    let choices = able
        .iter()
        .map(|one| Choice::new(one.account.as_str(), one.name.as_str()));
    Ok(vec![
        Field::menu("signatory", "签批人", choices.collect())
            .with_help("在纸面上签字的人；列的是现在有这个岗位的账号"),
        Field::date("dated", "签批日期"),
        Field::line("number", "文号或编号", Width::Medium)
            .with_help("照纸面填写；没有文号的，填收文登记的编号"),
        Field::upload("scan", "扫描件", ".pdf,.jpg,.jpeg,.png")
            .with_help("签字、日期和文号要看得清；PDF、JPG 或 PNG，不超过 8 MB。扫描件加密保存"),
    ])
}

/// What was typed and chosen, each of its kind.
pub(in crate::screen) struct Entered {
    signatory: AccountId,
    dated: Date,
    number: String,
    scan: Scan,
}

impl Entered {
    /// The form as it was sent.
    ///
    /// # Errors
    /// What is wrong, field by field.
    pub(in crate::screen) fn read(sent: &Pressed) -> Result<Self, FieldErrors> {
        let mut errors = FieldErrors::new();
        let signatory = AccountId::parse(sent.first("signatory"));
        let signatory = signatory.map_err(|_| codes::PAPER_SIGNATORY.field(&[]));
        let signatory = errors.take("signatory", signatory);
        let dated = errors.take("dated", Date::parse_typed(sent.first("dated")));
        let scan = match sent.files().of("scan") {
            None => Err(codes::PAPER_NO_SCAN.field(&[])),
            Some(SentFile::TooLarge) => {
                let limit = MOST_PICTURE >> 20;
                Err(codes::PAPER_SCAN_LARGE.field(&[("limit", &limit)]))
            }
            Some(SentFile::Whole(bytes)) => {
                Scan::read(bytes).ok_or_else(|| codes::PAPER_NOT_A_SCAN.field(&[]))
            }
        };
        match (signatory, dated, errors.take("scan", scan)) {
            (Some(signatory), Some(dated), Some(scan)) => Ok(Self {
                signatory,
                dated,
                number: sent.first("number").to_owned(),
                scan,
            }),
            _ => Err(errors),
        }
    }

    /// It, as it is entered.
    pub(in crate::screen) fn words(&self) -> PaperWords<'_> {
        PaperWords {
            signatory: &self.signatory,
            dated: self.dated,
            number: &self.number,
            scan: &self.scan,
        }
    }
}
