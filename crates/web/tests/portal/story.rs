//! A bureau with seven inspectors who have accounts, and a campaign taken to any state by its use cases.
//!
//! Its attempts are of `shuang/2`, like every new one. A story of what only `shuang/1` has is told under that version,
//! and says why.

use std::collections::BTreeSet;

use app::drawing::{CommitWords, DrawWords, SlipWords, VoidWords};
use app::inspection::Entered;
use app::job::Limits;
use app::premise::Thing;
use app::{Acting, App, AppError};
use domain::account::Role;
use domain::campaign::party::PartyName;
use domain::campaign::plan::{
    Assignment, AuthorityDraw, CampaignPlan, Confidentiality, Notice, PlannedItem, PlannedQuota,
    Sources, Staffing, Window,
};
use domain::campaign::version::Version;
use domain::catalog::Method;
use domain::id::{
    AccountId, CampaignNo, Fingerprint, InspectionId, InspectorCode, ItemId, PartyToken,
};
use domain::inspection::{EvidenceGiven, ItemResult, Verdict};
use domain::inspector::RawInspector;
use domain::premise::Premise;
use domain::text::DistrictCode;
use domain::time::{Date, Instant};
use sha2::{Digest as _, Sha256};
use store::Db;
use store::inspection::StoredInspection;
use testkit::city::{City, as_shown, caterer, unit};
use testkit::engines::{PostgresDatabase, SqliteFile};

use crate::browser::{Browser, Site};

pub const SUBJECTS: u32 = 24;

/// The ceremony is announced, and nonces are taken, so soon after: records count in whole seconds.
const SOON_MS: i64 = 1_000;

/// The rules in force when a story of `shuang/2` begins.
pub const RULES: &str = "2026-2";

/// The people of the story.
#[derive(Clone)]
pub struct Story {
    pub site: Site,
    pub initiator: Acting,
    pub approver: Acting,
    pub officer: Acting,
    pub publisher: AccountId,
    pub supervisor: AccountId,
    pub inspectors: Vec<(String, AccountId)>,
}

fn parsed<T, E: std::fmt::Debug>(value: Result<T, E>) -> T {
    value.unwrap()
}

/// A city behind its router, whose new attempts are of that version; PLAN of `shuang/2` cites rules by a name that the
/// seeded ones do not have.
pub async fn site(db: Db, version: Version) -> Site {
    if version == Version::One {
        return Site::open(db).await;
    }
    let mut city = City::found(db).await;
    city.app.version_of_new_attempts = version;
    city.adopt(RULES, &[]).await;
    Site::around(city, Limits::default()).0
}

impl Story {
    pub async fn begin(db: Db) -> Self {
        Self::under(db, Version::Two).await
    }

