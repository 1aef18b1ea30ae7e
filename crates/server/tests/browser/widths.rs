//! A phone never scrolls sideways. `Person` holds every page to that at which it comes by on a phone;
//! here are the pages nobody passes in the newcomer's story, where the party's pages and the
//! inspector's checklist are held to it.

use crate::bureau::Bureau;
use crate::chain::campaign;
use crate::chrome::{Chrome, Screen};
use crate::person::Person;

#[tokio::test]
async fn browser_phone_width() {
    let bureau = Bureau::open();
    let chrome = Chrome::start();
    let phone = Person::at(&chrome, &bureau, Screen::Phone).await;
    let finished = format!("/draw/{}", bureau.finished);
    let verify = format!("{finished}/verify");
    let public = [
        ("front", "/"),
        ("campaigns-public", "/campaigns"),
        ("draw-finished", &finished),
        ("verify-finished", &verify),
        ("results", "/results"),
        ("items", "/items"),
        ("rules", "/rules"),
        ("tools", "/tools"),
        ("log-public", "/log"),
        ("login", "/login"),
    ];
    for (name, path) in public {
        phone.open(path).await;
        phone.picture(name).await;
    }
    phone.sign_in("drawer").await;
    let own = [
        ("workbench", "/w".to_owned()),
        ("subjects", "/w/subjects".to_owned()),
        ("campaigns", "/w/campaigns".to_owned()),
        ("campaign-ready", campaign(&bureau.ready)),
        ("campaign-finished", campaign(&bureau.finished)),
        (
            "freeze-confirm",
            format!("{}/freeze", campaign(&bureau.ready)),
        ),
        ("hall", format!("/hall/{}", bureau.finished)),
        ("account", "/w/account".to_owned()),
    ];
    for (name, path) in &own {
        phone.open(path).await;
        phone.picture(name).await;
    }
    // Large letters need the most room; the hall is a projector's page and has no such mode.
    phone.open("/w").await;
    phone.switch("关怀版").await;
    for (name, path) in own.iter().filter(|(name, _)| *name != "hall") {
        phone.open(path).await;
        phone.picture(&format!("large-{name}")).await;
    }
    phone.open("/w").await;
    phone.switch("退出关怀版").await;
    phone.sign_in("brigade").await;
    phone.open("/w/campaigns/new").await;
    phone.picture("plan-new").await;
}
