//! The number a campaign gets when it is drafted (任务编号).

use domain::id::CampaignNo;
use domain::time::Date;
use store::counter::{self, Next, Series};
use store::{StoreError, Tx, org};

use crate::AppError;

/// The next number of the year's series of campaigns, held for the act that takes it.
pub(super) async fn next_number(tx: &mut Tx, today: Date) -> Result<(CampaignNo, Next), AppError> {
    let district = org::fact(tx, "district").await?.unwrap_or_default();
    let letters = org::fact(tx, "number_letters").await?.unwrap_or_default();
    let year = today.year();
    let next = counter::next(tx, Series::of_campaigns(&district, &letters, year)).await?;
    let sequence = u32::try_from(next.number()).unwrap_or(u32::MAX);
    let number = CampaignNo::compose(&district, &letters, year, sequence).map_err(|error| {
        StoreError::Inconsistent {
            table: "installation".to_owned(),
            column: "district, number_letters".to_owned(),
            row: district.clone(),
            why: error.to_string(),
        }
    })?;
    Ok((number, next))
}