    #[expect(
        clippy::cognitive_complexity,
        reason = "every await counts as a branch; the story runs straight"
    )]
    pub async fn under(db: Db, version: Version) -> Self {
        let site = site(db, version).await;
        let city = &site.city;
        let initiator = city.account("initiator1", &[(Role::Initiator, 1)]).await;
        let approver = city.account("approver1", &[(Role::Approver, 0)]).await;
        let officer = city.account("drawer1", &[(Role::DrawingOfficer, 0)]).await;
        let registrar = city.account("registrar1", &[(Role::Registrar, 1)]).await;
        let publisher = city.account("publisher1", &[(Role::Publisher, 0)]).await;
        let supervisor = city.account("supervisor1", &[(Role::Supervisor, 0)]).await;
        let registrar = city.acting(&registrar).await;
        let decides = city.acting(&approver).await;
        let fume = parsed(ItemId::parse("fume"));
        let shown = as_shown(&city.app, Thing::Item(&fume)).await;
        city.app
            .publish_item(&decides, &fume, &shown)
            .await
            .unwrap();
        for number in 1..=SUBJECTS {
            city.subject(&registrar, &unit(1), &caterer(number)).await;
        }
        let inspectors = hire(&site, &registrar).await;
        Self {
            initiator: city.acting(&initiator).await,
            approver: decides,
            officer: city.acting(&officer).await,
            publisher,
            supervisor,
            inspectors,
            site,
        }
    }

    /// A campaign whose plan has no gaps and is not submitted.
    pub async fn drafted(&self) -> CampaignNo {
        let app = &self.site.city.app;
        let plan = plan(app.clock.now());
        app.draft_campaign(&self.initiator, &unit(1), &plan)
            .await
            .unwrap()
    }

    /// A launched campaign.
    pub async fn launched(&self) -> CampaignNo {
        self.launched_as(self.drafted().await).await
    }

    /// The same with a window that begins so many days from today.
    pub async fn launched_for(&self, days: i64) -> CampaignNo {
        let app = &self.site.city.app;
        let now = app.clock.now();
        let plan = CampaignPlan {
            window: window(now.date().plus_days(days)),
            ..plan(now)
        };
        let number = app.draft_campaign(&self.initiator, &unit(1), &plan).await;
        self.launched_as(number.unwrap()).await
    }

    /// Drawn under a plan that demands this of the drawn list, with a window that begins so many days from today.
    pub async fn drawn_under(&self, level: Confidentiality, days: i64) -> CampaignNo {
        let app = &self.site.city.app;
        let now = app.clock.now();
        let plan = CampaignPlan {
            confidentiality: level,
            window: window(now.date().plus_days(days)),
            ..plan(now)
        };
        let number = app.draft_campaign(&self.initiator, &unit(1), &plan).await;
        let number = self.launched_as(number.unwrap()).await;
        let links = self.commit(&number).await;
        self.draw(&number, &links).await;
        number
    }

    async fn launched_as(&self, number: CampaignNo) -> CampaignNo {
        let app = &self.site.city.app;
        app.submit_campaign(
            &self.initiator,
            &number,
            &as_shown(app, Thing::Campaign(&number)).await,
        )
        .await
        .unwrap();
        app.approve_campaign(
            &self.approver,
            &number,
            &as_shown(app, Thing::Campaign(&number)).await,
        )
        .await
        .unwrap();
        app.launch_campaign(
            &self.initiator,
            &number,
            &as_shown(app, Thing::Campaign(&number)).await,
        )
        .await
        .unwrap();
        number
    }

    /// FREEZE is published; yields the links of the parties.
    pub async fn committed(&self) -> (CampaignNo, Vec<String>) {
        let number = self.launched().await;
        let links = self.commit(&number).await;
        (number, links)
    }

    /// Freezes and collects both commitments.
    pub async fn freeze(&self, number: &CampaignNo) -> Vec<String> {
        let app = &self.site.city.app;
        app.freeze_frame(
            &self.officer,
            number,
            &as_shown(app, Thing::Campaign(number)).await,
        )
        .await
        .unwrap();
        let attempt = self.attempt(number).await;
        let mut links = Vec::new();
        for (token, nonce) in NONCES {
            let party = parsed(PartyToken::parse(token));
            let link = app
                .issue_party_link(
                    &self.officer,
                    number,
                    &as_shown(app, Thing::Campaign(number)).await,
                    &party,
                )
                .await
                .unwrap();
            let hex = self.commitment(number, attempt, (token, nonce));
            app.accept_commitment(&link, &as_shown(app, Thing::Party(&link)).await, &hex)
                .await
                .unwrap();
            links.push(link);
        }
        links
    }

    /// Freezes, collects both commitments and publishes FREEZE.
    pub async fn commit(&self, number: &CampaignNo) -> Vec<String> {
        let links = self.freeze(number).await;
        let app = &self.site.city.app;
        app.commit_draw(
            &self.officer,
            number,
            &as_shown(app, Thing::Campaign(number)).await,
            &self.hours(),
        )
        .await
        .unwrap();
        links
    }

    fn version(&self) -> Version {
        self.site.city.app.version_of_new_attempts
    }

    async fn attempt(&self, number: &CampaignNo) -> u32 {
        let mut reader = self.site.city.app.db.read().await.unwrap();
        let stored = store::campaign::by_number(&mut reader, number).await;
        stored.unwrap().campaign.state.attempt()
    }

    /// What a party hands in before FREEZE: `shuang/2` has it made for one attempt.
    pub fn commitment(
        &self,
        number: &CampaignNo,
        attempt: u32,
        (party, nonce): (&str, &str),
    ) -> String {
        let text = match self.version() {
            Version::One => format!("shuang-party/1\n{party}\n{nonce}\n"),
            Version::Two => format!("shuang-party/2\n{number}\n{attempt}\n{party}\n{nonce}\n"),
        };
        store::hex(&Sha256::digest(text.as_bytes()))
    }

    /// The hours FREEZE says: of `shuang/2` nonces are taken soon after it.
    pub fn hours(&self) -> CommitWords {
        let two = self.version() == Version::Two;
        CommitWords {
            reveal_from: two.then(|| self.site.city.app.clock.now().plus_ms(SOON_MS)),
            ..CommitWords::default()
        }
    }

    /// The approver makes the attempt void, of `shuang/2` on a signed paper.
    pub async fn void(
        &self,
        number: &CampaignNo,
        class: &str,
        reason: &str,
    ) -> Result<(), AppError> {
        let app = &self.site.city.app;
        let shown = as_shown(app, Thing::Campaign(number)).await;
        self.void_as_shown(app, number, &shown, (class, reason))
            .await
    }

    /// The same on a page that was looked at before, by another process.
    pub async fn void_as_shown(
        &self,
        app: &App,
        number: &CampaignNo,
        shown: &Premise,
        (class, reason): (&str, &str),
    ) -> Result<(), AppError> {
        let class = parsed(PartyToken::parse(class));
        let paper = parsed(Fingerprint::parse(&"5".repeat(64)));
        let two = self.version() == Version::Two;
        let words = VoidWords {
            class: &class,
            reason,
            document: two.then_some(&paper),
        };
        app.void_draw_on(&self.approver, number, shown, words).await
    }

    /// Drawn; the second party stays away.
    pub async fn drawn(&self) -> CampaignNo {
        let (number, links) = self.committed().await;
        Box::pin(self.draw(&number, &links)).await;
        number
    }

    /// The ceremony of `shuang/2`: who published FREEZE hosts it, and the first party says by its link that it is there.
    pub async fn meet(&self, number: &CampaignNo, links: &[String]) {
        self.begin_ceremony(number).await;
        let app = &self.site.city.app;
        let shown = as_shown(app, Thing::Party(&links[0])).await;
        app.attend_by_link(&links[0], &shown).await.unwrap();
    }

    /// The same with a witness who signs on paper.
    pub async fn meet_on_paper(&self, number: &CampaignNo) {
        self.begin_ceremony(number).await;
        let app = &self.site.city.app;
        let shown = as_shown(app, Thing::Campaign(number)).await;
        let slip = SlipWords {
            office: "样例司法局",
            name: "见证人甲",
        };
        let there = app.attend_on_paper(&self.officer, number, &shown, slip);
        there.await.unwrap();
    }

    async fn begin_ceremony(&self, number: &CampaignNo) {
        self.site.city.clock.advance_ms(SOON_MS);
        let app = &self.site.city.app;
        let shown = as_shown(app, Thing::Campaign(number)).await;
        let begun = app.begin_ceremony(&self.officer, number, &shown).await;
        begun.unwrap();
    }

    /// Each party opens its nonce.
    pub async fn nonces(&self, links: &[String]) {
        let app = &self.site.city.app;
        for ((_, nonce), link) in NONCES.iter().zip(links) {
            app.accept_nonce(link, &as_shown(app, Thing::Party(link)).await, nonce)
                .await
                .unwrap();
        }
    }

    /// Everything before REVEAL: the ceremony, if the version has one, and both nonces.
    pub async fn answered(&self, number: &CampaignNo, links: &[String]) {
        if self.version() == Version::Two {
            self.meet(number, links).await;
        }
        self.nonces(links).await;
    }

    /// Opens both nonces and closes the revealing by hand, which only `shuang/1` has.
    pub async fn reveal(&self, number: &CampaignNo, links: &[String]) {
        self.nonces(links).await;
        let app = &self.site.city.app;
        let nobody = parsed(PartyToken::parse("no-show"));
        app.close_reveal(
            &self.officer,
            number,
            &as_shown(app, Thing::Campaign(number)).await,
            &nobody,
        )
        .await
        .unwrap();
    }

    /// Opens both nonces and draws: under `shuang/2` REVEAL and RESULT follow by themselves.
    pub async fn draw(&self, number: &CampaignNo, links: &[String]) {
        let app = &self.site.city.app;
        if self.version() == Version::Two {
            self.answered(number, links).await;
            app.follow_draw(number).await.unwrap();
            return;
        }
        self.reveal(number, links).await;
        app.draw_subjects(
            &self.officer,
            number,
            &as_shown(app, Thing::Campaign(number)).await,
            &DrawWords::default(),
        )
        .await
        .unwrap();
    }

    /// Handed to the teams.
    pub async fn assigned(&self) -> (CampaignNo, Vec<StoredInspection>) {
        let number = self.drawn().await;
        let app = &self.site.city.app;
        app.assign_visits(
            &self.initiator,
            &number,
            &as_shown(app, Thing::Campaign(&number)).await,
        )
        .await
        .unwrap();
        let visits = self.visits(&number).await;
        (number, visits)
    }

    pub async fn visits(&self, number: &CampaignNo) -> Vec<StoredInspection> {
        let mut reader = self.site.city.app.db.read().await.unwrap();
        let stored = store::campaign::by_number(&mut reader, number)
            .await
            .unwrap();
        let attempt = i64::from(stored.campaign.state.attempt());
        store::inspection::of_campaign(&mut reader, &stored.campaign.id, attempt)
            .await
            .unwrap()
    }

    /// Every entry of the register of subjects.
    pub async fn subjects(&self) -> Vec<domain::id::SubjectId> {
        let mut reader = self.site.city.app.db.read().await.unwrap();
        let reach = domain::policy::Reach {
            everything: true,
            ..domain::policy::Reach::default()
        };
        let (all, from) = (
            store::subject::SubjectFilter::default(),
            store::subject::From::Start,
        );
        let found = store::subject::nearest(&mut reader, &reach, &all, &from, false, 100).await;
        found
            .unwrap()
            .into_iter()
            .map(|kept| kept.subject.id)
            .collect()
    }

    /// The accounts of a visit's team.
    pub fn team(&self, visit: &StoredInspection) -> Vec<AccountId> {
        let of = |code: &InspectorCode| {
            let known = self
                .inspectors
                .iter()
                .find(|(known, _)| known == code.as_str());
            known.unwrap().1.clone()
        };
        visit.visit.team.iter().map(of).collect()
    }

    /// Opens, fills, concludes and confirms a visit; without a finding.
    pub async fn confirmed(&self, visit: &StoredInspection) {
        self.concluded(visit).await;
        let app = &self.site.city.app;
        let second = self.site.city.acting(&self.team(visit)[1]).await;
        let id = &visit.visit.id;
        app.confirm_visit(&second, id, &as_shown(app, Thing::Visit(id)).await)
            .await
            .unwrap();
    }

    /// The same, and its publication approved.
    pub async fn approved(&self, visit: &StoredInspection) {
        self.confirmed(visit).await;
        self.approve(visit).await;
    }

    /// Approves the publication of a confirmed visit as it stands.
    pub async fn approve(&self, visit: &StoredInspection) {
        let app = &self.site.city.app;
        let id = &visit.visit.id;
        let shown = as_shown(app, Thing::Outcome(id)).await;
        let approved = app.approve_outcome(&self.approver, id, &shown).await;
        approved.unwrap();
    }

    /// Opens, fills and concludes a visit; without a finding.
    pub async fn concluded(&self, visit: &StoredInspection) {
        let app = &self.site.city.app;
        let first = self.site.city.acting(&self.team(visit)[0]).await;
        let id = &visit.visit.id;
        app.open_visit(
            &first,
            id,
            &as_shown(app, Thing::Visit(id)).await,
            visit.visit.team.clone(),
        )
        .await
        .unwrap();
        app.record_results(&first, id, &self.full_sheet(&first, id).await)
            .await
            .unwrap();
        app.conclude_visit(
            &first,
            id,
            &as_shown(app, Thing::Visit(id)).await,
            "R1",
            Some("无异议".to_owned()),
        )
        .await
        .unwrap();
    }

    pub async fn full_sheet(&self, acting: &Acting, id: &InspectionId) -> Vec<Entered> {
        let view = self.site.city.app.visit(acting, id).await.unwrap();
        let criteria = view.items.iter().flat_map(|item| {
            item.terms
                .criteria
                .iter()
                .map(move |criterion| (item.id.clone(), criterion.clone()))
        });
        criteria
            .map(|(item, criterion)| {
                Entered::first(ItemResult {
                    item,
                    criterion: criterion.id,
                    verdict: Verdict::Pass,
                    evidence: EvidenceGiven {
                        photos: criterion.evidence.photos,
                        video: criterion.evidence.video,
                        document: criterion.evidence.document,
                        reading: criterion.evidence.reading.map(|unit| format!("0.8 {unit}")),
                        report: None,
                    },
                    note: None,
                })
            })
            .collect()
    }

    /// Every visit confirmed and published, the campaign ended.
    pub async fn ended(&self) -> (CampaignNo, Vec<StoredInspection>) {
        let (number, visits) = self.assigned().await;
        let app = &self.site.city.app;
        let publisher = self.site.city.acting(&self.publisher).await;
        for visit in &visits {
            self.approved(visit).await;
            app.publish_outcome(
                &publisher,
                &visit.visit.id,
                &as_shown(app, Thing::Outcome(&visit.visit.id)).await,
            )
            .await
            .unwrap();
        }
        app.end_campaign(
            &self.initiator,
            &number,
            &as_shown(app, Thing::Campaign(&number)).await,
        )
        .await
        .unwrap();
        (number, visits)
    }

    /// Ended, and opened.
    pub async fn opened(&self) -> (CampaignNo, Vec<StoredInspection>) {
        let (number, visits) = self.ended().await;
        let app = &self.site.city.app;
        app.open_draw(
            &self.officer,
            &number,
            &as_shown(app, Thing::Campaign(&number)).await,
        )
        .await
        .unwrap();
        (number, visits)
    }

    pub async fn browser(&self, account: &AccountId) -> Browser {
        self.site.signed_in(account).await
    }
}

