//! Who witnesses a ceremony by an account: the supervision or the legal review signs in and says so of itself, once; whoever
//! takes part in the draw has no such right.

use axum::http::StatusCode;
use domain::account::Role;

use crate::cast::with_cast_of_two;
use crate::two::{all_open, announced, follows, frozen, publishes, says};

#[tokio::test]
async fn a_witness_by_account_opens_the_door_for_the_nonces() {
    with_cast_of_two(40, 6, async |cast| {
        let (no, links) = frozen(&cast, &announced(&[])).await;
        let done = publishes(&cast, &no, &[]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        cast.site.city.clock.advance_minutes(61);
        let officer = cast.grant(&cast.officer_id).await;
        let supervisor = cast
            .site
            .city
            .account("supervisor3", &[(Role::Supervisor, 0)])
            .await;
        let supervisor = cast.site.signed_in(&supervisor).await;
        let attend = format!("/w/campaigns/{no}/attend");
        says(&supervisor.get(&attend).await, &["DRAW-056"], &[]);
        let term = "抽取仪式定在 2026-11-23 10:00:00";
        says(
            &officer.get("/w").await,
            &["开始抽取仪式", term],
            &["检查期间自"],
        );
        cast.done(&officer, &no, "ceremony", &[]).await;
        let refused = cast
            .hand_in(&links[0], "nonce", crate::cast::NONCES[0].1)
            .await;
        says(&refused, &["DRAW-057"], &[]);

        let term = "接收随机数截止 2026-11-23 11:00:00";
        says(&supervisor.get("/w").await, &["登记到场见证", term], &[]);
        let own = officer.get(&attend).await;
        assert_eq!(own.status, StatusCode::FORBIDDEN, "{}", own.text);
        cast.done(&supervisor, &no, "attend", &[]).await;
        let page = officer.get(&format!("/w/campaigns/{no}")).await;
        says(&page, &["样例supervisor3"], &[]);
        says(&supervisor.get(&attend).await, &["DRAW-062"], &[]);
        says(&supervisor.get("/w").await, &[], &["登记到场见证"]);

        all_open(&cast, &links).await;
        follows(&cast).await;
        let page = officer.get(&format!("/w/campaigns/{no}")).await;
        says(&page, &["已抽取，等待派发检查"], &[]);
    })
    .await;
}
