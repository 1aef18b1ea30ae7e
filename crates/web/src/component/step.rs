//! Where a campaign or an import stands.

use askama::Template;

use super::fragment::markup;

/// The ten steps of a campaign in their lawful order.
const CAMPAIGN_STEPS: [&str; 10] = [
    "草稿", "报批", "批准", "冻结", "承诺", "抽取", "检查", "结束", "报告", "归档",
];

/// The step bar of a campaign: done with date, now, to come with its term.
#[derive(Debug, Clone, Template)]
#[template(path = "component/step_bar.html")]
pub struct StepBar {
    notes: [String; 10],
    now: usize,
    given_up: Option<String>,
}

impl StepBar {
    /// A bar whose current step is `now` (0 草稿 … 9 归档; beyond means all done).
    /// `notes` are the dates of done steps and the terms of coming ones.
    #[must_use]
    pub fn campaign(now: usize, notes: [String; 10]) -> Self {
        Self {
            notes,
            now,
            given_up: None,
        }
    }

    /// Stops the bar: the campaign was given up at the current step for this reason.
    #[must_use]
    pub fn given_up(mut self, reason: impl Into<String>) -> Self {
        self.given_up = Some(reason.into());
        self
    }

    fn steps(&self) -> impl Iterator<Item = (&'static str, &str, &'static str)> {
        CAMPAIGN_STEPS.iter().enumerate().map(|(place, name)| {
            let state = match place.cmp(&self.now) {
                std::cmp::Ordering::Less => "done",
                std::cmp::Ordering::Equal if self.given_up.is_none() => "now",
                std::cmp::Ordering::Equal => "stop",
                std::cmp::Ordering::Greater => "",
            };
            (*name, self.notes[place].as_str(), state)
        })
    }
}

/// The same progress in a list: ten small marks, always beside a badge in words.
#[derive(Debug, Clone, Copy, Template)]
#[template(
    source = r#"<span class="pips" aria-hidden="true">{% for place in 0..10 %}<i{% if place < reached %} class="y"{% endif %}></i>{% endfor %}</span>"#,
    ext = "html"
)]
pub struct Pips {
    reached: usize,
}

impl Pips {
    /// Marks with `reached` of ten steps filled.
    #[must_use]
    pub fn new(reached: usize) -> Self {
        Self { reached }
    }
}

/// The steps of a longer entry, such as an import, with the present one marked.
#[derive(Debug, Clone, Template)]
#[template(path = "component/wizard.html")]
pub struct Wizard {
    label: &'static str,
    names: &'static [&'static str],
    now: usize,
}

impl Wizard {
    /// The five steps of an import, counted from 0.
    #[must_use]
    pub fn import(now: usize) -> Self {
        Self {
            label: "导入进度",
            names: &["选文件", "对列名", "预览", "选择", "回执"],
            now,
        }
    }
}

markup!(StepBar, Pips, Wizard);
