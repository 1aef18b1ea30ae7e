//! The plan in TOML (抽取方案), as a bureau writes it, into the PLAN record and FREEZE's terms.
//!
//! The record is public and logged before anybody sees the pool; what only FREEZE states (attempt,
//! commitments, hours, the beacon's round) stands in the same file for convenience. Every new FREEZE is of `shuang/2`,
//! so a plan as written for an earlier build, without `ceremony` and `rulebook`, is refused with what it lacks. Everything
//! that is wrong is said at once, each with its line and key. Deliberately absent: defaults for anything that decides who
//! is drawn.

use std::collections::BTreeMap;
use std::path::Path;

use ::draw::quota::QuotaRule;
use ::draw::record::plan::RulebookName;
use ::draw::record::{Assign, PartyLine, PlanEdition, PlanRecord};
use ::draw::{Code, Digest, Fault, Suite, Token, Version};

use super::plan_items::Drawn;
use super::plan_sources::{Appearing, Named, sources};
use super::plan_text::{PlanText, Section};
use crate::commands::Failure;

/// The keys that stand in no section, then the sections, in the order of the sample.
const KEYS: &[&str] = &[
    "campaign",
    "attempt",
    "suite",
    "document",
    "rulebook",
    "rulebook-text",
    "ceremony",
    "min-level",
    "reveal-from",
    "reveal-by",
    "assign",
    "groups",
    "areas",
    "leaders",
    "dice",
    "plan-seconds",
    "freeze-seconds",
    "subject-reserve",
    "item",
    "authority",
    "party",
    "beacon",
];

/// What is announced before anybody sees the pool: PLAN, and for which attempt.
pub(super) struct Announced {
    pub(super) record: PlanRecord,
    pub(super) attempt: u32,
    places: BTreeMap<String, String>,
}

/// The plan with what FREEZE adds to it.
pub(super) struct Plan {
    pub(super) record: PlanRecord,
    pub(super) attempt: u32,
    pub(super) parties: Vec<PartyLine>,
    pub(super) reveal_from: u64,
    pub(super) reveal_by: u64,
    pub(super) beacon: Option<Appearing>,
    /// Where in the file stands what a later fault names.
    places: BTreeMap<String, String>,
}

/// Reads a file and takes from it what is wanted; every fault at once.
fn read<T>(path: &Path, take: impl FnOnce(&Reading<'_>) -> Option<T>) -> Result<T, Failure> {
    let name = path.file_name().unwrap_or(path.as_os_str());
    let name = name.to_string_lossy();
    let bytes = std::fs::read(path).map_err(|error| Failure::file(path, &error))?;
    let text = String::from_utf8(bytes).map_err(|_| {
        let sentence = "不是 UTF-8 编码的文本。请在编辑器中另存为 UTF-8。";
        Failure::new("CLI-306", name.as_ref(), sentence)
    })?;
    let text = PlanText::new(&name, text.strip_prefix('\u{feff}').unwrap_or(&text));
    let table = text.parse()?;
    let folder = path.parent().unwrap_or(Path::new(""));
    let taken = take(&Reading::new(text.root(&table), folder));
    text.found()?;
    Ok(taken.expect("what could not be read was said"))
}

impl Announced {
    /// Reads and checks what PLAN says; commitments and hours may be missing still.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        read(path, |reading| reading.announced())
    }
}

impl Plan {
    /// Reads and checks a plan with everything a freeze needs.
    pub(super) fn read(path: &Path) -> Result<Self, Failure> {
        read(path, |reading| reading.plan())
    }

    /// Where something stands that a fault names, else its name itself.
    pub(super) fn place(&self, name: &str) -> String {
        self.places
            .get(name)
            .map_or(name, String::as_str)
            .to_owned()
    }

    /// Faults of the protocol, each with its line where it names something of this file.
    pub(super) fn located(&self, faults: Vec<Fault>) -> Failure {
        let located = faults.into_iter().map(|fault| Fault {
            place: self.place(&fault.place),
            ..fault
        });
        located.collect::<Vec<_>>().into()
    }
}

/// Reads a name, which begins with a letter or digit; `-` is one where it means the only one.
pub(super) fn name(section: &Section<'_>, key: &str, dash: bool) -> Option<Token> {
    let text = section.text(key)?;
    named(section, key, text, dash)
}

