//! From what the parties gave, and from dice and beacon as entered, to seed.txt and its level.

use domain::campaign::Campaign;
use domain::campaign::party::{PartyState, TrustLevel};
use draw::seed::Answer;
use draw::{Level, SeedText, Token};
use store::campaign::StoredCampaign;

use super::{DrawWords, REFUSED_BY_DRAW, digest, token};
use crate::AppError;

/// What each party of FREEZE gave, in its order.
pub(super) fn answers(campaign: &Campaign) -> Result<Vec<(Token, Answer<draw::Digest>)>, AppError> {
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

pub(super) fn seed_of(
    stored: &StoredCampaign,
    frozen: &draw::Frozen,
    words: &DrawWords,
) -> Result<SeedText, AppError> {
    let given = |text: &str| Answer::Given(text.trim().to_owned());
    let record = frozen.record();
    let dice = record.dice.is_some().then(|| given(&words.dice));
    let beacon = record.beacon.is_some().then(|| given(&words.beacon));
    SeedText::build(record, &answers(&stored.campaign)?, dice, beacon).map_err(|faults| {
        let why = faults
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("；");
        REFUSED_BY_DRAW.refuse(&[("why", &why)]).into()
    })
}

pub(super) fn level_of(level: Level) -> TrustLevel {
    match level.number() {
        0 => TrustLevel::Rehearsal,
        1 => TrustLevel::Witnessed,
        _ => TrustLevel::Beacon,
    }
}
