//! What was shown is what is decided: every form on something that exists is refused when that thing
//! was changed since, when it does not say what it rests on, and when it comes from another session.
//! Nothing is written then, and the page that answers says so.

use app::access::Given;
use app::import::Register;
use app::inspection::print_of_result;
use app::paper::PaperWords;
use app::premise::Thing;
use app::scan::Scan;
use app::staging::State;
use axum::http::StatusCode;
use domain::account::{Grant, Role};
use domain::campaign::abandon_class::AbandonClass;
use domain::id::{AccountId, CampaignNo, EventId, Fingerprint, PartyToken};
use domain::policy::Verb;
use domain::premise::Premise;
use testkit::city::{as_shown, caterer, unit};
use web::route::{Method, Route, Who, keeps_typed, table};

use crate::browser::{Browser, Page, picture};
use crate::story::{Story, plan, told};
use crate::upload::uploaded;

/// Routes that decide on nothing that exists: they make something new, end a session of one's own,
/// keep a draft, or stop or move long work of one's own, whose own state is compared.
const ON_NOTHING: &[&str] = &[
    "/login",
    "/logout",
    "/display",
    "/w/drafts/{*form}",
    "/w/drafts-dropped/{*form}",
    "/w/account/password",
    "/w/account/sessions/{session}/end",
    "/w/campaigns/new",
    "/w/subjects/new",
    "/w/inspectors/new",
    "/a/users/new",
    "/a/audits",
    "/a/audits/{audit}/cancel",
    "/w/jobs/{job}/cancel",
    "/w/import/subjects",
    "/w/import/inspectors",
];

/// Forms over a list: each tick rests on what was shown of its own thing, and the form on nothing else.
const LISTS: &[&str] = &["/w/publication-approvals", "/w/publish", "/a/requests"];

/// Its thing is a void attempt, which this story has none of; a stale press of it is told in `campaign/two.rs`.
const OF_A_VOID_ATTEMPT: &str = "/w/campaigns/{no}/attempts/{attempt}/beacon";

fn decides(route: &Route) -> bool {
    let elsewhere = ON_NOTHING.contains(&route.path) || route.path == OF_A_VOID_ATTEMPT;
    route.method == Method::Post && !elsewhere
}

/// The people of the story by what they may, and the things by the parameters of a path.
pub struct Stage {
    pub story: Story,
    pub people: Vec<(Vec<Grant>, Browser)>,
    campaign: CampaignNo,
    draft: CampaignNo,
    link: String,
    account: String,
    visits: Vec<store::inspection::StoredInspection>,
    publication: String,
    subject: String,
    inspector: String,
    criterion: String,
    uploads: Vec<String>,
    request: String,
    paper: String,
}

