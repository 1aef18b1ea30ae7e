//! A signed paper in the browser (线下签批): what was entered, the scan, what is judged on it, and the way to confirm it,
//! to take it back, or to say that one knows of it.
//!
//! Reading order: `entry` (what a form asks for) → `told` (a paper in words, for the pages of what is judged and the log).
//! Deliberately absent: the form that enters a paper, which stands with what is judged.

use app::paper::ShownPaper;
use app::scan::PDF;
use app::{App, AppError};
use axum::extract::{Path, State};
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::http::{HeaderValue, StatusCode};
use axum::response::IntoResponse as _;
use domain::id::PaperId;
use domain::paper::{Judged, PaperState};
use domain::policy::{Place, Verb};
use domain::premise::Premise;
use store::campaign;

use super::campaign::{Seen, plan_sheet};
use super::shared::{download, moment};
use crate::component::{
    Act, Badge, Confirm, Crumb, DigestLine, Facts, Field, Form, Fragment, Head, Link, Note,
    Refusal, Sheet, Weight,
};
use crate::gate::feedback::{self, Done};
use crate::gate::{Answer, Flaws, Pressed, Stop, Visit, WebState, once, see_other};
use crate::layout::WorkbenchPage;
use crate::route::{Route, Who};
use crate::text::{Address, Digest};

pub(super) mod entry;
pub(super) mod told;

/// The addresses of this screen.
#[must_use]
pub fn routes() -> Vec<Route> {
    let confirm = Who::Needs(Verb::PaperConfirm);
    let own = Who::SignedIn;
    vec![
        Route::get("/w/papers/{paper}", own, "线下签批", show),
        Route::get("/w/papers/{paper}/scan", own, "线下签批的扫描件", scan),
        Route::act(
            "/w/papers/{paper}/confirm",
            confirm,
            "核对线下签批",
            confirm_one,
        ),
        Route::get("/w/papers/{paper}/refuse", confirm, "退回线下签批", ask),
        Route::act(
            "/w/papers/{paper}/refuse",
            confirm,
            "退回线下签批",
            refuse_one,
        ),
        Route::act("/w/papers/{paper}/drop", own, "撤回线下签批", drop_one),
        Route::act("/w/papers/{paper}/note", own, "知悉线下签批", note_one),
    ]
}

/// Where a paper stands.
pub(super) fn page_of(id: &PaperId) -> Address {
    Address::fixed("/w/papers").child(id.as_str())
}

/// A paper with what is judged on it, as far as this account may read that.
struct Opened {
    shown: ShownPaper,
    plan: Seen,
}

impl Opened {
    async fn load(web: &WebState, visit: &Visit, id: &str) -> Result<Self, Stop> {
        let id = PaperId::parse(id).map_err(|_| Stop::not_found())?;
        let shown = web.app.paper(&visit.acting, &id).await?;
        let Judged::Plan(plan) = &shown.stored.paper.judged;
        let mut reader = web.app.db.read().await?;
        let stored = campaign::get(&mut reader, plan).await?;
        drop(reader);
        let plan = Seen::load(web, visit, stored.campaign.number.as_str()).await?;
        Ok(Self { shown, plan })
    }

    fn id(&self) -> &PaperId {
        &self.shown.stored.paper.id
    }

    fn premise(&self) -> Premise {
        app::premise::of_paper(&self.shown.stored)
    }

    /// Whether this account may see the scan: whoever confirms papers, reads the trace of the unit, or is named on it.
    fn shows_scan(&self, visit: &Visit) -> bool {
        let paper = &self.shown.stored.paper;
        let place = Place::of(&paper.unit);
        let may = |verb| visit.acting.may(verb, &place).is_ok();
        may(Verb::PaperConfirm)
            || may(Verb::EventRead)
            || [&paper.entered_by, &paper.signatory].contains(&&visit.acting.account)
    }
}

async fn show(State(web): State<WebState>, visit: Visit, Path(id): Path<String>) -> Answer {
    let opened = Opened::load(&web, &visit, &id).await?;
    let page = page(&web, &visit, &opened, Fragment::default()).await?;
    Ok(page.into_response())
}

/// The page; `above` is why a form was refused just now.
async fn page(
    web: &WebState,
    visit: &Visit,
    opened: &Opened,
    above: Fragment,
) -> Result<WorkbenchPage, Stop> {
    let shown = &opened.shown;
    let way = vec![
        Link::new("抽查任务", Address::fixed("/w/campaigns")),
        Link::new(opened.plan.number().as_str(), opened.plan.page()),
    ];
    let (tone, words) = told::standing(shown);
    let head = Head::new(format!("线下签批：{}", opened.plan.stored.title))
        .with_badge(Badge::new(tone, words))
        .with_line_beneath(told::line(shown));
    let mut page = web
        .page(visit, head)
        .await?
        .with_crumb(Crumb::new(way, "线下签批"))
        .with(above);
    if shown.has_lapsed {
        page = page.with(Note::warning("这份代录已失效。", told::LAPSED));
    }
    page = page.with(facts(visit, opened));
    if shown.waits() {
        page = page.with(plan_sheet(web, &opened.plan).await?);
        page = page.with(match &shown.refused {
            None => Fragment::from(confirmation(web, visit, opened)),
            Some(refusal) => Fragment::from(Refusal::from(refusal)),
        });
    }
    Ok(page.with(own_acts(web, visit, opened)))
}

