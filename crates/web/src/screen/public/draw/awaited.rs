//! What the public waits for: a public source that was announced, and is not entered yet. Nobody can make the program know
//! it, so that it is said here from when on it could be known.

use domain::campaign::CampaignState;
use domain::time::Instant;
use serde::Serialize;
use store::campaign::{self, StoredCampaign};
use store::{Reader, StoreError};

use super::Record;
use crate::component::Note;

/// One source that is awaited.
#[derive(Debug, Serialize)]
pub(in super::super) struct Awaited {
    attempt: u32,
    is_void: bool,
    /// Its name and round.
    source: String,
    /// When it appears.
    at: String,
    overdue: bool,
}

/// What is awaited of the draw as it stands, and of its attempts that are void.
pub(super) async fn of(
    reader: &mut Reader,
    stored: &StoredCampaign,
    now: Instant,
) -> Result<Vec<Awaited>, StoreError> {
    let mut awaited: Vec<Awaited> = of_attempt(stored, false, now).into_iter().collect();
    for void in campaign::void_attempts(reader, stored).await? {
        if !void.is_opened {
            awaited.extend(of_attempt(&void.as_stood, true, now));
        }
    }
    Ok(awaited)
}

fn of_attempt(stored: &StoredCampaign, is_void: bool, now: Instant) -> Option<Awaited> {
    let CampaignState::Revealed(revealed) = &stored.campaign.state else {
        return None;
    };
    let at = revealed.committed.beacon_at?;
    let freeze = Record(stored.freeze_record.as_deref()?);
    let line = freeze.0.lines().find(|line| line.starts_with("beacon "))?;
    let words: Vec<&str> = line.split(' ').collect();
    let source = words.get(1..3)?.join(" ");
    Some(Awaited {
        attempt: stored.campaign.state.attempt(),
        is_void,
        source,
        at: at.local_text(),
        overdue: now >= at,
    })
}

impl Awaited {
    /// What is said of it.
    pub(super) fn note(&self) -> Note {
        let Self {
            attempt,
            source,
            at,
            ..
        } = self;
        match (self.is_void, self.overdue) {
            (false, false) => Note::standing(
                "随机数已公开，等待公共随机数。",
                format!("名录、户数、人数和各方随机数都已固定；还差 {source}，{at} 公布。录入之后结果由程序立即算出并公布。").as_str(),
            ),
            (false, true) => Note::warning(
                "公共随机数还没有录入。",
                format!("{source} 应已于 {at} 公布，结果由它定了，还没有录入。录入之后结果立即公布；迟迟不录的，可以向行政执法监督反映。").as_str(),
            ),
            (true, false) => Note::standing(
                format!("第 {attempt} 次抽取揭示之后作废，等待公开。"),
                format!("{source} 于 {at} 公布；录入之后，公开这一次本来会抽中什么。").as_str(),
            ),
            (true, true) => Note::warning(
                format!("第 {attempt} 次抽取作废之后，应当公开的还没有公开。"),
                format!("{source} 应已于 {at} 公布，录入之后才能公开这一次本来会抽中什么；在那之前不能公布下一次的承诺，已经公布的不能开始抽取仪式。迟迟不录的，可以向行政执法监督反映。").as_str(),
            ),
        }
    }
}
