//! What a freeze would yield if it happened now: figures for the people who write and approve a plan.
//! Nothing is fixed by looking, and nothing is written. What was computed is remembered as long as
//! everything it was computed from is the same.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

use domain::campaign::eligibility::refused_by_draw;
use domain::campaign::plan::{CampaignPlan, PlanFault, record_of};
use domain::id::{CampaignNo, OrgUnitId};
use domain::refusal::Refusal;
use domain::time::Date;
use store::{FrameRegisters, Register, StoreError, campaign, catalog};
use tokio::sync::OnceCell;

use super::frame::{Figures, eligible, figures};
use super::material;
use super::obstacle::{naming_left_out, none_alone};
use crate::campaign::{complete_plan, plan_version};
use crate::versions::Versions;
use crate::{App, AppError};

/// Previews remembered.
const REMEMBERED: usize = 32;

/// The frame as the registers would yield it at this moment.
#[derive(Clone, Debug)]
pub struct Preview {
    /// N, k, must and skip per stratum; empty if there is no frame at all.
    pub figures: Figures,
    /// Why a freeze would be refused now, if it would.
    pub refusal: Option<Refusal>,
}

impl Preview {
    /// Whether some stratum has only one subject, which would be “drawn” without chance.
    #[must_use]
    pub fn not_random(&self) -> bool {
        self.figures
            .quotas
            .iter()
            .any(|line| line.pool == 1 && line.drawn == 1)
    }
}

/// A preview, or what the plan still lacks.
pub type Previewed = Result<Preview, Vec<PlanFault>>;

/// Everything a preview depends on.
#[derive(Clone, PartialEq, Eq)]
struct Key {
    versions: Versions,
    number: CampaignNo,
    unit: OrgUnitId,
    plan: String,
    on: Date,
}

/// Previews by what they were computed from, the latest last.
type Shelf = VecDeque<(Key, Arc<OnceCell<Previewed>>)>;

/// The previews computed lately, so that no page computes one a second time. Cheap to clone.
#[derive(Clone, Default)]
pub struct Previews {
    shelf: Arc<Mutex<Shelf>>,
    computed: Arc<AtomicU64>,
}

/// What a preview is computed from: a plan that is not approved obeys the rulebook in force.
fn sources() -> Vec<Register> {
    let mut registers = Register::OF_A_FRAME.to_vec();
    registers.push(Register::Rulebook);
    registers
}

impl Previews {
    /// Figures for a plan that need not be stored; its faults if it has gaps. Computed once for the
    /// same plan under the same registers, rules and day, also if several ask at once.
    pub async fn of(
        &self,
        app: &App,
        number: &CampaignNo,
        unit: &OrgUnitId,
        plan: CampaignPlan,
    ) -> Result<Previewed, AppError> {
        let key = Key {
            versions: Versions::of(&mut app.db.read().await?, &sources()).await?,
            number: number.clone(),
            unit: unit.clone(),
            plan: serde_json::to_string(&plan).expect("a plan always encodes"),
            on: app.clock.now().date(),
        };
        let cell = self.cell(key);
        let computing = || async {
            self.computed.fetch_add(1, Ordering::Relaxed);
            app.preview_frame(number, unit, plan).await
        };
        cell.get_or_try_init(computing).await.cloned()
    }

    /// How many were computed, not remembered.
    #[must_use]
    pub fn computed(&self) -> u64 {
        self.computed.load(Ordering::Relaxed)
    }

    fn cell(&self, key: Key) -> Arc<OnceCell<Previewed>> {
        let mut shelf = self.shelf.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((_, cell)) = shelf.iter().find(|(known, _)| *known == key) {
            return Arc::clone(cell);
        }
        let cell = Arc::<OnceCell<Previewed>>::default();
        shelf.push_back((key, Arc::clone(&cell)));
        if shelf.len() > REMEMBERED {
            shelf.pop_front();
        }
        cell
    }
}

impl App {
    /// Figures for a plan that need not be stored; its faults if it has gaps.
    pub async fn preview_frame(
        &self,
        number: &CampaignNo,
        unit: &OrgUnitId,
        plan: CampaignPlan,
    ) -> Result<Previewed, AppError> {
        let newest = self.version_of_new_attempts;
        let mut reader = self.db.read().await?;
        // A plan that is not stored yet will be approved under the version in force.
        let (rulebook, version) = match campaign::by_number(&mut reader, number).await {
            Ok(stored) => {
                let rulebook = catalog::rulebook_of(&mut reader, &stored.campaign.state).await?;
                (rulebook, plan_version(&stored, newest))
            }
            Err(StoreError::NotFound { .. }) => (catalog::rulebook(&mut reader).await?, newest),
            Err(other) => return Err(other.into()),
        };
        let under = (&rulebook, version);
        let complete = match complete_plan(&mut reader, unit, plan.clone(), under).await? {
            Ok(complete) => complete,
            Err(faults) => return Ok(Err(faults)),
        };
        let record = record_of(number, &complete, &rulebook, &rulebook.intervals()?)
            .map_err(|fault| refused_by_draw(&fault))?;
        let of_frame = (&rulebook, newest);
        // Whoever may see a plan must not count in it who was drawn elsewhere.
        let now = self.clock.now();
        let registers = FrameRegisters::as_they_stand(&mut reader, now).await?;
        let eligibility = match eligible(registers, (&complete, &record), of_frame).await {
            Ok(eligibility) => eligibility,
            Err(AppError::Refused(refusal)) => {
                return Ok(Ok(Preview {
                    figures: Figures::default(),
                    refusal: Some(refusal),
                }));
            }
            Err(other) => return Err(other),
        };
        // Whoever reads meanwhile needs the view more.
        drop(reader);
        // A secret of zeros: the rehearsal asks only whether a frame can be frozen at all.
        let (of, plan) = ((number, 1), (&plan, record));
        let rehearsed = material::rehearse(of, newest, plan, &eligibility, [0; 32]).await;
        let refusal = match rehearsed
            .map(drop)
            .map_err(|error| naming_left_out(error, &eligibility))
        {
            Ok(()) => none_alone(&eligibility).err(),
            Err(AppError::Refused(refusal)) => Some(refusal),
            Err(other) => return Err(other),
        };
        Ok(Ok(Preview {
            figures: figures(&eligibility),
            refusal,
        }))
    }
}
