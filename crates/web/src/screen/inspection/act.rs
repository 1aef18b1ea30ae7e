//! The steps of the team besides the checklist, each on its own page: arrive, conclude.

use app::App;
use axum::extract::{Path, State};
use domain::catalog::{OutcomeCode, OutcomeKind};
use domain::id::InspectorCode;
use domain::inspection::{Arrival, InspectionState, InspectionVerb, Outcome};
use domain::policy::Verb;
use domain::refusal::Code;
use domain::text::FieldErrors;
use domain::time::Date;
use store::{campaign, catalog, inspector};

use super::step::{StepPage, Way};
use crate::component::{Choice, Field};
use crate::gate::{Answer, Flaws, Pressed, Stop, Visit, WebState, feedback, see_other};

static NO_OUTCOME: Code = Code::new(
    "INSP-044",
    "没有选检查结果。",
    None,
    "从列表中选一个检查结果。",
);

static ARRIVE: Way = Way {
    step: "arrive",
    title: "到场登记",
    button: "登记到场",
    keeps_draft: false,
    right: Verb::InspectionOpen,
    verb: InspectionVerb::Open,
    done: &feedback::VISIT_ARRIVED,
};
static CONCLUDE: Way = Way {
    step: "conclude",
    title: "形成检查结论",
    button: "形成结论",
    keeps_draft: true,
    right: Verb::InspectionConclude,
    verb: InspectionVerb::Conclude,
    done: &feedback::VISIT_CONCLUDED,
};

// ---- arrive -----------------------------------------------------------------------------------

async fn arrival_fields(page: &StepPage) -> Result<Vec<Field>, Stop> {
    let mut reader = page.web.app.db.read().await?;
    let mut choices = Vec::new();
    for code in &page.view.stored.visit.team {
        let kept = inspector::listed_by_code(&mut reader, code).await?;
        let name = kept.as_ref().map_or("", |(kept, _)| kept.name.as_str());
        let credential = match kept.as_ref().map(|(_, opened)| opened) {
            Some(Ok(Some(held))) => format!("证件 {}", held.number),
            Some(Err(refusal)) => format!("证号打不开（{}）", refusal.code),
            Some(Ok(None)) | None => String::new(),
        };
        choices.push(Choice::new(code.as_str(), format!("{name}　{code}")).meaning(credential));
    }
    let last = campaign::get(&mut reader, &page.view.stored.campaign)
        .await?
        .until;
    let help = "只勾选此刻在场的人；抽中的人都到齐、证件当天有效，才能开始检查（细则五（二））。先出示证件，再登记。";
    let mut fields = vec![Field::any_of("present", "到场的执法检查人员", choices).with_help(help)];
    if page.visit.now.date() > last {
        let help =
            format!("方案的检查时间到 {last} 为止。写明为何过期，检查照常进行，理由记入留痕。");
        fields.push(Field::area("late", "过期检查的理由", 2).with_help(help));
    }
    fields.push(
        Field::area("challenge", "对方申请回避的，照对方说的写", 2)
            .optional()
            .with_help(
                "记入这次检查；分管领导决定之前，检查不停止（行政处罚法第四十三条）。不对外公开。",
            ),
    );
    Ok(fields)
}

pub(super) async fn ask_arrival(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Answer {
    let page = StepPage::open(web, visit, &ARRIVE, &id).await?;
    page.ask(arrival_fields(&page).await?).await
}

pub(super) async fn arrive(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
    sent: Pressed,
) -> Answer {
    let page = StepPage::load(web, visit, &ARRIVE, &id).await?;
    let present: Vec<InspectorCode> = sent
        .all("present")
        .filter_map(|code| InspectorCode::parse(code).ok())
        .collect();
    let typed = |name: &str| Some(sent.first(name).to_owned());
    let arrival = Arrival {
        present,
        late: typed("late"),
        challenge: typed("challenge"),
    };
    let act = move |app: App, acting, id, premise| async move {
        app.arrive(&acting, &id, &premise, arrival).await
    };
    let to = page.record().child("sheet");
    match page.press(&sent, to, act).await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => {
            let flaws = Flaws::of(error)?;
            let page = page.anew().await?;
            page.again(arrival_fields(&page).await?, &sent, &flaws)
                .await
        }
    }
}

// ---- conclude ---------------------------------------------------------------------------------

/// The outcomes that fit the checklist and its law, and why others in use do not.
fn lawful<'c>(
    page: &StepPage,
    codes: &'c [OutcomeCode],
    today: Date,
) -> (Vec<&'c OutcomeCode>, Vec<String>) {
    let in_use = codes
        .iter()
        .filter(|code| code.kind == OutcomeKind::Result && code.in_use(today));
    let InspectionState::Opened(opened) = &page.view.stored.visit.state else {
        return (in_use.collect(), Vec::new());
    };
    let days = (today, opened.step.at.date());
    let (mut usable, mut barred) = (Vec::new(), Vec::new());
    for code in in_use {
        match Outcome::choose(code, days, &opened.sheet, &page.view.items) {
            Ok(_) => usable.push(code),
            Err(refusal) => barred.push(refusal.sentence),
        }
    }
    (usable, barred)
}

async fn conclusion_fields(page: &StepPage) -> Result<Vec<Field>, Stop> {
    let today = page.visit.now.date();
    let mut reader = page.web.app.db.read().await?;
    let codes = catalog::outcomes(&mut reader).await?;
    let (usable, barred) = lawful(page, &codes, today);
    let choices = usable.iter().map(|code| {
        Choice::new(code.code.as_str(), code.label.as_str())
            .meaning(format!("后续：{}", code.follow_up.label()))
    });
    let help = format!("只列出与检查表和依据相符的结果。{}", barred.join(""));
    Ok(vec![
        Field::one_of("outcome", "检查结果", choices.collect()).with_help(help),
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
    let page = StepPage::open(web, visit, &CONCLUDE, &id).await?;
    if let InspectionState::Opened(opened) = &page.view.stored.visit.state {
        opened.sheet.require_full(&page.view.items)?;
    }
    page.ask(conclusion_fields(&page).await?).await
}

pub(super) async fn conclude(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
    sent: Pressed,
) -> Answer {
    let page = StepPage::load(web, visit, &CONCLUDE, &id).await?;
    let outcome = sent.first("outcome").to_owned();
    let opinion = sent.first("opinion").trim().to_owned();
    let opinion = (!opinion.is_empty()).then_some(opinion);
    let act = move |app: App, acting, id, premise| async move {
        if outcome.is_empty() {
            let mut errors = FieldErrors::new();
            errors.push("outcome", NO_OUTCOME.field(&[]));
            return Err(errors.into());
        }
        app.conclude_visit(&acting, &id, &premise, &outcome, opinion)
            .await
    };
    match page.press(&sent, page.record(), act).await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => {
            let flaws = Flaws::of(error)?;
            let page = page.anew().await?;
            page.again(conclusion_fields(&page).await?, &sent, &flaws)
                .await
        }
    }
}
