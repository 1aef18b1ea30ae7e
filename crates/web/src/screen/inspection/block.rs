//! One block of the checklist: what is examined, what was typed, what is wrong with it.
//!
//! A block goes through three forms: the stored result, what was typed, and the result that would be
//! stored. Nothing typed is ever turned into a value silently: what cannot be read is an error beside
//! the block, and the text stays.

use app::inspection::{Entered, VisitView, print_of_result};
use askama::Template;
use domain::catalog::{Criterion, InspectionItem};
use domain::inspection::{EvidenceGiven, InspectionState, ItemResult, Sheet, Verdict};
use domain::refusal::{Code, Refusal};
use domain::time::Date;

use crate::form::Submitted;

static NO_VERDICT: Code = Code::new(
    "INSP-040",
    "{id} 还没有选结果。",
    None,
    "选合格、不合格、未检查或合理缺项，再保存。",
);
static NOT_A_COUNT: Code = Code::new(
    "INSP-041",
    "{id} 的照片张数“{typed}”不是 0 到 255 的整数。",
    None,
    "填拍了几张，没有拍填 0。",
);
static CHANGED_MEANWHILE: Code = Code::new(
    "INSP-042",
    "{id} 在您填写时已由同组另一人存为“{now}”，这一项没有保存。",
    None,
    "与同组核对；仍要按您填的保存的，再按一次保存。",
);

/// What was typed into one block, as typed.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Typed {
    pub(super) verdict: String,
    pub(super) photos: String,
    pub(super) video: bool,
    pub(super) document: bool,
    pub(super) reading: String,
    pub(super) report: String,
    pub(super) note: String,
}

/// One criterion of one item with everything its block shows.
#[derive(Debug, Clone, Template)]
#[template(path = "screen/inspection/block.html")]
pub(super) struct Block<'a> {
    item: &'a InspectionItem,
    criterion: &'a Criterion,
    stored: Option<&'a ItemResult>,
    pub(super) key: String,
    pub(super) typed: Typed,
    was: String,
    in_force: bool,
    /// Whether its law carries an order, as far as the revision says.
    ordered: bool,
    pub(super) faults: Vec<Refusal>,
}

impl askama::filters::HtmlSafe for Block<'_> {}

const VERDICTS: &[Verdict] = Verdict::ALL;

fn print(stored: Option<&ItemResult>) -> String {
    print_of_result(stored).to_string()
}

fn given(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| text.to_owned())
}

impl Typed {
    fn of_stored(result: &ItemResult) -> Self {
        let evidence = &result.evidence;
        Self {
            verdict: result.verdict.name().to_owned(),
            photos: if evidence.photos == 0 {
                String::new()
            } else {
                evidence.photos.to_string()
            },
            video: evidence.video,
            document: evidence.document,
            reading: evidence.reading.clone().unwrap_or_default(),
            report: evidence.report.clone().unwrap_or_default(),
            note: result.note.clone().unwrap_or_default(),
        }
    }

    fn of_form(sent: &Submitted, key: &str) -> Self {
        let text = |kind: &str| sent.first(&format!("{kind}.{key}")).to_owned();
        Self {
            verdict: text("verdict"),
            photos: text("photos"),
            video: text("video") == "1",
            document: text("document") == "1",
            reading: text("reading"),
            report: text("report"),
            note: text("note"),
        }
    }

    pub(super) fn is_blank(&self) -> bool {
        *self == Self::default()
    }

    /// The pairs a form would send for this block.
    pub(super) fn pairs(&self, key: &str) -> Vec<(String, String)> {
        let tick = |on: bool| if on { "1" } else { "" };
        let all = [
            ("verdict", self.verdict.as_str()),
            ("photos", &self.photos),
            ("video", tick(self.video)),
            ("document", tick(self.document)),
            ("reading", &self.reading),
            ("report", &self.report),
            ("note", &self.note),
        ];
        let filled = all.iter().filter(|(_, text)| !text.is_empty());
        filled
            .map(|(kind, text)| (format!("{kind}.{key}"), (*text).to_owned()))
            .collect()
    }
}

impl<'a> Block<'a> {
    /// The blocks of a visit in the order of the checklist, filled from the form if it was sent (or
    /// kept as a draft), else from what is stored.
    pub(super) fn all(view: &'a VisitView, sent: Option<&Submitted>, on: Date) -> Vec<Self> {
        let stored = match &view.stored.visit.state {
            InspectionState::Opened(opened) => Some(&opened.sheet),
            _ => None,
        };
        let mut blocks = Vec::new();
        for item in &view.items {
            for criterion in &item.terms.criteria {
                blocks.push(Self::one(item, criterion, stored, sent, on));
            }
        }
        blocks
    }

