//! The page of one campaign: where it stands, what now, the figures, the published hashes, the
//! parties, the plan; at the right the clocks and the trace.

use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use domain::calendar::WorkCalendar;
use domain::campaign::{CampaignState, StateKind};
use domain::policy::Verb;
use domain::refusal::Refusal as Refused;
use domain::time::{Date, Instant};
use store::catalog;
use store::log::TraceOf;

use super::super::shared::trace_of;
use super::act::paper_waits;
use super::kind::{CampaignAct, Standing};
use super::overdue::Overdue;
use super::seen::Seen;
use super::{following, term, words};
use crate::component::{
    Act, Crumb, Facts, Fragment, Head, Link, Note, RailSection, Refusal, StepBar, Weight,
};
use crate::gate::{Answer, Stop, Visit, WebState};
use crate::layout::WorkbenchPage;
use crate::text::Address;

mod ceremony;
pub(super) mod hashes;
mod parties;
mod plan;
mod sources;
pub(super) mod strata;

pub(super) use plan::differing as plan_differing;
pub(in crate::screen) use plan::sheet as plan_sheet;

/// `/w/campaigns/{no}`.
pub(super) async fn show(
    State(web): State<WebState>,
    visit: Visit,
    Path(number): Path<String>,
) -> Answer {
    let seen = Seen::load(&web, &visit, &number).await?;
    let offers = Offers::of(&seen, &visit);
    let head = head(&web, &seen, &visit, &offers).await?;
    let above = vec![
        Link::new("工作台", Address::fixed("/w")),
        Link::new("抽查任务", Address::fixed("/w/campaigns")),
    ];
    let mut page = web
        .page(&visit, head)
        .await?
        .with_crumb(Crumb::new(above, number.as_str()))
        .looking_again(following::looks_again(&seen.stored, visit.now))
        .with(step_bar(&seen, visit.now.date()));
    page = standing(&web, &visit, &seen, page).await?;
    for refusal in &offers.refused {
        page = page.with(Refusal::from(refusal));
    }
    for note in super::void::awaited(&web, &visit, &seen).await? {
        page = page.with(note);
    }
    let out = parties::links_out(&web, &seen).await?;
    let sheets = [
        strata::sheet(&seen)?,
        hashes::sheet(&seen),
        parties::sheet(&seen, &visit, &out),
        ceremony::sheet(&web, &seen, &visit).await?,
    ];
    let sources = sources::sheets(&web, &seen, &visit).await?;
    for sheet in sheets.into_iter().flatten().chain(sources) {
        page = page.with(sheet);
    }
    page = page.with(plan::decided(&web, &seen, &visit).await?);
    Ok(rail(&web, &visit, &seen, &offers, page)
        .await?
        .into_response())
}

/// What the campaign waits for now. The bar itself says why one was given up.
async fn standing(
    web: &WebState,
    visit: &Visit,
    seen: &Seen,
    mut page: WorkbenchPage,
) -> Result<WorkbenchPage, Stop> {
    let kind = seen.stored.campaign.kind();
    if kind != StateKind::Abandoned {
        page = page.with(what_now(seen, visit.now));
    }
    if let Some(overdue) = Overdue::of(&seen.stored, visit.now).filter(|_| !seen.is_overtaken) {
        page = page.with(overdue.note());
    }
    if kind == StateKind::Submitted {
        page = page.with(paper_waits(web, visit, seen).await?);
    }
    if seen.is_overtaken {
        page = page.with(Note::standing(
            "恢复备份、另起日志之前公布的承诺：",
            "丢失的留痕里可能已有随机数和结果，这次抽取不再继续，由分管领导作废之后重新冻结。",
        ));
    }
    Ok(page)
}

/// What this account may do now, and what stands in its way.
struct Offers {
    main: Option<CampaignAct>,
    beside: Vec<CampaignAct>,
    refused: Vec<Refused>,
}

