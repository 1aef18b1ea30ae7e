//! Keeping the subject register by hand: add, change, remove. Files come in through `import` and go
//! out through `export`.

pub mod export;

use domain::event::{Act, LinkKind};
use domain::id::{OrgUnitId, SubjectId};
use domain::policy::{Place, Verb};
use domain::premise::Premise;
use domain::recusal::untied_refusal;
use domain::refusal::{Code, Fact};
use domain::subject::{RawSubject, Subject};
use domain::text::{FieldError, FieldErrors};
use store::inspector::{self, OfSubject};
use store::subject::{self, StoredSubject};
use store::{Hold, Register, StoreError, Tx, sealed_visit};

use crate::drawing::FrozenNames;
use crate::premise::require;
use crate::{Acting, App, AppError};

/// The code of an entry that is already in the register; imports use the same words.
pub(crate) static CODE_TAKEN: Code = Code::new(
    "SUBJ-001",
    "代码 {code} 已登记为“{name}”。",
    None,
    "打开已有的那一条修改；两家确实不同的，核对营业执照上的代码。",
);
static DRAWN_BEFORE: Code = Code::new(
    "SUBJ-002",
    "“{name}”已有检查记录，不能移出名录。",
    Some("细则五（二）"),
    "把登记状态改为注销、迁出或歇业，它就不再参加抽取。",
);

static DRAW_UNDER_WAY: Code = Code::new(
    "SUBJ-005",
    "有任务冻结了名录，或有抽中的检查还没有开始；在此期间名录不移出任何一户。",
    Some("细则五（二）"),
    "把登记状态改为注销、迁出或歇业，它就不再参加以后的抽取；检查都开始之后再移出。",
);

static NAMES_STAND: Code = Code::new(
    "SUBJ-006",
    "任务 {numbers} 冻结了名录，抽中的检查还没有都开始；到都开始为止，代码不能改，在冻结的名录里的，名称、地址也不能改：抽中谁，就照冻结时的代码、名称、地址去检查。",
    Some("细则四（三）"),
    "确有变更的先记下来，这些检查都开始之后再改；登记状态、类别等其余各栏照改。还没有抽出结果而等不得的，由抽取经办作废这次抽取，作废之后再改。",
);

static CODE_OF_RECUSALS: Code = Code::new(
    "SUBJ-007",
    "“{name}”有 {count} 条回避登记，认的是代码 {code}；代码不能清空，这一条也不能移出名录。",
    Some("行政处罚法第四十三条"),
    "换了代码的，直接改成新的代码，回避登记同时改到新代码名下；不再检查这一户的，把登记状态改为注销、迁出或歇业。",
);

static TWIN_OF_RECUSED: Code = Code::new(
    "SUBJ-008",
    "“{name}”（代码 {code}）登记着同一个统一社会信用代码或注册号，名下有回避登记；同一家另立一条，回避就落空。",
    Some("行政处罚法第四十三条"),
    "打开那一条修改，改成现在的代码，回避登记同时改过去；号码填错的，核对证照。",
);

impl App {
    /// Adds an entry to the register of `unit`.
    pub async fn add_subject(
        &self,
        acting: &Acting,
        unit: &OrgUnitId,
        typed: &RawSubject,
    ) -> Result<SubjectId, AppError> {
        let id = SubjectId::from_entropy(self.entropy.bytes());
        let read = typed.read(id.clone(), "手工录入")?.subject;
        let (mut tx, acting) = self.begin_as("subject.add", acting).await?;
        let actor = acting.actor(Verb::SubjectEdit, &Place::of(unit))?;
        refuse_taken(&mut tx, &read).await?;
        if let Some((field, error)) = twin(&subject::recused(&mut tx).await?, &read) {
            let mut errors = FieldErrors::new();
            errors.push(field, error);
            return Err(errors.into());
        }
        let event = self
            .event(Act::SubjectAdded, actor)
            .touching(LinkKind::Subject, id.as_str());
        let mut rec = tx.record(event, self.confidential())?;
        subject::add(&mut rec, unit, &read).await?;
        rec.commit().await?;
        Ok(id)
    }

