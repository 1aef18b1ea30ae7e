//! What a draw keeps, told on the databases of the first build: it is sealed on its way out of the tables
//! and opens with the key of that database alone; whatever is altered, lost or exchanged afterwards is
//! named by the audit without any key, and refused before it is used; an act that is refused leaves no
//! row.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the story")]

mod stage;

use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use app::crypto::StorageKey;
use app::drawing::{CommitWords, FreezeWords};
use app::premise::Thing;
use app::sealing::SealingKey;
use app::tries::Caller;
use app::{App, AppError};
use domain::id::{CampaignId, CampaignNo};
use draw::bundle::Stage;
use stage::{FINISHED, READY, acting, draws, open, open_at};
use store::attachment::{self, Attachment, Form, Owner};
use store::{Engine, Fault, StoreError, audit, campaign};
use testkit::city::as_shown;
use testkit::clock::FakeEntropy;
use testkit::old::{COMMITS, OldDatabase};

/// Everything kept of one attempt once it is drawn.
const KEPT: [&str; 6] = [
    "secret",
    "subjects.tsv",
    "inspectors.tsv",
    "recusals.tsv",
    "subjects.order",
    "inspectors.order",
];

async fn attempt_of(app: &App, number: &str) -> (CampaignId, u32) {
    let number = CampaignNo::parse(number).unwrap();
    let mut reader = app.db.read().await.unwrap();
    let stored = campaign::by_number(&mut reader, &number).await.unwrap();
    (stored.campaign.id.clone(), stored.campaign.state.attempt())
}

async fn kept(app: &App, number: &str, name: &str) -> Option<Attachment> {
    let (id, attempt) = attempt_of(app, number).await;
    let mut reader = app.db.read().await.unwrap();
    attachment::of_name(&mut reader, Owner::Attempt(&id, attempt), name)
        .await
        .unwrap()
}

fn path_of(old: &OldDatabase, found: &Attachment) -> PathBuf {
    let name = found.sha256.to_string();
    let folder = old.folder().join("mingqian.blobs");
    folder.join(&name[..2]).join(&name[2..])
}

fn sql(old: &OldDatabase, statement: &str) {
    testkit::engines::admin(&old.place(), statement);
}

fn alter(old: &OldDatabase, engine: Engine, found: &Attachment) {
    if engine == Engine::Sqlite {
        let path = path_of(old, found);
        let mut content = std::fs::read(&path).unwrap();
        let at = content.len() / 2;
        content[at] ^= 1;
        std::fs::write(path, content).unwrap();
        return;
    }
    let hash = &found.sha256;
    sql(
        old,
        &format!(
            "UPDATE blob_chunks SET bytes = set_byte(bytes, 5, get_byte(bytes, 5) # 1) WHERE ordinal = 0 AND blob_id = (SELECT blob_id FROM blobs WHERE sha256 = '{hash}')"
        ),
    );
}

fn lose(old: &OldDatabase, engine: Engine, found: &Attachment) {
    if engine == Engine::Sqlite {
        std::fs::remove_file(path_of(old, found)).unwrap();
        return;
    }
    let hash = &found.sha256;
    sql(old, &format!("DELETE FROM blobs WHERE sha256 = '{hash}'"));
}

fn exchange(old: &OldDatabase, engine: Engine, one: &Attachment, other: &Attachment) {
    if engine == Engine::Sqlite {
        let (one, other) = (path_of(old, one), path_of(old, other));
        let first = std::fs::read(&one).unwrap();
        std::fs::copy(&other, &one).unwrap();
        std::fs::write(other, first).unwrap();
        return;
    }
    let (one, other) = (&one.sha256, &other.sha256);
    sql(
        old,
        &format!(
            "UPDATE blobs SET sha256 = 'x' WHERE sha256 = '{one}'; UPDATE blobs SET sha256 = '{one}' WHERE sha256 = '{other}'; UPDATE blobs SET sha256 = '{other}' WHERE sha256 = 'x'"
        ),
    );
}

/// The names of attachments the audit finds wrong, in order.
async fn wrong(app: &App) -> Vec<String> {
    let faults = audit(&app.db).await.unwrap().faults;
    let named = faults.iter().map(|fault| match fault {
        Fault::ContentMissing { key, .. } | Fault::ContentAltered { key, .. } => {
            let name = key.rsplit('"').nth(1).unwrap();
            name.to_owned()
        }
        other => panic!("{other}"),
    });
    let mut named: Vec<String> = named.collect();
    named.sort();
    named
}

async fn on_every_old<S: Future<Output = ()>>(story: impl Fn(OldDatabase, Engine) -> S) {
    for commit in COMMITS {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            story(OldDatabase::unpack(commit, engine), engine).await;
        }
    }
}

#[tokio::test]
async fn everything_kept_of_a_draw_is_sealed_and_has_its_hash_in_a_row() {
    on_every_old(|old, _| async move {
        let app = open(&old).await;
        draws(&app, READY).await;
        for number in [FINISHED, READY] {
            for name in KEPT {
                let found = kept(&app, number, name).await;
                let found = found.unwrap_or_else(|| panic!("{number} {name}"));
                let form = if name == "secret" {
                    Form::Secret
                } else {
                    Form::Sealed
                };
                assert_eq!(found.label.form, form, "{number} {name}");
                let stored = app.db.content(found.sha256).whole(u64::MAX).await.unwrap();
                assert_eq!(stored.len() as u64, found.bytes);
                let (id, attempt) = attempt_of(&app, number).await;
                let mut reader = app.db.read().await.unwrap();
                let owner = Owner::Attempt(&id, attempt);
                let plain = app.attached(&mut reader, owner, name).await.unwrap();
                assert_eq!(plain.unwrap().len() as u64, found.label.length);
            }
        }
        app.db.close().await;
    })
    .await;
}

