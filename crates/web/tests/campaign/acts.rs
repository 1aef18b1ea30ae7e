//! The acts: four eyes, refusals before anything is written, one press one act, the whole way.

use app::premise::Thing;
use axum::http::StatusCode;
use domain::account::Role;
use domain::id::CampaignNo;
use domain::subject::RawSubject;
use testkit::city::as_shown;
use testkit::city::caterer;
use testkit::engines::on_both;

use crate::cast::{Cast, last_four, plan_but, whole_plan, with_cast};

#[tokio::test]
async fn from_the_plan_to_the_drawn_list_on_both_engines() {
    on_both(|db| async move {
        let cast = Cast::gather(db, 40, 6).await;
        let no = cast.drawn().await;
        let page = cast.initiator.get(&format!("/w/campaigns/{no}")).await;
        assert!(
            page.shows("已抽取") && page.shows("1 见证"),
            "{}",
            page.text
        );
        assert!(page.shows("种子") && page.shows("派发检查"));
        let before = cast.log_size().await;
        let list = cast
            .initiator
            .get(&format!("/w/campaigns/{no}/visits"))
            .await;
        assert_eq!(list.status, StatusCode::OK, "{}", list.text);
        assert!(list.shows("共 2 户") && list.shows("有 2 户封存"));
        assert!(!list.shows("样例餐饮"), "the plan keeps names sealed");
        assert_eq!(
            cast.log_size().await,
            before,
            "a look at a sealed list tells nothing"
        );
        cast.done(&cast.initiator, &no, "assign", &[]).await;
        let hall = cast.officer.get(&format!("/hall/{no}")).await;
        assert!(
            hall.shows("class=\"h-ticket\"") && !hall.shows("<script"),
            "{}",
            hall.text
        );
    })
    .await;
}

#[tokio::test]
async fn nobody_approves_his_own_plan() {
    with_cast(40, 6, async |cast| {
        let city = &cast.site.city;
        let both = city
            .account("liang1", &[(Role::Initiator, 1), (Role::Approver, 0)])
            .await;
        let both = cast.grant(&both).await;
        let asked = both.get("/w/campaigns/new").await;
        let made = both.submit(&asked, "/w/campaigns/new", &whole_plan()).await;
        let no = made.location().split('/').nth(3).unwrap().to_owned();
        cast.done(&both, &no, "submit", &[]).await;
        let page = both.get(&format!("/w/campaigns/{no}")).await;
        assert!(page.shows("AUTH-012"), "said beforehand: {}", page.text);
        let path = format!("/w/campaigns/{no}/approve");
        let asked = both.get(&path).await;
        assert_eq!(asked.status, StatusCode::CONFLICT);
        assert!(asked.shows("AUTH-012"));
        let before = cast.log_size().await;
        // The press itself is refused as well, with a token from any page of the session.
        let other = both.get("/w/campaigns/new").await;
        let number = CampaignNo::parse(&no).unwrap();
        let shown = as_shown(&city.app, Thing::Campaign(&number))
            .await
            .to_string();
        let pressed = both.submit(&other, &path, &[("_premise", &shown)]).await;
        assert_eq!(pressed.status, StatusCode::CONFLICT);
        assert!(pressed.shows("AUTH-012"), "{}", pressed.text);
        assert_eq!(cast.log_size().await, before);
    })
    .await;
}

#[tokio::test]
async fn who_approved_does_not_draw() {
    with_cast(40, 6, async |cast| {
        let city = &cast.site.city;
        let both = city
            .account("liang2", &[(Role::Approver, 0), (Role::DrawingOfficer, 0)])
            .await;
        let both = cast.grant(&both).await;
        let no = cast.plan(&whole_plan()).await;
        cast.done(&cast.initiator, &no, "submit", &[]).await;
        cast.done(&both, &no, "approve", &[]).await;
        cast.done(&cast.initiator, &no, "launch", &[]).await;
        let asked = both.get(&format!("/w/campaigns/{no}/freeze")).await;
        assert_eq!(asked.status, StatusCode::CONFLICT);
        assert!(asked.shows("AUTH-013"), "{}", asked.text);
    })
    .await;
}

