//! Who signed in, and what was refused: the entries of the log about signing in, of each what concerns accounts and
//! nothing else of a person.
//!
//! Refusals are gathered: one entry says how many there were in a window, and against which accounts how many. An entry
//! that this account may not read otherwise is shown here as far as it is about signing in.

use std::collections::BTreeMap;

use axum::extract::State;
use axum::response::IntoResponse;
use domain::event::{Act, Event};
use domain::id::AccountId;
use domain::time::Instant;
use store::log::TraceLine;
use store::sign_in_trace::{self, SignInFilter};
use store::{Reader, account};

use crate::component::{
    Badge, Cell, Column, EmptyState, FilterBar, Fragment, Head, Pager, Row, Table, Tone,
};
use crate::filter::{Filter, FilterField, Shape};
use crate::gate::{Answer, Stop, Visit, WebState};
use crate::screen::shared::{Listing, before, moment};
use crate::text::Address;

const PATH: &str = "/a/sign-ins";

const FIELDS: &[FilterField] = &[
    FilterField {
        name: "account",
        label: "账号",
        shape: Shape::Words,
    },
    FilterField {
        name: "kind",
        label: "种类",
        shape: Shape::Choice(&[
            ("account.sign_in", "登录"),
            ("account.sign_in_refused", "登录被拒"),
            ("account.unlock", "解除登录等待"),
        ]),
    },
    FilterField {
        name: "from_day",
        label: "从哪一天",
        shape: Shape::Day,
    },
    FilterField {
        name: "to_day",
        label: "到哪一天",
        shape: Shape::Day,
    },
];
const ROWS: usize = 50;

/// The names of accounts by their keys; of one that is not there the key itself.
struct Names(BTreeMap<AccountId, String>);

impl Names {
    async fn read(reader: &mut Reader) -> Result<Self, Stop> {
        let all = account::all(reader).await?.into_iter();
        let readable = all.filter_map(|listed| listed.account.ok());
        let names = readable.map(|one| (one.account.id, one.login.as_str().to_owned()));
        Ok(Self(names.collect()))
    }

    fn of(&self, account: &str) -> String {
        let key = AccountId::parse(account).ok();
        let known = key.and_then(|key| self.0.get(&key));
        known.map_or_else(|| account.to_owned(), Clone::clone)
    }

    /// The key behind what was typed: a name, or a key as a link carries it.
    fn key(&self, typed: &str) -> Option<AccountId> {
        let named = self.0.iter().find(|(_, name)| *name == typed);
        let named = named.map(|(key, _)| key.clone());
        named.or_else(|| AccountId::parse(typed).ok())
    }
}

/// What is asked for; none where no account is called so.
fn asked(filter: &Filter, names: &Names) -> Option<SignInFilter> {
    let account = match filter.words("account") {
        Some(typed) => Some(names.key(typed)?),
        None => None,
    };
    let day = |name: &str, after: i64| {
        let day = filter.day(name)?.plus_days(after);
        Some(day.start().unix_ms())
    };
    Some(SignInFilter {
        account,
        act: filter.choice("kind").and_then(Act::parse),
        from_ms: day("from_day", 0),
        before_ms: day("to_day", 1),
    })
}

