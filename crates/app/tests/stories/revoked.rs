//! A right that is taken back between the request and its act: the act asks again, in its own transaction.

use domain::campaign::abandon_class::AbandonClass;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use app::account::NewAccount;
use app::job::{Jobs, Limits};
use app::port::{Clock, Entropy};
use app::premise::Thing;
use app::staging::State;
use app::subject::export::{Export, SUBJECT_EXPORT, Selection};
use app::{Acting, App, AppError};
use domain::account::{Grant, Role};
use domain::campaign::drawn_list::Unsealed;
use domain::campaign::plan::CampaignPlan;
use domain::event::Event;
use domain::id::{AccessRequestId, AccountId, CampaignNo, InspectionId, SubjectId};
use domain::inspector::RawInspector;
use domain::time::Instant;
use store::session::Session;
use store::{Db, log};
use testkit::city::{City, PASSWORD, as_shown, caterer, unit};
use testkit::engines::{PostgresDatabase, on_both, upgrade};
use tokio::runtime::Handle;
use tokio::task::{JoinSet, block_in_place};

use crate::uploads::{Desk, SUBJECTS, caterers, registrar};
use crate::words::{code_of, leaves, newest, shown};

fn grant(role: Role, place: u8) -> Grant {
    Grant {
        role,
        unit: unit(place),
    }
}

#[tokio::test]
async fn two_who_take_the_same_role_back_from_each_other_do_not_both_lose_it() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let mut security = Vec::new();
        for login in ["first", "second", "third"] {
            let account = city.account(login, &[(Role::SecurityAdmin, 0)]).await;
            security.push(city.acting(&account).await);
        }
        let [first, second, _] = &security[..] else {
            panic!("three")
        };
        let role = grant(Role::SecurityAdmin, 0);
        // Both pages were opened, both presses came in, before either was carried out.
        let (of_first, of_second) = (
            shown(&city, &first.account).await,
            shown(&city, &second.account).await,
        );
        let (one, other) = tokio::join!(
            city.app
                .revoke_role(first, &second.account, &of_second, &role),
            city.app
                .revoke_role(second, &first.account, &of_first, &role),
        );
        assert!(one.is_ok() != other.is_ok(), "{one:?} {other:?}");
        assert_eq!(code_of(one.and(other)), "AUTH-001");
    })
    .await;
}

/// Each may do it, and each finds another administrator left; together they would leave none.
#[tokio::test]
async fn the_last_two_administrators_of_a_kind_are_not_taken_away_by_two_at_once() {
    on_both(|db| async move {
        let city = City::found(db.clone()).await;
        let desk = City::join(db, 9);
        let mut security = Vec::new();
        for login in ["first", "second"] {
            let account = city.account(login, &[(Role::SecurityAdmin, 0)]).await;
            security.push(city.acting(&account).await);
        }
        let one = city.account("one", &[(Role::SystemAdmin, 0)]).await;
        let other = city.account("other", &[(Role::SystemAdmin, 0)]).await;
        let role = grant(Role::SystemAdmin, 0);
        let (of_one, of_other) = (shown(&city, &one).await, shown(&city, &other).await);
        let (first, second) = tokio::join!(
            city.app.revoke_role(&security[0], &one, &of_one, &role),
            desk.app.revoke_role(&security[1], &other, &of_other, &role),
        );
        assert!(first.is_ok() != second.is_ok(), "{first:?} {second:?}");
        assert_eq!(code_of(first.and(second)), "AUTH-023");
    })
    .await;
}

/// The rows were gathered by what he saw when his request came in.
#[tokio::test]
async fn whoever_sees_less_by_now_takes_no_rows_of_what_he_saw() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let security = city.account("security", &[(Role::SecurityAdmin, 0)]).await;
        let security = city.acting(&security).await;
        let keeper = city.account("keeper", &[(Role::Registrar, 4)]).await;
        let keeper = city.acting(&keeper).await;
        city.subject(&keeper, &unit(4), &caterer(1)).await;
        // Those who launch campaigns take along what is theirs.
        let roles = [(Role::Initiator, 1), (Role::Initiator, 4)];
        let clerk = city.account("clerk", &roles).await;
        let acting = city.acting(&clerk).await;
        let folder = tempfile::tempdir().unwrap();
        let limits = Limits {
            export_rows: 0,
            ..Limits::default()
        };
        let jobs = Jobs::new(city.app.clone(), folder.path(), limits);
        let all = Selection::default();
        let ordered = city.app.export_subjects(Some(&jobs), &acting, &all).await;
        let Export::Ordered(id) = ordered.unwrap() else {
            panic!("one row is more than none")
        };
        jobs.settled(&format!("{SUBJECT_EXPORT}/{clerk}")).await;
        let job = jobs.find(&clerk, &id).await.unwrap().unwrap();
        let page = shown(&city, &clerk).await;
        let held = grant(Role::Initiator, 4);
        let revoked = city.app.revoke_role(&security, &clerk, &page, &held).await;
        revoked.unwrap();

        let before = leaves(&city).await;
        let short = city.app.export_subjects(None, &acting, &all).await;
        assert_eq!(code_of(short), "EXPT-002");
        let fetched = city.app.fetch_subject_export(&jobs, &acting, &job).await;
        assert_eq!(code_of(fetched), "EXPT-002");
        assert_eq!(leaves(&city).await, before);
    })
    .await;
}

