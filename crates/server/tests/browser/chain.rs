//! The acts of a campaign as the people of the bureau do them at their pages.

use crate::person::Person;

/// The page of a campaign in the workbench.
pub fn campaign(number: &str) -> String {
    format!("/w/campaigns/{number}")
}

/// Opens the campaign, goes to the act's page, carries it out, and reads that it is done.
pub async fn carry_out(person: &Person, number: &str, act: &str, done: &str) {
    person.open(&campaign(number)).await;
    person.follow(act).await;
    person.reads("将要发生").await;
    person.press(act).await;
    person.reads(done).await;
}

/// The drawing officer hands out a link to one party; it is shown this once.
pub async fn party_link(drawer: &Person, number: &str, office: &str) -> String {
    drawer.open(&campaign(number)).await;
    let row = format!("//main//tr[contains(., '{office}')]//a[normalize-space()='发放链接']");
    drawer.follow_at(&row, office).await;
    drawer.press("发放链接").await;
    let link = drawer.text("//main//code[contains(., '/p/')]").await;
    drawer.reads("链接只显示这一次").await;
    link.trim().to_owned()
}

/// Freeze, and a link for every party.
pub async fn freeze(drawer: &Person, number: &str, offices: [&str; 2]) -> [String; 2] {
    carry_out(drawer, number, "冻结名录", "已冻结名录。").await;
    let first = party_link(drawer, number, offices[0]).await;
    let second = party_link(drawer, number, offices[1]).await;
    [first, second]
}

/// A party makes its number on its own device and hands in only the commitment. Says the number.
pub async fn commit(party: &Person, link: &str) -> String {
    party.open(link).await;
    party.tap("生成随机数").await;
    let nonce = party.text("//main//*[@data-nonce]").await.trim().to_owned();
    assert_eq!(nonce.len(), 64, "{nonce}");
    for field in party.all("//main//form//*[@name]").await {
        let value = field.prop("value").await.unwrap().unwrap_or_default();
        assert_ne!(
            value, nonce,
            "the number stands in a form and would be sent"
        );
    }
    assert_eq!(party.typed("承诺值").await.len(), 64);
    party.picture("party-commit").await;
    party.press("递交承诺值").await;
    party.reads("承诺值已收存。").await;
    nonce
}

/// The same device opens what it has kept.
pub async fn reveal(party: &Person, link: &str) {
    party.open(link).await;
    party.tap("填入本机保存的随机数").await;
    party.reads("与承诺值一致").await;
    party.picture("party-reveal").await;
    party.press("公开随机数").await;
    party.reads("并核对一致").await;
}

/// FREEZE is published; numbers are taken a few seconds later.
pub async fn publish_freeze(drawer: &Person, number: &str) {
    drawer.open(&campaign(number)).await;
    drawer.follow("公布承诺").await;
    drawer.reads("将要发生").await;
    drawer.fill("开始接收随机数", "").await;
    drawer.picture("commit-form").await;
    drawer.press("公布承诺").await;
    drawer.reads("已公布承诺。").await;
}

/// The host begins the ceremony once its time has come, and a party says by its link that it is there.
pub async fn meet(drawer: &Person, party: &Person, number: &str, link: &str) {
    drawer
        .comes(
            &campaign(number),
            "//main//a[normalize-space()='开始抽取仪式']",
        )
        .await;
    carry_out(drawer, number, "开始抽取仪式", "抽取仪式已开始。").await;
    party.open(link).await;
    party.picture("party-attend").await;
    party.press("登记到场").await;
    party.reads("公开随机数").await;
}

/// RESULT follows by itself; whoever looks again sees it.
pub async fn is_drawn(drawer: &Person, number: &str) {
    let badge = "//main//*[contains(., '已抽取，等待派发检查')]";
    drawer.comes(&campaign(number), badge).await;
}

/// The codes of each team, in the order of the drawn list, once it is unsealed.
pub async fn teams(reader: &Person, number: &str) -> Vec<Vec<String>> {
    reader.open(&format!("{}/visits", campaign(number))).await;
    reader.picture("drawn-list-sealed").await;
    reader.follow("查看名单").await;
    reader.picture("drawn-list-unseal").await;
    reader.press("查看名单").await;
    reader.reads("已查看名单").await;
    let mut teams = Vec::new();
    for row in reader.all("//main//table/tbody/tr").await {
        let text = row.text().await.unwrap();
        let team = text
            .lines()
            .find(|line| line.contains('、') && line.contains('F'));
        // Above the list stands how many were drawn of each stratum.
        teams.extend(team.map(codes));
    }
    reader.picture("drawn-list").await;
    teams
}

