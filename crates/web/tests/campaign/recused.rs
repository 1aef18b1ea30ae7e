//! A recusal as people meet it when the code of its person or of its firm changes: it is listed under the codes they have
//! and stands in the frame; one that an earlier build left behind is named on the list and by the freeze, and goes home
//! when its person is saved once more.

use app::premise::Thing;
use axum::http::StatusCode;
use domain::account::Role;
use domain::id::CampaignNo;
use store::Db;
use testkit::city::{as_shown, register_number, unit};
use testkit::engines::{PostgresDatabase, admin, on_both, upgrade};

use crate::browser::{Browser, Page};
use crate::cast::Cast;

async fn keeper_of(cast: &Cast) -> Browser {
    let keeper = cast.site.city.account("keeper1", &[(Role::Registrar, 1)]);
    cast.grant(&keeper.await).await
}

async fn declares(keeper: &Browser, code: &str, note: &str) {
    let asked = keeper.get("/w/recusals/new").await;
    let number = register_number(1);
    let fields = [
        ("inspector", code),
        ("subject", number.as_str()),
        ("ground", "interest"),
        ("note", note),
    ];
    let done = keeper.submit(&asked, "/w/recusals/new", &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
}

/// Saves the second inspector with this code.
async fn saves(cast: &Cast, keeper: &Browser, code: &str) {
    let mut reader = cast.site.city.app.db.read().await.unwrap();
    let entries = store::inspector::entries(&mut reader).await.unwrap();
    drop(reader);
    let of = entries
        .iter()
        .find(|one| one.name.as_str() == "样例检查员002");
    let path = format!("/w/inspectors/{}/edit", of.unwrap().id);
    let asked = keeper.get(&path).await;
    let unit = unit(1);
    let fields = [
        ("unit", unit.as_str()),
        ("name", "样例检查员002"),
        ("code", code),
        ("presence", "在岗"),
        ("may_lead", "否"),
        ("credential", "411200-0002"),
        ("valid_until", "2027-12-31"),
    ];
    let done = keeper.submit(&asked, &path, &fields).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
}

/// The firm gets another code.
async fn recodes(cast: &Cast, to: &str) {
    let city = &cast.site.city;
    let keeper = city.account("keeper2", &[(Role::Registrar, 1)]).await;
    let keeper = city.acting(&keeper).await;
    let mut reader = city.app.db.read().await.unwrap();
    let firm = store::subject::by_code(&mut reader, &register_number(1)).await;
    let firm = firm.unwrap().unwrap();
    drop(reader);
    let mut typed = app::subject::as_typed(&firm);
    typed.register_number = to.to_owned();
    let id = &firm.subject.id;
    let shown = as_shown(&city.app, Thing::Subject(id)).await;
    let edited = city.app.edit_subject(&keeper, id, &shown, &typed).await;
    edited.unwrap();
}

/// How many recusals the frozen frame has.
async fn frozen(cast: &Cast, no: &str) -> u64 {
    let number = CampaignNo::parse(no).unwrap();
    let mut reader = cast.site.city.app.db.read().await.unwrap();
    let stored = store::campaign::by_number(&mut reader, &number).await;
    let stored = stored.unwrap();
    let frame = stored.campaign.state.frame().unwrap();
    frame.roots.as_ref().unwrap().recusals.count
}

#[tokio::test]
async fn a_recusal_stands_in_the_frame_under_the_codes_its_person_and_its_firm_have_now() {
    on_both(|db| async move {
        let cast = Cast::gather(db.clone(), 40, 6).await;
        let keeper = keeper_of(&cast).await;
        let no = cast.launched().await;
        declares(&keeper, "P002", "曾在该店任职").await;
        saves(&cast, &keeper, "P902").await;
        saves(&cast, &keeper, "P903").await;
        let other = register_number(7_001);
        recodes(&cast, &other).await;
        let listed = keeper.get("/w/recusals").await;
        assert_eq!(listed.status, StatusCode::OK, "{}", listed.text);
        assert!(listed.shows("P903") && listed.shows("曾在该店任职"));
        assert!(listed.shows(&other) && !listed.shows("不计入"));
        assert!(listed.shows("样例检查员002") && !listed.shows("P002"));
        cast.done(&cast.officer, &no, "freeze", &[]).await;
        assert_eq!(frozen(&cast, &no).await, 1);
        assert_eq!(store::audit(&db).await.unwrap().faults, []);
    })
    .await;
}

/// The page or, where that was reckoned before, the act.
async fn refused_freeze(cast: &Cast, no: &str) -> Page {
    let path = format!("/w/campaigns/{no}/freeze");
    let page = cast.officer.get(&path).await;
    match page.status {
        StatusCode::OK if !page.shows("ROST-015") => cast.officer.submit(&page, &path, &[]).await,
        _ => page,
    }
}

/// A newcomer is not given a code under which recusals of somebody else stand.
async fn nobody_else_gets_the_code(keeper: &Browser) {
    let asked = keeper.get("/w/inspectors/new").await;
    let unit = unit(1);
    let fields = [
        ("unit", unit.as_str()),
        ("name", "样例检查员077"),
        ("code", "P002"),
        ("presence", "在岗"),
        ("may_lead", "否"),
        ("credential", ""),
        ("valid_until", ""),
    ];
    let refused = keeper.submit(&asked, "/w/inspectors/new", &fields).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(
        refused.shows("ROST-033") && refused.shows("样例检查员077"),
        "{}",
        refused.text
    );
}

#[tokio::test]
async fn a_recusal_that_was_left_behind_is_named_and_goes_home() {
    let server = PostgresDatabase::fresh();
    let db = Db::open_postgres(server.url(), &upgrade()).await.unwrap();
    let cast = Cast::gather(db.clone(), 40, 6).await;
    let keeper = keeper_of(&cast).await;
    let no = cast.launched().await;
    declares(&keeper, "P002", "").await;
    // As an earlier build changed a code: nothing else went along.
    admin(
        server.url(),
        "UPDATE inspectors SET code = 'P902' WHERE code = 'P002'",
    );
    let listed = keeper.get("/w/recusals").await;
    assert_eq!(listed.status, StatusCode::OK, "{}", listed.text);
    assert!(listed.shows("ROST-015") && listed.shows("从前的代码 P002"));
    let refused = refused_freeze(&cast, &no).await;
    assert!(refused.shows("ROST-015"), "{}", refused.text);
    assert!(refused.shows(&format!("人员 P002 与对象 {}", register_number(1))));
    assert!(refused.shows("内容不变也保存一次"));
    nobody_else_gets_the_code(&keeper).await;
    saves(&cast, &keeper, "P902").await;
    let listed = keeper.get("/w/recusals").await;
    assert!(listed.shows("P902") && !listed.shows("ROST-015"));
    cast.done(&cast.officer, &no, "freeze", &[]).await;
    assert_eq!(frozen(&cast, &no).await, 1);
    db.close().await;
}
