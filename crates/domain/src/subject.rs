//! The subject register: who may be inspected, where, in what standing, and how trustworthy.
//!
//! A row of a register file is a [`RawSubject`]; it becomes a [`Subject`] only if every field
//! passes, otherwise all errors of the row come back at once. The compliance tier is an input with
//! source and date and is never typed in freely (F-1.26).
//!
//! Deliberately absent: inspections and findings (they refer to the subject, not the other way
//! round), and citizen numbers.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};

use crate::id::SubjectId;
use crate::text::{
    Address, DistrictCode, RegisterNumber, SubjectCode, SubjectName, Usci, text_type,
};
use crate::time::Date;
use crate::versioned::Shape;

mod raw;

pub use raw::{COLUMNS, RawSubject, ReadSubject};
pub(crate) use raw::{choice, optional};

/// How the pools of a subject are kept.
pub static POOLS: Shape<BTreeSet<PoolTag>> = Shape::new("subjects.pools", &[]);

closed_list! {
    /// What kind of subject it is; not only firms can be inspected (F-1.6).
    enum SubjectKind {
        Enterprise = "enterprise", "企业";
        Individual = "individual", "个体工商户";
        Cooperative = "cooperative", "农民专业合作社";
        Institution = "institution", "机关事业单位";
        Organization = "organization", "社会组织";
        Site = "site", "工地";
        Other = "other", "其他";
    }
}

closed_list! {
    /// The registration standing (F-2.10); draw pools take only the first.
    #[doc(alias = "登记状态")]
    enum Standing {
        Active = "active", "存续";
        RevokedNotClosed = "revoked", "吊销未注销";
        Deregistered = "deregistered", "注销";
        MovedAway = "moved", "迁出";
        Cancelled = "cancelled", "撤销";
        Suspended = "suspended", "歇业";
        Unknown = "unknown", "其他";
    }
}

closed_list! {
    /// The credit-risk class (国市监信发〔2022〕6号).
    #[doc(alias = "信用风险分类")]
    enum RiskClass {
        A = "A", "A 信用风险低";
        B = "B", "B 信用风险一般";
        C = "C", "C 信用风险较高";
        D = "D", "D 信用风险高";
    }
}

/// The class that sets rate and cap, with where it comes from.
#[doc(alias = "守法诚信等级")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ComplianceTier {
    /// The class.
    pub class: RiskClass,
    /// Who classed it, e.g. the list of the market authority.
    pub source: String,
    /// The date of that list.
    pub on: Date,
}

/// The letter by which a class stands in a stratum; a subject without class is `U` (未定级).
#[must_use]
pub fn stratum_class(tier: Option<&ComplianceTier>) -> &'static str {
    tier.map_or("U", |tier| tier.class.name())
}

text_type! {
    /// The area of a subject, `[0-9A-Za-z._-]{1,31}`; its Chinese name stands in the list of areas.
    #[doc(alias = "片区")]
    Area;
    /// The name of a special pool a subject belongs to, e.g. 餐饮 (F-3.10).
    #[doc(alias = "专项库")]
    PoolTag;
}

impl Area {
    /// Reads an area.
    ///
    /// # Errors
    /// `TEXT-018` outside the grammar of the draw, or a bare `-`, which means “no areas” there.
    pub fn parse(text: &str) -> Result<Self, crate::text::FieldError> {
        let text = crate::text::narrow(text);
        if crate::id::is_token(&text) && text != "-" {
            Ok(Self(text))
        } else {
            Err(crate::refusal::codes::AREA_SHAPE.field(&[("text", &text)]))
        }
    }
}

impl PoolTag {
    /// Reads the name of a pool, at most 20 letters.
    ///
    /// # Errors
    /// `TEXT-001` to `TEXT-003`.
    pub fn parse(text: &str) -> Result<Self, crate::text::FieldError> {
        crate::text::line("专项库", text, 20).map(Self)
    }
}

/// One entry of the subject register.
#[doc(alias = "检查对象")]
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Subject {
    /// Its internal key.
    pub id: SubjectId,
    /// The credit identifier, if it has one.
    pub usci: Option<Usci>,
    /// The old register number, if known.
    pub register_number: Option<RegisterNumber>,
    /// Its registered name.
    pub name: SubjectName,
    /// What kind of subject it is.
    pub kind: SubjectKind,
    /// The district it belongs to; decides jurisdiction.
    pub district: DistrictCode,
    /// The area for routes, if areas are used.
    pub area: Option<Area>,
    /// Where it does business.
    pub address: Option<Address>,
    /// Its registered scope of business.
    pub scope: Option<String>,
    /// When it was registered.
    pub registered_on: Option<Date>,
    /// Its standing.
    pub standing: Standing,
    /// The special pools it belongs to.
    pub pools: BTreeSet<PoolTag>,
    /// Its class, with source and date.
    pub tier: Option<ComplianceTier>,
    /// Where the entry comes from.
    pub source: String,
}

impl Subject {
    /// The code by which it enters a draw: the credit identifier, else the register number.
    #[must_use]
    pub fn code(&self) -> Option<SubjectCode> {
        let usci = self.usci.clone().map(SubjectCode::Usci);
        usci.or_else(|| {
            self.register_number
                .clone()
                .map(SubjectCode::RegisterNumber)
        })
    }
}

#[cfg(test)]
mod tests;