impl Offers {
    fn of(seen: &Seen, visit: &Visit) -> Self {
        let mut offers = Self {
            main: None,
            beside: Vec::new(),
            refused: Vec::new(),
        };
        for act in CampaignAct::FORWARD {
            match act.standing(seen, visit) {
                Standing::Offered if offers.main.is_none() => offers.main = Some(act),
                Standing::Offered => offers.beside.push(act),
                // Two acts that wait for the same are refused in the same words.
                Standing::Refused(refusal) if offers.refused.contains(&refusal) => {}
                Standing::Refused(refusal) => offers.refused.push(refusal),
                Standing::Absent => {}
            }
        }
        let others = CampaignAct::ALL
            .into_iter()
            .filter(|act| !CampaignAct::FORWARD.contains(act));
        for act in others {
            if matches!(act.standing(seen, visit), Standing::Offered) {
                offers.beside.push(act);
            }
        }
        offers
    }

    fn has(&self, act: CampaignAct) -> bool {
        self.main == Some(act) || self.beside.contains(&act)
    }
}

#[expect(clippy::too_many_lines, reason = "one head, from title to acts")]
async fn head(web: &WebState, seen: &Seen, visit: &Visit, offers: &Offers) -> Result<Head, Stop> {
    let stored = &seen.stored;
    let to = |act: CampaignAct| seen.page().child(act.slug());
    let mut head =
        Head::new(stored.title.as_str()).with_badge(words::badge(&stored.campaign.state));
    let drafts = visit.acting.may(Verb::CampaignDraft, &seen.place()).is_ok();
    let in_draft = stored.campaign.kind() == StateKind::Draft;
    let gaps = if in_draft && drafts {
        !web.app.plan_faults(seen.number()).await?.is_empty()
    } else {
        false
    };
    let edit = |weight| {
        Act::open(
            if gaps { "补全方案" } else { "修改方案" },
            seen.page().child("plan"),
            weight,
        )
    };
    if in_draft && drafts && !gaps {
        head = head.with_act(edit(Weight::Outlined));
    }
    if seen.stored.campaign.state.frame().is_some() {
        let hall = Address::fixed("/hall").child(seen.number().as_str());
        head = head.with_act(Act::open("抽取现场", hall, Weight::Plain));
    }
    if stored.result_record.is_some() {
        let may = visit.acting.may(Verb::DrawnListRead, &seen.place()).is_ok() || seen.assigned;
        if may {
            head = head.with_act(Act::open(
                "抽中名单",
                seen.page().child("visits"),
                Weight::Outlined,
            ));
        }
    }
    for act in offers
        .beside
        .iter()
        .filter(|act| **act == CampaignAct::Return)
    {
        head = head.with_act(Act::open(act.words(), to(*act), Weight::Outlined));
    }
    head = match offers.main {
        Some(CampaignAct::Submit) if gaps => head.with_act(edit(Weight::Main)),
        Some(main) => head.with_act(Act::open(main.words(), to(main), Weight::Main)),
        None if gaps => head.with_act(edit(Weight::Main)),
        None => head,
    };
    for act in offers
        .beside
        .iter()
        .filter(|act| **act != CampaignAct::Return)
    {
        head = head.with_more(Link::new(act.words(), to(*act)));
    }
    let with = match seen.plan.participants.as_slice() {
        [] => String::new(),
        names => format!("，会同{}", names.join("、")),
    };
    let line = format!(
        "{}发起{with}·第 {} 次抽取·按《实施细则》参数 {} 执行",
        seen.unit,
        stored.campaign.state.attempt(),
        seen.rulebook.version
    );
    Ok(head.with_line_beneath(line))
}

fn what_now(seen: &Seen, now: Instant) -> Note {
    let (lead, rest) = words::now(&seen.stored, &seen.rulebook, now);
    let next = words::next_step(&seen.stored.campaign, seen.open_visits == 0, now);
    let rest = format!("{rest}下一步：{next}。");
    match seen.stored.campaign.missed_beacon(now) {
        Some(_) => Note::warning(lead, rest),
        None => Note::standing(lead, rest),
    }
}

