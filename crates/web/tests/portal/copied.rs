//! Who gets a copy of the database and none of its keys – a dump, a backup, the files of a machine that was sold: until
//! a visit is handed to its team nothing in it tells who was drawn, and until REVEAL nothing tells a nonce.

use std::path::Path;

use store::Db;
use testkit::city::{as_shown, register_number};
use testkit::engines::{SqliteFile, admin};

use crate::altered::{self, Held};
use crate::sealed::dispatch;
use crate::story::{NONCES, Story};

/// How often each of these words stands anywhere in the copy.
fn counted(copy: &[String], words: &[String]) -> Vec<usize> {
    let often = |word: &String| {
        copy.iter()
            .map(|text| text.matches(word.as_str()).count())
            .sum()
    };
    words.iter().map(often).collect()
}

/// What a copy of the database says without any key: every body and header of the log, and every row as the engine
/// prints it, bytes as hexadecimal digits.
async fn copy(held: &Held) -> Vec<String> {
    let mut reader = held.app().db.read().await.unwrap();
    let lines = store::log::trace(&mut reader, &store::log::TraceOf::All, None, 10_000).await;
    let mut copy = Vec::new();
    for line in lines.unwrap() {
        copy.push(store::log::body(&mut reader, &line.event).await.unwrap().0);
    }
    let tables = "SELECT tablename FROM pg_tables WHERE schemaname = 'public'";
    for table in admin(held.url(), tables).split_whitespace() {
        copy.push(admin(held.url(), &format!("SELECT t::text FROM {table} t")));
    }
    copy
}

/// What tells one subject from another, or one inspector: keys, codes, names, names as hexadecimal digits.
async fn words_for_each(story: &Story, people: &[store::inspector::Entry]) -> [Vec<String>; 5] {
    let subjects: Vec<String> = story
        .subjects()
        .await
        .iter()
        .map(ToString::to_string)
        .collect();
    let ids: Vec<String> = people.iter().map(|one| one.id.to_string()).collect();
    let numbered = |what: fn(u32) -> String| (1..=crate::story::SUBJECTS).map(what).collect();
    [
        subjects,
        numbered(register_number),
        numbered(|number| format!("样例餐饮{number:04}店")),
        numbered(|number| store::hex(format!("样例餐饮{number:04}店").as_bytes())),
        ids,
    ]
}

#[tokio::test]
async fn a_copy_without_keys_tells_drawn_from_undrawn_only_after_dispatch() {
    altered::told_under_a_key(async |held| {
        let story = &held.story;
        let number = story.drawn().await;
        let visits = story.visits(&number).await;
        let mut reader = held.app().db.read().await.unwrap();
        let mut people = store::inspector::entries(&mut reader).await.unwrap();
        // The appointed leader stands in the plan.
        people.retain(|one| one.code.as_str() != "P090");
        drop(reader);
        let kinds = words_for_each(story, &people).await;
        let before = copy(&held).await;
        for words in &kinds {
            let mut often = counted(&before, words);
            often.dedup();
            assert_eq!(often.len(), 1, "{words:?} {often:?}");
        }
        // The leader is named by the plan.
        let team: Vec<String> = visits
            .iter()
            .flat_map(|one| &one.visit.team)
            .filter(|code| code.as_str() != "P090")
            .flat_map(|code| [format!("\\\"{code}\\\""), format!("\"\"{code}\"\"")])
            .collect();
        assert_eq!(
            counted(&before, &team),
            vec![0; team.len()],
            "no team in the clear"
        );
        let cells = admin(
            held.url(),
            "SELECT DISTINCT length(sealed_visit) FROM sealed_visits",
        );
        assert_eq!(
            cells.split_whitespace().count(),
            1,
            "all cells are as long: {cells}"
        );
        // How long a list of people is would tell which codes may stand in it: until OPEN none is kept.
        let kept = "SELECT name FROM attachments WHERE name NOT LIKE '%.tsv' OR name = 'opened.tsv' ORDER BY name";
        let kept = admin(held.url(), kept);
        let kept: Vec<&str> = kept.split_whitespace().collect();
        assert_eq!(kept, ["inspectors.order", "secret", "subjects.order"]);
        assert_eq!(store::audit(&held.app().db).await.unwrap().faults, []);

        dispatch(story, &number).await;
        let after = copy(&held).await;
        for visit in &visits {
            let drawn = [visit.visit.subject.to_string()];
            assert!(
                counted(&after, &drawn) > counted(&before, &drawn),
                "{}",
                visit.subject_name
            );
        }
        assert!(counted(&after, &team).iter().all(|often| *often > 0));
        let left = admin(held.url(), "SELECT count(*) FROM sealed_visits");
        assert_eq!(left.trim(), "0");
        assert_eq!(store::audit(&held.app().db).await.unwrap().faults, []);
    })
    .await;
}