type Answers = Vec<(&'static str, Result<(), AppError>)>;

async fn on_accounts(city: &City, acting: &Acting, other: &AccountId) -> Answers {
    let (app, page) = (&city.app, shown(city, other).await);
    let acting = &Acting {
        grants: vec![grant(Role::SystemAdmin, 0), grant(Role::SecurityAdmin, 0)],
        ..acting.clone()
    };
    let new = NewAccount {
        login: "newcomer".to_owned(),
        name: "样例新人".to_owned(),
        password: PASSWORD.to_owned(),
        grants: Vec::new(),
    };
    let opened = app.open_account(acting, new).await;
    let closed = app.set_account_active(acting, other, &page, false).await;
    let more = grant(Role::Registrar, 4);
    let granted = app.grant_role(acting, other, &page, more).await;
    let reset = app.reset_password(acting, other, &page, PASSWORD).await;
    let request = AccessRequestId::from_entropy([1; 12]);
    let confirmed = app.confirm_request(acting, &request, &page).await;
    let dropped = app.drop_request(acting, &request, &page).await;
    vec![
        ("account.open", opened.map(drop)),
        ("account.close", closed),
        ("role.grant", granted.map(drop)),
        ("password.reset", reset.map(drop)),
        ("access.confirm", confirmed),
        ("access.drop", dropped),
    ]
}

async fn on_registers(city: &City, acting: &Acting, subject: &SubjectId) -> Answers {
    let app = &city.app;
    let entry = as_shown(app, Thing::Subject(subject)).await;
    let row = caterer(2);
    let typed = RawInspector {
        code: "Z001".to_owned(),
        name: "检查员甲".to_owned(),
        ..RawInspector::default()
    };
    let added = app.add_subject(acting, &unit(1), &row).await;
    let edited = app.edit_subject(acting, subject, &entry, &row).await;
    let removed = app.remove_subject(acting, subject, &entry, "重复").await;
    let inspector = app.add_inspector(acting, &unit(1), &typed, None).await;
    vec![
        ("subject.add", added.map(drop)),
        ("subject.edit", edited),
        ("subject.remove", removed),
        ("inspector.add", inspector.map(drop)),
    ]
}

async fn on_campaigns(city: &City, acting: &Acting, number: &CampaignNo) -> Answers {
    let app = &city.app;
    let page = as_shown(app, Thing::Campaign(number)).await;
    let plan = CampaignPlan::titled("样例");
    let visit = InspectionId::from_entropy([1; 12]);
    let drafted = app.draft_campaign(acting, &unit(1), &plan).await;
    let revised = app.revise_plan(acting, number, &page, &plan).await;
    let submitted = app.submit_campaign(acting, number, &page).await;
    let abandoned =
        app.abandon_campaign(acting, number, &page, (AbandonClass::NotNeeded, "不再需要"));
    let abandoned = abandoned.await;
    let opening = app.full_bundle(acting, number).await;
    let none = Unsealed::default();
    let list = app.read_drawn_list((acting, &none), number).await;
    let session = Session {
        token_hash: "00".to_owned(),
        account: acting.account.clone(),
        form_token: "00".to_owned(),
        created_at_ms: 0,
        seen_at_ms: 0,
        display: String::new(),
        note: String::new(),
        unsealed: none.clone(),
    };
    let unsealed = app.unseal_drawn_list(acting, &session, number, &page).await;
    let recorded = app.record_results(acting, &visit, &[]).await;
    let approved = app.approve_outcome(acting, &visit, &page).await;
    let published = app.publish_outcome(acting, &visit, &page).await;
    vec![
        ("campaign.draft", drafted.map(drop)),
        ("campaign.revise", revised),
        ("campaign.submit", submitted),
        ("campaign.abandon", abandoned),
        ("opening.read", opening.map(drop)),
        ("drawn_list.read", list.map(drop)),
        ("drawn_list.unseal", unsealed),
        ("inspection.record", recorded),
        ("outcome.approve", approved),
        ("outcome.publish", published.map(drop)),
    ]
}

#[tokio::test]
async fn whoever_was_closed_since_his_request_came_in_does_none_of_its_acts() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let system = city.account("system", &[(Role::SystemAdmin, 0)]).await;
        let system = city.acting(&system).await;
        let other = city.account("other", &[(Role::Registrar, 1)]).await;
        let registrar = city.acting(&other).await;
        let subject = city.subject(&registrar, &unit(1), &caterer(1)).await;
        let roles = [(Role::Registrar, 1), (Role::Initiator, 1)];
        let closed = city.account("closed", &roles).await;
        let acting = &city.acting(&closed).await;
        let plan = CampaignPlan::titled("样例");
        let drafted = city.app.draft_campaign(acting, &unit(1), &plan).await;
        let number = drafted.unwrap();
        let page = shown(&city, &closed).await;
        let close = city.app.set_account_active(&system, &closed, &page, false);
        close.await.unwrap();

        let before = leaves(&city).await;
        let answers = [
            on_accounts(&city, acting, &other).await,
            on_registers(&city, acting, &subject).await,
            on_campaigns(&city, acting, &number).await,
        ];
        for (act, answer) in answers.into_iter().flatten() {
            assert_eq!(code_of(answer), "AUTH-035", "{act}");
        }
        assert_eq!(leaves(&city).await, before);
    })
    .await;
}

