//! Several people at once, and buttons pressed twice.

use std::sync::{Arc, Mutex};

use app::App;
use app::port::Entropy;
use app::staging::{Staging, State};
use axum::http::StatusCode;
use domain::account::Role;
use domain::event::{Act, Actor};
use domain::id::OrgUnitId;
use domain::org::{OrgUnit, UnitKind};
use testkit::city::{caterer, register_number, unit};
use testkit::clock::FakeEntropy;
use testkit::engines::on_both;

use crate::office::{Office, SUBJECTS, caterers};

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_register_that_changed_since_the_preview_is_compared_anew_and_told() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let clerk = office.registrar().await;
        let at = clerk.upload("a.csv", &caterers(1, 3)).await;
        clerk.confirm(&at, &[("all-district", "411202")]).await;
        assert_eq!(clerk.get(&at).await.counts(), [3, 0, 0, 0]);
        let acting = office.city.acting(&clerk.account).await;
        office.city.subject(&acting, &unit(2), &caterer(2)).await;
        let told = clerk.decide(&at, "all").await;
        assert!(told.shows("预览之后名录有变化"), "{}", told.text);
        assert_eq!((told.counts(), office.subjects().await), ([2, 0, 1, 0], 1));
        assert_eq!(clerk.decide(&at, "all").await.counts(), [2, 0, 1, 0]);
        assert_eq!(office.subjects().await, 3);
    })
    .await;
}

/// A generator that does something the next time it is asked.
struct AtNext {
    what: Mutex<Option<Box<dyn FnOnce() + Send>>>,
    bytes: Arc<FakeEntropy>,
}

impl Entropy for AtNext {
    fn fill(&self, bytes: &mut [u8]) {
        let what = self.what.lock().unwrap().take();
        if let Some(what) = what {
            what();
        }
        self.bytes.fill(bytes);
    }
}

/// The decision is carried out, and while the first row is judged, something else happens.
async fn carried_out_meanwhile(office: &Office, at: &str, what: impl FnOnce() + Send + 'static) {
    let entropy = Arc::new(AtNext {
        what: Mutex::default(),
        bytes: office.city.entropy.clone(),
    });
    let app = App {
        entropy: entropy.clone(),
        ..office.city.app.clone()
    };
    let staging = office.of(app);
    // From here on: what has opened the uploads has drawn its own number already.
    *entropy.what.lock().unwrap() = Some(Box::new(what));
    let id = at.rsplit('/').next().unwrap();
    staging.apply(id, &Staging::counter()).await.unwrap();
    assert!(entropy.what.lock().unwrap().is_none(), "it has happened");
}

