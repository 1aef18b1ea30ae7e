//! Keeping the inspector register, and declaring recusals.

use domain::event::{Act, LinkKind};
use domain::id::{AccountId, InspectorCode, InspectorId, OrgUnitId};
use domain::inspector::{Inspector, RawInspector};
use domain::policy::{Place, Verb};
use domain::premise::Premise;
use domain::recusal::Recusal;
use domain::refusal::{Code, Fact, codes};
use domain::text::{FieldError, FieldErrors, PersonName, SubjectCode};
use domain::time::Instant;
use store::{Hold, Register, StoreError, Tx, catalog, inspector, subject};

use crate::drawing::FrozenNames;
use crate::premise::{of_inspectors, require};
use crate::{Acting, App, AppError};

static CODE_TAKEN: Code = Code::new(
    "ROST-030",
    "代码 {code} 已是“{name}”的。",
    None,
    "每名执法人员一个代码，换一个没有用过的。",
);

pub(crate) static CREDENTIAL_TAKEN: Code = Code::new(
    "ROST-031",
    "这个执法证号已登记在“{name}”（{code}）名下。",
    Some("细则三（二）"),
    "核对证件；那一条是同一人的，改那一条，不要另建。",
);

pub(crate) static CODE_OF_RECUSALS: Code = Code::new(
    "ROST-033",
    "代码 {code} 名下还有 {count} 条回避登记，是从前用这个代码的人申报的，不能给别人用。",
    Some("行政处罚法第四十三条"),
    "换一个代码；或者先打开从前用这个代码的人，点修改，内容不变也保存一次，把那些回避改到他现在的代码名下。",
);

static NAMES_STAND: Code = Code::new(
    "ROST-035",
    "任务 {numbers} 冻结了名录，抽中的检查还没有都开始；到都开始为止，人员代码不能改，在冻结的名录里的，姓名也不能改：抽中谁，就由冻结时的那个人去。",
    Some("细则四（三）"),
    "确有变更的先记下来，这些检查都开始之后再改；其余各栏照改。还没有抽出结果而等不得的，由抽取经办作废这次抽取，作废之后再改。",
);

static CODE_ON_VISITS: Code = Code::new(
    "ROST-036",
    "代码 {code} 已写在检查记录里，不能改，也不能给别人用。",
    Some("细则五（二）"),
    "{code} 的检查记录认的是这个代码。姓名、单位、证件照改；新来的人用没有用过的代码。",
);

static RECUSALS_OF_ANOTHER: Code = Code::new(
    "ROST-034",
    "代码 {code} 名下有 {count} 条回避登记是从前用这个代码的人申报的，对上人以前不能删除个人信息。",
    Some("行政处罚法第四十三条"),
    "先打开从前用这个代码的人，点修改，内容不变也保存一次，把那些回避改到他现在的代码名下，再办理。",
);

static NUMBER_LOST: Code = Code::new(
    "ROST-032",
    "“{name}”登记过执法证，原来的证号打不开；不填就会当作没有执法证，所以没有保存。",
    Some("细则三（二）"),
    "照证件填写证号和有效期；暂不能填的，从备份恢复他的密钥。",
);

impl App {
    /// Adds an inspector to the register of a unit.
    pub async fn add_inspector(
        &self,
        acting: &Acting,
        unit: &OrgUnitId,
        typed: &RawInspector,
        account: Option<&AccountId>,
    ) -> Result<InspectorId, AppError> {
        let id = InspectorId::from_entropy(self.entropy.bytes());
        let read = typed.read(id.clone(), Some(unit.clone()))?;
        let (mut tx, acting) = self
            .begin_on(Register::Inspectors, "inspector.add", acting)
            .await?;
        let actor = acting.actor(Verb::InspectorEdit, &Place::of(unit))?;
        refuse_taken_code(&mut tx, &read).await?;
        refuse_second_holder(&mut tx, &read).await?;
        refuse_code_of_recusals(&read, inspector::recusals_under(&mut tx, &read.code).await?)?;
        let event = self
            .event(Act::InspectorAdded, actor)
            .touching(LinkKind::Inspector, id.as_str());
        let mut rec = tx.record(event, self.confidential())?;
        inspector::add(&mut rec, &read, account).await?;
        rec.commit().await?;
        Ok(id)
    }

