//! A row of the inspector register as it comes from a file or a form.

use std::collections::BTreeSet;

use crate::id::{InspectorCode, InspectorId, ItemId, OrgUnitId};
use crate::refusal::codes;
use crate::subject::{choice, optional};
use crate::text::{CredentialNumber, FieldError, FieldErrors, PersonName, narrow};
use crate::time::Date;

use super::{EnforcementCredential, Inspector, Presence};

/// Each field with the heading of its column in files and its label in forms, in printed order.
pub const COLUMNS: &[(&str, &str)] = &[
    ("code", "人员代码"),
    ("name", "姓名"),
    ("unit", "所属单位"),
    ("authority", "执法机关代码"),
    ("credential", "执法证号"),
    ("valid_until", "有效期至"),
    ("scope", "执法事项"),
    ("presence", "在岗情况"),
    ("may_lead", "科室负责人"),
];

/// A row of text, nothing read yet; empty text means “not given”.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawInspector {
    /// 人员代码.
    pub code: String,
    /// 姓名.
    pub name: String,
    /// 所属单位, by its name; resolved to a unit by the caller.
    pub unit: String,
    /// 执法机关代码; empty = `-`.
    pub authority: String,
    /// 执法证号.
    pub credential: String,
    /// 有效期至.
    pub valid_until: String,
    /// 执法事项 by code, several separated by 、 or ;; empty = every item.
    pub scope: String,
    /// 在岗情况; empty = 在岗.
    pub presence: String,
    /// 科室负责人: 是 or 否; empty = 否.
    pub may_lead: String,
}

impl RawInspector {
    /// Sets a field by its name or by the heading of its column; false if there is no such field.
    pub fn set(&mut self, field: &str, text: &str) -> bool {
        let known = COLUMNS
            .iter()
            .find(|(name, label)| *name == field || *label == field);
        let Some((name, _)) = known else { return false };
        let slot = match *name {
            "code" => &mut self.code,
            "unit" => &mut self.unit,
            "authority" => &mut self.authority,
            "credential" => &mut self.credential,
            "valid_until" => &mut self.valid_until,
            "scope" => &mut self.scope,
            "presence" => &mut self.presence,
            "may_lead" => &mut self.may_lead,
            _ => &mut self.name,
        };
        text.clone_into(slot);
        true
    }

    /// Reads the row; `unit` is the unit its name was resolved to, if there is one of that name.
    ///
    /// # Errors
    /// Every error of every field at once.
    pub fn read(&self, id: InspectorId, unit: Option<OrgUnitId>) -> Result<Inspector, FieldErrors> {
        let mut errors = FieldErrors::new();
        let code = errors.take("code", code_of(&self.code));
        let name = errors.take("name", PersonName::parse(&self.name));
        if unit.is_none() {
            let text = narrow(&self.unit);
            let facts: [crate::refusal::Fact<'_>; 3] = [
                ("field", &"所属单位"),
                ("text", &text),
                ("choices", &"机构名册中的单位"),
            ];
            errors.push("unit", codes::VALUE_UNKNOWN.field(&facts));
        }
        let authority = narrow(&self.authority);
        let authority = if authority.is_empty() {
            "-".to_owned()
        } else {
            authority
        };
        let authority = errors.take("authority", code_of(&authority));
        let credential = self.credential(&mut errors);
        let scope: BTreeSet<ItemId> = narrow(&self.scope)
            .split(['、', ';', '；', ',', '，'])
            .filter(|part| !part.trim().is_empty())
            .filter_map(|part| errors.take("scope", item_of(part.trim())))
            .collect();
        let presence = errors.take(
            "presence",
            choice("在岗情况", &self.presence, Presence::OnDuty),
        );
        let may_lead = errors.take("may_lead", yes_or_no(&self.may_lead));
        match (code, name, unit, authority, presence, may_lead) {
            (
                Some(code),
                Some(name),
                Some(unit),
                Some(authority),
                Some(presence),
                Some(may_lead),
            ) if errors.is_empty() => Ok(Inspector {
                id,
                code,
                name,
                unit,
                authority,
                credential,
                scope,
                presence,
                may_lead,
            }),
            _ => Err(errors),
        }
    }

    fn credential(&self, errors: &mut FieldErrors) -> Option<EnforcementCredential> {
        let number = optional(
            errors,
            "credential",
            &self.credential,
            CredentialNumber::parse,
        );
        let until = optional(errors, "valid_until", &self.valid_until, Date::parse_typed);
        let without_date = number.is_some() && narrow(&self.valid_until).is_empty();
        if without_date {
            errors.push(
                "valid_until",
                codes::TEXT_EMPTY.field(&[("field", &"有效期至")]),
            );
        }
        Some(EnforcementCredential {
            number: number?,
            valid_until: until?,
        })
    }
}

fn code_of(text: &str) -> Result<InspectorCode, FieldError> {
    let text = narrow(text);
    if text.is_empty() {
        return Err(codes::TEXT_EMPTY.field(&[("field", &"人员代码")]));
    }
    if crate::text::is_citizen_number(&text) {
        return Err(codes::TEXT_CITIZEN_NUMBER.field(&[]));
    }
    InspectorCode::parse(&text).map_err(|_| codes::INSPECTOR_CODE_SHAPE.field(&[("text", &text)]))
}

fn item_of(text: &str) -> Result<ItemId, FieldError> {
    ItemId::parse(text).map_err(|_| {
        codes::VALUE_UNKNOWN.field(&[
            ("field", &"执法事项"),
            ("text", &text),
            ("choices", &"抽查事项清单中的事项代码"),
        ])
    })
}

fn yes_or_no(text: &str) -> Result<bool, FieldError> {
    match narrow(text).as_str() {
        "" | "否" | "0" => Ok(false),
        "是" | "1" => Ok(true),
        other => Err(codes::VALUE_UNKNOWN.field(&[
            ("field", &"科室负责人"),
            ("text", &other),
            ("choices", &"是、否"),
        ])),
    }
}
