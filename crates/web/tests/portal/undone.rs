//! Draw, look, do not send out, draw again: nobody is forced to send out a list that does not please him, so that the public,
//! and whoever approved the plan, are told when its last day is over.

use domain::id::CampaignNo;

use crate::sealed::dispatch;
use crate::story::{Story, told_on_both};

const DAYS: i64 = 90;

/// What the list of draws counts of the only unit and year.
async fn counted(story: &Story) -> [u64; 3] {
    let page = story.site.stranger().get("/campaigns.json").await;
    let told: serde_json::Value = serde_json::from_str(&page.text).unwrap();
    let line = &told["draws_by_unit_and_year"][0];
    ["draws", "void", "unopened"].map(|name| line[name].as_u64().unwrap())
}

/// Whether the page of the draw, the list and the front page say this of it to anybody.
async fn said(story: &Story, number: &CampaignNo, words: &str) -> [bool; 4] {
    let stranger = story.site.stranger();
    let paths = [
        format!("/draw/{number}"),
        format!("/draw/{number}.json"),
        "/campaigns".to_owned(),
        "/".to_owned(),
    ];
    let mut found = [false; 4];
    for (place, path) in paths.iter().enumerate() {
        found[place] = stranger.get(path).await.shows(words);
    }
    found
}

#[tokio::test]
async fn a_list_that_nobody_sends_out_is_named_to_everybody_once_its_plan_is_over() {
    told_on_both(async |story| {
        let number = story.drawn().await;
        let [undispatched, unended] = ["检查没有派发，名单没有公开", "检查没有结束，名单没有公开"];
        assert_eq!(said(&story, &number, undispatched).await, [false; 4]);
        assert_eq!(counted(&story).await, [1, 0, 0]);
        let head = story.browser(&story.approver.account).await;
        assert!(!head.get("/w").await.shows("督促派发"));
        story.site.city.clock.advance_minutes(DAYS * 24 * 60);
        assert_eq!(said(&story, &number, undispatched).await, [true; 4]);
        assert_eq!(said(&story, &number, "实施时间到").await, [true; 4]);
        assert_eq!(counted(&story).await, [1, 0, 1]);
        // Whose turn it is, and whose word nobody keeps.
        let desk = story.browser(&story.initiator.account).await;
        let page = desk.get("/w").await;
        assert!(
            page.shows("派发检查") && page.shows("超期"),
            "{}",
            page.text
        );
        let head = story.browser(&story.approver.account).await;
        let page = head.get("/w").await;
        assert!(
            page.shows("督促派发") && page.shows("超期"),
            "{}",
            page.text
        );
        dispatch(&story, &number).await;
        assert_eq!(said(&story, &number, unended).await, [true; 4]);
        assert_eq!(said(&story, &number, undispatched).await, [false; 4]);
        assert_eq!(counted(&story).await, [1, 0, 1]);
        assert!(head.get("/w").await.shows("督促结束"));
    })
    .await;
}

#[tokio::test]
async fn a_draw_that_was_worked_off_and_opened_is_no_longer_late() {
    told_on_both(async |story| {
        let (number, _) = story.opened().await;
        story.site.city.clock.advance_minutes(DAYS * 24 * 60);
        assert_eq!(said(&story, &number, "名单没有公开").await, [false; 4]);
        assert_eq!(counted(&story).await, [1, 0, 0]);
        let head = story.browser(&story.approver.account).await;
        let page = head.get("/w").await;
        assert!(!page.shows("督促"), "{}", page.text);
    })
    .await;
}
