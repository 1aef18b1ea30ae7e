//! A small synthetic city: a bureau with five units, its rules, and one account per role.
//!
//! All names are invented and say so (检查员甲, 样例餐饮). Deliberately absent: real firms, real
//! persons, and the finished campaign of the demo city.

use std::sync::Arc;

use app::access::Given;
use app::account::NewAccount;
use app::crypto::{StorageKey, log_key};
use app::installation::Founding;
use app::premise::Thing;
use app::sign_in::token_hash;
use app::{Acting, App};
use domain::account::{Grant, Role};
use domain::campaign::drawn_list::Unsealed;
use domain::campaign::version::Version;
use domain::id::{AccountId, OrgUnitId};
use domain::org::{OrgUnit, UnitKind};
use domain::premise::Premise;
use domain::subject::{RawSubject, Subject};
use store::Db;
use store::session::Session;

use crate::clock::{FakeClock, FakeEntropy};

/// The name of the city's log.
const ORIGIN: &str = "000000.example/mingqian";

/// The password of every account of the city.
pub const PASSWORD: &str = "演示口令不得用于真实安装";

/// A bureau to tell stories in.
#[derive(Clone)]
pub struct City {
    /// The system.
    pub app: App,
    /// Its clock.
    pub clock: Arc<FakeClock>,
    /// Its generator.
    pub entropy: Arc<FakeEntropy>,
}

/// The units by number: 0 the bureau, 1 执法监督科, 2 市容科, 3 直属大队 (below 市容科), 4 环卫处.
#[must_use]
pub fn unit(number: u8) -> OrgUnitId {
    OrgUnitId::from_entropy([number + 1; 12])
}

fn units() -> Vec<OrgUnit> {
    let rows = [
        ("样例市城市管理局", UnitKind::Bureau, None),
        ("执法监督科", UnitKind::Section, Some(0)),
        ("市容科", UnitKind::Section, Some(0)),
        ("市容大队", UnitKind::Brigade, Some(2)),
        ("环卫处", UnitKind::Affiliate, Some(0)),
    ];
    (0..)
        .zip(rows)
        .map(|(number, (name, kind, parent))| OrgUnit {
            id: unit(number),
            name: name.to_owned(),
            kind,
            parent: parent.map(unit),
        })
        .collect()
}

impl City {
    /// Founds the city in an empty database: units, rules of the demonstration, no accounts.
    ///
    /// # Panics
    /// When the database is not empty or fails.
    pub async fn found(db: Db) -> Self {
        Self::found_before(db, 0).await
    }

    /// The same, so many days earlier.
    ///
    /// # Panics
    /// As [`Self::found`].
    pub async fn found_before(db: Db, days: i64) -> Self {
        let city = Self::join(db, 20_261_123);
        city.clock.advance_minutes(-days * 24 * 60);
        let app = &city.app;
        let founding = Founding {
            bureau: "样例市城市管理局".to_owned(),
            number_letters: "CG".to_owned(),
            district: "000000".to_owned(),
            origin: ORIGIN.to_owned(),
            demonstration: true,
            units: units(),
        };
        app.found(&founding)
            .await
            .expect("an empty database takes a bureau");
        app.install_rules(true)
            .await
            .expect("the seeded rules are sound");
        city
    }

    /// The city in a database where it was founded before, as a second process sees it: same keys and
    /// clock, a generator of its own.
    ///
    /// # Panics
    /// Never: the origin of the city is a constant.
    #[must_use]
    pub fn join(db: Db, seed: u64) -> Self {
        let clock = Arc::new(FakeClock::at(2026, 11, 23, 9));
        let entropy = Arc::new(FakeEntropy::new(seed));
        let app = App {
            db,
            clock: clock.clone(),
            entropy: entropy.clone(),
            storage_key: StorageKey::new(&[7; 32]),
            log_key: log_key(ORIGIN, [9; 32]).expect("the origin of the city is well-formed"),
            passwords: app::passwords::Passwords::new(),
            refused: app::refused::Refused::default(),
            // What both versions share is told under the first, whose road is shorter; stories of the second say so.
            version_of_new_attempts: Version::One,
        };
        Self {
            app,
            clock,
            entropy,
        }
    }

    /// Adopts the rulebook in force anew, some parameters with another value.
    ///
    /// # Panics
    /// When a key is unknown or the rules are not sound with these values.
    pub async fn adopt(&self, version: &str, changes: &[(&str, &str)]) {
        let mut reader = self.app.db.read().await.expect("a reader");
        let mut file = store::catalog::rulebook_file(&mut reader)
            .await
            .expect("a rulebook in force")
            .completed();
        drop(reader);
        version.clone_into(&mut file.version);
        for (key, value) in changes {
            let row = file.parameters.iter_mut().find(|row| row.key == *key);
            (*value).clone_into(&mut row.expect("a known key").value);
        }
        // Of two versions adopted in the same millisecond neither is the later one.
        self.clock.advance_ms(1);
        let login = format!("adopts-{}", app::port::Clock::now(&*self.clock).unix_ms());
        let approver = self.account(&login, &[(Role::Approver, 1)]).await;
        let approver = self.acting(&approver).await;
        let premise = self.app.premise(Thing::Rulebook).await;
        let premise = premise.expect("a rulebook in force");
        let adopted = self.app.adopt_rulebook(&approver, file, &premise).await;
        adopted.expect("sound rules");
    }

