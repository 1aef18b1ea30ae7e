//! The order of the tickets: every leaf of one kind, and those that are drawn from, least ticket
//! first.
//!
//! What the order files print stands in printing order, so that they are written from front to back
//! of memory however often they are hashed, written and compared. Deliberately absent: names.

use std::num::NonZeroUsize;

use crate::digest::Digest;
use crate::frame::Rows;
use crate::name::Token;
use crate::parallel;
use crate::ticket::TicketMaker;

/// Tickets and order of one kind of leaf.
#[derive(Clone, Debug)]
pub(crate) struct Order {
    /// The ticket of every row of the frame.
    tickets: Vec<Digest>,
    /// The `draw` rows in order (ticket, stratum).
    rows: Vec<u32>,
    lines: Vec<OrderLine>,
}

/// What a line of an order file prints: ticket (32 bytes), leaf hash (32), rank of the stratum in the
/// frame (4). Bytes, because a column of zero bytes comes from the operating system untouched, and
/// the threads that fill it share the work of touching it first.
pub(crate) type OrderLine = [u8; 68];

/// Ticket, leaf hash and rank of the stratum of a line.
pub(crate) fn parts(line: &OrderLine) -> (Digest, Digest, usize) {
    let (mut ticket, mut leafhash, mut stratum) = ([0; 32], [0; 32], [0; 4]);
    ticket.copy_from_slice(&line[..32]);
    leafhash.copy_from_slice(&line[32..64]);
    stratum.copy_from_slice(&line[64..]);
    let stratum = u32::from_ne_bytes(stratum) as usize;
    (Digest(ticket), Digest(leafhash), stratum)
}

impl Order {
    /// Ranks the rows of a frame in canonical order, two tickets side by side.
    pub(crate) fn of(
        rows: &Rows,
        salts: &[Digest],
        leafhashes: &[Digest],
        tickets: &TicketMaker,
        threads: NonZeroUsize,
    ) -> Self {
        let makers = [tickets.clone(), tickets.clone()];
        let mut tickets = vec![Digest([0; 32]); rows.rows.len()];
        parallel::shares(&mut tickets, threads, |first, tickets| {
            let mut makers = makers.clone();
            for [one, two] in parallel::pairs(tickets.len()) {
                let at = [first + one, first + two];
                let ids = [&rows.rows[at[0]].id, &rows.rows[at[1]].id].map(Token::as_bytes);
                let salts = at.map(|at| &salts[at]);
                [tickets[one], tickets[two]] = TicketMaker::two(&mut makers, ids, salts);
            }
        });
        let stratum = |row: u32| rows.rows[row as usize].stratum;
        let drawn_from = |row: &u32| rows.status(rows.rows[*row as usize]).is_draw();
        let order = parallel::ascending(&tickets, threads, stratum);
        let order: Vec<u32> = order.into_iter().filter(drawn_from).collect();
        let mut lines: Vec<OrderLine> = vec![[0; 68]; order.len()];
        parallel::fill(&mut lines, threads, |at, line| {
            let row = order[at];
            line[..32].copy_from_slice(&tickets[row as usize].0);
            line[32..64].copy_from_slice(&leafhashes[row as usize].0);
            line[64..].copy_from_slice(&u32::from(stratum(row)).to_ne_bytes());
        });
        Self {
            tickets,
            rows: order,
            lines,
        }
    }

    /// The `draw` rows in order.
    pub(crate) fn rows(&self) -> &[u32] {
        &self.rows
    }

    /// What the order file prints of each of them.
    pub(crate) fn lines(&self) -> &[OrderLine] {
        &self.lines
    }

    /// The ticket of a row, drawn from or not.
    pub(crate) fn ticket(&self, row: u32) -> Digest {
        self.tickets[row as usize]
    }
}
