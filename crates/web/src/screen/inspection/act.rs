//! The steps of a visit besides the checklist, each on its own page: arrive, conclude, confirm,
//! return, register that it could not be made.

use app::inspection::VisitView;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use domain::catalog::OutcomeKind;
use domain::id::InspectorCode;
use domain::inspection::{FallenAway, InspectionState, InspectionVerb};
use domain::policy::Verb;
use domain::refusal::Code;
use domain::text::FieldErrors;
use store::{catalog, inspector};

use super::record::found;
use super::{all, find_for, page_of};
use crate::component::{
    Choice, Confirm, Crumb, Facts, Field, Form, Fragment, Head, Link, Sheet, Width,
};
use crate::form::Submitted;
use crate::gate::feedback::{self, Done};
use crate::gate::{Answer, Flaws, Sent, Stop, Visit, WebState, once, see_other};
use crate::screen::draft::{self, Draft};
use crate::text::Address;

static NO_OUTCOME: Code =
    Code::new("INSP-044", "没有选检查结果。", None, "从列表中选一个检查结果。");
static NO_WAY: Code = Code::new("INSP-045", "没有选原因。", None, "从列表中选一项。");
static NOT_ATTEMPTS: Code =
    Code::new("INSP-046", "上门次数“{typed}”不是 1 到 99 的整数。", None, "填实际上门的次数。");

/// One step: its address under the visit, its words, and what it says when done.
#[derive(Clone, Copy)]
struct Way {
    step: &'static str,
    title: &'static str,
    verb: InspectionVerb,
    done: &'static Done,
}

static ARRIVE: Way = Way {
    step: "arrive",
    title: "到场登记",
    verb: InspectionVerb::Open,
    done: &feedback::VISIT_ARRIVED,
};
static CONCLUDE: Way = Way {
    step: "conclude",
    title: "形成检查结论",
    verb: InspectionVerb::Conclude,
    done: &feedback::VISIT_CONCLUDED,
};
static CONFIRM: Way = Way {
    step: "confirm",
    title: "复核",
    verb: InspectionVerb::Confirm,
    done: &feedback::VISIT_CONFIRMED,
};
static RETURN: Way = Way {
    step: "return",
    title: "退回",
    verb: InspectionVerb::Return,
    done: &feedback::VISIT_RETURNED,
};
static ABSENT: Way = Way {
    step: "absent",
    title: "登记未能检查",
    verb: InspectionVerb::FallAway,
    done: &feedback::VISIT_FELL_AWAY,
};

fn here(view: &VisitView, way: Way) -> Address {
    page_of(&view.stored.visit.id).child(way.step)
}

fn back(view: &VisitView) -> Link {
    Link::new("返回，不办理", page_of(&view.stored.visit.id))
}

/// The page around a form of this step.
async fn frame(
    web: &WebState,
    visit: &Visit,
    view: &VisitView,
    way: Way,
    pieces: Vec<Fragment>,
    wrong: bool,
) -> Result<crate::layout::WorkbenchPage, Stop> {
    let stored = &view.stored;
    let head = Head::new(way.title)
        .with_line_beneath(format!("{}　{}", stored.subject_name, stored.campaign_number));
    let above = vec![
        Link::new("检查", all()),
        Link::new(stored.subject_code.as_str(), page_of(&stored.visit.id)),
    ];
    let page = web.page(visit, head).await?.with_crumb(Crumb::new(above, way.title));
    let page = pieces.into_iter().fold(page, |page, piece| page.with(piece));
    Ok(if wrong { page.with_errors_in_form() } else { page })
}