    /// Changes an entry; two people who edit at once do not overwrite each other. Its code stands while visits are ahead:
    /// it is what was frozen and drawn, and so do name and address of a firm that stands in a frozen register. The recusals from a firm go along to the code it has then.
    pub async fn edit_subject(
        &self,
        acting: &Acting,
        id: &SubjectId,
        premise: &Premise,
        typed: &RawSubject,
    ) -> Result<(), AppError> {
        let (mut tx, acting) = self
            .begin_on(Register::Subjects, "subject.edit", acting)
            .await?;
        let before = subject::get(&mut tx, id).await?;
        let actor = acting.actor(Verb::SubjectEdit, &Place::of(&before.unit))?;
        let now = Premise::of(before.seen.clone());
        require(&mut tx, Some(&acting), "这个检查对象", premise, &now).await?;
        let read = typed.read(id.clone(), &before.subject.source)?.subject;
        refuse_taken(&mut tx, &read).await?;
        self.refuse_ahead(&mut tx, &before.subject, &read).await?;
        let recusals = following(&mut tx, &before.subject, &read).await?;
        let event = self
            .event(Act::SubjectEdited, actor)
            .touching(LinkKind::Subject, id.as_str())
            .with("changed", changed(&before.subject, &read));
        let mut rec = tx.record(event, self.confidential())?;
        let after = (&read, recusals);
        subject::edit(&mut rec, &before.unit, &before.seen, after).await?;
        rec.commit().await?;
        Ok(())
    }

    /// Refuses another code while draws are ahead, and another name or address of a firm that stands in one of them.
    async fn refuse_ahead(
        &self,
        tx: &mut Tx,
        before: &Subject,
        after: &Subject,
    ) -> Result<(), AppError> {
        let Some(code) = before.code() else {
            return Ok(());
        };
        let recoded = after.code().as_ref() != Some(&code);
        if !recoded && !renamed(before, after) {
            return Ok(());
        }
        let frozen = self.frozen_names(tx).await?;
        let numbers = match recoded {
            true => frozen.all(),
            false => frozen.of(code.as_str()),
        };
        match numbers {
            None => Ok(()),
            Some(numbers) => Err(NAMES_STAND.refuse(&[("numbers", &numbers)]).into()),
        }
    }

    /// Removes an entry that was never inspected, with a reason; nobody is removed while visits are ahead: the drawn
    /// list is found in the register, and who is on it is not told by what can be removed.
    pub async fn remove_subject(
        &self,
        acting: &Acting,
        id: &SubjectId,
        premise: &Premise,
        reason: &str,
    ) -> Result<(), AppError> {
        let (mut tx, acting) = self
            .begin_on(Register::Subjects, "subject.remove", acting)
            .await?;
        let before = subject::get(&mut tx, id).await?;
        let actor = acting.actor(Verb::SubjectEdit, &Place::of(&before.unit))?;
        let now = Premise::of(before.seen.clone());
        require(&mut tx, Some(&acting), "这个检查对象", premise, &now).await?;
        // Of anybody, so that the refusal tells nobody who was drawn.
        if sealed_visit::is_any_ahead(&mut tx).await? {
            return Err(DRAW_UNDER_WAY.refuse(&[]).into());
        }
        keep_recusals(&mut tx, &before.subject).await?;
        let event = self
            .event(Act::SubjectRemoved, actor)
            .because(reason)
            .touching(LinkKind::Subject, id.as_str());
        let mut rec = tx.record(event, self.confidential())?;
        match subject::remove(&mut rec, id, &before.seen).await {
            Err(StoreError::Conflict { what, .. }) if what != "last_event" => {
                let name = before.subject.name;
                return Err(DRAWN_BEFORE.refuse(&[("name", &name)]).into());
            }
            other => other?,
        }
        rec.commit().await?;
        Ok(())
    }
}

/// What the form was filled with, from a stored entry.
#[must_use]
pub fn as_typed(stored: &StoredSubject) -> RawSubject {
    let subject = &stored.subject;
    let text = |value: Option<String>| value.unwrap_or_default();
    RawSubject {
        usci: text(subject.usci.as_ref().map(ToString::to_string)),
        register_number: text(subject.register_number.as_ref().map(ToString::to_string)),
        name: subject.name.to_string(),
        kind: subject.kind.label().to_owned(),
        district: subject.district.to_string(),
        area: text(subject.area.as_ref().map(ToString::to_string)),
        address: text(subject.address.as_ref().map(ToString::to_string)),
        scope: text(subject.scope.clone()),
        registered_on: text(subject.registered_on.map(|on| on.to_string())),
        standing: subject.standing.label().to_owned(),
        pools: subject
            .pools
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("、"),
        class: text(
            subject
                .tier
                .as_ref()
                .map(|tier| tier.class.name().to_owned()),
        ),
        class_source: text(subject.tier.as_ref().map(|tier| tier.source.clone())),
        class_on: text(subject.tier.as_ref().map(|tier| tier.on.to_string())),
    }
}

