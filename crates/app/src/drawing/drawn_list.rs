//! The drawn list (抽中名单): what of it an account is shown, here and in every list of visits, and the act of
//! unsealing it (查看名单), traced once per list and session: who knew the names, and when, can be told afterwards
//! (细则五（二）全程留痕). The rule itself is the domain's ([`ListSeal`]).

use std::collections::BTreeMap;

use domain::campaign::StateKind;
use domain::campaign::drawn_list::{DrawnVisit, ListSeal, Onlooker, Shown, Unsealed};
use domain::event::{Act, LinkKind};
use domain::id::{CampaignId, CampaignNo, InspectorCode};
use domain::policy::{Place, Verb};
use domain::premise::Premise;
use domain::refusal::Code;
use domain::time::Date;
use store::campaign::StoredCampaign;
use store::inspection::StoredInspection;
use store::session::{self, Session};
use store::{Reader, campaign, inspection, inspector};

use super::public_stage;
use crate::campaign::plan_of;
use crate::{Acting, App, AppError};

static NOT_DRAWN_YET: Code = Code::new(
    "DRAW-040",
    "还没有抽取，没有名单可看。",
    Some("摇号协议第 1 节"),
    "抽取完成后再查看。",
);
static STILL_SEALED: Code = Code::new(
    "DRAW-071",
    "按方案的保密要求（{level}），现在还不能查看名单。",
    Some("细则四（二）"),
    "{when}",
);
static SESSION_ENDED: Code = Code::new(
    "DRAW-072",
    "本次登录已经结束，没有查看名单。",
    None,
    "重新登录后再办。",
);

/// A drawn list as one account is shown it, in drawing order.
#[derive(Clone, Debug)]
pub struct DrawnList {
    /// The campaign.
    pub stored: StoredCampaign,
    /// All visits for who may read the list, else those of the account; each with what is shown of it.
    pub visits: Vec<(StoredInspection, Shown)>,
    /// True if the account may read the whole list.
    pub whole: bool,
    /// How it is kept confidential.
    pub seal: ListSeal,
    /// Whether this session has unsealed it.
    pub unsealed: bool,
    /// Whether unsealing it would show this account anything more now.
    pub can_be_unsealed: bool,
}

/// Who looks at drawn visits.
struct Looking<'a> {
    acting: &'a Acting,
    unsealed: &'a Unsealed,
    codes: Vec<InspectorCode>,
    today: Date,
}

impl Looking<'_> {
    fn on_team(&self, visit: &StoredInspection) -> bool {
        let on_it = |code: &InspectorCode| {
            visit.visit.team.contains(code) || visit.visit.leader.as_ref() == Some(code)
        };
        self.codes.iter().any(on_it)
    }

    fn may_read(&self, visit: &StoredInspection) -> bool {
        let place = Place::of(&visit.unit);
        self.acting.may(Verb::DrawnListRead, &place).is_ok()
    }

    fn shown(&self, seal: &ListSeal, visit: &StoredInspection) -> Shown {
        let attempt = u32::try_from(visit.attempt).unwrap_or_default();
        let onlooker = Onlooker {
            on_team: self.on_team(visit),
            may_read: self.may_read(visit),
            unsealed: self.unsealed.has(&visit.campaign, attempt),
            today: self.today,
        };
        seal.shown(stage_of(visit), onlooker)
    }
}

fn stage_of(visit: &StoredInspection) -> DrawnVisit {
    DrawnVisit {
        dispatched: visit.dispatched,
        begun: visit.visit.has_begun(),
    }
}

fn seal_of(stored: &StoredCampaign) -> Result<ListSeal, AppError> {
    Ok(ListSeal {
        level: plan_of(stored)?.confidentiality,
        first_day: stored.from,
        opened: public_stage(stored) == Some(draw::bundle::Stage::Public),
    })
}

/// What an account is shown of each of these visits on that day, with what its session has unsealed. Every page that
/// lists visits asks it, and whatever else tells of them.
///
/// # Errors
/// When a campaign cannot be read.
pub async fn shown_on(
    today: Date,
    reader: &mut Reader,
    (acting, unsealed): (&Acting, &Unsealed),
    visits: &[StoredInspection],
) -> Result<Vec<Shown>, AppError> {
    let looking = Looking {
        acting,
        unsealed,
        codes: inspector::codes_of(reader, &acting.account).await?,
        today,
    };
    let mut seals: BTreeMap<CampaignId, ListSeal> = BTreeMap::new();
    let mut shown = Vec::with_capacity(visits.len());
    for visit in visits {
        let seal = match seals.get(&visit.campaign) {
            Some(seal) => *seal,
            None => {
                let seal = seal_of(&campaign::get(reader, &visit.campaign).await?)?;
                seals.insert(visit.campaign.clone(), seal);
                seal
            }
        };
        shown.push(looking.shown(&seal, visit));
    }
    Ok(shown)
}

