//! The same pages where script is forbidden: slower, but whole.

use serde_json::Value;

use crate::bureau::{Bureau, mingqian, said};
use crate::chain::{carry_out, party_link};
use crate::chrome::{Chrome, Screen};
use crate::person::Person;

#[tokio::test]
async fn browser_pages_work_without_script() {
    let bureau = Bureau::open();
    let chrome = Chrome::start();
    let person = Person::at(&chrome, &bureau, Screen::ScriptOff).await;
    person.sign_in("registrar").await;
    a_list_is_filtered_and_paged(&person).await;
    a_refused_form_keeps_what_was_typed(&person).await;
    a_party_finds_the_way_by_hand(&person, &bureau.ready).await;
    a_stranger_finds_the_other_ways(&person, &bureau.finished).await;
}

async fn a_list_is_filtered_and_paged(person: &Person) {
    person.open("/w/subjects").await;
    person.fill("名称、代码、地址", "面馆").await;
    person.press("筛选").await;
    let rows = person.all("//main//table/tbody/tr").await;
    assert!(!rows.is_empty(), "nothing found");
    for row in rows {
        assert!(row.text().await.unwrap().contains("面馆"));
    }
    person.open("/w/subjects").await;
    let first = person.text("(//main//table/tbody/tr)[1]").await;
    person.follow("下一页").await;
    let second = person.text("(//main//table/tbody/tr)[1]").await;
    assert_ne!(first, second);
    person.follow("上一页").await;
    assert_eq!(person.text("(//main//table/tbody/tr)[1]").await, first);
    person.picture("no-script-subjects").await;
}

async fn a_refused_form_keeps_what_was_typed(person: &Person) {
    person.open("/w/subjects").await;
    person
        .follow_at("(//main//table/tbody//a)[1]", "the first subject")
        .await;
    person.follow("修改").await;
    person.fill("名称", "示例改名面馆").await;
    person.fill("统一社会信用代码", "91411202MA0X00000O").await;
    person.press("保存修改").await;
    person
        .find("//*[@id='errors']", "what must be changed")
        .await;
    person.picture("no-script-refused").await;
    assert_eq!(person.typed("名称").await, "示例改名面馆");
    assert_eq!(person.typed("统一社会信用代码").await, "91411202MA0X00000O");
}

async fn a_party_finds_the_way_by_hand(person: &Person, number: &str) {
    person.sign_in("drawer").await;
    carry_out(person, number, "冻结名录", "已冻结名录。").await;
    let link = party_link(person, number, "示例市司法局").await;
    person.open(&link).await;
    let maker = person
        .find("//main//button[@data-make]", "生成随机数")
        .await;
    assert!(
        !maker.is_displayed().await.unwrap(),
        "script is forbidden, yet its button is offered"
    );
    let by_hand = person
        .find("//main//summary[contains(., '自己算')]", "the way by hand")
        .await;
    by_hand.click().await.unwrap();
    person.picture("no-script-party").await;
    let printed = person.text("(//main//details//pre)[1]").await;
    person.fill("承诺值", &commitment_by(&printed)).await;
    person.press("递交承诺值").await;
    person.reads("承诺值已收存。").await;
}

/// Runs the command the page prints, word for word, and takes the commitment from what it says.
fn commitment_by(printed: &str) -> String {
    let mut words = printed.split_whitespace();
    assert_eq!(words.next(), Some("mingqian"), "{printed}");
    let mut command = vec!["--json"];
    command.extend(words);
    let run = mingqian(&command);
    assert!(run.status.success(), "{printed}: {}", said(&run));
    let told: Value = serde_json::from_slice(&run.stdout).unwrap();
    told["commitment"].as_str().unwrap().to_owned()
}

async fn a_stranger_finds_the_other_ways(person: &Person, number: &str) {
    person.open(&format!("/draw/{number}/verify")).await;
    person.reads("没有启用脚本").await;
    person.reads("verify.sh").await;
    person.reads("mingqian verify --log-key").await;
    let recompute = person
        .find(
            "//main//*[@id='recompute-start']",
            "the button of the script",
        )
        .await;
    assert!(
        !recompute.is_displayed().await.unwrap(),
        "a button that can do nothing is offered"
    );
    person.picture("no-script-verify").await;
}
