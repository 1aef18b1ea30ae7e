//! The register of subjects, entry by entry: what an edit leaves in the trace.

use app::premise::Thing;
use domain::account::Role;
use domain::subject::RawSubject;
use store::log::{TraceOf, trace};
use testkit::city::{City, as_shown, caterer, register_number, unit};
use testkit::engines::on_both;

use crate::words::{code_of, leaves};

/// One field typed differently, and the name the trace has for it.
type Edit = (&'static str, fn(&mut RawSubject));

const EDITS: [Edit; 7] = [
    ("code", |typed| typed.register_number = register_number(77)),
    ("name", |typed| typed.name = "样例餐饮改名店".to_owned()),
    ("district", |typed| typed.district = "411203".to_owned()),
    ("address", |typed| {
        typed.address = "样例市演示路七十七号".to_owned();
    }),
    ("scope", |typed| typed.scope = "热食类食品制售".to_owned()),
    ("registered_on", |typed| {
        typed.registered_on = "2020-01-02".to_owned();
    }),
    ("standing", |typed| typed.standing = "注销".to_owned()),
];

#[tokio::test]
async fn an_edit_is_traced_by_the_names_of_the_fields_that_differ_and_repeats_no_value() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let keeper = city.account("registrar", &[(Role::Registrar, 1)]).await;
        let keeper = city.acting(&keeper).await;
        let mut typed = caterer(1);
        let id = city.subject(&keeper, &unit(1), &typed).await;
        let changed = async |typed: &RawSubject| {
            let shown = as_shown(&city.app, Thing::Subject(&id)).await;
            let edit = city.app.edit_subject(&keeper, &id, &shown, typed).await;
            edit.unwrap();
            let mut reader = city.app.db.read().await.unwrap();
            let newest = trace(&mut reader, &TraceOf::All, None, 1).await.unwrap();
            newest[0].header.clone().unwrap()
        };
        for (field, edit) in EDITS {
            edit(&mut typed);
            let header = changed(&typed).await;
            let fields: serde_json::Value = serde_json::from_str(&header).unwrap();
            assert!(
                header.contains(&format!("\"{field}\"")),
                "{field}: {fields}"
            );
        }
        let mut all = caterer(1);
        all.name = "样例餐饮再改店".to_owned();
        let header = changed(&all).await;
        let names: Vec<&str> = EDITS.iter().map(|(field, _)| *field).collect();
        assert!(header.contains(&names.join(",")), "{header}");
        assert!(!header.contains("再改店"), "no value: {header}");
    })
    .await;
}

#[tokio::test]
async fn two_entries_never_share_a_code() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let keeper = city.account("registrar", &[(Role::Registrar, 1)]).await;
        let keeper = city.acting(&keeper).await;
        let id = city.subject(&keeper, &unit(1), &caterer(1)).await;
        city.subject(&keeper, &unit(1), &caterer(2)).await;
        let before = leaves(&city).await;
        let again = city.app.add_subject(&keeper, &unit(1), &caterer(2)).await;
        assert!(code_of(again).starts_with("usci "));
        let stolen = RawSubject {
            name: "样例餐饮0001店".to_owned(),
            ..caterer(2)
        };
        let shown = as_shown(&city.app, Thing::Subject(&id)).await;
        let edit = city.app.edit_subject(&keeper, &id, &shown, &stolen).await;
        assert!(code_of(edit).starts_with("usci "));
        assert_eq!(leaves(&city).await, before);
        let edit = city
            .app
            .edit_subject(&keeper, &id, &shown, &caterer(1))
            .await;
        edit.unwrap();
    })
    .await;
}