fn facts(visit: &Visit, opened: &Opened) -> Sheet {
    let shown = &opened.shown;
    let paper = &shown.stored.paper;
    let entered = moment(paper.entered_at, visit.now);
    let mut facts = Facts::default()
        .with("办理", paper.judged.kind().label())
        .with("签批人", shown.signatory.as_str())
        .with("签批日期", paper.dated.to_string())
        .with("文号或编号", paper.number.as_str())
        .with("代录", format!("{}，{entered}", shown.entered_by));
    if let Some((_, at)) = &paper.decided {
        let name = match paper.state {
            PaperState::Dropped => "撤回",
            PaperState::TurnedDown => "退回",
            _ => "核对",
        };
        let at = moment(*at, visit.now);
        facts = facts.with(name, format!("{}，{at}", shown.decided_by));
    }
    if let Some(differs) = &shown.differs {
        facts = facts.with("退回的理由", differs.as_str());
    }
    if let Some(at) = paper.noted_at {
        facts = facts.with("签批人知悉", moment(at, visit.now));
    }
    if opened.shows_scan(visit) {
        let to = page_of(opened.id()).child("scan");
        facts = facts.with("扫描件", Fragment::from(Link::new("打开扫描件", to)));
    }
    if let Ok(digest) = Digest::parse(paper.scan.as_str()) {
        facts = facts.with("扫描件的 SHA-256", DigestLine::short(digest));
    }
    Sheet::new("paper", "代录的内容", facts).padded()
}

/// What who compares scan and page presses.
fn confirmation(web: &WebState, visit: &Visit, opened: &Opened) -> Confirm {
    let signatory = &opened.shown.signatory;
    let hidden = visit.hidden_on(web, &opened.premise(), None);
    let action = page_of(opened.id()).child("confirm");
    let back = Link::new("返回，不核对", opened.plan.page());
    Confirm::new(action, hidden, "扫描件与本页一致", back)
        .happens(vec![
            format!("打开扫描件，与上面的签批人、日期、文号和方案逐项对照；一致的，方案即由{signatory}批准。"),
            "核对不是批准：批准人是签批人，本账号不算经手方案。".to_owned(),
            "不一致的不要按，退回代录人，写明哪里不一致。".to_owned(),
        ])
        .fixed_after(vec![
            "方案的各部分：项目、时间、人数、见证方。要改只能终止后另立任务。".to_owned(),
        ])
        .seen_by(vec![
            "社会公众：公示页和公开日志。".to_owned(),
            format!("{signatory}：在工作台看到这份以本人名义的签批。"),
        ])
}

/// Where one says that they differ, and in what.
async fn ask(State(web): State<WebState>, visit: Visit, Path(id): Path<String>) -> Answer {
    let opened = Opened::load(&web, &visit, &id).await?;
    let page = turning_down(&web, &visit, &opened, None).await?;
    Ok(page.into_response())
}

/// The page on which a paper is turned down; `again` is what was sent to it just now, and why it was refused.
async fn turning_down(
    web: &WebState,
    visit: &Visit,
    opened: &Opened,
    again: Option<(&Pressed, &Flaws)>,
) -> Result<WorkbenchPage, Stop> {
    let own = page_of(opened.id());
    let way = vec![
        Link::new("抽查任务", Address::fixed("/w/campaigns")),
        Link::new(opened.plan.number().as_str(), opened.plan.page()),
        Link::new("线下签批", own.clone()),
    ];
    let head = Head::new("退回线下签批").with_line_beneath(told::line(&opened.shown));
    let page = web.page(visit, head).await?;
    let page = page.with_crumb(Crumb::new(way, "退回"));
    let hidden = visit.hidden_on(web, &opened.premise(), None);
    let why = Field::area("reason", "哪里不一致", 3)
        .with_help("代录人在工作台看到；记入操作记录，不公开");
    let form = Form::new(own.clone().child("refuse"), hidden, "退回代录人")
        .with_group("", vec![why])
        .with_way_back(Link::new("返回，不退回", own));
    let facts = facts(visit, opened);
    Ok(match (again, opened.shown.waits(), &opened.shown.refused) {
        (Some((sent, flaws)), ..) => page
            .with(flaws.note())
            .with(facts)
            .with(form.filled(sent, &flaws.errors))
            .with_errors_in_form(),
        (None, true, Some(refusal)) => page.with(Refusal::from(refusal)).with(facts),
        (None, true, None) => page.with(facts).with(form),
        (None, false, _) => page.with(facts),
    })
}

