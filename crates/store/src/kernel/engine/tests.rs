use std::time::Duration;

use crate::engines::upgrade;

use super::Db;
use crate::error::StoreError;

/// A writer that waits so little that the story need not wait.
const BRIEFLY: Duration = Duration::from_millis(30);

#[tokio::test]
async fn who_waits_for_something_announced_waits_on_and_who_does_not_is_told() {
    let folder = tempfile::tempdir().unwrap();
    let file = folder.path().join("queue.sqlite");
    let db = Db::connect_waiting(&file, true, BRIEFLY, &upgrade())
        .await
        .unwrap();
    let held = db.begin("test.long").await.unwrap();
    assert!(db.announced().is_none());
    assert!(matches!(
        db.begin("test.short").await,
        Err(StoreError::Busy)
    ));
    let announcement = db.announce("正在写入名录", 1_000);
    announcement.expect_end(2_000);
    assert_eq!(db.announced().unwrap().until_ms, 2_000);
    // Another process on the same file gives up twice; that is longer than one wait of ours.
    let other = Db::connect_waiting(&file, true, BRIEFLY, &upgrade())
        .await
        .unwrap();
    let elsewhere = async {
        for _ in 0..2 {
            assert!(matches!(
                other.begin("test.other").await,
                Err(StoreError::Busy)
            ));
        }
        drop(announcement);
        held.abandon().await.unwrap();
    };
    let (queued, ()) = tokio::join!(db.begin("test.short"), elsewhere);
    queued.unwrap().abandon().await.unwrap();
    assert!(db.announced().is_none());
}
