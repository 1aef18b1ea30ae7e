//! How many are drawn, by a plan: items with their rules and rates, kinds of inspectors with their numbers.
//!
//! Deliberately absent: the pools, which nobody knows when a plan is written.

use std::collections::BTreeMap;

use ::draw::quota::SamplingRate;
use ::draw::record::TeamSize;
use ::draw::record::plan::ItemRule;
use ::draw::{Stratum, Token};

use super::plan_file::{name, named};
use super::plan_text::Section;

/// What the sections of items and kinds of inspectors say.
#[derive(Default)]
pub(super) struct Drawn {
    pub(super) items: Vec<ItemRule>,
    pub(super) rates: Vec<(Stratum, SamplingRate)>,
    pub(super) drawn: Vec<(Token, u64)>,
    pub(super) teams: Vec<TeamSize>,
    pub(super) places: BTreeMap<String, String>,
}

impl Drawn {
    /// Items with their rates, kinds of inspectors with their numbers.
    pub(super) fn read(root: &Section<'_>) -> Option<Self> {
        let mut drawn = Self::default();
        let mut whole = true;
        for key in ["item", "authority"] {
            let sections = root.sections(key)?;
            if sections.is_empty() {
                root.wrong("CLI-302", key, format!("至少写一段 [[{key}]]。"));
            }
            whole &= !sections.is_empty();
            for section in sections {
                let read = match key {
                    "item" => drawn.item(&section),
                    _ => drawn.authority(&section),
                };
                whole &= read.is_some();
            }
        }
        drawn.items.sort_by_key(|item| item.item);
        drawn.rates.sort_by(|a, b| a.0.cmp(&b.0));
        whole.then_some(drawn)
    }

    fn item(&mut self, section: &Section<'_>) -> Option<()> {
        section.only(&["code", "rule", "classes"]);
        let code = name(section, "code", true);
        let rule = section.text("rule");
        let classes = section.section("classes");
        let (code, rule, classes) = (code?, rule?, classes?);
        for place in [code.to_string(), format!("item {code}")] {
            self.places.insert(place, section.place("rule"));
        }
        self.items
            .push(section.meant("rule", &format!("{code} {rule}"))?);
        let mut whole = true;
        for (class, rate) in classes.pairs() {
            let token = named(&classes, class, class, false);
            let rate = rate.and_then(|rate| classes.meant(class, rate));
            let Some((token, rate)) = token.zip(rate) else {
                whole = false;
                continue;
            };
            let stratum = Stratum::of(code, token);
            self.places
                .insert(stratum.to_string(), classes.place(class));
            self.rates.push((stratum, rate));
        }
        whole.then_some(())
    }

    fn authority(&mut self, section: &Section<'_>) -> Option<()> {
        section.only(&["code", "drawn", "team"]);
        let code = name(section, "code", true);
        let (count, size) = (section.number("drawn"), section.number("team"));
        let (stratum, count, size) = (code?, count?, size?);
        self.places
            .insert(stratum.to_string(), section.place("drawn"));
        self.drawn.push((stratum, count));
        self.teams.push(TeamSize { stratum, size });
        Some(())
    }
}