/// The acts of the log in its order, each with the account behind it.
async fn told(city: &City) -> Vec<(String, Option<AccountId>)> {
    let mut reader = city.app.db.read().await.unwrap();
    let lines = log::trace(&mut reader, &log::TraceOf::All, None, 200).await;
    let events = lines.unwrap().into_iter().rev().map(|line| {
        let event: Event = serde_json::from_str(&line.header.unwrap()).unwrap();
        (line.act, event.actor.account)
    });
    events.collect()
}

#[tokio::test]
async fn no_act_of_an_account_stands_in_the_log_behind_its_closing() {
    on_both(|db| async move {
        let city = City::found(db.clone()).await;
        let system = city.account("system", &[(Role::SystemAdmin, 0)]).await;
        let system = city.acting(&system).await;
        let clerk = city.account("clerk", &[(Role::Registrar, 1)]).await;
        let acting = city.acting(&clerk).await;
        let page = shown(&city, &clerk).await;
        // More than there are connections, from the desk of another process; each is refused or comes before.
        let desk = City::join(db, 8);
        let mut acts = JoinSet::new();
        for row in (1..=24).map(caterer) {
            let (app, acting) = (desk.app.clone(), acting.clone());
            acts.spawn(async move { app.add_subject(&acting, &unit(1), &row).await });
        }
        let close = city.app.set_account_active(&system, &clerk, &page, false);
        let (done, closed) = tokio::join!(acts.join_all(), close);
        closed.unwrap();
        for refused in done.into_iter().filter(Result::is_err) {
            // By a page, one that finds the accounts moved on is begun again.
            let code = code_of(refused);
            assert!(["AUTH-035", "STOR-426"].contains(&code.as_str()), "{code}");
        }
        let told = told(&city).await;
        let closing = told.iter().position(|(act, _)| act == "account.close");
        let behind = &told[closing.unwrap()..];
        assert!(
            behind.iter().all(|(_, by)| by.as_ref() != Some(&clerk)),
            "{behind:?}"
        );
    })
    .await;
}

/// What is done to the grants of who imports.
#[derive(Clone, Copy)]
enum Change {
    Revoked,
    Wider,
}

/// A clock that has it done while rows are written: of its readings while a long writer is announced the first
/// is when the import has its turn, the second when its entry is begun, the third when rows are written.
struct Meanwhile {
    city: City,
    security: Acting,
    importer: AccountId,
    change: Change,
    readings: Mutex<u32>,
}

impl Meanwhile {
    async fn read(&self) {
        let db = &self.city.app.db;
        let mut view = db.read().await.unwrap();
        let announced = db.announced(&mut view).await.unwrap().is_some();
        drop(view);
        let reading = {
            let mut readings = self.readings.lock().unwrap();
            *readings += u32::from(announced);
            *readings
        };
        if announced && reading == 3 {
            self.done().await;
        }
    }