/// A section below 市容科 that nobody had heard of.
async fn founded(app: &App, name: &str) {
    let event = app.event(Act::UnitEdited, Actor::program("样例"));
    let tx = app.db.begin("unit.add").await.unwrap();
    let mut rec = tx.record(event, app.confidential()).unwrap();
    let new = OrgUnit {
        id: OrgUnitId::from_entropy([0xa1; 12]),
        name: name.to_owned(),
        kind: UnitKind::Brigade,
        parent: Some(unit(2)),
    };
    store::org::add(&mut rec, &new).await.unwrap();
    rec.commit().await.unwrap();
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_unit_that_came_while_rows_were_judged_counts_when_they_are_judged_again() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let clerk = office.registrar().await;
        let text = "工号,姓名,部门\nF001,检查员甲,市容科\nF002,检查员乙,园林中队\n";
        let at = clerk.upload_to("/w/import/inspectors", "人员.csv", text.as_bytes());
        let at = at.await;
        clerk.confirm(&at, &[]).await;
        assert_eq!(clerk.get(&at).await.counts(), [1, 0, 0, 1]);
        clerk.claims(&at).await;
        let plain = office.city.app.clone();
        let what = move || {
            let founding = founded(&plain, "园林中队");
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(founding));
        };
        carried_out_meanwhile(&office, &at, what).await;
        let left = clerk.import(&at).await;
        assert!(left.summary.stale && left.state == State::Previewed);
        assert_eq!(clerk.get(&at).await.counts(), [2, 0, 0, 0]);
        assert_eq!(clerk.decide(&at, "all").await.counts(), [2, 0, 0, 0]);
        office.audited().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_entry_that_came_while_rows_were_judged_is_seen_before_the_first_row_is_written() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let clerk = office.registrar().await;
        let at = clerk.upload("a.csv", &caterers(1, 3)).await;
        clerk.confirm(&at, &[("all-district", "411202")]).await;
        let import = clerk.import(&at).await;
        let shown = import.premise_to_write();
        office.staging.claim(&import, &shown, false).await.unwrap();
        let city = office.city.clone();
        let acting = city.acting(&clerk.account).await;
        let what = move || {
            let entering = async {
                city.subject(&acting, &unit(2), &caterer(2)).await;
            };
            tokio::task::block_in_place(|| tokio::runtime::Handle::current().block_on(entering));
        };
        carried_out_meanwhile(&office, &at, what).await;
        let left = clerk.import(&at).await;
        assert!(left.summary.stale && left.state == State::Previewed);
        assert!(
            left.summary.refusal.is_none(),
            "judged again, not stopped in the middle of writing: {:?}",
            left.summary.refusal
        );
        assert_eq!(clerk.get(&at).await.counts(), [2, 0, 1, 0]);
        assert_eq!(office.subjects().await, 1);
        assert_eq!(clerk.decide(&at, "all").await.counts(), [2, 0, 1, 0]);
        assert_eq!(office.subjects().await, 3);
        office.audited().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn two_imports_of_the_same_file_at_once_add_each_row_once() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let one = office.registrar().await;
        let other = office.clerk("kucun2", &[(Role::Registrar, 2)]).await;
        let mut at = Vec::new();
        for clerk in [&one, &other] {
            let place = clerk.upload("a.csv", &caterers(1, 700)).await;
            clerk.confirm(&place, &[("all-district", "411202")]).await;
            at.push(place);
        }
        let (first, second) = tokio::join!(one.decide(&at[0], "all"), other.decide(&at[1], "all"));
        let states = [one.state(&at[0]).await, other.state(&at[1]).await];
        assert!(states.contains(&State::Done), "{states:?}");
        assert!(
            states.contains(&State::Previewed),
            "who came second looks again: {states:?}"
        );
        let loser = if states[0] == State::Done {
            second
        } else {
            first
        };
        assert_eq!(loser.counts(), [0, 0, 700, 0]);
        assert_eq!(office.subjects().await, 700);
        office.audited().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_button_pressed_twice_does_its_work_once() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let clerk = office.registrar().await;
        let first = clerk.get(SUBJECTS).await;
        let (token, key) = (first.input("_token"), first.input("_once"));
        let fields = [("_token", token.as_str()), ("_once", key.as_str())];
        let body = caterers(1, 5);
        let (a, b) = tokio::join!(
            clerk.post_file(SUBJECTS, &fields, "a.csv", body.as_bytes()),
            clerk.post_file(SUBJECTS, &fields, "a.csv", body.as_bytes())
        );
        assert_eq!(
            (a.status, &a.location),
            (StatusCode::SEE_OTHER, &b.location)
        );
        let at = a.location;
        clerk.settle(&at).await;
        assert_eq!(office.files(), 0);
        clerk.confirm(&at, &[("all-district", "411202")]).await;
        let preview = clerk.get(&at).await;
        let apply = format!("{at}/apply");
        let before = office.log_size().await;
        let (a, b) = tokio::join!(
            clerk.press(&preview, &apply, &[]),
            clerk.press(&preview, &apply, &[])
        );
        assert_eq!([a.status, b.status], [StatusCode::SEE_OTHER; 2]);
        clerk.settle(&at).await;
        let late = clerk.press(&preview, &apply, &[]).await;
        assert_eq!(
            (late.status, late.location),
            (StatusCode::SEE_OTHER, at.clone())
        );
        assert_eq!(
            (office.subjects().await, office.log_size().await),
            (5, before + 1)
        );
        assert_eq!(clerk.get(&at).await.counts(), [5, 0, 0, 0]);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_cancelled_import_leaves_nothing_and_cannot_be_applied() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let clerk = office.registrar().await;
        let at = clerk.upload("a.csv", &caterers(1, 5)).await;
        clerk.confirm(&at, &[("all-district", "411202")]).await;
        let preview = clerk.get(&at).await;
        clerk.press(&preview, &format!("{at}/cancel"), &[]).await;
        assert!(clerk.get(&at).await.shows("已取消"));
        let late = clerk.press(&preview, &format!("{at}/apply"), &[]).await;
        assert_eq!(late.status, StatusCode::SEE_OTHER);
        clerk.settle(&at).await;
        assert_eq!(
            (clerk.state(&at).await, office.subjects().await),
            (State::Cancelled, 0)
        );
        let mut reader = office.city.app.db.read().await.unwrap();
        let id = at.rsplit('/').next().unwrap();
        let rows = store::import::rows(&mut reader, store::import::Lot::Rows, id, 0)
            .await
            .unwrap();
        assert_eq!(rows, None, "rows of other people are not kept without need");
        let by_code = store::subject::by_code(&mut reader, &register_number(1))
            .await
            .unwrap();
        assert!(by_code.is_none());
    })
    .await;
}

