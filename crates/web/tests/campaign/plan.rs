//! The plan as a form.

use axum::http::StatusCode;

use crate::cast::{plan_but, whole_plan, with_cast};

const NEW: &str = "/w/campaigns/new";

#[tokio::test]
async fn a_plan_that_cannot_be_read_comes_back_with_everything_typed() {
    with_cast(3, 3, async |cast| {
        let asked = cast.initiator.get(NEW).await;
        let typed = plan_but(&[
            ("window_from", "2026-02-30"),
            ("drawn", "四"),
            ("purpose", "目的里有 <b> & \" 号"),
            ("party_token", "纪检"),
        ]);
        let before = cast.log_size().await;
        let again = cast.initiator.submit(&asked, NEW, &typed).await;
        assert_eq!(again.status, StatusCode::UNPROCESSABLE_ENTITY);
        for code in ["DATE-002", "PLAN-041", "PLAN-044"] {
            assert!(again.shows(code), "{code}: {}", again.text);
        }
        assert!(again.shows("<title>有误：发起抽查"));
        for kept in [
            "2026-02-30",
            "四",
            "目的里有 &#60;b&#62; &#38; &#34; 号",
            "纪检",
            "见证人乙",
            "责令改正并回访",
        ] {
            assert!(again.shows(kept), "lost: {kept}");
        }
        assert_eq!(
            cast.log_size().await,
            before,
            "a refused plan writes nothing"
        );
    })
    .await;
}

#[tokio::test]
async fn one_row_more_keeps_everything_and_saves_nothing() {
    with_cast(1, 1, async |cast| {
        let asked = cast.initiator.get(NEW).await;
        let rows = |text: &str| text.matches("name=\"party_office\"").count();
        let first = rows(&asked.text);
        let before = cast.log_size().await;
        let mut typed = whole_plan();
        typed.push(("more", "party"));
        let more = cast.initiator.submit(&asked, NEW, &typed).await;
        assert_eq!(more.status, StatusCode::OK);
        assert_eq!(rows(&more.text), first + 1);
        assert!(
            more.shows("样例纪检监察组")
                && more.shows("2026.11.24")
                && more.shows("样例生态环境局")
        );
        assert_eq!(cast.log_size().await, before);
    })
    .await;
}

#[tokio::test]
async fn gaps_stand_under_their_part_and_stop_the_submission() {
    with_cast(3, 3, async |cast| {
        let gaps = plan_but(&[("purpose", ""), ("leader", ""), ("party_office", "")]);
        let no = cast.plan(&gaps).await;
        let page = cast.initiator.get(&format!("/w/campaigns/{no}/plan")).await;
        for code in ["PLAN-001", "PLAN-008", "PLAN-015"] {
            assert!(page.shows(code), "{code}");
        }
        let refused = cast.press(&cast.initiator, &no, "submit", &[]).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(refused.shows("PLAN-031"), "{}", refused.text);
    })
    .await;
}

/// Whoever saved a plan is told whether anything is missing, and what comes next stands before the way that saves nothing.
#[tokio::test]
async fn who_saves_a_whole_plan_is_told_so_and_led_to_the_submission() {
    with_cast(40, 6, async |cast| {
        let no = cast.plan(&plan_but(&[("purpose", "")])).await;
        let path = format!("/w/campaigns/{no}/plan");
        let saves = async |purpose: &'static str| {
            let asked = cast.initiator.get(&path).await;
            let typed = plan_but(&[("purpose", purpose)]);
            let saved = cast.initiator.submit(&asked, &path, &typed).await;
            assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
            cast.initiator.get(saved.location()).await
        };
        let gap = saves("").await;
        assert!(
            gap.shows("还缺什么") && gap.shows("PLAN-001"),
            "{}",
            gap.text
        );
        let next = format!("href=\"/w/campaigns/{no}/submit\">提交报批");
        assert!(!gap.shows(&next) && !gap.shows("不缺什么"), "{}", gap.text);
        let whole = saves("核查净化设施运行与清洗").await;
        assert!(whole.shows("方案已保存，不缺什么。"), "{}", whole.text);
        assert!(!whole.shows("还缺什么"), "{}", whole.text);
        let (next, back) = (whole.text.find(&next), whole.text.find("返回任务，不保存"));
        assert!(next.is_some() && next < back, "{}", whole.text);
    })
    .await;
}

/// People know a district by its name; the code stands beside it, by which the register is searched.
#[tokio::test]
async fn a_district_is_called_by_its_name() {
    with_cast(3, 3, async |cast| {
        let no = cast.plan(&whole_plan()).await;
        let own = format!("/w/campaigns/{no}");
        for path in [&format!("{own}/plan"), &own] {
            let page = cast.initiator.get(path).await;
            assert!(page.shows("湖滨区（411202）"), "{path}: {}", page.text);
        }
        // Whoever reads the name searches by it.
        let registrar = cast.registrar.account.clone();
        let registrar = cast.grant(&registrar).await;
        for typed in ["%E6%B9%96%E6%BB%A8%E5%8C%BA", "411202"] {
            let found = registrar
                .get(&format!("/w/subjects?district={typed}"))
                .await;
            assert!(found.shows("湖滨区（411202）"), "{typed}: {}", found.text);
        }
        let none = registrar.get("/w/subjects?district=%E6%BB%A8").await;
        assert!(!none.shows("湖滨区（411202）"), "{}", none.text);
    })
    .await;
}

#[tokio::test]
async fn the_plan_page_shows_what_a_freeze_would_yield_now() {
    with_cast(40, 6, async |cast| {
        let no = cast.plan(&whole_plan()).await;
        let page = cast.initiator.get(&format!("/w/campaigns/{no}/plan")).await;
        assert!(page.shows("现在冻结，将是"), "{}", page.text);
        // 5 % of 40, rounded up.
        assert!(page.shows(">40<") && page.shows(">2<"), "{}", page.text);
    })
    .await;
}

#[tokio::test]
async fn who_saves_second_is_told_and_loses_nothing() {
    with_cast(3, 3, async |cast| {
        let no = cast.plan(&whole_plan()).await;
        let path = format!("/w/campaigns/{no}/plan");
        let (one, two) = (
            cast.initiator.get(&path).await,
            cast.initiator.get(&path).await,
        );
        let first = plan_but(&[("purpose", "先存的目的")]);
        let saved = cast.initiator.submit(&one, &path, &first).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
        let second = plan_but(&[("purpose", "后存的目的")]);
        let conflict = cast.initiator.submit(&two, &path, &second).await;
        assert_eq!(conflict.status, StatusCode::CONFLICT);
        assert!(
            conflict.shows("SEEN-001") && conflict.shows("后存的目的"),
            "{}",
            conflict.text
        );
        assert_ne!(
            conflict.input("_premise"),
            two.input("_premise"),
            "a second press overwrites knowingly"
        );
        let knowingly = cast.initiator.submit(&conflict, &path, &second).await;
        assert_eq!(
            knowingly.status,
            StatusCode::SEE_OTHER,
            "{}",
            knowingly.text
        );
    })
    .await;
}
