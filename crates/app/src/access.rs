//! What one administrator asks for and another confirms ([`domain::account::request`]).
//!
//! [`App::grant_role`] and [`App::reset_password`] end here where the role, or one the account holds, is one on which
//! others rely. The password that waits is kept as its hash beside the request, and destroyed with the decision.

use domain::account::request::{Access, AccessRequest, AccessState};
use domain::account::{Grant, Role, may_stand_together};
use domain::event::{Act, Actor, Event, LinkKind};
use domain::id::{AccessRequestId, AccountId, EventId};
use domain::policy::{Place, Verb, allows};
use domain::premise::Premise;
use domain::refusal::{Code, Refusal};
use store::access::{self, StoredRequest};
use store::account::StoredAccount;
use store::{Reader, Recording, Tx, account, credential, session, tries};

use crate::in_force::InForce;
use crate::listed::{Chosen, Left};
use crate::premise::{of_request, require};
use crate::sign_in::standing_grants;
use crate::{Acting, App, AppError};

static HELD_ALREADY: Code = Code::new(
    "ACCT-005",
    "这个账号在这个单位已有“{role}”岗位。",
    None,
    "不必再授予；要换单位的，另选单位。",
);
static ASKED_ALREADY: Code = Code::new(
    "ACCT-006",
    "同样的申请已在等待确认。",
    None,
    "由另一名管理员在“等待确认的申请”里确认；不要的，先撤销。",
);
static ASKER_LOST_IT: Code = Code::new(
    "ACCT-007",
    "提出申请的账号已停用，或已没有办理“{verb}”的岗位，这项申请不能再确认。",
    Some("GB/T 22239-2019 三员分立"),
    "撤销这项申请，由现任的安全管理员重新提出。",
);

static ONLY_RESETS: Code = Code::new(
    "ACCT-011",
    "本账号的口令由运维重置，另一名管理员确认之前，只能确认别人的同一种申请。",
    Some("GB/T 22239-2019 三员分立"),
    "请另一名管理员在“等待确认的申请”里确认本账号。",
);

/// What became of a grant or a reset.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Given {
    /// It is done.
    Done,
    /// It waits for another administrator.
    Asked(AccessRequestId),
}

/// A request as its list shows it.
#[derive(Clone, Debug)]
pub struct WaitingRequest {
    /// The request.
    pub stored: StoredRequest,
    /// The account it is about, as it stands now.
    pub about: StoredAccount,
    /// The name of who asked.
    pub asked_by: String,
    /// What a decision on it rests on.
    pub premise: Premise,
    /// Why this account may not confirm it, if it may not.
    pub refused: Option<Refusal>,
}

impl App {
    /// Every request that waits, oldest first; looking changes nothing.
    pub async fn waiting_requests(&self, acting: &Acting) -> Result<Vec<WaitingRequest>, AppError> {
        acting.may(Verb::AccessConfirm, &Place::BUREAU)?;
        let mut reader = self.db.read().await?;
        let mut waiting = Vec::new();
        for stored in access::waiting(&mut reader).await? {
            let about = account::get(&mut reader, &stored.request.account).await?;
            let asker = account::get(&mut reader, &stored.request.asked_by).await?;
            let confirmed = stored.request.clone().confirm(&acting.account).map(drop);
            let refused = confirmed.and(may_decide(acting, &stored.request)).err();
            waiting.push(WaitingRequest {
                premise: of_request(&stored, &about),
                asked_by: asker.account.name.as_str().to_owned(),
                stored,
                about,
                refused,
            });
        }
        Ok(waiting)
    }

