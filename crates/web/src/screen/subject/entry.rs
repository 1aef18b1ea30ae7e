//! Entry by hand: new, change, remove; one form for the first two.

use app::subject::as_typed;
use axum::extract::{Path, State};
use axum::response::IntoResponse;
use domain::id::OrgUnitId;
use domain::policy::Verb;
use domain::premise::Premise;
use domain::refusal::codes;
use domain::subject::{COLUMNS, RawSubject, RiskClass, Standing, SubjectKind};
use domain::text::FieldErrors;
use store::subject::StoredSubject;

use super::{all, find, page_of};
use crate::component::{Choice, Confirm, Crumb, Field, Form, Head, Link, Width};
use crate::form::Submitted;
use crate::gate::{
    Answer, Flaws, Pressed, Stop, Visit, WebState, feedback, once, once_new, see_other,
};
use crate::screen::draft;
use crate::screen::shared::entry::{UNIT, hidden_for_change, label_in, unit_menu};
use crate::text::Address;

fn typed(sent: &Submitted) -> RawSubject {
    let mut row = RawSubject::default();
    for (name, _) in COLUMNS {
        row.set(name, sent.first(name));
    }
    row
}

fn choices<T: domain::ClosedList>() -> Vec<Choice> {
    T::members()
        .iter()
        .map(|member| Choice::new(member.label(), member.label()))
        .collect()
}

fn label(name: &str) -> &'static str {
    label_in(COLUMNS, name)
}

fn who(row: &RawSubject) -> Vec<Field> {
    let line = |name, width| Field::line(name, label(name), width).with_value(row.get(name));
    let default = |value: &str, other: &str| {
        if value.is_empty() {
            other.to_owned()
        } else {
            value.to_owned()
        }
    };
    vec![
        line("name", Width::Long),
        line("usci", Width::Medium)
            .optional()
            .with_help("18 位，写在营业执照上，字母 O、I 不会出现"),
        line("register_number", Width::Medium)
            .optional()
            .with_help("没有统一社会信用代码的填；两者都没有，不能参加抽取"),
        Field::menu("kind", label("kind"), choices::<SubjectKind>())
            .with_value(default(&row.kind, SubjectKind::Enterprise.label())),
        Field::menu("standing", label("standing"), choices::<Standing>())
            .with_value(default(&row.standing, Standing::Active.label())),
        Field::date("registered_on", label("registered_on"))
            .optional()
            .with_value(row.get("registered_on")),
    ]
}

fn place(row: &RawSubject) -> Vec<Field> {
    let line = |name, width| Field::line(name, label(name), width).with_value(row.get(name));
    vec![
        line("district", Width::Short).with_help("6 位，决定由哪一级管辖"),
        line("area", Width::Short)
            .optional()
            .with_help("分片抽取时用，例如 hubin-1"),
        line("address", Width::Long).optional(),
        Field::area("scope", label("scope"), 3)
            .optional()
            .with_value(row.get("scope")),
    ]
}

fn trust(row: &RawSubject) -> Vec<Field> {
    let line = |name, width| Field::line(name, label(name), width).with_value(row.get(name));
    let classes = RiskClass::ALL
        .iter()
        .map(|class| Choice::new(class.name(), class.label()));
    let mut offered = vec![Choice::new("", "未定级")];
    offered.extend(classes);
    vec![
        line("pools", Width::Long)
            .optional()
            .with_help("几个之间用顿号隔开，例如 餐饮、工地"),
        Field::menu("class", label("class"), offered)
            .optional()
            .with_value(row.class.clone()),
        line("class_source", Width::Long)
            .optional()
            .with_help("填了等级的必填：谁评定的"),
        Field::date("class_on", label("class_on"))
            .optional()
            .with_value(row.get("class_on")),
    ]
}

fn groups(form: Form, row: &RawSubject) -> Form {
    form.with_group("是谁", who(row))
        .with_group("在哪里", place(row))
        .with_group("专项库与信用等级", trust(row))
}

pub(super) async fn ask_new(State(web): State<WebState>, visit: Visit) -> Answer {
    new_form(&web, &visit, None).await
}

async fn new_form(web: &WebState, visit: &Visit, again: Option<(&Submitted, &Flaws)>) -> Answer {
    let draft = draft::of(web, visit).await?;
    let keeper = unit_menu(web, visit, Verb::SubjectEdit, "维护单位").await?;
    let to = all().child("new");
    let form = Form::new(to.clone(), visit.hidden(web), "新增对象").with_group("", vec![keeper]);
    let form = groups(form, &RawSubject::default())
        .with_way_back(Link::new("返回，不新增", all()))
        .with_draft(draft::kept_at(to.as_str()), draft.line.as_str());
    let crumb = Crumb::new(vec![Link::new("检查对象", all())], "新增");
    let page = web
        .page(visit, Head::new("新增检查对象"))
        .await?
        .with_crumb(crumb);
    Ok(draft.form_page(page, form, again))
}

pub(super) async fn add(State(web): State<WebState>, visit: Visit, sent: Pressed) -> Answer {
    let Ok(unit) = OrgUnitId::parse(sent.first(UNIT)) else {
        let mut errors = FieldErrors::new();
        errors.push(UNIT, codes::TEXT_EMPTY.field(&[("field", &"维护单位")]));
        return new_form(&web, &visit, Some((&sent, &errors.into()))).await;
    };
    let (me, row) = (visit.clone(), typed(&sent));
    let done = once_new(&web, &visit, &sent, move |app| async move {
        let id = app.add_subject(&me.acting, &unit, &row).await?;
        Ok(feedback::SUBJECT_ADDED.at(page_of(&id)))
    });
    match done.await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => new_form(&web, &visit, Some((&sent, &Flaws::of(error)?))).await,
    }
}

