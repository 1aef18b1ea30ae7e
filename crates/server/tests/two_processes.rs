//! Two processes on one database act at the same moment: numbers have no gap and none is given twice, of two
//! administrators who take each other's right away one remains, and a plan is approved once, never by who drafted it.
//!
//! The processes are this very test binary, started again with `other_process`. Each waits for a line on its
//! input before every round, so that both act at once.

#![expect(clippy::unwrap_used, reason = "a step that fails fails the story")]

use std::collections::BTreeSet;
use std::io::{BufRead as _, BufReader, Write as _};
use std::process::{Child, ChildStdout, Command, Stdio};

use app::AppError;
use app::premise::Thing;
use domain::account::{Grant, Role};
use domain::campaign::StateKind;
use domain::campaign::party::PartyName;
use domain::campaign::plan::{
    Assignment, AuthorityDraw, CampaignPlan, Confidentiality, Notice, PlannedItem, PlannedQuota,
    Sources, Staffing, Window,
};
use domain::catalog::Method;
use domain::id::{AccountId, CampaignNo, InspectorCode, ItemId, PartyToken};
use domain::inspector::RawInspector;
use domain::text::DistrictCode;
use store::Db;
use testkit::city::{City, as_shown, unit};
use testkit::engines::{PostgresDatabase, SqliteFile, upgrade};

/// Rounds of a story: one alone could miss the moment.
const ROUNDS: usize = 8;

// A thread of its own waits for the line: what an act leaves to be rolled back must not wait with it.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
#[ignore = "not a test of its own: the process that stories of two processes start"]
async fn other_process() {
    let told = |name: &str| std::env::var(name).unwrap();
    let place = told("OTHER_PLACE");
    let db = if place.starts_with("postgres://") {
        Db::open_postgres(&place, &upgrade()).await
    } else {
        Db::open_sqlite(place.as_ref(), &upgrade()).await
    };
    let db = db.unwrap();
    let city = City::join(db, told("OTHER_SEED").parse().unwrap());
    let (deed, id) = (
        told("OTHER_DEED"),
        AccountId::parse(&told("OTHER_ACCOUNT")).unwrap(),
    );
    println!("READY");
    for line in std::io::stdin().lock().lines().map_while(Result::ok) {
        let answer = match deed.as_str() {
            "draft" => draft_twenty(&city, &id).await,
            "approve" => approve(&city, &id, &line).await,
            _ => revoke(&city, &id, &line).await,
        };
        println!("ANSWER {answer}");
    }
    city.app.db.close().await;
}

/// Twenty drafts at once; their numbers.
async fn draft_twenty(city: &City, id: &AccountId) -> String {
    let acting = city.acting(id).await;
    let drafts = (0..20).map(|number| {
        let (app, acting) = (city.app.clone(), acting.clone());
        tokio::spawn(async move {
            let plan = CampaignPlan::titled(format!("样例抽查{number}"));
            app.draft_campaign(&acting, &unit(1), &plan).await
        })
    });
    let mut numbers = Vec::new();
    for draft in drafts.collect::<Vec<_>>() {
        numbers.push(draft.await.unwrap().unwrap().to_string());
    }
    numbers.join(",")
}

/// Takes the security administrator's right from the account named; says whether it was done.
async fn revoke(city: &City, id: &AccountId, from: &str) -> String {
    let acting = city.acting(id).await;
    let grant = Grant {
        role: Role::SecurityAdmin,
        unit: unit(0),
    };
    let from = AccountId::parse(from.trim()).unwrap();
    let shown = as_shown(&city.app, Thing::Account(&from)).await;
    match city.app.revoke_role(&acting, &from, &shown, &grant).await {
        Ok(()) => "done".to_owned(),
        Err(AppError::Refused(refusal)) => refusal.code.to_owned(),
        Err(other) => panic!("{other}"),
    }
}

/// Approves the plan of that number, by who may; says whether it was done.
async fn approve(city: &City, id: &AccountId, number: &str) -> String {
    let acting = city.acting(id).await;
    let number = CampaignNo::parse(number.trim()).unwrap();
    let shown = as_shown(&city.app, Thing::Campaign(&number)).await;
    let approved = city.app.approve_campaign(&acting, &number, &shown).await;
    match approved {
        Ok(()) => "done".to_owned(),
        Err(AppError::Refused(refusal)) => refusal.code.to_owned(),
        Err(AppError::Store(error)) => error.code().to_owned(),
        Err(other) => panic!("{other}"),
    }
}

struct Other {
    child: Child,
    said: BufReader<ChildStdout>,
}

