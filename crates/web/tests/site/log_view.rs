//! What the log shows to whom, and that what it shows can be recomputed.

use axum::http::StatusCode;
use domain::account::Role;
use domain::event::{Act, Actor, LinkKind};
use sha2::{Digest as _, Sha256};
use testkit::city::{caterer, unit};
use testkit::engines::on_both;

use crate::browser::Site;

fn leaf(entry: &str) -> String {
    let mut hash = Sha256::new();
    hash.update([0]);
    hash.update(entry.as_bytes());
    hash.finalize()
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[tokio::test]
async fn the_text_of_an_entry_hashes_to_the_leaf_shown_and_the_receipt_names_it() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let id = site.city.account("kucun1", &[(Role::Registrar, 1)]).await;
        let keeper = site.city.acting(&id).await;
        site.city.subject(&keeper, &unit(1), &caterer(1)).await;
        let browser = site.signed_in(&id).await;
        let number = site.log_size().await - 1;
        let entry = browser.get(&format!("/w/log/{number}/entry.txt")).await;
        assert!(
            entry.text.starts_with("shuang/1 entry\ntype act\n"),
            "{}",
            entry.text
        );
        let page = browser.get(&format!("/w/log/{number}")).await;
        let shown: String = page
            .text
            .split("叶摘要")
            .nth(1)
            .unwrap()
            .split("<dt>")
            .next()
            .unwrap()
            .to_owned();
        let groups: String = leaf(&entry.text)
            .as_bytes()
            .chunks(4)
            .map(|group| String::from_utf8_lossy(group).into_owned())
            .filter(|group| shown.contains(group.as_str()))
            .collect();
        assert_eq!(
            groups,
            leaf(&entry.text),
            "every group of the hash stands on the page"
        );
        let receipt = browser.get(&format!("/w/log/{number}/receipt.txt")).await;
        assert!(receipt.text.starts_with("c2sp.org/tlog-proof@v1\n"));
        assert!(receipt.text.contains(&format!("\nindex {number}\n")));
        assert!(
            receipt.text.contains("\n— 000000.example/mingqian "),
            "signed by the log: {}",
            receipt.text
        );
        for path in [
            "/w/log/999999",
            "/w/log/x",
            "/w/log/18446744073709551615",
            "/w/log/-1",
        ] {
            assert_eq!(
                browser.get(path).await.status,
                StatusCode::NOT_FOUND,
                "{path}"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn an_act_is_shown_to_its_unit_and_to_those_who_read_all_and_its_entry_to_everybody() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let id = site.city.account("kucun1", &[(Role::Registrar, 1)]).await;
        let keeper = site.city.acting(&id).await;
        let subject = site.city.subject(&keeper, &unit(1), &caterer(1)).await;
        let number = site.log_size().await - 1;
        for (login, role, unit, may) in [
            ("tongshi", Role::Registrar, 1, true),
            ("bieke", Role::Registrar, 2, false),
            ("supervisor", Role::Supervisor, 0, true),
            ("inspector", Role::Inspector, 1, false),
            ("sysadmin", Role::SystemAdmin, 0, false),
        ] {
            let reader = site.city.account(login, &[(role, unit)]).await;
            let browser = site.signed_in(&reader).await;
            let page = browser.get(&format!("/w/log/{number}")).await;
            assert_eq!(page.status, StatusCode::OK);
            assert_eq!(page.shows("样例餐饮0001店"), may, "{login} reads the body");
            assert_eq!(page.shows("样例kucun1"), may, "{login} reads the actor");
            assert_eq!(page.shows("本岗位不可见"), !may, "{login} is told so");
            assert!(
                page.shows("shuang/1 entry"),
                "{login} reads the public entry"
            );
        }
        // In the list one sentence says so, and no line repeats it.
        let audit = site.city.account("audit1", &[(Role::AuditAdmin, 0)]).await;
        let listed = site.signed_in(&audit).await.get("/w/log").await;
        assert_eq!(
            listed
                .text
                .matches("本岗位只能看到时间、种类和证明")
                .count(),
            1,
            "{}",
            listed.text
        );
        assert!(
            !listed.shows("本岗位不可见") && listed.shows(">—</td>"),
            "{}",
            listed.text
        );
        let supervisor = site
            .city
            .account("supervisor2", &[(Role::Supervisor, 0)])
            .await;
        let listed = site.signed_in(&supervisor).await.get("/w/log").await;
        assert!(!listed.shows("本岗位只能看到"), "{}", listed.text);
        let browser = site.signed_in(&id).await;
        let mine = browser.get("/w/log?account=kucun1").await;
        assert!(
            mine.shows("共 1 条") && mine.shows("新增检查对象"),
            "{}",
            mine.text
        );
        let of_subject = browser.get(&format!("/w/log?subject={subject}")).await;
        assert!(of_subject.shows("共 1 条"));
    })
    .await;
}

