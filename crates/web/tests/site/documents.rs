//! The generated pages in `docs/` equal the tables they are made from. `MINGQIAN_WRITE_DOCS=1`
//! writes them.

use std::fs;
use std::path::Path;

fn compare(name: &str, made: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../../docs")
        .join(name);
    if std::env::var("MINGQIAN_WRITE_DOCS").is_ok() {
        fs::write(&path, made).unwrap();
    }
    let kept = fs::read_to_string(&path).unwrap_or_default();
    assert!(
        kept == made,
        "docs/{name} is out of date: MINGQIAN_WRITE_DOCS=1 cargo test -p web --test site documents"
    );
}

#[test]
fn the_page_of_routes_is_the_route_table() {
    compare("routes.md", &web::route::as_markdown());
}

#[test]
fn the_page_of_rights_is_the_policy_table() {
    compare("authorization.md", &domain::policy::matrix());
}