fn step_bar(seen: &Seen, today: Date) -> StepBar {
    let stored = &seen.stored;
    let state = &stored.campaign.state;
    let mut notes: [String; 10] = Default::default();
    let mut note = |place: usize, at: Option<Instant>| {
        if let Some(at) = at {
            notes[place] = words::brief(at, today);
        }
    };
    let submitted = match state {
        CampaignState::Submitted(submitted) => Some(submitted),
        other => other.approval().map(|approved| &approved.submitted),
    };
    note(1, submitted.map(|submitted| submitted.step.at));
    let approved = state.approval().map(|approved| approved.step.at);
    let once = seen.approved_once.as_ref().map(|once| once.at);
    note(2, approved.or(once));
    note(3, state.frame().map(|frozen| frozen.step.at));
    note(4, state.commitment().map(|committed| committed.step.at));
    note(5, state.result().map(|drawn| drawn.step.at));
    let ended = match state {
        CampaignState::Ended(ended) => Some(ended),
        CampaignState::Reported(reported) => Some(&reported.ended),
        CampaignState::Archived(archived) => Some(&archived.reported.ended),
        _ => None,
    };
    let inspecting = match state {
        CampaignState::Inspecting(inspecting) => Some(inspecting),
        _ => ended.map(|ended| &ended.inspecting),
    };
    note(6, inspecting.map(|inspecting| inspecting.step.at));
    note(7, ended.map(|ended| ended.step.at));
    let goes_on = seen.stored.campaign.kind() != StateKind::Abandoned;
    if goes_on && notes[6].is_empty() {
        notes[6] = format!("至 {}", &stored.until.to_string()[5..]);
    }
    if goes_on && notes[8].is_empty() {
        notes[8] = "在本系统之外".to_owned();
    }
    let bar = StepBar::campaign(words::step(state), notes);
    match state {
        CampaignState::Abandoned(abandoned) => bar.given_up(words::given_up_because(abandoned)),
        _ => bar,
    }
}

async fn rail(
    web: &WebState,
    visit: &Visit,
    seen: &Seen,
    offers: &Offers,
    mut page: WorkbenchPage,
) -> Result<WorkbenchPage, Stop> {
    let mut reader = web.app.db.read().await?;
    let calendar = WorkCalendar::new(catalog::holidays(&mut reader).await?);
    let terms = term::running(&seen.stored, &seen.rulebook, &calendar, visit.now);
    let report = term::report_by(&seen.stored, &seen.rulebook, &calendar);
    if !terms.is_empty() || report.is_some() {
        let today = visit.now.date();
        let facts = terms.iter().fold(Facts::default(), |facts, term| {
            let chip = Fragment::from(term.chip(today, &calendar));
            facts.with(
                term.name,
                Fragment::join([chip, format!("　{}", term.words()).into()]),
            )
        });
        let facts = match report {
            Some(words) => facts.with("检查报告", words),
            None => facts,
        };
        page = page.with_rail(RailSection::new("terms", "期限", facts));
    }
    let id = seen.stored.campaign.id.as_str();
    let of = TraceOf::Linked("campaign", id.to_owned());
    let all = Address::fixed("/w/log").query([("campaign", seen.number().as_str())]);
    let trace = trace_of(&mut reader, visit, &of, all).await?;
    if let Some(trace) = trace {
        page = page.with_rail(RailSection::new("trace", "留痕", trace));
    }
    let kept = super::void::kept(web, visit, seen).await?;
    if !kept.is_empty() {
        let notes = Fragment::join(kept.into_iter().map(Fragment::from));
        page = page.with_rail(RailSection::new("bundles", "案卷", notes));
    }
    if offers.has(CampaignAct::Void) {
        let words = if seen.stored.freeze_record.is_some() {
            "承诺已经公布，名录、比例与人数不能再改。确有错误的，只能作废后重新冻结；作废的承诺与事由永久公开。"
        } else {
            "名录已冻结而承诺未公布。作废后回到已批准的方案，重新启动、重新冻结。"
        };
        let link = Link::new("作废本次抽取", seen.page().child("void"));
        let note = Note::warning("", words).with_link(link);
        page = page.with_rail(RailSection::new("void", "作废", note));
    }
    Ok(page)
}
