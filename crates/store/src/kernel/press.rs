//! One press of one form: its key is a row of the transaction in which its act happens.
//!
//! [`Db::pressed`](super::engine::Db::pressed) gives a handle whose next act carries the press. The
//! key is claimed by the first statement of the act: a press in another process waits there until the
//! act has ended and then finds it done, and of two transactions of one press the second finds the
//! key taken. An act that is refused or dies rolls its key back with everything else, so that nothing
//! is ever “begun”: either the act is in the log and its key is known, or neither is.

use std::sync::{Arc, OnceLock};

use domain::id::{AccountId, EventId};

use super::conn::Conn;
use super::engine::Db;
use super::value::Value;
use crate::error::StoreError;
use crate::schema::SUBMISSIONS;

/// A form that was sent, as its act remembers it. Cheap to clone; all clones are the same press.
#[derive(Clone, Debug)]
pub struct Press {
    /// The key the form carried.
    pub form_key: String,
    /// Who pressed.
    pub account: AccountId,
    /// Hash over everything that was sent, so that other content under the same key is noticed.
    pub content: String,
    /// Where the answer stands, if that is known before the act.
    pub location: Option<String>,
    /// The form whose draft the act uses up.
    pub draft: Option<String>,
    /// The session whose next page is to say something of the act, by its key, and what.
    pub note: Option<(String, String)>,
    /// When it was pressed, unix milliseconds.
    pub at_ms: i64,
    /// How many seconds its act may wait, with a connection, for a register that is announced as held (PostgreSQL);
    /// without it the act is given back at once ([`StoreError::Held`]), to be begun again in its turn.
    pub(super) patience: Option<u32>,
    done: Arc<OnceLock<EventId>>,
}

impl Db {
    /// The press this handle carries, if it carries one.
    #[must_use]
    pub fn press(&self) -> Option<&Press> {
        self.press.as_ref()
    }
}

impl Press {
    /// A press whose answer is not known beforehand and which uses up no draft.
    #[must_use]
    pub fn new(form_key: String, account: AccountId, content: String, at_ms: i64) -> Self {
        Self {
            form_key,
            account,
            content,
            location: None,
            draft: None,
            note: None,
            at_ms,
            patience: None,
            done: Arc::default(),
        }
    }

    /// The same press, whose act waits so many seconds at a time for a register that is announced as held.
    #[must_use]
    pub fn waiting(&self, seconds: u32) -> Self {
        Self {
            patience: Some(seconds),
            ..self.clone()
        }
    }

    /// The act this press has done, once it is durable.
    #[must_use]
    pub fn event(&self) -> Option<&EventId> {
        self.done.get()
    }

    /// Takes the key, before anything is loaded.
    pub(super) async fn claim(&self, conn: &mut Conn) -> Result<(), StoreError> {
        let layout = SUBMISSIONS.layout();
        let row = layout.values(vec![
            ("form_key", self.form_key.as_str().into()),
            ("account_id", self.account.as_str().into()),
            ("location", self.location.as_deref().unwrap_or("").into()),
            ("at_ms", self.at_ms.into()),
            ("content_hash", self.content.as_str().into()),
            ("event_id", "".into()),
        ])?;
        let sql = format!(
            "{} ON CONFLICT (form_key) DO NOTHING",
            layout.insert(1, None)
        );
        match conn.execute(&sql, &row).await? {
            1 => Ok(()),
            _ => Err(StoreError::Pressed),
        }
    }

    /// Ties the key to the act, leaves the note about it and uses up the draft of its form.
    pub(super) async fn settle(&self, conn: &mut Conn, event: &EventId) -> Result<(), StoreError> {
        conn.execute(
            "UPDATE submissions SET event_id = $1 WHERE form_key = $2",
            &[
                Value::from(event.as_str()),
                Value::from(self.form_key.as_str()),
            ],
        )
        .await?;
        if let Some((session, note)) = &self.note {
            conn.execute(
                "UPDATE sessions SET note = $1 WHERE token_hash = $2",
                &[Value::from(note.as_str()), Value::from(session.as_str())],
            )
            .await?;
        }
        self.use_up_draft(conn).await
    }

    /// Takes the key for what leaves no event, in the transaction that orders it, and uses up the draft of its form.
    pub(super) async fn order(&self, conn: &mut Conn, location: &str) -> Result<(), StoreError> {
        let ordered = Self {
            location: Some(location.to_owned()),
            ..self.clone()
        };
        ordered.claim(conn).await?;
        ordered.use_up_draft(conn).await
    }

    async fn use_up_draft(&self, conn: &mut Conn) -> Result<(), StoreError> {
        if let Some(form) = &self.draft {
            // An empty draft is no draft.
            conn.execute(
                "UPDATE drafts SET fields = '', saved_at_ms = 0 WHERE account_id = $1 AND form = $2",
                &[
                    Value::from(self.account.as_str()),
                    Value::from(form.as_str()),
                ],
            )
            .await?;
        }
        Ok(())
    }

    /// The act is durable.
    pub(super) fn done(&self, event: &EventId) {
        // Of one press only one transaction can hold the key, so this is set once.
        let _ = self.done.set(event.clone());
    }
}