#[tokio::test]
async fn the_key_of_another_database_migrates_nothing() {
    on_every_old(|old, engine| async move {
        let other = SealingKey {
            key: StorageKey::new(&[1; 32]),
            entropy: Arc::new(FakeEntropy::new(1)),
        };
        let contents = old.folder().join("mingqian.blobs");
        let had_contents = contents.exists();
        let refused = old.open(Arc::new(other)).await.map(drop).unwrap_err();
        // The first build left nothing to compare a key with but what is sealed.
        let words = refused.to_string();
        assert!(
            matches!(refused, StoreError::Migration(_)) && words.contains("不是这个库的密钥")
                || matches!(refused, StoreError::WrongKey { .. }),
            "{words}"
        );
        assert_eq!(contents.exists(), had_contents, "{engine:?}");
        let app = open(&old).await;
        assert_eq!(wrong(&app).await, Vec::<String>::new());
        draws(&app, READY).await;
        app.db.close().await;
    })
    .await;
}

#[tokio::test]
async fn sealed_files_and_secrets_altered_behind_the_back_are_named_and_never_used() {
    on_every_old(|old, engine| async move {
        let app = open(&old).await;
        assert_eq!(wrong(&app).await, Vec::<String>::new());
        let number = CampaignNo::parse(FINISHED).unwrap();
        let one = |name: &'static str| {
            let app = app.clone();
            async move { kept(&app, FINISHED, name).await.unwrap() }
        };
        alter(&old, engine, &one("secret").await);
        assert_eq!(wrong(&app).await, ["secret"]);
        // The public bundle needs no secret; the full opening needs it.
        app.bundle_zip(&number, Stage::Public).await.unwrap();
        let refused = app.bundle_zip(&number, Stage::Full).await.unwrap_err();
        assert!(refused.to_string().contains("STOR-504"), "{refused}");
        alter(&old, engine, &one("subjects.order").await);
        lose(&old, engine, &one("leaders.txt").await);
        let frames = [one("subjects.tsv").await, one("recusals.tsv").await];
        exchange(&old, engine, &frames[0], &frames[1]);
        let all = [
            "leaders.txt",
            "recusals.tsv",
            "secret",
            "subjects.order",
            "subjects.tsv",
        ];
        assert_eq!(wrong(&app).await, all);
        let refused = app.bundle_zip(&number, Stage::Public).await.unwrap_err();
        assert!(refused.to_string().contains("STOR-504"), "{refused}");
        app.db.close().await;
    })
    .await;
}

/// Whoever can write the database as well could make a row name another ciphertext; then the row is what
/// the audit names, and the ciphertext does not open at a place it was not sealed for.
#[tokio::test]
async fn a_ciphertext_under_another_name_does_not_open() {
    let old = OldDatabase::unpack(COMMITS[0], Engine::Postgres);
    let app = open(&old).await;
    let other = kept(&app, FINISHED, "inspectors.order").await.unwrap();
    sql(
        &old,
        &format!(
            "UPDATE attachments SET sha256 = '{}', bytes = {}, length = {} WHERE name = 'subjects.order'",
            other.sha256, other.bytes, other.label.length
        ),
    );
    let faults = audit(&app.db).await.unwrap().faults;
    assert!(
        matches!(faults.as_slice(), [Fault::Changed { table, .. }] if table == "attachments"),
        "{faults:?}"
    );
    let number = CampaignNo::parse(FINISHED).unwrap();
    let refused = app.bundle_zip(&number, Stage::Public).await.unwrap_err();
    assert!(refused.to_string().contains("打不开"), "{refused}");
    app.db.close().await;
}

#[tokio::test]
async fn a_freeze_that_is_refused_at_its_last_step_leaves_no_row_and_only_orphans() {
    on_every_old(|old, _| async move {
        let (app, clock) = open_at(&old).await;
        let number = CampaignNo::parse(READY).unwrap();
        let drawer = acting(&app, "drawer").await;
        // The log goes on an hour later; then the clock of the machine falls back.
        clock.advance_minutes(60);
        app.sign_in("registrar", &old.password(), &Caller::default())
            .await
            .unwrap();
        clock.advance_minutes(-60);
        let before = attempt_of(&app, READY).await.1;
        let shown = as_shown(&app, Thing::Campaign(&number)).await;
        let refused = app.freeze_frame(&drawer, &number, &shown).await;
        let refused = refused.unwrap_err();
        assert!(
            matches!(refused, AppError::Store(StoreError::ClockSetBack { .. })),
            "{refused}"
        );
        for name in KEPT {
            assert_eq!(kept(&app, READY, name).await, None, "{name}");
        }
        assert_eq!(attempt_of(&app, READY).await.1, before);
        assert_eq!(wrong(&app).await, Vec::<String>::new());
        let orphans = app.db.drop_orphans(Duration::ZERO).await.unwrap();
        assert_eq!(orphans, 4, "S and three frames");
        clock.advance_minutes(61);
        let words = FreezeWords::default();
        app.freeze_frame_with(&drawer, &number, &shown, words)
            .await
            .unwrap();
        // A commit that is refused touches nothing that was kept.
        let words = CommitWords::default();
        let shown = as_shown(&app, Thing::Campaign(&number)).await;
        let refused = app.commit_draw(&drawer, &number, &shown, &words).await;
        assert!(matches!(refused, Err(AppError::Refused(_))));
        assert_eq!(app.db.drop_orphans(Duration::ZERO).await.unwrap(), 0);
        assert_eq!(wrong(&app).await, Vec::<String>::new());
        app.db.close().await;
    })
    .await;
}
