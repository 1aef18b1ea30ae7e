//! Small marks beside a fact: state, trust level, share. Each says in words what
//! its colour says.

use askama::Template;

use super::fragment::markup;
use crate::text::Address;

/// What a badge signals besides its words.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Tone {
    /// A plain fact.
    Plain,
    /// Under way.
    Active,
    /// Concluded, signed.
    Sound,
    /// Needs attention.
    Warning,
    /// Overdue, void, refused.
    Bad,
}

impl Tone {
    /// The class of the style sheet.
    pub(crate) fn class(self) -> &'static str {
        match self {
            Self::Plain => "",
            Self::Active => " on",
            Self::Sound => " ok",
            Self::Warning => " warn",
            Self::Bad => " bad",
        }
    }
}

/// A state in words, with a border.
#[derive(Debug, Clone, Template)]
#[template(
    source = r#"<span class="badge{{ tone.class() }}">{{ words }}</span>"#,
    ext = "html"
)]
pub struct Badge {
    tone: Tone,
    words: String,
}

impl Badge {
    /// A badge; the words are never shortened to a letter.
    #[must_use]
    pub fn new(tone: Tone, words: impl Into<String>) -> Self {
        Self {
            tone,
            words: words.into(),
        }
    }
}

/// How much a stranger may rely on a draw (`protocol.md`: trust levels).
#[doc(alias = "可信等级")]
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TrustLevel {
    /// 0: rehearsal, never for a real inspection.
    Rehearsal,
    /// 1: at least two independent parties gave randomness.
    Witnessed,
    /// 2: the parties and a public beacon.
    Beacon,
    /// 2 as well: the parties and public dice, which count for a beacon and rest on who saw them.
    Dice,
}

impl TrustLevel {
    fn number_and_word(self) -> &'static str {
        match self {
            Self::Rehearsal => "0 演练",
            Self::Witnessed => "1 见证",
            Self::Beacon => "2 信标",
            Self::Dice => "2 掷骰",
        }
    }

    fn tone(self) -> Tone {
        match self {
            Self::Rehearsal => Tone::Warning,
            Self::Witnessed => Tone::Plain,
            Self::Beacon | Self::Dice => Tone::Active,
        }
    }
}

/// The trust level with number and word, leading to what it means and what the
/// next level would have needed.
#[derive(Debug, Clone, Template)]
#[template(
    source = r#"<a class="badge{{ level.tone().class() }}" href="{{ meaning }}"><span class="sr">可信等级</span> {{ level.number_and_word() }}</a>"#,
    ext = "html"
)]
pub struct TrustBadge {
    level: TrustLevel,
    meaning: Address,
}

impl TrustBadge {
    /// The badge of a level; `meaning` is the page that explains it.
    #[must_use]
    pub fn new(level: TrustLevel, meaning: Address) -> Self {
        Self { level, meaning }
    }
}

/// A share drawn as a bar, always beside the words that say it.
#[derive(Debug, Clone, Template)]
#[template(path = "component/meter.html")]
pub struct Meter {
    permille: u32,
    goal_permille: Option<u32>,
}

impl Meter {
    /// A bar of `part` in `whole`, full at most; nothing of nothing is an empty bar.
    #[must_use]
    pub fn share(part: u64, whole: u64) -> Self {
        let permille = u128::from(part) * 1000 / u128::from(whole.max(1));
        Self {
            permille: u32::try_from(permille.min(1000)).expect("at most 1000"),
            goal_permille: None,
        }
    }

    /// Adds the dark tick of a goal, in tenths of a percent.
    #[must_use]
    pub fn with_goal(mut self, permille: u32) -> Self {
        self.goal_permille = Some(permille.min(1000));
        self
    }
}

markup!(Badge, TrustBadge, Meter);