pub(super) async fn show(State(web): State<WebState>, visit: Visit) -> Answer {
    let (before, rest) = before(&visit)?;
    let listing = Listing::read(PATH, FIELDS, &[], &rest)?;
    let mut reader = web.app.db.read().await?;
    let names = Names::read(&mut reader).await?;
    let sound = listing.filter.is_sound();
    let (mut lines, counted) = match asked(&listing.filter, &names).filter(|_| sound) {
        Some(asked) => {
            let most = i64::try_from(ROWS + 1).expect("a small number");
            let lines = sign_in_trace::newest(&mut reader, &asked, before, most).await?;
            let counted = sign_in_trace::count(&mut reader, &asked, listing.cap()).await?;
            (lines, counted)
        }
        None => (Vec::new(), 0),
    };
    drop(reader);
    let goes_on = lines.len() > ROWS;
    lines.truncate(ROWS);
    let last = lines.last().map(|line| line.sequence).filter(|_| goes_on);
    let to = |place: u64| {
        let place = place.to_string();
        listing
            .filter
            .address_from(&Address::fixed(PATH), Some(&place))
    };
    let first = before.map(|_| listing.address());
    let pager = Pager::new(listing.count(counted), first, last.map(to));
    let chosen = listing
        .filter
        .words("account")
        .and_then(|typed| names.key(typed));
    let rows = lines
        .iter()
        .map(|line| row(&visit, &names, chosen.as_ref(), line));
    let table = table(&listing, rows.collect());
    let bar = FilterBar::new(Address::fixed(PATH), &listing.filter);
    let sheet = listing.sheet(("sign-ins", "登录记录"), (bar, table), pager);
    let sheet =
        sheet.with_clause("取自留痕日志；被拒的登录每隔几分钟合记一条，不写明不存在的账号是什么。");
    let page = web
        .page(&visit, Head::new("登录记录"))
        .await?
        .with_printed_view(
            listing.filter.in_words(),
            listing.on_paper(lines.len(), counted),
        )
        .with(sheet);
    Ok((listing.status(), page).into_response())
}

fn table(listing: &Listing, rows: Vec<Row>) -> Table {
    let columns = vec![
        Column::numbers("条"),
        Column::unbroken("时间").in_corner(),
        Column::unbroken("种类"),
        Column::words("账号和次数").labelled(),
    ];
    let empty = listing
        .empty("登录记录")
        .unwrap_or_else(|| EmptyState::nothing("每次登录、每一批被拒的登录，都会在这里留下一条。"));
    Table::new("登录记录", columns, rows, empty)
}

fn row(visit: &Visit, names: &Names, chosen: Option<&AccountId>, line: &TraceLine) -> Row {
    let act = Act::parse(&line.act);
    let tone = match act {
        Some(Act::SignInRefused) => Tone::Warning,
        Some(Act::AccountUnlocked) => Tone::Active,
        _ => Tone::Plain,
    };
    let label = act.map_or("读不出", |act| act.label());
    let header = line.header.as_deref();
    let event = header.and_then(|text| serde_json::from_str::<Event>(text).ok());
    let words = event.map_or_else(
        || "这一条的正文读不出。".to_owned(),
        |event| told(&event, names, chosen),
    );
    let page = Address::fixed("/w/log").child(&line.sequence.to_string());
    Row::new(vec![
        Cell::link(line.sequence.to_string(), page),
        Cell::new(moment(Instant::from_unix_ms(line.at_ms), visit.now)),
        Cell::new(Fragment::from(Badge::new(tone, label))),
        Cell::new(words),
    ])
}

/// What the entry says of accounts.
fn told(event: &Event, names: &Names, chosen: Option<&AccountId>) -> String {
    let fact = |name: &str| event.facts.get(name).map_or("0", String::as_str);
    if event.act != Act::SignInRefused {
        let accounts = event.links.iter().map(|link| names.of(&link.id));
        return accounts.collect::<Vec<_>>().join("、");
    }
    let own = |key: &str| event.facts.get(&format!("account.{key}"));
    if let Some(account) = chosen {
        let times = own(account.as_str()).map_or("0", String::as_str);
        return format!("{}：{times} 次", names.of(account.as_str()));
    }
    let known = event.facts.iter().filter_map(|(name, times)| {
        let account = name.strip_prefix("account.")?;
        Some(format!("{} {times} 次", names.of(account)))
    });
    let known: Vec<String> = known.collect();
    let against = match known.is_empty() {
        true => String::new(),
        false => format!("：{}", known.join("、")),
    };
    format!(
        "共 {} 次，其中 {} 次没有核对口令，针对 {} 个账号名{against}",
        fact("times"),
        fact("unread"),
        fact("names"),
    )
}
