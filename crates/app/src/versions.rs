//! What something was computed from, so that it can be asked under the lock whether it still holds.

use store::{Hold, Reader, Register, StoreError, Tx};

/// The versions of some registers, read in the view the computing began with.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct Versions(Vec<(Register, i64)>);

impl Versions {
    /// The versions in this view.
    pub(crate) async fn of(
        reader: &mut Reader,
        registers: &[Register],
    ) -> Result<Self, StoreError> {
        let mut registers = registers.to_vec();
        registers.sort();
        let mut versions = Vec::with_capacity(registers.len());
        for register in registers {
            versions.push((register, reader.register_version(register).await?));
        }
        Ok(Self(versions))
    }

    /// Whether they are still the same; nobody changes them from here to the end of the act.
    pub(crate) async fn still_hold(&self, tx: &mut Tx) -> Result<bool, StoreError> {
        for (register, version) in &self.0 {
            if tx.hold(*register, Hold::Shared).await? != *version {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The same for who rewrites one of them: that one is held alone, the others are only compared,
    /// so that nobody waits who does not need it.
    pub(crate) async fn still_hold_to_rewrite(
        &self,
        tx: &mut Tx,
        own: Register,
    ) -> Result<bool, StoreError> {
        for (register, version) in &self.0 {
            let now = if *register == own {
                tx.hold(own, Hold::Exclusive).await?
            } else {
                tx.register_version(*register).await?
            };
            if now != *version {
                return Ok(false);
            }
        }
        Ok(true)
    }
}
