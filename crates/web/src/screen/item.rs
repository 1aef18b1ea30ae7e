//! The inspection catalog: what may be inspected, by which checklist, on which articles.

use axum::extract::{Path, State};
use axum::response::IntoResponse;
use domain::catalog::{Criterion, InspectionItem, LegalCitation, Measures};
use domain::id::ItemId;
use domain::policy::{Place, Verb};
use domain::premise::Premise;
use domain::time::Date;
use store::catalog::{self, StoredItem};
use store::log::TraceOf;

use super::shared::trace_of;
use crate::component::{
    Act, Badge, Cell, Column, Confirm, Crumb, EmptyState, Facts, Fragment, Head, Link, Note,
    RailSection, Row, Sheet, Table, Tone, Weight,
};
use crate::gate::{Answer, Flaws, Pressed, Stop, Visit, WebState, feedback, once, see_other};
use crate::route::{Route, Who};
use crate::text::Address;

/// The addresses of this screen.
#[must_use]
pub fn routes() -> Vec<Route> {
    let (read, publish) = (
        Who::Needs(Verb::CatalogRead),
        Who::Needs(Verb::CatalogPublish),
    );
    vec![
        Route::get("/w/items", read, "抽查事项清单", all_items),
        Route::get("/w/items/{id}", read, "抽查事项一项", show),
        Route::get(
            "/w/items/{id}/publish",
            publish,
            "公布抽查事项，确认",
            ask_publish,
        ),
        Route::act(
            "/w/items/{id}/publish",
            publish,
            "公布抽查事项（办理）",
            publish_item,
        ),
    ]
}

fn all() -> Address {
    Address::fixed("/w/items")
}

fn standing(item: &InspectionItem) -> Badge {
    match item.published_on {
        Some(on) => Badge::new(Tone::Sound, format!("{on} 公布")),
        None => Badge::new(Tone::Warning, "未公布"),
    }
}

async fn all_items(State(web): State<WebState>, visit: Visit) -> Answer {
    let mut reader = web.app.db.read().await?;
    let items = catalog::items(&mut reader).await?;
    drop(reader);
    let today = visit.now.date();
    let rows = items.iter().map(|stored| {
        let item = &stored.item;
        let expired = item.expired(today).count();
        let basis = match expired {
            0 => format!("{} 条在施行", item.citable(today).count()),
            some => format!("{} 条在施行，{some} 条已失效", item.citable(today).count()),
        };
        Row::new(vec![
            Cell::link(item.terms.name.as_str(), all().child(item.id.as_str()))
                .with_context(format!("{} · {}", item.id, item.terms.content)),
            Cell::new(item.terms.owner.as_str()),
            Cell::new(item.terms.category.label()),
            Cell::new(basis),
            Cell::new(standing(item)),
        ])
    });
    let columns = vec![
        Column::words("检查事项"),
        Column::words("责任科室").labelled(),
        Column::unbroken("类别").labelled(),
        Column::words("检查依据").labelled(),
        Column::unbroken("状态").in_corner(),
    ];
    let empty = EmptyState::nothing("还没有事项。首次安装时写入两项样例，以后按修订增加。");
    let table = Table::new("抽查事项清单", columns, rows.collect(), empty);
    let sheet = Sheet::new("items", "随机抽查事项清单", table)
        .with_clause("没有公布的事项不能列入抽查方案。");
    Ok(web
        .page(&visit, Head::new("事项清单"))
        .await?
        .with(sheet)
        .into_response())
}

async fn newest(web: &WebState, id: &str) -> Result<StoredItem, Stop> {
    let id = ItemId::parse(id).map_err(|_| Stop::not_found())?;
    let mut reader = web.app.db.read().await?;
    let found = catalog::revisions(&mut reader, &id).await?;
    found.into_iter().next().ok_or_else(Stop::not_found)
}

fn crumb(item: &InspectionItem) -> Crumb {
    Crumb::new(vec![Link::new("事项清单", all())], item.id.as_str())
}