impl App {
    /// What an account is shown of each of these visits, in this session.
    ///
    /// # Errors
    /// When a campaign cannot be read.
    pub async fn shown_of(
        &self,
        reader: &mut Reader,
        looking: (&Acting, &Unsealed),
        visits: &[StoredInspection],
    ) -> Result<Vec<Shown>, AppError> {
        shown_on(self.clock.now().date(), reader, looking, visits).await
    }

    /// The drawn list as far as the account is shown it in this session.
    ///
    /// # Errors
    /// `AUTH-001` for whom it does not concern, `DRAW-040` before the draw.
    pub async fn read_drawn_list(
        &self,
        (acting, unsealed): (&Acting, &Unsealed),
        number: &CampaignNo,
    ) -> Result<DrawnList, AppError> {
        let reader = &mut self.db.read().await?;
        // Whoever was closed since his request came in reads nothing.
        let acting = &self.still_acting(reader, &acting.account).await?;
        let stored = campaign::by_number(reader, number).await?;
        let looking = Looking {
            acting,
            unsealed,
            codes: inspector::codes_of(reader, &acting.account).await?,
            today: self.clock.now().date(),
        };
        let attempt = stored.campaign.state.attempt();
        let id = &stored.campaign.id;
        let mut visits = inspection::of_campaign(reader, id, i64::from(attempt)).await?;
        let whole = acting.may(Verb::DrawnListRead, &Place::of(&stored.campaign.initiator));
        if let Err(refusal) = &whole {
            visits.retain(|visit| looking.on_team(visit));
            if visits.is_empty() {
                return Err(refusal.clone().into());
            }
        }
        if stored.result_record.is_none() {
            return Err(NOT_DRAWN_YET.refuse(&[]).into());
        }
        let seal = seal_of(&stored)?;
        let has_unsealed = unsealed.has(id, attempt);
        let unsealable = |visit: &StoredInspection| {
            seal.can_be_unsealed(visit.dispatched, looking.today)
                && looking.shown(&seal, visit) == Shown::Sealed
        };
        Ok(DrawnList {
            can_be_unsealed: whole.is_ok() && !has_unsealed && visits.iter().any(unsealable),
            visits: visits
                .into_iter()
                .map(|visit| {
                    let shown = looking.shown(&seal, &visit);
                    (visit, shown)
                })
                .collect(),
            whole: whole.is_ok(),
            unsealed: has_unsealed,
            seal,
            stored,
        })
    }

    /// Unseals a drawn list for one session (查看名单). A list this session has unsealed already leaves no second
    /// event.
    ///
    /// # Errors
    /// `AUTH-001` without the right, `DRAW-040` before the draw, `DRAW-071` while the level of the plan keeps it.
    pub async fn unseal_drawn_list(
        &self,
        acting: &Acting,
        session: &Session,
        number: &CampaignNo,
        premise: &Premise,
    ) -> Result<(), AppError> {
        let (mut tx, stored, actor) = self
            .campaign_for(acting, number, premise, Verb::DrawnListRead)
            .await?;
        if stored.result_record.is_none() {
            return Err(NOT_DRAWN_YET.refuse(&[]).into());
        }
        let (id, attempt) = (&stored.campaign.id, stored.campaign.state.attempt());
        let kept = session::get(&mut tx, &session.token_hash).await?;
        let Some(kept) = kept.filter(|kept| kept.account == acting.account) else {
            return Err(SESSION_ENDED.refuse(&[]).into());
        };
        if kept.unsealed.has(id, attempt) {
            return Ok(());
        }
        let seal = seal_of(&stored)?;
        let dispatched = stored.campaign.kind() != StateKind::Drawn;
        if !seal.opened && !seal.can_be_unsealed(dispatched, self.clock.now().date()) {
            let when = match seal.level {
                domain::campaign::plan::Confidentiality::ByDay => {
                    format!("到第一个检查日（{}）再查看。", seal.first_day)
                }
                _ => "由发起科室派发检查之后再查看。".to_owned(),
            };
            let level = seal.level.label();
            return Err(STILL_SEALED
                .refuse(&[("level", &level), ("when", &when)])
                .into());
        }
        let event = self
            .event(Act::DrawnListRead, actor)
            .touching(LinkKind::Campaign, id.as_str())
            .with("attempt", attempt);
        let now = Session {
            unsealed: kept.unsealed.clone().with(id.clone(), attempt),
            ..kept
        };
        let mut rec = tx.record(event, self.confidential())?;
        if !session::unseal(&mut rec, &now).await? {
            return Err(SESSION_ENDED.refuse(&[]).into());
        }
        rec.commit().await?;
        Ok(())
    }
}
