//! A register that comes in as rows: what registries write for “nothing”, which entry a row belongs to.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};

use app::port::Entropy;
use app::{Acting, App};
use domain::account::Role;
use domain::subject::RawSubject;
use store::subject;
use testkit::city::{City, caterer, register_number, unit};
use testkit::engines::on_both;
use tokio::runtime::Handle;
use tokio::task::block_in_place;

use crate::words::{code_of, leaves};

#[tokio::test]
async fn a_row_is_laid_over_the_entry_of_its_code_and_says_nothing_where_it_has_nothing() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let keeper = city.account("registrar", &[(Role::Registrar, 1)]).await;
        let keeper = city.acting(&keeper).await;
        let bring = |rows: Vec<RawSubject>| {
            let (app, keeper) = (city.app.clone(), keeper.clone());
            async move {
                app.import_subjects(&keeper, &unit(1), &rows, "样例", false)
                    .await
            }
        };
        let first = RawSubject {
            address: "N/A".to_owned(),
            ..caterer(1)
        };
        let second = RawSubject {
            address: "null".to_owned(),
            ..caterer(2)
        };
        let tally = bring(vec![first.clone(), second, caterer(3)])
            .await
            .unwrap();
        assert_eq!(
            (tally.added, tally.changed, tally.same, tally.bad),
            (3, 0, 0, 0)
        );
        let renamed = RawSubject {
            name: "样例餐饮改名店".to_owned(),
            address: "样例市演示路一号".to_owned(),
            ..first
        };
        let emptied = RawSubject {
            address: "N/A".to_owned(),
            ..caterer(3)
        };
        let tally = bring(vec![renamed, caterer(2), emptied, caterer(4)])
            .await
            .unwrap();
        assert_eq!(
            (tally.added, tally.changed, tally.same, tally.bad),
            (1, 2, 1, 0)
        );
        let mut reader = city.app.db.read().await.unwrap();
        for (number, name, address) in [
            (1, "样例餐饮改名店", "样例市演示路一号"),
            (2, "样例餐饮0002店", "样例市演示路2号"),
            (3, "样例餐饮0003店", "样例市演示路3号"),
            (4, "样例餐饮0004店", "样例市演示路4号"),
        ] {
            let kept = subject::by_code(&mut reader, &register_number(number))
                .await
                .unwrap();
            let kept = kept.unwrap().subject;
            assert_eq!(kept.name.to_string(), name);
            assert_eq!(kept.address.unwrap().to_string(), address);
        }
    })
    .await;
}

#[tokio::test]
async fn one_bad_row_refuses_all_and_leaves_no_trace() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let keeper = city.account("registrar", &[(Role::Registrar, 1)]).await;
        let keeper = city.acting(&keeper).await;
        let before = leaves(&city).await;
        let nowhere = RawSubject {
            district: String::new(),
            ..caterer(5)
        };
        let rows = [caterer(6), nowhere];
        let refused = city
            .app
            .import_subjects(&keeper, &unit(1), &rows, "样例", false)
            .await;
        assert_eq!(code_of(refused), "IMPT-071", "one bad row refuses all");
        assert_eq!(leaves(&city).await, before);
    })
    .await;
}

/// Somebody adds an entry whenever the generator is asked, so many times: beside an import that is judging.
struct AddsEntries {
    city: City,
    keeper: Acting,
    left: AtomicU32,
}

impl Entropy for AddsEntries {
    fn fill(&self, bytes: &mut [u8]) {
        self.city.app.entropy.fill(bytes);
        let left = self.left.load(Ordering::SeqCst);
        if left > 0 {
            self.left.store(left - 1, Ordering::SeqCst);
            let new = caterer(900 + left);
            let added = async { self.city.subject(&self.keeper, &unit(1), &new).await };
            block_in_place(|| Handle::current().block_on(added));
        }
    }
}

/// Each of its rounds is overtaken by an edit; the last one lets nobody edit beside it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_register_that_never_rests_keeps_nobody_from_importing() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let keeper = city.account("registrar", &[(Role::Registrar, 1)]).await;
        let keeper = city.acting(&keeper).await;
        let entropy = AddsEntries {
            city: city.clone(),
            keeper: keeper.clone(),
            left: AtomicU32::new(3),
        };
        let app = App {
            entropy: Arc::new(entropy),
            ..city.app.clone()
        };
        let rows = [caterer(1)];
        let tally = app
            .import_subjects(&keeper, &unit(1), &rows, "样例", false)
            .await
            .unwrap();
        assert_eq!(tally.added, 1);
        let mut reader = city.app.db.read().await.unwrap();
        for number in [1, 901, 902, 903] {
            let kept = subject::by_code(&mut reader, &register_number(number)).await;
            assert!(kept.unwrap().is_some(), "{number}");
        }
        drop(reader);
        assert_eq!(store::audit(&city.app.db).await.unwrap().faults, []);
    })
    .await;
}