    async fn done(&self) {
        let (app, page) = (&self.city.app, shown(&self.city, &self.importer).await);
        let (security, importer) = (&self.security, &self.importer);
        let done = match self.change {
            Change::Revoked => {
                let held = grant(Role::Registrar, 1);
                app.revoke_role(security, importer, &page, &held).await
            }
            Change::Wider => {
                let more = grant(Role::Registrar, 4);
                let granted = app.grant_role(security, importer, &page, more).await;
                granted.map(drop)
            }
        };
        done.unwrap();
    }
}

impl Clock for Meanwhile {
    fn now(&self) -> Instant {
        block_in_place(|| Handle::current().block_on(self.read()));
        self.city.app.clock.now()
    }
}

/// An import of 2,500 rows on PostgreSQL, where grants can be changed while it writes.
async fn imported_while(change: Change) -> (Result<State, AppError>, u64, String) {
    let server = PostgresDatabase::fresh();
    let db = Db::open_postgres(server.url(), &upgrade()).await.unwrap();
    let city = City::found(db.clone()).await;
    let security = city.account("security", &[(Role::SecurityAdmin, 0)]).await;
    let security = city.acting(&security).await;
    let importer = registrar(&city, "registrar").await;
    let app = App {
        clock: Arc::new(Meanwhile {
            city: City::join(db, 7),
            security,
            importer: importer.account.clone().unwrap(),
            change,
            readings: Mutex::default(),
        }),
        ..city.app.clone()
    };
    let desk = Desk::open(&app, importer);
    let read = desk
        .received((SUBJECTS, &unit(1)), "a", &caterers(2_500))
        .await;
    let seen = desk.compared(&read, read.columns()).await;
    let before = leaves(&city).await;
    let applied = desk.applied(&seen).await.map(|done| done.state);
    let entries = leaves(&city).await - before;
    let found = store::audit(&city.app.db).await.unwrap();
    assert_eq!(found.faults, []);
    let newest = newest(&city).await;
    city.app.db.close().await;
    (applied, entries, newest)
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_right_that_goes_while_rows_are_written_takes_the_import_with_it() {
    let (applied, entries, newest) = imported_while(Change::Revoked).await;
    assert_eq!(applied.unwrap(), State::Previewed);
    assert_eq!(entries, 1);
    assert_eq!(newest, "role.revoke");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_right_that_grows_while_rows_are_written_has_them_judged_again() {
    let (applied, entries, newest) = imported_while(Change::Wider).await;
    assert_eq!(applied.unwrap(), State::Done);
    assert_eq!(entries, 2);
    assert_eq!(newest, "subject.import");
}

/// Opens an account whenever the generator is asked, so many times: beside an act that has asked its right already.
struct OpensAccounts {
    city: City,
    left: AtomicU32,
}

impl Entropy for OpensAccounts {
    fn fill(&self, bytes: &mut [u8]) {
        self.city.app.entropy.fill(bytes);
        let left = self.left.load(Ordering::SeqCst);
        if left > 0 {
            self.left.store(left - 1, Ordering::SeqCst);
            let opened = async { self.city.account(&format!("newcomer{left}"), &[]).await };
            block_in_place(|| Handle::current().block_on(opened));
        }
    }
}

/// On SQLite nothing moves beside an act.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_look_that_leaves_an_event_is_begun_again_when_the_accounts_moved_on_beside_it() {
    let server = PostgresDatabase::fresh();
    let db = Db::open_postgres(server.url(), &upgrade()).await.unwrap();
    let city = City::found(db.clone()).await;
    let keeper = city.account("keeper", &[(Role::Registrar, 1)]).await;
    let keeper = city.acting(&keeper).await;
    city.subject(&keeper, &unit(1), &caterer(1)).await;
    let entropy = OpensAccounts {
        city: city.clone(),
        left: AtomicU32::new(2),
    };
    let app = App {
        entropy: Arc::new(entropy),
        ..city.app.clone()
    };
    let all = Selection::default();
    let given = app.export_subjects(None, &keeper, &all).await.unwrap();
    assert!(matches!(given, Export::File(..)));
    let mut reader = db.read().await.unwrap();
    let lines = log::trace(&mut reader, &log::TraceOf::All, None, 50).await;
    let acts: Vec<String> = lines.unwrap().into_iter().map(|line| line.act).collect();
    assert_eq!(acts[0], "subject.export");
    let exports = acts.iter().filter(|act| *act == "subject.export");
    assert_eq!(exports.count(), 1, "{acts:?}");
    drop(reader);
    db.close().await;
}
