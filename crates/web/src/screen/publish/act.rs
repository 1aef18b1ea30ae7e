//! Publish and withdraw, each behind its confirmation page; the full bundle for the supervision.

use app::App;
use app::inspection::publishing::{PublicationPreview, standing};
use app::premise::of_publication;
use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use domain::id::{CampaignNo, InspectionId, PublicationId};
use domain::publication::withdrawal_class::WithdrawalClass;
use domain::publication::{PublicOutcome, Publication};
use store::inspection::{self, StoredPublication};

use super::approve::not_approved;
use super::{all, done};
use crate::component::{Confirm, Crumb, Facts, Head, Link, Note, RailSection, Sheet};
use crate::form::Submitted;
use crate::gate::{Answer, Flaws, Pressed, Stop, Visit, WebState, feedback, once, see_other};
use crate::layout::WorkbenchPage;
use crate::screen::shared::{number_in, public_reason};
use crate::text::Address;

pub(super) fn visit_key(id: &str) -> Result<InspectionId, Stop> {
    InspectionId::parse(id).map_err(|_| Stop::not_found())
}

/// What the public will read, line by line, and nothing else.
fn shown(outcome: &PublicOutcome) -> Facts {
    Facts::default()
        .with("检查主体", outcome.authority.as_str())
        .with("企业名称", outcome.subject_name.as_str())
        .with("代码", outcome.subject_code.clone().unwrap_or_default())
        .with("检查事项", outcome.items.join("；"))
        .with("来源", outcome.source.as_str())
        .with("检查日期", outcome.inspected_on.to_string())
        .with("检查结果", outcome.outcome.as_str())
        .with(
            "检查内容",
            format!("检查 {} 项，不合格 {} 项", outcome.examined, outcome.failed),
        )
}

pub(super) async fn ask(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Answer {
    ask_again(&web, &visit, &visit_key(&id)?, None).await
}

/// What is to be approved or published, on its page with everything the public will read; or the answer in its place,
/// if it is refused and there is nothing to show any more.
pub(super) async fn facing(
    web: &WebState,
    visit: &Visit,
    id: &InspectionId,
    (title, all): (&str, Address),
    flaws: Option<&Flaws>,
) -> Result<Result<(PublicationPreview, WorkbenchPage), Response>, Stop> {
    let preview = match (web.app.preview_publication(&visit.acting, id).await, flaws) {
        (Ok(preview), _) => preview,
        // Not to be published any more: why it was refused says more than that.
        (Err(_), Some(flaws)) if flaws.refusal.is_some() => {
            let page = web.page(visit, Head::new(title)).await?;
            let answer = (flaws.status(), page.with(flaws.note())).into_response();
            return Ok(Err(answer));
        }
        (Err(error), _) => return Err(error.into()),
    };
    let stored = &preview.stored;
    let head = Head::new(title).with_line_beneath(format!(
        "{}　{}",
        stored.subject_name, stored.campaign_number
    ));
    let chip = chip_of(web, &preview, visit.now.date()).await?;
    let crumb = Crumb::new(vec![Link::new("公示", all)], stored.subject_code.as_str());
    let page = web
        .page(visit, head)
        .await?
        .with_crumb(crumb)
        .with(flaws.map(Flaws::note).unwrap_or_default())
        .with_rail(RailSection::new("term", "期限", chip))
        .with(
            Sheet::new("preview", "公众将看到的内容", shown(&preview.outcome))
                .padded()
                .with_clause("不含地址、检查人员、照片、读数和对方意见"),
        );
    Ok(Ok((preview, page)))
}

/// The page before the publication, with why it was refused just now, if it was.
async fn ask_again(
    web: &WebState,
    visit: &Visit,
    id: &InspectionId,
    flaws: Option<&Flaws>,
) -> Answer {
    let shown = facing(web, visit, id, ("公示检查结果", all()), flaws).await?;
    let (preview, page) = match shown {
        Ok(shown) => shown,
        Err(answer) => return Ok(answer),
    };
    // Known beforehand, so the sentence stands where the button would.
    let page = if preview.is_approved() {
        page.with(confirmation(web, visit, &preview))
    } else {
        page.with(not_approved())
    };
    Ok(match flaws {
        Some(flaws) => (flaws.status(), page).into_response(),
        None => page.into_response(),
    })
}

fn confirmation(web: &WebState, visit: &Visit, preview: &PublicationPreview) -> Confirm {
    let to = all().child(preview.stored.visit.id.as_str());
    let record = Link::new("返回，不公示", all());
    // Nothing is typed here, so the form always rests on what it shows.
    let hidden = visit.hidden_on(web, &preview.premise, None);
    Confirm::new(to, hidden, "公示", record)
        .happens(vec![
            "上面的内容已经批准公示；按下后立即出现在公示页，任何人都可以查到。".to_owned(),
            "内容的摘要写入公开日志。".to_owned(),
        ])
        .fixed_after(vec![
            "公示的内容不能修改；有错的，只能写明事由撤下，撤下的记录永久保留。".to_owned(),
        ])
        .seen_by(vec!["社会公众；内容也会被镜像和搜索引擎保存。".to_owned()])
}

async fn chip_of(
    web: &WebState,
    preview: &PublicationPreview,
    today: domain::time::Date,
) -> Result<crate::component::DeadlineChip, Stop> {
    let mut reader = web.app.db.read().await?;
    let holidays = store::catalog::holidays(&mut reader).await?;
    Ok(super::chip(
        &domain::calendar::WorkCalendar::new(holidays),
        &preview.deadline,
        today,
    ))
}

pub(super) async fn publish(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
    sent: Pressed,
) -> Answer {
    let id = visit_key(&id)?;
    let (acting, key) = (visit.acting.clone(), id.clone());
    let premise = sent.required_premise();
    let to = feedback::OUTCOME_PUBLISHED.at(done());
    let act = move |app: App| async move {
        app.publish_outcome(&acting, &key, &premise?)
            .await
            .map(|_| ())
    };
    match once(&web, &visit, &sent, to, act).await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => ask_again(&web, &visit, &id, Some(&Flaws::of(error)?)).await,
    }
}

