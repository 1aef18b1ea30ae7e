//! The draw, in its real order: freeze the registers, collect commitments, publish FREEZE, open the
//! nonces, draw, open. Each step is one act; what is public goes into the log as its record.
//!
//! Until FREEZE is logged the server holds no nonce, and until the nonces are open nobody can know
//! who will be drawn. `draw_subjects` does not record a RESULT that our own `verify` refuses. What takes long is
//! computed before the lock is taken (`long_act`).

mod ahead;
mod beacon;
mod bundle;
mod by_itself;
mod ceremony;
mod committing;
mod delivered;
mod dice;
mod drawn_list;
mod ending;
mod frame;
mod freezing;
mod held;
mod kept;
mod lacking;
mod long_act;
mod material;
mod obstacle;
mod opened;
mod overtaken;
mod parties;
mod picture;
mod preview;
mod rehearsal;
mod result;
mod seed;
mod void_attempt;
mod voiding;

use domain::id::{CampaignNo, Fingerprint, PartyToken};
use domain::policy::Verb;
use domain::premise::Premise;
use domain::refusal::{Code, Fact, Refusal};
use draw::Token;
use store::campaign::StoredCampaign;
use store::catalog;

use crate::campaign::unsound;
use crate::{Acting, App, AppError};

pub(crate) use ahead::FrozenNames;
pub use beacon::BeaconWords;
pub use bundle::{is_opened, public_stage, zip_of};
pub use by_itself::NotFollowed;
pub use ceremony::SlipWords;
pub use committing::CommitWords;
pub use dice::DiceWords;
pub use draw::bundle::Stage;
pub use drawn_list::{DrawnList, shown_on};
pub use frame::{FIGURES, Figures, QuotaFigure, StratumFigure};
pub(crate) use freezing::FreezeWork;
pub use freezing::{FREEZE, FREEZE_ORDER, FreezeOrder, FreezeWords};
pub(crate) use held::{own_records, stands};
pub use lacking::{Lacking, lacking_material};
pub use material::{BundleFile, threads};
pub use overtaken::is_overtaken;
pub use parties::{NO_LINK, PartyView, wants_link};
pub(crate) use picture::kind_of;
pub use picture::{KeptPicture, MOST as MOST_PICTURE, NO_PICTURE, Picture};
pub use preview::{Preview, Previews};
pub use result::DrawWords;
pub use voiding::VoidWords;

static NO_RECORD: Code = Code::new(
    "DRAW-030",
    "这次抽取没有已公布的承诺。",
    None,
    "先冻结名录、收齐承诺值，再公布承诺。",
);
static REFUSED_BY_DRAW: Code = Code::new(
    "DRAW-031",
    "{what}：{why}",
    Some("摇号协议第 3.2 节"),
    "{next}",
);
static BEACON_UNSIGNED: Code = Code::new(
    "DRAW-055",
    "公共随机源的值没有通过核对，没有抽取：{why}",
    Some("shuang/2 第 3.5 节"),
    "从 drand 的公布重新复制公告的那一轮，不要手工改动。",
);
static FORGED: Code = Code::new(
    "DRAW-032",
    "抽取结果没有通过自己的核对：{why}",
    Some("细则五（二）"),
    "停止办理，运行 mingqian audit，并报告行政执法监督。",
);

impl App {
    /// Closes the revealing: REVEAL is logged, parties that stayed away stand as absent.
    pub async fn close_reveal(
        &self,
        acting: &Acting,
        number: &CampaignNo,
        premise: &Premise,
        absent_reason: &PartyToken,
    ) -> Result<(), AppError> {
        let (mut tx, mut stored, actor) = self
            .campaign_for(acting, number, premise, Verb::CampaignReveal)
            .await?;
        let rulebook = catalog::rulebook_of(&mut tx, &stored.campaign.state).await?;
        let intervals = rulebook.intervals()?;
        own_records(&mut tx, &stored).await?;
        delivered::as_delivered(&mut tx, &stored).await?;
        let freeze = freeze_of(&stored)?;
        let step = self.step(acting);
        let at = step.at;
        let (next, act) =
            stored
                .campaign
                .clone()
                .reveal(step, absent_reason, intervals.minimum_level)?;
        let record = seed::reveal_of(&next, &freeze)?.map_err(|faults| forged(&spoken(&faults)))?;
        let event = self.enter(&mut stored, (next, act), at, actor);
        self.write_campaign(tx, &stored, event, self.public(record.to_string()))
            .await
    }
}

pub(crate) fn freeze_of(stored: &StoredCampaign) -> Result<draw::record::FreezeRecord, AppError> {
    let text = stored
        .freeze_record
        .as_ref()
        .ok_or_else(|| NO_RECORD.refuse(&[]))?;
    draw::record::FreezeRecord::parse(text.as_bytes())
        .map_err(|fault| held::altered(&format!("承诺（FREEZE，{fault}）")))
}

fn forged(why: &str) -> AppError {
    FORGED.refuse(&[("why", &why)]).into()
}

fn token(text: &str) -> Result<Token, AppError> {
    text.parse::<Token>().map_err(|fault| unsound(&fault))
}

fn digest(print: &Fingerprint) -> draw::Digest {
    draw::Digest::from_hex(print.as_str().as_bytes()).expect("a fingerprint is 64 lower hex digits")
}

/// What was tried when the draw refused it: what is not done, and what to do then.
#[derive(Clone, Copy, Debug)]
enum Tried {
    /// The frame, against the plan: under an approved plan only the registers can still be mended.
    Freeze,
    /// FREEZE, made of the frozen frame and of what was typed for it.
    Publish,
    /// The value of the public source, as it was typed.
    EnterBeacon,
    /// The draw from what the sources gave.
    Draw,
}

impl Tried {
    const fn words(self) -> (&'static str, &'static str) {
        match self {
            Self::Freeze => (
                "不能冻结",
                "补足名录里的对象或执法人员，或核对回避登记，再冻结；人数、户数或分组要改的，批准之前改方案，批准之后只能终止任务、另立任务。",
            ),
            Self::Publish => (
                "不能公布承诺",
                "核对填写的期号或轮次和时间，再公布；名录或人数有误的，由分管领导作废之后重新冻结。",
            ),
            Self::EnterBeacon => ("录入的值不合写法，没有录入", "照公告改正之后再录入。"),
            Self::Draw => (
                "不能抽取",
                "核对已录入的公共随机数；对得上公告的，停止办理，运行 mingqian audit。",
            ),
        }
    }
}

/// Refusals of the draw as one sentence for people.
fn refused_by_draw(tried: Tried, faults: &[draw::Fault]) -> Refusal {
    let (what, next) = tried.words();
    let facts: [Fact<'_>; 3] = [("what", &what), ("why", &spoken(faults)), ("next", &next)];
    REFUSED_BY_DRAW.refuse(&facts)
}

/// Each fault with where it is and what helps, its code last: whoever reads it looks for what is wrong.
fn spoken(faults: &[draw::Fault]) -> String {
    let said = faults.iter().map(|fault| {
        // The one stratum or item of a plan that names none is written `-`.
        let place = match fault.place.as_str() {
            "" | "-" => String::new(),
            place => format!("{place}："),
        };
        let sentence = fault.sentence.trim_end_matches('。');
        let remedy = fault.remedy().trim_end_matches('。');
        format!("{place}{sentence}。{remedy}（{}）", fault.code)
    });
    said.collect::<Vec<_>>().join("；")
}