fn codes(text: &str) -> Vec<String> {
    let pieces = text.split(|letter: char| !letter.is_ascii_alphanumeric());
    let coded = pieces.filter(|word| word.len() == 4 && word.starts_with('F'));
    coded.map(str::to_owned).collect()
}

/// The account of an inspector of the demo city: F007 signs in as inspector07.
pub fn login_of(code: &str) -> String {
    format!("inspector{}", &code[2..])
}

/// An inspector opens the visit of this campaign that was given to this team. Says its path. Who is
/// drawn into two teams has two visits waiting: the first row alone may be the one of the other team.
pub async fn own_visit(inspector: &Person, number: &str, team: &[String]) -> String {
    inspector.open("/w/inspections?whose=mine").await;
    let team = team.join("、");
    let row = format!(
        "//main//tr[contains(., '{number}')][contains(., '{team}')][contains(., '已派发')]//a"
    );
    let what = format!("the visit of {team} in the list");
    inspector.follow_at(&row, &what).await;
    inspector.reads("已派发，等待到场。").await;
    inspector.path().await
}

/// Arrival of everybody, every criterion met with all that must be shown for it, the conclusion.
pub async fn inspect(inspector: &Person) {
    inspector.picture("visit-assigned").await;
    inspector.follow("到场登记").await;
    for choice in inspector
        .all("//main//label[.//input[@type='checkbox']]")
        .await
    {
        choice.click().await.unwrap();
    }
    inspector.picture("visit-arrival").await;
    inspector.press("登记到场").await;
    inspector.reads("已登记到场。").await;
    fill_sheet(inspector).await;
    inspector.picture("visit-sheet").await;
    inspector.press("保存全部已填").await;
    inspector.reads("已保存。").await;
    inspector.follow("回到这次检查").await;
    inspector.follow("形成结论").await;
    inspector.choose("未发现问题").await;
    inspector.fill("检查对象意见", "无异议。").await;
    inspector.press("形成结论").await;
    inspector.reads("已形成检查结论。").await;
}

async fn fill_sheet(inspector: &Person) {
    let blocks = inspector
        .all("//main//fieldset[.//button[normalize-space()='保存这一项']]")
        .await
        .len();
    assert!(blocks > 0, "a checklist without criteria");
    for at in 1..=blocks {
        let block = format!("(//main//fieldset[.//button[normalize-space()='保存这一项']])[{at}]");
        let met = format!("{block}//label[.//input[@type='radio']][normalize-space()='合格']");
        inspector.find(&met, "合格").await.click().await.unwrap();
        for tick in inspector
            .all(&format!("{block}//label[.//input[@type='checkbox']]"))
            .await
        {
            tick.click().await.unwrap();
        }
        for field in inspector
            .all(&format!("{block}//input[@type='text']"))
            .await
        {
            field.send_keys("3").await.unwrap();
        }
    }
}

/// A visit that could not be made is reported by what was tried.
pub async fn report_as_absent(inspector: &Person) {
    inspector.follow("登记未实施检查").await;
    inspector.pick("原因", "歇业").await;
    inspector.fill("上门次数", "2").await;
    inspector
        .fill(
            "经过和证明",
            "两次上门均关门，门口张贴歇业告示，照片两张，邻铺证明。",
        )
        .await;
    inspector.press("登记").await;
    inspector.reads("已登记未实施检查。").await;
}

/// A stranger at the page of verification has his own browser recompute the draw, and all is right.
pub async fn recompute(stranger: &Person) {
    stranger.tap("下载案卷并重算").await;
    stranger
        .find("//tbody[@id='recompute-checks']/tr", "a verdict")
        .await;
    stranger.picture("verdict").await;
    for row in stranger.all("//tbody[@id='recompute-checks']/tr").await {
        let words = row.text().await.unwrap();
        assert!(words.starts_with("正确"), "{words}");
    }
    // 3: right as far as a browser sees; the signature of the log is left to the command.
    let summary = stranger.text("//*[@id='recompute-summary']").await;
    assert!(summary.contains("结论代码 3"), "{summary}");
    stranger.reads("freeze").await;
}
