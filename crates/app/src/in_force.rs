//! The right of an act, as it stands when the act happens.
//!
//! A request loads its account when it comes in; its act may wait in a queue, and a right can be taken back
//! meanwhile. So what the request loaded decides only what is shown and refused early. The actor of an event is
//! yielded by [`InForce`] alone: the account read inside the transaction of its act. The commit of the act holds the
//! accounts and finds them as they were read, or the act is begun again: so who takes rights back waits for no work,
//! and no act stands in the log behind the revocation of its right.

use domain::event::Actor;
use domain::id::AccountId;
use domain::policy::{Place, Verb};
use domain::refusal::Refusal;
use store::{Hold, Recording, Register, StoreError, Tx};

use crate::{Acting, App, AppError};

/// How often a look is begun before it is said that the database is busy.
const LOOKS: u32 = 5;

/// An account as it stands inside the transaction of its act.
#[derive(Clone, Debug)]
pub(crate) struct InForce(Acting);

impl std::ops::Deref for InForce {
    type Target = Acting;
    fn deref(&self) -> &Acting {
        &self.0
    }
}

impl InForce {
    /// Refuses unless the account may do the verb there; else the actor as the trace keeps him, in the role
    /// that allowed it.
    pub(crate) fn actor(&self, verb: Verb, place: &Place<'_>) -> Result<Actor, Refusal> {
        self.0.may(verb, place)?;
        let grant = self
            .0
            .grants
            .iter()
            .find(|grant| self.0.allows_by(grant, verb, place));
        Ok(Actor {
            role: grant.map(|grant| grant.role),
            unit: grant.map(|grant| grant.unit.clone()),
            ..self.as_person()
        })
    }

    /// The same for an act over a list, whose rows the reach has narrowed already: in the grant that allows the
    /// verb in its own unit, or in the whole bureau.
    pub(crate) fn actor_somewhere(&self, verb: Verb) -> Result<Actor, Refusal> {
        let places = self.0.grants.iter().map(|grant| Place::of(&grant.unit));
        let mut answers = places.map(|place| self.actor(verb, &place));
        let first = answers
            .next()
            .unwrap_or_else(|| self.actor(verb, &Place::BUREAU));
        answers.fold(first, |found, next| found.or(next))
    }

    /// The actor of what everybody may do with his own account.
    pub(crate) fn as_person(&self) -> Actor {
        Actor {
            account: Some(self.0.account.clone()),
            ..Actor::program(self.0.name.as_str())
        }
    }
}

impl App {
    /// Begins an act of an account, which is asked as it stands now.
    pub(crate) async fn begin_as(
        &self,
        name: &'static str,
        acting: &Acting,
    ) -> Result<(Tx, InForce), AppError> {
        let mut tx = self.db.begin(name).await?;
        tx.asks().await?;
        let now = self.in_force(&mut tx, &acting.account).await?;
        Ok((tx, now))
    }

    /// The same on a register that nobody else changes until it ends: what is asked of it, and of whoever rests on it, is
    /// still so then.
    pub(crate) async fn begin_on(
        &self,
        register: Register,
        name: &'static str,
        acting: &Acting,
    ) -> Result<(Tx, InForce), AppError> {
        let (mut tx, acting) = self.begin_as(name, acting).await?;
        tx.hold(register, Hold::Exclusive).await?;
        Ok((tx, acting))
    }

    /// A look that leaves an event and belongs to no form: begun again while the accounts move on beside it. An act of a
    /// form is begun again by the gate of the forms, a long one by itself.
    pub(crate) async fn looks<T, F>(&self, look: impl Fn() -> F + Send) -> Result<T, AppError>
    where
        F: Future<Output = Result<T, AppError>> + Send,
    {
        for _ in 1..LOOKS {
            match look().await {
                Err(AppError::Store(StoreError::Held(Register::Accounts))) => {}
                ended => return ended,
            }
        }
        look().await
    }

    /// Begins an act of an account on accounts: what it reads of them (is the name free, which roles stand
    /// together, who else is administrator) is still so when it ends, whoever acts at the same time elsewhere.
    pub(crate) async fn begin_on_accounts(
        &self,
        name: &'static str,
        acting: &Acting,
    ) -> Result<(Tx, InForce), AppError> {
        let mut tx = self.db.begin(name).await?;
        tx.hold(Register::Accounts, Hold::Exclusive).await?;
        let now = self.in_force(&mut tx, &acting.account).await?;
        Ok((tx, now))
    }

    /// The account in the view of an act. Accounts are not held yet, so that nobody waits for its writing who does not
    /// need its register; one that writes long and cannot be begun again ends with [`Self::ask_again`].
    pub(crate) async fn in_force(
        &self,
        tx: &mut Tx,
        account: &AccountId,
    ) -> Result<InForce, AppError> {
        Ok(InForce(self.still_acting(tx, account).await?))
    }

    /// The last step of such an act: the account, held from here on. Whether it still may is for the act to say.
    pub(crate) async fn ask_again(
        &self,
        rec: &mut Recording,
        account: &AccountId,
    ) -> Result<InForce, AppError> {
        let view = rec.hold_accounts().await?;
        Ok(InForce(self.still_acting(view, account).await?))
    }
}
