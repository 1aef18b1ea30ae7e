//! Teams (执法检查组): which drawn inspectors go to which subject, by pairs or by groups (§3.4–3.5).
//!
//! Load first, then ticket: work is spread evenly and chance decides only between equals. A place
//! nobody can take is written `-`, never filled by choice.

use super::pool::{Member, Recused, StratumPool};
use super::{Order, Visit};
use crate::digest::{Digest, Suite};
use crate::freeze::Frozen;
use crate::name::Token;
use crate::record::freeze::Assign;
use crate::ticket::{Scope, TicketMaker};

/// The teams of all visits, and what is left of the reserve.
#[doc(alias = "执法检查组")]
#[derive(Clone, Debug)]
pub struct Teams {
    pub(crate) pools: Vec<StratumPool>,
    /// All places of all visits, one team after the other.
    places: Vec<Option<Token>>,
    per_team: usize,
    group_loads: Vec<u64>,
}

/// What every rule of assignment needs to know.
struct Context<'a> {
    suite: Suite,
    seed: &'a Digest,
    frozen: &'a Frozen,
    recused: &'a Recused,
}

impl Teams {
    /// Assigns every visit, in visit order.
    pub(crate) fn assign(
        frozen: &Frozen,
        seed: &Digest,
        order: &Order,
        visits: &[Visit],
        recused: &Recused,
    ) -> Self {
        let mut pools = pools(frozen, order);
        let context = Context {
            suite: frozen.record.suite,
            seed,
            frozen,
            recused,
        };
        let per_team = pools.iter().map(|pool| pool.size).sum();
        let mut places = Vec::with_capacity(per_team * visits.len());
        let mut group_loads = Vec::new();
        match frozen.record.assign {
            Assign::Pairs => {
                for visit in visits {
                    pairs(&context, &mut pools, visit, &mut places);
                }
            }
            Assign::Groups(groups) => {
                let mut dealt = Groups::deal(&context, &pools, groups);
                for visit in visits {
                    dealt.serve(&context, &mut pools, visit, &mut places);
                }
                group_loads = dealt.loads;
            }
        }
        Self {
            pools,
            places,
            per_team,
            group_loads,
        }
    }

    /// The team of the n-th visit (from 0).
    #[must_use]
    pub fn of(&self, visit: usize) -> Vec<Option<Token>> {
        self.places[visit * self.per_team..][..self.per_team].to_vec()
    }

    /// Drawn and reserve inspectors per stratum, in the order of `team`.
    #[must_use]
    pub fn pools(&self) -> &[StratumPool] {
        &self.pools
    }

    /// Visits per group (from group 1); empty for pairs.
    #[must_use]
    pub fn group_loads(&self) -> &[u64] {
        &self.group_loads
    }

    /// How many places nobody could take.
    #[must_use]
    pub fn unfilled(&self) -> usize {
        self.places.iter().filter(|place| place.is_none()).count()
    }
}

/// Drawn and reserve of every team stratum.
fn pools(frozen: &Frozen, order: &Order) -> Vec<StratumPool> {
    let rows = &frozen.frame.inspectors;
    let numbers = frozen
        .record
        .teams
        .iter()
        .zip(&frozen.record.inspector_draws);
    numbers
        .map(|(team, draw)| {
            let mut members = order.rows().iter().filter_map(|at| {
                let row = rows.rows[*at as usize];
                (rows.view(row).stratum == team.stratum.as_str()).then_some(Member {
                    id: row.id,
                    salt: frozen.inspector_salts[*at as usize],
                    load: 0,
                })
            });
            let drawn: Vec<_> = members.by_ref().take(index(draw.drawn)).collect();
            let reserve: Vec<_> = members.collect();
            let used = vec![false; reserve.len()];
            StratumPool {
                stratum: team.stratum,
                size: index(team.size),
                drawn,
                reserve,
                used,
            }
        })
        .collect()
}

/// A count of people, all of whom stand in memory.
fn index(count: u64) -> usize {
    usize::try_from(count).expect("FREEZE was accepted, so the count is one of rows in memory")
}

/// §3.4: per stratum the t drawn inspectors that are least in (load, ticket, id), then reserves.
fn pairs(
    context: &Context<'_>,
    pools: &mut [StratumPool],
    visit: &Visit,
    places: &mut Vec<Option<Token>>,
) {
    let recused = context.recused.of(visit.subject);
    let tickets = TicketMaker::new(context.suite, context.seed, Scope::Team(visit.subject));
    let mut makers = [tickets.clone(), tickets];
    for pool in pools {
        let taken = least_loaded(&pool.drawn, pool.size, recused, &mut makers);
        for at in &taken {
            pool.drawn[*at].load += 1;
            places.push(Some(pool.drawn[*at].id));
        }
        for _ in taken.len()..pool.size {
            places.push(pool.take_reserve(|id| !recused.contains(&id)));
        }
    }
}

