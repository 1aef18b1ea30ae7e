//! The record VOID of an attempt, by its version. `shuang/1` needs a FREEZE and names the approver; `shuang/2` voids a
//! frame that was never published too, names a signed paper, and the approver as a hash nobody can try.

use domain::campaign::state::CampaignState;
use domain::id::{AccountId, Fingerprint, PartyToken};
use domain::refusal::Code;
use draw::record::two::{self, Approval, Decided, Voided};
use draw::record::{FreezeRecord, VoidRecord, hash_of};
use draw::{Digest, Version};
use store::campaign::{StoredCampaign, VoidAttempt};

use super::material::plan_record;
use super::seed::logged_reveal;
use super::{digest, freeze_of, token};
use crate::AppError;
use crate::port::Entropy;

static NO_PAPER: Code = Code::new(
    "DRAW-054",
    "没有写明签批作废的文书。",
    Some("shuang/2 第 3.7 节"),
    "把签批的文书扫描，填写文件的 SHA-256 摘要；文书本身不上传，由批准人存档。",
);

/// Why an attempt is void.
#[derive(Clone, Copy, Debug)]
pub struct VoidWords<'w> {
    /// A class of the published list.
    pub class: &'w PartyToken,
    /// The reason in full.
    pub reason: &'w str,
    /// SHA-256 of the signed paper.
    pub document: Option<&'w Fingerprint>,
}

/// VOID, and the salt under which it names the approver.
pub(super) struct Void {
    pub(super) record: String,
    pub(super) salt: Option<Digest>,
}

/// VOID of the attempt as it stands; none of a frame of `shuang/1` whose FREEZE was never published.
pub(super) fn record(
    stored: &StoredCampaign,
    approver: &AccountId,
    words: VoidWords<'_>,
    entropy: &dyn Entropy,
) -> Result<Option<Void>, AppError> {
    let frame = stored.campaign.state.frame();
    let version = frame.map_or(Version::One, |frozen| frozen.version.protocol());
    match (version, &stored.freeze_record) {
        (Version::One, None) => Ok(None),
        (Version::One, Some(_)) => {
            let record = of_one(&freeze_of(stored)?, approver, words)?.to_string();
            Ok(Some(Void { record, salt: None }))
        }
        (Version::Two, _) => of_two(stored, approver, words, entropy).map(Some),
    }
}

fn of_one(
    freeze: &FreezeRecord,
    approver: &AccountId,
    words: VoidWords<'_>,
) -> Result<VoidRecord, AppError> {
    Ok(VoidRecord {
        attempt: freeze.attempt_ref(),
        reason: token(words.class.as_str())?,
        approver: token(approver.as_str())?,
        document: freeze.suite.bytes(words.reason.as_bytes()),
    })
}

fn of_two(
    stored: &StoredCampaign,
    approver: &AccountId,
    words: VoidWords<'_>,
    entropy: &dyn Entropy,
) -> Result<Void, AppError> {
    let document = words.document.ok_or_else(|| NO_PAPER.refuse(&[]))?;
    let plan = plan_record(stored)?;
    let salt = Digest(entropy.bytes());
    let code = token(approver.as_str())?;
    let record = two::VoidRecord {
        voided: match &stored.freeze_record {
            None => Voided::BeforeFreeze {
                campaign: token(stored.campaign.number.as_str())?,
                attempt: stored.campaign.state.attempt(),
                plan: hash_of(plan.suite, &plan),
            },
            Some(_) => Voided::Frozen {
                attempt: freeze_of(stored)?.attempt_ref(),
                reveal: match stored.campaign.state {
                    CampaignState::Revealed(_) => Some(logged_reveal(stored)?.hash(plan.suite)),
                    _ => None,
                },
            },
        },
        reason: token(words.class.as_str())?,
        decided: Decided::Approved(Approval::by(plan.suite, code, &salt, digest(document))),
    };
    Ok(Void {
        record: record.to_string(),
        salt: Some(salt),
    })
}

/// An attempt of `shuang/2` that becomes void after REVEAL, to be kept until it is opened.
pub(super) fn after_reveal(stored: &StoredCampaign, record: &str) -> Option<VoidAttempt> {
    let frame = stored.campaign.state.frame()?;
    let kept = matches!(stored.campaign.state, CampaignState::Revealed(_))
        && frame.version.protocol() == Version::Two;
    kept.then(|| VoidAttempt {
        as_stood: stored.clone(),
        void_record: record.to_owned(),
        is_opened: false,
    })
}
