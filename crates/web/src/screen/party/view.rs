//! What a party sees at each step.

use app::premise::of_party;
use askama::Template;
use domain::campaign::CampaignState;
use domain::campaign::state::Committed;
use domain::campaign::version::Version;
use domain::time::Instant;
use store::campaign::StoredCampaign;

use crate::asset;
use crate::component::{DigestLine, Fragment, HiddenFields};
use crate::gate::PartyVisit;
use crate::screen::campaign::words;
use crate::text::{Address, Digest};

/// FREEZE as the party should compare it.
pub(super) struct Frozen {
    hash: Fragment,
    /// The record, with the party's own line apart.
    before: String,
    line: String,
    after: String,
    reveal_by: String,
}

impl Frozen {
    pub(super) fn of(stored: &StoredCampaign, freeze: &str, party: &str) -> Self {
        let begins = format!("party {party} ");
        let own = freeze
            .lines()
            .find(|line| line.starts_with(&begins))
            .unwrap_or("");
        let (before, after) = freeze.split_once(own).unwrap_or((freeze, ""));
        let committed = stored.campaign.state.commitment();
        let hash =
            committed.and_then(|committed| Digest::parse(committed.freeze_hash.as_str()).ok());
        Self {
            hash: hash
                .map(|hash| DigestLine::whole(hash).into())
                .unwrap_or_default(),
            before: before.to_owned(),
            line: own.to_owned(),
            after: after.to_owned(),
            reveal_by: committed
                .map(|committed| committed.reveal_by.local_text())
                .unwrap_or_default(),
        }
    }
}

/// What was typed and refused, by the field it was typed into.
#[derive(Clone, Copy)]
pub(super) enum Typed<'t> {
    Nothing,
    /// Where a commitment is asked for. It is shown nowhere again: 64 digits, a line `party …` and a file are the same
    /// to look at whether a commitment or the nonce stands in them.
    Commitment(&'t str),
    Nonce(&'t str),
}

impl<'t> Typed<'t> {
    /// What this step shows again: a nonce, once nonces are asked for.
    const fn shown(self, step: &Step) -> &'t str {
        match (step, self) {
            (Step::Reveal(_) | Step::Missed(_) | Step::Lost { .. }, Self::Nonce(text)) => text,
            _ => "",
        }
    }

    /// Whether there is something that the field of this step keeps to itself.
    fn is_withheld(self, step: &Step) -> bool {
        let (Self::Commitment(text) | Self::Nonce(text)) = self else {
            return false;
        };
        matches!(step, Step::Commit) && !text.trim().is_empty()
    }
}

/// Until when a nonce is not asked for yet, in words; none once it is.
pub(super) fn held_back(committed: &Committed, now: Instant) -> Option<String> {
    if let Some(from) = committed.reveal_from.filter(|from| now < *from) {
        return Some(format!("{} 起才公开随机数", from.local_text()));
    }
    if !committed.is_by_hand() && committed.ceremony.is_none() {
        return Some("主持人开始抽取仪式之后才公开随机数".to_owned());
    }
    // Whoever has not said that he is there is asked for that first. After the end nothing is awaited any more, and the
    // press says so.
    let awaits_dice = committed.takes_dice() && now <= committed.reveal_by;
    awaits_dice.then(|| "在场两人录入掷骰结果之后才公开随机数".to_owned())
}

/// Whether somebody is present at the ceremony, where one is asked for.
pub(super) fn is_attended(committed: &Committed) -> bool {
    let begun = committed.ceremony.as_ref();
    committed.is_by_hand() || begun.is_some_and(|begun| !begun.witnesses.is_empty())
}

/// What is asked of a party of which no frame says anything: to come back, or nothing ever.
pub(super) fn before_the_frame(state: &CampaignState) -> Step {
    match state {
        CampaignState::Abandoned(abandoned) => Step::GivenUp {
            at: abandoned.step.at.local_text(),
            reason: abandoned.public_reason(),
        },
        _ => Step::NotYet,
    }
}

