//! The frame of every page of the workbench: navigation by right, account, foot.

use domain::account::Role;
use domain::policy::Verb;
use domain::time::Instant;
use store::{Announced, log, org};

use super::{Stop, Visit, WebState};
use crate::component::{Head, Note, PrintHeader};
use crate::layout::{AccountCorner, Foot, NavEntry, NavModel, Shell, WorkbenchPage};
use crate::text::{Address, Digest};

/// An entry: words, address, and the verbs of which one opens it.
type Place = (&'static str, &'static str, &'static [Verb]);

/// The navigation: entries under their headings.
const PLACES: &[(&str, &[Place])] = &[
    ("计划", &[("事项清单", "/w/items", &[Verb::CatalogRead])]),
    (
        "名录",
        &[
            ("检查对象", "/w/subjects", &[Verb::SubjectRead]),
            ("执法检查人员", "/w/inspectors", &[Verb::InspectorRead]),
            (
                "回避登记",
                "/w/recusals",
                &[Verb::RecusalRead, Verb::RecusalDeclare],
            ),
        ],
    ),
    (
        "抽查",
        &[
            ("抽查任务", "/w/campaigns", &[Verb::CampaignRead]),
            ("检查", "/w/inspections", &[Verb::InspectionRead]),
        ],
    ),
    (
        "结果",
        &[
            (
                "审批公示",
                "/w/publication-approvals",
                &[Verb::OutcomeApprove],
            ),
            ("公示", "/w/publish", &[Verb::OutcomePublish]),
        ],
    ),
    (
        "监督",
        &[
            ("留痕日志", "/w/log", &[Verb::LogRead]),
            ("实施细则", "/w/rules", &[Verb::RulebookRead]),
        ],
    ),
];

/// What administrators see instead.
const ADMINISTRATION: &[Place] = &[
    ("账号与授权", "/a/users", &[Verb::AccountRead]),
    ("等待确认的申请", "/a/requests", &[Verb::AccessConfirm]),
    ("运行状况", "/a/health", &[Verb::HealthRead]),
    ("登录记录", "/a/sign-ins", &[Verb::LoginsRead]),
    ("核对留痕", "/a/audits", &[Verb::AuditRun]),
    ("留痕日志", "/w/log", &[Verb::LogRead]),
];

impl WebState {
    /// The shell of a page for this visit.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn shell(&self, visit: &Visit) -> Result<Shell, Stop> {
        let mut reader = self.app.db.read().await?;
        let announced = self.app.db.announced(&mut reader).await?;
        let (log_size, log_root) = log::head(&mut reader).await?;
        let units = org::units(&mut reader).await?;
        let log_root = Digest::of_bytes(log_root.as_bytes());
        let grant = visit.acting.grants.first();
        let unit = grant.and_then(|grant| units.iter().find(|unit| unit.id == grant.unit));
        let words = match unit {
            Some(unit) => format!("{}·{}", visit.acting.name, unit.name),
            None => visit.acting.name.clone(),
        };
        Ok(Shell {
            frame: visit.guest.frame(self),
            account: AccountCorner {
                words,
                acting_for: None,
                page: Address::fixed("/w/account"),
            },
            nav: navigation(visit),
            hidden: visit.repeatable(),
            notice: announced.as_ref().map(queued),
            foot: Foot {
                version: self.facts.version.clone(),
                log_size,
                log_root,
            },
        })
    }

    /// A page of the workbench with what was just done at its top.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn page(&self, visit: &Visit, head: Head) -> Result<WorkbenchPage, Stop> {
        Ok(self.page_in(self.shell(visit).await?, visit, head))
    }

    /// The same in a shell that was changed for this page.
    #[must_use]
    pub fn page_in(&self, shell: Shell, visit: &Visit, head: Head) -> WorkbenchPage {
        let print = PrintHeader {
            bureau: self.facts.bureau.clone(),
            title: head.title().to_owned(),
            conditions: String::new(),
            printed_by: visit.acting.name.clone(),
            printed_at: visit.now.local_text(),
            count: String::new(),
            log_root: shell.foot.log_root.short(),
            rehearsal: self.facts.demonstration,
        };
        let page = WorkbenchPage::new(shell, head).with_print_header(print);
        match visit.guest.done {
            Some(done) => page.with_feedback(done.note()),
            None => page,
        }
    }
}

/// What acts may have to wait for, and until when.
fn queued(announced: &Announced) -> Note {
    let until = Instant::from_unix_ms(announced.until_ms).local_text();
    let clock = until.split(' ').next_back().unwrap_or_default();
    Note::warning(
        format!("{}，预计到 {clock}。", announced.words),
        "此间提交的事项会排队，轮到时照常办理，不要重复提交。",
    )
}

/// Entries the account cannot open do not exist; administrators see their own group alone.
fn navigation(visit: &Visit) -> NavModel {
    let acting = &visit.acting;
    let administers = acting
        .grants
        .iter()
        .any(|grant| grant.role.is_administrator() || grant.role == Role::AwaitingAdmin);
    let opens = |(_, _, verbs): &Place| verbs.iter().any(|verb| acting.offers(*verb));
    let entry = |(words, to, _): &Place| NavEntry::new(*words, Address::fixed(to), 0);
    let mut nav = NavModel::default();
    if administers {
        let open = ADMINISTRATION.iter().filter(|place| opens(place));
        nav = nav.with_group("管理", open.map(entry).collect());
    } else {
        nav = nav.with_group(
            "今日",
            vec![NavEntry::new("工作台", Address::fixed("/w"), 0)],
        );
        for (heading, places) in PLACES {
            let open = places.iter().filter(|place| opens(place)).map(entry);
            nav = nav.with_group(*heading, open.collect());
        }
    }
    let own: [Place; 2] = [
        ("本人账号", "/w/account", &[]),
        ("后台办理", "/w/jobs", &[]),
    ];
    nav.with_group("本人", own.iter().map(entry).collect())
        .at(&visit.guest.path)
}
