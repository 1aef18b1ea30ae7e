//! 0009: what a draw keeps moves out of the tables. Frames and sealed files lay there in the clear and
//! are sealed on their way; S moves as the ciphertext it was. Each leaves a traced row with its hash.

#[cfg(test)]
mod tests;

use std::io::Read as _;
use std::pin::Pin;

use flate2::read::GzDecoder;

use crate::error::StoreError;
use crate::kernel::blob::KeptBlob;
use crate::kernel::migrate::Moving;
use crate::kernel::reader::Query;
use crate::kernel::table::Cells;
use crate::kernel::value::Row;

table! {
    /// As `0009_files` made it.
    traced ATTACHMENTS = "attachments" key(owner_kind, owner_id, name) {
        owner_kind: text public,
        owner_id: text public,
        name: text masked,
        media_type: text masked,
        form: text masked,
        sha256: text masked,
        bytes: int masked,
        length: int masked,
    }
}

/// S has 32 bytes (`shuang/1` §2).
const SECRET: u64 = 32;

/// The owner of a row of the old tables, as rows of the new one name it.
fn owner_of(row: &Row) -> Result<String, StoreError> {
    Ok(format!(
        "{}/{}",
        row.text("campaign_id")?,
        row.int("attempt")?
    ))
}

/// Secrets first: they tell whether the key at hand is the one of this database.
pub(super) fn into_attachments(
    moving: &mut Moving,
) -> Pin<Box<dyn Future<Output = Result<(), StoreError>> + Send + '_>> {
    Box::pin(async move {
        secrets(moving).await?;
        let query = Query::new(
            "SELECT DISTINCT campaign_id, attempt, name FROM draw_files ORDER BY campaign_id, attempt, name",
        );
        for row in moving.all(query).await? {
            file(moving, &row).await?;
        }
        Ok(())
    })
}

async fn secrets(moving: &mut Moving) -> Result<(), StoreError> {
    let query = Query::new(
        "SELECT campaign_id, attempt, ciphertext FROM draw_secrets ORDER BY campaign_id, attempt",
    );
    let rows = moving.all(query).await?;
    let seals = moving.seals();
    let mut opened = rows.is_empty();
    for row in &rows {
        let place = format!("draw_secrets/{}", owner_of(row)?);
        opened |= seals.opens(&place, row.blob("ciphertext")?);
    }
    if !opened {
        return Err(StoreError::Migration(
            "keys/storage.key 打不开库中任何一次抽取的密值，不是这个库的密钥。升级要用它封存名录快照，用错就再也打不开，所以没有升级，也没有改动。从备份恢复这个库的 keys 目录，或指对 --data。"
                .to_owned(),
        ));
    }
    for row in rows {
        let mut writer = moving.keep();
        moving.write(&mut writer, row.blob("ciphertext")?).await?;
        let kept = moving.finish(writer).await?;
        let what = ("secret", "application/octet-stream", "secret", SECRET);
        moving
            .insert(&ATTACHMENTS, cells(owner_of(&row)?, what, &kept)?)
            .await?;
    }
    Ok(())
}

/// One file, chunk by chunk: unpacked, sealed, kept.
async fn file(moving: &mut Moving, row: &Row) -> Result<(), StoreError> {
    let (owner, name) = (owner_of(row)?, row.text("name")?);
    let mut seal = moving
        .seals()
        .sealer(&format!("attachments/attempt/{owner}/{name}"));
    let mut writer = moving.keep();
    let mut length = 0;
    for ordinal in 0_i64.. {
        let query = Query::new(
            "SELECT gzip FROM draw_files WHERE campaign_id = $1 AND attempt = $2 AND name = $3 AND ordinal = $4",
        )
        .arg(row.text("campaign_id")?)
        .arg(row.int("attempt")?)
        .arg(name)
        .arg(ordinal);
        let Some(chunk) = moving.all(query).await?.into_iter().next() else {
            break;
        };
        let mut plain = Vec::new();
        GzDecoder::new(chunk.blob("gzip")?)
            .read_to_end(&mut plain)
            .map_err(|error| {
                let place = format!("{owner}/{name}/{ordinal}");
                StoreError::inconsistent("draw_files", "gzip", &place, &error.to_string())
            })?;
        length += plain.len() as u64;
        moving.write(&mut writer, &seal.push(&plain)).await?;
    }
    moving.write(&mut writer, &seal.finish()).await?;
    let kept = moving.finish(writer).await?;
    let what = (name, "text/plain; charset=utf-8", "sealed", length);
    moving
        .insert(&ATTACHMENTS, cells(owner, what, &kept)?)
        .await
}

fn cells(
    owner: String,
    (name, media_type, form, length): (&str, &str, &str, u64),
    kept: &KeptBlob,
) -> Result<Cells, StoreError> {
    let size = |size: u64| {
        i64::try_from(size)
            .map_err(|_| StoreError::inconsistent("draw_files", "gzip", name, "too long"))
    };
    Ok(vec![
        ("owner_kind", "attempt".into()),
        ("owner_id", owner.into()),
        ("name", name.into()),
        ("media_type", media_type.into()),
        ("form", form.into()),
        ("sha256", kept.sha256().to_string().into()),
        ("bytes", size(kept.bytes())?.into()),
        ("length", size(length)?.into()),
    ])
}
