//! Who plays: three accounts, a register of caterers, inspectors, two outside parties.

use app::Acting;
use app::job::Limits;
use app::premise::Thing;
use axum::http::StatusCode;
use domain::account::Role;
use domain::campaign::version::Version;
use domain::id::{AccountId, ItemId};
use domain::inspector::RawInspector;
use domain::subject::RawSubject;
use sha2::{Digest as _, Sha256};
use store::Db;
use testkit::city::{City, as_shown, caterer, unit};
use testkit::engines::SqliteFile;
use web::csrf::FormToken;

use crate::browser::{Browser, Page, Site};

pub const NONCES: [(&str, &str); 2] = [
    (
        "discipline",
        "1111111111111111111111111111111111111111111111111111111111111111",
    ),
    (
        "justice",
        "2222222222222222222222222222222222222222222222222222222222222222",
    ),
];

/// The people of the story, signed in.
pub struct Cast {
    pub site: Site,
    pub initiator: Browser,
    pub approver: Browser,
    pub officer: Browser,
    pub initiator_id: AccountId,
    pub officer_id: AccountId,
    pub approver_id: AccountId,
    pub registrar: Acting,
}

impl Cast {
    /// A city with so many caterers and inspectors, a leader and a published item.
    pub async fn gather(db: Db, subjects: u32, inspectors: u32) -> Self {
        Self::gather_at(Site::open(db).await, subjects, inspectors).await
    }

    /// The same at a site of its own kind.
    pub async fn gather_at(site: Site, subjects: u32, inspectors: u32) -> Self {
        let city = &site.city;
        let initiator = city.account("initiator1", &[(Role::Initiator, 1)]).await;
        let approver = city.account("approver1", &[(Role::Approver, 0)]).await;
        let officer = city.account("drawer1", &[(Role::DrawingOfficer, 0)]).await;
        let registrar = city.account("registrar1", &[(Role::Registrar, 1)]).await;
        let registrar = city.acting(&registrar).await;
        let decides = city.acting(&approver).await;
        let fume = ItemId::parse("fume").unwrap();
        let shown = as_shown(&city.app, Thing::Item(&fume)).await;
        city.app
            .publish_item(&decides, &fume, &shown)
            .await
            .unwrap();
        let cast = Self {
            initiator: site.signed_in(&initiator).await,
            approver: site.signed_in(&approver).await,
            officer: site.signed_in(&officer).await,
            initiator_id: initiator,
            officer_id: officer,
            approver_id: approver,
            registrar,
            site,
        };
        cast.enter(subjects, inspectors).await;
        cast
    }

    /// The same where new attempts are of `shuang/2`, under rules PLAN can cite.
    pub async fn gather_of_two(db: Db, subjects: u32, inspectors: u32) -> Self {
        let mut city = City::found(db).await;
        city.app.version_of_new_attempts = Version::Two;
        city.adopt("2026-2", &[]).await;
        let site = Site::around(city, Limits::default()).0;
        Self::gather_at(site, subjects, inspectors).await
    }

    async fn enter(&self, subjects: u32, inspectors: u32) {
        for number in 1..=subjects {
            self.subject(&caterer(number)).await;
        }
        for number in 1..=inspectors {
            self.inspector(number, "2027-12-31", false).await;
        }
        self.inspector(90, "2027-12-31", true).await;
    }

    pub async fn inspector(&self, number: u32, valid_until: &str, may_lead: bool) {
        let row = RawInspector {
            code: format!("P{number:03}"),
            name: format!("样例检查员{number:03}"),
            credential: format!("411200-{number:04}"),
            valid_until: valid_until.to_owned(),
            may_lead: if may_lead { "是" } else { "否" }.to_owned(),
            ..RawInspector::default()
        };
        let app = &self.site.city.app;
        app.add_inspector(&self.registrar, &unit(1), &row, None)
            .await
            .unwrap();
    }

