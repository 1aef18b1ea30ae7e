//! A paper whose scan does not show what was entered: turned down with a reason by who compares them, and told to who
//! entered it, as one that lapsed is.
//!
//! Why it was turned down stands in the event alone, which the page reads as the log has it. Deliberately absent: a way to
//! mend the entry, which is taken back or left, and made anew.

use domain::event::{Act, Event};
use domain::id::PaperId;
use domain::paper::{Judged, PaperState};
use domain::policy::{Place, Verb};
use domain::premise::Premise;
use store::paper::{self, StoredPaper};
use store::{Reader, StoreError, campaign, log};

use super::{ShownPaper, touching};
use crate::premise::{of_paper, require};
use crate::{Acting, App, AppError};

impl App {
    /// Turns a paper down, saying where scan and entry differ.
    ///
    /// # Errors
    /// `CAMP-001` of a plan that does not wait for its approval, `PAPR-004`, `PAPR-014`, `AUTH-041`, `AUTH-042`.
    pub async fn turn_paper_down(
        &self,
        acting: &Acting,
        id: &PaperId,
        premise: &Premise,
        reason: &str,
    ) -> Result<(), AppError> {
        let (mut tx, acting) = self.begin_as("paper.refuse", acting).await?;
        let stored = paper::get(&mut tx, id).await?;
        let actor = acting.actor(Verb::PaperConfirm, &Place::of(&stored.paper.unit))?;
        let now = of_paper(&stored);
        require(&mut tx, Some(&acting), "这份线下签批", premise, &now).await?;
        stored.paper.require_waiting()?;
        let Judged::Plan(plan) = &stored.paper.judged;
        let judged = campaign::get(&mut tx, plan).await?;
        let hands = &judged.campaign.awaits_approval()?.hands;
        let at = self.clock.now();
        let paper = stored.paper.clone();
        let paper = paper.turn_down(&acting.account, at, (hands, reason))?;
        let event = Event {
            at,
            ..self.event(Act::PaperTurnedDown, actor)
        };
        let event = event.because(reason.trim()).with("paper", &paper.id);
        let mut rec = tx.record(touching(event, &paper), self.confidential())?;
        paper::write(&mut rec, &paper, &stored.seen).await?;
        rec.commit().await?;
        Ok(())
    }

    /// The papers this account entered that came to nothing and for which it has done nothing since: those that lapsed, until
    /// they are taken back, and those turned down, until another is entered or the plan is no longer open.
    pub async fn papers_come_to_nothing(
        &self,
        acting: &Acting,
    ) -> Result<Vec<ShownPaper>, AppError> {
        let mut reader = self.db.read().await?;
        let found = paper::entered_by(&mut reader, &acting.account).await?;
        let mut shown = self.shown(&mut reader, acting, found).await?;
        let newest = shown.clone();
        shown.retain(|one| match one.stored.paper.state {
            PaperState::Waiting => one.has_lapsed,
            PaperState::TurnedDown => {
                let after = |other: &ShownPaper| {
                    let (own, other) = (&one.stored.paper, &other.stored.paper);
                    let since = own.decided.as_ref().map(|(_, at)| *at);
                    let anew = other.id != own.id && Some(other.entered_at) >= since;
                    other.judged == own.judged && anew
                };
                one.is_open && !newest.iter().any(after)
            }
            PaperState::Confirmed | PaperState::Dropped => false,
        });
        Ok(shown)
    }
}

/// Why a paper was turned down: the reason of the event that wrote it last.
pub(super) async fn why(
    reader: &mut Reader,
    stored: &StoredPaper,
) -> Result<Option<String>, AppError> {
    if stored.paper.state != PaperState::TurnedDown {
        return Ok(None);
    }
    let (body, _) = log::body(reader, &stored.seen).await?;
    let header = body.lines().nth(1).unwrap_or_default();
    let event: Event = serde_json::from_str(header)
        .map_err(|error| StoreError::contradiction("退回线下签批的留痕", &error.to_string()))?;
    Ok(event.reason)
}