async fn stored(web: &WebState, visit: &Visit, id: &str) -> Result<StoredSubject, Stop> {
    let mut reader = web.app.db.read().await?;
    find(&mut reader, visit, Verb::SubjectEdit, id).await
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
    stored: &StoredSubject,
    again: Option<(&Submitted, &Flaws)>,
) -> Answer {
    let draft = draft::of(web, visit).await?;
    let here = page_of(&stored.subject.id);
    let to = here.clone().child("edit");
    let hidden = hidden_for_change(web, visit, (&draft, &stored.seen), again);
    let form = Form::new(to.clone(), hidden, "保存修改");
    let form = groups(form, &as_typed(stored))
        .with_way_back(Link::new("返回，不修改", here.clone()))
        .with_draft(draft::kept_at(to.as_str()), draft.line.as_str());
    let crumb = vec![
        Link::new("检查对象", all()),
        Link::new(stored.subject.name.as_str(), here),
    ];
    let page = web.page(visit, Head::new("修改检查对象")).await?;
    let page = page.with_crumb(Crumb::new(crumb, "修改"));
    Ok(draft.form_page(page, form, again))
}

pub(super) async fn change(
    State(web): State<WebState>,
    Path(id): Path<String>,
    visit: Visit,
    sent: Pressed,
) -> Answer {
    let before = stored(&web, &visit, &id).await?;
    let (me, row) = (visit.clone(), typed(&sent));
    let (id, premise) = (before.subject.id.clone(), sent.required_premise());
    let to = feedback::SUBJECT_CHANGED.at(page_of(&id));
    let done = once(&web, &visit, &sent, to, move |app| async move {
        app.edit_subject(&me.acting, &id, &premise?, &row).await
    });
    match done.await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => {
            let now = stored(&web, &visit, before.subject.id.as_str()).await?;
            edit_form(&web, &visit, &now, Some((&sent, &Flaws::of(error)?))).await
        }
    }
}

pub(super) async fn ask_remove(
    State(web): State<WebState>,
    Path(id): Path<String>,
    visit: Visit,
) -> Answer {
    let stored = stored(&web, &visit, &id).await?;
    remove_page(&web, &visit, &stored, None).await
}

async fn remove_page(
    web: &WebState,
    visit: &Visit,
    stored: &StoredSubject,
    again: Option<(&Submitted, &Flaws)>,
) -> Answer {
    let name = stored.subject.name.as_str();
    let here: Address = page_of(&stored.subject.id);
    let back = Link::new("返回，不移出", here.clone());
    let now = Premise::of(stored.seen.clone());
    let confirm = Confirm::new(
        here.clone().child("remove"),
        visit.hidden_on(web, &now, again),
        "移出名录",
        back,
    )
    .happens(vec![format!("“{name}”不再出现在名录里，也不再参加抽取。")])
    .fixed_after(vec!["留痕保留移出前的全部内容和移出理由。".to_owned()])
    .seen_by(vec!["能看名录和留痕的岗位。".to_owned()])
    .asking(Field::area("reason", "移出理由", 2));
    let crumb = vec![Link::new("检查对象", all()), Link::new(name, here)];
    let page = web
        .page(visit, Head::new("移出检查对象"))
        .await?
        .with_crumb(Crumb::new(crumb, "移出"));
    Ok(match again {
        Some((sent, flaws)) => {
            let confirm = confirm.filled(sent, &flaws.errors);
            let page = page.with(flaws.note()).with(confirm).with_errors_in_form();
            (flaws.status(), page).into_response()
        }
        None => page.with(confirm).into_response(),
    })
}

pub(super) async fn remove(
    State(web): State<WebState>,
    Path(id): Path<String>,
    visit: Visit,
    sent: Pressed,
) -> Answer {
    let reason = domain::text::narrow(sent.first("reason"));
    let before = match stored(&web, &visit, &id).await {
        Ok(before) if reason.is_empty() => {
            let mut errors = FieldErrors::new();
            errors.push("reason", codes::TEXT_EMPTY.field(&[("field", &"移出理由")]));
            return remove_page(&web, &visit, &before, Some((&sent, &errors.into()))).await;
        }
        found => found,
    };
    // A second press finds the entry gone; the first answer is still known by its key.
    let (me, premise) = (visit.clone(), sent.required_premise());
    let to = feedback::SUBJECT_REMOVED.at(all());
    let done = once(&web, &visit, &sent, to, move |app| async move {
        let id = domain::id::SubjectId::parse(&id).map_err(|_| store::StoreError::NotFound {
            table: "subjects",
            key: String::new(),
        })?;
        app.remove_subject(&me.acting, &id, &premise?, &reason)
            .await
    });
    match done.await? {
        Ok(to) => Ok(see_other(&to)),
        Err(error) => {
            let before = stored(&web, &visit, before?.subject.id.as_str()).await?;
            remove_page(&web, &visit, &before, Some((&sent, &Flaws::of(error)?))).await
        }
    }
}