impl Stage {
    #[expect(
        clippy::cognitive_complexity,
        reason = "every await counts as a branch; the story runs straight"
    )]
    pub async fn set(story: Story) -> Self {
        let (campaign, visits) = Box::pin(story.assigned()).await;
        let app = story.site.city.app.clone();
        let (other, links) = story.committed().await;
        // No party has said by its link that it is there: that form decides something too.
        story.meet_on_paper(&other).await;
        let draft = app
            .draft_campaign(&story.initiator, &unit(1), &plan(app.clock.now()))
            .await
            .unwrap();
        // The first visit is published, the second open, the third confirmed.
        let team = story.team(&visits[1]);
        let first = story.site.city.acting(&team[0]).await;
        let id = &visits[1].visit.id;
        let shown = as_shown(&app, Thing::Visit(id)).await;
        app.open_visit(&first, id, &shown, visits[1].visit.team.clone())
            .await
            .unwrap();
        let key = &story.full_sheet(&first, id).await[0].result;
        let criterion = format!("{}.{}", key.item, key.criterion);
        story.confirmed(&visits[0]).await;
        story.confirmed(&visits[2]).await;
        let publisher = story.site.city.acting(&story.publisher).await;
        let id = &visits[0].visit.id;
        story.approve(&visits[0]).await;
        let shown = as_shown(&app, Thing::Outcome(id)).await;
        let publication = app.publish_outcome(&publisher, id, &shown).await.unwrap();
        let mut reader = app.db.read().await.unwrap();
        let inspector = store::inspector::all(&mut reader).await.unwrap().remove(0);
        drop(reader);
        let account = story
            .site
            .city
            .account("wujue", &[(Role::Observer, 1)])
            .await;
        let request = asked_for(&story).await;
        let people = people(&story).await;
        let uploads = previewed(&story, &people).await;
        let paper = signed(&story, &people).await;
        Self {
            people,
            uploads,
            request,
            paper,
            campaign,
            draft,
            link: links[0].clone(),
            account: account.to_string(),
            subject: visits[0].visit.subject.to_string(),
            inspector: inspector.inspector.id.to_string(),
            publication: publication.to_string(),
            criterion,
            visits,
            story,
        }
    }

    /// The address of a route, on a thing of the story.
    pub fn address(&self, route: &Route) -> String {
        let id = match route.path {
            path if path.starts_with("/w/inspections/") => self.visits[1].visit.id.to_string(),
            path if path.starts_with("/w/publish/")
                || path.starts_with("/w/publication-approvals/") =>
            {
                self.visits[2].visit.id.to_string()
            }
            path if path.starts_with("/w/published/") => self.publication.clone(),
            path if path.starts_with("/w/subjects/") => self.subject.clone(),
            path if path.starts_with("/w/inspectors/") => self.inspector.clone(),
            path if path.starts_with("/w/items/") => "fume".to_owned(),
            _ => self.account.clone(),
        };
        let import = match route.path {
            path if path.starts_with("/w/import/subjects") => &self.uploads[0],
            _ => &self.uploads[1],
        };
        let no = match route.path {
            "/w/campaigns/{no}/plan" => self.draft.to_string(),
            _ => self.campaign.to_string(),
        };
        route
            .path
            .replace("{id}", &id)
            .replace("{no}", &no)
            .replace("{party}", "discipline")
            .replace("{link}", &self.link)
            .replace("{import}", import)
            .replace("{request}", &self.request)
            .replace("{paper}", &self.paper)
            .replace("{role}", "observer")
            .replace("{unit}", unit(1).as_str())
    }

    /// What would be typed into the form, without a fault.
    pub fn typed(&self, route: &Route) -> Vec<(String, String)> {
        let no = self.campaign.as_str();
        let common = [
            ("reason", "核对后决定"),
            ("class", "other"),
            ("void_code", "register-error"),
            ("absent_reason", ""),
            ("last_four", &no[no.len() - 4..]),
            ("reveal_minutes", "60"),
            ("reveal_from", "2026-11-24 10:00"),
            ("reveal_by", "2026-11-24 11:00"),
            ("document", &"5".repeat(64)),
            ("signatory", &self.account),
            ("dated", "2026-11-23"),
            ("number", "环签〔2026〕12 号"),
            ("office", "司法局"),
            ("name", "见证人甲"),
            ("digits", "31415926535897932384"),
            ("source", "十面骰 20 枚，二楼会议室"),
            ("picture", &"9".repeat(64)),
            ("outcome", "R1"),
            ("how", "closed"),
            ("attempts", "2"),
            ("until", "2026-12-20"),
            ("decision", "allow"),
            ("late", "大雪封路"),
            ("challenge", "称与检查人员有纠纷"),
            ("account", "两次上门均已关闭，门口照片两张"),
            ("role", "observer"),
            ("unit", unit(2).as_str()),
            ("password", "换成另一个足够长的初始口令再长一些"),
            ("inspector", "P001"),
            ("ground", "worked"),
            ("code", "P001"),
            ("name", "样例检查员改名"),
            ("title", "改过的标题"),
            ("district", "411202"),
            ("commitment", &"a".repeat(64)),
            ("nonce", &"a".repeat(64)),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()));
        let mut typed = Vec::from(common);
        let number = caterer(1).register_number;
        typed.push(("subject".to_owned(), number.clone()));
        typed.push(("register_number".to_owned(), number));
        if route.path == "/w/inspections/{id}/sheet" {
            let key = self.criterion.clone();
            typed.push((format!("verdict.{key}"), "not_examined".to_owned()));
            typed.push((format!("note.{key}"), "设备停用".to_owned()));
            typed.push(("only".to_owned(), key));
        }
        typed
    }

    /// Somebody whose roles offer what the route needs, and who is on the team if it is a visit.
    pub async fn who(&self, route: &Route) -> Browser {
        match route.who() {
            Who::PartyLink => self.story.site.stranger(),
            // Who signed may do whatever can be done with a paper.
            _ if route.path.starts_with("/w/papers/") => self.people[APPROVER].1.clone(),
            Who::Needs(verb)
                if verb == Verb::InspectionPutOff || !route.path.starts_with("/w/inspections/") =>
            {
                let able = self
                    .people
                    .iter()
                    .find(|(grants, _)| domain::policy::offers(grants, verb));
                able.unwrap_or_else(|| panic!("nobody may {verb:?}"))
                    .1
                    .clone()
            }
            _ => self.member().await,
        }
    }
}

