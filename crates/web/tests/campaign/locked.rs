//! One inspector whose key is gone or broken, as people meet it: the register shows everybody else and marks him,
//! the freeze says who it is, and written anew from the paper he is drawn again.

use axum::http::StatusCode;
use domain::account::Role;
use store::Db;
use testkit::city::unit;
use testkit::engines::{PostgresDatabase, admin, upgrade};

use crate::browser::Browser;
use crate::cast::Cast;

const GONE: &str = "DELETE FROM person_keys WHERE person = (SELECT 'inspector/' || inspector_id FROM inspectors WHERE code = 'P002')";
const BROKEN: &str = "UPDATE person_keys SET wrapped = 'another' WHERE person = (SELECT 'inspector/' || inspector_id FROM inspectors WHERE code = 'P002')";

async fn the_register_marks_him(keeper: &Browser) {
    let listed = keeper.get("/w/inspectors").await;
    assert_eq!(listed.status, StatusCode::OK, "{}", listed.text);
    for whole in ["411200-0001", "411200-0003", "411200-0090", "样例检查员002"] {
        assert!(listed.shows(whole), "{whole}: {}", listed.text);
    }
    assert!(listed.shows("证号打不开") && listed.shows("STOR-523"));
    assert!(!listed.shows("411200-0002"));
    // Whoever looks for credentials that need care finds him.
    let ending = keeper.get("/w/inspectors?credential=ending").await;
    assert!(ending.shows("样例检查员002") && !ending.shows("样例检查员001"));
    for page in ["/w/recusals", "/w/recusals/new"] {
        assert_eq!(keeper.get(page).await.status, StatusCode::OK, "{page}");
    }
}

/// The page or, where that was reckoned before, the act.
async fn the_freeze_names_him(cast: &Cast, no: &str) {
    let path = format!("/w/campaigns/{no}/freeze");
    let mut page = cast.officer.get(&path).await;
    if page.status == StatusCode::OK {
        page = cast.officer.submit(&page, &path, &[]).await;
    }
    assert_eq!(page.status, StatusCode::CONFLICT, "{}", page.text);
    assert!(page.shows("样例检查员002") && page.shows("P002"));
    assert!(page.shows("STOR-523") && page.shows("person_keys"));
}

async fn written_anew_he_is_whole(cast: &Cast, keeper: &Browser) {
    let mut reader = cast.site.city.app.db.read().await.unwrap();
    let entries = store::inspector::entries(&mut reader).await.unwrap();
    drop(reader);
    let of = entries.iter().find(|one| one.code.as_str() == "P002");
    let path = format!("/w/inspectors/{}/edit", of.unwrap().id);
    let asked = keeper.get(&path).await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.text);
    assert!(asked.shows("照证件重新填写"));
    let unit = unit(1);
    let mut fields = vec![
        ("unit", unit.as_str()),
        ("name", "样例检查员002"),
        ("code", "P002"),
        ("presence", "在岗"),
        ("may_lead", "否"),
    ];
    // Left empty it would make him one without a credential.
    let refused = keeper.submit(&asked, &path, &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(refused.shows("ROST-032"), "{}", refused.text);
    fields.extend([("credential", "411200-0002"), ("valid_until", "2027-12-31")]);
    let done = keeper.submit(&refused, &path, &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    assert!(keeper.get("/w/inspectors").await.shows("411200-0002"));
}

async fn told(meddled: &str) {
    let server = PostgresDatabase::fresh();
    let db = Db::open_postgres(server.url(), &upgrade()).await.unwrap();
    let cast = Cast::gather(db.clone(), 40, 6).await;
    let city = &cast.site.city;
    let keeper = city.account("keeper1", &[(Role::Registrar, 1)]).await;
    let keeper = cast.grant(&keeper).await;
    let no = cast.launched().await;
    admin(server.url(), meddled);
    the_register_marks_him(&keeper).await;
    the_freeze_names_him(&cast, &no).await;
    written_anew_he_is_whole(&cast, &keeper).await;
    cast.done(&cast.officer, &no, "freeze", &[]).await;
    db.close().await;
}

#[tokio::test]
async fn an_inspector_whose_key_is_gone_hides_nobody_and_is_named() {
    told(GONE).await;
}

#[tokio::test]
async fn an_inspector_whose_key_is_broken_hides_nobody_and_is_named() {
    told(BROKEN).await;
}