impl Other {
    fn start(place: &str, seed: u64, deed: &str, account: &AccountId) -> Self {
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "other_process", "--ignored", "--nocapture"])
            .env("OTHER_PLACE", place)
            .env("OTHER_SEED", seed.to_string())
            .env("OTHER_DEED", deed)
            .env("OTHER_ACCOUNT", account.as_str())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let said = BufReader::new(child.stdout.take().unwrap());
        let mut other = Self { child, said };
        other.hear("READY");
        other
    }

    fn tell(&mut self, line: &str) {
        writeln!(self.child.stdin.as_mut().unwrap(), "{line}").unwrap();
    }

    fn hear(&mut self, word: &str) -> String {
        let mut line = String::new();
        while self.said.read_line(&mut line).unwrap() > 0 {
            if let Some((_, rest)) = line.split_once(word) {
                return rest.trim().to_owned();
            }
            line.clear();
        }
        panic!("the other process ended without a word");
    }

    fn end(mut self) {
        drop(self.child.stdin.take());
        assert!(self.child.wait().unwrap().success());
    }
}

async fn founded() -> (PostgresDatabase, City) {
    let server = PostgresDatabase::fresh();
    let db = Db::open_postgres(server.url(), &upgrade()).await.unwrap();
    (server, City::found(db).await)
}

#[tokio::test]
async fn forty_drafts_at_once_from_two_processes_have_forty_numbers_without_a_gap() {
    let (server, city) = founded().await;
    let id = city.account("initiator", &[(Role::Initiator, 1)]).await;
    let mut others = [1, 2].map(|seed| Other::start(server.url(), seed, "draft", &id));
    for other in &mut others {
        other.tell("go");
    }
    let mut numbers: Vec<String> = Vec::new();
    for other in &mut others {
        numbers.extend(other.hear("ANSWER").split(',').map(str::to_owned));
    }
    others.into_iter().for_each(Other::end);
    numbers.sort();
    let wanted: Vec<String> = (1..=40).map(|n| format!("000000-CG-2026-{n:04}")).collect();
    assert_eq!(numbers, wanted);
    assert_eq!(store::audit(&city.app.db).await.unwrap().faults, []);
    city.app.db.close().await;
}

#[tokio::test]
async fn two_administrators_who_revoke_each_other_at_once_do_not_both_succeed() {
    let (server, city) = founded().await;
    let first = city.account("sec1", &[(Role::SecurityAdmin, 0)]).await;
    let second = city.account("sec2", &[(Role::SecurityAdmin, 0)]).await;
    let mut others = [
        Other::start(server.url(), 1, "revoke", &first),
        Other::start(server.url(), 2, "revoke", &second),
    ];
    for round in 0..ROUNDS {
        others[0].tell(second.as_str());
        others[1].tell(first.as_str());
        let mut answers = others.each_mut().map(|other| other.hear("ANSWER"));
        let loser = usize::from(answers[0] == "done");
        answers.sort();
        assert_ne!(answers, ["done", "done"], "round {round}: nobody is left");
        assert!(
            answers.contains(&"done".to_owned()),
            "round {round}: {answers:?}"
        );
        // It takes two others to give it back.
        let lost = if loser == 0 { &first } else { &second };
        let grant = Grant {
            role: Role::SecurityAdmin,
            unit: unit(0),
        };
        city.granted(lost, grant).await;
    }
    others.into_iter().for_each(Other::end);
    assert_eq!(store::audit(&city.app.db).await.unwrap().faults, []);
    city.app.db.close().await;
}

/// Who leads the teams of the plan.
const LEADER: &str = "P090";

/// A plan without gaps, whose window begins today.
fn plan(city: &City) -> CampaignPlan {
    let today = city.app.clock.now().date();
    let party = |token: &str, office: &str| PartyName {
        token: PartyToken::parse(token).unwrap(),
        office: office.to_owned(),
        person: "见证人甲".to_owned(),
        unit: None,
    };
    CampaignPlan {
        items: vec![PlannedItem {
            item: ItemId::parse("fume").unwrap(),
            revision: 1,
            quota: PlannedQuota::Fixed(3),
        }],
        window: Some(Window {
            from: today,
            until: today.plus_days(14),
        }),
        purpose: "核查净化设施运行与清洗".to_owned(),
        staffing: Staffing {
            authorities: vec![AuthorityDraw {
                authority: InspectorCode::parse("-").unwrap(),
                drawn: 4,
                per_team: 2,
            }],
            assignment: Assignment::Pairs,
            areas: BTreeSet::new(),
            leaders: vec![InspectorCode::parse(LEADER).unwrap()],
        },
        methods: vec![Method::OnSite],
        notice: Notice::Noticed,
        confidentiality: Confidentiality::Codes,
        intended_use: "责令改正并回访".to_owned(),
        participants: vec!["样例生态环境局".to_owned()],
        jurisdiction: BTreeSet::from([DistrictCode::parse("411202").unwrap()]),
        sources: Sources {
            parties: vec![
                party("discipline", "样例纪检监察组"),
                party("justice", "样例司法局"),
            ],
            dice: None,
            beacon: None,
        },
        ..CampaignPlan::titled("样例抽查")
    }
}

