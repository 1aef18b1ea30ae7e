//! The beacon of an attempt that is void after REVEAL (SPEC-draw §3.9): entered when it appears, and what the attempt would
//! have drawn is public at once.

use app::drawing::{BeaconWords, is_opened};
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use domain::policy::Verb;
use domain::premise::Premise;
use domain::text::FieldErrors;
use store::campaign::{self, VoidAttempt};

use super::act::ceremony::{Beacon, value};
use super::picture;
use super::seen::Seen;
use crate::component::{Confirm, Crumb, Fragment, Head, Link, Note};
use crate::form::Submitted;
use crate::gate::{Answer, Flaws, Pressed, Stop, Visit, WebState, feedback, once, see_other};
use crate::layout::WorkbenchPage;
use crate::route::{Route, Who};
use crate::screen::shared::number_in;
use crate::text::Address;

const PATH: &str = "/w/campaigns/{no}/attempts/{attempt}/beacon";
const WORDS: &str = "录入公共随机数";

pub(super) fn routes() -> [Route; 2] {
    let who = Who::Needs(Verb::BeaconEnter);
    [
        Route::get(PATH, who, "作废抽取的公共随机数", show),
        Route::act(PATH, who, "录入作废抽取的公共随机数", press).with_files(),
    ]
}

/// Where the beacon of a void attempt is entered.
pub(super) fn page_of(seen: &Seen, attempt: u32) -> Address {
    let at = seen.page().child("attempts").child(&attempt.to_string());
    at.child("beacon")
}

/// The attempts that were void after REVEAL; a first attempt has none before it, and nothing is read for it.
async fn voids_of(web: &WebState, seen: &Seen) -> Result<Vec<VoidAttempt>, Stop> {
    if seen.stored.campaign.state.attempt() <= 1 {
        return Ok(Vec::new());
    }
    let mut reader = web.app.db.read().await?;
    Ok(campaign::void_attempts(&mut reader, &seen.stored).await?)
}

/// What still waits of void attempts, with the way to the form for who may enter it.
pub(super) async fn awaited(web: &WebState, visit: &Visit, seen: &Seen) -> Result<Vec<Note>, Stop> {
    let voids = voids_of(web, seen).await?;
    let may = visit.acting.may(Verb::BeaconEnter, &seen.place()).is_ok();
    let waiting = voids.iter().filter(|void| !void.is_opened);
    let note = |void: &VoidAttempt| {
        let lead = format!(
            "第 {} 次抽取揭示之后作废，本来会抽中什么还没有公开。",
            void.attempt()
        );
        let beacon = Beacon::of(seen, &void.as_stood);
        let Some(beacon) = beacon.filter(|beacon| !beacon.counts()) else {
            return Note::standing(lead, "程序正在公开。");
        };
        let own = beacon.entered.map(|entry| &entry.first.by);
        let note = Note::standing(lead, "公共随机数公布之后录入，随即公开。");
        match may && own != Some(&visit.acting.account) {
            true => note.with_link(Link::new(WORDS, page_of(seen, void.attempt()))),
            false => note,
        }
    };
    Ok(waiting.map(note).collect())
}

/// What there was before this attempt, and the full bundles for whoever holds the right 查看全部开封材料.
pub(super) async fn kept(web: &WebState, visit: &Visit, seen: &Seen) -> Result<Vec<Note>, Stop> {
    let mut notes = Vec::new();
    let earlier = seen.stored.campaign.state.attempt().saturating_sub(1);
    if earlier > 0 {
        let to = Address::fixed("/draw").child(seen.number().as_str());
        let lead = format!("此前 {earlier} 次抽取作废。");
        let note = Note::standing(
            lead,
            "事由和公开记录在公示页；按 shuang/2 作废的，那里有案卷。",
        );
        notes.push(note.with_link(Link::new("看公示页", to)));
    }
    if visit.acting.may(Verb::OpeningRead, &seen.place()).is_err() {
        return Ok(notes);
    }
    let voids = voids_of(web, seen).await?;
    let opened = voids.iter().filter(|void| void.is_opened);
    let mut bundles: Vec<_> = opened
        .map(|void| {
            let at = seen.page().child("attempts");
            let at = at.child(&void.attempt().to_string());
            (format!("第 {} 次抽取（作废）", void.attempt()), at)
        })
        .collect();
    if is_opened(&seen.stored) {
        bundles.push(("这次抽取".to_owned(), seen.page()));
    }
    notes.extend(bundles.into_iter().map(|(of, at)| {
        let note = Note::standing(format!("{of}的完整案卷。"), "下载即留痕。");
        note.with_link(Link::new("下载", at.child("bundle-full.zip")))
    }));
    Ok(notes)
}

