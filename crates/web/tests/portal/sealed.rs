//! Sealed is sealed: until a visit is handed to its team no list, count, filter, record or log page tells who was drawn,
//! except to whoever has the right and has unsealed the list in his session, as far as the plan lets him.

use std::collections::BTreeMap;

use app::{Acting, AppError};
use axum::http::StatusCode;
use domain::account::Role;
use domain::campaign::plan::Confidentiality;
use domain::id::{AccountId, CampaignNo, SubjectId};
use domain::subject::RawSubject;
use domain::time::Date;
use store::FrameRegisters;
use store::inspection::StoredInspection;
use testkit::city::as_shown;

use crate::altered;
use crate::browser::{Browser, Page};
use crate::story::{Story, told, told_on_both};

/// Whether a page tells of this visit whom it goes to: by name, by code, or by the address of the visit.
fn tells(page: &Page, visit: &StoredInspection) -> bool {
    page.shows(&visit.subject_name)
        || page.shows(&visit.subject_code)
        || page.shows(visit.visit.id.as_str())
}

pub async fn dispatch(story: &Story, number: &CampaignNo) {
    let app = &story.site.city.app;
    let shown = as_shown(app, app::premise::Thing::Campaign(number)).await;
    app.assign_visits(&story.initiator, number, &shown)
        .await
        .unwrap();
}

async fn unseal(browser: &Browser, number: &CampaignNo) -> Page {
    let path = format!("/w/campaigns/{number}/unseal");
    let asked = browser.get(&path).await;
    assert_eq!(asked.status, StatusCode::OK, "{}", asked.text);
    browser.submit(&asked, &path, &[]).await
}

/// Every list that could tell, and the pages of each visit.
fn lists(number: &CampaignNo) -> Vec<String> {
    vec![
        "/w".to_owned(),
        "/w/inspections".to_owned(),
        "/w/inspections?state=assigned".to_owned(),
        "/w/inspections?whose=mine".to_owned(),
        format!("/w/campaigns/{number}"),
        format!("/w/campaigns/{number}/visits"),
        format!("/w/log?campaign={number}"),
        format!("/w/search?q={number}"),
    ]
}

/// The people of the bureau that read anything of visits or campaigns, and whether they may read the drawn list.
async fn onlookers(story: &Story) -> Vec<(AccountId, bool)> {
    let city = &story.site.city;
    let mut people = vec![
        (story.initiator.account.clone(), true),
        (story.approver.account.clone(), true),
        (story.officer.account.clone(), true),
        (story.supervisor.clone(), true),
        (story.publisher.clone(), false),
    ];
    for (login, role, unit) in [
        ("falv", Role::LegalReviewer, 0),
        ("kucun", Role::Registrar, 1),
        ("bieke", Role::Initiator, 2),
    ] {
        people.push((city.account(login, &[(role, unit)]).await, false));
    }
    people
}