async fn freeze_is_refused(cast: &Cast, codes: &[&str]) {
    let no = cast.launched().await;
    let before = cast.log_size().await;
    let refused = cast.press(&cast.officer, &no, "freeze", &[]).await;
    assert_eq!(refused.status, StatusCode::CONFLICT);
    for code in codes {
        assert!(refused.shows(code), "{code}: {}", refused.text);
    }
    assert_eq!(cast.log_size().await, before, "nothing is half done");
    let page = cast.officer.get(&format!("/w/campaigns/{no}")).await;
    assert!(page.shows("已启动"));
}

#[tokio::test]
async fn too_few_inspectors_are_refused_at_the_freeze() {
    with_cast(40, 1, async |cast| {
        freeze_is_refused(&cast, &["DRAW-031"]).await;
    })
    .await;
}

#[tokio::test]
async fn an_expired_credential_is_named_when_it_leaves_too_few() {
    with_cast(40, 1, async |cast| {
        for number in 2..=4 {
            cast.inspector(number, "2026-11-30", false).await;
        }
        freeze_is_refused(&cast, &["DRAW-031", "P002（执法资格证到期）"]).await;
    })
    .await;
}

#[tokio::test]
async fn a_pool_of_one_is_frozen_only_by_who_knows_that_it_is_not_random() {
    with_cast(1, 6, async |cast| {
        freeze_is_refused(&cast, &["DRAW-039", "非随机"]).await;
        let list = cast.officer.get("/w/campaigns").await;
        let rest = list.text.split("/w/campaigns/").nth(1).unwrap();
        let no: String = rest.chars().take_while(|c| *c != '"').collect();
        let path = format!("/w/campaigns/{no}/freeze");
        let asked = cast.officer.get(&path).await;
        assert!(asked.shows("name=\"pool_of_one\""), "{}", asked.text);
        cast.done(&cast.officer, &no, "freeze", &[("pool_of_one", "1")])
            .await;
        let page = cast.officer.get(&format!("/w/campaigns/{no}")).await;
        assert!(page.shows("只有 1 户，非随机"), "{}", page.text);
    })
    .await;
}

#[tokio::test]
async fn where_chance_decides_nobody_is_asked_whether_he_knows_that_it_does_not() {
    with_cast(2, 6, async |cast| {
        let no = cast.launched().await;
        let path = format!("/w/campaigns/{no}/freeze");
        let asked = cast.officer.get(&path).await;
        assert_eq!(asked.status, StatusCode::OK, "{}", asked.text);
        assert!(!asked.shows("pool_of_one"), "{}", asked.text);
    })
    .await;
}

