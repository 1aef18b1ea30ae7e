use axum::response::IntoResponse as _;

use super::*;
use crate::layout::DisplayModes;

fn frame() -> Frame {
    Frame {
        bureau: "示例市城市管理局".into(),
        modes: DisplayModes::default(),
        demo: false,
        here: Address::fixed("/w"),
        full: false,
        refresh_seconds: None,
        is_filled_in: false,
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
    let fault = Problem::Fault {
        request: "7f3a".into(),
    };
    let damaged = Problem::Damaged {
        code: "STOR-504",
        damage: Damage {
            place: "某处".into(),
            public: "某处".into(),
        },
    };
    for (problem, status, code) in [
        (damaged, 500, "STOR-504"),
        (Problem::Forbidden(refusal()), 403, "AUTH-012"),
        (Problem::NotFound, 404, "PAGE-404"),
        (Problem::Conflict(refusal()), 409, "AUTH-012"),
        (Problem::Unsound(refusal()), 503, "AUTH-012"),
        (Problem::Unavailable(refusal()), 503, "AUTH-012"),
        (Problem::Unread(refusal()), 409, "AUTH-012"),
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

#[test]
fn what_is_damaged_says_where_that_waiting_is_no_remedy_and_to_strangers_no_key_that_is_not_public()
{
    let damage = Damage {
        place: "库中表 recusals 行 甲 乙 的列 ground 读不出".into(),
        public: "库中表 recusals 列 ground 有一行读不出".into(),
    };
    let code = "STOR-500";
    let problem = Problem::Damaged { code, damage };
    let page = askama::Template::render(&problem.in_plain(frame())).unwrap();
    for word in ["recusals", "稍后再试没有用", "mingqian audit", "系统管理员"] {
        assert!(page.contains(word), "{word}: {page}");
    }
    assert!(!page.contains("甲 乙"), "{page}");
}
