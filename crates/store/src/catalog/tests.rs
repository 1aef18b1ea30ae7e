//! Of an adopted version nothing stops the reading, not even a text that is no rows at all.

use std::collections::BTreeMap;

use domain::event::Act;
use domain::rulebook::{ParameterRow, ParameterStanding};

use super::*;
use crate::Db;
use crate::engines::on_both;
use crate::telling::begun;

async fn adopts(db: &Db, number: u8, file: &RulebookFile) {
    let mut rec = begun(db, Act::RulebookAdopted, number).await;
    adopt_rulebook(&mut rec, file, i64::from(number))
        .await
        .unwrap();
    rec.commit().await.unwrap();
}

#[tokio::test]
async fn a_rulebook_whose_whole_text_is_broken_is_read_shown_and_replaced() {
    on_both(|db| async move {
        let file = RulebookFile {
            version: "one".to_owned(),
            adopted_on: Date::new(2026, 1, 1).unwrap(),
            title: "样例细则".to_owned(),
            parameters: Vec::new(),
        }
        .completed();
        adopts(&db, 1, &file).await;
        db.meddle("UPDATE rulebooks SET parameters = '[{\"key\":'")
            .await;
        let mut reader = db.read().await.unwrap();
        let broken = rulebook_file(&mut reader).await.unwrap();
        let rules = rulebook(&mut reader).await.unwrap();
        rulebooks(&mut reader).await.unwrap();
        drop(reader);
        // Work goes on by the defaults, the draw waits.
        assert_eq!(
            rules.frequency_cap,
            Rulebook::read("one", &[]).frequency_cap
        );
        assert_eq!(rules.intervals().unwrap_err().code, "RULE-001");
        let shown = broken.readings();
        let whole = shown.last().unwrap();
        assert_eq!(whole.standing, ParameterStanding::Unknown);
        assert_eq!(whole.value.as_deref(), Some("[{\"key\":"));
        // The next sound version may be adopted, and keeps what could not be read.
        let next = RulebookFile {
            version: "two".to_owned(),
            ..file
        };
        let next = next.adoptable(Some(&broken)).unwrap();
        let kept = ParameterRow::unreadable("[{\"key\":");
        assert!(next.parameters.contains(&kept) && kept.beyond == BTreeMap::new());
        adopts(&db, 2, &next).await;
        let mut reader = db.read().await.unwrap();
        assert!(rulebook(&mut reader).await.unwrap().intervals().is_ok());
    })
    .await;
}
