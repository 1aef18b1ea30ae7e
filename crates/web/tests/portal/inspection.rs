//! One visit in the browser: arrive, fill part by part, conclude, confirm by another person.

use app::inspection::{Entered, print_of_result};
use app::premise::Thing;
use axum::http::StatusCode;
use domain::account::Role;
use domain::inspection::Verdict;
use store::inspection::StoredInspection;
use testkit::city::as_shown;

use crate::browser::{Browser, Page};
use crate::story::{Story, told, told_on_both};

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

/// What is said of a sheet of which something typed is not saved.
const LEFT: &str = "没有保存的内容仍在本页";

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
            shown.shows("第二项还没写完") && shown.shows("已保存") && shown.shows(LEFT),
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
        let page = first.get(saved.location()).await;
        assert!(page.shows("已保存。") && !page.shows(LEFT), "{}", page.text);
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
        assert!(second.get(&base).await.shows("已审核，等待批准公示"));
    })
    .await;
}

#[tokio::test]
async fn the_button_of_a_result_that_was_changed_confirms_nothing_and_shows_the_new_result() {
    told(async |story| {
        let (_, visits) = story.assigned().await;
        // Three persons: the leader is in no pair of this visit.
        let (leader, account) = story.inspectors.last().unwrap();
        let outside = |visit: &&StoredInspection| {
            let mut team = visit.visit.team.iter();
            team.all(|member| member.as_str() != leader)
        };
        let visit = visits.iter().find(outside).unwrap();
        story.concluded(visit).await;
        let id = &visit.visit.id;
        let (app, team) = (&story.site.city.app, story.team(visit));
        let second = story.browser(&team[1]).await;
        let (confirm, back) = (
            format!("/w/inspections/{id}/confirm"),
            format!("/w/inspections/{id}/return"),
        );
        let to_confirm = second.get(&confirm).await;
        assert!(to_confirm.shows("未发现问题"), "{}", to_confirm.text);
        let to_return = second.get(&back).await;
        assert!(to_return.shows("未发现问题"), "{}", to_return.text);
        // The leader sends it back, and the same person finds something after all.
        let leader = story.site.city.acting(account).await;
        let shown = as_shown(app, Thing::Visit(id)).await;
        let why = "Y8 的台账再核一次";
        app.return_visit(&leader, id, &shown, why).await.unwrap();
        let first = story.site.city.acting(&team[0]).await;
        let mut found = story.full_sheet(&first, id).await;
        found.retain(|entered| entered.result.criterion.as_str() == "Y8");
        found[0].instead_of = print_of_result(Some(&found[0].result));
        found[0].result.verdict = Verdict::Fail;
        app.record_results(&first, id, &found).await.unwrap();
        let shown = as_shown(app, Thing::Visit(id)).await;
        app.conclude_visit(&first, id, &shown, "R8", None)
            .await
            .unwrap();
        let size = story.site.log_size().await;
        for (page, path) in [(&to_confirm, &confirm), (&to_return, &back)] {
            let refused = second.submit(page, path, &[("reason", "再看")]).await;
            assert_eq!(refused.status, StatusCode::CONFLICT, "{path}");
            for words in [
                "SEEN-001",
                "先看现在的内容",
                "发现问题待后续处理",
                "不合格 1",
            ] {
                assert!(refused.shows(words), "{path} {words}: {}", refused.text);
            }
            assert!(!refused.shows(">未发现问题<"), "{path}");
            assert_eq!(story.site.log_size().await, size, "nothing was decided");
        }
        let refused = second.submit(&to_confirm, &confirm, &[]).await;
        let knowing = second.submit(&refused, &confirm, &[]).await;
        assert_eq!(knowing.status, StatusCode::SEE_OTHER, "{}", knowing.text);
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
        let base = format!("/w/inspections/{}", visits[0].visit.id);
        let page = first.get(&base).await;
        assert!(
            page.shows("等待审核") && !page.shows(">审核<"),
            "{}",
            page.text
        );
        let own = first.get(&format!("{base}/absence")).await;
        assert!(
            own.shows("AUTH-014"),
            "not by the same person: {}",
            own.text
        );
    })
    .await;
}