/// Of the people, who enters a paper and who has signed it.
const INITIATOR: usize = 0;
const APPROVER: usize = 1;

/// A paper that waits, on a plan that waits for its approval.
async fn signed(story: &Story, people: &[(Vec<Grant>, Browser)]) -> String {
    let app = &story.site.city.app;
    let plan = plan(app.clock.now());
    let drafted = app.draft_campaign(&story.initiator, &unit(1), &plan).await;
    let number = drafted.unwrap();
    let shown = as_shown(app, Thing::Campaign(&number)).await;
    let submitted = app.submit_campaign(&story.initiator, &number, &shown);
    submitted.await.unwrap();
    let enters = account_of(story, &people[INITIATOR].1).await;
    let enters = story.site.city.acting(&enters).await;
    let signatory = account_of(story, &people[APPROVER].1).await;
    let shown = as_shown(app, Thing::Campaign(&number)).await;
    let words = PaperWords {
        signatory: &signatory,
        dated: app.clock.now().date(),
        number: "12",
        scan: &Scan::read(&picture("signed").into()).unwrap(),
    };
    let entered = app.enter_plan_paper(&enters, &number, &shown, words).await;
    entered.unwrap().to_string()
}

/// One account per business and per administration.
async fn people(story: &Story) -> Vec<(Vec<Grant>, Browser)> {
    let city = &story.site.city;
    let mut accounts = Vec::new();
    for (role, place) in [
        (Role::Initiator, 1),
        (Role::Approver, 0),
        (Role::DrawingOfficer, 0),
        (Role::Registrar, 1),
        (Role::Publisher, 0),
        (Role::LegalReviewer, 0),
        (Role::SystemAdmin, 0),
        (Role::SecurityAdmin, 0),
        (Role::AuditAdmin, 0),
        (Role::Supervisor, 0),
    ] {
        let login = format!("second-{}", role.name().replace('_', "-"));
        accounts.push(city.account(&login, &[(role, place)]).await);
    }
    let mut people = Vec::new();
    for account in accounts {
        let grants = city.acting(&account).await.grants;
        people.push((grants, story.site.signed_in(&account).await));
    }
    people
}

/// The account of a browser.
async fn account_of(story: &Story, browser: &Browser) -> AccountId {
    let token = browser.token.as_ref().unwrap();
    let mut reader = story.site.city.app.db.read().await.unwrap();
    let hash = app::sign_in::token_hash(token);
    let session = store::session::get(&mut reader, &hash).await.unwrap();
    session.unwrap().account
}

/// Uploads into both registers that wait for the decision of whoever may import.
async fn previewed(story: &Story, people: &[(Vec<Grant>, Browser)]) -> Vec<String> {
    let able = people
        .iter()
        .find(|(grants, _)| domain::policy::offers(grants, Verb::SubjectImport));
    let owner = account_of(story, &able.unwrap().1).await;
    let mut uploads = Vec::new();
    for register in Register::ALL {
        let city = &story.site.city;
        uploads.push(uploaded(city, &owner, register, State::Previewed).await);
    }
    uploads
}