#[tokio::test]
async fn the_log_does_not_tell_who_was_drawn_to_those_who_may_not_read_the_drawn_list() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let id = site.city.account("kucun1", &[(Role::Registrar, 1)]).await;
        let keeper = site.city.acting(&id).await;
        let subject = site.city.subject(&keeper, &unit(1), &caterer(1)).await;
        let app = &site.city.app;
        // What a draw leaves in the log: an act linked to each subject that was drawn.
        let event = app.event(
            Act::InspectionOpened,
            Actor::account(id.clone(), "样例", Role::Registrar, unit(1)),
        );
        let event = event.touching(LinkKind::Subject, subject.as_str());
        let tx = app.db.begin("inspection.open").await.unwrap();
        tx.record(event, app.confidential())
            .unwrap()
            .commit()
            .await
            .unwrap();
        let number = site.log_size().await - 1;
        let supervisor = site
            .city
            .account("supervisor", &[(Role::Supervisor, 0)])
            .await;
        for (account, lines) in [(&id, 1), (&supervisor, 2)] {
            let browser = site.signed_in(account).await;
            let listed = browser.get(&format!("/w/log?subject={subject}")).await;
            assert!(listed.shows(&format!("共 {lines} 条")), "{}", listed.text);
            assert_eq!(listed.shows(&format!("/w/log/{number}\"")), lines == 2);
            let record = browser.get(&format!("/w/subjects/{subject}")).await;
            assert_eq!(
                record.shows(&format!("/w/log/{number}\"")),
                lines == 2,
                "{}",
                record.text
            );
            let entry = browser.get(&format!("/w/log/{number}")).await;
            assert_eq!(
                entry.shows(subject.as_str()),
                lines == 2,
                "the entry names no subject"
            );
        }
    })
    .await;
}

#[tokio::test]
async fn a_printed_page_of_a_list_does_not_pass_for_the_whole_list() {
    on_both(|db| async move {
        let site = Site::open(db).await;
        let id = site.city.account("kucun1", &[(Role::Registrar, 1)]).await;
        let keeper = site.city.acting(&id).await;
        for number in 1..=51 {
            site.city.subject(&keeper, &unit(1), &caterer(number)).await;
        }
        let browser = site.signed_in(&id).await;
        let entries = site.log_size().await;
        let subjects = browser.get("/w/subjects").await;
        assert!(
            subjects.shows("，本页 50 条，共 51 条"),
            "{}",
            subjects.text
        );
        let log = browser.get("/w/log").await;
        assert!(
            log.shows(&format!("，本页 50 条，共 {entries} 条")),
            "{}",
            log.text
        );
        let few = browser.get("/w/subjects?q=0007").await;
        assert!(few.shows("共 1 条") && !few.shows("本页"), "{}", few.text);
        // The number after the size of the log belongs to no entry; the foot tells a count.
        assert!(log.shows(&format!("留痕共 {entries} 条")), "{}", log.text);
    })
    .await;
}
