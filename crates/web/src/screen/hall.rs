//! The projector page of the draw (抽取现场): read-only, without script, asking again every three
//! seconds. Every step is derived from the state, so the page can neither hold up nor change anything.
//!
//! Before the draw it shows the commitment and the parties; after it the tickets of the drawn, never
//! a name or code of a subject, whatever the plan says: names are for the drawn list, whose every
//! look is logged. Deliberately absent: the desk and the reveal one by one.

use std::collections::BTreeMap;

use app::drawing::Figures;
use askama::Template;
use axum::extract::{Path, State};
use axum::response::{Html, IntoResponse as _};
use domain::campaign::party::{PartyState, TrustLevel};
use domain::campaign::state::Committed;
use domain::campaign::{Campaign, CampaignState};
use domain::policy::Verb;
use domain::time::Instant;
use store::attachment::Owner;

use super::campaign::{Seen, qr, stratum_words, words};
use crate::asset;
use crate::component::Fragment;
use crate::gate::{Answer, Stop, Visit, WebState};
use crate::headers::{Reach, protect};
use crate::route::{Route, Who};
use crate::text::thousands;

/// Beyond this many in the pools the wall shows the cut-offs alone.
const MOST_ON_WALL: u64 = 100_000;
/// Tickets of one stratum that fit into its line.
const TICKETS: usize = 8;

/// The addresses of this screen.
#[must_use]
pub fn routes() -> Vec<Route> {
    vec![Route::get(
        "/hall/{no}",
        Who::Needs(Verb::CampaignRead),
        "抽取现场投影页",
        show,
    )]
}

/// One line of the grid.
struct Line {
    name: String,
    pool: String,
    quota: String,
    tickets: Vec<(String, String)>,
    waiting: usize,
    more: u64,
}

struct PartyLine {
    office: String,
    person: String,
    words: &'static str,
    good: bool,
}

/// The whole page.
#[derive(Template)]
#[template(path = "screen/hall/page.html")]
struct HallPage {
    bureau: String,
    number: String,
    title: String,
    clock: String,
    day: String,
    demo: bool,
    rehearsal: bool,
    attempt: u32,
    protocol: String,
    steps: Vec<(&'static str, &'static str)>,
    lead: String,
    ticket: String,
    below: String,
    lines: Vec<Line>,
    count: String,
    of: String,
    extra: String,
    code: Fragment,
    public: String,
    level: String,
    claim: &'static str,
    commitment: String,
    committed_at: String,
    seed: String,
    drawn_at: String,
    parties: Vec<PartyLine>,
    truth: &'static str,
}

async fn show(State(web): State<WebState>, visit: Visit, Path(number): Path<String>) -> Answer {
    let seen = Seen::load(&web, &visit, &number).await?;
    let page = page(&web, &seen, &visit).await?;
    let text = page
        .render()
        .map_err(|error| Stop::fault(error.to_string()))?;
    let mut response = Html(text).into_response();
    protect(response.headers_mut(), Reach::Private, web.over_tls);
    Ok(response)
}

/// What now is, as a wall may say it: whoever sits in the room reads what the public reads. What was typed to stay inside
/// stays on the pages of accounts.
fn told(seen: &Seen, now: Instant) -> (&'static str, String) {
    let (lead, below) = words::now(&seen.stored, &seen.rulebook, now);
    match &seen.stored.campaign.state {
        CampaignState::Abandoned(abandoned) => {
            (lead, format!("事由：{}", abandoned.public_reason()))
        }
        CampaignState::Draft(_) => (lead, String::new()),
        _ => (lead, below),
    }
}

/// The hash as the wall shows it: whole, in groups of four.
fn groups(hash: &str) -> String {
    let groups: Vec<&str> = (0..hash.len() / 4)
        .map(|at| &hash[at * 4..at * 4 + 4])
        .collect();
    groups.join(" ")
}

const STEPS: [&str; 7] = [
    "准备",
    "冻结名录",
    "公布承诺",
    "公开随机数",
    "算出种子",
    "抽取结果",
    "检查与公开",
];

fn place(state: &CampaignState) -> usize {
    match state {
        CampaignState::Frozen(_) => 1,
        CampaignState::Committed(committed) => {
            let open = committed
                .frozen
                .parties
                .iter()
                .any(|party| party.has_revealed());
            if open { 3 } else { 2 }
        }
        CampaignState::Revealed(_) => 4,
        CampaignState::Drawn(_) => 5,
        CampaignState::Inspecting(_)
        | CampaignState::Ended(_)
        | CampaignState::Reported(_)
        | CampaignState::Archived(_) => 6,
        _ => 0,
    }
}

