//! Who was drawn and in which team. Until OPEN every look is logged, and what is shown follows the
//! confidentiality of the plan: codes, names from the first day of the visits, or names at once.

use app::drawing::DrawnList;
use axum::extract::{Path, State};
use axum::response::IntoResponse as _;
use domain::campaign::plan::Confidentiality;
use domain::id::InspectorCode;
use domain::time::Date;
use store::inspection::StoredInspection;
use store::inspector;

use super::record::strata::stratum_words;
use super::seen::Seen;
use crate::component::{
    Badge, Cell, Column, Crumb, EmptyState, Head, Link, Note, Row, Sheet, Table, Tone,
};
use crate::gate::{Answer, Visit, WebState};
use crate::screen::inspection::state_words;
use crate::text::{Address, thousands};

/// `/w/campaigns/{no}/visits`.
#[expect(clippy::too_many_lines, reason = "one page, read top to bottom")]
pub(super) async fn show(
    State(web): State<WebState>,
    visit: Visit,
    Path(number): Path<String>,
) -> Answer {
    let seen = Seen::load(&web, &visit, &number).await?;
    let list = web
        .app
        .read_drawn_list(&visit.acting, seen.number())
        .await?;
    let people = inspector::entries(&mut web.app.db.read().await?).await?;
    let name = |code: &InspectorCode| {
        let known = people.iter().find(|kept| kept.code == *code);
        known.map_or_else(
            || code.to_string(),
            |kept| format!("{}（{code}）", kept.name),
        )
    };
    let level = seen.plan.confidentiality;
    let items = seen.plan.items.len();
    let named = names_shown(level, &list, &seen, visit.now.date());
    let rows = list
        .visits
        .iter()
        .map(|kept| row(kept, items, named || list.is_own(kept), &name));
    let columns = vec![
        Column::unbroken("次序").labelled(),
        Column::words("检查对象"),
        Column::words("事项与层").labelled(),
        Column::words("检查组").labelled(),
        Column::unbroken("状态").in_corner(),
    ];
    let empty = EmptyState::nothing("没有分到您账号的检查。派到检查组后，会出现在这里。");
    let table = Table::new("抽中名单与编组", columns, rows.collect(), empty);
    let count = thousands(list.visits.len() as u64);
    let clause = if list.whole {
        format!("共 {count} 户，按抽取次序")
    } else {
        format!("本人参加的 {count} 户")
    };
    let head = Head::new(format!("抽中名单：{}", seen.stored.title)).with_badge(if list.opened {
        Badge::new(Tone::Sound, "已公开")
    } else {
        Badge::new(Tone::Warning, "未公开")
    });
    let above = vec![
        Link::new("抽查任务", Address::fixed("/w/campaigns")),
        Link::new(seen.number().as_str(), seen.page()),
    ];
    let mut page = web
        .page(&visit, head)
        .await?
        .with_crumb(Crumb::new(above, "抽中名单"));
    if !list.opened {
        page = page.with(Note::warning(
            "本次查看已留痕。",
            format!(
                "名单在公开之前保密，不得抄录外传。保密要求：{}。",
                level.label()
            ),
        ));
    }
    page = page.with(Sheet::new("visits", "检查对象与检查组", table).with_clause(clause));
    Ok(page.into_response())
}

/// Whether names stand beside the codes for those who are not on the visit themselves.
fn names_shown(level: Confidentiality, list: &DrawnList, seen: &Seen, today: Date) -> bool {
    list.opened
        || match level {
            Confidentiality::Codes => false,
            Confidentiality::ByDay => today >= seen.stored.from,
            Confidentiality::Open => true,
        }
}

fn row(
    kept: &StoredInspection,
    items: usize,
    named: bool,
    name: &dyn Fn(&InspectorCode) -> String,
) -> Row {
    let subject = if named {
        let to = Address::fixed("/w/inspections").child(kept.visit.id.as_str());
        Cell::link(kept.subject_name.clone(), to).with_context(kept.subject_code.as_str())
    } else {
        Cell::new(kept.subject_code.as_str()).with_context("名称封存，本户检查组可见")
    };
    let strata: Vec<String> = kept
        .strata
        .iter()
        .map(|stratum| stratum_words(stratum, items))
        .collect();
    let show = |code: &InspectorCode| if named { name(code) } else { code.to_string() };
    let team: Vec<String> = kept.visit.team.iter().map(show).collect();
    let leader = kept
        .visit
        .leader
        .as_ref()
        .map_or_else(|| "未指派".to_owned(), show);
    Row::new(vec![
        Cell::new(kept.ordinal.to_string()),
        subject,
        Cell::new(strata.join("；")),
        Cell::new(team.join("、")).with_context(format!("组长 {leader}")),
        Cell::new(state_words(kept)),
    ])
}
