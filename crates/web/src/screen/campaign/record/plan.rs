//! The plan in its seven parts, as the approver reads it; and in what it differs from the one he was shown.

use domain::campaign::CampaignState;
use domain::campaign::plan::{Assignment, CampaignPlan, Notice, PLAN, PlannedItem, PlannedQuota};
use domain::id::InspectorCode;
use domain::paper::Judged;
use domain::premise::Premise;
use domain::text::DistrictCode;
use domain::time::Instant;
use store::inspector::Entry;
use store::{Reader, campaign, catalog, inspector};

use super::super::seen::ApprovedOnce;
use super::Seen;
use crate::component::{Facts, Fragment, Sheet};
use crate::gate::{Stop, Visit, WebState};
use crate::screen::paper::told;

/// The facts of the plan.
pub(in crate::screen) async fn sheet(web: &WebState, seen: &Seen) -> Result<Sheet, Stop> {
    let mut reader = web.app.db.read().await?;
    let lines = lines(&mut reader, &seen.plan).await?;
    let facts = lines
        .into_iter()
        .fold(Facts::default(), |facts, (name, words)| {
            facts.with(name, words)
        });
    let clause = standing(&seen.stored.campaign.state, seen.approved_once.as_ref());
    Ok(Sheet::new("plan", "实施方案", facts)
        .with_clause(clause)
        .padded())
}

/// Whether and when it was approved, and what became of it.
fn standing(state: &CampaignState, once: Option<&ApprovedOnce>) -> String {
    let minute = |at: Instant| at.local_text()[..16].to_owned();
    let ended = match state {
        CampaignState::Abandoned(abandoned) => Some(minute(abandoned.step.at)),
        _ => None,
    };
    let approved = state.approval().map(|approved| approved.step.at);
    match (approved.or(once.map(|once| once.at)), ended) {
        (Some(at), Some(ended)) => format!("{} 批准，任务 {ended} 终止", minute(at)),
        (Some(at), None) => format!("{} 批准", minute(at)),
        (None, Some(ended)) => format!("没有批准，任务 {ended} 终止"),
        (None, None) => "未批准".to_owned(),
    }
}

/// The same on the page of the campaign, which says as well on which paper it was approved, and the papers there are.
pub(super) async fn decided(web: &WebState, seen: &Seen, visit: &Visit) -> Result<Fragment, Stop> {
    let sheet = sheet(web, seen).await?;
    let judged = Judged::Plan(seen.stored.campaign.id.clone());
    let papers = web.app.papers_of(&visit.acting, &judged).await?;
    let sheet = match told::judged_on(&papers) {
        Some(line) => sheet.with_foot(format!("{line}。")),
        None => sheet,
    };
    let papers = told::sheet(&papers, visit.now);
    let papers = papers.map(Fragment::from).unwrap_or_default();
    Ok(Fragment::join([sheet.into(), papers]))
}

/// The parts that are no longer as they were when the plan was shown, each as it was and as it is; nothing if none
/// is, or if what was shown is not in the log.
pub(in crate::screen::campaign) async fn differing(
    web: &WebState,
    seen: &Seen,
    shown: &Premise,
) -> Result<Option<Sheet>, Stop> {
    let Some(event) = &shown.event else {
        return Ok(None);
    };
    let mut reader = web.app.db.read().await?;
    let earlier = campaign::plan_left_by(&mut reader, &seen.stored, event).await?;
    let Some(earlier) = earlier.and_then(|text| PLAN.read(&text).ok()) else {
        return Ok(None);
    };
    let were = lines(&mut reader, &earlier).await?;
    let are = lines(&mut reader, &seen.plan).await?;
    let mut differ = false;
    let mut facts = Facts::default();
    for (name, is) in are {
        let was = were.iter().find(|(known, _)| *known == name);
        let was = was.map_or("（未填）", |(_, words)| words.as_str());
        if was != is {
            differ = true;
            facts = facts.with(name, format!("打开时：{was}。现在：{is}。"));
        }
    }
    let sheet = Sheet::new("differing", "与您打开时不同的部分", facts).padded();
    Ok(differ.then_some(sheet))
}

