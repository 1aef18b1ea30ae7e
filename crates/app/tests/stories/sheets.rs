//! The rows of a file: defaults for what they leave empty, hints for what is odd, and what is told of each before anything
//! is written.

use std::collections::BTreeMap;

use app::import::{Columns, Importer, Register};
use app::job::Run;
use app::staging::{Import, State};
use domain::account::Role;
use domain::id::InspectorCode;
use store::import::Lot;
use store::{import, inspector, subject};
use testkit::city::{City, register_number, unit};
use testkit::engines::on_both;

use crate::uploads::{Desk, SUBJECTS, caterers, registrar};
use crate::words::{code_of, leaves, newest, newest_event};

fn with_defaults(read: &Import, defaults: &[(&str, &str)]) -> Columns {
    let pairs = defaults
        .iter()
        .map(|(field, text)| ((*field).to_owned(), (*text).to_owned()));
    Columns {
        defaults: pairs.collect(),
        ..read.columns()
    }
}

async fn staged(city: &City, lot: Lot, id: &str) -> bool {
    let mut reader = city.app.db.read().await.unwrap();
    import::next_rows(&mut reader, lot, id, -1)
        .await
        .unwrap()
        .is_some()
}

const PEOPLE: Register = Register::Inspectors;

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_default_fills_what_a_new_inspector_leaves_empty_and_overrules_nothing() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let desk = Desk::open(&city.app, Importer::operator());
        let to = (PEOPLE, &unit(1));
        let text = "code\tname\tunit\tcredential\tvalid_until\n\
                    P1\t检查员甲\t\t411200-0001\t\n\
                    P2\t检查员乙\t环卫处\t411200-0002\t2028-06-30\n\
                    P3\t检查员丙\tN/A\t411200-0003\tnull\n";
        let read = desk.received(to, "first", text).await;
        let columns = with_defaults(&read, &[("unit", "市容科"), ("valid_until", "2027-12-31")]);
        let seen = desk.compared(&read, columns).await;
        assert_eq!(seen.summary.tally.unwrap().added, 3);
        desk.applied(&seen).await.unwrap();
        assert_eq!(newest(&city).await, "inspector.import");
        let kept = async |code: &str| {
            let mut reader = city.app.db.read().await.unwrap();
            let code = InspectorCode::parse(code).unwrap();
            let kept = inspector::by_code(&mut reader, &code)
                .await
                .unwrap()
                .unwrap();
            let until = kept.inspector.credential.unwrap().valid_until.to_string();
            (kept.inspector.unit, until)
        };
        for (code, belongs, until) in [
            ("P1", unit(2), "2027-12-31"),
            ("P2", unit(4), "2028-06-30"),
            ("P3", unit(2), "2027-12-31"),
        ] {
            assert_eq!(kept(code).await, (belongs, until.to_owned()), "{code}");
        }
        // For whom the register knows already a default means nothing.
        let text = "code\tname\nP2\t检查员乙改\n";
        let read = desk.received(to, "second", text).await;
        let columns = with_defaults(&read, &[("unit", "市容科"), ("valid_until", "2026-12-31")]);
        let seen = desk.compared(&read, columns).await;
        assert_eq!(seen.summary.tally.unwrap().changed, 1);
        let changes = &seen.summary.samples.changed[0].changes;
        assert_eq!(changes, "姓名：检查员乙 → 检查员乙改");
        desk.applied(&seen).await.unwrap();
        assert_eq!(kept("P2").await, (unit(4), "2028-06-30".to_owned()));
    })
    .await;
}

