//! A newcomer follows the first words of `mingqian demo`: from freezing to a stranger's verdict.

use std::fs;

use crate::bureau::{Bureau, mingqian, said};
use crate::chain::{self, carry_out, login_of};
use crate::chrome::{Chrome, Screen};
use crate::person::Person;
use crate::wire;

const OFFICES: [&str; 2] = ["示例市司法局", "示例市餐饮行业协会"];

#[tokio::test]
async fn browser_a_newcomer_draws_in_the_ready_campaign() {
    let bureau = Bureau::open();
    let chrome = Chrome::start();
    let number = bureau.ready.as_str();
    let desk = Person::at(&chrome, &bureau, Screen::Desk).await;

    draw_with_two_parties(&chrome, &bureau, &desk).await;
    visit_everybody(&chrome, &bureau, &desk).await;
    desk.sign_in("brigade").await;
    carry_out(&desk, number, "结束检查", "已结束检查。").await;
    desk.sign_in("drawer").await;
    carry_out(&desk, number, "公开抽取材料", "已公开抽取材料。").await;
    desk.picture("campaign-opened").await;

    let stranger = Person::at(&chrome, &bureau, Screen::Desk).await;
    finds_the_outcome(&stranger, number).await;
    recomputes_in_the_browser(&stranger, number).await;
    verifies_on_the_command_line(&bureau, number);
    let var = bureau.var();
    let audit = mingqian(&["audit", "--data", var.to_str().unwrap()]);
    assert_eq!(audit.status.code(), Some(0), "{}", said(&audit));
}

/// Freeze, two commitments from devices of their own, FREEZE, the ceremony, two numbers; RESULT follows by itself.
async fn draw_with_two_parties(chrome: &Chrome, bureau: &Bureau, desk: &Person) {
    let number = bureau.ready.as_str();
    desk.sign_in("drawer").await;
    desk.reads("冻结名录").await;
    desk.picture("workbench").await;
    let links = chain::freeze(desk, number, OFFICES).await;
    desk.picture("party-slip").await;
    let justice = Person::at(chrome, bureau, Screen::Phone).await;
    let chamber = Person::at(chrome, bureau, Screen::Phone).await;
    let first = chain::commit(&justice, &links[0]).await;
    let second = chain::commit(&chamber, &links[1]).await;
    for nonce in [&first, &second] {
        assert!(
            !bureau.has_written(nonce),
            "a number reached the server before the commitment record"
        );
    }
    // Two who came before FREEZE was published sit before the page from here on, one of them where script is forbidden.
    let early = Person::at(chrome, bureau, Screen::Desk).await;
    let plain = Person::at(chrome, bureau, Screen::ScriptOff).await;
    for one in [&early, &plain] {
        one.open(&format!("/draw/{number}")).await;
        one.reads("承诺还没有公布，仪式不能开始").await;
    }
    early.picture("draw-overdue").await;
    chain::publish_freeze(desk, number).await;
    desk.picture("campaign-committed").await;
    chain::meet(desk, &justice, number, &links[0]).await;
    chain::reveal(&justice, &links[0]).await;
    assert!(
        !bureau.has_written(&first),
        "a number that is not public yet is kept in the clear"
    );
    chain::reveal(&chamber, &links[1]).await;
    // Nobody presses anything: REVEAL and RESULT follow from the last number.
    chain::is_drawn(desk, number).await;
    for one in [&early, &plain] {
        one.sees_come("名单和签号在检查结束后公开").await;
    }
    // The look that found nothing before finds the numbers now that they are public.
    for nonce in [&first, &second] {
        assert!(
            bureau.has_written(nonce),
            "a public number is nowhere in what the server keeps"
        );
    }
    desk.picture("campaign-drawn").await;
}

