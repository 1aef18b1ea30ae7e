//! The bureau itself: units, accounts, registers, rules; then two campaigns.

use std::collections::BTreeMap;

use app::account::NewAccount;
use app::installation::Founding;
use app::premise::Thing;
use app::{Acting, App, AppError};
use domain::account::{Grant, Role};
use domain::id::{AccountId, ItemId, OrgUnitId};
use domain::inspector::RawInspector;
use domain::org::{OrgUnit, UnitKind};
use domain::subject::RawSubject;
use domain::time::Instant;

use crate::chain;
use crate::clock::ReplayClock;
use crate::words;

/// Subjects and inspectors of the demo city.
const CATERERS: usize = 400;
const HAULIERS: usize = 60;
const INSPECTORS: usize = 40;

/// An account a newcomer can sign in with.
#[derive(Clone, Debug)]
pub struct Login {
    /// Sign-in name.
    pub login: &'static str,
    /// What it is for.
    pub what: &'static str,
}

/// The built city.
pub struct City {
    /// Accounts to try, in the order of the work.
    pub logins: Vec<Login>,
    /// Number of the finished campaign.
    pub finished: String,
    /// Number of the campaign that is ready to be frozen.
    pub ready: String,
}

const UNITS: [(&str, &str, UnitKind); 6] = [
    ("office", "局机关", UnitKind::Section),
    ("supervision", "执法监督科", UnitKind::Section),
    ("services", "政务服务科", UnitKind::Section),
    ("legal", "法规科", UnitKind::Section),
    ("discipline", "机关纪委", UnitKind::Section),
    ("brigade", "环卫执法大队", UnitKind::Brigade),
];

/// Login, person, what it is for, unit, role.
const PEOPLE: [(&str, &str, &str, &str, Role); 13] = [
    (
        "initiator",
        "科员甲",
        "发起科室：起草方案、派发检查、结束抽查",
        "supervision",
        Role::Initiator,
    ),
    (
        "approver",
        "分管领导乙",
        "分管领导：批准方案、批准公示",
        "office",
        Role::Approver,
    ),
    (
        "registrar",
        "登记员丙",
        "名录维护：检查对象与执法人员名录、导入",
        "services",
        Role::Registrar,
    ),
    (
        "registrar.supervision",
        "登记员子",
        "名录维护：执法监督科的执法人员",
        "supervision",
        Role::Registrar,
    ),
    (
        "registrar.brigade",
        "登记员丑",
        "名录维护：环卫执法大队的执法人员",
        "brigade",
        Role::Registrar,
    ),
    (
        "drawer",
        "经办员丁",
        "抽取经办：冻结、公布承诺、抽取、公开",
        "services",
        Role::DrawingOfficer,
    ),
    (
        "publisher",
        "公示员戊",
        "公示：把批准公示的结果放上门户",
        "office",
        Role::Publisher,
    ),
    (
        "legal",
        "审核员己",
        "法制审核",
        "legal",
        Role::LegalReviewer,
    ),
    (
        "supervisor",
        "监督员庚",
        "行政执法监督：只读，持有完整案卷",
        "discipline",
        Role::Supervisor,
    ),
    (
        "brigade",
        "队员辛",
        "环卫执法大队：发起渣土运输抽查",
        "brigade",
        Role::Initiator,
    ),
    (
        "sysadmin",
        "系统管理员壬",
        "三员之一：开立账号",
        "office",
        Role::SystemAdmin,
    ),
    (
        "secadmin",
        "安全管理员癸",
        "三员之一：授权",
        "office",
        Role::SecurityAdmin,
    ),
    (
        "auditadmin",
        "审计管理员甲",
        "三员之一：核对留痕",
        "office",
        Role::AuditAdmin,
    ),
];

/// The cast of the city: accounts at work, by login, and its units, by short name.
pub(crate) struct Cast {
    pub(crate) people: BTreeMap<String, Acting>,
    pub(crate) units: BTreeMap<&'static str, OrgUnitId>,
}

impl Cast {
    pub(crate) fn person(&self, login: &str) -> &Acting {
        self.people.get(login).expect("the cast is complete")
    }

    pub(crate) fn unit(&self, name: &str) -> &OrgUnitId {
        self.units.get(name).expect("the city has these units")
    }
}

/// How long before the present the second campaign is launched.
const READY_BEFORE_MS: i64 = 6 * 60 * 60 * 1000;

/// Builds the city up to shortly before `present`; every account gets this password.
pub async fn build(
    app: &App,
    clock: &ReplayClock,
    present: Instant,
    password: &str,
) -> Result<City, AppError> {
    let units = found(app).await?;
    app.install_rules(true).await?;
    clock.pass_minutes(30);
    let cast = hire(app, units, password).await?;
    for item in ["fume", "haul"] {
        let id = ItemId::parse(item).expect("the seeded items have these codes");
        let shown = app.premise(Thing::Item(&id)).await?;
        app.publish_item(cast.person("approver"), &id, &shown)
            .await?;
    }
    clock.pass_minutes(60);
    fill_registers(app, &cast).await?;
    clock.pass_minutes(24 * 60);
    let finished = chain::finished_campaign(app, clock, &cast).await?;
    clock.pass_to(present.plus_ms(-READY_BEFORE_MS));
    let ready = chain::ready_campaign(app, clock, &cast).await?;
    let mut logins: Vec<Login> = PEOPLE
        .iter()
        .map(|(login, _, what, _, _)| Login { login, what })
        .collect();
    logins.push(Login {
        login: "inspector01",
        what: "执法检查人员（01 至 40）：到场、录入、审核",
    });
    Ok(City {
        logins,
        finished: finished.to_string(),
        ready: ready.to_string(),
    })
}

