//! What a bureau begins with: founded once, its rules installed once and whole.

use app::installation::Founding;
use domain::catalog::Method;
use domain::org::{OrgUnit, UnitKind};
use store::{catalog, org};
use testkit::city::{City, unit};
use testkit::engines::on_both;

use crate::words::{code_of, leaves};

#[tokio::test]
async fn a_bureau_is_founded_once_and_a_second_time_changes_nothing() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let before = leaves(&city).await;
        let again = Founding {
            bureau: "另一个局".to_owned(),
            number_letters: "XX".to_owned(),
            district: "111111".to_owned(),
            origin: "111111.example/other".to_owned(),
            demonstration: false,
            units: vec![OrgUnit {
                id: unit(9),
                name: "另一个局".to_owned(),
                kind: UnitKind::Bureau,
                parent: None,
            }],
        };
        assert!(code_of(city.app.found(&again).await).starts_with("INIT-"));
        assert_eq!(leaves(&city).await, before);
        let mut reader = city.app.db.read().await.unwrap();
        let bureau = org::fact(&mut reader, "bureau").await.unwrap();
        assert_eq!(bureau.as_deref(), Some("样例市城市管理局"));
        let units = org::units(&mut reader).await.unwrap();
        assert_eq!(units.len(), 5);
        assert!(units.iter().all(|one| one.name != "另一个局"));
        let parents: Vec<_> = units.iter().map(|one| one.parent.clone()).collect();
        let wanted = [None, Some(0), Some(0), Some(2), Some(0)].map(|one| one.map(unit));
        assert_eq!(parents, wanted);
    })
    .await;
}

#[tokio::test]
async fn the_seeded_rules_are_there_whole_and_each_kind_is_an_event_of_its_own() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let mut reader = city.app.db.read().await.unwrap();
        let outcomes = catalog::outcomes(&mut reader).await.unwrap();
        let codes: Vec<&str> = outcomes.iter().map(|one| one.code.as_str()).collect();
        for wanted in ["R1", "R6", "R8"] {
            assert!(codes.contains(&wanted), "{codes:?}");
        }
        let mut sorted = codes.clone();
        sorted.sort_unstable();
        sorted.dedup();
        assert_eq!(sorted.len(), codes.len(), "each code once");
        let holidays = catalog::holidays(&mut reader).await.unwrap();
        let days: Vec<String> = holidays.iter().map(|one| one.on.to_string()).collect();
        let mut ascending = days.clone();
        ascending.sort();
        assert_eq!(days, ascending);
        assert!(days.contains(&"2026-10-01".to_owned()), "{days:?}");
        let items = catalog::items(&mut reader).await.unwrap();
        assert!(items.len() >= 2);
        assert!(
            items.iter().all(|kept| kept.item.published_on.is_none()),
            "a seeded item is a draft until a person publishes it"
        );
        let methods = items
            .iter()
            .map(|kept| kept.item.terms.methods.contains(&Method::OnSite));
        assert!(methods.count() >= 2);
        drop(reader);
        // A rulebook in force is replaced by a person, never by the installation.
        let refused = code_of(city.app.install_rules(true).await);
        assert!(!refused.is_empty());
        let mut reader = city.app.db.read().await.unwrap();
        let kept = catalog::outcomes(&mut reader).await.unwrap();
        assert_eq!(kept.len(), outcomes.len(), "nothing came in twice");
    })
    .await;
}