async fn page(web: &WebState, seen: &Seen, visit: &Visit) -> Result<HallPage, Stop> {
    let stored = &seen.stored;
    let state = &stored.campaign.state;
    let now = visit.now.local_text();
    let figures = Figures::parse(&stored.figures)?;
    let lines = lines(web, seen, &figures).await?;
    let (level, by_dice) = (words::level(stored), words::by_dice(&seen.plan.sources));
    let (lead, below) = told(seen, visit.now);
    let quota: u64 = figures.quotas.iter().map(|line| line.drawn).sum();
    let must: u64 = figures.strata.iter().map(|line| line.must).sum();
    let drawn = state.result();
    let first = lines.iter().flat_map(|line| line.tickets.first()).next();
    let ticket = first.map_or_else(String::new, |(head, tail)| format!("{head} {tail}"));
    let public = format!("/draw/{}", seen.number());
    Ok(HallPage {
        bureau: web.facts.bureau.clone(),
        number: seen.number().to_string(),
        title: stored.title.clone(),
        clock: now[11..].to_owned(),
        day: now[..10].to_owned(),
        demo: web.facts.demonstration,
        rehearsal: level == Some(TrustLevel::Rehearsal),
        attempt: state.attempt(),
        protocol: seen.version().to_string(),
        steps: steps(state),
        lead: lead.to_owned(),
        below: if drawn.is_some() {
            "这里只有签号，没有企业名称。下面是各层抽中的签号，从小到大；每层前 k 个抽中。"
                .to_owned()
        } else {
            below
        },
        ticket,
        count: drawn.map_or_else(|| "0".to_owned(), |drawn| thousands(drawn.visits)),
        of: thousands(quota),
        extra: if must > 0 {
            format!("另有必查 {} 条", thousands(must))
        } else {
            String::new()
        },
        code: qr::code(&web.site.address(&public), "公示页的二维码"),
        public,
        level: level.map_or_else(String::new, |level| level_shown(level, by_dice, state)),
        claim: level.map_or("", |level| words::claim(level, by_dice)),
        commitment: state
            .commitment()
            .map_or_else(String::new, |c| groups(c.freeze_hash.as_str())),
        committed_at: state
            .commitment()
            .map_or_else(String::new, |c| words::brief(c.step.at, visit.now.date())),
        seed: seed_of(seen),
        drawn_at: drawn.map_or_else(String::new, |d| words::brief(d.step.at, visit.now.date())),
        parties: parties(state),
        truth: truth(&stored.campaign, visit.now),
        lines,
    })
}

/// Before the draw it is what the announced sources can reach.
fn level_shown(level: TrustLevel, by_dice: bool, state: &CampaignState) -> String {
    let shown = words::level_words(level, by_dice);
    match state.result() {
        Some(_) => shown.to_owned(),
        None => format!("{shown}（来源到齐时）"),
    }
}

fn steps(state: &CampaignState) -> Vec<(&'static str, &'static str)> {
    let here = place(state);
    let class = |at: usize| match at.cmp(&here) {
        std::cmp::Ordering::Less => "done",
        std::cmp::Ordering::Equal => "now",
        std::cmp::Ordering::Greater => "",
    };
    STEPS
        .iter()
        .enumerate()
        .map(|(at, name)| (class(at), *name))
        .collect()
}

fn truth(campaign: &Campaign, now: Instant) -> &'static str {
    let state = &campaign.state;
    if campaign.missed_beacon(now).is_some() {
        "这次抽取不会有结果。知道密值和各方随机数的人，公共随机源公布之后就能算出本来会抽中什么。"
    } else if state.result().is_some() {
        "全部结果由种子一次算定并封存；暂停、刷新或关闭本页都不会改变结果。"
    } else if let CampaignState::Committed(committed) = state
        && !words::awaits_nonces(committed)
        && !committed.awaits_source()
    {
        "名录、比例、人数和各方的随机数都已固定；结果已由它们决定，谁也不能再改变。"
    } else if let Some(committed) = state.commitment()
        && !words::awaits_nonces(committed)
        && committed.awaits_source()
    {
        "名录、比例、人数和各方的随机数都已固定；结果还取决于事先指定的公共随机源。"
    } else if matches!(state, CampaignState::Revealed(_)) {
        "名录、比例、人数和各方的随机数都已固定；结果已由它们决定，谁也不能再改变。"
    } else if let Some(committed) = state.commitment() {
        match committed.awaits_source() {
            true => {
                "名录、比例和人数已经固定；结果取决于各方还没有公开的随机数和事先指定的公共随机源。"
            }
            false => "名录、比例和人数已经固定；结果取决于各方还没有公开的随机数。",
        }
    } else if matches!(state, CampaignState::Abandoned(_)) {
        "任务终止，不再抽取。"
    } else {
        "这一次的承诺还没有公布，各方的随机数还没有公开，没有结果。"
    }
}

