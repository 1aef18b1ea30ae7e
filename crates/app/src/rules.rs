//! Rules as data: what a first installation begins with, and how the catalog is published.

use domain::calendar::{SEED_HOLIDAYS, parse_holidays};
use domain::catalog::{ItemFile, SEED_ITEMS, SEED_OUTCOMES, parse_outcomes};
use domain::event::{Act, Actor, LinkKind};
use domain::id::ItemId;
use domain::policy::{Place, Verb};
use domain::premise::Premise;
use domain::refusal::Refusal;
use domain::refusal::codes::RULEBOOK_FOUNDED;
use domain::rulebook::{RulebookFile, SEED_DEMO_RULEBOOK, SEED_RULEBOOK};
use store::{Register, StoreError, Tx, catalog};

use crate::premise::{of_rulebook, require};
use crate::{Acting, App, AppError};

impl App {
    /// Installs holidays, outcome codes, the rulebook and the two seeded items, one event each.
    /// A demonstration takes the demo rulebook, whose intervals are zero.
    pub async fn install_rules(&self, demonstration: bool) -> Result<(), AppError> {
        let actor = || Actor::program("建立本局");
        let holidays = parse_holidays(SEED_HOLIDAYS).map_err(|errors| first(&errors))?;
        let event = self
            .event(Act::HolidaysImported, actor())
            .with("rows", holidays.len());
        let mut rec = self
            .db
            .begin("calendar.import")
            .await?
            .record(event, self.confidential())?;
        catalog::add_holidays(&mut rec, &holidays).await?;
        rec.commit().await?;

        let codes = parse_outcomes(SEED_OUTCOMES).map_err(|errors| first(&errors))?;
        let event = self
            .event(Act::OutcomesImported, actor())
            .with("rows", codes.len());
        let mut rec = self
            .db
            .begin("outcome.import")
            .await?
            .record(event, self.confidential())?;
        catalog::add_outcomes(&mut rec, &codes).await?;
        rec.commit().await?;

        let file = seed_rulebook(demonstration)?;
        self.install_rulebook(actor(), file).await?;

        for item in ItemFile::parse(SEED_ITEMS).map_err(first_refusal)? {
            let event = self
                .event(Act::ItemDrafted, actor())
                .touching(LinkKind::Item, item.id.as_str())
                .with("revision", item.revision);
            let mut rec = self
                .db
                .begin("catalog.draft")
                .await?
                .record(event, self.confidential())?;
            catalog::add_item(&mut rec, &item).await?;
            rec.commit().await?;
        }
        Ok(())
    }

    /// The first version, by the program that founds the bureau; where there is one already, a person has to
    /// adopt the next.
    async fn install_rulebook(&self, actor: Actor, file: RulebookFile) -> Result<(), AppError> {
        let mut tx = self.db.begin("rulebook.adopt").await?;
        if let Some(before) = catalog::adopted_last(&mut tx).await? {
            return Err(RULEBOOK_FOUNDED
                .refuse(&[("version", &before.file.version)])
                .into());
        }
        self.put_into_force(tx, actor, file, None).await
    }

    /// Puts a version of the rulebook into force, by an account that may adopt it for the whole bureau. It must
    /// be sound as a whole; rows of the version before that this program does not know stand in it again.
    /// Campaigns approved until now go on under the version of their approval. It decides on the version in
    /// force as it was shown ([`Thing::Rulebook`](crate::premise::Thing)). The account is asked as it stands now, and neither
    /// its right nor the rulebook changes before the act ends. The act of a person, with its draft and its four
    /// eyes, has no screen yet.
    ///
    /// # Errors
    /// `AUTH-…` without the right; `SEEN-001` after another adoption; what is unsound in the file.
    pub async fn adopt_rulebook(
        &self,
        acting: &Acting,
        file: RulebookFile,
        premise: &Premise,
    ) -> Result<(), AppError> {
        let (mut tx, acting) = self
            .begin_on(Register::Rulebook, "rulebook.adopt", acting)
            .await?;
        let actor = acting.actor(Verb::RulebookAdopt, &Place::BUREAU)?;
        let before = catalog::rulebook_in_force(&mut tx).await?;
        let now = of_rulebook(&before);
        require(&mut tx, Some(&acting), "实施细则", premise, &now).await?;
        self.put_into_force(tx, actor, file, Some(before.file))
            .await
    }

    async fn put_into_force(
        &self,
        tx: Tx,
        actor: Actor,
        file: RulebookFile,
        before: Option<RulebookFile>,
    ) -> Result<(), AppError> {
        let file = file.adoptable(before.as_ref()).map_err(first_refusal)?;
        let event = self
            .event(Act::RulebookAdopted, actor)
            .with("version", &file.version);
        let at = event.at.unix_ms();
        let mut rec = tx.record(event, self.confidential())?;
        catalog::adopt_rulebook(&mut rec, &file, at).await?;
        rec.commit().await?;
        Ok(())
    }

    /// Publishes the newest revision of an item; only a published one can enter a plan (F-1.31).
    pub async fn publish_item(
        &self,
        acting: &Acting,
        id: &ItemId,
        premise: &Premise,
    ) -> Result<(), AppError> {
        let (mut tx, acting) = self.begin_as("catalog.publish", acting).await?;
        let actor = acting.actor(Verb::CatalogPublish, &Place::BUREAU)?;
        let newest = catalog::revisions(&mut tx, id).await?.into_iter().next();
        let newest = newest.ok_or_else(|| StoreError::NotFound {
            table: "items",
            key: id.as_str().to_owned(),
        })?;
        let now = Premise::of(newest.seen.clone());
        require(&mut tx, Some(&acting), "这个抽查事项", premise, &now).await?;
        if newest.item.published_on.is_some() {
            return Ok(());
        }
        let event = self
            .event(Act::ItemPublished, actor)
            .touching(LinkKind::Item, id.as_str())
            .with("revision", newest.item.revision);
        let on = event.at.date();
        let mut rec = tx.record(event, self.confidential())?;
        catalog::publish_item(&mut rec, &newest, on).await?;
        rec.commit().await?;
        Ok(())
    }
}

fn seed_rulebook(demonstration: bool) -> Result<RulebookFile, Refusal> {
    let mut file = RulebookFile::parse(SEED_RULEBOOK)?;
    if demonstration {
        file = file.overridden_by(RulebookFile::parse(SEED_DEMO_RULEBOOK)?);
    }
    Ok(file)
}

fn first(errors: &[(usize, domain::text::FieldError)]) -> AppError {
    let (line, error) = errors
        .first()
        .expect("a refused file names at least one line");
    AppError::Store(StoreError::Engine(format!(
        "第 {line} 行：{}{}",
        error.sentence, error.remedy
    )))
}

fn first_refusal(refusals: Vec<Refusal>) -> AppError {
    let refusal = refusals
        .into_iter()
        .next()
        .expect("a refused file has at least one fault");
    AppError::Refused(refusal)
}
