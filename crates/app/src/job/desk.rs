//! Whose turn it is in this process: at most so many at once, fair between owners, one at a time about
//! the same thing.

use std::collections::VecDeque;
use std::sync::Arc;

use domain::id::AccountId;
use store::job::StoredJob;
use tokio::sync::watch;

use super::{Kind, Run};

/// A job in the queue or at work.
#[derive(Clone)]
pub(super) struct Ticket {
    pub(super) kind: Arc<dyn Kind>,
    pub(super) run: Run,
    pub(super) end: watch::Sender<bool>,
    pub(super) ended: watch::Receiver<bool>,
}

impl Ticket {
    fn owner(&self) -> Option<&AccountId> {
        self.run.stored().account.as_ref()
    }

    fn about(&self) -> &str {
        &self.run.stored().about
    }
}

/// The jobs of this process.
#[derive(Default)]
pub(super) struct Desk {
    waiting: VecDeque<Ticket>,
    running: Vec<Ticket>,
    /// Orders of which nobody knows whether they were written down, and until when that is asked.
    doubted: Vec<(String, i64)>,
    /// Whether somebody sends signs of life.
    pub(super) beating: bool,
}

impl Desk {
    pub(super) fn waiting(&self) -> usize {
        self.waiting.len()
    }

    /// Nobody knows whether this order was written down.
    pub(super) fn doubt(&mut self, ordered: &StoredJob) {
        self.doubted
            .push((ordered.id.clone(), ordered.lease_until_ms));
    }

    /// The orders nobody knows of, which the caller asks about.
    pub(super) fn take_doubted(&mut self) -> Vec<(String, i64)> {
        std::mem::take(&mut self.doubted)
    }

    /// Puts back what is still not known.
    pub(super) fn put_back(&mut self, doubted: Vec<(String, i64)>) {
        self.doubted.extend(doubted);
    }

    /// Whether nothing is to be done or to be asked about.
    pub(super) fn is_idle(&self) -> bool {
        self.waiting.is_empty() && self.running.is_empty() && self.doubted.is_empty()
    }

    pub(super) fn enter(&mut self, ticket: Ticket) {
        self.waiting.push_back(ticket);
    }

    /// The next to run: of those whose thing nobody works on, the oldest of the owner who has the
    /// fewest at work.
    pub(super) fn next(&mut self, at_once: usize) -> Option<Ticket> {
        if self.running.len() >= at_once {
            return None;
        }
        let running: Vec<_> = self.running.iter().map(claim).collect();
        let waiting: Vec<_> = self.waiting.iter().map(claim).collect();
        let ticket = self.waiting.remove(turn(&waiting, &running)?)?;
        self.running.push(ticket.clone());
        Some(ticket)
    }

    pub(super) fn leave(&mut self, id: &str) {
        self.running.retain(|ticket| ticket.run.id() != id);
    }

    /// Takes a job out of the queue; none if it does not wait here.
    pub(super) fn withdraw(&mut self, id: &str) -> Option<Ticket> {
        let at = self
            .waiting
            .iter()
            .position(|ticket| ticket.run.id() == id)?;
        self.waiting.remove(at)
    }

    fn all(&self) -> impl Iterator<Item = &Ticket> {
        self.running.iter().chain(&self.waiting)
    }

    /// Every run of this process, those at work first.
    pub(super) fn runs(&self) -> Vec<Run> {
        self.all().map(|ticket| ticket.run.clone()).collect()
    }

    pub(super) fn run_of(&self, id: &str) -> Option<Run> {
        let found = self.all().find(|ticket| ticket.run.id() == id);
        found.map(|ticket| ticket.run.clone())
    }

    pub(super) fn about(&self, about: &str) -> Vec<Run> {
        let found = self.all().filter(|ticket| ticket.about() == about);
        found.map(|ticket| ticket.run.clone()).collect()
    }

    pub(super) fn ending_of(&self, about: &str) -> Option<watch::Receiver<bool>> {
        let found = self.all().find(|ticket| ticket.about() == about);
        found.map(|ticket| ticket.ended.clone())
    }
}

/// Owner and thing of a job.
type Claim<'t> = (Option<&'t AccountId>, &'t str);

fn claim(ticket: &Ticket) -> Claim<'_> {
    (ticket.owner(), ticket.about())
}

/// The place in the queue of the one whose turn it is.
fn turn(waiting: &[Claim<'_>], running: &[Claim<'_>]) -> Option<usize> {
    let free = waiting
        .iter()
        .enumerate()
        .filter(|(_, (_, about))| !running.iter().any(|(_, busy)| busy == about));
    free.min_by_key(|(at, (owner, _))| {
        let at_work = running.iter().filter(|(other, _)| other == owner).count();
        (at_work, *at)
    })
    .map(|(at, _)| at)
}

#[cfg(test)]
mod tests;