pub(super) fn named(section: &Section<'_>, key: &str, text: &str, dash: bool) -> Option<Token> {
    let token: Token = section.meant(key, text)?;
    let good = match text {
        "-" => dash,
        _ => Version::Two.allows(token),
    };
    if !good {
        let sentence = format!("“{text}”不以数字或者英文字母开头。");
        section.refuse(key, &Fault::new(Code::NAME_START, "", sentence));
    }
    good.then_some(token)
}

struct Reading<'a> {
    root: Section<'a>,
    folder: &'a Path,
}

impl<'a> Reading<'a> {
    fn new(root: Section<'a>, folder: &'a Path) -> Self {
        not_of_one(&root);
        Self { root, folder }
    }

    /// PLAN, unless something is wrong, which is said then.
    fn announced(&self) -> Option<Announced> {
        let root = &self.root;
        root.only(KEYS);
        let campaign = name(root, "campaign", false);
        let attempt = self.attempt();
        let suite = self.suite();
        let document = self.document();
        let min_level = self.min_level();
        let assign = self.assign();
        let areas = self.names("areas");
        let leaders = self.names("leaders");
        let plan_seconds = root.maybe_number("plan-seconds");
        let freeze_seconds = root.maybe_number("freeze-seconds");
        let edition = suite.and_then(|suite| self.edition(suite));
        let drawn = Drawn::read(root);
        let named = Named::read(root);
        let (drawn, named) = (drawn?, named?);
        let mut areas = areas?;
        areas.sort_unstable();
        let record = PlanRecord {
            campaign: campaign?,
            suite: suite?,
            document: document?,
            items: drawn.items,
            rates: drawn.rates,
            drawn: drawn.drawn,
            teams: drawn.teams,
            assign: assign?,
            areas,
            leaders: leaders?,
            parties: named.parties,
            dice: named.dice,
            beacon: named.beacon,
            min_level: min_level?,
            plan_seconds: plan_seconds.unwrap_or(0),
            freeze_seconds: freeze_seconds.unwrap_or(0),
            edition: edition?,
        };
        let mut places = drawn.places;
        places.extend(KEYS.iter().map(|key| ((*key).to_owned(), root.place(key))));
        Some(Announced {
            record: self.readable(&record)?,
            attempt: attempt?,
            places,
        })
    }

    /// One grammar for everybody: what is printed must read back.
    fn readable(&self, record: &PlanRecord) -> Option<PlanRecord> {
        match PlanRecord::parse(record.to_string().as_bytes()) {
            Ok(record) => Some(record),
            Err(fault) => {
                let key = KEYS.iter().find(|key| fault.place.ends_with(**key));
                self.root.refuse(key.unwrap_or(&"campaign"), &fault);
                None
            }
        }
    }

    /// The plan with what FREEZE needs, unless something is wrong, which is said then.
    fn plan(&self) -> Option<Plan> {
        let announced = self.announced();
        let ceremony = announced
            .as_ref()
            .and_then(|plan| match plan.record.edition {
                PlanEdition::One { .. } => None,
                PlanEdition::Two { ceremony, .. } => Some(ceremony),
            });
        let sources = sources(&self.root, ceremony);
        let (announced, sources) = (announced?, sources?);
        let mut places = announced.places;
        places.extend(sources.places);
        Some(Plan {
            record: announced.record,
            attempt: announced.attempt,
            parties: sources.parties,
            reveal_from: sources.reveal_from,
            reveal_by: sources.reveal_by,
            beacon: sources.beacon,
            places,
        })
    }

    fn attempt(&self) -> Option<u32> {
        let number = self.root.number("attempt")?;
        let fit = u32::try_from(number).ok().filter(|number| *number > 0);
        if fit.is_none() {
            self.root.wrong(
                "CLI-303",
                "attempt",
                "应为 1 以上的整数：第几次抽取，作废一次加一。",
            );
        }
        fit
    }

    fn suite(&self) -> Option<Suite> {
        match self.root.maybe_text("suite") {
            None => (!self.root.has("suite")).then_some(Suite::Sha256),
            Some("sha256") => Some(Suite::Sha256),
            Some("sm3") => Some(Suite::Sm3),
            Some(_) => {
                self.root
                    .wrong("CLI-303", "suite", "只能写 \"sha256\" 或 \"sm3\"。");
                None
            }
        }
    }