    fn one(
        item: &'a InspectionItem,
        criterion: &'a Criterion,
        sheet: Option<&'a Sheet>,
        sent: Option<&Submitted>,
        on: Date,
    ) -> Self {
        let key = format!("{}.{}", item.id, criterion.id);
        let stored = sheet.and_then(|sheet| {
            sheet
                .iter()
                .find(|known| known.item == item.id && known.criterion == criterion.id)
        });
        let field = format!("was.{key}");
        let was_sent = sent.map_or("", |sent| sent.first(&field)).to_owned();
        let typed = match sent {
            // A draft keeps only the blocks that were not saved; the others are as stored.
            Some(sent) if !was_sent.is_empty() => Typed::of_form(sent, &key),
            _ => stored.map(Typed::of_stored).unwrap_or_default(),
        };
        let was = if was_sent.is_empty() {
            print(stored)
        } else {
            was_sent
        };
        let in_force = criterion.basis.iter().any(|key| {
            item.terms
                .legal_basis
                .iter()
                .any(|cited| cited.key == *key && cited.in_force(on))
        });
        Self {
            item,
            criterion,
            stored,
            key,
            typed,
            was,
            in_force,
            ordered: item.carries_order(criterion, on) != Some(false),
            faults: Vec::new(),
        }
    }

    /// Whether what was typed differs from what is stored.
    pub(super) fn is_changed(&self) -> bool {
        let stored = self.stored.map(Typed::of_stored).unwrap_or_default();
        let trimmed = |typed: &Typed| Typed {
            photos: if typed.photos.trim() == "0" {
                String::new()
            } else {
                typed.photos.trim().to_owned()
            },
            reading: typed.reading.trim().to_owned(),
            report: typed.report.trim().to_owned(),
            note: typed.note.trim().to_owned(),
            ..typed.clone()
        };
        trimmed(&self.typed) != trimmed(&stored)
    }

    /// The result to be stored, or every fault of the block, which it keeps to show.
    pub(super) fn result(&mut self, items: &[InspectionItem]) -> Option<Entered> {
        match self.read().and_then(|result| {
            Sheet::default()
                .record(std::slice::from_ref(&result), items)
                .map(|_| result)
        }) {
            Ok(result) => Some(Entered {
                result,
                instead_of: print_of_result(self.stored),
            }),
            Err(faults) => {
                self.faults = faults;
                None
            }
        }
    }

    fn read(&mut self) -> Result<ItemResult, Vec<Refusal>> {
        let id = &self.criterion.id;
        let mut faults = Vec::new();
        // The same words saved twice are no conflict: the second press of one form comes here too.
        if self.was != print(self.stored) && self.is_changed() {
            let now = self
                .stored
                .map_or("没有结果", |stored| stored.verdict.label());
            faults.push(CHANGED_MEANWHILE.refuse(&[("id", id), ("now", &now)]));
            self.was = print(self.stored);
        }
        let verdict = Verdict::parse(&self.typed.verdict);
        if verdict.is_none() {
            faults.push(NO_VERDICT.refuse(&[("id", id)]));
        }
        let typed = domain::text::narrow(&self.typed.photos);
        let photos = if typed.is_empty() {
            Ok(0)
        } else {
            typed.parse::<u8>()
        };
        if photos.is_err() {
            faults.push(NOT_A_COUNT.refuse(&[("id", id), ("typed", &typed)]));
        }
        match (verdict, photos) {
            (Some(verdict), Ok(photos)) if faults.is_empty() => Ok(ItemResult {
                item: self.item.id.clone(),
                criterion: id.clone(),
                verdict,
                evidence: EvidenceGiven {
                    photos,
                    video: self.typed.video,
                    document: self.typed.document,
                    reading: given(&self.typed.reading),
                    report: given(&self.typed.report),
                },
                note: given(&self.typed.note),
            }),
            _ => Err(faults),
        }
    }

    /// The id of the block on the page.
    pub(super) fn anchor(&self) -> String {
        format!("b-{}", self.key)
    }

    /// The fingerprint of what was stored when the block was shown.
    pub(super) fn fingerprint(&self) -> (String, String) {
        (format!("was.{}", self.key), self.was.clone())
    }

    fn is_stored(&self) -> bool {
        self.stored.is_some()
    }

    /// What must be shown, in words.
    fn demands(&self) -> String {
        EvidenceGiven::default()
            .missing(&self.criterion.evidence)
            .join("、")
    }

    fn verdicts(&self) -> &'static [Verdict] {
        VERDICTS
    }
}