    pub async fn subject(&self, row: &RawSubject) {
        self.site.city.subject(&self.registrar, &unit(1), row).await;
    }

    pub async fn grant(&self, account: &AccountId) -> Browser {
        self.site.signed_in(account).await
    }

    /// Opens the page of an act and presses its button with these fields.
    pub async fn press(&self, who: &Browser, no: &str, act: &str, fields: &[(&str, &str)]) -> Page {
        let path = format!("/w/campaigns/{no}/{act}");
        let asked = who.get(&path).await;
        assert_eq!(asked.status, StatusCode::OK, "{path}: {}", asked.text);
        who.submit(&asked, &path, fields).await
    }

    /// The same, which must succeed.
    pub async fn done(&self, who: &Browser, no: &str, act: &str, fields: &[(&str, &str)]) {
        let answer = self.press(who, no, act, fields).await;
        assert_eq!(
            answer.status,
            StatusCode::SEE_OTHER,
            "{act}: {}",
            answer.text
        );
        let page = who.get(answer.location()).await;
        assert_eq!(page.status, StatusCode::OK);
        assert!(page.text.contains("role=\"status\""), "{act} says nothing");
    }

    /// Writes the plan and yields its number.
    pub async fn plan(&self, fields: &[(&str, &str)]) -> String {
        let new = "/w/campaigns/new";
        let asked = self.initiator.get(new).await;
        assert_eq!(asked.status, StatusCode::OK, "{}", asked.text);
        let answer = self.initiator.submit(&asked, new, fields).await;
        assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        let number = answer.location().split('/').nth(3).unwrap();
        number.to_owned()
    }

    /// Up to the launched campaign.
    pub async fn launched(&self) -> String {
        let no = self.plan(&whole_plan()).await;
        self.done(&self.initiator, &no, "submit", &[]).await;
        self.done(&self.approver, &no, "approve", &[]).await;
        self.done(&self.initiator, &no, "launch", &[]).await;
        no
    }

    /// A link for a party, read from the slip.
    pub async fn link(&self, no: &str, party: &str) -> String {
        let path = format!("/w/campaigns/{no}/parties/{party}");
        let asked = self.officer.get(&path).await;
        let slip = self.officer.submit(&asked, &path, &[]).await;
        assert_eq!(slip.status, StatusCode::OK, "{}", slip.text);
        let rest = slip
            .text
            .split("/p/")
            .nth(1)
            .expect("the slip shows the link");
        let token: String = rest.chars().take_while(char::is_ascii_hexdigit).collect();
        format!("/p/{token}")
    }

    /// Up to the published commitment; yields the number and the links of both parties.
    pub async fn committed(&self) -> (String, Vec<String>) {
        let no = self.launched().await;
        self.done(&self.officer, &no, "freeze", &[]).await;
        let mut links = Vec::new();
        for (party, nonce) in NONCES {
            let link = self.link(&no, party).await;
            let answer = self
                .hand_in(&link, "commitment", &commitment(party, nonce))
                .await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
            links.push(link);
        }
        self.done(&self.officer, &no, "commit", &[("reveal_minutes", "60")])
            .await;
        (no, links)
    }

    /// What a party types into its page.
    pub async fn hand_in(&self, link: &str, field: &str, value: &str) -> Page {
        let stranger = self.site.stranger();
        let asked = stranger.get(link).await;
        assert_eq!(asked.status, StatusCode::OK, "{}", asked.text);
        stranger
            .submit(&asked, &format!("{link}/{field}"), &[(field, value)])
            .await
    }

    /// The mark of the forms of a party, which is the same on each of its pages.
    pub fn token(&self, link: &str) -> String {
        let session = Sha256::digest(&link.as_bytes()["/p/".len()..]);
        FormToken::of_session(&session.into()).as_str().to_owned()
    }