async fn show(State(web): State<WebState>, Path(id): Path<String>, visit: Visit) -> Answer {
    let item = newest(&web, &id).await?.item;
    let here = all().child(item.id.as_str());
    let today = visit.now.date();
    let mut reader = web.app.db.read().await?;
    let of = TraceOf::Linked("item", item.id.as_str().to_owned());
    let whole = Address::fixed("/w/log").query([("item", item.id.as_str())]);
    let trace = trace_of(&mut reader, &visit, &of, whole).await?;
    drop(reader);
    let beneath = format!("{} · 第 {} 版：{}", item.id, item.revision, item.reason);
    let head = Head::new(item.terms.name.as_str())
        .with_badge(standing(&item))
        .with_line_beneath(beneath);
    let may = visit
        .acting
        .may(Verb::CatalogPublish, &Place::BUREAU)
        .is_ok();
    let head = if may && item.published_on.is_none() {
        head.with_act(Act::open("公布事项", here.child("publish"), Weight::Main))
    } else {
        head
    };
    let page = web.page(&visit, head).await?.with_crumb(crumb(&item));
    let page = match warning(&item, today) {
        Some(note) => page.with(note),
        None => page,
    };
    let page = page
        .with(Sheet::new("terms", "事项内容", facts(&item)).padded())
        .with(Sheet::new("criteria", "检查表", criteria(&item, today)))
        .with(Sheet::new(
            "basis",
            "检查依据",
            citations(&item.terms.legal_basis, today),
        ));
    let page = match trace {
        Some(trace) => page.with_rail(RailSection::new("trace", "留痕", trace)),
        None => page,
    };
    Ok(page.into_response())
}

fn warning(item: &InspectionItem, today: Date) -> Option<Note> {
    let bare: Vec<&str> = item
        .without_basis(today)
        .filter(|criterion| !criterion.basis.is_empty())
        .map(|criterion| criterion.id.as_str())
        .collect();
    if bare.is_empty() {
        return None;
    }
    let rest = format!(
        "这些内容可以看，不能据以处理：{}。由法制审核岗确认替代条文。",
        bare.join("、")
    );
    Some(Note::warning("有检查内容的依据已全部失效。", rest))
}

fn facts(item: &InspectionItem) -> Facts {
    let terms = &item.terms;
    let methods: Vec<&str> = terms.methods.iter().map(|method| method.label()).collect();
    let random = if terms.random {
        "随机抽查"
    } else {
        "不随机，计入覆盖率分母"
    };
    Facts::default()
        .with("责任科室", terms.owner.as_str())
        .with("检查对象", terms.subject_scope.as_str())
        .with("专项库", terms.pool.as_str())
        .with("检查内容", terms.content.as_str())
        .with("检查方式", methods.join("、"))
        .with("抽查方式", random)
        .with("频次", terms.frequency.as_str())
        .with("人员要求", terms.staffing.as_str())
        .with("后果提示", terms.penalty_note.as_str())
}

fn criteria(item: &InspectionItem, today: Date) -> Table {
    let bare: Vec<&Criterion> = item.without_basis(today).collect();
    let rows = item.terms.criteria.iter().map(|criterion| {
        let basis: Fragment = if criterion.basis.is_empty() {
            Badge::new(Tone::Plain, "本地要求，没有可引用的依据").into()
        } else if bare.iter().any(|held| held.id == criterion.id) {
            Badge::new(Tone::Warning, "依据已失效").into()
        } else {
            criterion.basis.join("、").into()
        };
        Row::new(vec![
            Cell::new(criterion.id.as_str()),
            Cell::new(criterion.text.as_str()).with_context(criterion.method.as_str()),
            Cell::new(criterion.class.label()),
            Cell::new(basis),
        ])
    });
    let columns = vec![
        Column::unbroken("编号"),
        Column::words("检查内容与方法"),
        Column::unbroken("轻重").labelled(),
        Column::words("依据").labelled(),
    ];
    Table::new(
        "检查表",
        columns,
        rows.collect(),
        EmptyState::nothing("还没有检查内容。"),
    )
}

