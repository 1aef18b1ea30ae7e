//! An upload somebody reached into behind the program's back: at whatever step it is found, nothing of it is written.

use app::job::Run;
use app::staging::{ErrorReport, Import, State};
use store::import::{self, Lot, StoredImport};
use testkit::city::{City, unit};
use testkit::engines::on_both;

use crate::uploads::{Desk, SUBJECTS, caterers, registrar};
use crate::words::{code_of, leaves};

/// Rewrites every line of a lot.
async fn rewritten(city: &City, lot: Lot, id: &str, with: impl Fn(&str) -> String) {
    let mut scratch = city.app.db.scratch().await.unwrap();
    let mut lines = Vec::new();
    let mut at = -1;
    while let Some((ordinal, text)) = import::next_rows(scratch.reader(), lot, id, at)
        .await
        .unwrap()
    {
        lines.push((ordinal, with(&text)));
        at = ordinal;
    }
    assert!(!lines.is_empty());
    let mut inside = scratch.inside();
    import::drop_rows(&mut inside, lot, id).await.unwrap();
    for (ordinal, text) in lines {
        let added = import::add_rows(&mut inside, lot, id, ordinal, &text);
        added.await.unwrap();
    }
    scratch.commit().await.unwrap();
}

/// Puts another row in the place of an upload's.
async fn replaced(city: &City, was: &Import, change: impl FnOnce(&mut StoredImport)) {
    let mut to = was.stored.clone();
    change(&mut to);
    assert_ne!(to, was.stored);
    let mut scratch = city.app.db.scratch().await.unwrap();
    let mut inside = scratch.inside();
    import::forget(&mut inside, &to.id).await.unwrap();
    import::begin(&mut inside, &to).await.unwrap();
    scratch.commit().await.unwrap();
}

async fn refused(desk: &Desk, id: &str) {
    let now = desk.now(id).await;
    let refusal = now.summary.refusal.unwrap();
    assert_eq!(
        (now.state, refusal.code.as_str()),
        (State::Refused, "IMPT-088")
    );
}

