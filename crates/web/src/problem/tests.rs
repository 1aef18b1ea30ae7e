use axum::response::IntoResponse as _;

use super::*;
use crate::layout::DisplayModes;

fn frame() -> Frame {
    Frame {
        bureau: "示例市城市管理局".into(),
        modes: DisplayModes::default(),
        demo: false,
        here: Address::fixed("/w"),
        refresh_seconds: None,
    }
}

fn refusal() -> Refusal {
    Refusal::new(
        "AUTH-012",
        "方案由本人起草、修改或提交，不能由本人批准。",
        "可转给：分管领导。",
    )
}

#[test]
fn every_problem_has_its_status_a_code_and_a_title() {
    let gone = Problem::Gone {
        reason: "公示期满。".into(),
        since: "2026-11-23".into(),
        log_number: 7,
    };
    let fault = Problem::Fault {
        request: "7f3a".into(),
    };
    for (problem, status, code) in [
        (Problem::Forbidden(refusal()), 403, "AUTH-012"),
        (Problem::NotFound, 404, "PAGE-404"),
        (Problem::Conflict(refusal()), 409, "AUTH-012"),
        (gone, 410, "PAGE-410"),
        (Problem::Unusable(refusal()), 422, "AUTH-012"),
        (Problem::Unknown(refusal(), None), 503, "AUTH-012"),
        (fault, 500, "PAGE-500 7f3a"),
    ] {
        assert_eq!(problem.status().as_u16(), status);
        let page = askama::Template::render(&problem.in_plain(frame())).unwrap();
        assert!(page.contains(code), "{status} shows {code}");
        assert!(page.contains(problem.title()));
        assert_eq!(problem.respond_plain(frame()).status(), problem.status());
    }
}

#[test]
fn a_problem_page_is_never_stored() {
    let response = Problem::NotFound.in_plain(frame()).into_response();
    assert_eq!(response.headers()["cache-control"], "no-store");
}
