//! Recusals: pairs of inspector and subject that must not meet, declared before the freeze.
//!
//! Those who keep the register see and declare all of their reach; an inspector declares for
//! himself. Deliberately absent: late recusals, which move a visit and belong to the campaign.

use std::collections::HashSet;

use axum::extract::State;
use axum::response::IntoResponse;
use domain::id::InspectorCode;
use domain::policy::{Place, Verb};
use domain::recusal::{Recusal, RecusalGround, untied_refusal};
use domain::refusal::codes;
use domain::text::{FieldErrors, SubjectCode};
use store::inspector::{self, StoredRecusal};
use store::{Reader, StoreError, subject};

use super::draft;
use super::shared::moment;
use crate::component::{
    Act, Cell, Choice, Column, Crumb, EmptyState, Field, Form, Fragment, Head, Link, Pager,
    Refusal, Row, Sheet, Table, Weight, Width,
};
use crate::form::Submitted;
use crate::gate::{Answer, Flaws, Pressed, Stop, Visit, WebState, feedback, once, see_other};
use crate::route::{Route, Who};
use crate::text::Address;

/// The addresses of this screen.
#[must_use]
pub fn routes() -> Vec<Route> {
    let declare = Who::Needs(Verb::RecusalDeclare);
    vec![
        Route::get("/w/recusals", Who::SignedIn, "回避登记", show),
        Route::get("/w/recusals/new", declare, "申报回避", ask),
        Route::act("/w/recusals/new", declare, "申报回避（办理）", declare_one).keeping_draft(),
    ]
}

fn all() -> Address {
    Address::fixed("/w/recusals")
}

async fn show(State(web): State<WebState>, visit: Visit) -> Answer {
    let acting = &visit.acting;
    if !acting.offers(Verb::RecusalRead) && !acting.offers(Verb::RecusalDeclare) {
        acting.may(Verb::RecusalRead, &Place::BUREAU)?;
    }
    let mut reader = web.app.db.read().await?;
    let own = inspector::codes_of(&mut reader, &acting.account).await?;
    let people = inspector::entries(&mut reader).await?;
    let found = inspector::recusals(&mut reader).await?;
    let firms = firms_of(&mut reader, &found).await?;
    drop(reader);
    let reach = acting.reach(Verb::RecusalRead);
    let person = |code: &InspectorCode| people.iter().find(|held| held.code == *code);
    let shown = found.iter().filter(|held| {
        let of = &held.recusal.inspector;
        let unit = person(of).map(|held| &held.unit).filter(|_| held.tied);
        (held.tied && own.contains(of))
            || reach.covers(&Place {
                unit,
                assigned: false,
            })
    });
    let shown: Vec<&StoredRecusal> = shown.collect();
    let untied = untied(&shown);
    let rows: Vec<Row> = shown
        .iter()
        .map(|kept| {
            let name = person(&kept.recusal.inspector).map_or("", |held| held.name.as_str());
            let of_a_firm = firms.contains(&kept.recusal.subject);
            line(kept, (name, of_a_firm), &visit)
        })
        .collect();
    let columns = vec![
        Column::words("执法检查人员"),
        Column::unbroken("检查对象代码").labelled(),
        Column::words("情形").labelled(),
        Column::unbroken("申报于").in_corner(),
    ];
    let count = crate::component::Count::Exact(u64::try_from(rows.len()).unwrap_or_default());
    let empty =
        EmptyState::nothing("没有登记回避。抽取前申报的，冻结名录时计入，两者不会编到一起。");
    let table = Table::new("回避登记", columns, rows, empty);
    let sheet = Sheet::new("recusals", "登记", table)
        .with_clause("情形不对外公开。")
        .with_foot(Pager::new(count, None, None));
    let head = Head::new("回避登记");
    let head = if acting.offers(Verb::RecusalDeclare) {
        head.with_act(Act::open("申报回避", all().child("new"), Weight::Main))
    } else {
        head
    };
    let page = web.page(&visit, head).await?;
    Ok(page.with(untied).with(sheet).into_response())
}

/// The codes among these recusals that are those of a firm of the register.
async fn firms_of(
    reader: &mut Reader,
    recusals: &[StoredRecusal],
) -> Result<HashSet<SubjectCode>, StoreError> {
    let codes = recusals.iter().map(|held| held.recusal.subject.to_string());
    let codes: Vec<String> = codes.collect();
    let firms = subject::by_codes(reader, &codes).await?;
    let codes = firms.iter().filter_map(|firm| firm.subject.code());
    Ok(codes.collect())
}

/// One line of the list; of a recusal nobody knows the person of, no name: whoever has the code now is not he.
fn line(kept: &StoredRecusal, (name, of_a_firm): (&str, bool), visit: &Visit) -> Row {
    let held = &kept.recusal;
    let note = match &kept.unopened {
        None => held.note.clone().unwrap_or_default(),
        Some(refusal) => format!("说明打不开（{}）", refusal.code),
    };
    let code = held.inspector.as_str();
    let of = match kept.tied {
        true => Cell::new(name).with_context(code),
        false => Cell::new(format!("对不上人（{}）", codes::ROSTER_RECUSAL_UNTIED.code))
            .with_context(format!("从前的代码 {code}")),
    };
    let firm = Cell::new(held.subject.as_str());
    let firm = match of_a_firm {
        true => firm,
        // Left behind by an earlier build, when a firm got another code.
        false => firm.with_context("名录里没有这个代码，不计入"),
    };
    Row::new(vec![
        of,
        firm,
        Cell::new(held.ground.label()).with_context(note),
        Cell::new(moment(held.at, visit.now)),
    ])
}

