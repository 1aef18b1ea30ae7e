//! The link of an outside party: given out once, on a slip with a QR code.
//!
//! The token is shown on the answer to the press and nowhere else; only its hash is kept. So a press that is
//! repeated is answered by the page of the link, which says that it is out. A new link ends
//! the older one, so the page says first whether one is out, and the press replaces only the one it
//! named.

use std::sync::{Arc, OnceLock};

use app::App;
use app::drawing::wants_link;
use askama::Template;
use axum::extract::{Path, State};
use axum::http::StatusCode;
use axum::response::IntoResponse as _;
use domain::campaign::party::PartyName;
use domain::campaign::version::Version;
use domain::id::{EventId, PartyToken};
use store::log;

use super::qr;
use super::seen::Seen;
use super::words;
use crate::component::{Confirm, Crumb, Fragment, Head, Link, Note};
use crate::gate::{Answer, Flaws, Pressed, Stop, Visit, WebState, feedback, once, see_other};
use crate::layout::WorkbenchPage;
use crate::screen::shared::{self as trace, moment};
use crate::text::Address;

/// The field that names the link which is out, and its value while none is.
const EARLIER: &str = "_earlier";
const NONE: &str = "-";

/// The paper handed to the party.
#[derive(Template)]
#[template(path = "screen/campaign/slip.html")]
struct Slip {
    bureau: String,
    number: String,
    title: String,
    office: String,
    person: String,
    address: String,
    code: Fragment,
    at: String,
    /// The version of the attempt and which one it is.
    protocol: String,
    /// From when nonces are taken, if anybody has said so.
    opens: String,
    /// Whether a public number comes after those of the parties, and what may be relied on.
    late_beacon: bool,
    bounds: &'static str,
    back: Address,
}

fn named<'a>(seen: &'a Seen, party: &str) -> Result<(&'a PartyName, PartyToken), Stop> {
    let token = PartyToken::parse(party).map_err(|_| Stop::not_found())?;
    let names = &seen.plan.sources.parties;
    let name = names
        .iter()
        .find(|name| name.token == token)
        .ok_or_else(Stop::not_found)?;
    Ok((name, token))
}

async fn page(
    web: &WebState,
    visit: &Visit,
    seen: &Seen,
    name: &PartyName,
) -> Result<WorkbenchPage, Stop> {
    let above = vec![
        Link::new("抽查任务", Address::fixed("/w/campaigns")),
        Link::new(seen.number().as_str(), seen.page()),
    ];
    let head = Head::new(format!("见证链接：{}", name.office));
    Ok(web
        .page(visit, head)
        .await?
        .with_crumb(Crumb::new(above, name.token.as_str())))
}

/// `/w/campaigns/{no}/parties/{party}`.
pub(super) async fn show(
    State(web): State<WebState>,
    visit: Visit,
    Path((number, party)): Path<(String, String)>,
) -> Answer {
    let seen = Seen::load(&web, &visit, &number).await?;
    asking(&web, &visit, &seen, &party, None).await
}

/// The page before the press, with why it was refused just now, if it was.
async fn asking(
    web: &WebState,
    visit: &Visit,
    seen: &Seen,
    party: &str,
    flaws: Option<&Flaws>,
) -> Answer {
    let (name, token) = named(seen, party)?;
    let page = page(web, visit, seen, name).await?;
    let flaw = flaws.map_or_else(Fragment::default, Flaws::note);
    let status = flaws.map_or(StatusCode::OK, Flaws::status);
    if !wants_link(&seen.stored.campaign.state, &token) {
        let back = Link::new("返回任务", seen.page());
        let rest = "揭示和结果在公示页，不用链接。";
        let note =
            Note::standing("这一方已经没有要递交的内容，不再发放链接。", rest).with_link(back);
        return Ok((status, page.with(flaw).with(note)).into_response());
    }
    let action = page_of(seen, party);
    let earlier = earlier(web, visit, seen, &token).await?;
    // Nothing is typed here, so the form always rests on what it shows.
    let now = web.app.premise_of_campaign(&seen.stored).await?;
    let hidden = visit.hidden_on(web, &now, None);
    let mut happens = vec![format!(
        "为{}（{}）生成一个新链接，只显示这一次；打印纸条或当面扫码。",
        name.office, name.person
    )];
    let (act, back) = match &earlier {
        Some(earlier) => {
            happens.push(format!(
                "{}发放的链接从此失效；拿着那张纸条的人打不开，须把新的交给他。换发写入留痕。",
                earlier.words
            ));
            ("换发链接，原链接失效", "返回，不换发")
        }
        None => ("发放链接", "返回，不发放"),
    };
    let known = earlier.map_or_else(|| NONE.to_owned(), |earlier| earlier.event.to_string());
    let confirm = Confirm::new(action, hidden, act, Link::new(back, seen.page()))
        .carrying(EARLIER, known)
        .happens(happens)
        .seen_by(vec![
            "拿到链接的人：任务名称、编号、承诺和本方的状态，不含任何企业。".to_owned(),
        ]);
    Ok((status, page.with(flaw).with(confirm)).into_response())
}

