//! One inspector by hand: new and change share a form.

use app::inspector::as_typed;
use axum::extract::{Path, State};
use domain::id::{InspectorId, OrgUnitId};
use domain::inspector::{COLUMNS, Presence, RawInspector};
use domain::policy::{Place, Verb};
use domain::refusal::codes;
use domain::text::FieldErrors;
use store::account;
use store::inspector::{Entry, Opened};

use super::all;
use crate::component::{Choice, Crumb, Field, Form, Head, Link, Width};
use crate::form::Submitted;
use crate::gate::{Answer, Flaws, Pressed, Stop, Visit, WebState, feedback, once, see_other};
use crate::screen::draft;
use crate::screen::shared::entry::{UNIT, hidden_for_change, label_in, unit_menu};

const ACCOUNT: &str = "account";

fn typed(sent: &Submitted) -> RawInspector {
    let mut row = RawInspector::default();
    for (name, _) in COLUMNS {
        if *name != UNIT {
            row.set(name, sent.first(name));
        }
    }
    row
}

fn label(name: &str) -> &'static str {
    label_in(COLUMNS, name)
}

fn who(row: &RawInspector) -> Vec<Field> {
    let presence = if row.presence.is_empty() {
        Presence::OnDuty.label()
    } else {
        &row.presence
    };
    let lead = if row.may_lead.is_empty() {
        "否"
    } else {
        &row.may_lead
    };
    let presences = Presence::ALL
        .iter()
        .map(|held| Choice::new(held.label(), held.label()));
    vec![
        Field::line("name", label("name"), Width::Medium).with_value(row.name.as_str()),
        Field::line("code", label("code"), Width::Medium)
            .with_help("在抽取中代替姓名公开，例如 F001；不写姓名和身份证号")
            .with_value(row.code.as_str()),
        Field::menu("presence", label("presence"), presences.collect()).with_value(presence),
        Field::one_of(
            "may_lead",
            "可任组长（科室负责人）",
            vec![Choice::new("是", "是"), Choice::new("否", "否")],
        )
        .with_value(lead),
    ]
}

fn credential(row: &RawInspector, unopened: Option<&str>) -> Vec<Field> {
    let number = Field::line("credential", label("credential"), Width::Medium);
    let number = match unopened {
        None => number
            .optional()
            .with_help("没有行政执法资格证的不参加抽取"),
        Some(why) => number.with_help(format!("{why}照证件重新填写，连同有效期。")),
    };
    vec![
        number.with_value(row.credential.as_str()),
        Field::date("valid_until", label("valid_until"))
            .optional()
            .with_value(row.valid_until.as_str()),
        Field::line("authority", label("authority"), Width::Short)
            .optional()
            .with_help("只有一个执法机关的不填")
            .with_value(row.authority.as_str()),
        Field::line("scope", label("scope"), Width::Long)
            .optional()
            .with_help("事项代码，用顿号隔开；不填为全部事项")
            .with_value(row.scope.as_str()),
    ]
}

pub(super) async fn ask_new(State(web): State<WebState>, visit: Visit) -> Answer {
    new_form(&web, &visit, None).await
}

async fn new_form(web: &WebState, visit: &Visit, again: Option<(&Submitted, &Flaws)>) -> Answer {
    let draft = draft::of(web, visit).await?;
    let unit = unit_menu(web, visit, Verb::InspectorEdit, label(UNIT)).await?;
    let login = Field::line(ACCOUNT, "本人账号", Width::Medium)
        .optional()
        .with_help("登录名；填了，本人登录后能看到分到自己的检查");
    let to = all().child("new");
    let row = RawInspector::default();
    let form = Form::new(to.clone(), visit.hidden(web), "新增人员")
        .with_group("是谁", [vec![unit], who(&row), vec![login]].concat())
        .with_group("执法资格", credential(&row, None))
        .with_way_back(Link::new("返回，不新增", all()))
        .with_draft(draft::kept_at(to.as_str()), draft.line.as_str());
    let crumb = Crumb::new(vec![Link::new("执法检查人员", all())], "新增");
    let page = web
        .page(visit, Head::new("新增执法检查人员"))
        .await?
        .with_crumb(crumb);
    Ok(draft.form_page(page, form, again))
}

