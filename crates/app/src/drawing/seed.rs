//! What a draw is drawn from, by the version of its attempt: under `shuang/1` seed.txt alone; under `shuang/2` REVEAL,
//! where nonces and dice stand, and the seed.txt that names it. And the level that follows from it.

use domain::campaign::Campaign;
use domain::campaign::party::{PartyState, TrustLevel};
use draw::record::reveal::TIMEOUT;
use draw::record::{FreezeRecord, RevealRecord};
use draw::seed::Answer;
use draw::{Drawn, Fault, Frozen, Level, SeedText, Token, Version};
use store::campaign::StoredCampaign;

use super::material::threads;
use super::{
    BEACON_UNSIGNED, DrawWords, NO_RECORD, Tried, digest, freeze_of, held, refused_by_draw, token,
};
use crate::AppError;

/// What each party of FREEZE gave, in its order.
fn answers(campaign: &Campaign) -> Result<Vec<(Token, Answer<draw::Digest>)>, AppError> {
    let parties = campaign
        .state
        .frame()
        .map(|frozen| frozen.parties.clone())
        .unwrap_or_default();
    let mut answers = Vec::with_capacity(parties.len());
    for party in parties {
        let name = token(party.name.token.as_str())?;
        let answer = match &party.state {
            PartyState::Revealed { nonce, .. } => Answer::Given(digest(nonce)),
            PartyState::Absent { reason, .. } => Answer::Absent(token(reason.as_str())?),
            PartyState::Announced | PartyState::Committed { .. } => continue,
        };
        answers.push((name, answer));
    }
    Ok(answers)
}

/// The dice of a `shuang/2` attempt as two accounts wrote them down; absent if they did not.
fn dice(campaign: &Campaign, freeze: &FreezeRecord) -> Option<(Token, Answer<String>)> {
    let label = freeze.dice.filter(|_| freeze.version() == Version::Two)?;
    let committed = campaign.state.commitment();
    let thrown = committed.and_then(|committed| committed.thrown());
    let answer = thrown.map_or_else(
        || Answer::Absent(TIMEOUT.parse().expect("a word of letters is a token")),
        |digits| Answer::Given(digits.to_owned()),
    );
    Some((label, answer))
}

/// REVEAL of what the campaign has of its parties and dice; the faults are those in which it does not answer FREEZE.
pub(super) fn reveal_of(
    campaign: &Campaign,
    freeze: &FreezeRecord,
) -> Result<Result<RevealRecord, Vec<Fault>>, AppError> {
    let dice = dice(campaign, freeze);
    Ok(RevealRecord::build_with_dice(
        freeze,
        answers(campaign)?,
        dice,
    ))
}

/// REVEAL as it was logged, of a campaign that has left that behind it.
pub(super) fn logged_reveal(stored: &StoredCampaign) -> Result<RevealRecord, AppError> {
    let freeze = freeze_of(stored)?;
    reveal_of(&stored.campaign, &freeze)?.map_err(|_| held::altered(held::REVEAL))
}

/// What a draw is drawn from.
pub(super) struct Sources {
    /// Under `shuang/2`.
    reveal: Option<RevealRecord>,
    text: SeedText,
}

impl Sources {
    /// As the parties gave it, with dice (`shuang/1`) and beacon as entered now.
    pub(super) fn given(
        stored: &StoredCampaign,
        freeze: &FreezeRecord,
        words: &DrawWords,
    ) -> Result<Self, AppError> {
        let refused = |faults: Vec<Fault>| refused_by_draw(Tried::EnterBeacon, &faults);
        let beacon = || words.beacon.trim().to_owned();
        let has_beacon = freeze.beacon.is_some();
        if freeze.version() == Version::Two {
            let reveal = logged_reveal(stored)?;
            let text =
                SeedText::after(&reveal, freeze, has_beacon.then(beacon)).map_err(refused)?;
            signed(&text)?;
            return Ok(Self {
                text,
                reveal: Some(reveal),
            });
        }
        let dice = || Answer::Given(words.dice.trim().to_owned());
        let text = SeedText::build(
            freeze,
            &answers(&stored.campaign)?,
            freeze.dice.is_some().then(dice),
            has_beacon.then(|| Answer::Given(beacon())),
        );
        Ok(Self {
            reveal: None,
            text: text.map_err(refused)?,
        })
    }

    /// As it was published with RESULT.
    pub(super) fn published(stored: &StoredCampaign) -> Result<Self, AppError> {
        let text = stored
            .seed_text
            .as_ref()
            .ok_or_else(|| NO_RECORD.refuse(&[]))?;
        let text = SeedText::parse(text.as_bytes())
            .map_err(|fault| held::altered(&format!("种子（seed.txt，{fault}）")))?;
        let reveal = match text.version() {
            Version::One => None,
            Version::Two => Some(logged_reveal(stored)?),
        };
        Ok(Self { reveal, text })
    }

    /// The draw of a frozen attempt from it.
    pub(super) fn draw(&self, frozen: Frozen) -> Result<Drawn, Vec<Fault>> {
        match &self.reveal {
            None => draw::draw(frozen, &self.text, threads()),
            Some(reveal) => draw::draw_revealed(frozen, reveal, &self.text, threads()),
        }
    }
}

/// Whether the value is a signature, which is verified: a drand value is that of its round, by the same check and in the
/// same words as in `mingqian verify`.
pub(super) fn signed(text: &SeedText) -> Result<bool, AppError> {
    match verify::drand::verify_seed(text) {
        Some(Err(fault)) => Err(BEACON_UNSIGNED.refuse(&[("why", &fault)]).into()),
        Some(Ok(_)) => Ok(true),
        None => Ok(false),
    }
}

/// The level a draw reached.
pub(super) fn level_reached(drawn: &Drawn) -> Level {
    match drawn.reveal() {
        None => Level::reached(drawn.seed_text()),
        Some(reveal) => Level::reached_with(reveal, drawn.seed_text()),
    }
}

pub(super) fn level_of(level: Level) -> TrustLevel {
    numbered(level.number())
}

/// The least level the attempt has to reach: what its approved PLAN says, and no row of settings.
pub(super) fn least_level(stored: &StoredCampaign) -> Result<TrustLevel, AppError> {
    Ok(numbered(super::material::plan_record(stored)?.min_level))
}

const fn numbered(level: u8) -> TrustLevel {
    match level {
        0 => TrustLevel::Rehearsal,
        1 => TrustLevel::Witnessed,
        _ => TrustLevel::Beacon,
    }
}

#[cfg(test)]
mod tests;
