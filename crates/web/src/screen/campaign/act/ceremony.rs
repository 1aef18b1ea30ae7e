//! The ceremony in forms: who is present, and what its public sources showed. What follows from them follows by itself.

use app::drawing::{BeaconWords, SlipWords};
use app::{Acting, App, AppError};
use domain::campaign::CampaignState;
use domain::campaign::entry::SourceEntry;
use domain::id::{AccountId, CampaignNo};
use domain::refusal::Code;
use domain::text::{FieldErrors, narrow};
use store::campaign::StoredCampaign;

use super::{CampaignAct, Seen, dice};
use crate::component::{Confirm, Field, Width};
use crate::form::Submitted;
use crate::gate::Pressed;
use crate::screen::campaign::picture;
use crate::screen::campaign::record::hashes;

/// The most letters of a source.
const LONGEST: usize = 200;

static VALUE: Code = Code::new(
    "CAMP-041",
    "没有录入公共随机数。",
    Some("shuang/2 第 3.5 节"),
    "按公布的原文录入。",
);
static NOTICE: Code = Code::new(
    "CAMP-042",
    "来源没有写，或超过 {limit} 字。",
    Some("shuang/2 第 3.5 节"),
    "写明公告的名称、期号和看到的地方。",
);

/// How the source of a plan publishes what it shows.
#[derive(Clone, Debug)]
pub(in crate::screen::campaign) struct Beacon<'s> {
    /// Its name.
    pub(in crate::screen::campaign) source: &'s str,
    /// The issue or round that FREEZE waits for.
    round: &'s str,
    /// What was entered so far.
    pub(in crate::screen::campaign) entered: Option<&'s SourceEntry>,
}

impl<'s> Beacon<'s> {
    /// That of an attempt as it stands.
    pub(in crate::screen::campaign) fn of(
        seen: &'s Seen,
        stands: &'s StoredCampaign,
    ) -> Option<Self> {
        let CampaignState::Revealed(revealed) = &stands.campaign.state else {
            return None;
        };
        let source = seen.plan.sources.beacon.as_ref()?;
        let named = hashes::line(stands.freeze_record.as_deref()?, "beacon")?;
        Some(Self {
            source: source.source.as_str(),
            round: named.split(' ').nth(1)?,
            entered: revealed.beacon.as_ref(),
        })
    }

    /// Whether a value counts already.
    pub(in crate::screen::campaign) fn counts(&self) -> bool {
        self.entered.is_some_and(|entry| entry.counted().is_some())
    }

    /// Whether its value proves itself.
    fn is_signed(&self) -> bool {
        self.source.starts_with("drand:")
    }

    /// The form with its questions.
    pub(in crate::screen::campaign) fn asking(
        &self,
        account: &AccountId,
        confirm: Confirm,
    ) -> Confirm {
        let help = match self.is_signed() {
            true => "96 位小写十六进制签名，从 drand 的公布整段复制",
            false => {
                "按公布的两位号码，各区从小到大，空格隔开，两区之间写“ + ”，如 01 05 11 20 28 33 + 07"
            }
        };
        let value = Field::line(
            "beacon",
            format!("{} {} 的值", self.source, self.round),
            Width::Long,
        )
        .with_help(help);
        if self.is_signed() {
            return confirm.asking(value);
        }
        let source = Field::area("source", "来源", 2)
            .with_help("公告的名称、期号和看到的地方，如：体彩大乐透第 26135 期开奖公告，官网");
        let picture = |own| picture::asked("公告的照片", "拍下或截取开奖公告", own);
        match self.entered {
            Some(entry) if entry.first.by != *account => confirm.asking(value),
            Some(own) => {
                let evidence = own.evidence.as_ref();
                let source = match evidence {
                    Some(kept) => source.with_value(kept.source.as_str()),
                    None => source,
                };
                let value = value.with_value(own.value.as_str());
                let confirm = confirm.asking(value).asking(source);
                confirm.asking(picture(evidence))
            }
            None => confirm.asking(value).asking(source).asking(picture(None)),
        }
    }

    /// What the page says of it.
    pub(in crate::screen::campaign) fn happens(&self) -> Vec<String> {
        let follows = "录入算数之后，结果由程序立即算出并公布，不再经任何人决定。".to_owned();
        match (self.is_signed(), self.entered) {
            (true, _) => vec![
                "值是这一轮的签名，程序当场核对；核对不过的不收。".to_owned(),
                follows,
            ],
            (false, None) => vec![
                "您照公告录入一遍，再由另一个账号独立录入一遍；两次一致才算数。".to_owned(),
                follows,
            ],
            (false, Some(entry)) => {
                let again = format!(
                    "第一次录入在 {}；另一个账号照公告再录一遍，这里不显示第一次的号码。",
                    entry.first.at.local_text()
                );
                vec![again, follows]
            }
        }
    }

    /// What is wrong with what was typed.
    pub(in crate::screen::campaign) fn faults(
        &self,
        account: &AccountId,
        sent: &Pressed,
        errors: &mut FieldErrors,
    ) {
        if sent.first("beacon").trim().is_empty() {
            errors.push("beacon", VALUE.field(&[]));
        }
        let second = self.entered.is_some_and(|entry| entry.first.by != *account);
        if self.is_signed() || second {
            return;
        }
        let source = sent.first("source").trim();
        if source.is_empty() || source.chars().count() > LONGEST {
            errors.push("source", NOTICE.field(&[("limit", &LONGEST)]));
        }
        let own = self.entered.and_then(|own| own.evidence.as_ref());
        picture::faults(sent, own, errors);
    }
}

/// The question of a slip of paper.
pub(super) fn asking_slip(confirm: Confirm) -> Confirm {
    let office = Field::line("office", "见证人的单位", Width::Long)
        .with_help("照签到单填写，如：司法局；没有单位的写“市民”");
    let name = Field::line("name", "见证人的姓名", Width::Medium)
        .with_help("签到单随纸质材料归档；主持抽取、公布承诺和批准方案的人不能作见证人");
    confirm.asking(office).asking(name)
}

/// The acts of the ceremony.
pub(super) async fn perform(
    act: CampaignAct,
    app: &App,
    acting: &Acting,
    number: &CampaignNo,
    sent: &Pressed,
) -> Result<(), AppError> {
    let premise = &sent.required_premise()?;
    let picture = picture::chosen(sent);
    match act {
        CampaignAct::Dice => {
            let digits = dice::digits(sent);
            let words = dice::words(&digits, sent, picture.as_ref());
            app.enter_dice(acting, number, premise, words).await
        }
        CampaignAct::Beacon => {
            let value = value(sent);
            let words = BeaconWords {
                value: &value,
                source: sent.first("source"),
                picture: picture.as_ref(),
            };
            app.enter_beacon(acting, number, premise, words).await
        }
        CampaignAct::Slip => {
            let slip = SlipWords {
                office: sent.first("office"),
                name: sent.first("name"),
            };
            app.attend_on_paper(acting, number, premise, slip).await
        }
        CampaignAct::Attend => app.attend(acting, number, premise).await,
        _ => app.begin_ceremony(acting, number, premise).await,
    }
}

/// The value as typed, in plain digits and letters.
pub(in crate::screen::campaign) fn value(sent: &Submitted) -> String {
    narrow(sent.first("beacon"))
}
