//! The register of subjects, entry by entry: what an edit leaves in the trace, and what goes along with a code.

use app::Acting;
use app::premise::Thing;
use domain::account::Role;
use domain::id::InspectorCode;
use domain::inspector::RawInspector;
use domain::recusal::{Recusal, RecusalGround};
use domain::subject::RawSubject;
use domain::text::SubjectCode;
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

async fn declared(city: &City, keeper: &Acting, code: &str, from: u32, note: &str) {
    let recusal = recusal(city, keeper, code, (from, note));
    let shown = as_shown(&city.app, Thing::Inspectors).await;
    let done = city
        .app
        .declare_recusal(keeper, &unit(1), &shown, &recusal)
        .await;
    done.unwrap();
}

fn recusal(city: &City, keeper: &Acting, code: &str, (from, note): (u32, &str)) -> Recusal {
    Recusal {
        inspector: InspectorCode::parse(code).unwrap(),
        subject: SubjectCode::parse(&register_number(from)).unwrap(),
        ground: RecusalGround::Worked,
        note: Some(note.to_owned()).filter(|note| !note.is_empty()),
        declared_by: keeper.account.clone(),
        at: city.app.clock.now(),
    }
}

/// Inspector, firm and explanation of every recusal.
async fn recused(city: &City) -> Vec<(String, String, Option<String>)> {
    let mut reader = city.app.db.read().await.unwrap();
    let found = store::inspector::recusals(&mut reader).await.unwrap();
    let each = found.into_iter().map(|kept| {
        assert!(kept.tied && kept.unopened.is_none());
        let (inspector, subject) = (kept.recusal.inspector, kept.recusal.subject);
        (
            inspector.to_string(),
            subject.to_string(),
            kept.recusal.note,
        )
    });
    each.collect()
}

async fn with_two_inspectors(city: &City, keeper: &Acting) {
    for (code, name) in [("F001", "检查员甲"), ("F002", "检查员乙")] {
        let typed = RawInspector {
            code: code.to_owned(),
            name: name.to_owned(),
            presence: "在岗".to_owned(),
            ..RawInspector::default()
        };
        let added = city.app.add_inspector(keeper, &unit(1), &typed, None).await;
        added.unwrap();
    }
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story, told straight")]
async fn a_firm_that_gets_another_code_takes_its_recusals_along_and_leaves_none_behind() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let keeper = city.account("registrar", &[(Role::Registrar, 1)]).await;
        let keeper = city.acting(&keeper).await;
        with_two_inspectors(&city, &keeper).await;
        let id = city.subject(&keeper, &unit(1), &caterer(1)).await;
        city.subject(&keeper, &unit(1), &caterer(2)).await;
        declared(&city, &keeper, "F001", 1, "曾在该店任职").await;
        declared(&city, &keeper, "F002", 1, "").await;
        declared(&city, &keeper, "F002", 2, "店主亲属").await;
        let edited = async |typed: &RawSubject| {
            let shown = as_shown(&city.app, Thing::Subject(&id)).await;
            city.app.edit_subject(&keeper, &id, &shown, typed).await
        };
        let recoded = RawSubject {
            register_number: register_number(77),
            ..caterer(1)
        };
        let before = leaves(&city).await;
        edited(&recoded).await.unwrap();
        assert_eq!(leaves(&city).await, before + 1, "in the same act");
        let line = |inspector: &str, firm: u32, note: &str| {
            let note = Some(note.to_owned()).filter(|note| !note.is_empty());
            (inspector.to_owned(), register_number(firm), note)
        };
        let mut all = vec![
            line("F001", 77, "曾在该店任职"),
            line("F002", 2, "店主亲属"),
            line("F002", 77, ""),
        ];
        all.sort();
        let mut found = recused(&city).await;
        found.sort();
        assert_eq!(found, all);
        // Neither without a code nor out of the register: the recusals would be of nobody.
        let cleared = RawSubject {
            register_number: String::new(),
            ..caterer(1)
        };
        assert_eq!(code_of(edited(&cleared).await), "SUBJ-007");
        let shown = as_shown(&city.app, Thing::Subject(&id)).await;
        let removed = city
            .app
            .remove_subject(&keeper, &id, &shown, "登记重复")
            .await;
        assert_eq!(code_of(removed), "SUBJ-007");
        // Nor as a second entry of the same firm, by form or by file.
        let twin = RawSubject {
            usci: "91411202MA4XYA12XY".to_owned(),
            ..recoded.clone()
        };
        let added = city.app.add_subject(&keeper, &unit(1), &twin).await;
        assert_eq!(code_of(added), "register_number SUBJ-008");
        let rows = [twin, caterer(3)];
        let of = unit(1);
        let imported = city.app.import_subjects(&keeper, &of, &rows, "样例", true);
        let tally = imported.await.unwrap();
        assert_eq!((tally.bad, tally.added), (1, 1));
        // A code the firm has no longer names no firm to recuse from.
        let late = recusal(&city, &keeper, "F001", (1, ""));
        let shown = as_shown(&city.app, Thing::Inspectors).await;
        let refused = city
            .app
            .declare_recusal(&keeper, &unit(1), &shown, &late)
            .await;
        assert!(code_of(refused).starts_with("subject "));
        let mut found = recused(&city).await;
        found.sort();
        assert_eq!(found, all);
        assert_eq!(store::audit(&city.app.db).await.unwrap().faults, []);
    })
    .await;
}
