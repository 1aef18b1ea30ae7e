//! Content against the rows that name it: the part of the audit that reads every byte kept beside the
//! rows. It needs no key, since a row names what is stored; and it holds one piece in memory.

use std::path::Path;

use sha2::{Digest as _, Sha256};
use tlog::Hash;

use super::folder::{Held, aside, strangers};
use super::{Blobs, Db, chunks};
use crate::error::StoreError;
use crate::kernel::audit::pages::Pages;
use crate::kernel::audit::{Fault, Report};
use crate::kernel::conn::Conn;
use crate::kernel::image::cells_text;
use crate::kernel::reader::Reader;
use crate::kernel::table::TracedTable;
use crate::kernel::value::{Kind, Row};
use crate::schema;

/// Rows looked up per query.
const PAGE: i64 = 500;

/// What stands under a hash.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Standing {
    /// What it says.
    Whole,
    /// Nothing.
    Missing,
    /// Something else, with this hash.
    Altered(Hash),
    /// Nothing that can be read, and why.
    Unfit(String),
}

/// Reads the content of every row that names one, in the snapshot of the reader.
pub(in crate::kernel) async fn contents(
    db: &Db,
    reader: &mut Reader,
    report: &mut Report,
) -> Result<(), StoreError> {
    for table in schema::NAMING {
        of_table(db, reader, table, report).await?;
    }
    if let Blobs::Folder(folder) = db.blobs() {
        for (path, what) in aside(move || strangers(&folder)).await? {
            report.faults.push(Fault::Stranger {
                path: path.display().to_string(),
                what: what.to_owned(),
            });
        }
    }
    Ok(())
}

async fn of_table(
    db: &Db,
    reader: &mut Reader,
    table: &TracedTable,
    report: &mut Report,
) -> Result<(), StoreError> {
    let layout = table.layout();
    let mut order = vec![("sha256", Kind::Text)];
    let key = &layout.columns[..layout.key.len()];
    order.extend(key.iter().map(|column| (column.name, column.kind)));
    let names: Vec<&str> = order.iter().map(|(name, _)| *name).collect();
    let select = format!("SELECT {} FROM {}", names.join(", "), layout.name);
    let mut pages = Pages::of(select, &order, PAGE);
    // Rows come in the order of the hash, so that content named by several is read once.
    let mut last: Option<(String, Standing)> = None;
    loop {
        let page = pages.next(&mut reader.conn).await?;
        if page.is_empty() {
            return Ok(());
        }
        for row in &page {
            // What stands there in place of a hash is named where rows are compared.
            let Ok(name) = row.text("sha256") else {
                continue;
            };
            let standing = match &last {
                Some((known, standing)) if known == name => standing.clone(),
                _ => {
                    report.contents += 1;
                    stands(db, &mut reader.conn, name).await?
                }
            };
            if let Some(fault) = fault(table, row, name, &standing) {
                report.faults.push(fault);
            }
            last = Some((name.to_owned(), standing));
        }
    }
}

fn fault(table: &TracedTable, row: &Row, name: &str, standing: &Standing) -> Option<Fault> {
    let layout = table.layout();
    let key = cells_text(&row.values()[1..=layout.key.len()]);
    let (table, sha256) = (layout.name.to_owned(), name.to_owned());
    match standing {
        Standing::Whole => None,
        Standing::Missing => Some(Fault::ContentMissing { table, key, sha256 }),
        Standing::Altered(found) => Some(Fault::ContentAltered {
            table,
            key,
            sha256,
            found: found.to_string(),
        }),
        Standing::Unfit(why) => Some(Fault::ContentUnfit {
            table,
            key,
            sha256,
            why: why.clone(),
        }),
    }
}

async fn stands(db: &Db, conn: &mut Conn, name: &str) -> Result<Standing, StoreError> {
    // A row whose hash is none was changed, which the comparison of rows names.
    let Ok(sha256) = name.parse::<Hash>() else {
        return Ok(Standing::Missing);
    };
    let found = match db.blobs() {
        Blobs::Folder(folder) => {
            let name = sha256.to_string();
            let read = aside(move || Ok(hash_of_file(&folder, &name))).await?;
            match read {
                Ok(found) => found,
                Err(why) => return Ok(Standing::Unfit(why.to_string())),
            }
        }
        Blobs::Chunks => hash_of_chunks(conn, &sha256).await?,
    };
    Ok(match found {
        None => Standing::Missing,
        Some(found) if found == sha256 => Standing::Whole,
        Some(found) => Standing::Altered(found),
    })
}

/// What cannot be read is told with the others: one bad sector is no reason not to look at the rest.
fn hash_of_file(folder: &Path, name: &str) -> std::io::Result<Option<Hash>> {
    match Held::open(folder, name)? {
        Some(held) => held.hash().map(Some),
        None => Ok(None),
    }
}

async fn hash_of_chunks(conn: &mut Conn, sha256: &Hash) -> Result<Option<Hash>, StoreError> {
    let Some(id) = chunks::find(conn, sha256).await? else {
        return Ok(None);
    };
    let mut hashed = Sha256::new();
    let mut ordinal = 0;
    while let Some(piece) = chunks::piece(conn, id, ordinal).await? {
        hashed.update(&piece);
        ordinal += 1;
    }
    Ok(Some(Hash::from(<[u8; 32]>::from(hashed.finalize()))))
}
