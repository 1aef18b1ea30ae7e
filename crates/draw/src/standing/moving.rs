//! Who takes a place that becomes free: reserves in order, then the drawn with the least open load.

use std::collections::{BTreeMap, BTreeSet};

use super::{Standing, VisitState};
use crate::name::Token;
use crate::record::Move;
use crate::ticket::{Scope, TicketMaker};

impl Standing {
    /// Moves the places of a person in these open visits, in visit order.
    ///
    /// The reserves that are unused when this begins stay eligible for all of its visits, so that
    /// the first of them takes every visit he may.
    pub(super) fn move_places(&mut self, leaving: Token, visits: &[usize]) -> Vec<Move> {
        let Some((pool, place_range)) = self.stratum_of(leaving) else {
            return Vec::new();
        };
        let reserves: Vec<usize> = (0..self.pools[pool].reserve.len())
            .filter(|at| !self.pools[pool].used[*at])
            .filter(|at| !self.withdrawn.contains(&self.pools[pool].reserve[*at].id))
            .collect();
        let mut loads = self.open_loads();
        let mut took: BTreeSet<usize> = BTreeSet::new();
        let mut moves = Vec::new();
        for at in visits {
            let places = place_range.clone();
            let Some(place) = places
                .into_iter()
                .find(|p| self.visits[*at].team[*p] == Some(leaving))
            else {
                continue;
            };
            let reserve = reserves
                .iter()
                .find(|r| self.fits(*at, self.pools[pool].reserve[**r].id));
            took.extend(reserve.copied());
            let new = match reserve {
                Some(reserve) => Some(self.pools[pool].reserve[*reserve].id),
                None => self.least_loaded(*at, pool, &loads),
            };
            if let Some(id) = new {
                *loads.entry(id).or_insert(0) += 1;
            }
            self.visits[*at].team[place] = new;
            let stratum = self.pools[pool].stratum;
            moves.push(Move {
                visit: *at as u64 + 1,
                stratum,
                old: Some(leaving),
                new,
            });
        }
        for reserve in took {
            self.pools[pool].used[reserve] = true;
        }
        moves
    }

    /// The pool of a person and the places of its stratum in a team.
    fn stratum_of(&self, person: Token) -> Option<(usize, std::ops::Range<usize>)> {
        let mut first = 0;
        for (at, pool) in self.pools.iter().enumerate() {
            if pool
                .drawn
                .iter()
                .chain(&pool.reserve)
                .any(|member| member.id == person)
            {
                return Some((at, first..first + pool.size));
            }
            first += pool.size;
        }
        None
    }

    /// Whether a person may join the team of a visit.
    fn fits(&self, visit: usize, person: Token) -> bool {
        let visit = &self.visits[visit];
        !self.withdrawn.contains(&person)
            && !visit.team.contains(&Some(person))
            && !self.recused.of(visit.subject).contains(&person)
    }

    /// The drawn inspector of the stratum with the least (open load, team ticket, id) who may join.
    fn least_loaded(
        &self,
        visit: usize,
        pool: usize,
        loads: &BTreeMap<Token, u64>,
    ) -> Option<Token> {
        let scope = Scope::Team(self.visits[visit].subject);
        let mut tickets = TicketMaker::new(self.suite, &self.seed, scope);
        let drawn = self.pools[pool]
            .drawn
            .iter()
            .filter(|member| self.fits(visit, member.id));
        drawn
            .min_by_key(|member| {
                let load = loads.get(&member.id).copied().unwrap_or(0);
                (
                    load,
                    tickets.ticket(member.id.as_bytes(), &member.salt),
                    member.id,
                )
            })
            .map(|member| member.id)
    }

    /// Open visits per person.
    fn open_loads(&self) -> BTreeMap<Token, u64> {
        let mut loads = BTreeMap::new();
        let open = self
            .visits
            .iter()
            .filter(|visit| visit.state == VisitState::Open);
        for member in open.flat_map(|visit| visit.team.iter().flatten()) {
            *loads.entry(*member).or_insert(0) += 1;
        }
        loads
    }
}
