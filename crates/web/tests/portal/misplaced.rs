//! What the audit finds beyond rows and entries: a record that is whole and out of place, appended by whoever holds the
//! database and both keys, and material of a draw that is not there.

use app::App;
use app::drawing::lacking_material;
use app::records::misplaced_records;
use domain::event::{Act, Actor};
use domain::id::CampaignNo;
use store::{Sealing, StoreError};
use testkit::engines::on_both;

use crate::altered::told;
use crate::story::Story;

/// Puts a record into the log as the program would, behind the back of its rules.
async fn appended(app: &App, act: Act, record: String) -> Result<(), StoreError> {
    let sealing = Sealing {
        salt: app.entropy.bytes(),
        record: Some(record),
        clock: app.clock.clone(),
    };
    let event = app.event(act, Actor::program("伪造"));
    let tx = app.db.begin("story.append").await?;
    tx.record(event, sealing)?.commit().await.map(drop)
}

async fn named(app: &App) -> Vec<String> {
    let mut reader = app.db.read().await.unwrap();
    let found = misplaced_records(&mut reader).await.unwrap();
    found.iter().map(ToString::to_string).collect()
}

/// RESULT of the campaign, with a last file that is another.
async fn another_result(app: &App, number: &CampaignNo) -> String {
    let mut reader = app.db.read().await.unwrap();
    let stored = store::campaign::by_number(&mut reader, number).await;
    let mut result = stored.unwrap().result_record.unwrap();
    let hash = result.trim_end().len() - 64;
    result.replace_range(hash..hash + 64, &"0".repeat(64));
    result
}

#[tokio::test]
async fn a_second_result_behind_the_back_of_the_program_is_named_by_the_audit() {
    on_both(|db| async move {
        let story = Story::begin(db.clone()).await;
        let app = &story.site.city.app;
        let number = story.drawn().await;
        assert_eq!(named(app).await, Vec::<String>::new());
        let forged = another_result(app, &number).await;
        appended(app, Act::SubjectsDrawn, forged).await.unwrap();
        let named = named(app).await;
        let [line] = named.as_slice() else {
            panic!("{named:?}")
        };
        assert!(
            line.starts_with("AUDT-022 ") && line.contains("（RESULT），这一轮此前已经有结果"),
            "{line}"
        );
        // The log itself is in order: nothing in it was altered.
        assert_eq!(store::audit(&db).await.unwrap().faults, []);
    })
    .await;
}

#[tokio::test]
async fn material_of_a_draw_that_nobody_has_any_more_is_named() {
    told(async |held| {
        let app = held.app();
        let number = held.story.drawn().await;
        let lacking = async || {
            let mut reader = app.db.read().await.unwrap();
            let found = lacking_material(&mut reader).await.unwrap();
            found.iter().map(ToString::to_string).collect::<Vec<_>>()
        };
        assert_eq!(lacking().await, Vec::<String>::new());
        held.sql("DELETE FROM attachments WHERE name IN ('secret', 'inspectors.order')");
        let named = |name: &str| {
            format!(
                "AUDT-023 抽取材料缺失：任务 {number} 第 1 次抽取没有保存的 {name}，表 attachments 里没有它的行"
            )
        };
        assert_eq!(lacking().await, ["secret", "inspectors.order"].map(named));
    })
    .await;
}
