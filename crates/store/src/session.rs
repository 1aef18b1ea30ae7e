//! What the shell remembers between two requests: sessions, drafts, handled forms.
//! All untraced; the acts behind them are events of their own.

use domain::campaign::drawn_list::Unsealed;
use domain::id::{AccountId, EventId};

use crate::error::StoreError;
use crate::kernel::guard::Recording;
use crate::kernel::press::Press;
use crate::kernel::reader::{Query, Reader};
use crate::kernel::scratch::Inside;
use crate::kernel::value::{Row, Value};
use crate::schema::{DRAFTS, SESSIONS, SUBMISSIONS};

/// A signed-in browser; the token itself is only in the browser.
#[derive(Clone, Debug)]
pub struct Session {
    /// SHA-256 of the token, hex.
    pub token_hash: String,
    /// Who signed in.
    pub account: AccountId,
    /// The token each form of this session carries.
    pub form_token: String,
    /// When it began, unix milliseconds.
    pub created_at_ms: i64,
    /// When it was last used.
    pub seen_at_ms: i64,
    /// Display modes: `large`, `contrast`, both or none.
    pub display: String,
    /// What the page an act led to has yet to say; empty if nothing.
    pub note: String,
    /// The drawn lists it has unsealed.
    pub unsealed: Unsealed,
}

fn session(row: &Row) -> Result<Session, StoreError> {
    Ok(Session {
        token_hash: row.text("token_hash")?.to_owned(),
        account: row.parsed("sessions", "account_id", AccountId::parse)?,
        form_token: row.text("form_token")?.to_owned(),
        created_at_ms: row.int("created_at_ms")?,
        seen_at_ms: row.int("seen_at_ms")?,
        display: row.text("display")?.to_owned(),
        note: row.text("note")?.to_owned(),
        unsealed: Unsealed::parse(row.text("unsealed")?),
    })
}

/// The session of a token's hash.
pub async fn get(reader: &mut Reader, token_hash: &str) -> Result<Option<Session>, StoreError> {
    let query = Query::new(
        "SELECT token_hash, account_id, form_token, created_at_ms, seen_at_ms, display, note, unsealed FROM sessions WHERE token_hash = $1",
    )
    .arg(token_hash);
    reader.first(query).await?.as_ref().map(session).transpose()
}

/// All sessions of an account, newest first.
pub async fn of_account(
    reader: &mut Reader,
    account: &AccountId,
) -> Result<Vec<Session>, StoreError> {
    let query = Query::new(
        "SELECT token_hash, account_id, form_token, created_at_ms, seen_at_ms, display, note, unsealed FROM sessions WHERE account_id = $1 ORDER BY created_at_ms DESC, token_hash",
    )
    .arg(account.as_str());
    reader.all(query).await?.iter().map(session).collect()
}

/// Writes a session, new or touched.
pub async fn put(inside: &mut Inside<'_>, session: &Session) -> Result<(), StoreError> {
    inside
        .put(
            &SESSIONS,
            vec![
                ("token_hash", session.token_hash.as_str().into()),
                ("account_id", session.account.as_str().into()),
                ("form_token", session.form_token.as_str().into()),
                ("created_at_ms", session.created_at_ms.into()),
                ("seen_at_ms", session.seen_at_ms.into()),
                ("display", session.display.as_str().into()),
                ("note", session.note.as_str().into()),
                ("unsealed", session.unsealed.to_text().into()),
            ],
        )
        .await
}

/// Writes when a session was last used and how it shows pages; one that has ended stays ended.
pub async fn touch(inside: &mut Inside<'_>, session: &Session) -> Result<bool, StoreError> {
    let key = [Value::from(session.token_hash.as_str())];
    let still = [("account_id", Value::from(session.account.as_str()))];
    let changes = vec![
        ("seen_at_ms", session.seen_at_ms.into()),
        ("display", session.display.as_str().into()),
    ];
    inside.change(&SESSIONS, &key, still, changes).await
}

/// Leaves a note for the page an act led to; the one before it, never read, is gone.
pub async fn leave_note(
    inside: &mut Inside<'_>,
    token_hash: &str,
    note: &str,
) -> Result<bool, StoreError> {
    let key = [Value::from(token_hash)];
    let changes = vec![("note", note.into())];
    inside.change(&SESSIONS, &key, [], changes).await
}

/// Takes the note of a session, if it is still there: of two pages only one has it.
pub async fn take_note(inside: &mut Inside<'_>, session: &Session) -> Result<bool, StoreError> {
    let key = [Value::from(session.token_hash.as_str())];
    let still = [("note", Value::from(session.note.as_str()))];
    let changes = vec![("note", "".into())];
    inside.change(&SESSIONS, &key, still, changes).await
}

/// Writes which lists a session has unsealed; false if it has ended. Within the act of unsealing, so that no list is
/// shown whose unsealing is not in the log.
pub async fn unseal(rec: &mut Recording, session: &Session) -> Result<bool, StoreError> {
    let key = [Value::from(session.token_hash.as_str())];
    let still = [("account_id", Value::from(session.account.as_str()))];
    let changes = vec![("unsealed", session.unsealed.to_text().into())];
    rec.beside().change(&SESSIONS, &key, still, changes).await
}

/// Ends one session.
pub async fn end(inside: &mut Inside<'_>, token_hash: &str) -> Result<(), StoreError> {
    inside
        .delete(&SESSIONS, "token_hash", token_hash)
        .await
        .map(|_| ())
}

