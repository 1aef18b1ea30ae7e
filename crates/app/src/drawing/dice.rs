//! What public dice showed, entered by two accounts before the first nonce (`shuang/2`). The picture is kept, and its hash
//! stands in the trace, so that it can be held against what was entered.

use domain::campaign::steps::EntryFacts;
use domain::id::CampaignNo;
use domain::policy::Verb;
use domain::premise::Premise;

use super::picture::{Picture, evidence};
use super::{delivered, held};
use crate::{Acting, App, AppError};

/// What one account enters of the dice.
#[derive(Clone, Copy, Debug)]
pub struct DiceWords<'w> {
    /// The digits in the order in which they were thrown.
    pub digits: &'w str,
    /// What was thrown, where and by whom; asked of the first account only.
    pub source: &'w str,
    /// The picture; asked of the first account only, and not again where it mends its own entry.
    pub picture: Option<&'w Picture>,
}

impl App {
    /// Enters what the dice showed: as the first account, as the same one to mend it, or as the second.
    ///
    /// # Errors
    /// Those of [`domain::campaign::Campaign::enter_dice`].
    pub async fn enter_dice(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
        words: DiceWords<'_>,
    ) -> Result<(), AppError> {
        let kept = self.picture_for(number, words.picture).await?;
        let (mut tx, mut stored, actor) = self
            .campaign_for(acting, number, premise, Verb::DiceEnter)
            .await?;
        held::own_records(&mut tx, &stored).await?;
        delivered::as_delivered(&mut tx, &stored).await?;
        let step = self.step(acting);
        let at = step.at;
        let facts = EntryFacts {
            step,
            value: words.digits.to_owned(),
            evidence: evidence(
                words.source,
                words.picture,
                stored.campaign.state.dice_entry(),
            ),
        };
        let done = stored.campaign.clone().enter_dice(facts)?;
        let event = self
            .enter(&mut stored, done, at, actor)
            .with("attempt", stored.campaign.state.attempt());
        self.write_entry(tx, &stored, event, kept).await
    }
}