#[tokio::test]
async fn the_button_of_a_plan_that_was_recalled_and_changed_approves_nothing_and_shows_the_new_plan()
 {
    with_cast(40, 12, async |cast| {
        let no = cast.plan(&plan_but(&[("drawn", "6")])).await;
        cast.done(&cast.initiator, &no, "submit", &[]).await;
        let (approve, back) = (
            format!("/w/campaigns/{no}/approve"),
            format!("/w/campaigns/{no}/return"),
        );
        let shown = cast.approver.get(&approve).await;
        assert!(shown.shows("本局抽 6 人"), "{}", shown.text);
        let to_return = cast.approver.get(&back).await;
        assert!(to_return.shows("本局抽 6 人"), "{}", to_return.text);
        cast.done(&cast.initiator, &no, "recall", &[]).await;
        let plan = format!("/w/campaigns/{no}/plan");
        let asked = cast.initiator.get(&plan).await;
        let ten = plan_but(&[("drawn", "10")]);
        let saved = cast.initiator.submit(&asked, &plan, &ten).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
        // Not submitted again yet: there is nothing to approve, and the page says what there is.
        let between = cast.approver.submit(&shown, &approve, &[]).await;
        assert!(between.shows("SEEN-001") && between.shows("任务已是"));
        cast.done(&cast.initiator, &no, "submit", &[]).await;
        let size = cast.log_size().await;
        let words = [("reason", "人数偏少")];
        for (page, path) in [(&shown, &approve), (&to_return, &back)] {
            let refused = cast.approver.submit(page, path, &words).await;
            assert_eq!(refused.status, StatusCode::CONFLICT, "{path}");
            for words in [
                "SEEN-001",
                "先看现在的内容",
                "实施方案",
                "与您打开时不同的部分",
                "打开时：本局抽 6 人",
                "现在：本局抽 10 人",
            ] {
                assert!(refused.shows(words), "{path} {words}: {}", refused.text);
            }
            assert!(!refused.shows("打开时：核查净化"), "only what differs");
            assert_eq!(cast.log_size().await, size, "nothing was decided");
        }
        let refused = cast.approver.submit(&shown, &approve, &[]).await;
        let knowing = cast.approver.submit(&refused, &approve, &[]).await;
        assert_eq!(knowing.status, StatusCode::SEE_OTHER, "{}", knowing.text);
        let page = cast.approver.get(&format!("/w/campaigns/{no}")).await;
        assert!(page.shows("已批准") && page.shows("本局抽 10 人"));
    })
    .await;
}

#[tokio::test]
async fn an_entry_that_never_wrote_the_plan_makes_no_difference_to_show() {
    with_cast(40, 6, async |cast| {
        let no = cast.plan(&whole_plan()).await;
        cast.done(&cast.initiator, &no, "submit", &[]).await;
        let path = format!("/w/campaigns/{no}/approve");
        let asked = cast.approver.get(&path).await;
        let other = cast.plan(&plan_but(&[("drawn", "6")])).await;
        let other = CampaignNo::parse(&other).unwrap();
        let other = as_shown(&cast.site.city.app, Thing::Campaign(&other)).await;
        let fields = [
            ("_token", asked.input("_token")),
            ("_once", asked.input("_once")),
            ("_premise", other.to_string()),
        ];
        let fields: Vec<(&str, &str)> = fields.iter().map(|(k, v)| (*k, v.as_str())).collect();
        let refused = cast.approver.post_raw(&path, &fields).await;
        assert!(refused.shows("SEEN-001"), "{}", refused.text);
        assert!(
            !refused.shows("抽 6 人"),
            "of another campaign nothing is told"
        );
    })
    .await;
}

#[tokio::test]
async fn one_press_is_one_act_and_the_second_person_is_told() {
    with_cast(40, 6, async |cast| {
        let no = cast.plan(&whole_plan()).await;
        cast.done(&cast.initiator, &no, "submit", &[]).await;
        let path = format!("/w/campaigns/{no}/approve");
        let other = cast
            .site
            .city
            .account("approver2", &[(Role::Approver, 0)])
            .await;
        let other = cast.grant(&other).await;
        let (mine, theirs) = (cast.approver.get(&path).await, other.get(&path).await);
        let first = cast.approver.submit(&mine, &path, &[]).await;
        let again = cast.approver.submit(&mine, &path, &[]).await;
        assert_eq!(
            (first.status, again.status),
            (StatusCode::SEE_OTHER, StatusCode::SEE_OTHER)
        );
        assert_eq!(first.location(), again.location());
        let size = cast.log_size().await;
        let late = other.submit(&theirs, &path, &[]).await;
        assert_eq!(late.status, StatusCode::CONFLICT);
        assert!(
            late.shows("SEEN-001") && late.shows("批准") && late.shows("已批准"),
            "{}",
            late.text
        );
        assert_eq!(cast.log_size().await, size);
    })
    .await;
}

