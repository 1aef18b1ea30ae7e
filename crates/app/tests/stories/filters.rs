//! What a list is narrowed by, and the file that takes it along: each condition leaves out what does not fit it, and the
//! file holds the rows of the list in its order.

use app::Acting;
use app::subject::export::{Export, Selection};
use domain::account::Role;
use domain::policy::Verb;
use domain::subject::{RawSubject, Standing};
use store::subject::{self, From, SubjectFilter};
use testkit::city::{City, caterer, register_number, unit};
use testkit::engines::on_both;

use crate::words::{code_of, leaves, newest_event};

/// Five entries that differ in every condition of the list.
async fn five(city: &City, keeper: &Acting) {
    let rows = [
        RawSubject {
            district: "411202".to_owned(),
            ..caterer(1)
        },
        RawSubject {
            district: "411203".to_owned(),
            standing: "注销".to_owned(),
            ..caterer(2)
        },
        RawSubject {
            pools: "医疗".to_owned(),
            address: "样例市百分之100%路".to_owned(),
            ..caterer(3)
        },
        RawSubject {
            class: "D".to_owned(),
            class_source: "样例来源".to_owned(),
            class_on: "2026-01-01".to_owned(),
            ..caterer(4)
        },
        RawSubject {
            register_number: String::new(),
            ..caterer(5)
        },
    ];
    for row in rows {
        city.subject(keeper, &unit(1), &row).await;
    }
}

async fn keeper(city: &City, login: &str, number: u8) -> Acting {
    let account = city.account(login, &[(Role::Registrar, number)]).await;
    city.acting(&account).await
}

async fn rows(city: &City, acting: &Acting, filter: &SubjectFilter) -> Vec<u32> {
    let mut reader = city.app.db.read().await.unwrap();
    let reach = acting.reach(Verb::SubjectRead);
    let found = subject::page(&mut reader, &reach, filter, &From::Start, 50).await;
    let found = found.unwrap();
    let counted = subject::count(&mut reader, &reach, filter, 50)
        .await
        .unwrap();
    assert_eq!(usize::try_from(counted).unwrap(), found.len(), "{filter:?}");
    let number = |name: &str| (1..=9).find(|number| name == caterer(*number).name);
    found
        .iter()
        .map(|row| number(row.subject.name.as_str()).unwrap())
        .collect()
}

/// A list under one condition, and the entries it shows.
type Condition = (SubjectFilter, Vec<u32>);

fn worded() -> impl Iterator<Item = Condition> {
    let words = [
        ("餐饮0002", vec![2]),
        ("演示路4号", vec![4]),
        // Each word narrows further, and a sign of the pattern is a letter like others.
        ("样例餐饮 0004", vec![4]),
        ("样例餐饮 没有", vec![]),
        ("100%", vec![3]),
        ("1%路", vec![]),
        ("餐饮_001", vec![]),
        ("餐饮００01", vec![1]),
    ];
    let code = (register_number(3), vec![3]);
    let words = words
        .into_iter()
        .map(|(words, hits)| (words.to_owned(), hits));
    words.chain([code]).map(|(words, hits)| {
        let filter = SubjectFilter {
            text: Some(words),
            ..SubjectFilter::default()
        };
        (filter, hits)
    })
}

fn conditions() -> Vec<Condition> {
    let set = |fields: &[(&str, &str)]| {
        let mut filter = SubjectFilter::default();
        for (field, value) in fields {
            let value = (*value).to_owned();
            match *field {
                "district" => filter.district = Some(value),
                "standing" => filter.standing = Standing::parse(&value),
                "tier" => filter.tier = Some(value),
                _ => filter.pool = Some(value),
            }
        }
        filter
    };
    let without_code = SubjectFilter {
        without_code: true,
        ..SubjectFilter::default()
    };
    let single = [
        (set(&[]), vec![1, 2, 3, 4, 5]),
        (set(&[("district", "411203")]), vec![2]),
        (set(&[("standing", "deregistered")]), vec![2]),
        (set(&[("tier", "D")]), vec![4]),
        (set(&[("tier", "U")]), vec![1, 2, 3, 5]),
        (set(&[("pool", "医疗")]), vec![3]),
        (set(&[("pool", "医")]), vec![]),
        (without_code, vec![5]),
        (set(&[("district", "411202"), ("tier", "D")]), vec![4]),
        (set(&[("district", "411203"), ("tier", "D")]), vec![]),
    ];
    single.into_iter().chain(worded()).collect()
}

