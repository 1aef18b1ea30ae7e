//! An attempt of `shuang/2` at the screens of its people: the number a party makes on its own device, the dice two
//! people read with their picture, the paper whose hash is taken and which stays where it is.
//!
//! The site of the stories of `web` is served here, whose clock stands until the story moves it.

use std::fs;
use std::net::SocketAddr;

use store::Db;
use testkit::city::PASSWORD;
use testkit::engines::{SqliteFile, upgrade};

use crate::cast::{Cast, NONCES, plan_but};
use crate::chain::{campaign, commit, meet, reveal};
use crate::chrome::{Chrome, Screen};
use crate::person::Person;

/// A picture of one gray point.
const PIXEL: &[u8] = b"\x89PNG\x0d\x0a\x1a\x0a\x00\x00\x00\x0dIHDR\x00\x00\x00\x01\x00\x00\x00\x01\x08\x00\x00\x00\x00:~\x9bU\x00\x00\x00\x0aIDATx\x9cch\x00\x00\x00\x82\x00\x81w\xcdr\xb6\x00\x00\x00\x00IEND\xaeB`\x82";

const DIGITS: &str = "31415926535897932384";

/// Serves the site of the cast on a free port; says where.
async fn served(cast: &Cast) -> String {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let service = cast.site.router.clone();
    let service = service.into_make_service_with_connect_info::<SocketAddr>();
    tokio::spawn(async move { axum::serve(listener, service).await });
    base
}

/// The campaign whose frame is frozen, with a link for each party.
async fn frozen(cast: &Cast) -> (String, [String; 2]) {
    let mut plan = plan_but(&[("dice", "hall-dice")]);
    plan.push(("ceremony", "2026-11-23 10:00"));
    let no = cast.plan(&plan).await;
    cast.done(&cast.initiator, &no, "submit", &[]).await;
    cast.done(&cast.approver, &no, "approve", &[]).await;
    cast.done(&cast.initiator, &no, "launch", &[]).await;
    cast.done(&cast.officer, &no, "freeze", &[]).await;
    let [first, second] = NONCES.map(|(party, _)| cast.link(&no, party));
    let links = [first.await, second.await];
    (no, links)
}

/// What the device made is its party's secret: pasted where the commitment belongs, it is taken out.
async fn pastes_the_number_too_early(party: &Person, link: &str) {
    party.open(link).await;
    party.tap("生成随机数").await;
    let nonce = party.text("//main//*[@data-nonce]").await;
    party.fill("承诺值", nonce.trim()).await;
    party.reads("这是随机数，不是承诺值").await;
    assert_eq!(party.typed("承诺值").await, "");
}

/// One account enters what the dice show, with their picture.
async fn enters_the_dice(drawer: &Person, no: &str) {
    let picture = tempfile::NamedTempFile::with_suffix(".png").unwrap();
    fs::write(picture.path(), PIXEL).unwrap();
    drawer.open(&campaign(no)).await;
    drawer.picture("two-dice-awaited").await;
    drawer.follow("录入掷骰结果").await;
    drawer.fill("掷骰结果", DIGITS).await;
    drawer.fill("来源", "十面骰 20 枚，二楼会议室").await;
    let chooser = drawer.field("骰子的照片").await;
    let file = picture.path().to_str().unwrap();
    chooser.send_keys(file).await.unwrap();
    drawer.picture("two-dice-first").await;
    drawer.press("录入掷骰结果").await;
    drawer.reads("掷骰结果已录入。").await;
}

/// A paper stays where it is; the page computes its hash.
async fn hashes_a_paper(other: &Person) {
    let paper = tempfile::NamedTempFile::new().unwrap();
    fs::write(paper.path(), "abc".repeat(700_000)).unwrap();
    let chooser = other.field("选取文件").await;
    let file = paper.path().to_str().unwrap();
    chooser.send_keys(file).await.unwrap();
    other.reads("已填入这个文件的摘要").await;
    let hash = draw::Suite::Sha256.bytes("abc".repeat(700_000).as_bytes());
    assert_eq!(other.typed("签批作废的文书").await, hash.to_string());
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn browser_second_version() {
    let file = SqliteFile::fresh();
    let db = Db::open_sqlite(file.path(), &upgrade()).await.unwrap();
    let cast = Cast::gather_of_two(db.clone(), 40, 6).await;
    let base = served(&cast).await;
    let chrome = Chrome::start();
    let at = async |screen| Person::before(&chrome, (&base, PASSWORD), screen).await;
    let (initiator, drawer) = (at(Screen::Desk).await, at(Screen::Desk).await);
    initiator.sign_in("initiator1").await;
    initiator.open("/w/campaigns/new").await;
    initiator.picture("two-plan-new").await;

    let (no, links) = frozen(&cast).await;
    let (first, second) = (at(Screen::Phone).await, at(Screen::Phone).await);
    pastes_the_number_too_early(&first, &links[0]).await;
    commit(&first, &links[0]).await;
    commit(&second, &links[1]).await;
    drawer.sign_in("drawer1").await;
    drawer.open(&format!("{}/commit", campaign(&no))).await;
    drawer.picture("two-commit").await;
    drawer.press("公布承诺").await;
    drawer.reads("已公布承诺。").await;
    first.open(&links[0]).await;
    first.reads("起才公开随机数").await;
    first.picture("two-party-held").await;

    cast.site.city.clock.advance_minutes(61);
    drawer.sign_in("drawer1").await;
    let other = at(Screen::Phone).await;
    other.sign_in("approver1").await;
    other.open(&format!("{}/void", campaign(&no))).await;
    hashes_a_paper(&other).await;
    other.picture("two-void").await;
    drawer.open(&campaign(&no)).await;
    drawer.picture("two-ceremony-awaited").await;
    meet(&drawer, &first, &no, &links[0]).await;
    enters_the_dice(&drawer, &no).await;
    other.open(&format!("{}/dice", campaign(&no))).await;
    other.picture("two-dice-second").await;
    let link = "//main//a[normalize-space()='看照片'][contains(@href, '/pictures/')]";
    other.find(link, "the picture").await;
    other.fill("掷骰结果", DIGITS).await;
    other.press("录入掷骰结果").await;
    other.reads("掷骰结果已录入。").await;
    other.picture("two-dice-entered").await;

    // The commitments were made by the words of this version: the same devices open them.
    drawer.open(&campaign(&no)).await;
    drawer.picture("two-ceremony").await;
    reveal(&first, &links[0]).await;
    reveal(&second, &links[1]).await;
    drawer.open(&format!("/hall/{no}")).await;
    let dice = drawer.text("//footer//li[contains(., '当众掷骰')]").await;
    assert!(dice.contains("两人录入一致"), "{dice}");
    drawer.picture("two-hall").await;
    let failed = cast.site.city.app.follow_draws().await.unwrap();
    assert!(failed.is_empty(), "{failed:?}");
    drawer.open(&campaign(&no)).await;
    drawer.reads("已抽取，等待派发检查").await;
    drawer.picture("two-drawn").await;
    db.close().await;
}
