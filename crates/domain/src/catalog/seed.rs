//! The two items the founding document names (细则二), as a file that is installed once.

use serde::Deserialize;

use crate::id::ItemId;
use crate::refusal::{Refusal, codes};

use super::{InspectionItem, ItemTerms};

/// The two items with their bases and checklists.
pub const SEED_ITEMS: &str = include_str!("../../seed/items.toml");

/// A file of items.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ItemFile {
    item: Vec<FiledItem>,
}

#[derive(Clone, Debug, Deserialize)]
struct FiledItem {
    id: ItemId,
    #[serde(flatten)]
    terms: ItemTerms,
}

impl ItemFile {
    /// Reads a file into first revisions, unpublished.
    ///
    /// # Errors
    /// `CATA-008` with the place the reader stumbled at, or every fault of the terms.
    pub fn parse(text: &str) -> Result<Vec<InspectionItem>, Vec<Refusal>> {
        let file: Self = toml::from_str(text)
            .map_err(|error| vec![codes::CATALOG_FILE.refuse(&[("detail", &error.message())])])?;
        let mut faults = Vec::new();
        let mut items = Vec::new();
        for filed in file.item {
            if let Err(found) = filed.terms.require_sound() {
                faults.extend(found);
            }
            items.push(InspectionItem {
                id: filed.id,
                revision: 1,
                reason: "首次建立".to_owned(),
                published_on: None,
                province_code: None,
                terms: filed.terms,
            });
        }
        if faults.is_empty() {
            Ok(items)
        } else {
            Err(faults)
        }
    }
}
