//! The generated pages in `docs/` say what the code does. With `MINGQIAN_BLESS=1` the test writes
//! them instead of comparing.

use std::path::Path;

fn assert_page(name: &str, wanted: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(name);
    if std::env::var_os("MINGQIAN_BLESS").is_some() {
        std::fs::create_dir_all(path.parent().expect("a page lies in a folder"))
            .expect("the folder can be made");
        std::fs::write(&path, wanted).expect("the page can be written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        found == wanted,
        "docs/{name} is out of date: run `MINGQIAN_BLESS=1 cargo test -p domain --test pages`"
    );
}

#[test]
fn the_page_of_rights_is_the_table() {
    assert_page("authorization.md", &domain::policy::matrix());
}

#[test]
fn the_page_of_campaign_states_is_the_table() {
    assert_page(
        "states/campaign.md",
        &domain::campaign::transitions::table(),
    );
}

#[test]
fn the_page_of_inspection_states_is_the_table() {
    assert_page("states/inspection.md", &domain::inspection::steps::table());
}
