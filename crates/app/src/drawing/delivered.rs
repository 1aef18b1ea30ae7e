//! What the outside parties handed in, as the campaign has it, held against the entries of their deliveries before it is
//! published or drawn from. A party hands in each thing once; the entry that took it is the witness.

use domain::campaign::CampaignState;
use domain::campaign::party::{Party, PartyState};
use domain::event::Act;
use domain::id::Fingerprint;
use domain::refusal::Code;
use store::Reader;
use store::campaign::{self, AttemptEntry, StoredCampaign};

use super::held::altered;
use crate::AppError;

static EXCHANGED: Code = Code::new(
    "DRAW-052",
    "“{office}”递交的内容被换过：留痕第 {delivered} 条收下的是 {given}，{since}却是 {stands}。没有办理，也没有公布任何内容。",
    Some("shuang/1 第 2 节"),
    "有人绕过程序改动过数据库。保留现场，请这一方对照自己留存的数值，运行 mingqian audit，并报告行政执法监督。",
);
static NEVER_GIVEN: Code = Code::new(
    "DRAW-053",
    "任务里记着“{office}”{stands}，留痕里没有它的递交（最后一条涉及本轮的是第 {standing} 条）。没有办理，也没有公布任何内容。",
    Some("shuang/1 第 2 节"),
    "有人绕过程序改动过数据库。保留现场，运行 mingqian audit，并报告行政执法监督。",
);

/// Refuses a campaign whose parties are not what they handed in, or whose plan and figures are not those of its freeze.
///
/// # Errors
/// `DRAW-052` and `DRAW-053` name the party and the entries, `DRAW-042` what else was altered.
pub(super) async fn as_delivered(
    reader: &mut Reader,
    stored: &StoredCampaign,
) -> Result<(), AppError> {
    // In every other state the rules refuse, or nothing follows from the parties any more.
    let frozen = match &stored.campaign.state {
        CampaignState::Frozen(frozen) => frozen,
        CampaignState::Committed(committed) => &committed.frozen,
        CampaignState::Revealed(revealed) => &revealed.committed.frozen,
        _ => return Ok(()),
    };
    let attempt = campaign::attempt(reader, stored).await?;
    for party in &frozen.parties {
        of_party(&attempt, party)?;
    }
    let fixed = attempt.first().map_or((None, ""), |freeze| {
        (freeze.plan_record.as_deref(), freeze.figures.as_str())
    });
    if fixed == (stored.plan_record.as_deref(), stored.figures.as_str()) {
        Ok(())
    } else {
        Err(altered(
            "任务的方案记录或各组数量，与冻结名录时留痕所记的不同",
        ))
    }
}

/// The state of a party in the campaign as an entry left it.
fn state_at<'e>(entry: &'e AttemptEntry, party: &Party) -> Option<&'e PartyState> {
    let frozen = entry.state.frame()?;
    let own = frozen
        .parties
        .iter()
        .find(|one| one.name.token == party.name.token);
    own.map(|own| &own.state)
}

fn of_party(attempt: &[AttemptEntry], party: &Party) -> Result<(), AppError> {
    let token = party.name.token.as_str();
    let took = |entry: &&AttemptEntry| {
        let takes = [Act::PartyCommitted.name(), Act::PartyRevealed.name()];
        entry.party.as_deref() == Some(token) && takes.contains(&entry.act.as_str())
    };
    let office = &party.name.office;
    let Some(delivery) = attempt.iter().rfind(took) else {
        let standing = attempt.last().map_or(0, |last| last.sequence);
        return match &party.state {
            PartyState::Announced => Ok(()),
            state => Err(NEVER_GIVEN
                .refuse(&[
                    ("office", office),
                    ("stands", &words(state)),
                    ("standing", &standing),
                ])
                .into()),
        };
    };
    let given = state_at(delivery, party).unwrap_or(&PartyState::Announced);
    if follows(given, &party.state) {
        return Ok(());
    }
    // The first entry that has it otherwise wrote over what had been altered before.
    let later = attempt
        .iter()
        .skip_while(|entry| entry.sequence <= delivery.sequence);
    let mut differs =
        later.filter(|entry| state_at(entry, party).is_none_or(|state| !follows(given, state)));
    let since = differs.next().map_or_else(
        || "任务里现在".to_owned(),
        |entry| format!("到留痕第 {} 条", entry.sequence),
    );
    let refusal = EXCHANGED.refuse(&[
        ("office", office),
        ("delivered", &delivery.sequence),
        ("given", &words(given)),
        ("since", &since),
        ("stands", &words(&party.state)),
    ]);
    Err(refusal.into())
}

/// Whether a party may stand so after it handed in that: as it was taken, or recorded as absent with its commitment.
fn follows(given: &PartyState, stands: &PartyState) -> bool {
    match (given, stands) {
        (
            PartyState::Committed { commitment, .. },
            PartyState::Absent {
                commitment: kept, ..
            },
        ) => commitment == kept,
        (given, stands) => given == stands,
    }
}

fn words(state: &PartyState) -> String {
    let of = |what: &str, value: &Fingerprint| format!("{what} {value}");
    match state {
        PartyState::Announced => "还没有递交".to_owned(),
        PartyState::Committed { commitment, at } => {
            format!("{}（{}）", of("承诺值", commitment), at.local_text())
        }
        PartyState::Revealed {
            commitment, nonce, ..
        } => format!("{}、{}", of("承诺值", commitment), of("随机数", nonce)),
        PartyState::Absent { commitment, .. } => {
            format!("{}、逾期未揭示", of("承诺值", commitment))
        }
    }
}
