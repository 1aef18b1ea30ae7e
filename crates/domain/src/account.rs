//! Accounts and the roles they may hold, per department.
//!
//! An account is one person who signs in. Roles are granted per unit, several to one account; the
//! table in [`crate::policy`] says what a role may do. Deliberately absent: passwords and sessions,
//! which belong to the shell, and any role that may do everything.

use serde::{Deserialize, Serialize};

use crate::id::{AccountId, OrgUnitId};
use crate::refusal::{Refusal, codes};
use crate::text::PersonName;

pub mod request;

closed_list! {
    /// What a person is in the bureau, as far as rights go.
    #[doc(alias = "角色")]
    enum Role {
        Initiator = "initiator", "发起科室";
        Registrar = "registrar", "名录维护";
        Approver = "approver", "分管领导";
        DrawingOfficer = "drawing_officer", "抽取经办";
        Observer = "observer", "见证人";
        Leader = "leader", "检查组组长";
        Inspector = "inspector", "执法检查人员";
        LegalReviewer = "legal_reviewer", "法制审核";
        Publisher = "publisher", "公示";
        Supervisor = "supervisor", "行政执法监督";
        SystemAdmin = "system_admin", "系统管理员";
        SecurityAdmin = "security_admin", "安全管理员";
        AuditAdmin = "audit_admin", "审计管理员";
        AwaitingAdmin = "awaiting_admin", "等待确认的管理员";
        Public = "public", "社会公众";
    }
}

impl Role {
    /// True for the three administrators, who may do no business act (三员分立).
    #[must_use]
    pub const fn is_administrator(self) -> bool {
        matches!(
            self,
            Self::SystemAdmin | Self::SecurityAdmin | Self::AuditAdmin
        )
    }

    /// False for what nobody is granted: the anonymous public, since everybody has it, and what is left of an
    /// administrator whose password the operator has reset, until another one confirms it.
    #[must_use]
    pub const fn is_grantable(self) -> bool {
        !matches!(self, Self::Public | Self::AwaitingAdmin)
    }
}

/// One role of one account in one unit.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Grant {
    /// The role held.
    pub role: Role,
    /// The unit in which it is held.
    pub unit: OrgUnitId,
}

/// What is left of these grants while another administrator has not confirmed that the operator reset the password of
/// their account: confirming the same of others, so that a bureau which lost all its administrators comes back.
#[must_use]
pub fn awaiting(grants: &[Grant]) -> Vec<Grant> {
    let administers = grants.iter().filter(|grant| grant.role.is_administrator());
    let left = administers.map(|grant| Grant {
        role: Role::AwaitingAdmin,
        unit: grant.unit.clone(),
    });
    left.take(1).collect()
}

/// A person who signs in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Account {
    /// Its key.
    pub id: AccountId,
    /// The name shown beside every act of this account.
    pub name: PersonName,
    /// Every role it holds.
    pub grants: Vec<Grant>,
    /// False once closed; a closed account keeps its acts.
    pub active: bool,
}

/// Whether these roles may stand together in one account (三员分立).
///
/// # Errors
/// `AUTH-024` a role that nobody is granted, `AUTH-020` an administrator with a business role, `AUTH-021` two kinds of
/// administrator.
pub fn may_stand_together(roles: &[Role]) -> Result<(), Refusal> {
    if let Some(role) = roles.iter().find(|role| !role.is_grantable()) {
        return Err(codes::AUTH_NOT_GRANTABLE.refuse(&[("role", &role.label())]));
    }
    let mut administrators: Vec<Role> = roles
        .iter()
        .copied()
        .filter(|role| role.is_administrator())
        .collect();
    administrators.sort_unstable();
    administrators.dedup();
    if administrators.len() > 1 {
        return Err(codes::AUTH_ADMINS_TOGETHER.refuse(&[]));
    }
    let business = roles.iter().any(|role| !role.is_administrator());
    if administrators.len() == 1 && business {
        return Err(codes::AUTH_ADMIN_BUSINESS.refuse(&[]));
    }
    Ok(())
}

/// Whether a role may be taken from an account when `others` other active accounts hold it: each of
/// the three administrators must remain, or nobody could ever open, grant or look again.
///
/// # Errors
/// `AUTH-023`.
pub fn may_lose(role: Role, others: usize) -> Result<(), Refusal> {
    if role.is_administrator() && others == 0 {
        Err(codes::AUTH_LAST_ADMINISTRATOR.refuse(&[("role", &role.label())]))
    } else {
        Ok(())
    }
}
