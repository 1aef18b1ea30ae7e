//! One campaign as its pages need it: the stored row, its plan, the rules, and the right to see it.

use app::campaign::plan_of;
use domain::campaign::CampaignState;
use domain::campaign::plan::CampaignPlan;
use domain::campaign::version::Version;
use domain::id::{CampaignNo, PartyToken};
use domain::policy::{Place, Verb};
use domain::rulebook::Rulebook;
use domain::time::Instant;

use store::campaign::StoredCampaign;
use store::portal::records_of;
use store::{Reader, campaign, catalog, inspection, inspector, org};

use crate::gate::{Stop, Visit, WebState};
use crate::text::Address;

/// That the plan of a campaign was approved, as the log says it where the state does not: a campaign that was given up
/// keeps nothing of its approval.
#[derive(Clone, Debug)]
pub(in crate::screen) struct ApprovedOnce {
    /// When.
    pub(in crate::screen) at: Instant,
    /// H(PLAN).
    pub(in crate::screen) plan_hash: String,
}

/// What a page of a campaign begins with.
#[derive(Clone, Debug)]
pub(in crate::screen) struct Seen {
    /// The row.
    pub(in crate::screen) stored: StoredCampaign,
    /// Its plan.
    pub(in crate::screen) plan: CampaignPlan,
    /// The rules it obeys.
    pub(in crate::screen) rulebook: Rulebook,
    /// The unit that launches it, by name.
    pub(in crate::screen) unit: String,
    /// Visits that have neither a confirmed result nor another end.
    pub(in crate::screen) open_visits: u64,
    /// Whether the account is on a team of it.
    pub(in crate::screen) assigned: bool,
    /// Whether its FREEZE was published before the log was begun anew, and it can only be made void.
    pub(in crate::screen) is_overtaken: bool,
    /// The version of attempts that begin now.
    pub(in crate::screen) newest: Version,
    /// The approval of a campaign that was given up afterwards.
    pub(in crate::screen) approved_once: Option<ApprovedOnce>,
}

impl Seen {
    /// The campaign of an address, if this account may read it.
    ///
    /// # Errors
    /// 404 for a number nobody has, 403 for one this account has no business with.
    pub(in crate::screen) async fn load(
        web: &WebState,
        visit: &Visit,
        number: &str,
    ) -> Result<Self, Stop> {
        let number = CampaignNo::parse(number).map_err(|_| Stop::not_found())?;
        let mut reader = web.app.db.read().await?;
        let stored = campaign::by_number(&mut reader, &number).await?;
        let codes = inspector::codes_of(&mut reader, &visit.acting.account).await?;
        let codes: Vec<String> = codes.iter().map(ToString::to_string).collect();
        let mine = inspection::campaigns_assigned(&mut reader, &codes).await?;
        let assigned = mine.contains(&stored.campaign.id);
        visit
            .acting
            .may(Verb::CampaignRead, &place(&stored, assigned))?;
        let seen = Self::of(
            &mut reader,
            (stored, web.app.version_of_new_attempts),
            assigned,
        )
        .await?;
        Ok(seen)
    }

    async fn of(
        reader: &mut Reader,
        (stored, newest): (StoredCampaign, Version),
        assigned: bool,
    ) -> Result<Self, Stop> {
        let plan = plan_of(&stored)?;
        let rulebook = catalog::rulebook_of(reader, &stored.campaign.state).await?;
        let units = org::units(reader).await?;
        let unit = units
            .into_iter()
            .find(|unit| unit.id == stored.campaign.initiator);
        let is_overtaken = app::drawing::is_overtaken(reader, &stored).await?;
        let attempt = i64::from(stored.campaign.state.attempt());
        let open_visits = if stored.result_record.is_some() {
            let visits = inspection::of_campaign(reader, &stored.campaign.id, attempt).await?;
            visits
                .iter()
                .filter(|kept| !kept.visit.is_settled())
                .count() as u64
        } else {
            0
        };
        let unit = unit.map_or_else(String::new, |unit| unit.name);
        let approved_once = approved_once(reader, &stored).await?;
        Ok(Self {
            approved_once,
            stored,
            plan,
            rulebook,
            unit,
            open_visits,
            assigned,
            is_overtaken,
            newest,
        })
    }

    /// Its number.
    pub(in crate::screen) fn number(&self) -> &CampaignNo {
        &self.stored.campaign.number
    }

    /// Where it stands, for the policy.
    pub(in crate::screen) fn place(&self) -> Place<'_> {
        place(&self.stored, self.assigned)
    }

    /// The version of the attempt: that of its frame, before one exists that of attempts that begin now.
    pub(in crate::screen) fn version(&self) -> Version {
        let frame = self.stored.campaign.state.frame();
        frame.map_or(self.newest, |frozen| frozen.version.protocol())
    }

    /// The label of dice that are entered with the draw, as under `shuang/1`.
    pub(in crate::screen) fn dice_with_draw(&self) -> Option<&PartyToken> {
        let label = self.plan.sources.dice.as_ref();
        label.filter(|_| self.version() == Version::One)
    }

    /// When the approved plan announced the ceremony for; none under a PLAN of `shuang/1`, which says nothing of it.
    pub(in crate::screen) fn announced(&self) -> Option<Instant> {
        announced(&self.stored)
    }

    /// Its page.
    pub(in crate::screen) fn page(&self) -> Address {
        Address::fixed("/w/campaigns").child(self.number().as_str())
    }
}

/// When the approved plan of a campaign announced the ceremony for, as its record says it.
pub(in crate::screen) fn announced(stored: &StoredCampaign) -> Option<Instant> {
    let logged = stored.plan_record.as_ref()?;
    let says = logged
        .lines()
        .find_map(|line| line.strip_prefix("ceremony "));
    says?.parse().ok().map(Instant::from_unix_seconds)
}

async fn approved_once(
    reader: &mut Reader,
    stored: &StoredCampaign,
) -> Result<Option<ApprovedOnce>, Stop> {
    let (CampaignState::Abandoned(_), Some(plan)) = (&stored.campaign.state, &stored.plan_record)
    else {
        return Ok(None);
    };
    let logged = records_of(reader, stored).await?;
    let logged = logged.into_iter().find(|one| one.record == *plan);
    Ok(logged.map(|one| ApprovedOnce {
        at: Instant::from_unix_ms(one.at_ms),
        plan_hash: one.hash,
    }))
}

fn place(stored: &StoredCampaign, assigned: bool) -> Place<'_> {
    let place = Place::of(&stored.campaign.initiator);
    if assigned { place.assigned() } else { place }
}
