//! What follows by itself in an attempt of `shuang/2` (SPEC-draw §1): REVEAL, RESULT or VOID, and the OPEN of what a void
//! attempt would have drawn. The program acts; it stands in the log as its own actor, and as who drew stands who published
//! FREEZE. Whatever is due is due again after a restart, and two processes that both find it do it once.
//!
//! Deliberately absent: a schedule. Whoever runs the program calls [`App::follow_draws`] every second.

use domain::campaign::steps::Due;
use domain::campaign::void_class::VoidClass;
use domain::event::Actor;
use domain::id::{AccountId, CampaignNo};
use domain::policy::Verb;
use domain::refusal::codes;
use draw::record::two::{self, Decided, Voided};
use store::StoreError;
use store::campaign::{self, StoredCampaign, VoidAttempt};

use super::overtaken::is_overtaken;
use super::seed::{least_level, logged_reveal, reveal_of};
use super::{DrawWords, delivered, forged, freeze_of, held, spoken, token};
use crate::{App, AppError};

/// The most steps one attempt takes by itself: REVEAL, VOID, OPEN, and one more that finds nothing.
const STEPS: u32 = 4;

/// Something that was due and could not be done.
#[derive(Debug)]
pub struct NotFollowed {
    /// Of which campaign.
    pub campaign: CampaignNo,
    /// Why.
    pub why: AppError,
}

/// The actor of what follows by itself.
pub(super) fn itself() -> Actor {
    Actor::program("抽取程序")
}

/// In whose name it follows.
pub(super) fn drawer(stored: &StoredCampaign) -> Result<AccountId, AppError> {
    let drawer = stored.campaign.drawer().cloned();
    Ok(drawer.ok_or_else(|| codes::DRAW_BY_ITSELF.refuse(&[]))?)
}

impl App {
    /// Does whatever is due in every campaign, until nothing is; what could not be done is told, and is due still.
    ///
    /// # Errors
    /// What the store says of the view; everything else is told per campaign.
    pub async fn follow_draws(&self) -> Result<Vec<NotFollowed>, AppError> {
        let mut reader = self.db.read().await?;
        let numbers = campaign::that_may_follow(&mut reader).await?;
        drop(reader);
        let mut failed = Vec::new();
        for number in numbers {
            if let Err(why) = self.follow_draw(&number).await {
                failed.push(NotFollowed {
                    campaign: number,
                    why,
                });
            }
        }
        Ok(failed)
    }

    /// Does whatever is due in one campaign.
    ///
    /// # Errors
    /// Why it could not be done; nothing of the step is written then.
    pub async fn follow_draw(&self, number: &CampaignNo) -> Result<(), AppError> {
        for _ in 0..STEPS {
            let mut reader = self.db.read().await?;
            let stored = campaign::by_number(&mut reader, number).await?;
            let due = match stored.campaign.follows_by_itself() {
                true => stored.campaign.due(self.clock.now(), least_level(&stored)?),
                false => None,
            };
            // Somebody has to make it void; until then nothing of it follows. The leaves are asked only if something is due.
            let due = match due {
                Some(due) if !is_overtaken(&mut reader, &stored).await? => Some(due),
                _ => None,
            };
            drop(reader);
            match due {
                Some(Due::Reveal) => Box::pin(self.reveal_itself(&stored)).await?,
                Some(Due::Result) => self.result_itself(&stored).await?,
                Some(Due::Void) => Box::pin(self.void_itself(&stored)).await?,
                None => return self.open_voids(&stored).await,
            }
        }
        Ok(())
    }

    async fn reveal_itself(&self, seen: &StoredCampaign) -> Result<(), AppError> {
        let mut tx = self.db.begin(Verb::CampaignReveal.name()).await?;
        // Alone: what the log says of it is read next, and another process may be doing the same.
        let mut stored = campaign::get_alone(&mut tx, &seen.campaign.id).await?;
        if stored != *seen {
            return Ok(tx.abandon().await?);
        }
        held::own_records(&mut tx, &stored).await?;
        delivered::as_delivered(&mut tx, &stored).await?;
        let freeze = freeze_of(&stored)?;
        let at = self.clock.now();
        let (next, act) = stored.campaign.clone().close_by_itself(at)?;
        let record = reveal_of(&next, &freeze)?.map_err(|faults| forged(&spoken(&faults)))?;
        let event = self.enter(&mut stored, (next, act), at, itself());
        let sealing = self.public(record.to_string());
        once(self.write_campaign(tx, &stored, event, sealing).await)
    }

    /// RESULT, computed like every long act; the beacon is the one that was entered.
    async fn result_itself(&self, seen: &StoredCampaign) -> Result<(), AppError> {
        let words = DrawWords {
            beacon: super::beacon::shown(seen).unwrap_or_default(),
            ..DrawWords::default()
        };
        let number = &seen.campaign.number;
        match self.draw_itself(number, &words).await {
            // Another process was faster.
            Err(AppError::Refused(refusal)) if refusal.code == "CAMP-001" => Ok(()),
            done => once(done),
        }
    }

    async fn void_itself(&self, seen: &StoredCampaign) -> Result<(), AppError> {
        let mut tx = self.db.begin(Verb::CampaignVoid.name()).await?;
        let mut stored = campaign::get_alone(&mut tx, &seen.campaign.id).await?;
        if stored != *seen {
            return Ok(tx.abandon().await?);
        }
        held::own_records(&mut tx, &stored).await?;
        held::plan(&mut tx, &stored).await?;
        held::reveal(&mut tx, &stored).await?;
        delivered::as_delivered(&mut tx, &stored).await?;
        let at = self.clock.now();
        let least = least_level(&stored)?;
        let (next, act) = stored.campaign.clone().void_by_itself(at, least)?;
        let freeze = freeze_of(&stored)?;
        let record = two::VoidRecord {
            voided: Voided::Frozen {
                attempt: freeze.attempt_ref(),
                reveal: Some(logged_reveal(&stored)?.hash(freeze.suite)),
            },
            reason: token(VoidClass::LevelLost.name())?,
            decided: Decided::Program,
        }
        .to_string();
        let void = VoidAttempt {
            as_stood: stored.clone(),
            void_record: record.clone(),
            is_opened: false,
        };
        (stored.freeze_record, stored.seed_text) = (None, None);
        let event = self
            .enter(&mut stored, (next, act), at, itself())
            .with("attempt", void.attempt())
            .because(VoidClass::LevelLost.label());
        let mut rec = tx.record(event, self.public(record))?;
        campaign::write(&mut rec, &stored).await?;
        campaign::add_void(&mut rec, &void).await?;
        once(rec.commit().await.map(drop).map_err(AppError::from))
    }

    /// The OPEN of every void attempt of the campaign whose sources are all known.
    async fn open_voids(&self, stored: &StoredCampaign) -> Result<(), AppError> {
        let mut reader = self.db.read().await?;
        let voids = campaign::void_attempts(&mut reader, stored).await?;
        drop(reader);
        for void in voids {
            if !void.is_opened && super::beacon::is_all_known(&void.as_stood) {
                once(Box::pin(self.open_void(stored, void)).await)?;
            }
        }
        Ok(())
    }
}

/// Whoever was overtaken by another process finds it done.
fn once(done: Result<(), AppError>) -> Result<(), AppError> {
    match done {
        Err(AppError::Store(StoreError::Conflict { .. })) => Ok(()),
        other => other,
    }
}
