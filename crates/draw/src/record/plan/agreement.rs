//! PLAN against FREEZE (§3.1): what was announced is what was frozen, quotas included.

use std::collections::BTreeMap;

use super::{PlanEdition, PlanRecord};
use crate::fault::{Code, Fault};
use crate::level::Level;
use crate::name::Stratum;
use crate::quota::{self, MERGED_CLASS, PoolClass, SamplingRate};
use crate::record::freeze::{FreezeRecord, Hours, StratumLine};
use crate::record::hash_of;
use crate::version::Version;

impl PlanRecord {
    /// Everything in which a FREEZE departs from this plan, quotas included. FREEZE decides under
    /// which version; a borrowed frame of `shuang/2` agrees in plan, campaign, suite, teams and least level
    /// only.
    #[must_use]
    pub fn disagreements(&self, freeze: &FreezeRecord) -> Vec<Fault> {
        let mut same = vec![
            ("plan", freeze.plan == hash_of(self.suite, self)),
            ("campaign", freeze.campaign == self.campaign),
            ("suite", freeze.suite == self.suite),
            ("team", freeze.teams == self.teams),
            // No attempt of shuang/1 is under a plan of shuang/2.
            ("shuang", self.version() <= freeze.version()),
        ];
        let borrowed = freeze.version() == Version::Two && freeze.extends.is_some();
        if !borrowed {
            same.extend(self.agreements(freeze));
        }
        let level = Level::announced(freeze).number();
        same.push(("min-level", level >= self.min_level));
        let mut faults: Vec<_> = same
            .into_iter()
            .filter(|(_, same)| !same)
            .map(|(key, _)| Fault::new(Code::PLAN, key, "与方案不同。"))
            .collect();
        if !borrowed {
            faults.extend(self.quota_disagreements(freeze.version(), &freeze.strata));
        }
        faults
    }

    /// What a frame that is not borrowed must agree in besides.
    fn agreements(&self, freeze: &FreezeRecord) -> Vec<(&'static str, bool)> {
        let drawn = freeze.inspector_draws.iter().map(|d| (d.stratum, d.drawn));
        let source = freeze.beacon.as_ref().map(|beacon| &beacon.source);
        let parties = freeze.parties.iter().map(|party| party.name);
        vec![
            ("draw-inspectors", drawn.eq(self.drawn.iter().copied())),
            ("assign", freeze.assign == self.assign),
            ("area", freeze.areas == self.areas),
            ("leader", freeze.leaders == self.leaders),
            ("party", parties.eq(self.parties.iter().copied())),
            ("dice", freeze.dice == self.dice),
            ("beacon", source == self.beacon.as_ref()),
            ("reveal-from", !self.begins_early(freeze.hours)),
        ]
    }

    /// Whether nonces would be accepted before the announced ceremony; a plan of `shuang/1`
    /// announces none.
    fn begins_early(&self, hours: Hours) -> bool {
        match (&self.edition, hours) {
            (PlanEdition::Two { ceremony, .. }, Hours::Two { reveal_from, .. }) => {
                reveal_from < *ceremony
            }
            _ => false,
        }
    }

    fn quota_disagreements(&self, version: Version, strata: &[StratumLine]) -> Vec<Fault> {
        let mut by_item: BTreeMap<&str, Vec<&StratumLine>> = BTreeMap::new();
        for line in strata {
            by_item.entry(line.stratum.item()).or_default().push(line);
        }
        let mut faults = Vec::new();
        for (item, lines) in by_item {
            let pools: Vec<_> = lines.iter().map(|l| (l.stratum.clone(), l.pool)).collect();
            match self.quotas_under(version, item, &pools) {
                Err(fault) => faults.push(fault),
                Ok(quotas) => faults.extend(
                    lines
                        .iter()
                        .zip(quotas)
                        .filter(|(l, q)| l.quota != q.drawn)
                        .map(|(l, q)| {
                            let sentence =
                                format!("按方案应抽 {} 个，写的是 {} 个。", q.drawn, l.quota);
                            Fault::new(Code::PLAN, l.stratum.as_str(), sentence)
                        }),
                ),
            }
        }
        faults
    }

    /// The quotas this plan gives the strata of one item under `shuang/1`, whose classes may be
    /// merged.
    ///
    /// # Errors
    /// An item or class the plan does not name, or classes that should (not) be merged.
    pub fn quotas_of(
        &self,
        item: &str,
        pools: &[(Stratum, u64)],
    ) -> Result<Vec<quota::Quota>, Fault> {
        self.quotas_under(Version::One, item, pools)
    }

    /// The quotas this plan gives the strata of one item under the version of a FREEZE.
    ///
    /// # Errors
    /// An item or class the plan does not name, classes that should (not) be merged, or rates
    /// without a common denominator the version allows.
    pub fn quotas_under(
        &self,
        version: Version,
        item: &str,
        pools: &[(Stratum, u64)],
    ) -> Result<Vec<quota::Quota>, Fault> {
        let rule = self
            .items
            .iter()
            .find(|rule| rule.item.as_str() == item)
            .map(|rule| rule.rule);
        let rule = rule.ok_or_else(|| Fault::new(Code::PLAN, item, "方案中没有这个事项。"))?;
        let merge = quota::merges(rule, pools.iter().map(|(_, pool)| pool).sum());
        let classes = pools.iter().map(|(stratum, pool)| {
            let merged = stratum.class() == MERGED_CLASS;
            let rate = self
                .rates
                .iter()
                .find(|(name, _)| name == stratum)
                .map(|(_, rate)| *rate);
            let rate = match (merge, merged) {
                (true, true) => SamplingRate::new(1, 1),
                (false, false) => rate,
                _ => None,
            };
            let missing = "类别不在方案之中，或者不足 20 个时没有合并、够 20 个时合并了类别。";
            let rate = rate.ok_or_else(|| Fault::new(Code::PLAN, stratum.as_str(), missing))?;
            Ok(PoolClass {
                stratum: stratum.clone(),
                pool: *pool,
                rate,
            })
        });
        quota::split_under(version, rule, &classes.collect::<Result<Vec<_>, Fault>>()?)
    }
}
