//! The text of every file of a bundle, written as a stream.

use std::io::{self, Write};
use std::num::NonZeroUsize;

use super::Stage;
use crate::digest::{Digest, Hasher};
use crate::leaf::Kind;
use crate::merkle::Inclusion;
use crate::record::hash_of;
use crate::record::open::{Ending, OpenRecord, opened_files};
use crate::select::Drawn;

/// Writes one file of a bundle by name; `false` if the draw does not make a file of that name
/// (log receipts, unknown names).
///
/// # Errors
/// The writer's.
pub fn write_file(
    drawn: &Drawn,
    name: &str,
    threads: NonZeroUsize,
    out: &mut impl Write,
) -> io::Result<bool> {
    let frozen = drawn.frozen();
    let frame = frozen.frame();
    match name {
        "freeze.txt" => write!(out, "{}", frozen.record()),
        "seed.txt" => write!(out, "{}", drawn.seed_text()),
        "result.txt" => write!(out, "{}", drawn.record()),
        "subjects.order" => drawn.write_subjects_order(out),
        "inspectors.order" => drawn.write_inspectors_order(out),
        "teams.txt" => drawn.write_teams(out),
        "leaders.txt" => drawn.write_leaders(out),
        "opened.tsv" => opened(drawn, out),
        "secret.txt" => out
            .write_all(&frozen.secret().hex())
            .and_then(|()| out.write_all(b"\n")),
        "subjects.tsv" => frame.subjects.write(threads, out),
        "inspectors.tsv" => frame.inspectors.write(threads, out),
        "recusals.tsv" => frame.write_recusals(out),
        _ => return Ok(false),
    }?;
    Ok(true)
}

/// The OPEN record of a drawn attempt at a stage: hashes of the files RESULT does not commit to.
#[must_use]
pub fn open_record(drawn: &Drawn, stage: Stage, changes: u64, threads: NonZeroUsize) -> OpenRecord {
    let suite = drawn.frozen().record().suite;
    let files = opened_files(stage)
        .into_iter()
        .map(|name| {
            let mut hasher = Hasher::new(suite);
            write_file(drawn, name, threads, &mut hasher).expect("writing into a hash cannot fail");
            (name.to_owned(), hasher.finish())
        })
        .collect();
    OpenRecord {
        attempt: drawn.frozen().record().attempt_ref(),
        ending: Ending::Result(hash_of(suite, drawn.record())),
        stage,
        changes,
        files,
    }
}

/// The leaves that visits carry, opened and tied to the root; no other leaf of the same subject.
fn opened(drawn: &Drawn, out: &mut impl Write) -> io::Result<()> {
    let frozen = drawn.frozen();
    let tree = frozen.subject_tree();
    let mut maker = frozen.maker(Kind::Subject);
    let subjects = &frozen.frame().subjects;
    let mut carried: Vec<u32> = drawn
        .visits()
        .iter()
        .flat_map(|visit| visit.rows.iter().copied())
        .collect();
    carried.sort_unstable();
    for row in carried {
        let at = row as usize;
        let leaf = maker.open(&subjects.view(subjects.rows[at]).fields());
        let proof = tree
            .prove(&frozen.subject_hashes[at])
            .expect("the tree is built from these very hashes");
        writeln!(
            out,
            "{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}\t{}",
            leaf.id,
            leaf.stratum,
            leaf.status,
            leaf.area,
            leaf.salt,
            leaf.nonce,
            leaf.cover,
            proof.index,
            path_text(&proof)
        )?;
    }
    Ok(())
}

/// Siblings from the bottom, joined by `,`; `-` for the only leaf of a tree.
fn path_text(proof: &Inclusion) -> String {
    match proof.path.is_empty() {
        true => "-".to_owned(),
        false => proof
            .path
            .iter()
            .map(Digest::to_string)
            .collect::<Vec<_>>()
            .join(","),
    }
}
