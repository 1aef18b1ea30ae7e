//! One visit in the browser: arrive, fill part by part, conclude, confirm by another person.

use axum::http::StatusCode;
use store::inspection::StoredInspection;

use crate::browser::{Browser, Page};
use crate::story::{Story, told};

/// A visit whose team has arrived, and the browsers of both members.
async fn arrived(story: &Story) -> (StoredInspection, Browser, Browser) {
    let (_, visits) = story.assigned().await;
    let visit = visits[0].clone();
    let team = story.team(&visit);
    let (first, second) = (story.browser(&team[0]).await, story.browser(&team[1]).await);
    let path = format!("/w/inspections/{}/arrive", visit.visit.id);
    let asked = first.get(&path).await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.text);
    let one = [("present", visit.visit.team[0].as_str())];
    let alone = first.submit(&asked, &path, &one).await;
    assert_eq!(alone.status, StatusCode::CONFLICT);
    assert!(
        alone.shows("INSP-002"),
        "one person cannot inspect: {}",
        alone.text
    );
    let both: Vec<(&str, &str)> = visit
        .visit
        .team
        .iter()
        .map(|code| ("present", code.as_str()))
        .collect();
    let asked = first.get(&path).await;
    let done = first.submit(&asked, &path, &both).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    (visit, first, second)
}

/// The fields of a sheet in which every criterion passes, as the page would send them.
async fn full(story: &Story, visit: &StoredInspection, page: &Page) -> Vec<(String, String)> {
    let acting = story.site.city.acting(&story.team(visit)[0]).await;
    let mut fields = Vec::new();
    for result in story.full_sheet(&acting, &visit.visit.id).await {
        let result = &result.result;
        let key = format!("{}.{}", result.item, result.criterion);
        let mut add = |kind: &str, value: &str| {
            if !value.is_empty() {
                fields.push((format!("{kind}.{key}"), value.to_owned()));
            }
        };
        add("was", &page.input(&format!("was.{key}")));
        add("verdict", "pass");
        add("photos", &result.evidence.photos.to_string());
        add("video", if result.evidence.video { "1" } else { "" });
        add("document", if result.evidence.document { "1" } else { "" });
        add("reading", result.evidence.reading.as_deref().unwrap_or(""));
    }
    fields
}

fn borrowed(fields: &[(String, String)]) -> Vec<(&str, &str)> {
    fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect()
}

fn sheet_of(visit: &StoredInspection) -> String {
    format!("/w/inspections/{}/sheet", visit.visit.id)
}

#[tokio::test]
async fn a_sheet_with_a_fault_saves_nothing_and_keeps_everything_typed() {
    told(async |story| {
        let (visit, first, _) = arrived(&story).await;
        let path = sheet_of(&visit);
        let page = first.get(&path).await;
        let mut fields = full(&story, &visit, &page).await;
        let photos = fields
            .iter_mut()
            .find(|(name, value)| name.starts_with("photos.") && value != "0");
        photos.expect("some criterion demands photos").1 = "两张".to_owned();
        fields.push((
            "note.fume.Y1".to_owned(),
            "正文里有<b>尖括号</b>".to_owned(),
        ));
        let size = story.site.log_size().await;
        let answer = first.submit(&page, &path, &borrowed(&fields)).await;
        assert_eq!(answer.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            answer.shows("INSP-041") && answer.shows("value=\"两张\""),
            "{}",
            answer.text
        );
        assert!(
            answer.shows("正文里有&#60;b&#62;尖括号"),
            "typed words stay, as words"
        );
        assert!(answer.shows("有误：检查表"));
        assert_eq!(story.site.log_size().await, size, "nothing was saved");
        let ticked = answer.text.matches("value=\"pass\" checked").count();
        assert_eq!(ticked, 17, "every choice is still ticked");
    })
    .await;
}

#[tokio::test]
async fn one_block_is_saved_and_the_rest_of_what_was_typed_comes_back_as_a_draft() {
    told(async |story| {
        let (visit, first, _) = arrived(&story).await;
        let path = sheet_of(&visit);
        let page = first.get(&path).await;
        let mut fields = full(&story, &visit, &page).await;
        fields.push(("only".to_owned(), "fume.Y1".to_owned()));
        fields.push(("note.fume.Y2".to_owned(), "第二项还没写完".to_owned()));
        let answer = first.submit(&page, &path, &borrowed(&fields)).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        assert!(
            answer.location().ends_with("#b-fume.Y2"),
            "on to the next: {}",
            answer.location()
        );
        let again = first.submit(&page, &path, &borrowed(&fields)).await;
        assert_eq!(
            again.location(),
            answer.location(),
            "a second press is the first"
        );
        let acting = story.site.city.acting(&story.team(&visit)[0]).await;
        let view = story
            .site
            .city
            .app
            .visit(&acting, &visit.visit.id)
            .await
            .unwrap();
        let domain::inspection::InspectionState::Opened(opened) = &view.stored.visit.state else {
            panic!("still open")
        };
        assert_eq!(
            opened.sheet.iter().count(),
            1,
            "only the one block is stored"
        );
        let shown = first.get(&path).await;
        assert!(
            shown.shows("第二项还没写完") && shown.shows("已保存"),
            "{}",
            shown.text
        );
        assert_eq!(shown.text.matches("value=\"pass\" checked").count(), 17);
    })
    .await;
}