/// Positions of the `wanted` least members in order of (load, ticket, id); tickets are computed
/// only where loads are equal.
fn least_loaded(
    members: &[Member],
    wanted: usize,
    recused: &[Token],
    makers: &mut [TicketMaker; 2],
) -> Vec<usize> {
    let mut free: Vec<usize> = (0..members.len())
        .filter(|at| !recused.contains(&members[*at].id))
        .collect();
    free.sort_unstable_by_key(|at| members[*at].load);
    let mut taken = Vec::with_capacity(wanted);
    for equal in free.chunk_by(|a, b| members[*a].load == members[*b].load) {
        let mut ranked = Vec::with_capacity(equal.len());
        for pair in equal.chunks(2) {
            let [one, two] = [pair[0], pair[pair.len() - 1]].map(|at| &members[at]);
            let ids = [one.id.as_bytes(), two.id.as_bytes()];
            let made = TicketMaker::two(makers, ids, [&one.salt, &two.salt]);
            ranked.extend(
                pair.iter()
                    .zip(made)
                    .map(|(at, ticket)| (ticket, members[*at].id, *at)),
            );
        }
        ranked.sort_unstable();
        taken.extend(
            ranked
                .into_iter()
                .map(|(_, _, at)| at)
                .take(wanted - taken.len()),
        );
        if taken.len() == wanted {
            break;
        }
    }
    taken
}

/// §3.5: fixed groups and their loads.
struct Groups {
    /// Per group, per stratum, positions among the drawn in order of dealing.
    members: Vec<Vec<Vec<usize>>>,
    loads: Vec<u64>,
    /// Group of each area, in the order of FREEZE's `area` lines.
    of_area: Vec<(Token, usize)>,
}

impl Groups {
    fn deal(context: &Context<'_>, pools: &[StratumPool], groups: u64) -> Self {
        let groups = index(groups);
        let members = (0..groups)
            .map(|group| {
                let dealt =
                    |pool: &StratumPool| (group..pool.drawn.len()).step_by(groups).collect();
                pools.iter().map(dealt).collect()
            })
            .collect();
        let mut tickets = TicketMaker::new(context.suite, context.seed, Scope::Area);
        let mut areas: Vec<_> = context
            .frozen
            .record
            .areas
            .iter()
            .map(|area| (tickets.unsalted(area.as_bytes()), *area))
            .collect();
        areas.sort_unstable();
        let of_area = areas
            .into_iter()
            .enumerate()
            .map(|(at, (_, area))| (area, at % groups))
            .collect();
        Self {
            members,
            loads: vec![0; groups],
            of_area,
        }
    }

    fn serve(
        &mut self,
        context: &Context<'_>,
        pools: &mut [StratumPool],
        visit: &Visit,
        places: &mut Vec<Option<Token>>,
    ) {
        let recused = context.recused.of(visit.subject);
        let group = self.choose(context, pools, visit, recused);
        self.loads[group] += 1;
        for (stratum, pool) in pools.iter_mut().enumerate() {
            for at in &self.members[group][stratum] {
                let member = pool.drawn[*at].id;
                places.push(match recused.contains(&member) {
                    false => Some(member),
                    true => pool.take_reserve(|id| !recused.contains(&id)),
                });
            }
        }
    }

    fn choose(
        &self,
        context: &Context<'_>,
        pools: &[StratumPool],
        visit: &Visit,
        recused: &[Token],
    ) -> usize {
        let clear = |group: &usize| {
            self.members[*group]
                .iter()
                .zip(pools)
                .all(|(members, pool)| {
                    members
                        .iter()
                        .all(|at| !recused.contains(&pool.drawn[*at].id))
                })
        };
        let row = visit.rows[0] as usize;
        let subjects = &context.frozen.frame.subjects;
        let area = subjects.view(subjects.rows[row]).area;
        let own = self.of_area.iter().find(|(name, _)| name.as_str() == area);
        if let Some((_, group)) = own.filter(|(_, group)| clear(group)) {
            return *group;
        }
        let mut tickets = TicketMaker::new(context.suite, context.seed, Scope::Team(visit.subject));
        let salt = &context.frozen.salts[row];
        let mut least = |groups: &mut dyn Iterator<Item = usize>| {
            groups.min_by_key(|group| {
                let number = (group + 1).to_string();
                (
                    self.loads[*group],
                    tickets.ticket(number.as_bytes(), salt),
                    *group,
                )
            })
        };
        let all = 0..self.loads.len();
        least(&mut all.clone().filter(clear))
            .or_else(|| least(&mut all.clone()))
            .expect("FREEZE is refused with no groups")
    }
}