/// Ends every session of an account.
pub async fn end_all(inside: &mut Inside<'_>, account: &AccountId) -> Result<u64, StoreError> {
    inside
        .delete(&SESSIONS, "account_id", account.as_str())
        .await
}

/// Forgets sessions not used since `before_ms`.
pub async fn expire(inside: &mut Inside<'_>, before_ms: i64) -> Result<u64, StoreError> {
    inside
        .delete_below(&SESSIONS, "seen_at_ms", before_ms)
        .await
}

/// Forgets drafts not saved since `before_ms`.
pub async fn expire_drafts(inside: &mut Inside<'_>, before_ms: i64) -> Result<u64, StoreError> {
    inside.delete_below(&DRAFTS, "saved_at_ms", before_ms).await
}

/// A half-written form: its fields urlencoded, and when it was saved.
pub async fn draft(
    reader: &mut Reader,
    account: &AccountId,
    form: &str,
) -> Result<Option<(String, i64)>, StoreError> {
    let query =
        Query::new("SELECT fields, saved_at_ms FROM drafts WHERE account_id = $1 AND form = $2")
            .arg(account.as_str())
            .arg(form);
    match reader.first(query).await? {
        Some(row) => Ok(Some((
            row.text("fields")?.to_owned(),
            row.int("saved_at_ms")?,
        ))),
        None => Ok(None),
    }
}

/// How many half-written forms an account has besides this one, and how long they are together.
pub async fn other_drafts(
    reader: &mut Reader,
    account: &AccountId,
    form: &str,
) -> Result<(i64, i64), StoreError> {
    let of = |what: &'static str| {
        Query::new(what)
            .push(" FROM drafts WHERE fields <> '' AND account_id = ")
            .bind(account.as_str())
            .push(" AND form <> ")
            .bind(form)
    };
    let count = reader.number(of("SELECT COUNT(*)")).await?;
    let long = of("SELECT CAST(COALESCE(SUM(LENGTH(fields)), 0) AS BIGINT)");
    Ok((count, reader.number(long).await?))
}

/// Keeps a half-written form.
pub async fn keep_draft(
    inside: &mut Inside<'_>,
    account: &AccountId,
    form: &str,
    fields: &str,
    at_ms: i64,
) -> Result<(), StoreError> {
    let row = vec![
        ("account_id", account.as_str().into()),
        ("form", form.into()),
        ("fields", fields.into()),
        ("saved_at_ms", at_ms.into()),
    ];
    inside.put(&DRAFTS, row).await
}

/// Forgets a half-written form by writing it empty; an empty draft is no draft.
pub async fn drop_draft(
    inside: &mut Inside<'_>,
    account: &AccountId,
    form: &str,
) -> Result<(), StoreError> {
    keep_draft(inside, account, form, "", 0).await
}

/// A form whose act is done.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Submission {
    /// Hash over what was sent; empty for a form of an earlier version, which did not keep it.
    pub content: String,
    /// Where its answer stands; empty if the program ended between the act and its answer.
    pub location: String,
    /// Number of the log's leaf of its act, if the act left one.
    pub leaf: Option<u64>,
    /// The event of its act, if the act left one.
    pub event: Option<EventId>,
}

/// What is known of the form with that key, if this account submitted it before.
pub async fn submission(
    reader: &mut Reader,
    account: &AccountId,
    form_key: &str,
) -> Result<Option<Submission>, StoreError> {
    let query = Query::new(
        "SELECT s.content_hash, s.location, l.sequence, l.event_id FROM submissions s LEFT JOIN log_leaves l ON l.event_id = s.event_id WHERE s.form_key = $1 AND s.account_id = $2",
    )
    .arg(form_key)
    .arg(account.as_str());
    let Some(row) = reader.first(query).await? else {
        return Ok(None);
    };
    let leaf = row.maybe_int("sequence")?;
    let event = match leaf {
        Some(_) => Some(row.parsed("log_leaves", "event_id", EventId::parse)?),
        None => None,
    };
    Ok(Some(Submission {
        content: row.text("content_hash")?.to_owned(),
        location: row.text("location")?.to_owned(),
        leaf: leaf.map(crate::kernel::log::size_of).transpose()?,
        event,
    }))
}

/// Keeps where the answer to a form stands, where that was not known before its act. An act that
/// left no event is remembered only from here on.
pub async fn keep_answer(
    inside: &mut Inside<'_>,
    press: &Press,
    location: &str,
) -> Result<(), StoreError> {
    let key = [Value::from(press.form_key.as_str())];
    let account = Value::from(press.account.as_str());
    let answer = vec![("location", location.into())];
    let known = inside
        .change(
            &SUBMISSIONS,
            &key,
            [("account_id", account.clone())],
            answer,
        )
        .await?;
    if known {
        return Ok(());
    }
    let row = vec![
        ("form_key", press.form_key.as_str().into()),
        ("account_id", account),
        ("location", location.into()),
        ("at_ms", press.at_ms.into()),
        ("content_hash", press.content.as_str().into()),
        ("event_id", "".into()),
    ];
    inside.insert(&SUBMISSIONS, row).await
}

/// Forgets forms older than `before_ms`.
pub async fn expire_submissions(
    inside: &mut Inside<'_>,
    before_ms: i64,
) -> Result<u64, StoreError> {
    inside.delete_below(&SUBMISSIONS, "at_ms", before_ms).await
}