#[tokio::test]
async fn what_a_colleague_saved_meanwhile_is_not_overwritten_unseen() {
    told(async |story| {
        let (visit, first, second) = arrived(&story).await;
        let path = sheet_of(&visit);
        let (mine, theirs) = (first.get(&path).await, second.get(&path).await);
        let block = |page: &Page, verdict: &str| {
            vec![
                ("was.fume.Y1".to_owned(), page.input("was.fume.Y1")),
                ("verdict.fume.Y1".to_owned(), verdict.to_owned()),
                ("note.fume.Y1".to_owned(), "门店停业装修".to_owned()),
                ("only".to_owned(), "fume.Y1".to_owned()),
            ]
        };
        let done = second
            .submit(&theirs, &path, &borrowed(&block(&theirs, "not_examined")))
            .await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let late = first
            .submit(&mine, &path, &borrowed(&block(&mine, "not_applicable")))
            .await;
        assert_eq!(late.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(
            late.shows("INSP-042") && late.shows("未检查"),
            "{}",
            late.text
        );
        let knowing = first
            .submit(&late, &path, &borrowed(&block(&late, "not_applicable")))
            .await;
        assert_eq!(knowing.status, StatusCode::SEE_OTHER, "{}", knowing.text);
    })
    .await;
}

#[tokio::test]
async fn a_visit_goes_from_the_door_to_a_second_persons_confirmation() {
    told(async |story| {
        let (visit, first, second) = arrived(&story).await;
        let base = format!("/w/inspections/{}", visit.visit.id);
        let early = first.get(&format!("{base}/conclude")).await;
        assert!(early.shows("INSP-006"), "gaps are named: {}", early.text);
        let path = sheet_of(&visit);
        let page = first.get(&path).await;
        let fields = full(&story, &visit, &page).await;
        let saved = first.submit(&page, &path, &borrowed(&fields)).await;
        assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
        let path = format!("{base}/conclude");
        let asked = first.get(&path).await;
        let words = [("outcome", "R5"), ("opinion", "油烟机上周才清洗")];
        let wrong = first.submit(&asked, &path, &words).await;
        assert!(
            wrong.shows("INSP-010") && wrong.shows("油烟机上周才清洗"),
            "{}",
            wrong.text
        );
        let none = first
            .submit(&first.get(&path).await, &path, &[("opinion", "同上")])
            .await;
        assert_eq!(none.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(none.shows("INSP-044") && none.shows("同上"));
        let asked = first.get(&path).await;
        let done = first
            .submit(&asked, &path, &[("outcome", "R1"), ("opinion", "无异议")])
            .await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let own = first.get(&format!("{base}/confirm")).await;
        assert!(
            own.shows("AUTH-014"),
            "not by the same person: {}",
            own.text
        );
        let path = format!("{base}/return");
        let asked = second.get(&path).await;
        let back = second
            .submit(&asked, &path, &[("reason", "Y3 的照片补一张")])
            .await;
        assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.text);
        assert!(
            first.get(&base).await.shows("Y3 的照片补一张"),
            "the reason reaches the first"
        );
        let path = format!("{base}/conclude");
        let asked = first.get(&path).await;
        first
            .submit(&asked, &path, &[("outcome", "R1"), ("opinion", "无异议")])
            .await;
        let path = format!("{base}/confirm");
        let asked = second.get(&path).await;
        assert_eq!(asked.status, StatusCode::OK, "{}", asked.text);
        let done = second.submit(&asked, &path, &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        assert!(second.get(&base).await.shows("已复核，等待批准公示"));
    })
    .await;
}

#[tokio::test]
async fn a_visit_falls_away_only_with_two_attempts_and_proof() {
    told(async |story| {
        let (_, visits) = story.assigned().await;
        let first = story.browser(&story.team(&visits[0])[0]).await;
        let path = format!("/w/inspections/{}/absent", visits[0].visit.id);
        let attempt = async |fields: &[(&str, &str)]| {
            let asked = first.get(&path).await;
            first.submit(&asked, &path, fields).await
        };
        let account = "两次上门均锁门，照片 0001、0002";
        let once = attempt(&[
            ("how", "unreachable"),
            ("attempts", "1"),
            ("account", account),
        ])
        .await;
        assert!(
            once.shows("INSP-012") && once.shows(account),
            "{}",
            once.text
        );
        let typo = attempt(&[("how", ""), ("attempts", "二"), ("account", account)]).await;
        assert_eq!(typo.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(typo.shows("INSP-045") && typo.shows("INSP-046") && typo.shows(account));
        let twice = attempt(&[
            ("how", "unreachable"),
            ("attempts", "2"),
            ("account", account),
        ])
        .await;
        assert_eq!(twice.status, StatusCode::SEE_OTHER, "{}", twice.text);
        let page = first
            .get(&format!("/w/inspections/{}", visits[0].visit.id))
            .await;
        assert!(page.shows("未能检查：无法联系"), "{}", page.text);
    })
    .await;
}

#[tokio::test]
async fn an_inspector_sees_the_visits_he_is_on_or_leads_and_no_others() {
    told(async |story| {
        let (_, visits) = story.assigned().await;
        for (code, account) in &story.inspectors {
            let browser = story.browser(account).await;
            let list = browser.get("/w/inspections").await;
            for visit in &visits {
                let mut people = visit.visit.team.iter().chain(&visit.visit.leader);
                let own = people.any(|member| member.as_str() == code);
                assert_eq!(
                    list.shows(&visit.subject_code),
                    own,
                    "{code} {}",
                    visit.subject_code
                );
                let page = browser
                    .get(&format!("/w/inspections/{}", visit.visit.id))
                    .await;
                let wanted = if own {
                    StatusCode::OK
                } else {
                    StatusCode::NOT_FOUND
                };
                assert_eq!(page.status, wanted, "{code}");
            }
        }
    })
    .await;
}