/// A role that waits for another administrator.
async fn asked_for(story: &Story) -> String {
    let city = &story.site.city;
    let asks = city.account("asks", &[(Role::SecurityAdmin, 0)]).await;
    let shown = as_shown(&city.app, Thing::Account(&story.supervisor)).await;
    let grant = Grant {
        role: Role::Approver,
        unit: unit(0),
    };
    let asks = city.acting(&asks).await;
    let given = city.app.grant_role(&asks, &story.supervisor, &shown, grant);
    match given.await.unwrap() {
        Given::Asked(request) => request.to_string(),
        Given::Done => panic!("a role on which others rely"),
    }
}

pub async fn press(
    browser: &Browser,
    (path, token): (&str, &str),
    number: usize,
    premise: Option<&str>,
    typed: &[(String, String)],
) -> Page {
    let key = format!("{number:032x}");
    let mut fields = vec![("_token", token), ("_once", key.as_str())];
    fields.extend(premise.map(|premise| ("_premise", premise)));
    fields.extend(
        typed
            .iter()
            .map(|(name, value)| (name.as_str(), value.as_str())),
    );
    // What shows dice or a lottery comes with its picture.
    if path.ends_with("/dice") || path.ends_with("/beacon") {
        return browser.post_parts(path, &fields, &["picture"]).await;
    }
    // A paper with its scan.
    if path.ends_with("/paper") {
        fields.push(("scan", "signed"));
        return browser.post_parts(path, &fields, &["scan"]).await;
    }
    browser.post_raw(path, &fields).await
}

fn elsewhere() -> String {
    let digest = Fingerprint::parse(&"0".repeat(64)).unwrap();
    Premise::of(EventId::from_entropy([1; 12]))
        .deciding(digest)
        .to_string()
}

/// The token of a page of this browser.
pub async fn token_of(browser: &Browser, address: &str) -> String {
    let own = match address.strip_prefix("/p/") {
        Some(rest) => format!("/p/{}", rest.split('/').next().unwrap()),
        None => "/w/account".to_owned(),
    };
    browser.get(&own).await.input("_token")
}

fn refused(page: &Page, codes: &[&str], named: &str) {
    let told = codes.iter().any(|code| page.shows(code));
    assert!(told, "{named} {}: {}", page.status, page.text);
    assert!(
        matches!(
            page.status,
            StatusCode::CONFLICT | StatusCode::UNPROCESSABLE_ENTITY
        ),
        "{named}"
    );
}

#[tokio::test]
async fn no_form_decides_on_anything_but_what_was_shown() {
    told(async |story| {
        let stage = Stage::set(story).await;
        let size = stage.story.site.log_size().await;
        for (number, route) in table().iter().filter(|route| decides(route)).enumerate() {
            let address = stage.address(route);
            let named = format!("POST {address}");
            let (browser, mut typed) = (stage.who(route).await, stage.typed(route));
            let token = token_of(&browser, &address).await;
            let place = (address.as_str(), token.as_str());
            if route.path == "/w/inspections/{id}/sheet" {
                // The team fills one sheet: each block rests on what stood in its own place.
                typed.push((format!("was.{}", stage.criterion), "0".repeat(64)));
                let page = press(&browser, place, number, None, &typed).await;
                refused(&page, &["INSP-042"], &named);
            } else if LISTS.contains(&route.path) {
                let id = match route.path {
                    "/a/requests" => stage.request.clone(),
                    _ => stage.visits[2].visit.id.to_string(),
                };
                typed.push(("_chosen".to_owned(), format!("{id} {}", elsewhere())));
                let page = press(&browser, place, number, None, &typed).await;
                refused(&page, &["SEEN-001"], &named);
                // What names no version is nothing that was ticked.
                typed.last_mut().unwrap().1 = id;
                let page = press(&browser, place, number, None, &typed).await;
                refused(&page, &["LIST-001"], &named);
            } else {
                let page = press(&browser, place, number, Some(&elsewhere()), &typed).await;
                // Of an upload no event tells.
                let code = match route.path.starts_with("/w/import/") {
                    true => "SEEN-004",
                    false => "SEEN-001",
                };
                refused(&page, &[code], &named);
                let page = press(&browser, place, number, None, &typed).await;
                refused(&page, &["FORM-013"], &named);
            }
            assert_eq!(stage.story.site.log_size().await, size, "{named}");
            if route.acts_once() {
                let other = stage.again(&browser).await;
                let page = press(&other, place, number, Some(&elsewhere()), &typed).await;
                refused(&page, &["FORM-012", "INSP-042"], &named);
            }
            assert_eq!(stage.story.site.log_size().await, size, "{named}");
        }
    })
    .await;
}

