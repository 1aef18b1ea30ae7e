//! Keeping the inspector register, and declaring recusals.

use domain::event::{Act, LinkKind};
use domain::id::{AccountId, InspectorId, OrgUnitId};
use domain::inspector::RawInspector;
use domain::policy::{Place, Verb};
use domain::recusal::Recusal;
use domain::refusal::Code;
use domain::text::FieldErrors;
use store::inspector;

use crate::{Acting, App, AppError};

static CODE_TAKEN: Code = Code::new(
    "INSP-001",
    "代码 {code} 已是“{name}”的。",
    None,
    "每名执法人员一个代码，换一个没有用过的。",
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
        let actor = acting.may(Verb::InspectorEdit, &Place::of(unit))?;
        let id = InspectorId::from_entropy(self.entropy.bytes());
        let read = typed.read(id.clone(), Some(unit.clone()))?;
        let mut tx = self.db.begin("inspector.add").await?;
        if let Some(other) = inspector::by_code(&mut tx, &read.code).await? {
            let mut errors = FieldErrors::new();
            let (code, name) = (&read.code, &other.inspector.name);
            errors.push("code", CODE_TAKEN.field(&[("code", code), ("name", name)]));
            return Err(errors.into());
        }
        let event = self.event(Act::InspectorAdded, actor).touching(LinkKind::Inspector, id.as_str());
        let mut rec = tx.record(event, self.confidential())?;
        inspector::add(&mut rec, &read, account).await?;
        rec.commit().await?;
        Ok(id)
    }

    /// Declares a recusal before the freeze (细则、F-1.55).
    pub async fn declare_recusal(
        &self,
        acting: &Acting,
        unit: &OrgUnitId,
        recusal: &Recusal,
    ) -> Result<(), AppError> {
        let actor = acting.may(Verb::RecusalDeclare, &Place::of(unit).assigned())?;
        recusal.require_ground()?;
        let event = self
            .event(Act::RecusalDeclared, actor)
            .with("inspector", &recusal.inspector)
            .with("ground", recusal.ground);
        let mut rec = self.db.begin("recusal.declare").await?.record(event, self.confidential())?;
        inspector::declare(&mut rec, recusal).await?;
        rec.commit().await?;
        Ok(())
    }
}
