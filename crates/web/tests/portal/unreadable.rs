//! A cell nobody can read hides no other row: the row is named in its list, the others stand, and where a page is
//! damaged its heading says so.

use axum::http::StatusCode;
use domain::account::Role;

use crate::altered::told;

#[tokio::test]
async fn one_unreadable_cell_of_a_publication_takes_no_list_down() {
    told(async |held| {
        let (number, visits) = held.story.ended().await;
        let (bad, good) = (&visits[0], &visits[1]);
        let mut reader = held.app().db.read().await.unwrap();
        let of_bad = store::inspection::publication_of(&mut reader, &bad.visit.id).await;
        let key = of_bad.unwrap().unwrap().id.to_string();
        drop(reader);
        held.sql(&format!(
            "UPDATE publications SET last_event = '坏' WHERE publication_id = '{key}'"
        ));
        let stranger = held.story.site.stranger();
        let inside = held.story.site.signed_in(&held.story.publisher).await;
        let (entity, draw) = (
            format!("/entity/{}", bad.subject_code),
            format!("/draw/{number}"),
        );
        for (who, path, code) in [
            (&stranger, "/", "PUBL-020"),
            (&stranger, "/results", "PUBL-020"),
            (&stranger, "/results.json", "PUBL-020"),
            (&stranger, "/search?q=样例餐饮", "PUBL-020"),
            (&stranger, &entity, "PUBL-020"),
            (&inside, "/w/published", "PUBL-021"),
        ] {
            let page = who.get(path).await;
            assert_eq!(page.status, StatusCode::OK, "{path}: {}", page.text);
            assert!(
                page.shows(code) && page.shows(&key),
                "{path}: {}",
                page.text
            );
            let others = path == entity || page.shows(&good.subject_name);
            assert!(others, "{path}: {}", page.text);
        }
        let page = stranger.get(&draw).await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    })
    .await;
}

#[tokio::test]
async fn one_unreadable_role_takes_no_list_of_accounts_down() {
    told(async |held| {
        let city = &held.story.site.city;
        let chief = city.account("anquan", &[(Role::SecurityAdmin, 0)]).await;
        let id = held.story.publisher.to_string();
        held.sql(&format!(
            "UPDATE grants SET role = 'emperor' WHERE account_id = '{id}'"
        ));
        let inside = held.story.site.signed_in(&chief).await;
        let page = inside.get("/a/users").await;
        assert_eq!(page.status, StatusCode::OK, "{}", page.text);
        for word in ["ACCT-020", "表 grants 列 role", &id, "anquan", "initiator1"] {
            assert!(page.shows(word), "{word}: {}", page.text);
        }
        let page = inside.get(&format!("/a/users/{id}")).await;
        assert!(page.shows("保存的内容有损坏"), "{}", page.text);
    })
    .await;
}

#[tokio::test]
async fn the_heading_of_a_damaged_page_says_damage() {
    told(async |held| {
        let (number, _) = held.story.committed().await;
        let inside = held.story.site.signed_in(&held.story.supervisor).await;
        let last = held.story.site.log_size().await - 1;
        held.sql("UPDATE log_records SET record = record || ' ' WHERE record LIKE '%freeze%'");
        let campaign = held.story.site.stranger();
        let campaign = campaign.get(&format!("/draw/{number}")).await;
        held.sql(&format!("DELETE FROM log_leaves WHERE sequence = {last}"));
        let log = inside.get("/w/log").await;
        for page in [campaign, log] {
            assert!(
                page.shows("保存的内容有损坏") && !page.shows("情况已有变化"),
                "{}",
                page.text
            );
        }
    })
    .await;
}