#[tokio::test]
async fn a_void_attempt_needs_its_digits_and_reason_and_returns_to_the_plan() {
    with_cast(40, 6, async |cast| {
        let (no, _) = cast.committed().await;
        let wrong = [
            ("void_code", "register-error"),
            ("reason", "名录漏了一户"),
            ("last_four", "9999"),
        ];
        let refused = cast.press(&cast.approver, &no, "void", &wrong).await;
        assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            refused.shows("CAMP-031") && refused.shows("名录漏了一户"),
            "{}",
            refused.text
        );
        let right = [
            ("void_code", "register-error"),
            ("reason", "名录漏了一户"),
            ("last_four", last_four(&no)),
        ];
        cast.done(&cast.approver, &no, "void", &right).await;
        let page = cast.approver.get(&format!("/w/campaigns/{no}")).await;
        assert!(
            page.shows("第 2 次抽取") && page.shows("上一次抽取已作废"),
            "{}",
            page.text
        );
    })
    .await;
}

#[tokio::test]
async fn a_returned_plan_says_why() {
    with_cast(3, 3, async |cast| {
        let no = cast.plan(&whole_plan()).await;
        cast.done(&cast.initiator, &no, "submit", &[]).await;
        let empty = cast
            .press(&cast.approver, &no, "return", &[("reason", " ")])
            .await;
        assert_eq!(empty.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(empty.shows("CAMP-030"));
        cast.done(
            &cast.approver,
            &no,
            "return",
            &[("reason", "人数不够，改为 6 人")],
        )
        .await;
        let page = cast.initiator.get(&format!("/w/campaigns/{no}")).await;
        assert!(page.shows("人数不够，改为 6 人") && page.shows("草稿"));
    })
    .await;
}

#[tokio::test]
async fn a_closed_subject_is_counted_as_left_out() {
    with_cast(30, 6, async |cast| {
        let closed = RawSubject {
            standing: "注销".to_owned(),
            ..caterer(99)
        };
        cast.subject(&closed).await;
        let no = cast.launched().await;
        cast.done(&cast.officer, &no, "freeze", &[]).await;
        let page = cast.officer.get(&format!("/w/campaigns/{no}")).await;
        assert!(page.shows("不参加："), "{}", page.text);
    })
    .await;
}

#[tokio::test]
async fn what_was_typed_for_an_act_that_is_no_longer_to_be_done_can_be_copied() {
    with_cast(40, 6, async |cast| {
        let no = cast.plan(&whole_plan()).await;
        cast.done(&cast.initiator, &no, "submit", &[]).await;
        let back = format!("/w/campaigns/{no}/return");
        let asked = cast.approver.get(&back).await;
        cast.done(&cast.approver, &no, "approve", &[]).await;
        let reason = "请补<专项库>的依据\n第二行：另见附件";
        let told = cast
            .approver
            .submit(&asked, &back, &[("reason", reason)])
            .await;
        assert_eq!(told.status, StatusCode::CONFLICT, "{}", told.text);
        assert!(told.shows("任务已是："), "{}", told.text);
        let shown = "<span class=\"typed\">请补&#60;专项库&#62;的依据\n第二行：另见附件</span>";
        assert!(
            told.shows("您填写的内容") && told.shows(shown),
            "{}",
            told.text
        );
        // A form that comes back with its text shows it once.
        let new = "/w/campaigns/new";
        let asked = cast.initiator.get(new).await;
        let fields = [("title", "先写的标题"), ("purpose", "先写的目的")];
        let first = cast.initiator.submit(&asked, new, &fields).await;
        assert_eq!(first.status, StatusCode::SEE_OTHER, "{}", first.text);
        let fields = [("title", "后写的标题"), ("purpose", "后写的目的")];
        let again = cast.initiator.submit(&asked, new, &fields).await;
        assert!(
            again.shows("FORM-011") && again.shows("后写的目的"),
            "{}",
            again.text
        );
        assert!(!again.shows("您填写的内容"), "{}", again.text);
    })
    .await;
}