/// The link that is out: the event that gave it out, and when and by whom as far as may be said.
struct Earlier {
    event: EventId,
    words: String,
}

async fn earlier(
    web: &WebState,
    visit: &Visit,
    seen: &Seen,
    party: &PartyToken,
) -> Result<Option<Earlier>, Stop> {
    let Some(event) = web.app.party_link_out(seen.number(), party).await? else {
        return Ok(None);
    };
    let mut reader = web.app.db.read().await?;
    let line = log::line_of(&mut reader, &event).await?;
    let line = line.ok_or_else(|| Stop::fault(format!("no entry of the event {event}")))?;
    let line = trace::Seen::one(&mut reader, visit, &line).await?;
    let words = format!("{}{}", moment(line.at, visit.now), by(&line.by));
    Ok(Some(Earlier { event, words }))
}

fn by(who: &str) -> String {
    if who.is_empty() {
        String::new()
    } else {
        format!("由{who}")
    }
}

fn page_of(seen: &Seen, party: &str) -> Address {
    seen.page().child("parties").child(party)
}

/// The press: the answer is the slip itself, and to a second press the page that says the link is out.
pub(super) async fn issue(
    State(web): State<WebState>,
    visit: Visit,
    Path((number, party)): Path<(String, String)>,
    sent: Pressed,
) -> Answer {
    let seen = Seen::load(&web, &visit, &number).await?;
    let (name, token) = named(&seen, &party)?;
    let (acting, no, form) = (visit.acting.clone(), seen.number().clone(), sent.clone());
    // Never written down: whoever does not get this answer replaces the link.
    let issued = Arc::new(OnceLock::new());
    let slip = Arc::clone(&issued);
    let act = move |app: App| async move {
        let premise = form.required_premise()?;
        // What is no event of ours names none: the press is then refused if a link is out.
        let earlier = EventId::parse(form.first(EARLIER)).ok();
        let known = (&token, earlier.as_ref());
        let link = app
            .replace_party_link(&acting, &no, &premise, known)
            .await?;
        // One press has one act that ends well.
        let _ = slip.set(link);
        Ok(())
    };
    let to = feedback::PARTY_INVITED.at(page_of(&seen, &party));
    match once(&web, &visit, &sent, to, act).await? {
        Ok(to) => match issued.get() {
            Some(link) => handed_out(&web, &visit, &seen, name, link).await,
            None => Ok(see_other(&to)),
        },
        Err(error) => {
            let flaws = Flaws::of(error)?;
            let seen = Seen::load(&web, &visit, &number).await?;
            asking(&web, &visit, &seen, &party, Some(&flaws)).await
        }
    }
}

/// The slip.
async fn handed_out(
    web: &WebState,
    visit: &Visit,
    seen: &Seen,
    name: &PartyName,
    link: &str,
) -> Answer {
    let address = web.site.address(&format!("/p/{link}"));
    let late_beacon = seen.version() == Version::Two && seen.plan.sources.beacon.is_some();
    let slip = Slip {
        bureau: web.facts.bureau.clone(),
        number: seen.number().to_string(),
        title: seen.stored.title.clone(),
        office: name.office.clone(),
        person: name.person.clone(),
        code: qr::code(&address, "见证链接的二维码"),
        address,
        at: visit.now.local_text(),
        protocol: format!(
            "{}，第 {} 次抽取",
            seen.version(),
            seen.stored.campaign.state.attempt()
        ),
        opens: opens(seen),
        late_beacon,
        bounds: words::bounds(late_beacon),
        back: seen.page(),
    };
    Ok(page(web, visit, seen, name)
        .await?
        .with(Fragment::of(&slip))
        .into_response())
}

/// From when the nonce is to be opened: as FREEZE says, before it as the plan announced the ceremony.
fn opens(seen: &Seen) -> String {
    let committed = seen.stored.campaign.state.commitment();
    match (seen.version(), committed) {
        (Version::One, _) => "承诺公布后".to_owned(),
        (Version::Two, Some(committed)) => committed
            .reveal_from
            .map_or_else(String::new, |from| format!("{} 起", from.local_text())),
        (Version::Two, None) => match seen.announced() {
            Some(at) => format!(
                "承诺公布后，到抽取仪式（不早于 {}，以公布的承诺为准）",
                &at.local_text()[..16]
            ),
            None => "到公布的承诺写明的时间".to_owned(),
        },
    }
}