    /// Up to the draw.
    pub async fn drawn(&self) -> String {
        let (no, links) = self.committed().await;
        for ((_, nonce), link) in NONCES.iter().zip(&links) {
            let answer = self.hand_in(link, "nonce", nonce).await;
            assert_eq!(answer.status, StatusCode::SEE_OTHER, "{}", answer.text);
        }
        self.done(&self.officer, &no, "reveal", &[]).await;
        self.done(&self.officer, &no, "draw", &[("last_four", last_four(&no))])
            .await;
        no
    }

    /// The whole log as stored: sizes are compared to see that nothing was written.
    pub async fn log_size(&self) -> u64 {
        self.site.log_size().await
    }
}

/// `H("shuang-party/1", name, nonce)`.
pub fn commitment(party: &str, nonce: &str) -> String {
    let text = format!("shuang-party/1\n{party}\n{nonce}\n");
    Sha256::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

pub fn last_four(no: &str) -> &str {
    &no[no.len() - 4..]
}

/// A plan without gaps: one item, two inspectors per visit, two parties.
pub fn whole_plan() -> Vec<(&'static str, &'static str)> {
    vec![
        ("title", "2026 年第四季度餐饮企业油烟管控抽查"),
        ("item", "fume@1"),
        ("rule", "rulebook"),
        ("count", ""),
        ("window_from", "2026.11.24"),
        ("window_until", "20261211"),
        ("purpose", "核查净化设施运行与清洗"),
        ("authority", "-"),
        ("drawn", "4"),
        ("per_team", "2"),
        ("assignment", "pairs"),
        ("groups", ""),
        ("areas", ""),
        ("leader", "P090"),
        ("method", "on_site"),
        ("notice", "noticed"),
        ("unannounced_reason", ""),
        ("confidentiality", "codes"),
        ("intended_use", "责令改正并回访；计入信用档案"),
        ("participants", "样例生态环境局"),
        ("district", "411202"),
        ("party_office", "样例纪检监察组"),
        ("party_person", "见证人甲"),
        ("party_unit", ""),
        ("party_token", "discipline"),
        ("party_office", "样例司法局"),
        ("party_person", "见证人乙"),
        ("party_unit", ""),
        ("party_token", "justice"),
        ("dice", ""),
        ("beacon", ""),
        ("programme_entry", ""),
    ]
}

/// The same plan with some fields typed otherwise.
pub fn plan_but(changes: &[(&str, &'static str)]) -> Vec<(&'static str, &'static str)> {
    let mut fields = whole_plan();
    for (name, value) in changes {
        let field = fields.iter_mut().find(|(known, _)| known == name);
        field.unwrap_or_else(|| panic!("no field {name}")).1 = value;
    }
    fields
}

/// What is handed in under `shuang/2`: `H("shuang-party/2", campaign, attempt, name, nonce)`.
pub fn commitment_of_attempt(no: &str, attempt: u32, party: &str, nonce: &str) -> String {
    let text = format!("shuang-party/2\n{no}\n{attempt}\n{party}\n{nonce}\n");
    Sha256::digest(text.as_bytes())
        .iter()
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

/// Tells a story where new attempts are of `shuang/2`.
pub async fn with_cast_of_two(subjects: u32, inspectors: u32, story: impl AsyncFn(Cast)) {
    let file = SqliteFile::fresh();
    let db = Db::open_sqlite(file.path(), &testkit::engines::upgrade())
        .await
        .unwrap();
    story(Cast::gather_of_two(db.clone(), subjects, inspectors).await).await;
    db.close().await;
}

/// Tells a story on a fresh SQLite database.
pub async fn with_cast(subjects: u32, inspectors: u32, story: impl AsyncFn(Cast)) {
    let file = SqliteFile::fresh();
    let db = Db::open_sqlite(file.path(), &testkit::engines::upgrade())
        .await
        .unwrap();
    story(Cast::gather(db.clone(), subjects, inspectors).await).await;
    db.close().await;
}
