//! The four sealed files, written as streams: an order file of three million lines is 400 MB and
//! never stands in memory whole.

use std::io::{self, Write};
use std::num::NonZeroUsize;

use super::{Drawn, Order, order};
use crate::frame::Rows;
use crate::name::Token;
use crate::parallel;

impl Drawn {
    /// Writes `subjects.order`: `ticket stratum leafhash` of every draw leaf.
    ///
    /// # Errors
    /// The writer's.
    pub fn write_subjects_order(&self, out: &mut impl Write) -> io::Result<()> {
        let frozen = &self.frozen;
        write_order(out, &self.subjects, &frozen.frame.subjects, self.threads)
    }

    /// Writes `inspectors.order`, likewise.
    ///
    /// # Errors
    /// The writer's.
    pub fn write_inspectors_order(&self, out: &mut impl Write) -> io::Result<()> {
        let frozen = &self.frozen;
        write_order(
            out,
            &self.inspectors,
            &frozen.frame.inspectors,
            self.threads,
        )
    }

    /// Writes `teams.txt`: `<subject> <inspector>…` in visit order, `-` for an unfilled place.
    ///
    /// # Errors
    /// The writer's.
    pub fn write_teams(&self, out: &mut impl Write) -> io::Result<()> {
        for (at, visit) in self.visits.iter().enumerate() {
            out.write_all(team_line(visit.subject, &self.team(at)).as_bytes())?;
        }
        Ok(())
    }

    /// Writes `leaders.txt`: `<subject> <leader>` in visit order.
    ///
    /// # Errors
    /// The writer's.
    pub fn write_leaders(&self, out: &mut impl Write) -> io::Result<()> {
        for (visit, leader) in self.visits.iter().zip(&self.leaders) {
            out.write_all(format!("{} {leader}\n", visit.subject).as_bytes())?;
        }
        Ok(())
    }
}

/// One line of `teams.txt`.
fn team_line(subject: Token, members: &[Option<Token>]) -> String {
    let mut line = subject.to_string();
    for member in members {
        line.push(' ');
        line.push_str(member.as_ref().map_or("-", Token::as_str));
    }
    line.push('\n');
    line
}

/// Lines `ticket stratum leafhash` in the order of the tickets.
pub(super) fn write_order(
    out: &mut impl Write,
    order: &Order,
    rows: &Rows,
    threads: NonZeroUsize,
) -> io::Result<()> {
    parallel::write_blocks(out, order.lines(), threads, |block| {
        let mut text = Vec::with_capacity(block.len() * 144);
        for (ticket, leafhash, stratum) in block.iter().map(order::parts) {
            text.extend_from_slice(&ticket.hex());
            text.push(b' ');
            text.extend_from_slice(rows.stratum(stratum).as_bytes());
            text.push(b' ');
            text.extend_from_slice(&leafhash.hex());
            text.push(b'\n');
        }
        text
    })
}
