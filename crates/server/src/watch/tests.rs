use axum::body::{Body, to_bytes};
use axum::http::Request;
use testkit::city::City;
use testkit::engines::{PostgresDatabase, on_both, upgrade};
use testkit::wire::Wire;
use tower::ServiceExt as _;
use web::gate::{Facts, WebState};

use super::*;
use crate::commands::Problem;

async fn asked(router: &Router, path: &str) -> (StatusCode, String) {
    let request = Request::get(path).body(Body::empty()).unwrap();
    let answer = router.clone().oneshot(request).await.unwrap();
    let status = answer.status();
    let bytes = to_bytes(answer.into_body(), usize::MAX).await.unwrap();
    (status, String::from_utf8(bytes.to_vec()).unwrap())
}

const ONE_SEAT: Bounds = Bounds {
    in_all: 1,
    per_address: 1,
    head: PATIENCE,
    stalled: PATIENCE,
};

fn figures_are_told(text: &str) {
    for line in [
        "mingqian_requests_total{method=\"GET\",route=\"/items\",class=\"2xx\"} 1",
        "mingqian_requests_total{method=\"GET\",route=\"-\",class=\"4xx\"} 1",
        "mingqian_request_seconds_count 2",
        "mingqian_connections_open 1",
        "mingqian_connections_refused_total 1",
        "mingqian_database_up 1",
        "mingqian_jobs{state=\"waiting\"} 0",
        "mingqian_disk_full 0",
        "mingqian_disk_reserve_bytes 0",
    ] {
        assert!(text.lines().any(|one| one == line), "{line}: {text}");
    }
    for name in [
        "mingqian_log_entries",
        "mingqian_database_bytes",
        "mingqian_memory_bytes",
        "mingqian_disk_free_bytes",
    ] {
        let value = text.lines().find_map(|line| line.strip_prefix(name));
        let value: Option<u64> = value.and_then(|value| value.trim().parse().ok());
        assert!(value.is_some_and(|value| value > 0), "{name}: {text}");
    }
}

#[tokio::test]
async fn the_machine_says_how_it_is_and_of_nobody_anything() {
    on_both(|db| async move {
        let city = City::found(db).await;
        let web = WebState::new(city.app.clone(), false, Facts::default());
        let site = web::route::router(&web);
        asked(&site, "/items?q=%E6%A3%80%E6%9F%A5%E5%91%98%E7%94%B2").await;
        asked(&site, "/nowhere/secret").await;
        let doors = Doors::new(ONE_SEAT, |_| false);
        let seat = doors.seat("192.0.2.7".parse().unwrap());
        assert!(doors.seat("192.0.2.8".parse().unwrap()).is_none());
        let folder = tempfile::tempdir().unwrap();
        let (tell, keeping) = tokio::sync::watch::channel(None);
        let watch = Watch::new(
            city.app.clone(),
            (folder.path(), keeping),
            web.measures,
            doors,
        );
        let router = watch.router();
        let (status, text) = asked(&router, "/metrics").await;
        assert_eq!(status, StatusCode::OK);
        figures_are_told(&text);
        assert!(text.contains("mingqian_pool_connections{pool=\"read\",state="));
        for kept_out in ["192.0.2", "secret", "%E6", "检查员"] {
            assert!(!text.contains(kept_out), "{kept_out}: {text}");
        }
        let (status, health) = asked(&router, "/health").await;
        assert_eq!((status, health.as_str()), (StatusCode::OK, "{\"ok\":true}"));
        let (status, ready) = asked(&router, "/ready").await;
        assert_eq!(status, StatusCode::OK, "{ready}");
        tell.send_replace(Some(Problem {
            code: "CKPT-006".to_owned(),
            place: "database".to_owned(),
            sentence: "运行之中数据库被换成了别的".to_owned(),
        }));
        let (status, ready) = asked(&router, "/ready").await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        assert!(
            ready.contains("CKPT-006") && ready.contains("被换成了别的"),
            "{ready}"
        );
        tell.send_replace(None);
        drop(seat);
        city.app.db.close().await;
        let (status, ready) = asked(&router, "/ready").await;
        assert_eq!(status, StatusCode::SERVICE_UNAVAILABLE);
        let told: Value = serde_json::from_str(&ready).unwrap();
        assert_eq!(told["ready"], false);
        assert_eq!(told["parts"][0]["part"], "database");
        assert!(told["parts"][0]["sentence"].is_string(), "{ready}");
        assert!(
            asked(&router, "/metrics")
                .await
                .1
                .contains("mingqian_database_up 0")
        );
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_server_whose_database_went_away_is_not_ready_until_it_is_back() {
    let server = PostgresDatabase::fresh();
    let wire = Wire::to(server.url());
    let db = store::Db::open_postgres(wire.url(), &upgrade()).await;
    let city = City::found(db.unwrap()).await;
    let web = WebState::new(city.app.clone(), false, Facts::default());
    let folder = tempfile::tempdir().unwrap();
    let doors = Doors::new(ONE_SEAT, |_| false);
    let (_tell, keeping) = tokio::sync::watch::channel(None);
    let router = Watch::new(
        city.app.clone(),
        (folder.path(), keeping),
        web.measures,
        doors,
    )
    .router();
    let parts = async || {
        let (status, ready) = asked(&router, "/ready").await;
        let told: Value = serde_json::from_str(&ready).unwrap();
        let parts = told["parts"].as_array().unwrap().clone();
        let faulty = parts.into_iter().filter(|part| part["ok"] == false);
        let codes = faulty.map(|part| format!("{} {}", part["part"], part["code"]));
        (status, codes.collect::<Vec<_>>())
    };
    assert_eq!(parts().await, (StatusCode::OK, vec![]));
    wire.take_down();
    let away = ["\"database\" \"STOR-529\"", "\"write\" \"STOR-529\""];
    let away = away.map(str::to_owned).to_vec();
    assert_eq!(parts().await, (StatusCode::SERVICE_UNAVAILABLE, away));
    // It lives, so nobody has to start it anew.
    assert_eq!(asked(&router, "/health").await.0, StatusCode::OK);
    let (_, told) = asked(&router, "/metrics").await;
    assert!(told.contains("mingqian_database_up 0"), "{told}");
    wire.put_up();
    assert_eq!(parts().await, (StatusCode::OK, vec![]));
    city.app.db.close().await;
}
