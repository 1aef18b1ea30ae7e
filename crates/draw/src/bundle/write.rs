//! The text of every file of a bundle, written as a stream.

use std::io::{self, Write};
use std::num::NonZeroUsize;

use super::Stage;
use crate::digest::{Digest, Hasher};
use crate::leaf::{Kind, OpenedLeaf};
use crate::merkle::Inclusion;
use crate::parallel;
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
        "opened.tsv" => opened(drawn, threads, out),
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
    open_record_of(drawn, stage, changes, |name| {
        let mut hasher = Hasher::new(suite);
        write_file(drawn, name, threads, &mut hasher).expect("writing into a hash cannot fail");
        hasher.finish()
    })
}

/// The same for who has those files written already; `hash_of_file` is asked for each by its name.
#[must_use]
pub fn open_record_of(
    drawn: &Drawn,
    stage: Stage,
    changes: u64,
    mut hash_of_file: impl FnMut(&str) -> Digest,
) -> OpenRecord {
    let record = drawn.frozen().record();
    OpenRecord {
        attempt: record.attempt_ref(),
        ending: Ending::Result(hash_of(record.suite, drawn.record())),
        stage,
        changes,
        files: opened_files(stage)
            .into_iter()
            .map(|name| (name.to_owned(), hash_of_file(name)))
            .collect(),
    }
}

/// The leaves that visits carry, opened and tied to the root; no other leaf of the same subject.
fn opened(drawn: &Drawn, threads: NonZeroUsize, out: &mut impl Write) -> io::Result<()> {
    let frozen = drawn.frozen();
    let tree = frozen.subject_tree();
    let subjects = &frozen.frame().subjects;
    let mut carried: Vec<u32> = drawn
        .visits()
        .iter()
        .flat_map(|visit| visit.rows.iter().copied())
        .collect();
    carried.sort_unstable();
    parallel::write_blocks(out, &carried, threads, |rows| {
        let mut maker = frozen.maker(Kind::Subject);
        let mut text = Vec::new();
        for row in rows {
            let at = *row as usize;
            let leaf = maker.open(&subjects.view(subjects.rows[at]).fields());
            let proof = tree
                .prove(&frozen.subject_hashes[at])
                .expect("the tree is built from these very hashes");
            line(&leaf, &proof, &mut text);
        }
        text
    })
}

/// `id stratum status area salt nonce cover index path`, tab-separated; the path is its siblings from
/// the bottom joined by `,`, or `-` for the only leaf of a tree.
fn line(leaf: &OpenedLeaf, proof: &Inclusion, text: &mut Vec<u8>) {
    for column in [&leaf.id, &leaf.stratum, &leaf.status, &leaf.area] {
        text.extend_from_slice(column.as_bytes());
        text.push(b'\t');
    }
    for digest in [&leaf.salt, &leaf.nonce, &leaf.cover] {
        text.extend_from_slice(&digest.hex());
        text.push(b'\t');
    }
    text.extend_from_slice(proof.index.to_string().as_bytes());
    let mut before = b'\t';
    for sibling in &proof.path {
        text.push(before);
        text.extend_from_slice(&sibling.hex());
        before = b',';
    }
    if proof.path.is_empty() {
        text.extend_from_slice(b"\t-");
    }
    text.push(b'\n');
}