/// Reported by one, sent back and at last confirmed by another; until then the campaign does not end.
#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story, told straight")]
async fn that_a_visit_could_not_be_made_is_confirmed_by_a_second_person() {
    told_on_both(async |story| {
        let (number, visits) = story.assigned().await;
        for visit in &visits[1..] {
            story.confirmed(visit).await;
        }
        let team = story.team(&visits[0]);
        let (first, second) = (story.browser(&team[0]).await, story.browser(&team[1]).await);
        let base = format!("/w/inspections/{}", visits[0].visit.id);
        let report = async || {
            let path = format!("{base}/absent");
            let asked = first.get(&path).await;
            assert!(
                !asked.shows("value=\"postponed\""),
                "to put off is no ending"
            );
            let fields = [
                ("how", "suspended"),
                ("attempts", "2"),
                ("account", "两次上门均关门，邻铺证明"),
            ];
            let done = first.submit(&asked, &path, &fields).await;
            assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        };
        report().await;
        let (app, ends) = (&story.site.city.app, &story.initiator);
        let shown = as_shown(app, Thing::Campaign(&number)).await;
        let open = app.end_campaign(ends, &number, &shown).await.unwrap_err();
        assert!(open.to_string().contains('1'), "one visit is open: {open}");
        let desk = second.get("/w").await;
        assert!(desk.shows("审核未实施检查"), "{}", desk.text);
        let path = format!("{base}/absence/return");
        let asked = second.get(&path).await;
        assert!(asked.shows("邻铺证明"), "what is returned: {}", asked.text);
        let back = second
            .submit(&asked, &path, &[("reason", "附上照片")])
            .await;
        assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.text);
        let page = first.get(&base).await;
        assert!(
            page.shows("附上照片") && page.shows("到场登记"),
            "{}",
            page.text
        );
        report().await;
        let path = format!("{base}/absence");
        let asked = second.get(&path).await;
        assert!(
            asked.shows("邻铺证明") && asked.shows("歇业"),
            "{}",
            asked.text
        );
        let done = second.submit(&asked, &path, &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let page = second.get(&base).await;
        assert!(page.shows("未实施检查：歇业"), "{}", page.text);
        let shown = as_shown(app, Thing::Campaign(&number)).await;
        app.end_campaign(ends, &number, &shown).await.unwrap();
        // Reason and proof are nobody's business outside.
        let stranger = story.site.stranger();
        for path in [
            format!("/draw/{number}"),
            format!("/draw/{number}.json"),
            "/results".to_owned(),
            "/results.json".to_owned(),
        ] {
            let public = stranger.get(&path).await;
            assert_eq!(public.status, StatusCode::OK, "{path}");
            assert!(!public.shows("邻铺证明"), "{path}");
            assert!(!public.shows(&visits[0].subject_name), "{path}");
        }
    })
    .await;
}