/// One visit inspected, confirmed by the second person, its publication approved by a third and carried out; the others were not possible.
async fn visit_everybody(chrome: &Chrome, bureau: &Bureau, desk: &Person) {
    let number = bureau.ready.as_str();
    desk.sign_in("brigade").await;
    carry_out(desk, number, "派发检查", "已派发检查。").await;
    let teams = chain::teams(desk, number).await;
    assert!(
        teams.len() >= 2,
        "the rulebook draws several of sixty: {teams:?}"
    );
    assert!(
        teams.iter().all(|team| team.len() == 2),
        "inspections are made by two: {teams:?}"
    );
    let phone = Person::at(chrome, bureau, Screen::Phone).await;
    phone.sign_in(&login_of(&teams[0][0])).await;
    phone.picture("inspector-workbench").await;
    let visit = chain::own_visit(&phone, number, &teams[0]).await;
    chain::inspect(&phone).await;
    assert!(
        !phone.has("//main//a[normalize-space()='审核']").await,
        "the writer is offered to confirm"
    );
    phone.sign_in(&login_of(&teams[0][1])).await;
    phone.open(&visit).await;
    phone.follow("审核").await;
    phone.press("审核").await;
    phone.reads("已审核。").await;
    desk.sign_in("approver").await;
    let approval = visit.rsplit('/').next().unwrap();
    desk.open(&format!("/w/publication-approvals/{approval}"))
        .await;
    desk.press("批准公示").await;
    desk.reads("已批准公示。").await;
    desk.sign_in("publisher").await;
    desk.open(&format!("/w/publish/{}", visit.rsplit('/').next().unwrap()))
        .await;
    desk.picture("publish-preview").await;
    desk.press("公示").await;
    desk.reads("已公示。").await;
    for team in &teams[1..] {
        phone.sign_in(&login_of(&team[0])).await;
        let visit = chain::own_visit(&phone, number, team).await;
        chain::report_as_absent(&phone).await;
        phone.sign_in(&login_of(&team[1])).await;
        phone.open(&visit).await;
        phone.follow("审核").await;
        phone.press("审核").await;
        phone.reads("已审核：未实施检查。").await;
    }
}

/// A stranger, without account, finds who was drawn and what was found there; as page and as data.
async fn finds_the_outcome(stranger: &Person, number: &str) {
    stranger.open("/").await;
    stranger
        .follow_at(
            &format!("//main//a[contains(@href, '/draw/{number}')]"),
            number,
        )
        .await;
    stranger.reads("抽取材料已公开。").await;
    stranger.follow("看结果").await;
    stranger.reads("未发现问题").await;
    stranger.picture("public-outcome").await;
    let outcome = stranger.path().await;
    let told = stranger.told_as_data(&format!("{outcome}.json"));
    assert!(told.to_string().contains("未发现问题"), "{told}");
}

/// A stranger, without account, recomputes the draw on the public page.
async fn recomputes_in_the_browser(stranger: &Person, number: &str) {
    stranger.open(&format!("/draw/{number}")).await;
    stranger.reads(number).await;
    stranger.picture("public-draw").await;
    stranger.follow("在浏览器里重算").await;
    chain::recompute(stranger).await;
}

/// The same bundle on the command line, with the signature of the log; then one byte is changed.
fn verifies_on_the_command_line(bureau: &Bureau, number: &str) {
    let zip = wire::get(&bureau.base, &format!("/draw/{number}/bundle.zip"));
    assert_eq!(zip.status, 200);
    let file = bureau.beside("bundle.zip");
    let verify = |bytes: &[u8]| {
        fs::write(&file, bytes).unwrap();
        mingqian(&[
            "verify",
            file.to_str().unwrap(),
            "--log-key",
            &bureau.log_key,
        ])
    };
    let right = verify(&zip.body);
    assert_eq!(right.status.code(), Some(0), "{}", said(&right));
    let mut touched = zip.body.clone();
    let middle = touched.len() / 2;
    touched[middle] ^= 1;
    let wrong = verify(&touched);
    assert_ne!(
        wrong.status.code(),
        Some(0),
        "a changed byte went unnoticed: {}",
        said(&wrong)
    );
}
