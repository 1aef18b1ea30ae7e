use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use crate::engines::upgrade;
use crate::kernel::audit::audit;
use crate::kernel::reader::Query;
use crate::old::{OldDatabase, made_before};
use crate::{Db, Engine, Seal, SealKey, Upgrade};

/// Seals by turning every bit, so that nothing that was clear can be found again.
struct Turned;

impl SealKey for Turned {
    fn sealer(&self, _: &str) -> Box<dyn Seal> {
        Box::new(Self)
    }

    fn opens(&self, _: &str, _: &[u8]) -> bool {
        true
    }
}

impl Seal for Turned {
    fn push(&mut self, plain: &[u8]) -> Vec<u8> {
        plain.iter().map(|byte| !byte).collect()
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        Vec::new()
    }
}

fn turned() -> Upgrade {
    Upgrade {
        seals: Arc::new(Turned),
        ..upgrade()
    }
}

/// The stored chunks of the old tables, before the migration.
async fn old_chunks(file: &Path) -> Vec<Vec<u8>> {
    let db = Db::connect_sqlite(file, false, &turned()).await.unwrap();
    let query = Query::new("SELECT gzip FROM draw_files");
    let rows = db.read().await.unwrap().all(query).await.unwrap();
    db.close().await;
    rows.iter()
        .map(|row| row.blob("gzip").unwrap().to_vec())
        .collect()
}

fn bytes_of(file: &Path) -> Vec<u8> {
    let mut all = std::fs::read(file).unwrap();
    let wal = PathBuf::from(format!("{}-wal", file.display()));
    all.extend(std::fs::read(wal).unwrap_or_default());
    all
}

fn contains(all: &[u8], part: &[u8]) -> bool {
    all.windows(part.len()).any(|window| window == part)
}

#[tokio::test]
async fn nothing_that_lay_in_the_clear_can_be_found_in_the_file_afterwards() {
    for commit in made_before(9) {
        let old = OldDatabase::unpack(commit, Engine::Sqlite);
        let file = PathBuf::from(old.place());
        let chunks = old_chunks(&file).await;
        // The head of each chunk: a long one is spread over pages.
        let heads: Vec<&[u8]> = chunks
            .iter()
            .filter_map(|chunk| chunk.get(12..60))
            .collect();
        assert!(heads.len() > 5);
        let before = bytes_of(&file);
        assert!(heads.iter().all(|head| contains(&before, head)));
        let db = Db::open_sqlite(&file, &turned()).await.unwrap();
        let report = audit(&db).await.unwrap();
        assert_eq!(report.faults, []);
        assert_eq!(report.contents, chunks.len() as u64 + 1);
        db.close().await;
        let after = bytes_of(&file);
        assert!(!heads.iter().any(|head| contains(&after, head)));
    }
}

#[tokio::test]
async fn a_rehearsal_leaves_no_content() {
    for commit in made_before(9) {
        let old = OldDatabase::unpack(commit, Engine::Sqlite);
        let file = PathBuf::from(old.place());
        let before = std::fs::read_dir(old.folder()).unwrap().count();
        let steps = Db::rehearse_sqlite(&file, &turned()).await.unwrap();
        let moved = steps.iter().find(|step| step.number == 9).unwrap().moved;
        assert!(moved > 5, "{moved}");
        let names = std::fs::read_dir(old.folder()).unwrap();
        let names: Vec<_> = names.map(|entry| entry.unwrap().file_name()).collect();
        let left = names.iter().filter(|name| {
            let name = name.to_string_lossy();
            !name.ends_with("-wal") && !name.ends_with("-shm")
        });
        assert_eq!(left.count(), before, "{names:?}");
        let old = OldDatabase::unpack(commit, Engine::Postgres);
        let steps = Db::rehearse_postgres(&old.place(), &turned()).await;
        assert_eq!(
            steps
                .unwrap()
                .iter()
                .find(|step| step.number == 9)
                .unwrap()
                .moved,
            moved
        );
        let db = Db::connect_postgres(&old.place(), &turned()).await.unwrap();
        let query = Query::new("SELECT CAST(COUNT(*) AS BIGINT) AS n FROM draw_files");
        let rows = db.read().await.unwrap().number(query).await.unwrap();
        assert!(rows > 5);
        db.close().await;
    }
}

/// Other bytes than those of the migration that succeeds, as a fresh key would make them.
struct Clear;

impl Seal for Clear {
    fn push(&mut self, plain: &[u8]) -> Vec<u8> {
        plain.to_vec()
    }

    fn finish(self: Box<Self>) -> Vec<u8> {
        Vec::new()
    }
}

/// Dies when it is asked to seal the file after that many.
struct Dying(AtomicU32);

impl SealKey for Dying {
    fn sealer(&self, place: &str) -> Box<dyn Seal> {
        let left = self.0.load(Ordering::Relaxed);
        assert!(left > 0, "the program dies before it seals {place}");
        self.0.store(left - 1, Ordering::Relaxed);
        Box::new(Clear)
    }

    fn opens(&self, _: &str, _: &[u8]) -> bool {
        true
    }
}

async fn opened(place: &str, upgrade: &Upgrade) -> Db {
    if place.starts_with("postgres://") {
        Db::open_postgres(place, upgrade).await.unwrap()
    } else {
        Db::open_sqlite(Path::new(place), upgrade).await.unwrap()
    }
}

async fn as_it_stands(place: &str) -> Db {
    if place.starts_with("postgres://") {
        Db::connect_postgres(place, &turned()).await.unwrap()
    } else {
        Db::connect_sqlite(Path::new(place), false, &turned())
            .await
            .unwrap()
    }
}

#[tokio::test]
async fn a_migration_that_dies_half_way_has_not_happened_and_succeeds_the_next_time() {
    for commit in made_before(9) {
        for engine in [Engine::Sqlite, Engine::Postgres] {
            let old = OldDatabase::unpack(commit, engine);
            for after in [0, 1, 5] {
                let dying = Upgrade {
                    seals: Arc::new(Dying(AtomicU32::new(after))),
                    ..upgrade()
                };
                let place = old.place();
                let died = tokio::spawn(async move { opened(&place, &dying).await });
                assert!(died.await.map(drop).unwrap_err().is_panic());
                let db = as_it_stands(&old.place()).await;
                let query = Query::new("SELECT CAST(MAX(number) AS BIGINT) AS n FROM migrations");
                let last = db.read().await.unwrap().number(query).await.unwrap();
                assert_eq!(last, 5, "{engine:?} {after}");
                db.close().await;
            }
            let db = opened(&old.place(), &turned()).await;
            let report = audit(&db).await.unwrap();
            assert_eq!(report.faults, []);
            // Only files can be left behind: chunks went with their transaction.
            let left = db.drop_orphans(Duration::ZERO).await.unwrap();
            assert_eq!(left > 0, engine == Engine::Sqlite, "{left}");
            assert_eq!(audit(&db).await.unwrap().faults, []);
            db.close().await;
        }
    }
}