    /// Puts rows into force that another program wrote, sound or not, as they are.
    ///
    /// # Panics
    /// When the version is taken.
    pub async fn adopt_as_written(&self, file: &domain::rulebook::RulebookFile) {
        use domain::event::{Act, Actor};
        self.clock.advance_ms(1);
        let event = self
            .app
            .event(Act::RulebookAdopted, Actor::program("样例"))
            .with("version", &file.version);
        let at = event.at.unix_ms();
        let tx = self.app.db.begin("rulebook.adopt").await.expect("a begin");
        let mut rec = tx.record(event, self.app.confidential()).expect("an event");
        store::catalog::adopt_rulebook(&mut rec, file, at)
            .await
            .expect("a new version");
        rec.commit().await.expect("a commit");
    }

    /// Opens an account with these grants and [`PASSWORD`].
    ///
    /// # Panics
    /// When the name is taken or the roles may not stand together.
    pub async fn account(&self, login: &str, grants: &[(Role, u8)]) -> AccountId {
        let grants = grants.iter().map(|(role, number)| Grant {
            role: *role,
            unit: unit(*number),
        });
        let new = NewAccount {
            login: login.to_owned(),
            name: format!("样例{login}"),
            password: PASSWORD.to_owned(),
            grants: grants.collect(),
        };
        self.app
            .install_account(new, false)
            .await
            .expect("a fresh name with lawful roles")
    }

    /// The account with one more grant, given by a security administrator of the story's own.
    ///
    /// # Panics
    /// When the roles may not stand together.
    pub async fn granted(&self, to: &AccountId, grant: Grant) -> Acting {
        let [asks, confirms] = [self.keeper("asks").await, self.keeper("confirms").await];
        let premise = as_shown(&self.app, Thing::Account(to)).await;
        let given = self.app.grant_role(&asks, to, &premise, grant).await;
        if let Given::Asked(request) = given.expect("roles that may stand together") {
            let premise = as_shown(&self.app, Thing::Request(&request)).await;
            let confirmed = self.app.confirm_request(&confirms, &request, &premise);
            confirmed.await.expect("asked by another");
        }
        self.acting(to).await
    }

    /// A security administrator nobody knows.
    async fn keeper(&self, what: &str) -> Acting {
        let login = format!("{what}-{}", store::hex(&self.app.entropy.bytes::<4>()));
        let keeper = self.account(&login, &[(Role::SecurityAdmin, 0)]).await;
        self.acting(&keeper).await
    }

    /// The account as it comes with a request.
    ///
    /// # Panics
    /// When there is no such account.
    pub async fn acting(&self, id: &AccountId) -> Acting {
        let mut reader = self.app.db.read().await.expect("a reader");
        let found = store::account::get(&mut reader, id)
            .await
            .expect("an account of the story");
        let tree = store::org::tree(&mut reader).await.expect("the units");
        let name = found.account.name.as_str().to_owned();
        Acting {
            account: found.account.id,
            name,
            grants: found.account.grants,
            tree,
        }
    }

    /// A session of the account without going through the sign-in page; returns the token.
    ///
    /// # Panics
    /// When the database fails.
    pub async fn session(&self, id: &AccountId) -> String {
        use app::port::Clock as _;
        let entropy: &dyn app::port::Entropy = &*self.entropy;
        let token = store::hex(&entropy.bytes::<32>());
        let now = self.clock.now().unix_ms();
        let session = Session {
            token_hash: token_hash(&token),
            account: id.clone(),
            form_token: store::hex(&entropy.bytes::<32>()),
            created_at_ms: now,
            seen_at_ms: now,
            display: String::new(),
            note: String::new(),
            unsealed: Unsealed::default(),
        };
        let mut scratch = self.app.db.scratch().await.expect("a scratch");
        store::session::put(&mut scratch.inside(), &session)
            .await
            .expect("a session");
        scratch.commit().await.expect("a commit");
        token
    }

    /// Adds a subject to a unit's register.
    ///
    /// # Panics
    /// When the row is refused.
    pub async fn subject(
        &self,
        keeper: &Acting,
        unit: &OrgUnitId,
        row: &RawSubject,
    ) -> domain::id::SubjectId {
        self.app
            .add_subject(keeper, unit, row)
            .await
            .expect("a sound row")
    }

    /// Adds many subjects as one event.
    ///
    /// # Panics
    /// When the database refuses one.
    pub async fn subjects(&self, unit: &OrgUnitId, rows: &[Subject]) {
        use domain::event::{Act, Actor};
        let event = self
            .app
            .event(Act::SubjectsImported, Actor::program("样例"));
        let tx = self
            .app
            .db
            .begin("subject.import")
            .await
            .expect("a transaction");
        let mut rec = tx.record(event, self.app.confidential()).expect("an event");
        store::subject::add_many(&mut rec, unit, rows)
            .await
            .expect("sound rows");
        rec.commit().await.expect("a commit");
    }
}

/// What somebody sees of a thing who opens its page now.
///
/// # Panics
/// When there is no such thing.
pub async fn as_shown(app: &App, thing: Thing<'_>) -> Premise {
    app.premise(thing).await.expect("a thing of the story")
}

/// The row of an invented caterer: old-style register number, so that no check digit is claimed.
#[must_use]
pub fn caterer(number: u32) -> RawSubject {
    RawSubject {
        register_number: register_number(number),
        name: format!("样例餐饮{number:04}店"),
        district: "411202".to_owned(),
        address: format!("样例市演示路{number}号"),
        pools: "餐饮".to_owned(),
        ..RawSubject::default()
    }
}

/// A 15-digit register number with its check digit (GS 15—2006).
#[must_use]
pub fn register_number(number: u32) -> String {
    let body = format!("411202{number:08}");
    let mut product = 10;
    for digit in body.bytes() {
        let sum = (product + u32::from(digit - b'0')) % 10;
        product = (if sum == 0 { 10 } else { sum }) * 2 % 11;
    }
    format!("{body}{}", (11 - product) % 10)
}
