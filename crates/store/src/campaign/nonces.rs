//! Nonces between their delivery and REVEAL: in the kept state of a campaign, and so in every image of it, they stand as
//! ciphertext. Without the storage key a party that has opened its nonce reads like one that has only committed; what
//! tells them apart is the cell beside it. At REVEAL all nonces are public, and the state is kept as it is.
//!
//! Each nonce has a key of its own, wrapped under the storage key and kept beside the ciphertext: nothing here is ever
//! erased, so no table of keys is needed. Deliberately absent: judging a cell that does not open – the party then counts
//! as not having opened, and what its entry says is held against that (`app`, as delivered).

use domain::campaign::CampaignState;
use domain::id::CampaignId;
use serde_json::{Map, Value};

use crate::hex;
use crate::kernel::cell::{PersonKey, SealedCell, Vault};

/// The field that holds the sealed nonce.
const CELL: &str = "sealed_nonce";

fn key_name(campaign: &CampaignId) -> String {
    format!("nonces/{}", campaign.as_str())
}

fn place(campaign: &CampaignId, commitment: &str) -> String {
    format!("campaigns/{}/nonce/{commitment}", campaign.as_str())
}

/// Goes through every object of a state.
fn each(value: &mut Value, visit: &mut dyn FnMut(&mut Map<String, Value>)) {
    match value {
        Value::Object(fields) => {
            visit(fields);
            fields.values_mut().for_each(|field| each(field, visit));
        }
        Value::Array(items) => items.iter_mut().for_each(|item| each(item, visit)),
        _ => {}
    }
}

fn text<'f>(fields: &'f Map<String, Value>, name: &str) -> Option<&'f str> {
    fields.get(name)?.as_str()
}

/// A kept state with its nonces sealed while they are no public knowledge yet.
pub(super) fn sealed(
    vault: &dyn Vault,
    campaign: &CampaignId,
    state: &CampaignState,
    life: String,
) -> String {
    if !matches!(state, CampaignState::Committed(_)) {
        return life;
    }
    let Ok(mut kept) = serde_json::from_str::<Value>(&life) else {
        return life;
    };
    each(&mut kept, &mut |fields| {
        if let Some(cell) = cell_of(vault, campaign, fields) {
            fields.remove("nonce");
            fields.insert("state".to_owned(), "committed".into());
            fields.insert(CELL.to_owned(), cell.into());
        }
    });
    kept.to_string()
}

/// The cell of a party that has opened its nonce: its key and the ciphertext.
fn cell_of(
    vault: &dyn Vault,
    campaign: &CampaignId,
    fields: &Map<String, Value>,
) -> Option<String> {
    let (nonce, commitment) = (text(fields, "nonce")?, text(fields, "commitment")?);
    let of = key_name(campaign);
    let key = vault.person_key(&of);
    let cell = SealedCell::sealed(vault, (&of, &key), &place(campaign, commitment), nonce)?;
    Some(format!("{}:{}", hex(key.bytes()), hex(cell.bytes())))
}

/// The same state with the nonces that open.
pub(super) fn opened(vault: &dyn Vault, campaign: &CampaignId, life: &str) -> String {
    if !life.contains(CELL) {
        return life.to_owned();
    }
    let Ok(mut kept) = serde_json::from_str::<Value>(life) else {
        return life.to_owned();
    };
    each(&mut kept, &mut |fields| {
        let Some(nonce) = nonce_of(vault, campaign, fields) else {
            return;
        };
        fields.remove(CELL);
        fields.insert("state".to_owned(), "revealed".into());
        fields.insert("nonce".to_owned(), nonce.into());
    });
    kept.to_string()
}

fn nonce_of(
    vault: &dyn Vault,
    campaign: &CampaignId,
    fields: &Map<String, Value>,
) -> Option<String> {
    let (key, cell) = text(fields, CELL)?.split_once(':')?;
    let place = place(campaign, text(fields, "commitment")?);
    let key = PersonKey::wrapped(bytes(key)?);
    let cell = SealedCell::of_ciphertext(bytes(cell)?);
    vault.open((&key_name(campaign), &key), &place, &cell)
}

fn bytes(digits: &str) -> Option<Vec<u8>> {
    let pair = |at: usize| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok();
    (0..digits.len()).step_by(2).map(pair).collect()
}
