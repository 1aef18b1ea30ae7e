//! The steps of the team besides the checklist, each on its own page: arrive, conclude; and the page
//! that every step stands on.

use app::inspection::VisitView;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use domain::catalog::OutcomeKind;
use domain::id::InspectorCode;
use domain::inspection::{InspectionState, InspectionVerb};
use domain::policy::Verb;
use domain::refusal::Code;
use domain::text::FieldErrors;
use store::{catalog, inspector};

use super::{all, find_for, page_of};
use crate::component::{Choice, Crumb, Field, Form, Fragment, Head, Link};
use crate::form::Submitted;
use crate::gate::feedback::{self, Done};
use crate::gate::{Answer, Flaws, Sent, Stop, Visit, WebState, once, see_other};
use crate::screen::draft::{self, Draft};
use crate::text::Address;

static NO_OUTCOME: Code = Code::new(
    "INSP-044",
    "没有选检查结果。",
    None,
    "从列表中选一个检查结果。",
);

/// One step: its address under the visit, its words, and what it says when done.
#[derive(Clone, Copy)]
pub(super) struct Way {
    pub(super) step: &'static str,
    pub(super) title: &'static str,
    pub(super) verb: InspectionVerb,
    pub(super) done: &'static Done,
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

pub(super) fn here(view: &VisitView, way: Way) -> Address {
    page_of(&view.stored.visit.id).child(way.step)
}

pub(super) fn back(view: &VisitView) -> Link {
    Link::new("返回，不办理", page_of(&view.stored.visit.id))
}

/// The page around a form of this step.
pub(super) async fn frame(
    web: &WebState,
    visit: &Visit,
    view: &VisitView,
    way: Way,
    pieces: Vec<Fragment>,
    wrong: bool,
) -> Result<crate::layout::WorkbenchPage, Stop> {
    let stored = &view.stored;
    let head = Head::new(way.title).with_line_beneath(format!(
        "{}　{}",
        stored.subject_name, stored.campaign_number
    ));
    let above = vec![
        Link::new("检查", all()),
        Link::new(stored.subject_code.as_str(), page_of(&stored.visit.id)),
    ];
    let page = web
        .page(visit, head)
        .await?
        .with_crumb(Crumb::new(above, way.title));
    let page = pieces
        .into_iter()
        .fold(page, |page, piece| page.with(piece));
    Ok(if wrong {
        page.with_errors_in_form()
    } else {
        page
    })
}

/// Shows the form empty, from its draft, or again with what must change.
pub(super) async fn form_page(
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
    let page = frame(
        web,
        visit,
        view,
        way,
        vec![note, form.into()],
        flaws.is_some(),
    )
    .await?;
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
        let kept = inspector::by_code(&mut reader, code)
            .await?
            .map(|kept| kept.inspector);
        let name = kept.as_ref().map_or("", |kept| kept.name.as_str());
        let credential = kept.as_ref().and_then(|kept| kept.credential.as_ref());
        let credential =
            credential.map_or_else(String::new, |held| format!("证件 {}", held.number));
        choices.push(Choice::new(code.as_str(), format!("{name}　{code}")).meaning(credential));
    }
    let help = "只勾选此刻在场的人；少于两人不能开始检查（细则五（二））。先出示证件，再登记。";
    Ok(vec![
        Field::any_of("present", "到场的执法检查人员", choices).with_help(help),
    ])
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
    form_page(
        &web,
        &visit,
        &view,
        ARRIVE,
        (fields, "登记到场"),
        typed,
        &kept,
    )
    .await
}

pub(super) async fn arrive(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
    sent: Sent,
) -> Answer {
    let view = find_for(&web, &visit, Verb::InspectionOpen, &id).await?;
    let present: Vec<InspectorCode> = sent
        .all("present")
        .filter_map(|code| InspectorCode::parse(code).ok())
        .collect();
    let to = ARRIVE
        .done
        .at(page_of(&view.stored.visit.id).child("sheet"));
    let (app, acting, visit_id) = (
        web.app.clone(),
        visit.acting.clone(),
        view.stored.visit.id.clone(),
    );
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
            form_page(
                &web,
                &visit,
                &view,
                ARRIVE,
                (fields, "登记到场"),
                typed,
                &kept,
            )
            .await
        }
    }
}

// ---- conclude ---------------------------------------------------------------------------------

async fn conclusion_fields(web: &WebState, visit: &Visit) -> Result<Vec<Field>, Stop> {
    let today = visit.now.date();
    let mut reader = web.app.db.read().await?;
    let codes = catalog::outcomes(&mut reader).await?;
    let usable = codes
        .iter()
        .filter(|code| code.kind == OutcomeKind::Result && code.in_use(today));
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
    form_page(
        &web,
        &visit,
        &view,
        CONCLUDE,
        (fields, "形成结论"),
        typed,
        &kept,
    )
    .await
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
    let (app, acting, visit_id) = (
        web.app.clone(),
        visit.acting.clone(),
        view.stored.visit.id.clone(),
    );
    let act = move || async move {
        if outcome.is_empty() {
            let mut errors = FieldErrors::new();
            errors.push("outcome", NO_OUTCOME.field(&[]));
            return Err(errors.into());
        }
        app.conclude_visit(&acting, &visit_id, &outcome, opinion)
            .await?;
        Ok(to)
    };
    match once(&web, &visit, &sent, act).await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => {
            let flaws = Flaws::of(error)?;
            let fields = conclusion_fields(&web, &visit).await?;
            let kept = Draft::default();
            let typed = (&*sent, Some(&flaws));
            form_page(
                &web,
                &visit,
                &view,
                CONCLUDE,
                (fields, "形成结论"),
                typed,
                &kept,
            )
            .await
        }
    }
}