fn withdrawal(
    web: &WebState,
    visit: &Visit,
    stored: &StoredPublication,
    again: Option<(&Submitted, &Flaws)>,
) -> Confirm {
    let to = done().child(stored.id.as_str()).child("withdraw");
    let confirm = Confirm::new(
        to,
        visit.hidden_on(web, &of_publication(stored), again),
        "撤下公示",
        Link::new("返回，不撤下", done()),
    )
    .happens(vec![
        "原地址答复“已撤下”，写明事由、日期和留痕序号，不再显示企业名称和代码。".to_owned(),
    ])
    .fixed_after(vec!["撤下不能恢复，同一次检查不能再公示。".to_owned()])
    .seen_by(vec![
        "社会公众在原地址看到所选事由的固定说明；写的理由只记入操作记录。".to_owned(),
    ]);
    let published = |class: WithdrawalClass| class.sentence().to_owned();
    public_reason::asking(confirm, "撤下的理由", published)
}

async fn withdrawal_page(
    web: &WebState,
    visit: &Visit,
    id: &PublicationId,
    again: Option<(&Submitted, &Flaws)>,
) -> Answer {
    let mut reader = web.app.db.read().await?;
    let stored = inspection::published(&mut reader, id).await?;
    drop(reader);
    let Publication::Published(outcome) = standing(&stored)? else {
        return Ok(see_other(&Address::fixed("/r").child(id.as_str())));
    };
    let head = Head::new("撤下公示").with_line_beneath(outcome.subject_name.as_str());
    let crumb = Crumb::new(vec![Link::new("公示", done())], "撤下");
    let mut page = web.page(visit, head).await?.with_crumb(crumb);
    let mut form = withdrawal(web, visit, &stored, again);
    if let Some((sent, flaws)) = again {
        form = form.filled(sent, &flaws.errors);
        page = page.with(flaws.note()).with_errors_in_form();
    } else {
        page = page.with(Note::warning(
            "撤下只用于公示有误或依法不应公示的。",
            "对结果有异议的，先按异议办理。",
        ));
    }
    let sheet = Sheet::new("published", "现在公示的内容", shown(&outcome)).padded();
    let page = page.with(sheet).with(form);
    Ok(match again {
        Some((_, flaws)) => (flaws.status(), page).into_response(),
        None => page.into_response(),
    })
}

fn publication_key(id: &str) -> Result<PublicationId, Stop> {
    PublicationId::parse(id).map_err(|_| Stop::not_found())
}

pub(super) async fn ask_withdrawal(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
) -> Answer {
    withdrawal_page(&web, &visit, &publication_key(&id)?, None).await
}

pub(super) async fn withdraw(
    State(web): State<WebState>,
    visit: Visit,
    Path(id): Path<String>,
    sent: Pressed,
) -> Answer {
    let id = publication_key(&id)?;
    let (acting, key) = (visit.acting.clone(), id.clone());
    let form = sent.clone();
    let to = feedback::OUTCOME_WITHDRAWN.at(done());
    let act = move |app: App| async move {
        let premise = form.required_premise()?;
        let why = public_reason::sent(&form)?;
        app.withdraw_outcome(&acting, &key, &premise, why).await
    };
    match once(&web, &visit, &sent, to, act).await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => {
            let flaws = Flaws::of(error)?;
            withdrawal_page(&web, &visit, &id, Some((&sent, &flaws))).await
        }
    }
}

pub(super) async fn full_bundle(
    State(web): State<WebState>,
    visit: Visit,
    Path(no): Path<String>,
) -> Answer {
    let number = CampaignNo::parse(&no).map_err(|_| Stop::not_found())?;
    let zip = web.app.full_bundle(&visit.acting, &number).await?;
    zipped(zip, &format!("{number}-full.zip"))
}

/// The same of an attempt that is void and opened.
pub(super) async fn full_void_bundle(
    State(web): State<WebState>,
    visit: Visit,
    Path((no, attempt)): Path<(String, String)>,
) -> Answer {
    let number = CampaignNo::parse(&no).map_err(|_| Stop::not_found())?;
    let attempt = number_in(&attempt)?;
    let zip = web
        .app
        .full_void_bundle(&visit.acting, &number, attempt)
        .await?;
    zipped(zip, &format!("{number}-{attempt}-void-full.zip"))
}

fn zipped(zip: Vec<u8>, name: &str) -> Answer {
    let mut response: Response = zip.into_response();
    let headers = response.headers_mut();
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/zip"));
    let name = format!("attachment; filename=\"{name}\"");
    let value = HeaderValue::from_str(&name).map_err(|error| Stop::fault(error.to_string()))?;
    headers.insert(CONTENT_DISPOSITION, value);
    Ok(response)
}
