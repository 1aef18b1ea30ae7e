//! Before OPEN no public byte names a subject (protocol §4).

use testkit::city::register_number;
use web::route::{Method, Who, table};

use crate::cast::with_cast;

#[tokio::test]
async fn no_public_page_names_a_subject_before_the_draw_is_opened() {
    with_cast(40, 6, async |cast| {
        let no = cast.drawn().await;
        cast.done(&cast.initiator, &no, "assign", &[]).await;
        let codes: Vec<String> = (1..=40).map(register_number).collect();
        let stranger = cast.site.stranger();
        let mut walked = 0;
        let public = table()
            .into_iter()
            .filter(|route| route.method == Method::Get && matches!(route.who(), Who::Public));
        for route in public {
            let mut paths = vec![route.path.replace("{no}", &no)];
            for value in [
                "fume",
                "1",
                "0",
                "freeze.txt",
                "seed.txt",
                "result.txt",
                "plan.txt",
                "reveal.txt",
            ] {
                let filled = fill(&paths[0], value);
                paths.push(filled);
            }
            paths.dedup();
            for path in paths.iter().filter(|path| !path.contains('{')) {
                let page = stranger.get(path).await;
                walked += usize::from(page.status.is_success());
                for code in &codes {
                    assert!(!page.shows(code), "{path} names {code}");
                }
                assert!(!page.shows("样例餐饮0"), "{path} names a subject");
            }
        }
        assert!(walked >= 2, "some public pages exist");
    })
    .await;
}

/// The path with every parameter that is left filled by one value.
fn fill(path: &str, value: &str) -> String {
    let mut filled = String::new();
    let mut rest = path;
    while let Some((before, after)) = rest.split_once('{') {
        filled.push_str(before);
        filled.push_str(value);
        rest = after.split_once('}').map_or("", |(_, tail)| tail);
    }
    filled + rest
}

/// The index of the log is read by every page that lists what was done of a thing.
#[tokio::test]
async fn the_index_of_the_log_leads_from_no_subject_to_the_draw() {
    with_cast(40, 6, async |cast| {
        cast.drawn().await;
        let app = &cast.site.city.app;
        let mut reader = app.db.read().await.unwrap();
        let lines = store::log::trace(&mut reader, &store::log::TraceOf::All, None, 200).await;
        let drawn = lines
            .unwrap()
            .into_iter()
            .find(|line| line.act == "campaign.draw");
        let header: domain::event::Event =
            serde_json::from_str(&drawn.unwrap().header.unwrap()).unwrap();
        let kinds: Vec<_> = header.links.iter().map(|link| link.kind).collect();
        assert_eq!(kinds, [domain::event::LinkKind::Campaign]);
    })
    .await;
}
