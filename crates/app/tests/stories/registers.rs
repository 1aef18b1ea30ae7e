//! The two registers by hand: one code and one credential have one holder, nobody writes into another unit's entries, and
//! what is removed is gone with its reason in the log.

use app::Acting;
use app::premise::Thing;
use domain::account::Role;
use domain::inspector::RawInspector;
use store::subject;
use testkit::city::{City, as_shown, caterer, register_number, unit};
use testkit::engines::on_both;

use crate::words::{code_of, leaves, newest, newest_event};

async fn registrar(city: &City, login: &str, number: u8) -> Acting {
    let account = city.account(login, &[(Role::Registrar, number)]).await;
    city.acting(&account).await
}

fn person(number: u8) -> RawInspector {
    RawInspector {
        code: format!("P{number:03}"),
        name: format!("样例检查员{number}"),
        credential: format!("411200-{number:04}"),
        valid_until: "2027-12-31".to_owned(),
        ..RawInspector::default()
    }
}

#[tokio::test]
async fn a_code_and_a_credential_have_one_holder_until_he_has_left() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let keeper = registrar(&city, "registrar", 1).await;
        let app = &city.app;
        let add = async |row: &RawInspector| app.add_inspector(&keeper, &unit(1), row, None).await;
        let first = add(&person(1)).await.unwrap();
        let second = add(&person(2)).await.unwrap();
        let before = leaves(&city).await;
        let same_code = RawInspector {
            credential: "411200-0009".to_owned(),
            ..person(1)
        };
        assert!(code_of(add(&same_code).await).starts_with("code "));
        let same_number = RawInspector {
            credential: person(1).credential,
            ..person(3)
        };
        assert!(code_of(add(&same_number).await).ends_with("ROST-031"));
        let edit = async |row: &RawInspector| {
            let shown = as_shown(app, Thing::Inspector(&second)).await;
            app.edit_inspector(&keeper, &second, &shown, row).await
        };
        let taken = RawInspector {
            credential: person(1).credential,
            ..person(2)
        };
        assert!(code_of(edit(&taken).await).ends_with("ROST-031"));
        let renumbered = RawInspector {
            code: person(1).code,
            ..person(2)
        };
        assert!(code_of(edit(&renumbered).await).starts_with("code "));
        assert_eq!(
            leaves(&city).await,
            before,
            "what is refused leaves no trace"
        );
        // What he has himself is no obstacle.
        edit(&person(2)).await.unwrap();
        assert_eq!(newest(&city).await, "inspector.edit");
        let shown = as_shown(app, Thing::Inspector(&first)).await;
        let left = RawInspector {
            presence: "调离".to_owned(),
            ..person(1)
        };
        app.edit_inspector(&keeper, &first, &shown, &left)
            .await
            .unwrap();
        add(&same_number).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn whoever_keeps_one_unit_writes_nothing_into_another_and_the_unit_below_is_his() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let app = &city.app;
        let keeper = registrar(&city, "keeper", 2).await;
        let stranger = registrar(&city, "stranger", 4).await;
        let reader = city.account("supervisor", &[(Role::Supervisor, 0)]).await;
        let reader = city.acting(&reader).await;
        // 市容大队 stands below 市容科, the bureau above it.
        let below = city.subject(&keeper, &unit(3), &caterer(1)).await;
        let before = leaves(&city).await;
        let above = app.add_subject(&keeper, &unit(0), &caterer(2)).await;
        assert_eq!(code_of(above), "AUTH-001");
        for acting in [&stranger, &reader] {
            let shown = as_shown(app, Thing::Subject(&below)).await;
            let add = app.add_subject(acting, &unit(3), &caterer(2)).await;
            assert_eq!(code_of(add), "AUTH-001");
            let edit = app.edit_subject(acting, &below, &shown, &caterer(3)).await;
            assert_eq!(code_of(edit), "AUTH-001");
            let remove = app.remove_subject(acting, &below, &shown, "错录").await;
            assert_eq!(code_of(remove), "AUTH-001");
            let add = app.add_inspector(acting, &unit(3), &person(1), None).await;
            assert_eq!(code_of(add), "AUTH-001");
            let import = app
                .import_subjects(acting, &unit(3), &[caterer(2)], "样例", false)
                .await;
            assert_eq!(code_of(import), "AUTH-001");
        }
        assert_eq!(leaves(&city).await, before);
        let shown = as_shown(app, Thing::Subject(&below)).await;
        app.edit_subject(&keeper, &below, &shown, &caterer(3))
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn an_entry_is_removed_once_as_it_was_shown_with_the_reason_in_the_log() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let app = &city.app;
        let keeper = registrar(&city, "registrar", 1).await;
        let id = city.subject(&keeper, &unit(1), &caterer(1)).await;
        let other = city.subject(&keeper, &unit(1), &caterer(2)).await;
        let old = as_shown(app, Thing::Subject(&id)).await;
        app.edit_subject(&keeper, &id, &old, &caterer(3))
            .await
            .unwrap();
        let before = leaves(&city).await;
        let stale = app.remove_subject(&keeper, &id, &old, "重复登记").await;
        assert_eq!(code_of(stale), "SEEN-001");
        assert_eq!(leaves(&city).await, before);
        let shown = as_shown(app, Thing::Subject(&id)).await;
        app.remove_subject(&keeper, &id, &shown, "重复登记")
            .await
            .unwrap();
        let event = newest_event(&city).await;
        assert_eq!(event.act.name(), "subject.remove");
        assert_eq!(event.reason.as_deref(), Some("重复登记"));
        assert!(event.links.iter().any(|link| link.id == id.as_str()));
        let again = app.remove_subject(&keeper, &id, &shown, "重复登记").await;
        assert_eq!(code_of(again), "STOR-404");
        let mut reader = app.db.read().await.unwrap();
        let code = register_number(3);
        assert!(
            subject::by_code(&mut reader, &code)
                .await
                .unwrap()
                .is_none()
        );
        subject::get(&mut reader, &other).await.unwrap();
    })
    .await;
}
