//! The first act of a bureau: what it is, its units, and the origin of its log.

use domain::event::{Act, Actor};
use domain::org::OrgUnit;
use domain::refusal::Code;
use store::org;

use crate::{App, AppError};

static ALREADY: Code = Code::new(
    "INIT-001",
    "这个库里已经有一个局（{bureau}）。",
    None,
    "另选数据目录；演示数据与真实数据不能同库（F-5.6）。",
);

/// What a bureau is founded with.
#[derive(Clone, Debug)]
pub struct Founding {
    /// Official full name of the authority (检查主体).
    pub bureau: String,
    /// Letters of its campaign numbers, e.g. `CG`.
    pub number_letters: String,
    /// Six digits of its district, e.g. 411200.
    pub district: String,
    /// Origin line of its log's checkpoints, e.g. `411200.example/mingqian`.
    pub origin: String,
    /// Technically marked demonstration; can never become real.
    pub demonstration: bool,
    /// Its units, the bureau itself first.
    pub units: Vec<OrgUnit>,
}

impl App {
    /// Founds the bureau: the leaf with number 0.
    pub async fn found(&self, founding: &Founding) -> Result<(), AppError> {
        let mut tx = self.db.begin("bureau.install").await?;
        if let Some(bureau) = org::fact(&mut tx, "bureau").await? {
            return Err(ALREADY.refuse(&[("bureau", &bureau)]).into());
        }
        let event = self
            .event(Act::BureauInstalled, Actor::program("建立本局"))
            .with("bureau", &founding.bureau)
            .with("demonstration", founding.demonstration);
        let mut rec = tx.record(event, self.confidential())?;
        let demonstration = if founding.demonstration { "1" } else { "0" };
        for (name, value) in [
            ("bureau", founding.bureau.as_str()),
            ("number_letters", founding.number_letters.as_str()),
            ("district", founding.district.as_str()),
            ("origin", founding.origin.as_str()),
            ("demonstration", demonstration),
            ("log_key", self.log_key.verifier().to_string().as_str()),
        ] {
            org::state_fact(&mut rec, name, value).await?;
        }
        org::state_storage_key(&mut rec).await?;
        for unit in &founding.units {
            org::add(&mut rec, unit).await?;
        }
        rec.commit().await?;
        Ok(())
    }
}
