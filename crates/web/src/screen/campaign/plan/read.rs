//! The fields of the form as a plan. Whatever cannot be read is named; gaps are no errors here.

use std::collections::BTreeSet;

use domain::campaign::party::PartyName;
use domain::campaign::plan::{
    Assignment, AuthorityDraw, BeaconSource, CampaignPlan, Confidentiality, Notice, PlannedItem,
    PlannedQuota, Sources, Staffing, Window,
};
use domain::catalog::Method;
use domain::id::{InspectorCode, ItemId, OrgUnitId, PartyToken};
use domain::refusal::Code;
use domain::subject::Area;
use domain::text::{DistrictCode, FieldErrors, narrow};
use domain::time::{Date, Instant};

use super::Offered;
use crate::form::Submitted;

static NUMBER: Code = Code::new(
    "PLAN-041",
    "“{typed}”不是 0 到 999,999 之间的整数。",
    None,
    "只填数字，如 8。",
);
static ITEM: Code = Code::new(
    "PLAN-042",
    "“{typed}”不是已公布的随机抽查事项。",
    None,
    "从列表中重新选择；新版公布后旧版不再列出。",
);
static WINDOW: Code = Code::new(
    "PLAN-043",
    "开始与结束日期只填了一个。",
    None,
    "两个都填，或都留空。",
);
static TOKEN: Code = Code::new(
    "PLAN-044",
    "“{typed}”不能作短名。",
    Some("摇号协议第 2 节"),
    "用字母、数字、点、下划线或连字符，最多 31 位，如 discipline。",
);
static TITLE: Code = Code::new(
    "PLAN-045",
    "方案没有标题。",
    None,
    "写明年度、季度和抽查事项，例如“2026 年第四季度餐饮企业油烟管控抽查”。",
);
static PERSON: Code = Code::new(
    "PLAN-046",
    "没有代码为“{typed}”的执法检查人员。",
    None,
    "从列表中重新选择。",
);
static LONG: Code = Code::new(
    "PLAN-047",
    "这一栏超过 {limit} 字。",
    None,
    "写要点；详细内容放在附件里。",
);
/// No unit was chosen.
pub(super) static UNIT: Code = Code::new(
    "PLAN-048",
    "没有选择发起科室或单位。",
    None,
    "选一个您有权发起抽查的科室或单位。",
);

/// The most letters of a longer field.
const LONGEST: usize = 2_000;

struct Reader<'a> {
    sent: &'a Submitted,
    errors: FieldErrors,
}

/// The plan as typed, with what could not be read.
pub(super) fn plan(sent: &Submitted, offered: &Offered) -> (CampaignPlan, FieldErrors) {
    let mut reader = Reader {
        sent,
        errors: FieldErrors::new(),
    };
    let title = narrow(sent.first("title"));
    if title.is_empty() {
        reader.errors.push("title", TITLE.field(&[]));
    } else if title.chars().count() > 100 {
        reader.errors.push("title", LONG.field(&[("limit", &100)]));
    }
    let mut plan = CampaignPlan::titled(title);
    plan.items = reader.items(offered);
    plan.window = reader.window();
    plan.purpose = reader.text("purpose");
    plan.staffing = reader.staffing();
    plan.methods = sent.all("method").filter_map(Method::parse).collect();
    plan.notice = match sent.first("notice") {
        "unannounced" => Notice::Unannounced(reader.text("unannounced_reason")),
        _ => Notice::Noticed,
    };
    plan.confidentiality =
        Confidentiality::parse(sent.first("confidentiality")).unwrap_or(Confidentiality::Codes);
    plan.intended_use = reader.text("intended_use");
    let participants = reader.text("participants");
    let participants = participants.split(['\n', '、']).map(narrow);
    plan.participants = participants.filter(|name| !name.is_empty()).collect();
    plan.jurisdiction = reader.districts();
    plan.include_suspended = sent.has("include_suspended");
    plan.sources = reader.sources();
    plan.ceremony = reader.ceremony().filter(|_| offered.asks_ceremony);
    let entry = narrow(sent.first("programme_entry"));
    plan.programme_entry = (!entry.is_empty()).then_some(entry);
    (plan, reader.errors)
}