/// Twenty-five changed, the rest the same, then as many without a code and as many wrong ones.
fn mixed() -> String {
    let mut text = caterers(30);
    for number in 1..=25 {
        text = text.replace(&format!("演示路{number}号\t"), &format!("新路{number}号\t"));
    }
    for number in 1..=25 {
        text.push_str(&format!("无码店{number:02}\t\t411202\t路\t餐饮\n"));
    }
    for number in 1..=25 {
        text.push_str(&format!(
            "无区店{number:02}\t{}\t\t路\t餐饮\n",
            register_number(900 + number)
        ));
    }
    text
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_kind_of_row_is_shown_by_its_number_and_no_more_than_twenty_of_each() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let desk = Desk::open(&city.app, registrar(&city, "registrar").await);
        let to = (SUBJECTS, &unit(1));
        let first = desk.received(to, "first", &caterers(30)).await;
        let seen = desk.compared(&first, first.columns()).await;
        let rows: Vec<u64> = seen
            .summary
            .samples
            .added
            .iter()
            .map(|one| one.row)
            .collect();
        assert_eq!(rows, (2..=21).collect::<Vec<u64>>());
        assert_eq!(seen.summary.samples.added[0].code, register_number(1));
        assert_eq!(seen.summary.samples.added[0].name, "样例餐饮0001店");
        assert_eq!(seen.summary.samples.odd, 0);
        desk.applied(&seen).await.unwrap();

        let again = desk.received(to, "again", &mixed()).await;
        let seen = desk.compared(&again, again.columns()).await;
        let (samples, tally) = (&seen.summary.samples, seen.summary.tally.unwrap());
        assert_eq!(
            (tally.added, tally.changed, tally.same, tally.bad),
            (25, 25, 5, 25)
        );
        assert_eq!(
            (
                samples.added.len(),
                samples.changed.len(),
                samples.same.len()
            ),
            (20, 20, 5)
        );
        assert_eq!(samples.changed[0].changes, "经营地址：演示路1号 → 新路1号");
        assert_eq!(
            samples.same.iter().map(|one| one.row).collect::<Vec<_>>(),
            [27, 28, 29, 30, 31]
        );
        let faults: Vec<u64> = samples.faults.iter().map(|(row, _)| *row).collect();
        assert_eq!(faults, (57..=76).collect::<Vec<u64>>());
        assert!(
            samples
                .faults
                .iter()
                .all(|(_, fault)| fault.column == "行政区划代码")
        );
        let hinted: Vec<u64> = samples.hints.iter().map(|(row, _)| *row).collect();
        assert_eq!((samples.odd, hinted), (25, (32..=51).collect()));
        assert!(
            samples
                .hints
                .iter()
                .all(|(_, hint)| hint.flaw.code == "TEXT-016"),
            "{:?}",
            samples.hints
        );
        assert!(staged(&city, Lot::Faults, "again").await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn what_is_given_up_or_cannot_be_read_keeps_no_row_and_no_file() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let desk = Desk::open(&city.app, registrar(&city, "registrar").await);
        let before = leaves(&city).await;
        let to = (SUBJECTS, &unit(1));
        let files = || {
            std::fs::read_dir(desk.folder.path().join("uploads"))
                .unwrap()
                .count()
        };
        let bad = format!("{}坏店\t9.1E+17\t411202\t路\t餐饮\n", caterers(3));
        let read = desk.received(to, "given-up", &bad).await;
        let seen = desk.compared(&read, read.columns()).await;
        assert!(staged(&city, Lot::Rows, "given-up").await);
        assert!(staged(&city, Lot::Faults, "given-up").await);
        desk.staging.cancel(&seen, &seen.premise()).await.unwrap();
        let now = desk.now("given-up").await;
        assert_eq!((now.state, now.summary.tally), (State::Cancelled, None));
        assert_eq!(
            now.summary.file, seen.summary.file,
            "which file it was stays known"
        );
        assert_eq!(
            code_of(desk.staging.cancel(&now, &now.premise()).await),
            "IMPT-073"
        );
        assert_eq!(code_of(desk.applied(&seen).await), "IMPT-073");

        // Rows that were staged before the place where the file breaks off are void.
        let breaks_off = format!("{}!\n", caterers(1_100));
        let mut incoming = desk.staging.incoming().await.unwrap();
        incoming.write(breaks_off.as_bytes()).await.unwrap();
        let taken = desk
            .staging
            .accept(&desk.importer, to, "unreadable", "b.txt", incoming);
        assert!(taken.await.unwrap().fresh);
        desk.staging
            .read("unreadable", &Run::awaited())
            .await
            .unwrap();
        let refused = desk.now("unreadable").await;
        assert_eq!(refused.state, State::Refused);
        assert_eq!(refused.summary.refusal.unwrap().code, "TEST-001");
        for id in ["given-up", "unreadable"] {
            assert!(!staged(&city, Lot::Rows, id).await, "{id}");
            assert!(!staged(&city, Lot::Faults, id).await, "{id}");
        }
        assert_eq!(files(), 0);
        assert_eq!(leaves(&city).await, before);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_that_stops_half_way_or_has_nothing_in_it_is_not_taken() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let desk = Desk::open(&city.app, registrar(&city, "registrar").await);
        let to = (SUBJECTS, &unit(1));
        let files =
            || std::fs::read_dir(desk.folder.path().join("uploads")).map_or(0, Iterator::count);
        let empty = desk.staging.incoming().await.unwrap();
        let taken = desk
            .staging
            .accept(&desk.importer, to, "a", "a.txt", empty)
            .await;
        assert_eq!(code_of(taken), "IMPT-080");
        let mut huge = desk.staging.incoming().await.unwrap();
        let piece = vec![b'x'; 16 << 20];
        for _ in 0..3 {
            huge.write(&piece).await.unwrap();
        }
        assert_eq!(
            code_of(huge.write(b"x").await),
            "IMPT-078",
            "48 MB and one byte"
        );
        drop(huge);
        let mut broken = desk.staging.incoming().await.unwrap();
        broken.write(caterers(1).as_bytes()).await.unwrap();
        drop(broken);
        assert_eq!(files(), 0);
        let account = desk.importer.account.as_ref();
        assert!(desk.staging.find(account, "a").await.unwrap().is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_decision_stands_between_all_and_the_good_rows_and_the_event_names_the_file() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let desk = Desk::open(&city.app, registrar(&city, "registrar").await);
        let to = (SUBJECTS, &unit(1));
        let before = leaves(&city).await;
        let only_bad = "name\tregister_number\tdistrict\n坏店\t9.1E+17\t411202\n";
        let read = desk.received(to, "only-bad", only_bad).await;
        let seen = desk.compared(&read, read.columns()).await;
        for (only_good, code) in [(false, "IMPT-071"), (true, "IMPT-081")] {
            let now = desk.now("only-bad").await;
            desk.staging
                .claim(&now, &now.premise_to_write(), only_good)
                .await
                .unwrap();
            desk.staging
                .apply("only-bad", &Run::awaited())
                .await
                .unwrap();
            let now = desk.now("only-bad").await;
            assert_eq!(now.state, State::Previewed, "another decision may follow");
            assert_eq!(now.summary.refusal.unwrap().code, code);
        }
        assert_eq!(leaves(&city).await, before);
        drop(seen);
        let text = format!("{}坏店\t9.1E+17\t411202\t路\t餐饮\n", caterers(3));
        let read = desk.received(to, "some", &text).await;
        let seen = desk.compared(&read, read.columns()).await;
        desk.staging
            .claim(&seen, &seen.premise_to_write(), true)
            .await
            .unwrap();
        desk.staging.apply("some", &Run::awaited()).await.unwrap();
        let done = desk.now("some").await;
        assert_eq!(done.state, State::Done);
        assert_eq!(leaves(&city).await, before + 1);
        let event = newest_event(&city).await;
        assert!(
            event
                .facts
                .values()
                .any(|value| *value == done.summary.file.sha256)
        );
        assert_eq!(done.summary.event.as_deref(), Some(event.id.as_str()));
        assert_eq!(
            done.summary.samples.faults.len(),
            1,
            "what was left out stays told"
        );
        assert!(done.summary.samples.added.is_empty() && done.summary.head.is_empty());
        assert!(
            !staged(&city, Lot::Rows, "some").await,
            "its rows are in the register now"
        );
        assert!(
            staged(&city, Lot::Faults, "some").await,
            "the error file is made of these"
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_right_that_went_since_the_upload_ends_the_comparison_and_the_writing() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let security = city.account("security", &[(Role::SecurityAdmin, 0)]).await;
        let security = city.acting(&security).await;
        let importer = registrar(&city, "registrar").await;
        let account = importer.account.clone().unwrap();
        let desk = Desk::open(&city.app, importer);
        let to = (SUBJECTS, &unit(1));
        let (mapped, previewed) = (
            desk.received(to, "mapped", &caterers(1)).await,
            desk.received(to, "previewed", &caterers(2)).await,
        );
        let previewed = desk.compared(&previewed, previewed.columns()).await;
        let grant = city.acting(&account).await.grants[0].clone();
        let shown = crate::words::shown(&city, &account).await;
        let revoked = city.app.revoke_role(&security, &account, &shown, &grant);
        revoked.await.unwrap();
        let before = leaves(&city).await;
        desk.staging
            .confirm(&mapped, &mapped.premise(), mapped.columns())
            .await
            .unwrap();
        desk.staging.settled("mapped").await;
        desk.staging
            .claim(&previewed, &previewed.premise_to_write(), false)
            .await
            .unwrap();
        desk.staging.start_applying("previewed").await.unwrap();
        desk.staging.settled("previewed").await;
        for id in ["mapped", "previewed"] {
            let state = desk.now(id).await.state;
            assert!(
                !matches!(state, State::Done | State::Applying),
                "{id}: {state:?}"
            );
        }
        assert_ne!(desk.now("mapped").await.state, State::Previewed);
        assert_eq!(leaves(&city).await, before);
        let mut reader = city.app.db.read().await.unwrap();
        let found = subject::by_code(&mut reader, &register_number(1)).await;
        assert!(found.unwrap().is_none());
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn uploads_are_forgotten_when_their_days_are_over_and_not_a_day_before() {
    on_both(|db| async move {
        let city = City::found(db).await;
        city.adopt("short", &[("retention.import_days", "10")])
            .await;
        let desk = Desk::open(&city.app, registrar(&city, "registrar").await);
        let to = (SUBJECTS, &unit(1));
        let account = desk.importer.account.clone();
        let known = async |id: &str| {
            desk.staging
                .find(account.as_ref(), id)
                .await
                .unwrap()
                .is_some()
        };
        desk.received(to, "old", &caterers(2)).await;
        city.clock.advance_minutes(9 * 24 * 60);
        desk.received(to, "young", &caterers(2)).await;
        desk.staging.expire().await.unwrap();
        assert!(known("old").await && known("young").await);
        city.clock.advance_minutes(24 * 60 + 1);
        desk.staging.expire().await.unwrap();
        assert!(!known("old").await && known("young").await);
        assert!(!staged(&city, Lot::Rows, "old").await && staged(&city, Lot::Rows, "young").await);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn the_first_rows_are_shown_to_match_columns_by_and_the_legal_form_becomes_a_kind() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let desk = Desk::open(&city.app, registrar(&city, "registrar").await);
        let to = (SUBJECTS, &unit(1));
        let forms = [
            ("有限责任公司", "企业"),
            ("个体工商户", "个体工商户"),
            ("农民专业合作社", "农民专业合作社"),
            ("个人独资企业", "企业"),
            ("全民所有制", "企业"),
            ("社会组织", "社会组织"),
            ("", "企业"),
        ];
        let mut text = "name\tregister_number\tdistrict\tkind\n".to_owned();
        for (number, (form, _)) in (1..).zip(forms) {
            let code = register_number(number);
            text.push_str(&format!("店{number}\t{code}\t411202\t{form}\n"));
        }
        let read = desk.received(to, "a", &text).await;
        let head: Vec<u64> = read.summary.head.iter().map(|row| row.number).collect();
        assert_eq!(head, [2, 3, 4, 5, 6]);
        let seen = desk.compared(&read, read.columns()).await;
        desk.applied(&seen).await.unwrap();
        let mut reader = city.app.db.read().await.unwrap();
        let mut found = BTreeMap::new();
        for (number, (form, kind)) in (1..).zip(forms) {
            let kept = subject::by_code(&mut reader, &register_number(number)).await;
            found.insert(form, (kept.unwrap().unwrap().subject.kind.label(), kind));
        }
        assert!(found.values().all(|(is, wanted)| is == wanted), "{found:?}");
    })
    .await;
}