/// A campaign whose plan waits for approval.
async fn submitted(city: &City, drafter: &AccountId) -> CampaignNo {
    let acting = city.acting(drafter).await;
    let drafted = city
        .app
        .draft_campaign(&acting, &unit(1), &plan(city))
        .await;
    let number = drafted.unwrap();
    let shown = as_shown(&city.app, Thing::Campaign(&number)).await;
    let done = city.app.submit_campaign(&acting, &number, &shown).await;
    done.unwrap();
    number
}

async fn stands(city: &City, number: &CampaignNo) -> (StateKind, u64) {
    let mut reader = city.app.db.read().await.unwrap();
    let stored = store::campaign::by_number(&mut reader, number).await;
    let (entries, _) = store::log::head(&mut reader).await.unwrap();
    (stored.unwrap().campaign.kind(), entries)
}

/// A leader and an item in force, which a plan needs.
async fn staffed(city: &City, approver: &AccountId) {
    let keeper = city.account("registrar", &[(Role::Registrar, 1)]).await;
    let keeper = city.acting(&keeper).await;
    let leader = RawInspector {
        code: LEADER.to_owned(),
        name: "检查员甲".to_owned(),
        credential: "411200-P090".to_owned(),
        valid_until: "2027-12-31".to_owned(),
        may_lead: "是".to_owned(),
        ..RawInspector::default()
    };
    let home = unit(1);
    let added = city.app.add_inspector(&keeper, &home, &leader, None);
    added.await.unwrap();
    let fume = ItemId::parse("fume").unwrap();
    let shown = as_shown(&city.app, Thing::Item(&fume)).await;
    let decides = city.acting(approver).await;
    let published = city.app.publish_item(&decides, &fume, &shown).await;
    published.unwrap();
}

/// Two of the processes press for one plan; what is wrong with what came of it. Beside each, whether he drafted it.
async fn pressed_at_once(
    city: &City,
    number: &CampaignNo,
    pair: [(usize, bool); 2],
    others: &mut [Other],
) -> Result<(), String> {
    let (_, before) = stands(city, number).await;
    for (at, _) in pair {
        others[at].tell(number.as_str());
    }
    let answers = pair.map(|(at, drafted)| (others[at].hear("ANSWER"), drafted));
    let done = |answer: &&(String, bool)| answer.0 == "done";
    let once = answers.iter().filter(done).count() == 1;
    let by_drafter = answers.iter().filter(done).any(|answer| answer.1);
    let stood = stands(city, number).await;
    match once && !by_drafter && stood == (StateKind::Approved, before + 1) {
        true => Ok(()),
        false => Err(format!("{answers:?} {stood:?}")),
    }
}

/// Whoever presses, in whatever process: the first of two different approvers, one of the two presses of the same one,
/// and never who drafted, though he might approve what others drafted.
async fn one_plan_is_approved_once(city: &City, place: &str) {
    let drafter = [(Role::Initiator, 1), (Role::Approver, 0)];
    let drafter = city.account("drafter", &drafter).await;
    let one = city.account("approver1", &[(Role::Approver, 0)]).await;
    let two = city.account("approver2", &[(Role::Approver, 0)]).await;
    staffed(city, &one).await;
    let start = |seed, account| Other::start(place, seed, "approve", account);
    let mut others = [
        start(1, &one),
        start(2, &one),
        start(3, &two),
        start(4, &drafter),
    ];
    const DRAFTER: usize = 3;
    for round in 0..ROUNDS {
        for pair in [[0, 1], [1, 2], [2, DRAFTER], [DRAFTER, 0]] {
            let number = submitted(city, &drafter).await;
            pressed_at_once(
                city,
                &number,
                pair.map(|at| (at, at == DRAFTER)),
                &mut others,
            )
            .await
            .unwrap_or_else(|why| panic!("round {round} {pair:?}: {why}"));
        }
    }
    others.into_iter().for_each(Other::end);
    assert_eq!(store::audit(&city.app.db).await.unwrap().faults, []);
    city.app.db.close().await;
}

#[tokio::test]
async fn a_plan_is_approved_once_and_never_by_its_drafter_on_postgres() {
    let (server, city) = founded().await;
    one_plan_is_approved_once(&city, server.url()).await;
}

#[tokio::test]
async fn a_plan_is_approved_once_and_never_by_its_drafter_on_sqlite() {
    let file = SqliteFile::fresh();
    let db = Db::open_sqlite(file.path(), &upgrade()).await.unwrap();
    let city = City::found(db).await;
    one_plan_is_approved_once(&city, file.path().to_str().unwrap()).await;
}