fn seed_of(seen: &Seen) -> String {
    let result = seen.stored.result_record.as_deref().unwrap_or("");
    let seed = result.lines().find_map(|line| line.strip_prefix("seed "));
    seed.map_or_else(String::new, groups)
}

fn parties(state: &CampaignState) -> Vec<PartyLine> {
    let parties = state
        .frame()
        .map(|frozen| frozen.parties.as_slice())
        .unwrap_or_default();
    let sealed = words::are_nonces_sealed(state);
    let line = |party: &domain::campaign::party::Party| {
        let (words, good) = match party.state {
            PartyState::Announced => ("等待承诺值", false),
            PartyState::Committed { .. } => ("已承诺，未公开", false),
            PartyState::Revealed { .. } if sealed => ("已提交，核对一致", true),
            PartyState::Revealed { .. } => ("已公开，核对一致", true),
            PartyState::Absent { .. } => ("缺席", false),
        };
        PartyLine {
            office: party.name.office.clone(),
            person: party.name.person.clone(),
            words,
            good,
        }
    };
    let dice = state.commitment().and_then(dice);
    parties.iter().map(line).chain(dice).collect()
}

/// The public dice of `shuang/2`, which stand in REVEAL beside the parties.
fn dice(committed: &Committed) -> Option<PartyLine> {
    let (words, good) = match (&committed.dice, committed.thrown()) {
        (_, Some(_)) => ("两人录入一致", true),
        (Some(_), None) => ("已录入一次，等待第二人", false),
        (None, None) if committed.awaits_dice() => ("等待录入", false),
        (None, None) => return None,
    };
    Some(PartyLine {
        office: "当众掷骰".to_owned(),
        person: String::new(),
        words,
        good,
    })
}

async fn lines(web: &WebState, seen: &Seen, figures: &Figures) -> Result<Vec<Line>, Stop> {
    let pool: u64 = figures.quotas.iter().map(|line| line.pool).sum();
    let drawn = seen.stored.result_record.is_some();
    let tickets = if drawn && pool <= MOST_ON_WALL {
        tickets(web, seen).await?
    } else {
        BTreeMap::new()
    };
    let line = |quota: &app::drawing::QuotaFigure| {
        let own = tickets
            .get(&quota.stratum)
            .map(Vec::as_slice)
            .unwrap_or_default();
        let k = usize::try_from(quota.drawn).unwrap_or(usize::MAX);
        let shown: Vec<(String, String)> = own.iter().take(k.min(TICKETS)).cloned().collect();
        let waiting = if drawn { 0 } else { k.min(TICKETS) };
        let on_wall = (shown.len() + waiting) as u64;
        Line {
            name: stratum_words(&quota.stratum, seen.plan.items.len()),
            pool: thousands(quota.pool),
            quota: thousands(quota.drawn),
            more: quota.drawn.saturating_sub(on_wall),
            tickets: shown,
            waiting,
        }
    };
    Ok(figures.quotas.iter().map(line).collect())
}

/// The first eight digits of each ticket, by stratum, smallest first.
async fn tickets(
    web: &WebState,
    seen: &Seen,
) -> Result<BTreeMap<String, Vec<(String, String)>>, Stop> {
    let attempt = seen.stored.campaign.state.attempt();
    let owner = Owner::Attempt(&seen.stored.campaign.id, attempt);
    let mut reader = web.app.db.read().await?;
    let file = web.app.attached(&mut reader, owner, "subjects.order");
    let file = file.await?.unwrap_or_default();
    let mut strata: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for line in file.split(|byte| *byte == b'\n') {
        let Ok(line) = std::str::from_utf8(line) else {
            continue;
        };
        let mut words = line.split(' ');
        if let (Some(ticket), Some(stratum)) = (words.next(), words.next())
            && let (Some(head), Some(tail)) = (ticket.get(..4), ticket.get(4..8))
        {
            let own = strata.entry(stratum.to_owned()).or_default();
            own.push((head.to_owned(), tail.to_owned()));
        }
    }
    Ok(strata)
}