#[tokio::test]
async fn a_nonce_stands_in_no_copy_before_it_is_published_and_is_drawn_from_all_the_same() {
    altered::told_under_a_key(async |held| {
        let story = &held.story;
        let app = held.app();
        let (number, links) = story.committed().await;
        let words: Vec<String> = NONCES
            .iter()
            .map(|(_, nonce)| (*nonce).to_owned())
            .collect();
        story.meet(&number, &links).await;
        for (word, link) in words.iter().zip(&links) {
            let shown = as_shown(app, app::premise::Thing::Party(link)).await;
            app.accept_nonce(link, &shown, word).await.unwrap();
            assert_eq!(
                counted(&copy(&held).await, &words),
                [0, 0],
                "after each delivery"
            );
        }
        // The audit reads it without a key, and so does whoever only looks.
        assert_eq!(store::audit(&app.db).await.unwrap().faults, []);
        let exhibit = store::Exhibit::open_postgres(held.url()).await.unwrap();
        assert_eq!(exhibit.audit().await.unwrap().faults, []);
        exhibit.close().await;
        held.follow(&number).await.unwrap();
        let published = counted(&copy(&held).await, &words);
        assert!(published.iter().all(|often| *often > 0), "{published:?}");
        assert_eq!(story.visits(&number).await.len(), 3, "drawn");
    })
    .await;
}

/// Everything the files of a SQLite database hold, whatever they hold it as: rows, indexes, and what lay there before.
fn bytes(file: &Path) -> Vec<Vec<u8>> {
    let log = format!("{}-wal", file.display());
    let files = [file.to_owned(), log.into()];
    let there = files.iter().filter(|file| file.exists());
    there.map(|file| std::fs::read(file).unwrap()).collect()
}

/// How often each of these words stands in the bytes.
fn found(bytes: &[Vec<u8>], words: &[String]) -> Vec<usize> {
    let often = |word: &String| {
        let of = |file: &Vec<u8>| {
            file.windows(word.len())
                .filter(|at| *at == word.as_bytes())
                .count()
        };
        bytes.iter().map(of).sum()
    };
    words.iter().map(often).collect()
}

#[tokio::test]
async fn the_files_of_a_single_machine_hold_no_nonce_before_reveal_and_no_team_before_dispatch() {
    let file = SqliteFile::fresh();
    let db = Db::open_sqlite(file.path(), &altered::under_a_key()).await;
    let db = db.unwrap();
    let story = Story::begin(db.clone()).await;
    let app = &story.site.city.app;
    let (number, links) = story.committed().await;
    let nonces = NONCES.map(|(_, nonce)| nonce.to_owned());
    story.answered(&number, &links).await;
    assert_eq!(found(&bytes(file.path()), &nonces), [0, 0]);
    app.follow_draw(&number).await.unwrap();
    let drawn = bytes(file.path());
    assert!(found(&drawn, &nonces).iter().all(|often| *often > 0));
    let visits = story.visits(&number).await;
    let teams: Vec<String> = visits
        .iter()
        .map(|one| {
            let codes = one.visit.team.iter().map(|code| format!("\"{code}\""));
            codes.collect::<Vec<_>>().join(",")
        })
        .collect();
    assert_eq!(found(&drawn, &teams), [0, 0, 0]);
    dispatch(&story, &number).await;
    let known = found(&bytes(file.path()), &teams);
    assert!(known.iter().all(|often| *often > 0), "{known:?}");
    drop(story);
    db.close().await;
}
