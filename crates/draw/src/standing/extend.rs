//! EXTEND: borrowed inspectors, drawn from their own frozen frame, fill unfilled places.

use std::collections::BTreeMap;

use super::{Standing, VisitState};
use crate::fault::{Code, Fault};
use crate::name::Token;
use crate::record::Move;
use crate::select::{Drawn, StratumPool};
use crate::ticket::{Scope, TicketMaker};

impl Standing {
    /// Takes in a borrowed draw (§6.4) and counts the act.
    pub(super) fn take_in(&mut self, borrowed: &Drawn) -> Result<Vec<Move>, Fault> {
        self.check_extension(borrowed)?;
        for (inspector, subject) in &borrowed.frozen().frame().recusals {
            self.recused.add(*inspector, *subject);
        }
        let mut guests = borrowed.teams().pools().to_vec();
        let mut moves = Vec::new();
        for at in 0..self.visits.len() {
            if self.visits[at].state == VisitState::Open {
                self.fill(at, borrowed, &mut guests, &mut moves);
            }
        }
        for (pool, guest) in self.pools.iter_mut().zip(guests) {
            pool.drawn.extend(guest.drawn);
            pool.reserve.extend(guest.reserve);
            pool.used.extend(guest.used);
        }
        self.sequence += 1;
        Ok(moves)
    }

    fn check_extension(&self, borrowed: &Drawn) -> Result<(), Fault> {
        let record = borrowed.frozen().record();
        let wrong = |place: &str, sentence: &str| Err(Fault::new(Code::EXTENSION, place, sentence));
        if record.extends != Some(self.attempt.freeze)
            || record.campaign != self.attempt.campaign
            || record.attempt != self.attempt.attempt
            || record.suite != self.suite
        {
            return wrong("extends", "增补的不是这次抽取。");
        }
        let teams = self
            .pools
            .iter()
            .map(|pool| (pool.stratum, pool.size as u64));
        if !teams.eq(record.teams.iter().map(|team| (team.stratum, team.size))) {
            return wrong("team", "分层或者每组人数与原次抽取不同。");
        }
        let known = borrowed
            .frozen()
            .frame()
            .inspectors
            .iter()
            .find(|view| self.knows(view.id));
        match known {
            Some(view) => wrong(view.id.as_str(), "该人员已在原次抽取之中。"),
            None => Ok(()),
        }
    }

    fn fill(
        &mut self,
        at: usize,
        borrowed: &Drawn,
        guests: &mut [StratumPool],
        moves: &mut Vec<Move>,
    ) {
        let subject = self.visits[at].subject;
        let mut tickets = TicketMaker::new(self.suite, &borrowed.seed(), Scope::Team(subject));
        let mut place = 0;
        for guest in guests {
            for _ in 0..guest.size {
                if self.visits[at].team[place].is_none() {
                    let new = self.guest_for(at, guest, &mut tickets);
                    self.visits[at].team[place] = new;
                    let stratum = guest.stratum;
                    moves.push(Move {
                        visit: at as u64 + 1,
                        stratum,
                        old: None,
                        new,
                    });
                }
                place += 1;
            }
        }
    }

    fn guest_for(
        &self,
        at: usize,
        guest: &mut StratumPool,
        tickets: &mut TicketMaker,
    ) -> Option<Token> {
        let visit = &self.visits[at];
        let recused = self.recused.of(visit.subject);
        let fits = |id: Token| !recused.contains(&id) && !visit.team.contains(&Some(id));
        let by_ticket: BTreeMap<_, usize> = guest
            .drawn
            .iter()
            .enumerate()
            .filter(|(_, member)| fits(member.id))
            .map(|(n, member)| {
                let ticket = tickets.ticket(member.id.as_bytes(), &member.salt);
                ((member.load, ticket, member.id), n)
            })
            .collect();
        match by_ticket.into_values().next() {
            Some(n) => {
                guest.drawn[n].load += 1;
                Some(guest.drawn[n].id)
            }
            None => guest.take_reserve(fits),
        }
    }
}
