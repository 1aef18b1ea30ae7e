//! List, count, search and export show the same rows to the same account.

use std::collections::BTreeSet;

use axum::http::StatusCode;
use domain::account::Role;
use domain::id::SubjectId;
use domain::policy::{Place, Verb};
use domain::subject::Subject;
use testkit::city::{caterer, unit};
use testkit::clock::FakeEntropy;
use testkit::engines::on_both;

use crate::browser::{Browser, Page, Site};

const UNITS: u8 = 5;
const SUBJECTS: u32 = 330;
const ACCOUNTS: usize = 60;
const FILTERS: [&str; 8] = [
    "",
    "q=演示路1",
    "q=样例 0",
    "standing=revoked",
    "tier=U",
    "pool=工地",
    "district=411203&q=餐饮",
    "code=none&sort=-name",
];

fn subjects(unit_number: u8) -> Vec<Subject> {
    let own = (1..=SUBJECTS).filter(|number| number % u32::from(UNITS) == u32::from(unit_number));
    own.map(|number| {
        let mut row = caterer(number);
        if number % 7 == 0 {
            row.standing = "吊销未注销".to_owned();
        }
        if number % 3 == 0 {
            row.pools = "工地".to_owned();
        }
        if number % 4 == 0 {
            row.district = "411203".to_owned();
        }
        if number % 11 == 0 {
            row.register_number.clear();
        }
        let mut bytes = [0; 12];
        bytes[..4].copy_from_slice(&number.to_be_bytes());
        row.read(SubjectId::from_entropy(bytes), "样例")
            .unwrap()
            .subject
    })
    .collect()
}

/// The address as a browser would send it.
fn encoded(query: &str) -> String {
    let pairs = query.split('&').filter_map(|pair| pair.split_once('='));
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// Names of all rows of a list, page by page, as a person would read it.
async fn listed(browser: &Browser, query: &str) -> (Vec<String>, Page) {
    let first = browser.get(&format!("/w/subjects?{query}")).await;
    let (mut names, mut page) = (names(&first.text), None);
    let mut next = next_of(&first.text);
    while let Some(address) = next {
        let later = browser.get(&address).await;
        names.extend(self::names(&later.text));
        next = next_of(&later.text);
        page = Some(later);
    }
    if let Some(last) = page {
        assert!(
            last.text.contains("rel=\"prev\""),
            "a later page leads back"
        );
    }
    (names, first)
}

fn names(html: &str) -> Vec<String> {
    let rows = html.split("<a href=\"/w/subjects/").skip(1);
    let names = rows.filter_map(|rest| rest.split_once('>')?.1.split_once("</a>"));
    names
        .map(|(name, _)| name.to_owned())
        .filter(|name| name.starts_with("样例餐饮"))
        .collect()
}

fn next_of(html: &str) -> Option<String> {
    let rest = html.split("rel=\"next\" href=\"").nth(1)?;
    Some(
        rest.split('"')
            .next()?
            .replace("&#38;", "&")
            .replace("&amp;", "&"),
    )
}

fn exported(csv: &str) -> Vec<String> {
    let body = csv
        .strip_prefix('\u{feff}')
        .expect("office software wants a BOM");
    body.lines()
        .skip(1)
        .map(|line| line.split(',').nth(2).unwrap().to_owned())
        .collect()
}

#[expect(clippy::too_many_lines, reason = "one story, told in its order")]
#[tokio::test]
async fn list_count_search_and_export_have_the_same_scope_for_random_accounts() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        for number in 0..UNITS {
            site.city.subjects(&unit(number), &subjects(number)).await;
        }
        let chance = FakeEntropy::new(41);
        let business: Vec<Role> = Role::ALL
            .iter()
            .copied()
            .filter(|role| role.is_grantable() && !role.is_administrator())
            .collect();
        let (mut exports, mut refused, mut narrower) = (0, 0, 0);
        for number in 0..ACCOUNTS {
            let mut grants = BTreeSet::new();
            for _ in 0..=chance.below(3) {
                let unit = u8::try_from(chance.below(usize::from(UNITS))).unwrap();
                grants.insert((business[chance.below(business.len())], unit));
            }
            let grants: Vec<(Role, u8)> = grants.into_iter().collect();
            let id = site.city.account(&format!("suiyi{number}"), &grants).await;
            let acting = site.city.acting(&id).await;
            let browser = site.signed_in(&id).await;
            let query = encoded(FILTERS[chance.below(FILTERS.len())]);
            let query = query.as_str();
            let told = format!("{grants:?} {query}");
            let (shown, first) = listed(&browser, query).await;
            if !acting.offers(Verb::SubjectRead) {
                assert!(first.shows("AUTH-001") && shown.is_empty(), "{told}");
                refused += 1;
                continue;
            }
            assert!(
                first.shows(&format!("共 {} 条", shown.len())),
                "{told}: the count is of the list"
            );
            let unique: BTreeSet<&String> = shown.iter().collect();
            assert_eq!(unique.len(), shown.len(), "{told}: paging repeats nothing");
            let file = browser.get(&format!("/w/subjects.csv?{query}")).await;
            let both = acting.reach_of_both(Verb::SubjectRead, Verb::SubjectExport);
            if !acting.offers(Verb::SubjectExport) {
                assert!(
                    file.shows("AUTH-001") && !first.shows("subjects.csv"),
                    "{told}"
                );
                continue;
            }
            exports += 1;
            let mut allowed = Vec::new();
            for name in &shown {
                let digits: u32 = name["样例餐饮".len()..]
                    .trim_end_matches('店')
                    .parse()
                    .unwrap();
                let own = unit(u8::try_from(digits % u32::from(UNITS)).unwrap());
                if both.covers(&Place::of(&own)) {
                    allowed.push(name.clone());
                }
            }
            if allowed.len() < shown.len() {
                narrower += 1;
                assert!(
                    first.shows("导出 CSV（限本岗位可导出的单位）") || allowed.is_empty(),
                    "{told}: the page says so"
                );
            }
            assert_eq!(
                exported(&file.text),
                allowed,
                "{told}: the file is the list, in its order"
            );
        }
        assert!(
            exports >= 10 && refused >= 5 && narrower >= 1,
            "{exports} {refused} {narrower}"
        );
    })
    .await;
}

