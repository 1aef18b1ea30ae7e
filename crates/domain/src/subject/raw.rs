//! A row as it comes from a file or a form, and its reading into a subject.

use std::collections::BTreeSet;

use crate::ClosedList;
use crate::id::SubjectId;
use crate::refusal::codes;
use crate::text::{
    Address, DistrictCode, FieldError, FieldErrors, RegisterNumber, SubjectCode, SubjectName, Usci,
    line, narrow,
};
use crate::time::Date;

use super::{Area, ComplianceTier, PoolTag, RiskClass, Standing, Subject, SubjectKind};

/// Each field with the heading of its column in files and its label in forms, in printed order.
pub const COLUMNS: &[(&str, &str)] = &[
    ("usci", "统一社会信用代码"),
    ("register_number", "注册号"),
    ("name", "名称"),
    ("kind", "类型"),
    ("district", "行政区划代码"),
    ("area", "片区"),
    ("address", "经营地址"),
    ("scope", "经营范围"),
    ("registered_on", "注册日期"),
    ("standing", "登记状态"),
    ("pools", "专项库"),
    ("class", "信用等级"),
    ("class_source", "等级来源"),
    ("class_on", "等级日期"),
];

/// A row of text, nothing read yet; empty text means “not given”.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RawSubject {
    /// 统一社会信用代码; an old register number in this column is understood as one.
    pub usci: String,
    /// 注册号.
    pub register_number: String,
    /// 名称.
    pub name: String,
    /// 类型; empty = 企业.
    pub kind: String,
    /// 行政区划代码.
    pub district: String,
    /// 片区.
    pub area: String,
    /// 经营地址.
    pub address: String,
    /// 经营范围.
    pub scope: String,
    /// 注册日期.
    pub registered_on: String,
    /// 登记状态; empty = 存续.
    pub standing: String,
    /// 专项库, several separated by 、 or ;.
    pub pools: String,
    /// 信用等级.
    pub class: String,
    /// 等级来源.
    pub class_source: String,
    /// 等级日期.
    pub class_on: String,
}

/// A subject that was read, with what is odd but not wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReadSubject {
    /// The subject.
    pub subject: Subject,
    /// What a person should look at; never a reason to refuse.
    pub warnings: Vec<(&'static str, FieldError)>,
}

impl RawSubject {
    /// Sets a field by its name or by the heading of its column; false if there is no such field.
    pub fn set(&mut self, field: &str, text: &str) -> bool {
        let known = COLUMNS
            .iter()
            .find(|(name, label)| *name == field || *label == field);
        let Some((name, _)) = known else { return false };
        *self.slot(name) = text.to_owned();
        true
    }

    /// The text of a field by its name; empty for a name that is not a field.
    #[must_use]
    pub fn get(&self, field: &str) -> String {
        if COLUMNS.iter().any(|(name, _)| *name == field) {
            self.clone().slot(field).clone()
        } else {
            String::new()
        }
    }

    fn slot(&mut self, name: &str) -> &mut String {
        match name {
            "usci" => &mut self.usci,
            "register_number" => &mut self.register_number,
            "kind" => &mut self.kind,
            "district" => &mut self.district,
            "area" => &mut self.area,
            "address" => &mut self.address,
            "scope" => &mut self.scope,
            "registered_on" => &mut self.registered_on,
            "standing" => &mut self.standing,
            "pools" => &mut self.pools,
            "class" => &mut self.class,
            "class_source" => &mut self.class_source,
            "class_on" => &mut self.class_on,
            // `set` and `get` only pass names of COLUMNS; a test walks them all.
            _ => &mut self.name,
        }
    }