/// What an article allows, in words.
fn allowed(allows: &Measures) -> String {
    let order = if allows.order {
        "可以责令改正"
    } else {
        "没有责令改正的规定"
    };
    match &allows.fine {
        Some(fine) => format!("{order}，罚款 {fine}"),
        None => order.to_owned(),
    }
}

fn citations(citations: &[LegalCitation], today: Date) -> Table {
    let rows = citations.iter().map(|citation| {
        let state = match (citation.in_force(today), citation.valid_to) {
            (true, _) => Badge::new(Tone::Sound, "施行中"),
            (false, Some(last)) if last < today => {
                Badge::new(Tone::Warning, format!("{last} 失效"))
            }
            (false, _) => Badge::new(Tone::Plain, format!("{} 起施行", citation.valid_from)),
        };
        let mut after = Vec::new();
        after.extend(citation.unconfirmed.then(|| "待法制核对".to_owned()));
        after.extend(citation.allows.as_ref().map(allowed));
        after.extend(
            citation
                .successor
                .as_ref()
                .map(|next| format!("替代：{next}")),
        );
        Row::new(vec![
            Cell::new(citation.key.as_str()),
            Cell::new(format!(
                "《{}》{}",
                citation.instrument.trim_matches(['《', '》']),
                citation.article
            ))
            .with_context(after.join("；")),
            Cell::new(citation.version.as_str()),
            Cell::new(state),
        ])
    });
    let columns = vec![
        Column::unbroken("简称"),
        Column::words("条文"),
        Column::words("版本").labelled(),
        Column::unbroken("效力").in_corner(),
    ];
    Table::new(
        "检查依据",
        columns,
        rows.collect(),
        EmptyState::nothing("还没有依据。"),
    )
}

async fn ask_publish(State(web): State<WebState>, Path(id): Path<String>, visit: Visit) -> Answer {
    let item = newest(&web, &id).await?;
    publish_page(&web, &visit, &item, None).await
}

async fn publish_page(
    web: &WebState,
    visit: &Visit,
    StoredItem { item, seen }: &StoredItem,
    flaws: Option<&Flaws>,
) -> Answer {
    let here = all().child(item.id.as_str());
    let back = Link::new("返回，不公布", here.clone());
    // Nothing is typed here, so the form always rests on what it shows.
    let hidden = visit.hidden_on(web, &Premise::of(seen.clone()), None);
    let confirm = Confirm::new(here.child("publish"), hidden, "公布事项", back)
        .happens(vec![format!(
            "“{}”第 {} 版列入公布的随机抽查事项清单。",
            item.terms.name, item.revision
        )])
        .fixed_after(vec![
            "这一版的内容、检查表和依据；要改只能出下一版。".to_owned(),
        ])
        .seen_by(vec!["社会公众。".to_owned()]);
    let page = web
        .page(visit, Head::new("公布抽查事项"))
        .await?
        .with_crumb(crumb(item));
    match flaws {
        Some(flaws) => Ok((flaws.status(), page.with(flaws.note()).with(confirm)).into_response()),
        None => Ok(page.with(confirm).into_response()),
    }
}

async fn publish_item(
    State(web): State<WebState>,
    Path(id): Path<String>,
    visit: Visit,
    sent: Pressed,
) -> Answer {
    let item = newest(&web, &id).await?;
    let (me, key) = (visit.clone(), item.item.id.clone());
    let premise = sent.required_premise();
    let to = feedback::ITEM_PUBLISHED.at(all().child(key.as_str()));
    let done = once(&web, &visit, &sent, to, move |app| async move {
        app.publish_item(&me.acting, &key, &premise?).await
    });
    match done.await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => {
            let flaws = Flaws::of(error)?;
            let now = newest(&web, &id).await?;
            publish_page(&web, &visit, &now, Some(&flaws)).await
        }
    }
}