pub(crate) fn taken(code: &str, by: &Subject) -> FieldError {
    CODE_TAKEN.field(&[("code", &code), ("name", &by.name)])
}

async fn refuse_taken(tx: &mut Tx, read: &Subject) -> Result<(), AppError> {
    let Some(code) = read.code().map(|code| code.to_string()) else {
        return Ok(());
    };
    match subject::by_code(tx, &code).await? {
        Some(other) if other.subject.id != read.id => {
            let mut errors = FieldErrors::new();
            errors.push("usci", taken(&code, &other.subject));
            Err(errors.into())
        }
        _ => Ok(()),
    }
}

/// What is wrong with a new entry that is one of these under another code, and in which field: the recusals from it would
/// not be from the new one.
pub(crate) fn twin(recused: &[StoredSubject], new: &Subject) -> Option<(&'static str, FieldError)> {
    recused.iter().map(|kept| &kept.subject).find_map(|kept| {
        let code = kept
            .code()
            .filter(|code| new.code().as_ref() != Some(code))?;
        let field = if new.usci.is_some() && new.usci == kept.usci {
            "usci"
        } else if new.register_number.is_some() && new.register_number == kept.register_number {
            "register_number"
        } else {
            return None;
        };
        let facts: [Fact<'_>; 2] = [("name", &kept.name), ("code", &code)];
        Some((field, TWIN_OF_RECUSED.field(&facts)))
    })
}

fn renamed(before: &Subject, after: &Subject) -> bool {
    before.name != after.name || before.address != after.address
}

/// What is wrong with another name or address of a firm that stands in a frozen register, and in which field.
pub(crate) fn stands(
    frozen: &FrozenNames,
    before: &Subject,
    after: &Subject,
) -> Option<(&'static str, FieldError)> {
    let field = match before.name == after.name {
        true => "address",
        false => "name",
    };
    let code = before.code().filter(|_| renamed(before, after))?;
    let numbers = frozen.of(code.as_str())?;
    Some((field, NAMES_STAND.field(&[("numbers", &numbers)])))
}

/// Refuses to leave recusals behind under a code nobody has. Nobody declares one meanwhile.
async fn keep_recusals(tx: &mut Tx, before: &Subject) -> Result<(), AppError> {
    tx.hold(Register::Inspectors, Hold::Shared).await?;
    let Some(code) = before.code() else {
        return Ok(());
    };
    match inspector::recusals_from(tx, &code).await? {
        0 => Ok(()),
        count => {
            let facts: [Fact<'_>; 3] = [("name", &before.name), ("count", &count), ("code", &code)];
            Err(CODE_OF_RECUSALS.refuse(&facts).into())
        }
    }
}

/// The recusals that go along when a firm gets another code; nothing if it keeps the one it has. Nobody declares one, and
/// no inspector gets another code, meanwhile.
async fn following(
    tx: &mut Tx,
    before: &Subject,
    after: &Subject,
) -> Result<Option<OfSubject>, AppError> {
    let (from, to) = match (before.code(), after.code()) {
        (Some(from), Some(to)) if from != to => (from, to),
        (Some(_), None) => {
            keep_recusals(tx, before).await?;
            return Ok(None);
        }
        _ => return Ok(None),
    };
    tx.hold(Register::Inspectors, Hold::Shared).await?;
    let found = inspector::recusals_of_subject(tx, &from, &to).await?;
    match found.untied().as_slice() {
        [] => Ok(Some(found)),
        untied => Err(untied_refusal(untied).into()),
    }
}

/// Names of the fields that differ: the trace shows what was changed without repeating values.
fn changed(before: &Subject, after: &Subject) -> String {
    let mut names = Vec::new();
    let mut note = |differs: bool, name: &'static str| {
        if differs {
            names.push(name);
        }
    };
    note(
        before.usci != after.usci || before.register_number != after.register_number,
        "code",
    );
    note(before.name != after.name, "name");
    note(before.kind != after.kind, "kind");
    note(before.district != after.district, "district");
    note(before.area != after.area, "area");
    note(before.address != after.address, "address");
    note(before.scope != after.scope, "scope");
    note(before.registered_on != after.registered_on, "registered_on");
    note(before.standing != after.standing, "standing");
    note(before.pools != after.pools, "pools");
    note(before.tier != after.tier, "class");
    names.join(",")
}