#[tokio::test]
async fn before_it_is_handed_out_no_page_tells_who_was_drawn() {
    told_on_both(async |story| {
        let number = story.drawn().await;
        let visits = story.visits(&number).await;
        let draw = story.site.log_size().await - 1;
        for (account, may_read) in onlookers(&story).await {
            let browser = story.browser(&account).await;
            let mut paths = lists(&number);
            paths.push(format!("/w/log/{draw}"));
            for visit in &visits {
                let id = &visit.visit.id;
                paths.push(format!("/w/log?inspection={id}"));
                let page = browser.get(&format!("/w/inspections/{id}")).await;
                assert!(
                    !page.shows(&visit.subject_name) && page.status != StatusCode::OK,
                    "{account}: {}",
                    page.text
                );
            }
            for path in paths {
                let page = browser.get(&path).await;
                for visit in &visits {
                    let told = page.shows(&visit.subject_name) || page.shows(&visit.subject_code);
                    assert!(!told, "{account} {path}: {}", page.text);
                }
            }
            // Whoever looks for firms finds the register, which knows of no visit.
            let found = browser.get("/w/search?q=样例餐饮").await;
            assert_eq!(found.status, StatusCode::SEE_OTHER, "{}", found.text);
            let register = browser.get(found.location()).await;
            let told = visits
                .iter()
                .any(|one| register.shows(one.visit.id.as_str()));
            let told = told || register.shows(number.as_str());
            assert!(!told, "{account}: {}", register.text);
            // A drawn subject's own page is that of any other.
            let mut pages = Vec::new();
            for subject in story.subjects().await {
                let page = browser.get(&format!("/w/subjects/{subject}")).await;
                let log = browser.get(&format!("/w/log?subject={subject}")).await;
                let told = visits
                    .iter()
                    .any(|visit| page.shows(visit.visit.id.as_str()));
                assert!(!told, "{account}: {}", page.text);
                pages.push((
                    page.shows(number.as_str()),
                    log.text.matches("/w/log/").count(),
                ));
            }
            pages.dedup();
            assert!(pages.len() <= 1, "{account} tells them apart: {pages:?}");
            // Whoever may not know is not even told by the list of visits that there are any.
            let list = browser.get("/w/inspections").await;
            if list.status == StatusCode::OK {
                let waits = list.shows("待派发的检查") && list.shows("封存 3 户");
                assert_eq!(waits, may_read, "{account}: {}", list.text);
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_member_of_the_team_learns_that_a_visit_is_coming_and_with_its_dispatch_to_whom() {
    told_on_both(async |story| {
        let number = story.drawn().await;
        let visits = story.visits(&number).await;
        let visit = &visits[0];
        let member = story.browser(&story.team(visit)[0]).await;
        for path in [
            "/w/inspections".to_owned(),
            format!("/w/campaigns/{number}/visits"),
        ] {
            let page = member.get(&path).await;
            assert!(page.shows("待派发的检查"), "{path}: {}", page.text);
            assert!(
                !visits.iter().any(|one| tells(&page, one)),
                "{path}: {}",
                page.text
            );
        }
        dispatch(&story, &number).await;
        for path in [
            "/w".to_owned(),
            "/w/inspections".to_owned(),
            format!("/w/campaigns/{number}/visits"),
        ] {
            let page = member.get(&path).await;
            assert!(page.shows(&visit.subject_name), "{path}: {}", page.text);
        }
    })
    .await;
}

#[tokio::test]
async fn names_kept_until_dispatch_are_unsealed_after_it_once_per_session() {
    told_on_both(async |story| {
        let number = story.drawn().await;
        let visits = story.visits(&number).await;
        let desk = story.browser(&story.initiator.account).await;
        let list = format!("/w/campaigns/{number}/visits");
        // Too early: the page offers nothing, and an app that asks is refused.
        assert!(!desk.get(&list).await.shows("/unseal"));
        let early = desk.get(&format!("/w/campaigns/{number}/unseal")).await;
        assert!(
            early.shows("现在还不能查看名单")
                && !early.shows("<form method=\"post\" action=\"/w/campaigns")
        );
        let number_of = |page: &Page| visits.iter().filter(|one| tells(page, one)).count();
        dispatch(&story, &number).await;
        let size = story.site.log_size().await;
        assert_eq!(
            number_of(&desk.get(&list).await),
            0,
            "dispatch unseals nothing for the desk"
        );
        let pressed = unseal(&desk, &number).await;
        assert_eq!(pressed.status, StatusCode::SEE_OTHER, "{}", pressed.text);
        assert_eq!(story.site.log_size().await, size + 1, "unsealing is an act");
        for path in [list.clone(), "/w/inspections".to_owned()] {
            let page = desk.get(&path).await;
            assert_eq!(number_of(&page), visits.len(), "{path}: {}", page.text);
        }
        for visit in &visits {
            let page = desk
                .get(&format!("/w/inspections/{}", visit.visit.id))
                .await;
            assert!(page.shows(&visit.subject_name), "{}", page.text);
            let record = desk
                .get(&format!("/w/subjects/{}", visit.visit.subject))
                .await;
            assert!(record.shows(visit.visit.id.as_str()), "{}", record.text);
        }
        assert_eq!(
            story.site.log_size().await,
            size + 1,
            "looking again leaves no trace"
        );
        // The same account at another desk, and another account, still have it sealed.
        let other = story.browser(&story.initiator.account).await;
        assert_eq!(number_of(&other.get(&list).await), 0);
        let supervisor = story.browser(&story.supervisor).await;
        assert_eq!(number_of(&supervisor.get(&list).await), 0);
        assert_eq!(unseal(&other, &number).await.status, StatusCode::SEE_OTHER);
        assert_eq!(story.site.log_size().await, size + 2, "once per session");
        let again = other.get(&format!("/w/campaigns/{number}/unseal")).await;
        assert!(again.shows("已经看得到"), "{}", again.text);
    })
    .await;
}

/// Who asks to put a visit off, and why, names its team and often its subject: the log tells of it to whom the list names
/// the visit, in the session that unsealed it.
#[tokio::test]
async fn an_entry_of_a_visit_says_no_more_than_the_drawn_list() {
    told_on_both(async |story| {
        let (number, visits) = story.assigned().await;
        let visit = &visits[0];
        let city = &story.site.city;
        let member = city.acting(&story.team(visit)[0]).await;
        let shown = as_shown(&city.app, app::premise::Thing::Visit(&visit.visit.id)).await;
        let until = city.app.clock.now().date().plus_days(14);
        let asked =
            city.app
                .ask_postponement(&member, &visit.visit.id, &shown, until, "店主老样住院");
        asked.await.unwrap();
        let entry = format!("/w/log/{}", story.site.log_size().await - 1);
        let of_subject = format!("/w/log?subject={}", visit.visit.subject);
        let paths = [
            entry.clone(),
            "/w/log".to_owned(),
            of_subject.clone(),
            format!("/w/log?inspection={}", visit.visit.id),
            format!("/w/log?campaign={number}"),
            format!("/w/log?account={}", story.team(visit)[0]),
            format!("/w/subjects/{}", visit.visit.subject),
            format!("/w/campaigns/{number}"),
        ];
        for (account, _) in onlookers(&story).await {
            let browser = story.browser(&account).await;
            for path in &paths {
                let page = browser.get(path).await;
                let told = page.shows("申请延期") || page.shows("店主老样住院");
                // A filter shows what was typed into it.
                let id = visit.visit.id.as_str();
                let told = told || (!path.contains(id) && page.shows(id));
                assert!(!told, "{account} {path}: {}", page.text);
            }
        }
        // Whoever unsealed the list reads it, and so does whoever asked.
        let head = story.browser(&story.approver.account).await;
        unseal(&head, &number).await;
        let own = story.browser(&story.team(visit)[0]).await;
        for browser in [&head, &own] {
            let page = browser.get(&entry).await;
            assert!(page.shows("店主老样住院"), "{}", page.text);
        }
        let page = head.get(&of_subject).await;
        assert!(page.shows("申请延期"), "{}", page.text);
    })
    .await;
}

/// What can be removed from the register tells nothing of the drawn list, and a drawn firm stays until its visit.
#[tokio::test]
async fn nobody_is_removed_from_the_register_while_a_drawn_list_is_ahead() {
    told(async |story| {
        let number = story.drawn().await;
        let city = &story.site.city;
        let registrar = city.account("registrar2", &[(Role::Registrar, 1)]).await;
        let registrar = city.acting(&registrar).await;
        for is_dispatched in [false, true] {
            if is_dispatched {
                dispatch(&story, &number).await;
            }
            for id in &story.subjects().await {
                let shown = as_shown(&city.app, app::premise::Thing::Subject(id)).await;
                let gone = city
                    .app
                    .remove_subject(&registrar, id, &shown, "重复")
                    .await;
                let why = gone.unwrap_err().to_string();
                assert!(why.contains("SUBJ-005"), "{is_dispatched}: {why}");
            }
        }
    })
    .await;
}

/// A firm is drawn by its code and gone to by name and address, and so are who inspect it: whoever gave these to another
/// after the freeze would choose who is visited, and by whom.
#[tokio::test]
async fn neither_code_nor_name_moves_to_another_firm_or_inspector_from_the_freeze_until_the_visits_begin()
 {
    told(async |story| {
        let number = story.launched().await;
        let registrar = registrar(&story).await;
        moved(&story, &registrar).await.unwrap();
        story.freeze(&number).await;
        names_stand(&story, &registrar, &number).await;
    })
    .await;
    told(async |story| {
        let number = story.drawn().await;
        let registrar = registrar(&story).await;
        names_stand(&story, &registrar, &number).await;
        dispatch(&story, &number).await;
        names_stand(&story, &registrar, &number).await;
        for visit in story.visits(&number).await {
            story.confirmed(&visit).await;
        }
        moved(&story, &registrar).await.unwrap();
    })
    .await;
}

async fn registrar(story: &Story) -> Acting {
    let city = &story.site.city;
    let registrar = city.account("registrar3", &[(Role::Registrar, 1)]).await;
    city.acting(&registrar).await
}

/// The first firm with another address, as the registrar corrects it.
async fn moved(story: &Story, registrar: &Acting) -> Result<(), AppError> {
    let mut row = firm(story).await;
    row.address.push_str("二楼");
    edited(story, registrar, &row).await
}

async fn firm(story: &Story) -> RawSubject {
    let firm = &story.subjects().await[0];
    let mut reader = story.site.city.app.db.read().await.unwrap();
    app::subject::as_typed(&store::subject::get(&mut reader, firm).await.unwrap())
}

async fn edited(story: &Story, registrar: &Acting, row: &RawSubject) -> Result<(), AppError> {
    let (app, firm) = (&story.site.city.app, &story.subjects().await[0]);
    let shown = as_shown(app, app::premise::Thing::Subject(firm)).await;
    app.edit_subject(registrar, firm, &shown, row).await
}

/// Refuses the registrar code, name and address of a firm of the frame, code and name of an inspector, by form and by file,
/// and says of which draw; what is no name is changed as ever, and so is a firm that came later.
async fn names_stand(story: &Story, registrar: &Acting, number: &CampaignNo) {
    let app = &story.site.city.app;
    let as_it_is = firm(story).await;
    let mut cleared = as_it_is.clone();
    cleared.usci.clear();
    cleared.register_number.clear();
    let mut renamed = as_it_is.clone();
    renamed.name = "样例餐饮改名店".to_owned();
    for row in [&cleared, &renamed] {
        let why = edited(story, registrar, row).await.unwrap_err().to_string();
        assert!(
            why.contains("SUBJ-006") && why.contains(number.as_str()),
            "{why}"
        );
    }
    let why = moved(story, registrar).await.unwrap_err().to_string();
    assert!(why.contains("SUBJ-006"), "{why}");
    // By a file the row is bad, and the others go in.
    let late = testkit::city::caterer(9000 + u32::try_from(story.site.log_size().await).unwrap());
    let rows = [renamed, late];
    let unit = testkit::city::unit(1);
    let imported = app.import_subjects(registrar, &unit, &rows, "样例", true);
    let tally = imported.await.unwrap();
    assert_eq!((tally.bad, tally.added, tally.changed), (1, 1, 0));
    let mut closed = as_it_is.clone();
    closed.scope = format!("热食类食品制售{}", story.site.log_size().await);
    edited(story, registrar, &closed).await.unwrap();
    inspectors_stand(story, registrar, number).await;
}

async fn inspectors_stand(story: &Story, registrar: &Acting, number: &CampaignNo) {
    let app = &story.site.city.app;
    let mut reader = app.db.read().await.unwrap();
    let all = store::inspector::entries(&mut reader).await.unwrap();
    let inspector = store::inspector::by_code(&mut reader, &all[0].code).await;
    let inspector = inspector.unwrap().unwrap().inspector;
    drop(reader);
    let mut recoded = app::inspector::as_typed(&inspector, "");
    let mut renamed = recoded.clone();
    recoded.code = "F099".to_owned();
    renamed.name = "检查员癸".to_owned();
    for row in [recoded, renamed] {
        let shown = as_shown(app, app::premise::Thing::Inspector(&inspector.id)).await;
        let edited = app.edit_inspector(registrar, &inspector.id, &shown, &row);
        let why = edited.await.unwrap_err().to_string();
        assert!(
            why.contains("ROST-035") && why.contains(number.as_str()),
            "{why}"
        );
    }
}

#[tokio::test]
async fn a_list_open_on_the_spot_still_wants_the_right_and_the_act() {
    told(async |story| {
        let number = story.drawn_under(Confidentiality::Open, 0).await;
        let visits = story.visits(&number).await;
        let list = format!("/w/campaigns/{number}/visits");
        let desk = story.browser(&story.initiator.account).await;
        let sealed = desk.get(&list).await;
        assert!(
            !visits.iter().any(|one| tells(&sealed, one)),
            "{}",
            sealed.text
        );
        assert!(
            sealed.shows("共 3 户") && sealed.shows("查看名单"),
            "{}",
            sealed.text
        );
        unseal(&desk, &number).await;
        let unsealed = desk.get(&list).await;
        assert!(
            visits.iter().all(|one| tells(&unsealed, one)),
            "{}",
            unsealed.text
        );
        // Without the right there is no such page, and nothing in the list of visits.
        let reviewer = story
            .site
            .city
            .account("falv", &[(Role::LegalReviewer, 0)])
            .await;
        let reviewer = story.browser(&reviewer).await;
        let refused = reviewer.get(&format!("/w/campaigns/{number}/unseal")).await;
        assert_eq!(refused.status, StatusCode::FORBIDDEN);
        let listed = reviewer.get("/w/inspections").await;
        assert!(
            listed.shows("检查现在没有") || listed.shows("还没有检查"),
            "{}",
            listed.text
        );
    })
    .await;
}

#[tokio::test]
async fn a_list_unsealed_by_day_waits_for_the_first_day() {
    told(async |story| {
        let number = story.drawn_under(Confidentiality::ByDay, 3).await;
        let desk = story.browser(&story.initiator.account).await;
        let list = format!("/w/campaigns/{number}/visits");
        let page = desk.get(&list).await;
        assert!(
            page.shows("现在还不能查看") && page.shows("第一个检查日"),
            "{}",
            page.text
        );
        // The press itself is refused as well, with the form of any page of the session.
        let path = format!("/w/campaigns/{number}/unseal");
        let other = desk.get("/w/campaigns/new").await;
        let app = &story.site.city.app;
        let shown = as_shown(app, app::premise::Thing::Campaign(&number))
            .await
            .to_string();
        let size = story.site.log_size().await;
        let pressed = desk.submit(&other, &path, &[("_premise", &shown)]).await;
        assert!(pressed.shows("DRAW-071"), "{}", pressed.text);
        assert_eq!(story.site.log_size().await, size);
        story.site.city.clock.advance_minutes(3 * 24 * 60);
        let desk = story.browser(&story.initiator.account).await;
        assert_eq!(unseal(&desk, &number).await.status, StatusCode::SEE_OTHER);
        let visits = story.visits(&number).await;
        let page = desk.get(&list).await;
        assert!(visits.iter().all(|one| tells(&page, one)), "{}", page.text);
    })
    .await;
}

#[tokio::test]
async fn a_visit_that_has_begun_is_no_secret_to_whoever_reads_visits() {
    told(async |story| {
        let (_, visits) = story.assigned().await;
        let publisher = story.browser(&story.publisher).await;
        let before = publisher.get("/w/inspections").await;
        assert!(
            !visits.iter().any(|one| tells(&before, one)),
            "{}",
            before.text
        );
        story.confirmed(&visits[0]).await;
        let after = publisher.get("/w/inspections").await;
        assert!(
            tells(&after, &visits[0]) && !tells(&after, &visits[1]),
            "{}",
            after.text
        );
    })
    .await;
}

#[tokio::test]
async fn a_cell_that_was_moved_or_altered_opens_nothing_and_the_audit_names_it() {
    altered::told_under_a_key(async |held| {
        let number = held.story.drawn().await;
        let visits = held.story.visits(&number).await;
        let [one, other] = [&visits[0].visit.id, &visits[1].visit.id];
        held.sql(&format!(
            "UPDATE sealed_visits SET sealed_visit = (SELECT s.sealed_visit FROM sealed_visits s WHERE s.inspection_id = '{other}') WHERE inspection_id = '{one}'"
        ));
        let mut reader = held.app().db.read().await.unwrap();
        let refused = store::inspection::get(&mut reader, one).await.unwrap_err();
        assert!(refused.to_string().contains("sealed_visit"), "{refused}");
        drop(reader);
        let faults = store::audit(&held.app().db).await.unwrap().faults;
        assert!(faults.iter().any(|fault| fault.to_string().contains("sealed_visits")), "{faults:?}");
        held.sql("DELETE FROM person_keys WHERE person LIKE 'visits/%'");
        let faults = store::audit(&held.app().db).await.unwrap().faults;
        assert!(faults.iter().any(|fault| fault.to_string().contains("person_keys")), "{faults:?}");
    })
    .await;
}

#[tokio::test]
async fn what_is_drawn_and_sealed_counts_towards_the_yearly_cap() {
    told_on_both(async |story| {
        let number = story.drawn().await;
        let visits = story.visits(&number).await;
        let app = &story.site.city.app;
        let mut reader = app.db.read().await.unwrap();
        let now = app.clock.now();
        let frozen = FrameRegisters::as_written(&mut reader, now).await.unwrap();
        drop(reader);
        let each = visits.iter().map(|one| (one.visit.subject.clone(), 1));
        let sealed: BTreeMap<SubjectId, i64> = each.collect();
        assert_eq!(frozen.visits, sealed);
        dispatch(&story, &number).await;
        let mut reader = app.db.read().await.unwrap();
        let frozen = FrameRegisters::as_written(&mut reader, now).await.unwrap();
        assert_eq!(frozen.visits, sealed, "once each");
        // What a plan is tried with tells nobody who was drawn, nor who is to be visited.
        let tried = FrameRegisters::as_they_stand(&mut reader, now)
            .await
            .unwrap();
        assert_eq!(tried.visits, BTreeMap::new());
    })
    .await;
}

/// The visits that count against the cap of the year that begins with that day.
async fn counted(story: &Story, year: i16) -> Vec<SubjectId> {
    let begins = Date::new(year, 1, 1).unwrap().start();
    let mut reader = story.site.city.app.db.read().await.unwrap();
    let frozen = FrameRegisters::as_written(&mut reader, begins).await;
    let each = frozen.unwrap().visits.into_iter();
    each.map(|(subject, times)| {
        assert_eq!(times, 1);
        subject
    })
    .collect()
}

fn subjects_of(visits: &[StoredInspection]) -> Vec<SubjectId> {
    let mut all: Vec<_> = visits.iter().map(|one| one.visit.subject.clone()).collect();
    all.sort();
    all
}

/// Whoever held back the publication of last year's visits would use up the cap of this year.
#[tokio::test]
async fn a_visit_counts_in_the_year_in_which_it_was_made_whenever_it_is_published() {
    told_on_both(async |story| {
        let (_, visits) = story.assigned().await;
        story.approved(&visits[0]).await;
        story.confirmed(&visits[1]).await;
        story.site.city.clock.advance_minutes(44 * 24 * 60);
        let app = &story.site.city.app;
        assert_eq!(app.clock.now().date().year(), 2027);
        let publisher = story.site.city.acting(&story.publisher).await;
        let id = &visits[0].visit.id;
        let shown = as_shown(app, app::premise::Thing::Outcome(id)).await;
        app.publish_outcome(&publisher, id, &shown).await.unwrap();
        story.approve(&visits[1]).await;
        // What is still ahead will be made in the year that runs.
        assert_eq!(counted(&story, 2027).await, subjects_of(&visits[2..]));
        assert_eq!(counted(&story, 2026).await, subjects_of(&visits));
    })
    .await;
}

/// Nobody is spared by a list that was drawn and never worked off.
#[tokio::test]
async fn what_is_drawn_and_never_handed_out_counts_until_its_plan_is_over() {
    told_on_both(async |story| {
        let number = story.drawn().await;
        let visits = story.visits(&number).await;
        let year = story.site.city.app.clock.now().date().year();
        assert_eq!(counted(&story, year).await, subjects_of(&visits));
        story.site.city.clock.advance_minutes(90 * 24 * 60);
        let year = story.site.city.app.clock.now().date().year();
        story.drafted().await;
        assert_eq!(counted(&story, year).await, []);
        dispatch(&story, &number).await;
        assert_eq!(counted(&story, year).await, subjects_of(&visits));
    })
    .await;
}
