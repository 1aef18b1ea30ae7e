//! A bureau on PostgreSQL is dumped and restored with the engine's own tools, contents and all: they lie in the
//! database as chunks, so that the dump and the folder of keys are the whole backup.

use std::process::Command;

use app::App;
use app::drawing::Stage;
use domain::id::CampaignNo;
use store::attachment::Owner;
use store::{Db, Exhibit, audit, campaign};
use testkit::engines::{PostgresDatabase, admin, upgrade};

use crate::altered::told;

/// What is kept of the attempt, from before the draw and from it.
const KEPT: [&str; 4] = [
    "secret",
    "subjects.tsv",
    "subjects.order",
    "inspectors.order",
];

fn run(command: &mut Command) {
    let done = command.output().unwrap();
    let told = String::from_utf8_lossy(&done.stderr);
    assert!(done.status.success(), "{command:?}: {told}");
}

/// What is kept as chunks, opened, and the bundle that is made of it.
async fn contents(app: &App, number: &CampaignNo) -> Vec<Vec<u8>> {
    let mut reader = app.db.read().await.unwrap();
    let stored = campaign::by_number(&mut reader, number).await.unwrap();
    let (id, attempt) = (stored.campaign.id.clone(), stored.campaign.state.attempt());
    let mut found = Vec::new();
    for name in KEPT {
        let owner = Owner::Attempt(&id, attempt);
        let content = app.attached(&mut reader, owner, name).await.unwrap();
        found.push(content.unwrap());
    }
    drop(reader);
    found.push(app.bundle_zip(number, Stage::Full).await.unwrap());
    found
}

#[tokio::test]
async fn a_dump_that_is_restored_is_the_same_bureau_with_every_content() {
    told(async |held| {
        let number = held.story.drawn().await;
        let app = held.app();
        let kept = contents(app, &number).await;
        let before = audit(&app.db).await.unwrap();
        assert_eq!(before.faults, []);
        let restored = PostgresDatabase::fresh();
        let dump = std::env::temp_dir().join(format!("mq_dump_{}", std::process::id()));
        run(Command::new("pg_dump")
            .args(["--format=custom", "--no-owner", "--file"])
            .arg(&dump)
            .arg(held.url()));
        run(Command::new("pg_restore")
            .args(["--exit-on-error", "--no-owner", "--dbname"])
            .arg(restored.url())
            .arg(&dump));
        std::fs::remove_file(&dump).unwrap();
        // Looked at before anything of ours opens it to write.
        let exhibit = Exhibit::open_postgres(restored.url()).await.unwrap();
        let after = exhibit.audit().await.unwrap();
        exhibit.close().await;
        assert_eq!(after.faults, []);
        assert_eq!((after.root, after.rows), (before.root, before.rows));
        assert_eq!(after.contents, before.contents);
        assert!(after.contents >= 6, "{}", after.contents);
        let again = App {
            db: Db::open_postgres(restored.url(), &upgrade()).await.unwrap(),
            ..app.clone()
        };
        // Signing gives the same receipts; what was kept opens to the same bytes.
        assert!(contents(&again, &number).await == kept);
        // A content whose chunks did not come along is missed.
        let lost = "DELETE FROM blob_chunks WHERE blob_id = (SELECT b.blob_id FROM blobs b JOIN attachments a ON a.sha256 = b.sha256 WHERE a.name = 'subjects.tsv')";
        admin(restored.url(), lost);
        let named = audit(&again.db).await.unwrap().faults;
        let told: Vec<String> = named.iter().map(ToString::to_string).collect();
        assert!(
            told.iter().any(|fault| fault.contains("subjects.tsv")),
            "{told:?}"
        );
        again.db.close().await;
    })
    .await;
}