impl Stage {
    /// The first of the team of the open visit.
    pub async fn member(&self) -> Browser {
        let team = self.story.team(&self.visits[1]);
        self.story.browser(&team[0]).await
    }

    /// The same account, signed in anew.
    async fn again(&self, browser: &Browser) -> Browser {
        let account = account_of(&self.story, browser).await;
        self.story.browser(&account).await
    }
}

/// The forms of a page that go to these addresses, each from its beginning to its end.
fn forms<'p>(page: &'p Page, to: &str) -> Vec<&'p str> {
    let forms = page.text.split("<form").skip(1);
    let forms = forms.map(|rest| rest.split("</form>").next().unwrap());
    forms
        .filter(|form| form.contains(&format!("action=\"{to}")))
        .collect()
}

#[tokio::test]
async fn each_form_of_an_import_carries_its_key_and_what_it_rests_on() {
    told(async |story| {
        let city = &story.site.city;
        let owner = city.account("registrar3", &[(Role::Registrar, 1)]).await;
        let browser = story.site.signed_in(&owner).await;
        for register in Register::ALL {
            let home = format!("/w/import/{}", register.name());
            let page = browser.get(&home).await;
            let sending = forms(&page, &home);
            assert_eq!(sending.len(), 1, "{}", page.text);
            assert!(sending[0].contains("name=\"_once\""), "{}", page.text);
            for (state, count) in [
                (State::Reading, 1),
                (State::Mapping, 2),
                (State::Comparing, 1),
                (State::Previewed, 2),
                (State::Interrupted, 2),
            ] {
                let id = uploaded(city, &owner, register, state).await;
                let at = format!("{home}/{id}");
                let page = browser.get(&at).await;
                let found = forms(&page, &at);
                assert_eq!(found.len(), count, "{at}: {}", page.text);
                for form in found {
                    for unseen in ["_token", "_once", "_premise"] {
                        let field = format!("name=\"{unseen}\"");
                        assert!(form.contains(&field), "{at} {unseen}: {form}");
                    }
                }
            }
        }
    })
    .await;
}

