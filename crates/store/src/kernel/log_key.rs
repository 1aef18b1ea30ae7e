//! Whether the key at hand is the one that signs this bureau's log. What another signed would be refused by everybody
//! who holds the published key, and the log would have two.
//!
//! The public key is a fact of the installation since the first build: a traced row, written by the act that founds
//! the bureau (`docs/adr/0018`) and changed only by an entry that both keys have signed (`docs/adr/0033`). It is compared whenever a database is opened to be written, before anything else is
//! done to it, so that nothing is migrated, sealed or signed under a foreign key.

use super::conn::Conn;
use super::image::Image;
use super::value::Value;
use crate::error::StoreError;

/// Name of the fact.
pub(super) const FACT: &str = "log_key";
/// The migration that made the table of the facts.
const SINCE: i64 = 2;

/// Where it stands, in words.
pub(super) fn place() -> String {
    format!("局的登记（表 installation）行 {FACT} ")
}

/// What an image states of it.
pub(super) fn stated_by(image: &Image) -> Option<&str> {
    let ours = image.table == "installation" && !image.is_deletion();
    let cell = |at: usize| image.cells.get(at)?.as_str();
    (ours && cell(0) == Some(FACT)).then(|| cell(1))?
}

/// Refuses any key but that of the log; before the bureau is founded any key will do. `at_hand` is the public key as
/// it is published, none if nothing is going to be signed.
pub(super) async fn check(
    conn: &mut Conn,
    last: i64,
    at_hand: Option<&str>,
) -> Result<(), StoreError> {
    let Some(at_hand) = at_hand.filter(|_| last >= SINCE) else {
        return Ok(());
    };
    let sql = "SELECT name, value FROM installation WHERE name = $1 OR name = $2";
    let facts = conn
        .fetch(sql, &[Value::from(FACT), Value::from("bureau")])
        .await?;
    for row in &facts {
        if row.text("name")? == FACT {
            let stated = row.text("value")?;
            return if stated == at_hand {
                Ok(())
            } else {
                Err(StoreError::WrongLogKey {
                    stated: stated.to_owned(),
                })
            };
        }
    }
    if facts.is_empty() {
        return Ok(());
    }
    let why = "局已建立，而日志公钥不在";
    Err(StoreError::contradiction(&place(), why))
}