pub(super) async fn add(State(web): State<WebState>, visit: Visit, sent: Pressed) -> Answer {
    let mut errors = FieldErrors::new();
    let unit = OrgUnitId::parse(sent.first(UNIT)).ok();
    if unit.is_none() {
        errors.push(UNIT, codes::TEXT_EMPTY.field(&[("field", &"所属单位")]));
    }
    let login = domain::text::narrow(sent.first(ACCOUNT));
    let mut reader = web.app.db.read().await?;
    let account = account::by_login(&mut reader, &login)
        .await?
        .map(|found| found.account.id);
    drop(reader);
    if !login.is_empty() && account.is_none() {
        let facts: [domain::refusal::Fact<'_>; 3] = [
            ("field", &"本人账号"),
            ("text", &login),
            ("choices", &"已开立账号的登录名"),
        ];
        errors.push(ACCOUNT, codes::VALUE_UNKNOWN.field(&facts));
    }
    let Some(unit) = unit.filter(|_| errors.is_empty()) else {
        return new_form(&web, &visit, Some((&sent, &errors.into()))).await;
    };
    let (me, row) = (visit.clone(), typed(&sent));
    let to = feedback::INSPECTOR_ADDED.at(all());
    let done = once(&web, &visit, &sent, to, move |app| async move {
        app.add_inspector(&me.acting, &unit, &row, account.as_ref())
            .await
            .map(|_| ())
    });
    match done.await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => new_form(&web, &visit, Some((&sent, &Flaws::of(error)?))).await,
    }
}

async fn stored(web: &WebState, visit: &Visit, id: &str) -> Result<(Entry, Opened), Stop> {
    let id = InspectorId::parse(id).map_err(|_| Stop::not_found())?;
    let mut reader = web.app.db.read().await?;
    let stored = store::inspector::listed_one(&mut reader, &id).await?;
    visit
        .acting
        .may(Verb::InspectorEdit, &Place::of(&stored.0.unit))?;
    Ok(stored)
}

pub(super) async fn ask_edit(
    State(web): State<WebState>,
    Path(id): Path<String>,
    visit: Visit,
) -> Answer {
    let stored = stored(&web, &visit, &id).await?;
    edit_form(&web, &visit, &stored, None).await
}

async fn edit_form(
    web: &WebState,
    visit: &Visit,
    (stored, opened): &(Entry, Opened),
    again: Option<(&Submitted, &Flaws)>,
) -> Answer {
    let draft = draft::of(web, visit).await?;
    let to = all().child(stored.id.as_str()).child("edit");
    let unopened = opened.as_ref().err();
    let unopened = unopened.map(|refusal| refusal.sentence.as_str());
    let row = as_typed(&stored.with(opened.clone().unwrap_or_default()), "");
    let hidden = hidden_for_change(web, visit, (&draft, &stored.seen), again);
    let form = Form::new(to.clone(), hidden, "保存修改")
        .with_group("是谁", who(&row))
        .with_group("执法资格", credential(&row, unopened))
        .with_way_back(Link::new("返回，不修改", all()))
        .with_draft(draft::kept_at(to.as_str()), draft.line.as_str());
    let crumb = Crumb::new(vec![Link::new("执法检查人员", all())], stored.code.as_str());
    let page = web
        .page(visit, Head::new("修改执法检查人员"))
        .await?
        .with_crumb(crumb);
    Ok(draft.form_page(page, form, again))
}

pub(super) async fn change(
    State(web): State<WebState>,
    Path(id): Path<String>,
    visit: Visit,
    sent: Pressed,
) -> Answer {
    let (before, _) = stored(&web, &visit, &id).await?;
    let (me, row) = (visit.clone(), typed(&sent));
    let to = feedback::INSPECTOR_CHANGED.at(all());
    let (key, premise) = (before.id.clone(), sent.required_premise());
    let done = once(&web, &visit, &sent, to, move |app| async move {
        app.edit_inspector(&me.acting, &key, &premise?, &row).await
    });
    match done.await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => {
            let now = stored(&web, &visit, &id).await?;
            edit_form(&web, &visit, &now, Some((&sent, &Flaws::of(error)?))).await
        }
    }
}