fn renamed(text: &str) -> String {
    text.replace("样例餐饮0002店", "样例暗改店")
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn rows_other_than_those_that_were_read_are_neither_compared_nor_written() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let desk = Desk::open(&city.app, registrar(&city, "registrar").await);
        let to = (SUBJECTS, &unit(1));
        let before = leaves(&city).await;
        let read = desk.received(to, "early", &caterers(600)).await;
        rewritten(&city, Lot::Rows, "early", renamed).await;
        desk.compared(&read, read.columns()).await;
        refused(&desk, "early").await;

        let read = desk.received(to, "late", &caterers(600)).await;
        let seen = desk.compared(&read, read.columns()).await;
        rewritten(&city, Lot::Rows, "late", renamed).await;
        desk.applied(&seen).await.unwrap();
        refused(&desk, "late").await;

        // Between the decision and the writing; a line taken away whole.
        let read = desk.received(to, "last", &caterers(600)).await;
        let seen = desk.compared(&read, read.columns()).await;
        let shown = seen.premise_to_write();
        desk.staging.claim(&seen, &shown, false).await.unwrap();
        let mut scratch = city.app.db.scratch().await.unwrap();
        let first = import::rows(scratch.reader(), Lot::Rows, "last", 0).await;
        let mut inside = scratch.inside();
        import::drop_rows(&mut inside, Lot::Rows, "last")
            .await
            .unwrap();
        let first = first.unwrap().unwrap();
        let added = import::add_rows(&mut inside, Lot::Rows, "last", 0, &first).await;
        added.unwrap();
        scratch.commit().await.unwrap();
        desk.staging.apply("last", &Run::awaited()).await.unwrap();
        refused(&desk, "last").await;
        assert_eq!(leaves(&city).await, before);

        let read = desk.received(to, "sound", &caterers(600)).await;
        let seen = desk.compared(&read, read.columns()).await;
        assert_eq!(desk.applied(&seen).await.unwrap().state, State::Done);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_upload_whose_row_the_program_did_not_write_goes_no_step_further() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let desk = Desk::open(&city.app, registrar(&city, "registrar").await);
        let to = (SUBJECTS, &unit(1));
        let before = leaves(&city).await;
        let changes: [fn(&mut StoredImport); 4] = [
            |row| row.file_name = "别的.csv".to_owned(),
            |row| row.unit = unit(2),
            |row| row.summary = row.summary.replace("\"added\":3", "\"added\":2"),
            // As an earlier program wrote it, without a mark.
            |row| {
                let (text, _) = row.summary.rsplit_once(",\"mark\"").unwrap();
                row.summary = format!("{text}}}");
            },
        ];
        for (number, change) in changes.into_iter().enumerate() {
            let id = format!("upload{number}");
            let read = desk.received(to, &id, &caterers(3)).await;
            let seen = desk.compared(&read, read.columns()).await;
            replaced(&city, &seen, change).await;
            let now = desk.now(&id).await;
            assert!(!now.is_sound() && seen.is_sound(), "{id}");
            assert_eq!(code_of(desk.applied(&now).await), "IMPT-088", "{id}");
            let columns = now.columns();
            let set = desk
                .staging
                .set_columns(&now, &now.premise(), columns)
                .await;
            assert_eq!(code_of(set), "IMPT-088", "{id}");
            desk.staging.cancel(&now, &now.premise()).await.unwrap();
            assert_eq!(desk.now(&id).await.state, State::Cancelled, "{id}");
        }
        // After the decision it is the work that finds it.
        let read = desk.received(to, "decided", &caterers(3)).await;
        let seen = desk.compared(&read, read.columns()).await;
        let shown = seen.premise_to_write();
        desk.staging.claim(&seen, &shown, false).await.unwrap();
        let decided = desk.now("decided").await;
        replaced(&city, &decided, |row| {
            row.summary = row
                .summary
                .replace("\"only_good\":false", "\"only_good\":true");
        })
        .await;
        desk.staging
            .apply("decided", &Run::awaited())
            .await
            .unwrap();
        refused(&desk, "decided").await;
        assert_eq!(leaves(&city).await, before);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_error_file_is_made_of_the_rows_that_were_found_wrong_or_not_at_all() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let owner = registrar(&city, "registrar").await;
        let account = owner.account.clone().unwrap();
        let desk = Desk::open(&city.app, owner);
        let text = format!("{}坏店\t9.1E+17\t411202\t路\t餐饮\n", caterers(3));
        for (id, rewrites) in [("changed", true), ("gone", false)] {
            let read = desk.received((SUBJECTS, &unit(1)), id, &text).await;
            let seen = desk.compared(&read, read.columns()).await;
            let acting = city.acting(&account).await;
            let given = desk.staging.fetch_error_file(&acting, &seen).await;
            assert!(matches!(given.unwrap(), ErrorReport::File(_)), "{id}");
            if rewrites {
                rewritten(&city, Lot::Faults, id, |text| text.replace("坏店", "好店")).await;
            } else {
                let mut scratch = city.app.db.scratch().await.unwrap();
                let mut inside = scratch.inside();
                import::drop_rows(&mut inside, Lot::Faults, id)
                    .await
                    .unwrap();
                scratch.commit().await.unwrap();
            }
            let before = leaves(&city).await;
            let refused = desk.staging.fetch_error_file(&acting, &seen).await;
            assert_eq!(code_of(refused), "IMPT-088", "{id}");
            assert_eq!(leaves(&city).await, before, "{id}");
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_exchanged_before_it_was_read_is_not_read() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let desk = Desk::open(&city.app, registrar(&city, "registrar").await);
        let uploads = desk.folder.path().join("uploads");
        for id in ["other", "link"] {
            let mut incoming = desk.staging.incoming().await.unwrap();
            incoming.write(caterers(3).as_bytes()).await.unwrap();
            let to = (SUBJECTS, &unit(1));
            let taken = desk
                .staging
                .accept(&desk.importer, to, id, "a.txt", incoming);
            taken.await.unwrap();
            let path = uploads.join(id);
            if id == "other" {
                std::fs::write(&path, caterers(4)).unwrap();
            } else {
                let elsewhere = desk.folder.path().join("elsewhere");
                std::fs::rename(&path, &elsewhere).unwrap();
                #[cfg(unix)]
                std::os::unix::fs::symlink(&elsewhere, &path).unwrap();
            }
            desk.staging.read(id, &Run::awaited()).await.unwrap();
            refused(&desk, id).await;
        }
    })
    .await;
}