/// Shows the form empty, from its draft, or again with what must change.
async fn form_page(
    web: &WebState,
    visit: &Visit,
    view: &VisitView,
    way: Way,
    (fields, words): (Vec<Field>, &'static str),
    (typed, flaws): (&Submitted, Option<&Flaws>),
    kept: &Draft,
) -> Answer {
    let to = here(view, way);
    let mut form = Form::new(to.clone(), visit.hidden(web), words)
        .with_group("", fields)
        .with_way_back(back(view));
    if way.step != "arrive" {
        form = form.with_draft(draft::kept_at(to.as_str()), kept.line.as_str());
    }
    let none = FieldErrors::new();
    let form = form.filled(typed, flaws.map_or(&none, |flaws| &flaws.errors));
    let note = flaws.map_or_else(|| kept.note.clone(), Flaws::note);
    let page = frame(web, visit, view, way, vec![note, form.into()], flaws.is_some()).await?;
    Ok(match flaws {
        Some(flaws) => (flaws.status(), page).into_response(),
        None => page.into_response(),
    })
}

// ---- arrive -----------------------------------------------------------------------------------

async fn arrival_fields(web: &WebState, view: &VisitView) -> Result<Vec<Field>, Stop> {
    let mut reader = web.app.db.read().await?;
    let mut choices = Vec::new();
    for code in &view.stored.visit.team {
        let kept = inspector::by_code(&mut reader, code).await?.map(|kept| kept.inspector);
        let name = kept.as_ref().map_or("", |kept| kept.name.as_str());
        let credential = kept.as_ref().and_then(|kept| kept.credential.as_ref());
        let credential = credential.map_or_else(String::new, |held| format!("证件 {}", held.number));
        choices.push(Choice::new(code.as_str(), format!("{name}　{code}")).meaning(credential));
    }
    let help = "只勾选此刻在场的人；少于两人不能开始检查（细则五（二））。先出示证件，再登记。";
    Ok(vec![Field::any_of("present", "到场的执法检查人员", choices).with_help(help)])
}

pub(super) async fn ask_arrival(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Answer {
    let view = find_for(&web, &visit, Verb::InspectionOpen, &id).await?;
    view.stored.visit.permit(ARRIVE.verb)?;
    let fields = arrival_fields(&web, &view).await?;
    let kept = draft::of(&web, &visit).await?;
    let typed = (&kept.typed, None);
    form_page(&web, &visit, &view, ARRIVE, (fields, "登记到场"), typed, &kept).await
}

pub(super) async fn arrive(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
    sent: Sent,
) -> Answer {
    let view = find_for(&web, &visit, Verb::InspectionOpen, &id).await?;
    let present: Vec<InspectorCode> =
        sent.all("present").filter_map(|code| InspectorCode::parse(code).ok()).collect();
    let to = ARRIVE.done.at(page_of(&view.stored.visit.id).child("sheet"));
    let (app, acting, visit_id) = (web.app.clone(), visit.acting.clone(), view.stored.visit.id.clone());
    let act = move || async move {
        app.open_visit(&acting, &visit_id, present).await?;
        Ok(to)
    };
    match once(&web, &visit, &sent, act).await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => {
            let flaws = Flaws::of(error)?;
            let fields = arrival_fields(&web, &view).await?;
            let kept = Draft::default();
            let typed = (&*sent, Some(&flaws));
            form_page(&web, &visit, &view, ARRIVE, (fields, "登记到场"), typed, &kept).await
        }
    }
}

// ---- conclude ---------------------------------------------------------------------------------

async fn conclusion_fields(web: &WebState, visit: &Visit) -> Result<Vec<Field>, Stop> {
    let today = visit.now.date();
    let mut reader = web.app.db.read().await?;
    let codes = catalog::outcomes(&mut reader).await?;
    let usable = codes.iter().filter(|code| code.kind == OutcomeKind::Result && code.in_use(today));
    let choices = usable.map(|code| {
        Choice::new(code.code.as_str(), code.label.as_str())
            .meaning(format!("后续：{}", code.follow_up.label()))
    });
    Ok(vec![
        Field::one_of("outcome", "检查结果", choices.collect())
            .with_help("与检查表矛盾的结果不能选：有不合格项的，不能是“未发现问题”。"),
        Field::area("opinion", "检查对象意见", 3)
            .optional()
            .with_help("照对方说的写；没有意见写“无异议”，拒绝表态写明情况。"),
    ])
}

pub(super) async fn ask_conclusion(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Answer {
    let view = find_for(&web, &visit, Verb::InspectionConclude, &id).await?;
    view.stored.visit.permit(CONCLUDE.verb)?;
    if let InspectionState::Opened(opened) = &view.stored.visit.state {
        opened.sheet.require_full(&view.items)?;
    }
    let fields = conclusion_fields(&web, &visit).await?;
    let kept = draft::of(&web, &visit).await?;
    let typed = (&kept.typed, None);
    form_page(&web, &visit, &view, CONCLUDE, (fields, "形成结论"), typed, &kept).await
}

pub(super) async fn conclude(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
    sent: Sent,
) -> Answer {
    let view = find_for(&web, &visit, Verb::InspectionConclude, &id).await?;
    let outcome = sent.first("outcome").to_owned();
    let opinion = sent.first("opinion").trim().to_owned();
    let opinion = (!opinion.is_empty()).then_some(opinion);
    let to = CONCLUDE.done.at(page_of(&view.stored.visit.id));
    let (app, acting, visit_id) = (web.app.clone(), visit.acting.clone(), view.stored.visit.id.clone());
    let act = move || async move {
        if outcome.is_empty() {
            let mut errors = FieldErrors::new();
            errors.push("outcome", NO_OUTCOME.field(&[]));
            return Err(errors.into());
        }
        app.conclude_visit(&acting, &visit_id, &outcome, opinion).await?;
        Ok(to)
    };
    match once(&web, &visit, &sent, act).await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => {
            let flaws = Flaws::of(error)?;
            let fields = conclusion_fields(&web, &visit).await?;
            let kept = Draft::default();
            let typed = (&*sent, Some(&flaws));
            form_page(&web, &visit, &view, CONCLUDE, (fields, "形成结论"), typed, &kept).await
        }
    }
}

// ---- confirm and return -----------------------------------------------------------------------

/// What the second person reads before he puts his name to it.
fn to_read(view: &VisitView) -> Vec<Fragment> {
    let Some(done) = view.stored.visit.concluded() else { return Vec::new() };
    let facts = Facts::default()
        .with("检查结果", done.outcome.label.as_str())
        .with("结论时间", done.step.at.local_text())
        .with("检查对象意见", done.opinion.clone().unwrap_or_else(|| "没有填写".to_owned()));
    vec![
        Sheet::new("outcome", "检查结论", facts).padded().into(),
        found(view, &done.opened.sheet).into(),
    ]
}

fn confirmation(web: &WebState, visit: &Visit, view: &VisitView) -> Confirm {
    Confirm::new(here(view, CONFIRM), visit.hidden(web), "复核", back(view))
        .happens(vec!["确认检查表和检查结果与现场相符。".to_owned(), "20 个工作日的公示期限照常计算。".to_owned()])
        .fixed_after(vec!["检查表、检查结果和检查对象意见不能再改。".to_owned()])
        .seen_by(vec!["公示后，任何人都能看到检查结果。".to_owned()])
}

pub(super) async fn ask_confirmation(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Answer {
    let view = find_for(&web, &visit, Verb::InspectionConfirm, &id).await?;
    view.stored.visit.permit(CONFIRM.verb)?;
    if let InspectionState::Concluded(done) = &view.stored.visit.state {
        domain::policy::four_eyes::entry_and_confirmation(&done.step.by, &visit.acting.account)?;
    }
    let mut pieces = to_read(&view);
    pieces.push(confirmation(&web, &visit, &view).into());
    Ok(frame(&web, &visit, &view, CONFIRM, pieces, false).await?.into_response())
}

pub(super) async fn confirm(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
    sent: Sent,
) -> Answer {
    let view = find_for(&web, &visit, Verb::InspectionConfirm, &id).await?;
    let to = CONFIRM.done.at(page_of(&view.stored.visit.id));
    let (app, acting, visit_id) = (web.app.clone(), visit.acting.clone(), view.stored.visit.id.clone());
    let act = move || async move {
        app.confirm_visit(&acting, &visit_id).await?;
        Ok(to)
    };
    Ok(see_other(&once(&web, &visit, &sent, act).await??))
}

fn return_fields() -> Vec<Field> {
    vec![Field::area("reason", "退回的理由", 3).with_help("写明哪一项要补什么；录入人会看到。")]
}

pub(super) async fn ask_return(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Answer {
    let view = find_for(&web, &visit, Verb::InspectionConfirm, &id).await?;
    view.stored.visit.permit(RETURN.verb)?;
    let kept = draft::of(&web, &visit).await?;
    let typed = (&kept.typed, None);
    form_page(&web, &visit, &view, RETURN, (return_fields(), "退回"), typed, &kept).await
}

pub(super) async fn send_back(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
    sent: Sent,
) -> Answer {
    let view = find_for(&web, &visit, Verb::InspectionConfirm, &id).await?;
    let reason = sent.first("reason").to_owned();
    let to = RETURN.done.at(page_of(&view.stored.visit.id));
    let (app, acting, visit_id) = (web.app.clone(), visit.acting.clone(), view.stored.visit.id.clone());
    let act = move || async move {
        app.return_visit(&acting, &visit_id, &reason).await?;
        Ok(to)
    };
    match once(&web, &visit, &sent, act).await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => {
            let flaws = Flaws::of(error)?;
            let typed = (&*sent, Some(&flaws));
            let fields = (return_fields(), "退回");
            form_page(&web, &visit, &view, RETURN, fields, typed, &Draft::default()).await
        }
    }
}

// ---- fell away --------------------------------------------------------------------------------

fn absence_fields() -> Vec<Field> {
    let choices = FallenAway::ALL.iter().map(|how| Choice::new(how.name(), how.label()));
    vec![
        Field::menu("how", "原因", choices.collect()),
        Field::line("attempts", "上门次数", Width::Short)
            .with_help("“无法联系”须上门两次以上。"),
        Field::area("account", "经过和证明", 4)
            .with_help("每次上门的时间、所见、照片或笔录编号，谁可以证明。"),
    ]
}

pub(super) async fn ask_absence(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Answer {
    let view = find_for(&web, &visit, Verb::InspectionConclude, &id).await?;
    view.stored.visit.permit(ABSENT.verb)?;
    let kept = draft::of(&web, &visit).await?;
    let typed = (&kept.typed, None);
    form_page(&web, &visit, &view, ABSENT, (absence_fields(), "登记"), typed, &kept).await
}

fn read_absence(sent: &Submitted) -> Result<(FallenAway, u32, String), FieldErrors> {
    let mut errors = FieldErrors::new();
    let how = FallenAway::parse(sent.first("how"));
    if how.is_none() {
        errors.push("how", NO_WAY.field(&[]));
    }
    let typed = domain::text::narrow(sent.first("attempts"));
    let attempts = typed.parse::<u32>().ok().filter(|n| (1..=99).contains(n));
    if attempts.is_none() {
        errors.push("attempts", NOT_ATTEMPTS.field(&[("typed", &typed)]));
    }
    match (how, attempts) {
        (Some(how), Some(attempts)) => Ok((how, attempts, sent.first("account").to_owned())),
        _ => Err(errors),
    }
}

pub(super) async fn absence(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
    sent: Sent,
) -> Answer {
    let view = find_for(&web, &visit, Verb::InspectionConclude, &id).await?;
    let to = ABSENT.done.at(page_of(&view.stored.visit.id));
    let read = read_absence(&sent);
    let (app, acting, visit_id) = (web.app.clone(), visit.acting.clone(), view.stored.visit.id.clone());
    let act = move || async move {
        let (how, attempts, account) = read?;
        app.visit_fell_away(&acting, &visit_id, how, &account, attempts).await?;
        Ok(to)
    };
    match once(&web, &visit, &sent, act).await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => {
            let flaws = Flaws::of(error)?;
            let typed = (&*sent, Some(&flaws));
            let fields = (absence_fields(), "登记");
            form_page(&web, &visit, &view, ABSENT, fields, typed, &Draft::default()).await
        }
    }
}