    /// Changes an entry; two people who edit at once do not overwrite each other. Where the number of the
    /// credential does not open any more, it has to be typed anew, from the paper. His recusals follow to the code
    /// he has then, which stands once it was drawn: teams are known by it. From the freeze until the visits begin his name
    /// stands as well.
    pub async fn edit_inspector(
        &self,
        acting: &Acting,
        id: &InspectorId,
        premise: &Premise,
        typed: &RawInspector,
    ) -> Result<(), AppError> {
        let (mut tx, acting) = self
            .begin_on(Register::Inspectors, "inspector.edit", acting)
            .await?;
        let (before, opened) = inspector::listed_one(&mut tx, id).await?;
        let unit = before.unit.clone();
        let actor = acting.actor(Verb::InspectorEdit, &Place::of(&unit))?;
        let now = Premise::of(before.seen.clone());
        require(&mut tx, Some(&acting), "这名执法检查人员", premise, &now).await?;
        let read = typed.read(id.clone(), Some(unit))?;
        if opened.is_err() && read.credential.is_none() {
            return Err(unreadable_stays(&before.name).into());
        }
        refuse_taken_code(&mut tx, &read).await?;
        refuse_second_holder(&mut tx, &read).await?;
        let followed = inspector::followed(&mut tx, id, &read.code).await?;
        if read.code != before.code {
            refuse_code_of_recusals(&read, followed.strangers())?;
            self.code_is_free(&mut tx, [&before.code, &read.code])
                .await?;
        } else if read.name != before.name {
            let frozen = self.frozen_names(&mut tx).await?;
            if let Some(numbers) = frozen.of(read.code.as_str()) {
                return Err(NAMES_STAND.refuse(&[("numbers", &numbers)]).into());
            }
        }
        let event = self
            .event(Act::InspectorEdited, actor)
            .touching(LinkKind::Inspector, id.as_str());
        let mut rec = tx.record(event, self.confidential())?;
        inspector::edit_with_code(&mut rec, &before.held(), &read, followed).await?;
        rec.commit().await?;
        Ok(())
    }

    /// Refuses a change between codes by which anybody was drawn, or may be from a frozen register. Of anybody, as long as
    /// visits are ahead, so that the refusal tells nobody who was drawn.
    async fn code_is_free(&self, tx: &mut Tx, codes: [&InspectorCode; 2]) -> Result<(), AppError> {
        if let Some(numbers) = self.frozen_names(tx).await?.all() {
            return Err(NAMES_STAND.refuse(&[("numbers", &numbers)]).into());
        }
        for code in codes {
            if inspector::is_on_visits(tx, code).await? {
                return Err(CODE_ON_VISITS.refuse(&[("code", code)]).into());
            }
        }
        Ok(())
    }