async fn found(app: &App) -> Result<BTreeMap<&'static str, OrgUnitId>, AppError> {
    let new_id = || OrgUnitId::from_entropy(app.entropy.bytes());
    let bureau = OrgUnit {
        id: new_id(),
        name: "示例市城市管理局".to_owned(),
        kind: UnitKind::Bureau,
        parent: None,
    };
    let mut units = BTreeMap::from([("bureau", bureau.id.clone())]);
    let mut rows = vec![bureau.clone()];
    for (short, name, kind) in UNITS {
        let unit = OrgUnit {
            id: new_id(),
            name: name.to_owned(),
            kind,
            parent: Some(bureau.id.clone()),
        };
        units.insert(short, unit.id.clone());
        rows.push(unit);
    }
    app.found(&Founding {
        bureau: bureau.name,
        number_letters: "CG".to_owned(),
        district: "411200".to_owned(),
        origin: app.log_key.verifier().name().to_owned(),
        demonstration: true,
        units: rows,
    })
    .await?;
    Ok(units)
}

async fn hire(
    app: &App,
    units: BTreeMap<&'static str, OrgUnitId>,
    password: &str,
) -> Result<Cast, AppError> {
    let mut cast = Cast {
        people: BTreeMap::new(),
        units,
    };
    for (login, person, _, unit, role) in PEOPLE {
        let grant = Grant {
            role,
            unit: cast.unit(unit).clone(),
        };
        take_on(app, &mut cast, login, person.to_owned(), grant, password).await?;
    }
    for n in 0..INSPECTORS {
        let unit = if n % 4 == 3 { "brigade" } else { "supervision" };
        let grant = Grant {
            role: Role::Inspector,
            unit: cast.unit(unit).clone(),
        };
        let login = format!("inspector{:02}", n + 1);
        let id = take_on(
            app,
            &mut cast,
            &login,
            words::person("检查员", n),
            grant,
            password,
        )
        .await?;
        enrol(app, &cast, n, unit, &id).await?;
    }
    Ok(cast)
}

async fn take_on(
    app: &App,
    cast: &mut Cast,
    login: &str,
    name: String,
    grant: Grant,
    password: &str,
) -> Result<AccountId, AppError> {
    let new = NewAccount {
        login: login.to_owned(),
        name,
        password: password.to_owned(),
        grants: vec![grant],
    };
    let id = app.install_account(new, false).await?;
    let acting = app
        .acting_as(&id)
        .await?
        .expect("an account just opened is active");
    cast.people.insert(login.to_owned(), acting);
    Ok(id)
}

/// Enters an inspector; the first of every ten is a head of section and may lead.
async fn enrol(
    app: &App,
    cast: &Cast,
    n: usize,
    unit: &str,
    account: &AccountId,
) -> Result<(), AppError> {
    let typed = RawInspector {
        code: format!("F{:03}", n + 1),
        name: words::person("检查员", n),
        credential: format!("41120020260{:03}", n + 1),
        valid_until: "2029-12-31".to_owned(),
        may_lead: if n.is_multiple_of(10) { "是" } else { "否" }.to_owned(),
        ..RawInspector::default()
    };
    // Each unit keeps its own people (细则三（二）).
    let keeper = cast.person(&format!("registrar.{unit}"));
    app.add_inspector(keeper, cast.unit(unit), &typed, Some(account))
        .await?;
    Ok(())
}

async fn fill_registers(app: &App, cast: &Cast) -> Result<(), AppError> {
    let classes = [
        "A", "A", "B", "A", "B", "A", "C", "A", "B", "A", "", "A", "B", "A", "A", "D", "A",
    ];
    let row = |n: usize, name: String, pool: &str, kind: &str, serial: usize| {
        let class = classes[n % classes.len()];
        let graded = |text: &str| {
            if class.is_empty() {
                String::new()
            } else {
                text.to_owned()
            }
        };
        RawSubject {
            usci: words::usci(kind, serial),
            name,
            kind: if kind == "92" {
                "个体工商户"
            } else {
                "企业"
            }
            .to_owned(),
            district: "411200".to_owned(),
            address: words::address(n),
            registered_on: format!("20{:02}-0{}-1{}", 10 + n % 15, 1 + n % 9, n % 9),
            standing: if n % 97 == 96 { "注销" } else { "" }.to_owned(),
            pools: pool.to_owned(),
            class: class.to_owned(),
            class_source: graded("示例市信用风险分类结果"),
            class_on: graded("2026-06-30"),
            ..RawSubject::default()
        }
    };
    let registrar = cast.person("registrar");
    let unit = cast.unit("services");
    let caterers: Vec<RawSubject> = (0..CATERERS)
        .map(|n| {
            row(
                n,
                words::caterer(n),
                "餐饮",
                if n % 3 == 0 { "91" } else { "92" },
                n,
            )
        })
        .collect();
    app.import_subjects(registrar, unit, &caterers, "演示数据：餐饮", false)
        .await?;
    let hauliers: Vec<RawSubject> = (0..HAULIERS)
        .map(|n| row(n, words::haulier(n), "渣土运输", "91", CATERERS + n))
        .collect();
    app.import_subjects(registrar, unit, &hauliers, "演示数据：渣土运输", false)
        .await?;
    Ok(())
}
