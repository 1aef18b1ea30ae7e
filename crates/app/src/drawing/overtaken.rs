//! A draw whose FREEZE was published in a log that has been given up since (SPEC-log §3, `restart`). The entries that were
//! lost may have held its ceremony: whoever keeps a later copy knows numbers that are told only there, and perhaps a
//! result. So nothing follows from it any more, and it can only be made void.
//!
//! Deliberately absent: a draw whose REVEAL is in the log that goes on. Its numbers are public, and its RESULT follows.

use domain::campaign::CampaignState;
use domain::refusal::Code;
use store::campaign::StoredCampaign;
use store::{Reader, log};
use tlog::Hash;

use crate::AppError;

static OVERTAKEN: Code = Code::new(
    "DRAW-080",
    "这次抽取的承诺是在恢复备份、另起日志之前公布的；丢失的留痕里可能已有随机数和结果，有人看过。这次抽取不再继续。",
    Some("SPEC-log 第 3 节"),
    "由分管领导作废这一次，再重新冻结名录，各方另换随机数。",
);

/// Whether the attempt can only be made void.
///
/// # Errors
/// What the store says of the view.
pub async fn is_overtaken(reader: &mut Reader, stored: &StoredCampaign) -> Result<bool, AppError> {
    let (CampaignState::Committed(_), Some(freeze)) =
        (&stored.campaign.state, &stored.freeze_record)
    else {
        return Ok(false);
    };
    let freeze = Hash::of(freeze.as_bytes());
    Ok(log::is_before_restart(reader, &freeze).await?)
}

/// Refuses what an attempt that can only be made void would go on with.
pub(super) async fn goes_on(reader: &mut Reader, stored: &StoredCampaign) -> Result<(), AppError> {
    match is_overtaken(reader, stored).await? {
        true => Err(OVERTAKEN.refuse(&[]).into()),
        false => Ok(()),
    }
}