    /// Erases what is private of an inspector who has left, when the years of keeping are over: the key under
    /// which it was sealed is destroyed. The entry, the name and every act stay, and the log explains them
    /// as before.
    pub async fn erase_inspector(
        &self,
        acting: &Acting,
        id: &InspectorId,
        premise: &Premise,
    ) -> Result<(), AppError> {
        let (mut tx, acting) = self
            .begin_on(Register::Inspectors, "inspector.erase", acting)
            .await?;
        let years = catalog::rulebook(&mut tx).await?.retention.person_years;
        let before = inspector::get(&mut tx, id).await?;
        let actor = acting.actor(Verb::InspectorEdit, &Place::of(&before.inspector.unit))?;
        let now = Premise::of(before.seen.clone());
        require(&mut tx, Some(&acting), "这名执法检查人员", premise, &now).await?;
        if before.is_erased() {
            return Ok(());
        }
        let last = inspector::last_acted(&mut tx, &before).await?;
        let (last, today) = (Instant::from_unix_ms(last).date(), self.clock.now().date());
        before.inspector.require_erasable(last, years, today)?;
        let event = self
            .event(Act::InspectorErased, actor)
            .touching(LinkKind::Inspector, id.as_str());
        let code = &before.inspector.code;
        let followed = inspector::followed(&mut tx, id, code).await?;
        if followed.strangers() > 0 {
            let facts: [Fact<'_>; 2] = [("code", code), ("count", &followed.strangers())];
            return Err(RECUSALS_OF_ANOTHER.refuse(&facts).into());
        }
        let mut rec = tx.record(event, self.confidential())?;
        inspector::erase(&mut rec, &before, followed).await?;
        rec.commit().await?;
        // The erasure is done. What the engine still keeps of the key goes now; what cannot go now is noted,
        // and goes with the next upkeep.
        let _ = self.db.sweep().await;
        Ok(())
    }

    /// Declares a recusal before the freeze (细则、F-1.55); who is chosen is chosen from the register as it
    /// was shown. The firm is one of the register at that moment.
    pub async fn declare_recusal(
        &self,
        acting: &Acting,
        unit: &OrgUnitId,
        premise: &Premise,
        recusal: &Recusal,
    ) -> Result<(), AppError> {
        let (mut tx, acting) = self.begin_as("recusal.declare", acting).await?;
        tx.hold(Register::Subjects, Hold::Shared).await?;
        tx.hold(Register::Inspectors, Hold::Exclusive).await?;
        // An inspector declares for himself; for others only who keeps the register of their unit.
        let own = inspector::codes_of(&mut tx, &acting.account)
            .await?
            .contains(&recusal.inspector);
        let place = Place {
            unit: Some(unit),
            assigned: own,
        };
        let actor = acting.actor(Verb::RecusalDeclare, &place)?;
        let now = of_inspectors(&mut tx).await?;
        require(&mut tx, Some(&acting), "执法检查人员名录", premise, &now).await?;
        recusal.require_ground()?;
        let code = &recusal.subject;
        if subject::by_code(&mut tx, code.as_str()).await?.is_none() {
            let mut errors = FieldErrors::new();
            errors.push("subject", no_such_firm(code));
            return Err(errors.into());
        }
        let of = inspector::by_code(&mut tx, &recusal.inspector).await?;
        let of = of.ok_or_else(|| StoreError::NotFound {
            table: "inspectors",
            key: recusal.inspector.to_string(),
        })?;
        let event = self
            .event(Act::RecusalDeclared, actor)
            .with("inspector", &recusal.inspector)
            .with("ground", recusal.ground);
        let mut rec = tx.record(event, self.confidential())?;
        inspector::declare(&mut rec, recusal, &of).await?;
        rec.commit().await?;
        Ok(())
    }
}

/// What is wrong with another name of an inspector who stands in a frozen register.
pub(crate) fn stands(
    frozen: &FrozenNames,
    before: &Inspector,
    after: &Inspector,
) -> Option<FieldError> {
    let numbers = frozen
        .of(before.code.as_str())
        .filter(|_| before.name != after.name)?;
    Some(NAMES_STAND.field(&[("numbers", &numbers)]))
}

/// What is wrong with the code of a firm that is not in the register.
#[must_use]
pub fn no_such_firm(code: &SubjectCode) -> FieldError {
    codes::VALUE_UNKNOWN.field(&[
        ("field", &"检查对象的代码"),
        ("text", code),
        ("choices", &"名录中已登记的代码"),
    ])
}

/// The code of an entry belongs to nobody else.
async fn refuse_taken_code(tx: &mut Tx, read: &Inspector) -> Result<(), AppError> {
    match inspector::listed_by_code(tx, &read.code).await? {
        Some((other, _)) if other.id != read.id => {
            let mut errors = FieldErrors::new();
            let (code, name) = (&read.code, &other.name);
            errors.push("code", CODE_TAKEN.field(&[("code", code), ("name", name)]));
            Err(errors.into())
        }
        _ => Ok(()),
    }
}

/// A code under which recusals of somebody else stand would make them those of whoever has it next.
fn refuse_code_of_recusals(read: &Inspector, count: usize) -> Result<(), FieldErrors> {
    if count == 0 {
        return Ok(());
    }
    let mut errors = FieldErrors::new();
    let facts: [Fact<'_>; 2] = [("code", &read.code), ("count", &count)];
    errors.push("code", CODE_OF_RECUSALS.field(&facts));
    Err(errors)
}

fn unreadable_stays(name: &PersonName) -> FieldErrors {
    let mut errors = FieldErrors::new();
    errors.push("credential", NUMBER_LOST.field(&[("name", name)]));
    errors
}

/// A credential belongs to one person: its number, found by its mark, may not stand with another who is
/// still in the service.
async fn refuse_second_holder(tx: &mut Tx, read: &Inspector) -> Result<(), AppError> {
    let Some(other) = inspector::other_holder(tx, read).await? else {
        return Ok(());
    };
    let mut errors = FieldErrors::new();
    let (code, name) = (&other.code, &other.name);
    errors.push(
        "credential",
        CREDENTIAL_TAKEN.field(&[("code", code), ("name", name)]),
    );
    Err(errors.into())
}

/// What the form was filled with, from an entry and the name of its unit.
#[must_use]
pub fn as_typed(inspector: &Inspector, unit: &str) -> RawInspector {
    let credential = inspector.credential.as_ref();
    RawInspector {
        code: inspector.code.to_string(),
        name: inspector.name.to_string(),
        unit: unit.to_owned(),
        authority: inspector.authority.to_string(),
        credential: credential
            .map(|held| held.number.to_string())
            .unwrap_or_default(),
        valid_until: credential
            .map(|held| held.valid_until.to_string())
            .unwrap_or_default(),
        scope: inspector
            .scope
            .iter()
            .map(ToString::to_string)
            .collect::<Vec<_>>()
            .join("、"),
        presence: inspector.presence.label().to_owned(),
        may_lead: if inspector.may_lead { "是" } else { "否" }.to_owned(),
    }
}
