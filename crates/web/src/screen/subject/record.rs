//! One entry: facts, visits, trace.

use axum::extract::{Path, State};
use axum::response::IntoResponse;
use domain::campaign::drawn_list::Shown;
use domain::policy::{Place, Verb};
use domain::subject::Standing;
use store::inspection::{self, StoredInspection};
use store::log::TraceOf;
use store::org;
use store::subject::StoredSubject;

use super::{all, find, page_of};
use crate::component::{
    Act, Badge, Cell, Column, Crumb, EmptyState, Facts, Head, Link, RailSection, Row, Sheet, Table,
    Tone, Weight,
};
use crate::gate::{Answer, Stop, Visit, WebState};
use crate::screen::inspection::{shown_of, state_words};
use crate::screen::shared::{moment, trace_of};
use crate::text::Address;

pub(super) async fn show(
    State(web): State<WebState>,
    Path(id): Path<String>,
    visit: Visit,
) -> Answer {
    let mut reader = web.app.db.read().await?;
    let stored = find(&mut reader, &visit, Verb::SubjectRead, &id).await?;
    let id = stored.subject.id.clone();
    let units = org::units(&mut reader).await?;
    let keeper = units.into_iter().find(|unit| unit.id == stored.unit);
    let visits = visits(&web, &mut reader, &visit, &stored).await?;
    let of = TraceOf::Linked("subject", id.as_str().to_owned());
    let whole = Address::fixed("/w/log").query([("subject", id.as_str())]);
    let trace = trace_of(&mut reader, &visit, &of, whole).await?;
    drop(reader);
    let crumb = Crumb::new(vec![Link::new("检查对象", all())], short(&stored));
    let page = web
        .page(&visit, head(&visit, &stored))
        .await?
        .with_crumb(crumb);
    let facts = facts(&stored, keeper.map_or_else(String::new, |unit| unit.name));
    let page = page
        .with(Sheet::new("facts", "登记内容", facts).padded())
        .with(Sheet::new(
            "visits",
            "历次检查",
            visits_table(&visit, &visits),
        ));
    let page = match trace {
        Some(trace) => page.with_rail(RailSection::new("trace", "留痕", trace)),
        None => page,
    };
    Ok(page.into_response())
}

fn short(stored: &StoredSubject) -> String {
    let code = stored.subject.code().map(|code| code.to_string());
    code.unwrap_or_else(|| stored.subject.name.to_string())
}

fn head(visit: &Visit, stored: &StoredSubject) -> Head {
    let entry = &stored.subject;
    let tone = if entry.standing == Standing::Active {
        Tone::Sound
    } else {
        Tone::Warning
    };
    let head = Head::new(entry.name.as_str()).with_badge(Badge::new(tone, entry.standing.label()));
    if visit
        .acting
        .may(Verb::SubjectEdit, &Place::of(&stored.unit))
        .is_err()
    {
        return head;
    }
    let here = page_of(&entry.id);
    head.with_act(Act::open("修改", here.clone().child("edit"), Weight::Main))
        .with_more(Link::new("移出名录", here.child("remove")))
}

fn facts(stored: &StoredSubject, keeper: String) -> Facts {
    let entry = &stored.subject;
    let text = |value: Option<String>| value.unwrap_or_else(|| "未登记".to_owned());
    let tier = entry
        .tier
        .as_ref()
        .map(|tier| format!("{}（{}，{}）", tier.class.label(), tier.source, tier.on));
    let pools: Vec<&str> = entry
        .pools
        .iter()
        .map(domain::subject::PoolTag::as_str)
        .collect();
    let facts = Facts::default()
        .with(
            "统一社会信用代码",
            text(entry.usci.as_ref().map(ToString::to_string)),
        )
        .with(
            "注册号",
            text(entry.register_number.as_ref().map(ToString::to_string)),
        )
        .with("类型", entry.kind.label())
        .with("行政区划", entry.district.in_words())
        .with("片区", text(entry.area.as_ref().map(ToString::to_string)))
        .with(
            "经营地址",
            text(entry.address.as_ref().map(ToString::to_string)),
        )
        .with("经营范围", text(entry.scope.clone()))
        .with(
            "注册日期",
            text(entry.registered_on.map(|on| on.to_string())),
        )
        .with(
            "专项库",
            text(Some(pools.join("、")).filter(|pools| !pools.is_empty())),
        )
        .with("信用等级", tier.unwrap_or_else(|| "未定级".to_owned()));
    facts
        .with("维护单位", keeper)
        .with("来源", entry.source.as_str())
}

/// Visits within the account's own reach which it is shown by name; the rest of the history stays unseen. Here a row
/// without a name would name its subject.
async fn visits(
    web: &WebState,
    reader: &mut store::Reader,
    visit: &Visit,
    stored: &StoredSubject,
) -> Result<Vec<StoredInspection>, Stop> {
    let reach = visit.acting.reach(Verb::InspectionRead);
    let codes = store::inspector::codes_of(reader, &visit.acting.account).await?;
    let within = |held: &StoredInspection| {
        let assigned = codes
            .iter()
            .any(|code| held.visit.leader.as_ref() == Some(code) || held.visit.team.contains(code));
        reach.covers(&Place {
            unit: Some(&held.unit),
            assigned,
        })
    };
    let mut found = inspection::of_subject(reader, &stored.subject.id).await?;
    found.retain(within);
    let shown = shown_of(web, visit, reader, &found).await?;
    let named = found.into_iter().zip(shown);
    Ok(named
        .filter(|(_, shown)| *shown == Shown::Named)
        .map(|(held, _)| held)
        .collect())
}

fn visits_table(visit: &Visit, visits: &[StoredInspection]) -> Table {
    let columns = vec![
        Column::unbroken("任务号"),
        Column::unbroken("到此状态").labelled(),
        Column::unbroken("状态").in_corner(),
    ];
    let rows = visits.iter().map(|held| {
        let to = Address::fixed("/w/inspections").child(held.visit.id.as_str());
        let at = domain::time::Instant::from_unix_ms(held.state_at_ms);
        Row::new(vec![
            Cell::link(held.campaign_number.as_str(), to),
            Cell::new(moment(at, visit.now)),
            Cell::new(Badge::new(Tone::Plain, state_words(held))),
        ])
    });
    let empty = EmptyState::nothing("还没有检查过。抽中之后，每次检查和结果列在这里。");
    Table::new("历次检查", columns, rows.collect(), empty)
}
