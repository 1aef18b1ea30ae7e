//! What a draw keeps outside the log: S as ciphertext, and the frames and sealed files of an attempt,
//! gzip in chunks (`docs/adr/0006`). Their hashes stand in FREEZE and RESULT.

use std::io::{Read as _, Write as _};

use domain::id::CampaignId;
use flate2::Compression;
use flate2::read::GzDecoder;
use flate2::write::GzEncoder;

use crate::error::StoreError;
use crate::kernel::reader::{Query, Reader};
use crate::kernel::scratch::Inside;
use crate::schema::{DRAW_FILES, DRAW_SECRETS};

/// Uncompressed bytes per chunk.
const CHUNK: usize = 1024 * 1024;

/// Keeps the ciphertext of S.
pub async fn keep_secret(
    inside: &mut Inside<'_>,
    campaign: &CampaignId,
    attempt: u32,
    ciphertext: Vec<u8>,
) -> Result<(), StoreError> {
    let row = vec![
        ("campaign_id", campaign.as_str().into()),
        ("attempt", i64::from(attempt).into()),
        ("ciphertext", ciphertext.into()),
    ];
    inside.insert(&DRAW_SECRETS, row).await
}

/// The ciphertext of S.
pub async fn secret(
    reader: &mut Reader,
    campaign: &CampaignId,
    attempt: u32,
) -> Result<Vec<u8>, StoreError> {
    let query =
        Query::new("SELECT ciphertext FROM draw_secrets WHERE campaign_id = $1 AND attempt = $2")
            .arg(campaign.as_str())
            .arg(i64::from(attempt));
    Ok(reader
        .one("draw_secrets", query)
        .await?
        .blob("ciphertext")?
        .to_vec())
}

/// Keeps one file of an attempt.
pub async fn keep_file(
    inside: &mut Inside<'_>,
    campaign: &CampaignId,
    attempt: u32,
    name: &str,
    content: &[u8],
) -> Result<(), StoreError> {
    let failed = |error: std::io::Error| StoreError::Engine(error.to_string());
    // An empty file is one empty chunk, so that it can be told from one that was never kept.
    let parts: Vec<&[u8]> = if content.is_empty() {
        vec![content]
    } else {
        content.chunks(CHUNK).collect()
    };
    for (ordinal, part) in (0_i64..).zip(parts) {
        let mut gzip = GzEncoder::new(Vec::new(), Compression::fast());
        gzip.write_all(part).map_err(failed)?;
        let row = vec![
            ("campaign_id", campaign.as_str().into()),
            ("attempt", i64::from(attempt).into()),
            ("name", name.into()),
            ("ordinal", ordinal.into()),
            ("gzip", gzip.finish().map_err(failed)?.into()),
        ];
        inside.insert(&DRAW_FILES, row).await?;
    }
    Ok(())
}

/// One file of an attempt; `None` if it was not kept.
pub async fn file(
    reader: &mut Reader,
    campaign: &CampaignId,
    attempt: u32,
    name: &str,
) -> Result<Option<Vec<u8>>, StoreError> {
    let query = Query::new(
        "SELECT gzip FROM draw_files WHERE campaign_id = $1 AND attempt = $2 AND name = $3 ORDER BY ordinal",
    )
    .arg(campaign.as_str())
    .arg(i64::from(attempt))
    .arg(name);
    let rows = reader.all(query).await?;
    if rows.is_empty() {
        return Ok(None);
    }
    let mut content = Vec::new();
    for row in rows {
        GzDecoder::new(row.blob("gzip")?)
            .read_to_end(&mut content)
            .map_err(|error| {
                StoreError::inconsistent("draw_files", "gzip", name, &error.to_string())
            })?;
    }
    Ok(Some(content))
}