async fn loaded(
    web: &WebState,
    visit: &Visit,
    (number, attempt): (&str, &str),
) -> Result<(Seen, VoidAttempt), Stop> {
    let seen = Seen::load(web, visit, number).await?;
    visit.acting.may(Verb::BeaconEnter, &seen.place())?;
    let attempt = number_in(attempt)?;
    let mut reader = web.app.db.read().await?;
    let found = campaign::void_attempt(&mut reader, &seen.stored, attempt).await?;
    Ok((seen, found.ok_or_else(Stop::not_found)?))
}

async fn show(
    State(web): State<WebState>,
    visit: Visit,
    Path((number, attempt)): Path<(String, String)>,
) -> Answer {
    let (seen, void) = loaded(&web, &visit, (&number, &attempt)).await?;
    let page = page(&web, &seen, &visit, &void).await?;
    let asked = form(&web, &seen, &visit, &void, None)?;
    Ok(page.with(asked).into_response())
}

async fn page(
    web: &WebState,
    seen: &Seen,
    visit: &Visit,
    void: &VoidAttempt,
) -> Result<WorkbenchPage, Stop> {
    let above = vec![
        Link::new("抽查任务", Address::fixed("/w/campaigns")),
        Link::new(seen.number().as_str(), seen.page()),
    ];
    let title = format!("第 {} 次抽取（已作废）：{WORDS}", void.attempt());
    let page = web.page(visit, Head::new(title)).await?;
    let entered = void.as_stood.campaign.state.beacon_entry();
    let note = picture::note(web, seen, &void.as_stood, entered).await?;
    let page = page.with_crumb(Crumb::new(above, WORDS));
    Ok(page.with(note.map(Fragment::from).unwrap_or_default()))
}

/// The form; in its place that there is nothing to enter.
fn form(
    web: &WebState,
    seen: &Seen,
    visit: &Visit,
    void: &VoidAttempt,
    again: Option<(&Submitted, &Flaws)>,
) -> Result<Fragment, Stop> {
    let beacon = Beacon::of(seen, &void.as_stood);
    let Some(beacon) = beacon.filter(|beacon| !void.is_opened && !beacon.counts()) else {
        let back = Link::new("返回任务，看最新情况", seen.page());
        let note = Note::standing(
            "公共随机数已经录入。",
            "作废的抽取本来会抽中什么，由程序随即公开。",
        );
        return Ok(note.with_link(back).into());
    };
    let premise = Premise::of(void.as_stood.seen.clone());
    let hidden = visit.hidden_on(web, &premise, again);
    let back = Link::new("返回，不录入", seen.page());
    let confirm = Confirm::new(page_of(seen, void.attempt()), hidden, WORDS, back)
        .happens(vec![
            "这次抽取已经作废，不会据此检查任何人；录入算数之后，它本来会抽中什么随即公开。"
                .to_owned(),
        ])
        .seen_by(vec!["社会公众。".to_owned()]);
    let confirm = beacon.asking(&visit.acting.account, confirm);
    Ok(match again {
        Some((sent, flaws)) => confirm.filled(sent, &flaws.errors).into(),
        None => confirm.into(),
    })
}

async fn press(
    State(web): State<WebState>,
    visit: Visit,
    Path((number, attempt)): Path<(String, String)>,
    sent: Pressed,
) -> Answer {
    let (seen, void) = loaded(&web, &visit, (&number, &attempt)).await?;
    let which = void.attempt();
    let mut errors = FieldErrors::new();
    if let Some(beacon) = Beacon::of(&seen, &void.as_stood) {
        beacon.faults(&visit.acting.account, &sent, &mut errors);
    }
    let done = match errors.is_empty() {
        false => Err(Flaws::from(errors)),
        true => {
            let (actor, form, no) = (visit.acting.clone(), sent.clone(), seen.number().clone());
            let act = move |app: app::App| async move {
                let premise = &form.required_premise()?;
                let (value, picture) = (value(&form), picture::chosen(&form));
                let words = BeaconWords {
                    value: &value,
                    source: form.first("source"),
                    picture: picture.as_ref(),
                };
                app.enter_beacon_of_void(&actor, (&no, which), premise, words)
                    .await
            };
            let to = feedback::BEACON_ENTERED.at(seen.page());
            match once(&web, &visit, &sent, to, act).await? {
                Ok(to) => Ok(to),
                Err(error) => Err(Flaws::of(error)?),
            }
        }
    };
    match done {
        Ok(to) => Ok(see_other(&to)),
        Err(flaws) => {
            let (seen, void) = loaded(&web, &visit, (&number, &attempt)).await?;
            let page = page(&web, &seen, &visit, &void).await?.with(flaws.note());
            let asked = form(&web, &seen, &visit, &void, Some((&sent, &flaws)))?;
            let page = page.with(asked).with_errors_in_form();
            Ok((flaws.status(), page).into_response())
        }
    }
}