#[tokio::test]
async fn each_condition_of_the_register_leaves_out_what_does_not_fit_it() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let keeper = keeper(&city, "registrar", 1).await;
        five(&city, &keeper).await;
        for (filter, wanted) in conditions() {
            assert_eq!(rows(&city, &keeper, &filter).await, wanted, "{filter:?}");
        }
        let mut reader = city.app.db.read().await.unwrap();
        let offered = subject::districts(&mut reader).await.unwrap();
        assert_eq!(offered, ["411202", "411203"], "each once, in order");
    })
    .await;
}

/// The names in the file, in its order.
fn names(text: &str) -> Vec<u32> {
    let named = |line: &str| (1..=9).find(|number| line.contains(&caterer(*number).name));
    text.lines().skip(1).filter_map(named).collect()
}

async fn exported(city: &City, acting: &Acting, selection: &Selection) -> String {
    let made = city.app.export_subjects(None, acting, selection).await;
    match made.unwrap() {
        Export::File(name, bytes) => {
            assert!(name.starts_with("检查对象-2026-11-23-"), "{name}");
            assert!(!name.contains([' ', ':']), "{name}");
            String::from_utf8(bytes).unwrap()
        }
        Export::Ordered(id) => panic!("a job {id}"),
    }
}

#[tokio::test]
async fn the_file_of_a_list_holds_its_rows_in_its_order_with_one_heading() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let keeper = keeper(&city, "registrar", 1).await;
        five(&city, &keeper).await;
        for (filter, wanted) in conditions() {
            for descending in [false, true] {
                let selection = Selection {
                    filter: filter.clone(),
                    descending,
                    words: "?x=1".to_owned(),
                };
                let before = leaves(&city).await;
                let text = exported(&city, &keeper, &selection).await;
                let mut wanted = wanted.clone();
                if descending {
                    wanted.reverse();
                }
                assert_eq!(names(&text), wanted, "{selection:?}");
                assert_eq!(text.matches("统一社会信用代码").count(), 1, "{text}");
                assert_eq!(leaves(&city).await, before + 1);
                let event = newest_event(&city).await;
                assert_eq!(event.facts["rows"], wanted.len().to_string());
                assert_eq!(event.facts["filter"], "?x=1");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_file_longer_than_one_reading_goes_on_to_its_end_and_repeats_no_heading() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let keeper = keeper(&city, "registrar", 1).await;
        let many = |number: u32| RawSubject {
            name: format!("样例企业{number:05}"),
            ..caterer(number)
        };
        let rows: Vec<RawSubject> = (1..=2_003).map(many).collect();
        let home = unit(1);
        let imported = city
            .app
            .import_subjects(&keeper, &home, &rows, "样例", false);
        assert_eq!(imported.await.unwrap().added, 2_003);
        for descending in [false, true] {
            let selection = Selection {
                descending,
                ..Selection::default()
            };
            let text = exported(&city, &keeper, &selection).await;
            let mut wanted: Vec<String> = rows.iter().map(|row| row.name.clone()).collect();
            if descending {
                wanted.reverse();
            }
            let found: Vec<String> = text
                .lines()
                .skip(1)
                .map(|line| {
                    let start = line.find("样例企业").unwrap();
                    line[start..].chars().take(9).collect()
                })
                .collect();
            assert_eq!(found.len(), wanted.len());
            assert!(found == wanted, "the order of the list");
            assert_eq!(text.matches("统一社会信用代码").count(), 1);
        }
    })
    .await;
}

#[tokio::test]
async fn whoever_may_take_along_the_rows_of_his_unit_gets_those_and_who_may_not_none() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let (one, other) = (
            keeper(&city, "one", 1).await,
            keeper(&city, "other", 4).await,
        );
        city.subject(&one, &unit(1), &caterer(1)).await;
        city.subject(&other, &unit(4), &caterer(2)).await;
        let all = Selection::default();
        assert_eq!(names(&exported(&city, &one, &all).await), [1, 2]);
        // Those who launch campaigns read the whole register and take along what is theirs.
        for (login, number, wanted) in [("first", 1, 1), ("fourth", 4, 2)] {
            let account = city.account(login, &[(Role::Initiator, number)]).await;
            let acting = city.acting(&account).await;
            assert_eq!(
                rows(&city, &acting, &SubjectFilter::default()).await,
                [1, 2]
            );
            assert_eq!(names(&exported(&city, &acting, &all).await), [wanted]);
        }
        let viewer = city.account("inspector", &[(Role::Inspector, 1)]).await;
        let viewer = city.acting(&viewer).await;
        let before = leaves(&city).await;
        let refused = city.app.export_subjects(None, &viewer, &all).await;
        assert_eq!(code_of(refused), "AUTH-001");
        assert_eq!(leaves(&city).await, before);
    })
    .await;
}
