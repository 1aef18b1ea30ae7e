//! The outline is told by the type, so that a field or a name which no text shows yet is in it.

use serde::{Deserialize, Serialize};

use super::*;

#[derive(Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
enum Door {
    Shut,
    Open(Opening),
}

#[derive(Serialize, Deserialize)]
struct Opening {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    by: Option<String>,
    lists: BTreeMap<String, Vec<(u64, bool)>>,
}

fn outline(doors: &[Door]) -> Outline {
    let mut outline = Outline::default();
    for door in doors {
        let text = serde_json::to_string(door).expect("a door");
        outline.take(door, &text, |text| {
            let read = serde_json::from_str::<Door>(text);
            read.map(drop).map_err(|why| why.to_string())
        });
    }
    outline
}

#[test]
fn fields_left_out_of_the_text_and_names_nobody_said_are_told() {
    let open = |by: Option<&str>| {
        Door::Open(Opening {
            by: by.map(str::to_owned),
            lists: BTreeMap::from([("a/b".to_owned(), vec![(1, true)])]),
        })
    };
    let whole = outline(&[open(Some("甲"))]);
    assert_eq!(
        whole.to_string(),
        "Opening.by: text\n\
         Opening.lists: map\n\
         Opening.lists{}: list\n\
         Opening.lists{}[]: 2 in a row\n\
         Opening.lists{}[][0]: number\n\
         Opening.lists{}[][1]: flag\n\
         Opening.state: one of shut open\n\
         it: Opening\n"
    );
    assert!(whole.unfilled().is_empty());
    assert_eq!(outline(&[open(None)]).unfilled(), ["Opening.by"]);
    assert_eq!(
        outline(&[Door::Shut]).to_string(),
        "Door.state: one of shut open\nit: Door\n"
    );
}