#[tokio::test]
async fn a_block_saved_by_a_colleague_meanwhile_is_not_replaced_under_the_lock_either() {
    told(async |story| {
        let stage = Stage::set(story).await;
        let app = &stage.story.site.city.app;
        let visit = &stage.visits[1];
        let first = stage
            .story
            .site
            .city
            .acting(&stage.story.team(visit)[0])
            .await;
        let mut entered = stage.story.full_sheet(&first, &visit.visit.id).await;
        entered.truncate(1);
        app.record_results(&first, &visit.visit.id, &entered)
            .await
            .unwrap();
        let size = stage.story.site.log_size().await;
        // The very same words replace nothing, others do.
        let before = entered[0].result.clone();
        app.record_results(&first, &visit.visit.id, &entered)
            .await
            .unwrap();
        entered[0].result.note = Some("另一句话".to_owned());
        let late = app
            .record_results(&first, &visit.visit.id, &entered)
            .await
            .unwrap_err();
        assert!(late.to_string().contains("SEEN-003"), "{late}");
        assert_eq!(stage.story.site.log_size().await, size + 1);
        entered[0].instead_of = print_of_result(Some(&before));
        app.record_results(&first, &visit.visit.id, &entered)
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn a_plan_whose_record_would_be_another_one_is_not_submitted_as_it_was_shown() {
    told(async |story| {
        let city = &story.site.city;
        let app = &city.app;
        let number = app
            .draft_campaign(&story.initiator, &unit(1), &plan(app.clock.now()))
            .await
            .unwrap();
        let shown = as_shown(app, Thing::Campaign(&number)).await;
        city.adopt("2026-sample", &[("rate.D", "40/100")]).await;
        let size = story.site.log_size().await;
        let refused = app
            .submit_campaign(&story.initiator, &number, &shown)
            .await
            .unwrap_err();
        assert!(refused.to_string().contains("SEEN-002"), "{refused}");
        assert_eq!(story.site.log_size().await, size);
        let shown = as_shown(app, Thing::Campaign(&number)).await;
        app.submit_campaign(&story.initiator, &number, &shown)
            .await
            .unwrap();
    })
    .await;
}

#[tokio::test]
async fn what_would_be_published_must_be_what_was_previewed() {
    told(async |story| {
        let city = &story.site.city;
        let app = &city.app;
        let (_, visits) = story.assigned().await;
        story.approved(&visits[0]).await;
        // No name in the frozen register changes before every visit has begun.
        for other in &visits[1..] {
            story.concluded(other).await;
        }
        let publisher = city.acting(&story.publisher).await;
        let id = &visits[0].visit.id;
        let preview = app.preview_publication(&publisher, id).await.unwrap();
        // The register is corrected meanwhile: another name would stand in public.
        let registrar = city.account("registrar2", &[(Role::Registrar, 1)]).await;
        let registrar = city.acting(&registrar).await;
        let subject = &visits[0].visit.subject;
        let mut reader = app.db.read().await.unwrap();
        let kept = store::subject::get(&mut reader, subject).await.unwrap();
        drop(reader);
        let mut row = app::subject::as_typed(&kept);
        row.name = "改了名的样例餐饮店".to_owned();
        let shown = as_shown(app, Thing::Subject(subject)).await;
        app.edit_subject(&registrar, subject, &shown, &row)
            .await
            .unwrap();
        let refused = app
            .publish_outcome(&publisher, id, &preview.premise)
            .await
            .unwrap_err();
        assert!(refused.to_string().contains("SEEN-002"), "{refused}");
        // What was approved is the text of that time: the new one waits for its own approval.
        let shown = as_shown(app, Thing::Outcome(id)).await;
        let refused = app.publish_outcome(&publisher, id, &shown).await;
        assert!(refused.unwrap_err().to_string().contains("PUBL-005"));
        story.approve(&visits[0]).await;
        let shown = as_shown(app, Thing::Outcome(id)).await;
        app.publish_outcome(&publisher, id, &shown).await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn who_changed_it_is_said_to_whom_may_know() {
    told(async |story| {
        let city = &story.site.city;
        let app = &city.app;
        let (number, links) = story.committed().await;
        let shown = as_shown(app, Thing::Campaign(&number)).await;
        // A new link for a party is no change of the campaign; a void is.
        let party = PartyToken::parse("discipline").unwrap();
        app.issue_party_link(&story.officer, &number, &shown, &party)
            .await
            .unwrap();
        let why = ("register-error", "名录漏了一户");
        story
            .void_as_shown(app, &number, &shown, why)
            .await
            .unwrap();
        let supervisor = city.acting(&story.supervisor).await;
        let more = supervisor.grants[0].clone();
        let both = city.granted(&story.initiator.account, more).await;
        let told = app
            .abandon_campaign(
                &both,
                &number,
                &shown,
                (AbandonClass::NotNeeded, "改由上级组织"),
            )
            .await
            .unwrap_err();
        let told = told.to_string();
        assert!(
            told.contains("SEEN-001") && told.contains("样例approver1") && told.contains("留痕第"),
            "{told}"
        );
        let stale = as_shown(app, Thing::Campaign(&number)).await;
        let typed = "2".repeat(64);
        // Whoever is too late with a number learns that, and of nobody.
        let late = app.accept_nonce(&links[1], &stale, &typed).await;
        let late = late.unwrap_err().to_string();
        assert!(
            late.contains("DRAW-083") && !late.contains("样例approver1"),
            "{late}"
        );
        let outsider = app.accept_commitment(&links[1], &stale, &typed).await;
        let outsider = outsider.unwrap_err().to_string();
        assert!(
            outsider.contains("SEEN-001") && !outsider.contains("样例approver1"),
            "{outsider}"
        );
    })
    .await;
}

/// Forms that stand on the page of something else, and are buttons: nothing is typed into them.
const BUTTONS: &[&str] = &[
    "/a/requests/{request}/drop",
    "/a/users/{id}/close",
    "/a/users/{id}/reopen",
    "/a/users/{id}/revoke/{role}/{unit}",
    "/w/papers/{paper}/confirm",
    "/w/papers/{paper}/drop",
    "/w/papers/{paper}/note",
    "/w/import/inspectors/{import}/apply",
    "/w/import/inspectors/{import}/cancel",
    "/w/import/inspectors/{import}/resume",
    "/w/import/subjects/{import}/apply",
    "/w/import/subjects/{import}/cancel",
    "/w/import/subjects/{import}/resume",
];

/// What of the typed text a page may never show.
fn is_secret(name: &str) -> bool {
    name == "password"
}

fn shows_all(page: &Page, typed: &[(String, String)], named: &str) {
    // A file is not typed: no page brings it back, and none pretends to.
    let typed = typed.iter().filter(|(name, _)| name != "picture");
    for (name, text) in typed.filter(|(_, text)| !text.is_empty()) {
        let wanted = !is_secret(name);
        assert_eq!(page.shows(text), wanted, "{named} {name}: {}", page.text);
    }
}

#[tokio::test]
async fn what_was_typed_into_any_form_outlives_the_session() {
    told(async |story| {
        let stage = Stage::set(story).await;
        let size = stage.story.site.log_size().await;
        let forms = table();
        let forms = forms.iter().filter(|route| route.acts_once());
        let forms = forms.filter(|route| route.path != OF_A_VOID_ATTEMPT);
        for (number, route) in forms.enumerate() {
            let address = stage.address(route);
            let named = format!("POST {address}");
            if BUTTONS.contains(&route.path) {
                assert!(!keeps_typed(&address), "{named}");
                continue;
            }
            let browser = stage.again(&stage.who(route).await).await;
            let token = token_of(&browser, &address).await;
            let (place, typed) = ((address.as_str(), token.as_str()), stage.typed(route));
            stage.story.site.city.clock.advance_minutes(61);
            let sent = press(&browser, place, number, Some(&elsewhere()), &typed).await;
            let sign_in = browser.get(sent.location()).await;
            let told = "用同一账号重新登录后接着填";
            assert!(sign_in.shows(told), "{named}: {}", sent.text);
            let back = stage.again(&browser).await;
            shows_all(&back.get(&address).await, &typed, &named);
            // Where somebody else has come in since, the session is forgotten, and with it whose it was.
            end(&stage.story, &browser).await;
            let sent = press(&browser, place, number, Some(&elsewhere()), &typed).await;
            assert_eq!(sent.status, StatusCode::FORBIDDEN, "{named}");
            assert!(sent.shows("href=\"/login?next="), "{named}: {}", sent.text);
            shows_all(&sent, &typed, &named);
            // Dropped, it is gone.
            let page = back.get("/w/account").await;
            let dropped = format!("/w/drafts-dropped{address}");
            let dropped = back.submit(&page, &dropped, &[]).await;
            assert_eq!(dropped.status, StatusCode::SEE_OTHER, "{named}");
            let page = back.get(&address).await;
            assert!(!page.shows("您填写的内容"), "{named}: {}", page.text);
            assert_eq!(stage.story.site.log_size().await, size, "{named}");
        }
    })
    .await;
}

/// Takes the session of a browser away.
async fn end(story: &Story, browser: &Browser) {
    let hash = app::sign_in::token_hash(browser.token.as_ref().unwrap());
    let mut scratch = story.site.city.app.db.scratch().await.unwrap();
    let ended = store::session::end(&mut scratch.inside(), &hash).await;
    ended.unwrap();
    scratch.commit().await.unwrap();
}