#[tokio::test]
async fn a_condition_that_cannot_be_read_shows_and_exports_nothing() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        site.city.subjects(&unit(1), &subjects(1)).await;
        let id = site.city.account("kucun1", &[(Role::Registrar, 1)]).await;
        let browser = site.signed_in(&id).await;
        let before = site.log_size().await;
        for query in ["standing=gone", "nonsense=1", "sort=address", "q=a&q=b"] {
            let page = browser.get(&format!("/w/subjects?{query}")).await;
            assert!(
                page.shows("FILT-00") && names(&page.text).is_empty(),
                "{query}"
            );
            let file = browser.get(&format!("/w/subjects.csv?{query}")).await;
            assert!(
                file.shows("FILT-006"),
                "{query}: an export must not hold more than was asked for"
            );
        }
        let lost = browser.get("/w/subjects?from=AAAA").await;
        assert!(lost.shows("PAGE-001"));
        assert_eq!(site.log_size().await, before);
    })
    .await;
}

#[tokio::test]
async fn a_list_whose_conditions_were_not_understood_is_not_called_empty() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let grants = [
            (Role::Initiator, 1),
            (Role::Registrar, 1),
            (Role::Approver, 0),
            (Role::Supervisor, 0),
        ];
        let id = site.city.account("duo", &grants).await;
        let browser = site.signed_in(&id).await;
        for (list, empty) in [
            ("/w/subjects", "先导入检查对象名录"),
            ("/w/inspectors", "先导入人员名录"),
            ("/w/inspections", "抽取并派发之后"),
            ("/w/campaigns", "从起草到归档都在这里看"),
        ] {
            let page = browser.get(list).await;
            assert!(page.shows(empty), "{list}: {}", page.text);
            assert_eq!(page.status, StatusCode::OK);
        }
        for list in [
            "/w/subjects",
            "/w/inspectors",
            "/w/inspections",
            "/w/campaigns",
            "/w/log",
        ] {
            let page = browser.get(&format!("{list}?nonsense=1")).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{list}");
            assert!(
                page.shows("FILT-001") && page.shows("没有看懂"),
                "{list}: {}",
                page.text
            );
            assert!(
                !page.shows("<table") && !page.shows("共 0") && !page.shows("先导入"),
                "{list}: {}",
                page.text
            );
        }
    })
    .await;
}

#[tokio::test]
async fn an_address_that_is_no_text_is_answered_in_our_words() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let id = site.city.account("kucun1", &[(Role::Registrar, 1)]).await;
        let browser = site.signed_in(&id).await;
        for (who, path) in [
            (&site.stranger(), "/items/%C3%28"),
            (&browser, "/w/jobs/%FF"),
            (&browser, "/w/subjects/%E6%A3"),
        ] {
            let page = who.get(path).await;
            assert_eq!(page.status, StatusCode::BAD_REQUEST, "{path}");
            assert!(page.shows("PAGE-400"), "{path}: {}", page.text);
            assert!(!page.shows("Invalid"), "{path}: {}", page.text);
        }
    })
    .await;
}