    /// Records the request instead of the act; the caller has asked everything the act would ask.
    pub(crate) async fn ask_for(
        &self,
        mut tx: Tx,
        (acting, actor): (&InForce, Actor),
        (account, access): (&AccountId, Access),
        phc: Option<&str>,
    ) -> Result<AccessRequestId, AppError> {
        let waiting = access::waiting(&mut tx).await?;
        let same = |known: &StoredRequest| {
            known.request.account == *account && known.request.access == access
        };
        if waiting.iter().any(same) {
            return Err(ASKED_ALREADY.refuse(&[]).into());
        }
        let act = match &access {
            Access::Role(_) => Act::RoleRequested,
            Access::Password => Act::PasswordRequested,
        };
        let request = AccessRequest {
            id: AccessRequestId::from_entropy(self.entropy.bytes()),
            account: account.clone(),
            access,
            asked_by: acting.account.clone(),
            asked_at: self.clock.now(),
            state: AccessState::Waiting,
        };
        let event = Event {
            at: request.asked_at,
            ..self.event(act, actor)
        };
        let mut rec = tx.record(about(event, &request), self.confidential())?;
        access::add(&mut rec, &request).await?;
        if let Some(phc) = phc {
            access::keep_phc(&mut rec, &request.id, phc).await?;
        }
        rec.commit().await?;
        Ok(request.id)
    }

    /// Confirms what another administrator asked for, and does it.
    pub async fn confirm_request(
        &self,
        acting: &Acting,
        id: &AccessRequestId,
        premise: &Premise,
    ) -> Result<(), AppError> {
        let (mut tx, acting) = self.begin_on_accounts("access.confirm", acting).await?;
        let actor = acting.actor(Verb::AccessConfirm, &Place::BUREAU)?;
        let (stored, found) = request_on(&mut tx, &acting, id, premise).await?;
        let request = stored.request.clone().confirm(&acting.account)?;
        may_decide(&acting, &request)?;
        asker_still_may(&mut tx, &acting, &request).await?;
        let (act, phc) = match &request.access {
            Access::Role(grant) => {
                may_also_hold(&found, grant)?;
                (Act::RoleGranted, None)
            }
            // It stands already; what it waited for are the roles.
            Access::Password if request.is_by_operator() => (Act::OperatorResetConfirmed, None),
            Access::Password => (Act::PasswordSet, Some(access::phc(&mut tx, id).await?)),
        };
        let (waits, seen) = marks(&mut tx, &request).await?;
        let event = about(self.event(act, actor), &request).with("asked_by", &request.asked_by);
        let at = event.at.unix_ms();
        let mut rec = tx.record(event, self.confidential())?;
        access::decide(&mut rec, &request, &stored.seen).await?;
        if let Access::Role(grant) = &request.access {
            account::add_grant(&mut rec, &request.account, grant).await?;
        }
        if let Some(phc) = phc {
            self.set_first_password(&mut rec, &found, (&phc, at), seen.as_ref())
                .await?;
            access::drop_phc(&mut rec, id, waits.as_ref()).await?;
        }
        rec.commit().await?;
        Ok(())
    }

    /// Confirms the requests that were chosen; yields those left over.
    ///
    /// # Errors
    /// If none could be confirmed, why the first could not.
    pub async fn confirm_requests(
        &self,
        acting: &Acting,
        chosen: &[Chosen<AccessRequestId>],
    ) -> Result<Vec<Left<AccessRequestId>>, AppError> {
        self.each(chosen, |app, one| async move {
            app.confirm_request(acting, &one.id, &one.premise).await
        })
        .await
    }

    /// Drops a request: taken back by who asked, or turned down by another administrator.
    pub async fn drop_request(
        &self,
        acting: &Acting,
        id: &AccessRequestId,
        premise: &Premise,
    ) -> Result<(), AppError> {
        let (mut tx, acting) = self.begin_on_accounts("access.drop", acting).await?;
        let actor = acting.actor(Verb::AccessConfirm, &Place::BUREAU)?;
        let (stored, _) = request_on(&mut tx, &acting, id, premise).await?;
        may_decide(&acting, &stored.request)?;
        let request = stored.request.clone().drop_it()?;
        let waits = credential::seen(&mut tx, id.as_str()).await?;
        let event = about(self.event(Act::AccessDropped, actor), &request);
        let event = event.with("asked_by", &request.asked_by);
        let mut rec = tx.record(event, self.confidential())?;
        access::decide(&mut rec, &request, &stored.seen).await?;
        access::drop_phc(&mut rec, id, waits.as_ref()).await?;
        rec.commit().await?;
        Ok(())
    }
}