/// How far the party is.
pub(super) enum Step {
    /// The frame is not frozen: nothing to hand in.
    NotYet,
    /// The campaign was given up: nothing will be asked for any more. Since when, and why.
    GivenUp { at: String, reason: String },
    /// A commitment is wanted.
    Commit,
    /// The commitment is in, FREEZE is not public.
    Wait,
    /// FREEZE is public, and nonces are not taken yet: until when.
    Hold(Box<Frozen>, String),
    /// The ceremony has begun, and nobody is present yet.
    Attend(Box<Frozen>),
    /// FREEZE is public, the nonce is wanted.
    Reveal(Box<Frozen>),
    /// The public source was there before REVEAL: nothing follows but VOID. Since when, and whether the nonce was taken.
    Lost { since: String, given: bool },
    /// FREEZE is public, and the hours in which nonces are taken are over.
    Missed(Box<Frozen>),
    /// The nonce is in: open, or sealed until REVEAL; and whether RESULT is there.
    Done { sealed: bool, drawn: bool },
    /// The deadline passed.
    Absent,
}

impl Step {
    /// Whether the page only waits for others: nothing is typed or pressed on it.
    pub(super) fn is_waiting(&self) -> bool {
        matches!(
            self,
            Self::NotYet | Self::Wait | Self::Hold(..) | Self::Done { .. }
        )
    }
}

/// What the party can show later: the value, the moment, the number of the log entry.
pub(super) struct Receipt {
    what: &'static str,
    digest: Fragment,
    at: String,
    number: Option<u64>,
}

impl Receipt {
    pub(super) fn new(what: &'static str, hash: &str, at: Instant) -> Self {
        let digest = Digest::parse(hash)
            .ok()
            .map(|hash| DigestLine::whole(hash).into());
        Self {
            what,
            digest: digest.unwrap_or_default(),
            at: at.local_text(),
            number: None,
        }
    }

    pub(super) fn numbered(mut self, number: Option<u64>) -> Self {
        self.number = number;
        self
    }
}

/// The page between head and foot.
#[derive(Template)]
#[template(path = "screen/party/page.html")]
pub(super) struct PartyPage {
    number: String,
    title: String,
    office: String,
    name: String,
    step: Step,
    receipt: Option<Receipt>,
    typed: String,
    withheld: bool,
    bounds: &'static str,
    late_beacon: bool,
    commitment: String,
    two: bool,
    attempt: u32,
    hidden: HiddenFields,
    here: Address,
    public: Address,
}

impl PartyPage {
    pub(super) fn new(
        visit: &PartyVisit,
        stored: &StoredCampaign,
        office: String,
        step: Step,
        receipt: Option<Receipt>,
        typed: Typed<'_>,
    ) -> Self {
        let number = stored.campaign.number.to_string();
        let frame = stored.campaign.state.frame();
        let own =
            frame.and_then(|frozen| frozen.parties.iter().find(|p| p.name.token == visit.party));
        use domain::campaign::party::PartyState as P;
        let commitment = match own.map(|party| &party.state) {
            Some(P::Committed { commitment, .. } | P::Revealed { commitment, .. }) => {
                commitment.to_string()
            }
            _ => String::new(),
        };
        let shown = typed.shown(&step).to_owned();
        let version = frame.map_or(Version::One, |frozen| frozen.version.protocol());
        let late_beacon = frame.is_some_and(|frozen| frozen.version.has_timed_beacon());
        Self {
            public: Address::fixed("/draw").child(&number),
            number,
            title: stored.title.clone(),
            office,
            name: visit.party.to_string(),
            withheld: typed.is_withheld(&step),
            step,
            receipt,
            typed: shown,
            bounds: words::bounds(late_beacon),
            late_beacon,
            two: version == Version::Two,
            attempt: stored.campaign.state.attempt(),
            commitment,
            hidden: visit.hidden_on(of_party(&visit.kept, stored)),
            here: Address::fixed("/p").child(&visit.link),
        }
    }

    fn is_given_up(&self) -> bool {
        matches!(self.step, Step::GivenUp { .. })
    }

    fn place(&self) -> usize {
        match self.step {
            Step::NotYet | Step::GivenUp { .. } | Step::Commit => 0,
            Step::Wait
            | Step::Hold(..)
            | Step::Attend(_)
            | Step::Reveal(_)
            | Step::Missed(_)
            | Step::Lost { .. }
            | Step::Absent => 1,
            Step::Done { .. } => 2,
        }
    }
}
