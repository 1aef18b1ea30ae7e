//! The picture of the dice or of the notice of a lottery: sent with the entry it proves, and shown to who reads it anew
//! and, once the entry counts, to whoever may read the campaign.

use app::drawing::{MOST_PICTURE, NO_PICTURE, Picture};
use axum::extract::{Path, State};
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::IntoResponse as _;
use domain::campaign::entry::{SourceEntry, SourceEvidence};
use domain::id::Fingerprint;
use domain::policy::Verb;
use domain::refusal::Code;
use domain::text::FieldErrors;
use store::campaign::{self, StoredCampaign};

use super::seen::Seen;
use crate::component::{Field, Link, Note};
use crate::gate::{Answer, Pressed, SentFile, Stop, Visit, WebState};
use crate::route::{Route, Who};
use crate::screen::shared::number_in;
use crate::text::Address;

const PATH: &str = "/w/campaigns/{no}/attempts/{attempt}/pictures/{sha256}";
/// The field it is chosen in.
const FIELD: &str = "picture";

static NONE: Code = Code::new(
    "CAMP-043",
    "没有选取照片。",
    Some("shuang/2 第 3.5 节"),
    "选一张 JPG 或 PNG 照片；照片上要看得清录入的内容。",
);
static TOO_LARGE: Code = Code::new(
    "CAMP-044",
    "照片超过 {limit} MB，没有接收。",
    None,
    "用手机的普通清晰度重拍，或裁剪、缩小后再选。",
);

pub(super) fn route() -> Route {
    let who = Who::Needs(Verb::CampaignRead);
    Route::get(PATH, who, "骰子或开奖公告的照片", show)
}

/// The question; `own` is what the same account sent before.
pub(super) fn asked(label: &str, what: &str, own: Option<&SourceEvidence>) -> Field {
    let help = match own {
        Some(_) => "已经存有一张；不换照片的不必再选。".to_owned(),
        None => format!("{what}；JPG 或 PNG，不超过 8 MB。照片加密保存，另一个账号据此再录一遍。"),
    };
    let field = Field::upload(FIELD, label, ".jpg,.jpeg,.png").with_help(help);
    match own {
        Some(_) => field.optional(),
        None => field,
    }
}

/// What is wrong with what was chosen.
pub(super) fn faults(sent: &Pressed, own: Option<&SourceEvidence>, errors: &mut FieldErrors) {
    match sent.files().of(FIELD) {
        None if own.is_some() => {}
        None => errors.push(FIELD, NONE.field(&[])),
        Some(SentFile::TooLarge) => {
            errors.push(FIELD, TOO_LARGE.field(&[("limit", &(MOST_PICTURE >> 20))]));
        }
        Some(SentFile::Whole(bytes)) if !Picture::is_one(bytes) => {
            errors.push(FIELD, NO_PICTURE.field(&[]));
        }
        Some(SentFile::Whole(_)) => {}
    }
}

/// The picture that was chosen, if a file was and is one.
pub(super) fn chosen(sent: &Pressed) -> Option<Picture> {
    match sent.files().of(FIELD)? {
        SentFile::Whole(bytes) => Picture::read(bytes),
        SentFile::TooLarge => None,
    }
}

/// Where the picture of an attempt is shown.
pub(super) fn page_of(seen: &Seen, attempt: u32, sha256: &Fingerprint) -> Address {
    let at = seen.page().child("attempts").child(&attempt.to_string());
    at.child("pictures").child(sha256.as_str())
}

/// Above the form of who reads anew: where the first account says it comes from, and its picture if it is kept.
pub(super) async fn note(
    web: &WebState,
    seen: &Seen,
    of: &StoredCampaign,
    entry: Option<&SourceEntry>,
) -> Result<Option<Note>, Stop> {
    let Some(evidence) = entry.and_then(|entry| entry.evidence.as_ref()) else {
        return Ok(None);
    };
    let note = Note::standing("来源：", format!("{}。", evidence.source));
    let mut reader = web.app.db.read().await?;
    let is_kept = web.app.has_picture(&mut reader, of, &evidence.picture);
    Ok(Some(match is_kept.await? {
        true => {
            let to = page_of(seen, of.campaign.state.attempt(), &evidence.picture);
            note.with_link(Link::new("看照片", to))
        }
        false => note,
    }))
}

/// The picture, byte for byte as it was sent.
async fn show(
    State(web): State<WebState>,
    visit: Visit,
    Path((number, attempt, sha256)): Path<(String, String, String)>,
) -> Answer {
    let seen = Seen::load(&web, &visit, &number).await?;
    let attempt: u32 = number_in(&attempt)?;
    let sha256 = Fingerprint::parse(&sha256).map_err(|_| Stop::not_found())?;
    let of = attempt_of(&web, &seen, attempt).await?;
    let state = &of.campaign.state;
    for (entry, verb) in [
        (state.dice_entry(), Verb::DiceEnter),
        (state.beacon_entry(), Verb::BeaconEnter),
    ] {
        let Some(entry) = entry.filter(|entry| names(entry, &sha256)) else {
            continue;
        };
        // Until two have read the same, only they look.
        if entry.counted().is_none() {
            visit.acting.may(verb, &seen.place())?;
        }
        let found = web.app.picture(&of, &sha256).await?;
        let found = found.ok_or_else(Stop::not_found)?;
        let kind = HeaderValue::from_str(&found.media_type);
        let kind = kind.map_err(|_| Stop::fault("a media type is no header"))?;
        let mut answer = found.bytes.into_response();
        let headers = answer.headers_mut();
        headers.insert(CONTENT_TYPE, kind);
        headers.insert(CONTENT_DISPOSITION, HeaderValue::from_static("inline"));
        return Ok(answer);
    }
    Err(Stop::not_found())
}

fn names(entry: &SourceEntry, sha256: &Fingerprint) -> bool {
    let evidence = entry.evidence.as_ref();
    evidence.is_some_and(|evidence| evidence.picture == *sha256)
}

/// The campaign as that attempt of it stands or stood when it was void.
async fn attempt_of(web: &WebState, seen: &Seen, attempt: u32) -> Result<StoredCampaign, Stop> {
    if seen.stored.campaign.state.attempt() == attempt {
        return Ok(seen.stored.clone());
    }
    let mut reader = web.app.db.read().await?;
    let found = campaign::void_attempt(&mut reader, &seen.stored, attempt).await?;
    Ok(found.ok_or_else(Stop::not_found)?.as_stood)
}