/// Names the recusals nobody knows the person of, and what to do; a freeze would be refused for them.
fn untied(shown: &[&StoredRecusal]) -> Fragment {
    let of_nobody = shown.iter().filter(|held| !held.tied);
    let recusals: Vec<&Recusal> = of_nobody.map(|held| &held.recusal).collect();
    match recusals.as_slice() {
        [] => Fragment::default(),
        some => Refusal::from(&untied_refusal(some)).into(),
    }
}

async fn ask(State(web): State<WebState>, visit: Visit) -> Answer {
    form(&web, &visit, None).await
}

async fn form(web: &WebState, visit: &Visit, again: Option<(&Submitted, &Flaws)>) -> Answer {
    let kept = draft::of(web, visit).await?;
    let mut reader = web.app.db.read().await?;
    let own = inspector::codes_of(&mut reader, &visit.acting.account).await?;
    let people = inspector::entries(&mut reader).await?;
    let now = match people.is_empty() {
        true => None,
        false => Some(app::premise::of_inspectors(&mut reader).await?),
    };
    drop(reader);
    let reach = visit.acting.reach(Verb::RecusalDeclare);
    let offered = people.iter().filter(|held| {
        let assigned = own.contains(&held.code);
        reach.covers(&Place {
            unit: Some(&held.unit),
            assigned,
        })
    });
    let offered = offered.map(|held| {
        let code = held.code.as_str();
        Choice::new(code, format!("{}（{code}）", held.name))
    });
    let grounds = RecusalGround::ALL
        .iter()
        .map(|held| Choice::new(held.name(), held.label()));
    let fields = vec![
        Field::menu("inspector", "执法检查人员", offered.collect()),
        Field::line("subject", "检查对象的代码", Width::Medium)
            .with_help("统一社会信用代码；没有的填注册号"),
        Field::one_of("ground", "情形", grounds.collect()),
        Field::area("note", "说明", 2)
            .optional()
            .with_help("情形为“其他”的必填；不对外公开"),
    ];
    let to = all().child("new");
    let begun = kept.typed.premise().filter(|_| again.is_none());
    let hidden = match begun.or(now) {
        Some(premise) => visit.hidden_on(web, &premise, again),
        None => visit.hidden(web),
    };
    let form = Form::new(to.clone(), hidden, "申报回避")
        .with_group("", fields)
        .with_way_back(Link::new("返回，不申报", all()))
        .with_draft(draft::kept_at(to.as_str()), kept.line.as_str());
    let crumb = Crumb::new(vec![Link::new("回避登记", all())], "申报");
    let page = web
        .page(visit, Head::new("申报回避"))
        .await?
        .with_crumb(crumb);
    Ok(kept.form_page(page, form, again))
}

/// What was typed as a recusal, with the unit of the inspector.
async fn read(
    web: &WebState,
    visit: &Visit,
    sent: &Submitted,
) -> Result<Result<(domain::id::OrgUnitId, Recusal), FieldErrors>, Stop> {
    let mut errors = FieldErrors::new();
    let code = errors.take("subject", SubjectCode::parse(sent.first("subject")));
    let ground = RecusalGround::parse(sent.first("ground"));
    if ground.is_none() {
        errors.push("ground", codes::TEXT_EMPTY.field(&[("field", &"情形")]));
    }
    let mut reader = web.app.db.read().await?;
    let person = match InspectorCode::parse(sent.first("inspector")) {
        Ok(code) => inspector::listed_by_code(&mut reader, &code).await?,
        Err(_) => None,
    };
    if person.is_none() {
        errors.push(
            "inspector",
            codes::TEXT_EMPTY.field(&[("field", &"执法检查人员")]),
        );
    }
    if let Some(code) = &code
        && subject::by_code(&mut reader, code.as_str())
            .await?
            .is_none()
    {
        errors.push("subject", app::inspector::no_such_firm(code));
    }
    let (Some(subject), Some(ground), Some((person, _))) = (code, ground, person) else {
        return Ok(Err(errors));
    };
    if !errors.is_empty() {
        return Ok(Err(errors));
    }
    let note = domain::text::narrow(sent.first("note"));
    let recusal = Recusal {
        inspector: person.code,
        subject,
        ground,
        note: Some(note).filter(|note| !note.is_empty()),
        declared_by: visit.acting.account.clone(),
        at: visit.now,
    };
    Ok(Ok((person.unit, recusal)))
}

async fn declare_one(State(web): State<WebState>, visit: Visit, sent: Pressed) -> Answer {
    let (unit, recusal) = match read(&web, &visit, &sent).await? {
        Ok(read) => read,
        Err(errors) => return form(&web, &visit, Some((&sent, &errors.into()))).await,
    };
    let (me, premise) = (visit.clone(), sent.required_premise());
    let to = feedback::RECUSAL_DECLARED.at(all());
    let done = once(&web, &visit, &sent, to, move |app| async move {
        app.declare_recusal(&me.acting, &unit, &premise?, &recusal)
            .await
    });
    match done.await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => form(&web, &visit, Some((&sent, &Flaws::of(error)?))).await,
    }
}
