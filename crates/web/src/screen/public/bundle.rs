//! The files of a draw for strangers: records as text, the bundle of the present stage, and the page
//! that recomputes it.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::CONTENT_SECURITY_POLICY;
use axum::response::IntoResponse;
use domain::id::CampaignNo;

use super::checkable;
use super::draw::{PublicDraw, load, public_campaign, void_notes};
use super::record::Record;
use super::tool::{PAGE_SCRIPTS, SHELL_SCRIPT, VERIFY_DRAW, sha256};
use super::{file, plain, shell};
use crate::component::{Fragment, Head, Note, Sheet};
use crate::gate::{Answer, Guest, Stop, WebState};
use crate::layout::PortalPage;
use crate::screen::shared::number_in;
use crate::text::Digest;

/// What the public policy forbids and this page needs: its script fetches the bundle from us.
const FETCHES: &str = "default-src 'none'; style-src 'self'; img-src 'self' data:; \
     script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; \
     base-uri 'none'";

pub(super) async fn record(
    State(web): State<WebState>,
    Path((no, name)): Path<(String, String)>,
) -> Answer {
    let kind = name.strip_suffix(".txt").ok_or_else(Stop::not_found)?;
    let mut reader = web.app.db.read().await?;
    let stored = public_campaign(&mut reader, &no).await?;
    let text = match kind {
        "plan" => stored.plan_record,
        "freeze" => stored.freeze_record,
        "seed" => stored.seed_text,
        "result" => stored.result_record,
        "reveal" | "open" => {
            let attempt = u64::from(stored.campaign.state.attempt());
            let logged = store::portal::records_of(&mut reader, &stored).await?;
            let of_attempt = |text: &str| {
                let record = Record(text);
                record.kind() == kind && record.attempt() == Some(attempt)
            };
            logged
                .into_iter()
                .map(|logged| logged.record)
                .rfind(|text| of_attempt(text))
        }
        _ => None,
    };
    Ok(plain(text.ok_or_else(Stop::not_found)?))
}

pub(super) async fn download(State(web): State<WebState>, Path(no): Path<String>) -> Answer {
    let number = CampaignNo::parse(&no).map_err(|_| Stop::not_found())?;
    let mut reader = web.app.db.read().await?;
    public_campaign(&mut reader, &no).await?;
    drop(reader);
    let (stage, zip) = web.app.public_bundle(&number).await?;
    let name = format!("{number}-{}.zip", stage.word());
    Ok(file(zip, "application/zip", Some(&name)))
}

/// The bundle of an attempt that is void.
pub(super) async fn download_void(
    State(web): State<WebState>,
    Path((no, attempt)): Path<(String, String)>,
) -> Answer {
    let number = CampaignNo::parse(&no).map_err(|_| Stop::not_found())?;
    let attempt = number_in(&attempt)?;
    let mut reader = web.app.db.read().await?;
    public_campaign(&mut reader, &no).await?;
    drop(reader);
    let (stage, zip) = web.app.void_bundle(&number, attempt).await?;
    let name = format!("{number}-{attempt}-void-{}.zip", stage.word());
    Ok(file(zip, "application/zip", Some(&name)))
}

#[derive(Template)]
#[template(path = "screen/public/recompute.html")]
struct Recompute<'a> {
    draw: &'a PublicDraw,
    checkable: &'static str,
    scripts: &'static [&'static str],
    own_script: &'static str,
}

#[derive(Template)]
#[template(path = "screen/public/three_ways.html")]
struct ThreeWays<'a> {
    draw: &'a PublicDraw,
    log_key: String,
    shell_script: &'a str,
}

/// The page with what is told of void attempts: their files are verified like those of a drawn one.
fn with_voids(page: PortalPage, draw: &PublicDraw) -> PortalPage {
    let notes = void_notes(draw).into_iter();
    notes.fold(page, |page, note| page.with(note))
}

pub(super) async fn verify(
    State(web): State<WebState>,
    guest: Guest,
    Path(no): Path<String>,
) -> Answer {
    let draw = load(&web, &no).await?;
    let log_key = web.app.log_key.verifier().to_string();
    let script = Digest::of_bytes(&sha256(SHELL_SCRIPT));
    let recompute = Recompute {
        draw: &draw,
        checkable: checkable::at(draw.opened),
        scripts: PAGE_SCRIPTS,
        own_script: VERIFY_DRAW,
    };
    let ways = ThreeWays {
        draw: &draw,
        log_key,
        shell_script: script.as_str(),
    };
    let head =
        Head::new("验证这次抽取").with_line_beneath(format!("{}　{}", draw.title, draw.number));
    if draw.bundle_stage.is_none() {
        let note = match draw.abandoned {
            Some(_) => Note::standing(
                "任务已终止，没有抽取，没有可以验证的案卷。",
                "作废的抽取，案卷在各次作废的说明里。",
            ),
            None => Note::standing(
                "这一次抽取还没有可以验证的案卷。",
                "抽取之后，这里提供案卷和核对办法。",
            ),
        };
        let page = PortalPage::new(shell(&web, &guest, "").await?, head).with(note);
        return Ok(with_voids(page, &draw).into_response());
    }
    let page = PortalPage::new(shell(&web, &guest, "").await?, head);
    let page = with_voids(page, &draw)
        .with(Sheet::new("recompute", "在浏览器里重算", Fragment::of(&recompute)).padded())
        .with(Sheet::new("ways", "三种办法，任选其一", Fragment::of(&ways)).padded());
    let mut response = page.into_response();
    response
        .headers_mut()
        .insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(FETCHES));
    Ok(response)
}