/// The head decides, once, within the window; the public hears nothing of it.
#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story, told straight")]
async fn a_visit_is_put_off_by_the_head_once_and_within_the_window() {
    told_on_both(async |story| {
        let (number, visits) = story.assigned().await;
        let visit = &visits[0];
        let first = story.browser(&story.team(visit)[0]).await;
        let head = story.browser(&story.approver.account).await;
        let base = format!("/w/inspections/{}", visit.visit.id);
        let path = format!("{base}/postpone");
        let last = story.site.city.app.clock.now().date().plus_days(14);
        let ask = async |until: &str, reason: &str| {
            let asked = first.get(&path).await;
            let fields = [("until", until), ("reason", reason)];
            first.submit(&asked, &path, &fields).await
        };
        let (day, beyond) = (last.to_string(), last.plus_days(1).to_string());
        let typo = ask("下周", "店主住院").await;
        assert_eq!(typo.status, StatusCode::UNPROCESSABLE_ENTITY);
        assert!(typo.shows("店主住院"), "{}", typo.text);
        assert!(ask(&day, " ").await.shows("INSP-019"));
        let refused = ask(&beyond, "店主住院").await;
        assert!(
            refused.shows("INSP-020") && refused.shows("修订方案") && refused.shows("店主住院"),
            "{}",
            refused.text
        );
        let done = ask(&day, "店主住院").await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let arrive = first.get(&format!("{base}/arrive")).await;
        assert!(
            arrive.shows("INSP-001"),
            "nobody goes meanwhile: {}",
            arrive.text
        );
        let own = first.get(&format!("{base}/put-off")).await;
        assert!(own.shows("AUTH-001"), "{}", own.text);
        // Nobody was at the door: the firm stays as sealed as it was, and the log betrays nothing.
        let clerk = story.browser(&story.publisher).await;
        assert!(!clerk.get("/w/inspections").await.shows(&visit.subject_name));
        let sealed = clerk.get(&base).await;
        assert!(sealed.shows("INSP-033"), "{}", sealed.text);
        let trace = clerk
            .get(&format!("/w/log?subject={}", visit.visit.subject))
            .await;
        assert!(!trace.shows("申请延期"), "{}", trace.text);
        let desk = head.get("/w").await;
        assert!(
            desk.shows("审批延期") && !desk.shows(&visit.subject_name),
            "{}",
            desk.text
        );
        let path = format!("{base}/put-off");
        let sealed = head.get(&path).await;
        assert!(sealed.shows("INSP-033"), "{}", sealed.text);
        let unseal = format!("/w/campaigns/{number}/unseal");
        let asked = head.get(&unseal).await;
        let done = head.submit(&asked, &unseal, &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let asked = head.get(&path).await;
        assert!(asked.shows("店主住院"), "{}", asked.text);
        let none = head.submit(&asked, &path, &[]).await;
        assert!(none.shows("INSP-047"), "{}", none.text);
        let done = head.submit(&asked, &path, &[("decision", "allow")]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let page = first.get(&base).await;
        assert!(
            page.shows("已批准延期到") && page.shows("到场登记") && !page.shows("/postpone\""),
            "{}",
            page.text
        );
        let again = ask_again(&story, visit).await;
        assert!(again.contains("INSP-021"), "{again}");
        let stranger = story.site.stranger();
        for path in [
            format!("/draw/{number}"),
            format!("/draw/{number}.json"),
            "/index.json".to_owned(),
            "/results.json".to_owned(),
        ] {
            assert!(!stranger.get(&path).await.shows("延期"), "{path}");
        }
    })
    .await;
}

async fn ask_again(story: &Story, visit: &StoredInspection) -> String {
    let app = &story.site.city.app;
    let acting = story.site.city.acting(&story.team(visit)[0]).await;
    let id = &visit.visit.id;
    let shown = as_shown(app, Thing::Visit(id)).await;
    let until = app.clock.now().date().plus_days(2);
    let asked = app.ask_postponement(&acting, id, &shown, until, "又住院");
    asked.await.unwrap_err().to_string()
}

/// Changes the credential of the second member, and yields what the door answers then.
async fn at_the_door(story: &Story, visit: &StoredInspection, fields: &[(&str, &str)]) -> Page {
    let first = story.browser(&story.team(visit)[0]).await;
    let path = format!("/w/inspections/{}/arrive", visit.visit.id);
    let asked = first.get(&path).await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.text);
    let team = visit.visit.team.iter();
    let mut all: Vec<(&str, &str)> = team.map(|code| ("present", code.as_str())).collect();
    all.extend(fields);
    first.submit(&asked, &path, &all).await
}

/// The leader answers for the visit from his desk, and is no more impartial there.
#[tokio::test]
async fn the_recusal_of_a_leader_who_does_not_come_along_stops_at_the_door_too() {
    told_on_both(async |story| {
        let (_, visits) = story.assigned().await;
        let city = &story.site.city;
        let registrar = city.account("registrar2", &[(Role::Registrar, 1)]).await;
        let registers = story.site.signed_in(&registrar).await;
        let asked = registers.get("/w/recusals/new").await;
        let leader = visits[2].visit.leader.as_ref().unwrap();
        assert!(!visits[2].visit.team.contains(leader));
        let fields = [
            ("inspector", leader.as_str()),
            ("subject", visits[2].subject_code.as_str()),
            ("ground", "interest"),
        ];
        let declared = registers.submit(&asked, "/w/recusals/new", &fields).await;
        assert_eq!(declared.status, StatusCode::SEE_OTHER, "{}", declared.text);
        let stopped = at_the_door(&story, &visits[2], &[]).await;
        assert!(
            stopped.shows("INSP-017") && stopped.shows(leader.as_str()),
            "{}",
            stopped.text
        );
    })
    .await;
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story, told straight")]
async fn an_expired_credential_and_an_own_recusal_stop_at_the_door_and_a_challenge_does_not() {
    told_on_both(async |story| {
        let (_, visits) = story.assigned().await;
        let (city, visit) = (&story.site.city, &visits[0]);
        let app = &city.app;
        let registrar = city.account("registrar2", &[(Role::Registrar, 1)]).await;
        let registrar = city.acting(&registrar).await;
        let until = async |day: &str| {
            let mut reader = app.db.read().await.unwrap();
            let code = &visit.visit.team[1];
            let kept = store::inspector::by_code(&mut reader, code).await.unwrap();
            drop(reader);
            let kept = kept.unwrap().inspector;
            let mut row = app::inspector::as_typed(&kept, "");
            row.valid_until = day.to_owned();
            let shown = as_shown(app, Thing::Inspector(&kept.id)).await;
            let edited = app.edit_inspector(&registrar, &kept.id, &shown, &row);
            edited.await.unwrap();
        };
        let today = app.clock.now().date();
        until(&today.plus_days(-1).to_string()).await;
        let first = story.browser(&story.team(visit)[0]).await;
        let page = first
            .get(&format!("/w/inspections/{}", visit.visit.id))
            .await;
        assert!(
            page.shows("今天不能检查") && !page.shows("/arrive\""),
            "{}",
            page.text
        );
        let size = story.site.log_size().await;
        let expired = at_the_door(&story, visit, &[]).await;
        assert_eq!(expired.status, StatusCode::CONFLICT);
        for words in ["INSP-016", visit.visit.team[1].as_str(), "申请延期"] {
            assert!(expired.shows(words), "{words}: {}", expired.text);
        }
        assert_eq!(story.site.log_size().await, size);
        // Valid on its last day.
        until(&today.to_string()).await;
        // The recusal is declared by the inspector himself, after the draw.
        let own = story.browser(&story.team(visit)[1]).await;
        let asked = own.get("/w/recusals/new").await;
        let fields = [
            ("inspector", visit.visit.team[1].as_str()),
            ("subject", visit.subject_code.as_str()),
            ("ground", "interest"),
        ];
        let declared = own.submit(&asked, "/w/recusals/new", &fields).await;
        assert_eq!(declared.status, StatusCode::SEE_OTHER, "{}", declared.text);
        // Said before anybody sets out, and to the others of the team.
        let other = story.browser(&story.team(visit)[0]).await;
        let page = other
            .get(&format!("/w/inspections/{}", visit.visit.id))
            .await;
        assert!(
            page.shows("检查组不能出发") && page.shows("先不要去") && !page.shows("/arrive\""),
            "{}",
            page.text
        );
        let recused = at_the_door(&story, visit, &[]).await;
        assert!(
            recused.shows("INSP-017") && recused.shows("递补还没有办理的页面"),
            "{}",
            recused.text
        );
        // Nor is the firm closed by who may not go there, from his desk.
        let shown = as_shown(app, Thing::Visit(&visit.visit.id)).await;
        let acting = city.acting(&story.team(visit)[1]).await;
        let how = domain::inspection::FallenAway::Closed;
        let closed = app.report_absence(&acting, &visit.visit.id, &shown, how, "已经关门", 1);
        let why = closed.await.unwrap_err().to_string();
        assert!(why.contains("INSP-017"), "{why}");
        assert!(
            page.shows("申请延期") && !page.shows("/absent\""),
            "{}",
            page.text
        );
        // What the subject of another visit asks for is noted, and the visit goes on.
        let challenge = [("challenge", "称其亲属在同街经营")];
        let went = at_the_door(&story, &visits[1], &challenge).await;
        assert_eq!(went.status, StatusCode::SEE_OTHER, "{}", went.text);
        let first = story.browser(&story.team(&visits[1])[0]).await;
        let page = first
            .get(&format!("/w/inspections/{}", visits[1].visit.id))
            .await;
        assert!(
            page.shows("称其亲属在同街经营") && page.shows("检查不因此停止"),
            "{}",
            page.text
        );
    })
    .await;
}

#[tokio::test]
async fn whoever_comes_after_the_window_says_why_and_is_not_locked_out() {
    told(async |story| {
        let (_, visits) = story.assigned().await;
        let visit = &visits[0];
        story.site.city.clock.advance_minutes(15 * 24 * 60);
        let silent = at_the_door(&story, visit, &[]).await;
        assert!(silent.shows("INSP-022"), "{}", silent.text);
        let late = [("late", "大雪封路，晚了一天")];
        let went = at_the_door(&story, visit, &late).await;
        assert_eq!(went.status, StatusCode::SEE_OTHER, "{}", went.text);
        let first = story.browser(&story.team(visit)[0]).await;
        let page = first
            .get(&format!("/w/inspections/{}", visit.visit.id))
            .await;
        assert!(page.shows("大雪封路，晚了一天"), "{}", page.text);
    })
    .await;
}

/// The page of the outcome offers what checklist and law allow, and says why not the rest.
#[tokio::test]
async fn a_finding_whose_law_carries_no_order_is_not_concluded_as_ordered() {
    told(async |story| {
        let (visit, first, _) = arrived(&story).await;
        let (app, id) = (&story.site.city.app, &visit.visit.id);
        let acting = story.site.city.acting(&story.team(&visit)[0]).await;
        let mut entered = story.full_sheet(&acting, id).await;
        let place = |id: &str, entered: &[Entered]| {
            let found = entered
                .iter()
                .position(|one| one.result.criterion.as_str() == id);
            found.unwrap()
        };
        let at = place("Y8", &entered);
        entered[at].result.verdict = Verdict::Fail;
        app.record_results(&acting, id, &entered).await.unwrap();
        let path = format!("/w/inspections/{id}/conclude");
        let asked = first.get(&path).await;
        assert!(!asked.shows("value=\"R5\""), "{}", asked.text);
        assert!(
            asked.shows("value=\"R8\"") && asked.shows("没有责令改正的规定"),
            "{}",
            asked.text
        );
        let words = [("outcome", "R5"), ("opinion", "愿意整改")];
        let refused = first.submit(&asked, &path, &words).await;
        assert_eq!(refused.status, StatusCode::CONFLICT);
        assert!(
            refused.shows("INSP-014") && refused.shows("Y8") && refused.shows("愿意整改"),
            "{}",
            refused.text
        );
        let sheet = first.get(&sheet_of(&visit)).await;
        assert!(sheet.shows("依据没有责令改正的规定") && sheet.shows("没有可引用的依据"));
        // With a finding whose article does carry it, the same outcome is lawful.
        let at = place("Y3", &entered);
        let before = print_of_result(Some(&entered[at].result));
        entered[at].result.verdict = Verdict::Fail;
        entered[at].instead_of = before;
        app.record_results(&acting, id, &entered[at..=at])
            .await
            .unwrap();
        let asked = first.get(&path).await;
        assert!(asked.shows("value=\"R5\""), "{}", asked.text);
        let done = first.submit(&asked, &path, &words).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
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