    fn document(&self) -> Option<Digest> {
        let document: Digest = self.root.parsed("document")?;
        if document == Digest([0; 32]) {
            let sentence =
                "64 个 0 不是任何文件的摘要。请写已批准的实施方案文件的摘要（sha256sum 文件）。";
            self.root.wrong("CLI-307", "document", sentence);
            return None;
        }
        Some(document)
    }

    fn min_level(&self) -> Option<u8> {
        let level = self.root.number("min-level")?;
        let fit = u8::try_from(level).ok().filter(|level| *level <= 2);
        if fit.is_none() {
            let sentence = "只能写 0（演练）、1（两个见证方或一个公共随机源）、2（两者都要）。";
            self.root.wrong("CLI-303", "min-level", sentence);
        }
        fit
    }

    fn assign(&self) -> Option<Assign> {
        let word = self.root.text("assign")?;
        match (word, self.root.has("groups")) {
            ("pairs", false) => Some(Assign::Pairs),
            ("groups", true) => self.root.number("groups").map(Assign::Groups),
            _ => {
                let sentence =
                    "应为 assign = \"pairs\"，或者 assign = \"groups\" 并写明 groups = 组数。";
                self.root.wrong("CLI-303", "assign", sentence);
                None
            }
        }
    }

    fn names(&self, key: &str) -> Option<Vec<Token>> {
        let words = self.root.texts(key)?;
        let names = words.into_iter();
        let names: Vec<_> = names
            .map(|word| named(&self.root, key, word, false))
            .collect();
        names.into_iter().collect()
    }

    /// The rules the campaign obeys and the announced time, which every plan names.
    fn edition(&self, suite: Suite) -> Option<PlanEdition> {
        let root = &self.root;
        let rulebook: Option<RulebookName> = root.parsed("rulebook");
        let rulebook_hash = self.rulebook_hash(suite);
        let ceremony = root.time("ceremony");
        Some(PlanEdition::Two {
            rulebook: rulebook?,
            rulebook_hash: rulebook_hash?,
            ceremony: ceremony?,
        })
    }

    /// The hash of the published text of the rules, which lies beside the plan.
    fn rulebook_hash(&self, suite: Suite) -> Option<Digest> {
        let path = self.folder.join(self.root.text("rulebook-text")?);
        match std::fs::read(&path) {
            Ok(text) if !text.is_empty() => Some(suite.bytes(&text)),
            Ok(_) => {
                self.root
                    .wrong("CLI-308", "rulebook-text", "细则文本是空文件。");
                None
            }
            Err(error) => {
                let why = ::verify::disk::why(&error);
                let sentence = format!("读不出细则文本 {}：{why}", path.display());
                self.root.wrong("CLI-308", "rulebook-text", sentence);
                None
            }
        }
    }
}

/// Refuses what is written as for `shuang/1`; the lines such a plan lacks are named one by one besides.
fn not_of_one(root: &Section<'_>) {
    if !root.has("ceremony") && !root.has("rulebook") {
        let sentence = "这是 shuang/1 的方案，新的抽取一律按 shuang/2。请照样表（mingqian draw --template 目录）补上四行：\
                        rulebook = \"细则版本名\"、rulebook-text = \"细则原文的文件名\"、ceremony = \"2026-12-01 09:30\"、\
                        reveal-from = \"2026-12-01 09:30\"；见证人用 mingqian nonce --campaign 任务编号 --attempt 次数 \
                        重新生成随机数和承诺值。已经按 shuang/1 冻结的目录照旧办完。";
        root.wrong("CLI-315", "rulebook", sentence);
    }
    if root.has("subject-reserve") {
        let sentence = "对象递补只有 shuang/1 才有，新的抽取一律按 shuang/2。请删去这一行。";
        root.wrong("CLI-305", "subject-reserve", sentence);
    }
}

/// The quotas of a rule whose text a person reads aloud: `pool 5/100` → 全部的 5/100.
pub(super) fn rule_words(rule: QuotaRule) -> String {
    match rule {
        QuotaRule::Pool(rate) => format!("全部可抽数的 {rate}，按各类比例分配"),
        QuotaRule::Ceiling => "各类分别按比例，向上取整".to_owned(),
        QuotaRule::Fixed(count) => format!("共 {count} 个，按各类比例分配"),
        QuotaRule::Full => "全部检查，抽取只决定批次先后".to_owned(),
    }
}
