//! The link of an outside party: given out once, on a slip with a QR code.
//!
//! The token is shown on the answer to the press and nowhere else; only its hash is kept. A second
//! press makes a new link, and the older one stops working, so nothing is lost by repeating it.

use askama::Template;
use axum::extract::{Path, State};
use axum::http::HeaderMap;
use axum::http::header::HOST;
use axum::response::IntoResponse as _;
use domain::campaign::party::PartyName;
use domain::id::PartyToken;

use super::qr;
use super::seen::Seen;
use crate::component::{Confirm, Crumb, Fragment, Head, Link};
use crate::gate::{Answer, Flaws, Sent, Stop, Visit, WebState};
use crate::layout::WorkbenchPage;
use crate::text::Address;

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
    let (name, _) = named(seen, party)?;
    let action = seen.page().child("parties").child(party);
    // Nothing is typed here, so the form always rests on what it shows.
    let now = web.app.premise_of_campaign(&seen.stored).await?;
    let hidden = visit.hidden_on(web, &now, None);
    let back = Link::new("返回，不发放", seen.page());
    let confirm = Confirm::new(action, hidden, "发放链接", back)
        .happens(vec![
            format!(
                "为{}（{}）生成一个新链接，只显示这一次；打印纸条或当面扫码。",
                name.office, name.person
            ),
            "以前发给这一方的链接同时失效。".to_owned(),
        ])
        .seen_by(vec![
            "拿到链接的人：任务名称、编号、承诺和本方的状态，不含任何企业。".to_owned(),
        ]);
    let page = page(web, visit, seen, name).await?;
    Ok(match flaws {
        Some(flaws) => (flaws.status(), page.with(flaws.note()).with(confirm)).into_response(),
        None => page.with(confirm).into_response(),
    })
}

/// The press: the answer is the slip itself.
pub(super) async fn issue(
    State(web): State<WebState>,
    visit: Visit,
    Path((number, party)): Path<(String, String)>,
    headers: HeaderMap,
    sent: Sent,
) -> Answer {
    let seen = Seen::load(&web, &visit, &number).await?;
    let (name, token) = named(&seen, &party)?;
    let (app, acting) = (&web.app, &visit.acting);
    let issued = match sent.required_premise() {
        Ok(premise) => {
            app.issue_party_link(acting, seen.number(), &premise, &token)
                .await
        }
        Err(refusal) => Err(refusal.into()),
    };
    let link = match issued {
        Ok(link) => link,
        Err(error) => {
            let flaws = Flaws::of(error)?;
            let seen = Seen::load(&web, &visit, &number).await?;
            return asking(&web, &visit, &seen, &party, Some(&flaws)).await;
        }
    };
    let address = format!("{}/p/{link}", origin(&web, &headers));
    let slip = Slip {
        bureau: web.facts.bureau.clone(),
        number: seen.number().to_string(),
        title: seen.stored.title.clone(),
        office: name.office.clone(),
        person: name.person.clone(),
        code: qr::code(&address, "见证链接的二维码"),
        address,
        at: visit.now.local_text(),
        back: seen.page(),
    };
    Ok(page(&web, &visit, &seen, name)
        .await?
        .with(Fragment::of(&slip))
        .into_response())
}

/// Scheme and host under which this browser reaches us.
pub(in crate::screen) fn origin(web: &WebState, headers: &HeaderMap) -> String {
    let host = headers
        .get(HOST)
        .and_then(|host| host.to_str().ok())
        .unwrap_or("localhost");
    let scheme = if web.over_tls { "https" } else { "http" };
    format!("{scheme}://{host}")
}
