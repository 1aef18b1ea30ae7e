//! What the outside parties handed in, as the campaign has it, held against the entries of their deliveries before it is
//! published or drawn from. A party hands in each thing once; the entry that took it is the witness.

use domain::campaign::party::{Party, PartyState};
use domain::campaign::state::{CampaignState, Committed, Frozen, Step};
use domain::campaign::transitions::StateKind;
use domain::event::Act;
use domain::id::Fingerprint;
use domain::refusal::Code;
use store::Reader;
use store::campaign::{self, AttemptEntry, StoredCampaign};

use super::held::{altered, unless_moved_on};
use crate::AppError;

static EXCHANGED: Code = Code::new(
    "DRAW-052",
    "“{office}”递交的内容被换过：留痕第 {delivered} 条收下的是 {given}，{since}却是 {stands}。没有办理，也没有公布任何内容。",
    Some("摇号协议第 1 节"),
    "有人绕过程序改动过数据库。保留现场，请这一方对照自己留存的数值，运行 mingqian audit，并报告行政执法监督。",
);
static NEVER_GIVEN: Code = Code::new(
    "DRAW-053",
    "任务里记着“{office}”{stands}，留痕里没有它的递交（最后一条涉及本轮的是第 {standing} 条）。没有办理，也没有公布任何内容。",
    Some("摇号协议第 1 节"),
    "有人绕过程序改动过数据库。保留现场，运行 mingqian audit，并报告行政执法监督。",
);

/// Refuses a campaign whose parties are not what they handed in, or of which anything else stands otherwise than the
/// entries since its freeze say: who approved and when, hours, numbers, plan, figures.
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
    // Who stays away is recorded with the end of revealing, in one entry with it.
    let is_closed = matches!(stored.campaign.state, CampaignState::Revealed(_));
    let mut parties = frozen.parties.iter();
    let held = parties.try_for_each(|party| of_party(&attempt, party, is_closed));
    match held.and_then(|()| as_entered(&attempt, stored)) {
        Ok(()) => Ok(()),
        Err(refused) => Err(unless_moved_on(reader, stored, refused).await),
    }
}

/// What no act after the freeze changes is the same in every entry since, and the row is what the last of them left.
fn as_entered(attempt: &[AttemptEntry], stored: &StoredCampaign) -> Result<(), AppError> {
    let ends = attempt.first().zip(attempt.last());
    let (freeze, last) = ends.ok_or_else(|| altered("任务在冻结名录之后的留痕"))?;
    let records = |entry: &AttemptEntry| (entry.plan_record.clone(), entry.figures.clone());
    if records(freeze) != (stored.plan_record.clone(), stored.figures.clone()) {
        return Err(altered(
            "任务的方案记录或各组数量，与冻结名录时留痕所记的不同",
        ));
    }
    if freeze.plan != stored.plan || attempt.iter().any(|entry| entry.plan != freeze.plan) {
        return Err(altered("任务的方案，与冻结名录时留痕所记的不同"));
    }
    let states = || attempt.iter().map(|entry| &entry.state);
    let frames = states().chain([&stored.campaign.state]).map(frame_alone);
    if !all_same(frames) {
        return Err(altered(
            "任务冻结名录时的办理记录（批准、启动、冻结、各方和户数），与留痕所记的不同",
        ));
    }
    let commitments = states().filter_map(CampaignState::commitment);
    let now = stored.campaign.state.commitment();
    let commitments = commitments.chain(now).map(commitment_alone);
    if closed_by(&last.state) != closed_by(&stored.campaign.state) || !all_same(commitments) {
        return Err(altered(
            "任务冻结名录之后的办理记录（公布承诺的时间和期限、各方），与留痕所记的不同",
        ));
    }
    entered_by_its_acts(attempt, &stored.campaign.state)
}

/// What only some acts write: what dice and beacon showed, and who is present. It stands in every other entry as it stood
/// before.
fn entered_by_its_acts(attempt: &[AttemptEntry], stands: &CampaignState) -> Result<(), AppError> {
    let dice = |state: &CampaignState| state.commitment().and_then(|one| one.dice.clone());
    let enters = [Act::DiceEntered, Act::DiceReentered];
    by_its_acts("掷骰结果", &enters, dice, attempt, stands)?;
    let beacon = |state: &CampaignState| match state {
        CampaignState::Revealed(revealed) => revealed.beacon.clone(),
        _ => None,
    };
    let enters = [Act::BeaconEntered, Act::BeaconReentered];
    by_its_acts("公共随机数", &enters, beacon, attempt, stands)?;
    let ceremony = |state: &CampaignState| state.commitment().and_then(|one| one.ceremony.clone());
    let moves = [Act::CeremonyBegun, Act::CeremonyAttended];
    by_its_acts("抽取仪式的主持和到场", &moves, ceremony, attempt, stands)
}

fn by_its_acts<T: PartialEq>(
    what: &str,
    acts: &[Act],
    of: impl Fn(&CampaignState) -> Option<T>,
    attempt: &[AttemptEntry],
    stands: &CampaignState,
) -> Result<(), AppError> {
    let mut known = None;
    for entry in attempt {
        let told = of(&entry.state);
        if told != known && !acts.iter().any(|act| act.name() == entry.act) {
            let place = format!("{what}，在留痕第 {} 条里没有登记就改变了", entry.sequence);
            return Err(altered(&place));
        }
        known = told;
    }
    match of(stands) == known {
        true => Ok(()),
        false => Err(altered(&format!("{what}，与留痕所记的不同"))),
    }
}

fn all_same<T: PartialEq>(mut of: impl Iterator<Item = T>) -> bool {
    let first = of.next();
    of.all(|next| Some(&next) == first.as_ref())
}

/// The frame without what the parties have handed in since.
fn frame_alone(state: &CampaignState) -> Option<Frozen> {
    state.frame().map(parties_alone)
}

fn parties_alone(frozen: &Frozen) -> Frozen {
    let mut frozen = frozen.clone();
    for party in &mut frozen.parties {
        party.state = PartyState::Announced;
    }
    frozen
}

/// In which state it stands, and who closed the revealing if somebody has.
fn closed_by(state: &CampaignState) -> (StateKind, Option<&Step>) {
    let step = match state {
        CampaignState::Revealed(revealed) => Some(&revealed.step),
        _ => None,
    };
    (state.kind(), step)
}

/// What was said when the commitments were published, without what was entered since.
fn commitment_alone(committed: &Committed) -> Committed {
    Committed {
        frozen: parties_alone(&committed.frozen),
        dice: None,
        ceremony: None,
        ..committed.clone()
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

fn of_party(attempt: &[AttemptEntry], party: &Party, is_closed: bool) -> Result<(), AppError> {
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
    if follows(given, &party.state, is_closed) {
        return Ok(());
    }
    // The first entry that has it otherwise wrote over what had been altered before.
    let later = attempt
        .iter()
        .skip_while(|entry| entry.sequence <= delivery.sequence);
    let mut differs = later
        .filter(|entry| state_at(entry, party).is_none_or(|state| !follows(given, state, true)));
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

/// Whether a party may stand so after it handed in that: as it was taken, or, once the revealing is closed, recorded as
/// absent with its commitment.
fn follows(given: &PartyState, stands: &PartyState, is_closed: bool) -> bool {
    match (given, stands) {
        (
            PartyState::Committed { commitment, .. },
            PartyState::Absent {
                commitment: kept, ..
            },
        ) => is_closed && commitment == kept,
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
