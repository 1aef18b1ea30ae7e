//! Rows of an upload on their way: each line is found by its number, in its lot, of its upload, and no other.

use domain::id::AccountId;
use store::import::{self, ListedImport, Lot, StoredImport};
use testkit::city::{City, unit};
use testkit::engines::on_both;

fn upload(id: &str, account: Option<&AccountId>, at_ms: i64) -> StoredImport {
    StoredImport {
        id: id.to_owned(),
        account: account.cloned(),
        unit: unit(1),
        register: "subjects".to_owned(),
        file_name: format!("{id}.csv"),
        state: "reading".to_owned(),
        done_rows: 0,
        summary: "{}".to_owned(),
        started_at_ms: at_ms,
        updated_at_ms: at_ms,
    }
}

const LOTS: [(Lot, &str); 2] = [(Lot::Rows, "r"), (Lot::Faults, "f")];

/// Two uploads with three lines in each lot, told in another order than that of their numbers.
async fn two_uploads(db: &store::Db) {
    let mut scratch = db.scratch().await.unwrap();
    for id in ["a", "b"] {
        let inside = &mut scratch.inside();
        import::begin(inside, &upload(id, None, 1)).await.unwrap();
        for (lot, mark) in LOTS {
            for ordinal in [4, 0, 2] {
                let text = format!("{mark}{id}{ordinal}");
                import::add_rows(inside, lot, id, ordinal, &text)
                    .await
                    .unwrap();
            }
        }
    }
    scratch.commit().await.unwrap();
}

#[tokio::test]
async fn a_line_of_rows_is_found_by_upload_lot_and_number() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let db = &city.app.db;
        two_uploads(db).await;
        let mut reader = db.read().await.unwrap();
        for id in ["a", "b"] {
            for (lot, mark) in LOTS {
                for ordinal in 0..6 {
                    let found = import::rows(&mut reader, lot, id, ordinal).await.unwrap();
                    let there = [0, 2, 4].contains(&ordinal);
                    assert_eq!(found, there.then(|| format!("{mark}{id}{ordinal}")));
                }
                let (mut walked, mut at) = (Vec::new(), -1);
                while let Some((ordinal, text)) =
                    import::next_rows(&mut reader, lot, id, at).await.unwrap()
                {
                    assert_eq!(text, format!("{mark}{id}{ordinal}"));
                    walked.push(ordinal);
                    at = ordinal;
                }
                assert_eq!(walked, [0, 2, 4], "in order, each once");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_lot_is_forgotten_alone_and_an_upload_with_both() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let db = &city.app.db;
        two_uploads(db).await;
        let mut scratch = db.scratch().await.unwrap();
        import::drop_rows(&mut scratch.inside(), Lot::Rows, "a")
            .await
            .unwrap();
        import::forget(&mut scratch.inside(), "b").await.unwrap();
        scratch.commit().await.unwrap();
        let mut reader = db.read().await.unwrap();
        let mut left = Vec::new();
        for id in ["a", "b"] {
            for (lot, mark) in LOTS {
                if import::next_rows(&mut reader, lot, id, -1)
                    .await
                    .unwrap()
                    .is_some()
                {
                    left.push(format!("{mark}{id}"));
                }
            }
        }
        assert_eq!(left, ["fa"]);
        assert!(import::get(&mut reader, "a").await.unwrap().is_some());
        assert!(import::get(&mut reader, "b").await.unwrap().is_none());
    })
    .await;
}

#[tokio::test]
async fn an_upload_moves_only_from_where_it_stands_and_is_idle_since_its_last_step() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let db = &city.app.db;
        let mut scratch = db.scratch().await.unwrap();
        for (id, at) in [("old", 100), ("edge", 200), ("young", 300)] {
            import::begin(&mut scratch.inside(), &upload(id, None, at))
                .await
                .unwrap();
        }
        let was = upload("young", None, 300);
        let elsewhere = StoredImport {
            state: "comparing".to_owned(),
            ..was.clone()
        };
        let otherwise = StoredImport {
            summary: "{ }".to_owned(),
            ..was.clone()
        };
        let to = StoredImport {
            state: "mapping".to_owned(),
            done_rows: 7,
            updated_at_ms: 400,
            ..upload("young", None, 300)
        };
        let moved = import::advance(&mut scratch.inside(), &elsewhere, &to).await;
        assert!(!moved.unwrap(), "it does not stand there");
        let moved = import::advance(&mut scratch.inside(), &otherwise, &to).await;
        assert!(!moved.unwrap(), "something else is known of it");
        let moved = import::advance(&mut scratch.inside(), &was, &to).await;
        assert!(moved.unwrap());
        let again = import::advance(&mut scratch.inside(), &was, &to).await;
        assert!(!again.unwrap());
        scratch.commit().await.unwrap();
        let mut reader = db.read().await.unwrap();
        let ids = |found: Vec<ListedImport>| {
            let mut ids: Vec<String> = found.into_iter().map(|one| one.id).collect();
            ids.sort();
            ids
        };
        let idle = import::idle_since(&mut reader, 200).await.unwrap();
        assert_eq!(
            ids(idle),
            ["old"],
            "of the moment itself it is not idle yet"
        );
        let idle = import::idle_since(&mut reader, 401).await.unwrap();
        assert_eq!(ids(idle), ["edge", "old", "young"]);
        let reading = import::in_states(&mut reader, &["reading"]).await.unwrap();
        assert_eq!(ids(reading), ["edge", "old"]);
        let both = import::in_states(&mut reader, &["reading", "mapping"]).await;
        assert_eq!(ids(both.unwrap()), ["edge", "old", "young"]);
        let young = import::get(&mut reader, "young").await.unwrap().unwrap();
        assert_eq!((young.state.as_str(), young.done_rows), ("mapping", 7));
    })
    .await;
}