    /// Reads the row into a subject with that key.
    ///
    /// # Errors
    /// Every error of every field at once.
    pub fn read(&self, id: SubjectId, source: &str) -> Result<ReadSubject, FieldErrors> {
        let mut errors = FieldErrors::new();
        let mut warnings = Vec::new();
        let (usci, register_number) = self.codes(&mut errors, &mut warnings);
        let name = errors.take("name", SubjectName::parse(&self.name));
        let kind = errors.take("kind", choice("类型", &self.kind, SubjectKind::Enterprise));
        let district = errors.take("district", DistrictCode::parse(&self.district));
        let area = optional(&mut errors, "area", &self.area, Area::parse);
        let address = optional(&mut errors, "address", &self.address, Address::parse);
        let scope = optional(&mut errors, "scope", &self.scope, |text| {
            line("经营范围", text, 4000)
        });
        let registered_on = optional(
            &mut errors,
            "registered_on",
            &self.registered_on,
            Date::parse_typed,
        );
        let standing = errors.take(
            "standing",
            choice("登记状态", &self.standing, Standing::Active),
        );
        let pools = self.pools(&mut errors);
        let tier = self.tier(&mut errors);
        let (Some(name), Some(kind), Some(district), Some(standing)) =
            (name, kind, district, standing)
        else {
            return Err(errors);
        };
        if !errors.is_empty() {
            return Err(errors);
        }
        let subject = Subject {
            id,
            usci,
            register_number,
            name,
            kind,
            district,
            area,
            address,
            scope,
            registered_on,
            standing,
            pools,
            tier,
            source: source.to_owned(),
        };
        Ok(ReadSubject { subject, warnings })
    }

    fn codes(
        &self,
        errors: &mut FieldErrors,
        warnings: &mut Vec<(&'static str, FieldError)>,
    ) -> (Option<Usci>, Option<RegisterNumber>) {
        let first = optional(errors, "usci", &self.usci, SubjectCode::parse);
        let second = optional(
            errors,
            "register_number",
            &self.register_number,
            RegisterNumber::parse,
        );
        let nothing_given =
            narrow(&self.usci).is_empty() && narrow(&self.register_number).is_empty();
        if nothing_given {
            warnings.push(("usci", codes::TEXT_CODE_MISSING.field(&[])));
        }
        match first {
            Some(SubjectCode::Usci(usci)) => {
                if usci.warning().is_some() {
                    warnings.push(("usci", codes::USCI_INNER_CHECK.field(&[])));
                }
                (Some(usci), second)
            }
            Some(SubjectCode::RegisterNumber(number)) => (None, second.or(Some(number))),
            None => (None, second),
        }
    }

    fn pools(&self, errors: &mut FieldErrors) -> BTreeSet<PoolTag> {
        narrow(&self.pools)
            .split(['、', ';', '；', ',', '，'])
            .filter(|part| !part.trim().is_empty())
            .filter_map(|part| errors.take("pools", PoolTag::parse(part)))
            .collect()
    }

    fn tier(&self, errors: &mut FieldErrors) -> Option<ComplianceTier> {
        let class = narrow(&self.class);
        if class.is_empty() {
            return None;
        }
        let class = RiskClass::parse(&class)
            .ok_or_else(|| unknown("信用等级", &class, RiskClass::ALL.iter().map(|c| c.name())));
        let class = errors.take("class", class);
        let source = optional(errors, "class_source", &self.class_source, |t| {
            line("等级来源", t, 100)
        });
        let on = optional(errors, "class_on", &self.class_on, Date::parse_typed);
        if let (Some(class), Some(source), Some(on)) = (class, source, on) {
            return Some(ComplianceTier { class, source, on });
        }
        if narrow(&self.class_source).is_empty() || narrow(&self.class_on).is_empty() {
            errors.push("class", codes::TIER_WITHOUT_SOURCE.field(&[]));
        }
        None
    }
}

/// Reads a field that may be empty.
pub(crate) fn optional<T>(
    errors: &mut FieldErrors,
    field: &'static str,
    text: &str,
    read: impl FnOnce(&str) -> Result<T, FieldError>,
) -> Option<T> {
    if narrow(text).is_empty() {
        None
    } else {
        errors.take(field, read(text))
    }
}

/// A member of a closed list by its label or stable name; empty text takes the default.
pub(crate) fn choice<T: ClosedList>(
    field: &'static str,
    text: &str,
    default: T,
) -> Result<T, FieldError> {
    let text = narrow(text);
    if text.is_empty() {
        return Ok(default);
    }
    T::members()
        .iter()
        .copied()
        .find(|member| member.label() == text || member.name() == text)
        .ok_or_else(|| {
            unknown(
                field,
                &text,
                T::members().iter().map(|member| member.label()),
            )
        })
}

fn unknown<'a>(
    field: &'static str,
    text: &str,
    choices: impl Iterator<Item = &'a str>,
) -> FieldError {
    let choices: Vec<&str> = choices.collect();
    codes::VALUE_UNKNOWN.field(&[
        ("field", &field),
        ("text", &text),
        ("choices", &choices.join("、")),
    ])
}