/// What is not decided counts against the account (`IMPT-095`), so each step of it has the button.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_import_whose_columns_are_not_matched_yet_can_be_cancelled_on_its_page() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let clerk = office.registrar().await;
        let at = clerk.upload("a.csv", &caterers(1, 5)).await;
        assert_eq!(clerk.state(&at).await, State::Mapping);
        let matching = clerk.get(&at).await;
        let sent = clerk.press(&matching, &format!("{at}/cancel"), &[]).await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        assert_eq!(clerk.state(&at).await, State::Cancelled);
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_file_sent_from_another_session_of_the_same_account_is_asked_for_again_with_its_choice() {
    on_both(|db| async move {
        let office = Office::open(db).await;
        let grants = [(Role::Registrar, 1), (Role::Registrar, 2)];
        let clerk = office.clerk("kucun3", &grants).await;
        let first = clerk.get(SUBJECTS).await;
        let (token, key) = (first.input("_token"), first.input("_once"));
        let chosen = unit(2);
        let fields = [
            ("_token", token.as_str()),
            ("_once", key.as_str()),
            ("unit", chosen.as_str()),
        ];
        let renewed = office.renewed(&clerk).await;
        let body = caterers(1, 5);
        let told = renewed
            .post_file(SUBJECTS, &fields, "a.csv", body.as_bytes())
            .await;
        assert_eq!(told.status, StatusCode::CONFLICT, "{}", told.text);
        assert!(
            told.shows("FORM-015") && told.shows("重新选一次文件"),
            "{}",
            told.text
        );
        let option = format!("value=\"{chosen}\" selected");
        assert!(told.shows(&option), "{}", told.text);
        assert_eq!(office.files(), 0);
        // From there it goes on.
        let (token, key) = (told.input("_token"), told.input("_once"));
        let fields = [
            ("_token", token.as_str()),
            ("_once", key.as_str()),
            ("unit", chosen.as_str()),
        ];
        let sent = renewed
            .post_file(SUBJECTS, &fields, "a.csv", body.as_bytes())
            .await;
        assert_eq!(sent.status, StatusCode::SEE_OTHER, "{}", sent.text);
        // Another account's page is still nobody's.
        let other = office.registrar().await;
        let foreign = other
            .post_file(SUBJECTS, &fields, "a.csv", body.as_bytes())
            .await;
        assert_eq!(foreign.status, StatusCode::FORBIDDEN);
        assert!(foreign.shows("FORM-009"), "{}", foreign.text);
    })
    .await;
}
