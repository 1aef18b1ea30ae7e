//! What public dice showed, entered by two accounts before the first nonce (`shuang/2`). The picture stays with who
//! took it; its hash stands in the trace, so that it can be held against what was entered.

use domain::campaign::entry::SourceEvidence;
use domain::campaign::steps::EntryFacts;
use domain::id::{CampaignNo, Fingerprint};
use domain::policy::Verb;
use domain::premise::Premise;

use super::{delivered, held};
use crate::{Acting, App, AppError};

/// What one account enters of the dice.
#[derive(Clone, Copy, Debug)]
pub struct DiceWords<'w> {
    /// The digits in the order in which they were thrown.
    pub digits: &'w str,
    /// What was thrown, where and by whom; asked of the first account only.
    pub source: &'w str,
    /// SHA-256 of the picture; asked of the first account only.
    pub picture: Option<&'w Fingerprint>,
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
            evidence: evidence(words.source, words.picture),
        };
        let done = stored.campaign.clone().enter_dice(facts)?;
        let event = self
            .enter(&mut stored, done, at, actor)
            .with("attempt", stored.campaign.state.attempt());
        self.write_campaign(tx, &stored, event, self.confidential())
            .await
    }
}

/// Where a value comes from, if a picture of it is named.
pub(super) fn evidence(source: &str, picture: Option<&Fingerprint>) -> Option<SourceEvidence> {
    picture.map(|picture| SourceEvidence {
        source: source.trim().to_owned(),
        picture: picture.clone(),
    })
}