impl Reader<'_> {
    fn column<'a>(&'a self, name: &'a str) -> Vec<String> {
        self.sent.all(name).map(narrow).collect()
    }

    fn text(&mut self, name: &'static str) -> String {
        let text = self.sent.first(name).trim().to_owned();
        if text.chars().count() > LONGEST {
            self.errors.push(name, LONG.field(&[("limit", &LONGEST)]));
        }
        text
    }

    /// A number; an empty field is 0, which the review of the plan will speak of.
    fn number(&mut self, name: &'static str, typed: &str) -> u64 {
        let digits = typed.len() <= 6 && typed.bytes().all(|byte| byte.is_ascii_digit());
        if !digits {
            self.errors.push(name, NUMBER.field(&[("typed", &typed)]));
        }
        if digits {
            typed.parse().unwrap_or(0)
        } else {
            0
        }
    }

    fn items(&mut self, offered: &Offered) -> Vec<PlannedItem> {
        let (rules, counts) = (self.column("rule"), self.column("count"));
        let mut items = Vec::new();
        for (row, key) in self.column("item").into_iter().enumerate() {
            if key.is_empty() {
                continue;
            }
            let parts = key.split_once('@').and_then(|(id, revision)| {
                Some((ItemId::parse(id).ok()?, revision.parse::<u32>().ok()?))
            });
            let Some((item, revision)) = parts.filter(|_| offered.item_keys.contains(&key)) else {
                self.errors.push("item", ITEM.field(&[("typed", &key)]));
                continue;
            };
            let quota = match rules.get(row).map_or("", String::as_str) {
                "fixed" => {
                    let typed = counts.get(row).cloned().unwrap_or_default();
                    PlannedQuota::Fixed(self.number("item", &typed))
                }
                "everybody" => PlannedQuota::Everybody,
                _ => PlannedQuota::Rulebook,
            };
            items.push(PlannedItem {
                item,
                revision,
                quota,
            });
        }
        items
    }

    fn window(&mut self) -> Option<Window> {
        let mut day = |name: &'static str| {
            let typed = self.sent.first(name);
            if typed.trim().is_empty() {
                return None;
            }
            self.errors.take(name, Date::parse_typed(typed))
        };
        match (day("window_from"), day("window_until")) {
            (Some(from), Some(until)) => Some(Window { from, until }),
            (None, None) => None,
            _ => {
                if self.errors.is_empty() {
                    self.errors.push("window_until", WINDOW.field(&[]));
                }
                None
            }
        }
    }

    /// When the ceremony is; a gap is no error here.
    fn ceremony(&mut self) -> Option<Instant> {
        let typed = self.sent.first("ceremony");
        if typed.trim().is_empty() {
            return None;
        }
        self.errors.take("ceremony", Instant::parse_typed(typed))
    }

    fn staffing(&mut self) -> Staffing {
        let (drawn, per_team) = (self.column("drawn"), self.column("per_team"));
        let mut authorities = Vec::new();
        for (row, authority) in self.column("authority").into_iter().enumerate() {
            if authority.is_empty() {
                continue;
            }
            let cell = |column: &[String]| column.get(row).cloned().unwrap_or_default();
            let (drawn, per_team) = (cell(&drawn), cell(&per_team));
            match InspectorCode::parse(&authority) {
                Ok(authority) => authorities.push(AuthorityDraw {
                    authority,
                    drawn: self.number("authority", &drawn),
                    per_team: self.number("authority", &per_team),
                }),
                Err(_) => self
                    .errors
                    .push("authority", TOKEN.field(&[("typed", &authority)])),
            }
        }
        let assignment = match self.sent.first("assignment") {
            "groups" => {
                let typed = narrow(self.sent.first("groups"));
                Assignment::Groups(self.number("groups", &typed))
            }
            _ => Assignment::Pairs,
        };
        let mut areas = BTreeSet::new();
        for area in self
            .sent
            .first("areas")
            .split(['、', ',', '，', ' ', '\n'])
            .map(narrow)
        {
            if !area.is_empty() {
                areas.extend(self.errors.take("areas", Area::parse(&area)));
            }
        }
        let mut leaders = Vec::new();
        for typed in self
            .column("leader")
            .into_iter()
            .filter(|code| !code.is_empty())
        {
            match InspectorCode::parse(&typed) {
                Ok(code) => leaders.push(code),
                Err(_) => self
                    .errors
                    .push("leader", PERSON.field(&[("typed", &typed)])),
            }
        }
        Staffing {
            authorities,
            assignment,
            areas,
            leaders,
        }
    }

    fn districts(&mut self) -> BTreeSet<DistrictCode> {
        let mut districts = BTreeSet::new();
        for typed in self.column("district") {
            districts.extend(self.errors.take("district", DistrictCode::parse(&typed)));
        }
        districts
    }

    fn sources(&mut self) -> Sources {
        let (persons, units) = (self.column("party_person"), self.column("party_unit"));
        let tokens = self.column("party_token");
        let cell = |column: &[String], row: usize| column.get(row).cloned().unwrap_or_default();
        let mut parties = Vec::new();
        for (row, office) in self.column("party_office").into_iter().enumerate() {
            let (person, token) = (cell(&persons, row), cell(&tokens, row));
            if office.is_empty() && person.is_empty() && token.is_empty() {
                continue;
            }
            // A party without short name gets one that says its place.
            let token = if token.is_empty() {
                format!("party{}", row + 1)
            } else {
                token
            };
            let unit = OrgUnitId::parse(&cell(&units, row)).ok();
            match PartyToken::parse(&token) {
                Ok(token) => parties.push(PartyName {
                    token,
                    office,
                    person,
                    unit,
                }),
                Err(_) => self.errors.push("party", TOKEN.field(&[("typed", &token)])),
            }
        }
        let dice = narrow(self.sent.first("dice"));
        let dice = match dice.as_str() {
            "" => None,
            label => match PartyToken::parse(label) {
                Ok(label) => Some(label),
                Err(_) => {
                    self.errors.push("dice", TOKEN.field(&[("typed", &label)]));
                    None
                }
            },
        };
        let source = narrow(self.sent.first("beacon"));
        let beacon = (!source.is_empty()).then_some(BeaconSource { source });
        Sources {
            parties,
            dice,
            beacon,
        }
    }
}