/// The parts of a plan with their names.
async fn lines(
    reader: &mut Reader,
    plan: &CampaignPlan,
) -> Result<Vec<(&'static str, String)>, Stop> {
    let inspectors = inspector::entries(reader).await?;
    let items = catalog::items(reader).await?;
    let name = |planned: &PlannedItem| {
        let known = items.iter().find(|kept| kept.item.id == planned.item);
        known.map_or_else(
            || planned.item.to_string(),
            |kept| kept.item.terms.name.clone(),
        )
    };
    let planned = plan.items.iter().map(|planned| {
        let quota = quota_words(planned.quota);
        format!("{}（第 {} 版，{quota}）", name(planned), planned.revision)
    });
    let planned: Vec<String> = planned.collect();
    let window = plan
        .window
        .map(|window| format!("{} 至 {}", window.from, window.until));
    let methods: Vec<&str> = plan.methods.iter().map(|method| method.label()).collect();
    let notice = match &plan.notice {
        Notice::Noticed => "提前通知".to_owned(),
        Notice::Unannounced(reason) => format!("不提前通知，入户时出示通知书：{reason}"),
    };
    let districts: Vec<String> = plan
        .jurisdiction
        .iter()
        .map(DistrictCode::in_words)
        .collect();
    let mut lines = vec![
        ("抽查项目", or_gap(planned.join("；"))),
        ("实施时间", or_gap(window.unwrap_or_default())),
        ("抽查目的", or_gap(plan.purpose.clone())),
        ("人员数量", staffing_words(plan, &inspectors)),
        (
            "检查方式",
            format!("{}；{notice}", or_gap(methods.join("、"))),
        ),
        ("保密要求", plan.confidentiality.label().to_owned()),
        ("结果运用", or_gap(plan.intended_use.clone())),
        ("抽取范围", or_gap(districts.join("、"))),
        ("随机来源", sources_words(plan)),
    ];
    if let Some(at) = plan.ceremony {
        lines.push(("抽取仪式", at.local_text()[..16].to_owned()));
    }
    Ok(lines)
}

fn or_gap(text: String) -> String {
    if text.trim().is_empty() {
        "（未填）".to_owned()
    } else {
        text
    }
}

/// How many of an item's pool are drawn, in words.
pub(in crate::screen::campaign) fn quota_words(quota: PlannedQuota) -> String {
    match quota {
        PlannedQuota::Rulebook => "按细则比例".to_owned(),
        PlannedQuota::Fixed(count) => format!("固定 {count} 户"),
        PlannedQuota::Everybody => "全部检查，抽取只定批次".to_owned(),
    }
}

fn staffing_words(plan: &CampaignPlan, inspectors: &[Entry]) -> String {
    let staffing = &plan.staffing;
    let authorities: Vec<String> = staffing
        .authorities
        .iter()
        .map(|line| {
            let authority = match line.authority.as_str() {
                "-" => "本局".to_owned(),
                other => other.to_owned(),
            };
            format!("{authority}抽 {} 人，每组 {} 人", line.drawn, line.per_team)
        })
        .collect();
    let assignment = match staffing.assignment {
        Assignment::Pairs => "每户单独编组".to_owned(),
        Assignment::Groups(groups) => format!("固定 {groups} 组"),
    };
    let person = |code: &InspectorCode| {
        let known = inspectors.iter().find(|kept| kept.code == *code);
        known.map_or_else(
            || code.to_string(),
            |kept| format!("{}（{code}）", kept.name),
        )
    };
    let leaders: Vec<String> = staffing.leaders.iter().map(person).collect();
    format!(
        "{}；{assignment}；组长：{}（指派）",
        or_gap(authorities.join("，")),
        or_gap(leaders.join("、"))
    )
}

fn sources_words(plan: &CampaignPlan) -> String {
    let sources = &plan.sources;
    let mut words = vec![format!("见证方 {} 方", sources.parties.len())];
    words.extend(
        sources
            .dice
            .as_ref()
            .map(|label| format!("当众掷骰（{label}）")),
    );
    words.extend(
        sources
            .beacon
            .as_ref()
            .map(|beacon| format!("公共信标 {}", beacon.source)),
    );
    words.join("，")
}