/// The events that left the digests of the password that waits with a request, and of the one it takes the place of.
async fn marks(
    tx: &mut Tx,
    request: &AccessRequest,
) -> Result<(Option<EventId>, Option<EventId>), AppError> {
    let waits = credential::seen(tx, request.id.as_str()).await?;
    let seen = credential::seen(tx, request.account.as_str()).await?;
    Ok((waits, seen))
}

/// The event with what it is about.
fn about(event: Event, request: &AccessRequest) -> Event {
    let event = event
        .touching(LinkKind::Account, request.account.as_str())
        .with("request", &request.id);
    match &request.access {
        Access::Role(grant) => event.with("role", grant.role).with("unit", &grant.unit),
        Access::Password => event,
    }
}

/// The request and its account as they stand, which is what was shown.
async fn request_on(
    tx: &mut Tx,
    acting: &Acting,
    id: &AccessRequestId,
    premise: &Premise,
) -> Result<(StoredRequest, StoredAccount), AppError> {
    let stored = access::get(tx, id).await?;
    let found = account::get(tx, &stored.request.account).await?;
    let now = of_request(&stored, &found);
    require(tx, Some(acting), "这项申请", premise, &now).await?;
    Ok((stored, found))
}

/// Refuses to somebody who waits himself for another administrator whatever is not the same of others.
fn may_decide(acting: &Acting, request: &AccessRequest) -> Result<(), Refusal> {
    let waits = acting.holds(Role::AwaitingAdmin);
    match waits && !request.is_by_operator() {
        true => Err(ONLY_RESETS.refuse(&[])),
        false => Ok(()),
    }
}

/// Refuses if who asked could not ask any more.
async fn asker_still_may(
    reader: &mut Reader,
    acting: &Acting,
    request: &AccessRequest,
) -> Result<(), AppError> {
    let verb = match request.access {
        Access::Role(_) => Verb::RoleGrant,
        Access::Password => Verb::PasswordReset,
    };
    let asker = account::get(reader, &request.asked_by).await?.account;
    let grants = standing_grants(reader, &asker).await?;
    let asks = allows(&grants, verb, &Place::BUREAU, &acting.tree).is_ok();
    // The operator asks nobody; what he reset is an account in use.
    let may = asks || request.is_by_operator();
    if asker.active && may {
        Ok(())
    } else {
        Err(ASKER_LOST_IT.refuse(&[("verb", &verb.label())]).into())
    }
}

/// Whether the account may hold this role beside those it holds.
pub(crate) fn may_also_hold(stored: &StoredAccount, grant: &Grant) -> Result<(), Refusal> {
    if stored.account.grants.contains(grant) {
        return Err(HELD_ALREADY.refuse(&[("role", &grant.role.label())]));
    }
    let held = stored.account.grants.iter().map(|held| held.role);
    may_stand_together(&held.chain([grant.role]).collect::<Vec<_>>())
}

impl App {
    /// Sets a first password, which ends sessions and waiting; browsers that were known are strangers again. `seen` is the
    /// event that left the digest of the last one.
    pub(crate) async fn set_first_password(
        &self,
        rec: &mut Recording,
        of: &StoredAccount,
        (phc, at_ms): (&str, i64),
        seen: Option<&EventId>,
    ) -> Result<(), AppError> {
        let id = &of.account.id;
        account::set_phc(rec, id, (phc, true), at_ms, seen).await?;
        let mut beside = rec.beside();
        session::end_all(&mut beside, id).await?;
        tries::forget_devices(&mut beside, id).await?;
        tries::forget(&mut beside, &self.key_of_name(&of.login)).await?;
        Ok(())
    }
}