/// Seven inspectors with accounts; the last may lead.
async fn hire(site: &Site, registrar: &Acting) -> Vec<(String, AccountId)> {
    let mut inspectors = Vec::new();
    for number in [1, 2, 3, 4, 5, 6, 90] {
        let login = format!("member{number}");
        let account = site.city.account(&login, &[(Role::Inspector, 1)]).await;
        let code = format!("P{number:03}");
        inspector(site, registrar, &code, &account).await;
        inspectors.push((code, account));
    }
    inspectors
}

pub async fn inspector(site: &Site, registrar: &Acting, code: &str, account: &AccountId) {
    let row = RawInspector {
        code: code.to_owned(),
        name: format!("样例检查员{code}"),
        credential: format!("411200-{code}"),
        valid_until: "2027-12-31".to_owned(),
        may_lead: if code == "P090" { "是" } else { "否" }.to_owned(),
        ..RawInspector::default()
    };
    site.city
        .app
        .add_inspector(registrar, &unit(1), &row, Some(account))
        .await
        .unwrap();
}

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

/// Fourteen days from that one.
fn window(from: Date) -> Option<Window> {
    let until = from.plus_days(14);
    Some(Window { from, until })
}

/// A plan without gaps, whose window begins today; the ceremony is announced for soon, as the rules ask for no interval.
pub fn plan(now: Instant) -> CampaignPlan {
    let code = |text: &str| parsed(InspectorCode::parse(text));
    let parties =
        NONCES
            .iter()
            .zip(["样例纪检监察组", "样例司法局"])
            .map(|((token, _), office)| PartyName {
                token: parsed(PartyToken::parse(token)),
                office: office.to_owned(),
                person: "见证人甲".to_owned(),
                unit: None,
            });
    CampaignPlan {
        items: vec![PlannedItem {
            item: parsed(ItemId::parse("fume")),
            revision: 1,
            quota: PlannedQuota::Fixed(3),
        }],
        window: window(now.date()),
        purpose: "核查净化设施运行与清洗".to_owned(),
        staffing: Staffing {
            authorities: vec![AuthorityDraw {
                authority: code("-"),
                drawn: 4,
                per_team: 2,
            }],
            assignment: Assignment::Pairs,
            areas: BTreeSet::new(),
            leaders: vec![code("P090")],
        },
        methods: vec![Method::OnSite],
        notice: Notice::Noticed,
        confidentiality: Confidentiality::Codes,
        intended_use: "责令改正并回访；计入信用档案".to_owned(),
        participants: vec!["样例生态环境局".to_owned()],
        jurisdiction: BTreeSet::from([parsed(DistrictCode::parse("411202"))]),
        sources: Sources {
            parties: parties.collect(),
            dice: None,
            beacon: None,
        },
        ceremony: Some(now.plus_ms(SOON_MS)),
        ..CampaignPlan::titled("2026 年第四季度餐饮企业油烟管控抽查")
    }
}

/// Tells a story on a fresh SQLite database.
pub async fn told(story: impl AsyncFn(Story)) {
    told_under(Version::Two, story).await;
}

/// The same where new attempts are of that version.
pub async fn told_under(version: Version, story: impl AsyncFn(Story)) {
    let file = SqliteFile::fresh();
    let db = Db::open_sqlite(file.path(), &testkit::engines::upgrade())
        .await
        .unwrap();
    Box::pin(story(Story::under(db.clone(), version).await)).await;
    db.close().await;
}

/// Tells a story on SQLite and on PostgreSQL: what the portal reads must be the same on both.
pub async fn told_on_both(story: impl AsyncFn(Story)) {
    told_on_both_under(Version::Two, story).await;
}

/// The same where new attempts are of that version.
pub async fn told_on_both_under(version: Version, story: impl AsyncFn(Story)) {
    told_under(version, &story).await;
    let server = PostgresDatabase::fresh();
    let db = Db::open_postgres(server.url(), &testkit::engines::upgrade())
        .await
        .unwrap();
    Box::pin(story(Story::under(db.clone(), version).await)).await;
    db.close().await;
}