/// What who entered it and who signed it may still press.
fn own_acts(web: &WebState, visit: &Visit, opened: &Opened) -> Fragment {
    let paper = &opened.shown.stored.paper;
    let own = &visit.acting.account;
    let button = |words: &str, last: &str, weight| {
        let hidden = visit.hidden_on(web, &opened.premise(), None);
        let to = page_of(opened.id()).child(last);
        Fragment::from(Act::submit(words, to, weight, hidden))
    };
    let mut acts = Vec::new();
    if opened.shown.waits() && opened.shown.refused.is_none() {
        let to = page_of(opened.id()).child("refuse");
        acts.push(Fragment::from(Act::open(
            "不一致，退回代录人",
            to,
            Weight::Outlined,
        )));
    }
    if paper.is_news() && *own == paper.signatory {
        acts.push(button("知悉", "note", Weight::Outlined));
    }
    if paper.clone().drop_it(own, visit.now).is_ok() {
        acts.push(button("撤回这份签批", "drop", Weight::Plain));
    }
    Fragment::join(acts)
}

/// The scan, byte for byte as it was sent. A picture is shown; a PDF is for the reader's own program to open.
async fn scan(State(web): State<WebState>, visit: Visit, Path(id): Path<String>) -> Answer {
    let opened = Opened::load(&web, &visit, &id).await?;
    if !opened.shows_scan(&visit) {
        let place = Place::of(&opened.shown.stored.paper.unit);
        visit.acting.may(Verb::PaperConfirm, &place)?;
    }
    let found = web.app.scan_of(opened.id()).await?;
    let found = found.ok_or_else(Stop::not_found)?;
    if found.media_type == PDF {
        let name = format!("{} 线下签批.pdf", opened.plan.number());
        let names = download::Names {
            name: &name,
            kind: "signed-paper",
            on: Some(opened.shown.stored.paper.dated),
        };
        return Ok(download::whole(names, PDF, found.bytes));
    }
    let kind = HeaderValue::from_str(&found.media_type);
    let kind = kind.map_err(|_| Stop::fault("a media type is no header"))?;
    let mut answer = found.bytes.into_response();
    let headers = answer.headers_mut();
    headers.insert(CONTENT_TYPE, kind);
    headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("inline"));
    Ok(answer)
}

/// One press on a paper: done once, or the page again as it stands with why not.
async fn press<F, Fut>(
    (web, visit): (&WebState, &Visit),
    id: &str,
    sent: &Pressed,
    done: &'static Done,
    act: F,
) -> Answer
where
    F: FnOnce(App, app::Acting, PaperId, Premise) -> Fut + Clone + Send + 'static,
    Fut: Future<Output = Result<(), AppError>> + Send,
{
    let opened = Opened::load(web, visit, id).await?;
    let (acting, paper) = (visit.acting.clone(), opened.id().clone());
    let premise = sent.required_premise();
    let to = done.at(page_of(opened.id()));
    let doing = move |app: App| async move { act(app, acting, paper, premise?).await };
    match once(web, visit, sent, to, doing).await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => {
            let flaws = Flaws::of(error)?;
            let opened = Opened::load(web, visit, id).await?;
            let page = page(web, visit, &opened, flaws.note()).await?;
            let status: StatusCode = flaws.status();
            Ok((status, page).into_response())
        }
    }
}

async fn confirm_one(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
    sent: Pressed,
) -> Answer {
    let done = &feedback::PAPER_CONFIRMED;
    press(
        (&web, &visit),
        &id,
        &sent,
        done,
        |app, acting, id, premise| async move { app.confirm_paper(&acting, &id, &premise).await },
    )
    .await
}

async fn refuse_one(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
    sent: Pressed,
) -> Answer {
    let opened = Opened::load(&web, &visit, &id).await?;
    let (acting, paper) = (visit.acting.clone(), opened.id().clone());
    let (premise, reason) = (sent.required_premise(), sent.first("reason").to_owned());
    let to = feedback::PAPER_TURNED_DOWN.at(page_of(opened.id()));
    let act = move |app: App| async move {
        app.turn_paper_down(&acting, &paper, &premise?, &reason)
            .await
    };
    match once(&web, &visit, &sent, to, act).await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => {
            let flaws = Flaws::of(error)?;
            let opened = Opened::load(&web, &visit, &id).await?;
            let page = turning_down(&web, &visit, &opened, Some((&sent, &flaws))).await?;
            Ok((flaws.status(), page).into_response())
        }
    }
}

async fn drop_one(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
    sent: Pressed,
) -> Answer {
    let done = &feedback::PAPER_DROPPED;
    press(
        (&web, &visit),
        &id,
        &sent,
        done,
        |app, acting, id, premise| async move { app.drop_paper(&acting, &id, &premise).await },
    )
    .await
}

async fn note_one(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
    sent: Pressed,
) -> Answer {
    let done = &feedback::PAPER_NOTED;
    press(
        (&web, &visit),
        &id,
        &sent,
        done,
        |app, acting, id, premise| async move { app.note_paper(&acting, &id, &premise).await },
    )
    .await
}
