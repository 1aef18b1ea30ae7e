//! A head who signs on paper: one account enters the paper, another compares it with the scan, and the plan is approved in
//! the name of who signed.
//!
//! A failure is a paper that does what the screen forbids, an approval by who typed it, one that counts for another plan
//! than was signed, or one of which its signatory never hears.

use app::premise::Thing;
use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use domain::account::{Grant, Role};
use domain::campaign::StateKind;
use domain::id::{AccountId, CampaignNo, PaperId};
use sha2::{Digest as _, Sha256};
use store::campaign::StoredCampaign;
use testkit::city::{as_shown, unit};
use testkit::engines::on_both;
use tower::ServiceExt as _;

use crate::browser::{Browser, Page, picture};
use crate::cast::{Cast, whole_plan, with_cast};
use crate::two::says;

const NUMBER: &str = "环签〔2026〕12 号";

fn today(cast: &Cast) -> String {
    cast.site.city.app.clock.now().date().to_string()
}

async fn submitted(cast: &Cast) -> String {
    let no = cast.plan(&whole_plan()).await;
    cast.done(&cast.initiator, &no, "submit", &[]).await;
    no
}

/// Drafted and submitted by this account.
async fn submitted_by(cast: &Cast, who: &Browser) -> String {
    let asked = who.get("/w/campaigns/new").await;
    let made = who.submit(&asked, "/w/campaigns/new", &whole_plan()).await;
    let no = made.location().split('/').nth(3).unwrap().to_owned();
    cast.done(who, &no, "submit", &[]).await;
    no
}

/// What is typed of a paper that this account signed.
async fn enters(cast: &Cast, who: &Browser, no: &str, signatory: &AccountId) -> Page {
    enters_scan(cast, who, no, (signatory.as_str(), "signed")).await
}

async fn enters_scan(
    cast: &Cast,
    who: &Browser,
    no: &str,
    (signatory, scan): (&str, &str),
) -> Page {
    let today = today(cast);
    let typed = [
        ("signatory", signatory),
        ("dated", &today),
        ("number", NUMBER),
        ("scan", scan),
    ];
    cast.press(who, no, "paper", &typed).await
}

/// The address of the last paper on the page of the campaign.
async fn paper_of(who: &Browser, no: &str) -> String {
    let page = who.get(&format!("/w/campaigns/{no}")).await;
    let rest = page.text.rsplit("\"/w/papers/").next().unwrap();
    let id: String = rest
        .chars()
        .take_while(char::is_ascii_alphanumeric)
        .collect();
    format!("/w/papers/{id}")
}

async fn entered(cast: &Cast) -> (String, String) {
    entered_with(cast, "signed").await
}

/// Submitted, and this scan entered of it.
async fn entered_with(cast: &Cast, scan: &str) -> (String, String) {
    let no = submitted(cast).await;
    let what = (cast.approver_id.as_str(), scan);
    let done = enters_scan(cast, &cast.initiator, &no, what).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let paper = paper_of(&cast.initiator, &no).await;
    (no, paper)
}

async fn presses(who: &Browser, paper: &str, last: &str) -> Page {
    let page = who.get(paper).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.text);
    who.submit(&page, &format!("{paper}/{last}"), &[]).await
}

/// The press without the page that offers it.
async fn presses_unasked(cast: &Cast, who: &Browser, paper: &str, last: &str) -> Page {
    let id = PaperId::parse(paper.rsplit('/').next().unwrap()).unwrap();
    let shown = as_shown(&cast.site.city.app, Thing::Paper(&id)).await;
    let token = who.get("/w/account").await.input("_token");
    let key = store::hex(&cast.site.city.app.entropy.bytes::<16>());
    let fields = [
        ("_token", token.as_str()),
        ("_once", &key),
        ("_premise", &shown.to_string()),
    ];
    who.post_raw(&format!("{paper}/{last}"), &fields).await
}

async fn kept(cast: &Cast, no: &str) -> StoredCampaign {
    let mut reader = cast.site.city.app.db.read().await.unwrap();
    let number = CampaignNo::parse(no).unwrap();
    store::campaign::by_number(&mut reader, &number)
        .await
        .unwrap()
}

fn refused(page: &Page, code: &str) {
    assert!(page.shows(code), "{code}: {} {}", page.status, page.text);
    assert_eq!(page.status, StatusCode::CONFLICT, "{code}");
}

/// The form with these bytes as the chosen file.
async fn sends(
    who: &Browser,
    page: &Page,
    path: &str,
    typed: &[(&str, &str)],
    file: &[u8],
) -> Page {
    let hidden = ["_token", "_once", "_premise"].map(|name| (name, page.input(name)));
    let typed = typed
        .iter()
        .map(|(name, value)| (*name, (*value).to_owned()));
    let mut body = Vec::new();
    for (name, value) in hidden.into_iter().chain(typed) {
        let part =
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.bytes());
    }
    let head = "--x\r\nContent-Disposition: form-data; name=\"scan\"; filename=\"a.pdf\"\r\n\r\n";
    body.extend([head.as_bytes(), file, b"\r\n--x--\r\n"].concat());
    let request = Request::post(path)
        .header("content-type", "multipart/form-data; boundary=x")
        .header("sec-fetch-site", "same-origin");
    who.send(request.body(Body::from(body)).unwrap()).await
}

/// The bytes behind an address, what kind they are called, and whether they are to be kept rather than shown.
async fn fetched(who: &Browser, path: &str) -> (StatusCode, String, String, Vec<u8>) {
    let token = who.token.clone().unwrap();
    let asked = Request::get(path)
        .header("host", "127.0.0.1:8080")
        .header("cookie", format!("mq={token}"));
    let asked = asked.body(Body::empty()).unwrap();
    let answer = who.site.router.clone().oneshot(asked).await.unwrap();
    let header = |name: &str| {
        let value = answer.headers().get(name);
        value.map_or_else(String::new, |value| value.to_str().unwrap().to_owned())
    };
    let (kind, shown) = (header("content-type"), header("content-disposition"));
    let status = answer.status();
    let bytes = to_bytes(answer.into_body(), 64 << 20).await.unwrap();
    (status, kind, shown, bytes.to_vec())
}

#[tokio::test]
async fn a_plan_signed_on_paper_is_entered_by_its_drafter_confirmed_by_another_and_launched() {
    on_both(|db| async move {
        let cast = Cast::gather(db, 40, 6).await;
        let no = submitted(&cast).await;
        let page = cast.initiator.get(&format!("/w/campaigns/{no}")).await;
        says(&page, &["代录线下签批"], &[NUMBER]);
        let done = enters(&cast, &cast.initiator, &no, &cast.approver_id).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let page = cast.initiator.get(done.location()).await;
        says(&page, &["已代录线下签批", NUMBER, "等待核对"], &[]);
        assert_eq!(kept(&cast, &no).await.campaign.kind(), StateKind::Submitted);

        // Who can confirm it finds it on the first page, and so does who signed.
        let paper = paper_of(&cast.initiator, &no).await;
        let desk = cast.officer.get("/w").await;
        says(&desk, &["核对线下签批", &paper], &["以本人名义"]);
        let desk = cast.approver.get("/w").await;
        says(&desk, &["有以本人名义代录的线下签批", &paper], &[]);

        let shown = cast.officer.get(&paper).await;
        says(&shown, &["核查净化设施运行与清洗", NUMBER, "approver1"], &[]);
        let scan = fetched(&cast.officer, &format!("{paper}/scan")).await;
        let is = ("image/jpeg".to_owned(), "inline".to_owned(), picture("signed"));
        assert_eq!((scan.1, scan.2, scan.3), is);
        let done = presses(&cast.officer, &paper, "confirm").await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);

        let stored = kept(&cast, &no).await;
        let approval = stored.campaign.state.approval().unwrap();
        assert_eq!(approval.step.by, cast.approver_id, "who signed approved");
        assert!(stored.plan_record.is_some());
        let line = "样例approver1线下签批，2026 年 11 月 23 日，编号环签〔2026〕12 号，样例initiator1代录、样例drawer1核对";
        let page = cast.initiator.get(&format!("/w/campaigns/{no}")).await;
        says(&page, &[line, "已批准"], &[]);
        // The trace is for those who read what the account does that confirmed it.
        let page = cast.approver.get(&format!("/w/campaigns/{no}")).await;
        says(&page, &["线下签批，抽取经办·样例drawer1核对"], &[]);
        traced(&cast, line).await;

        // It waits for nobody any more; who signed is told until he says that he knows.
        let desk = cast.officer.get("/w").await;
        says(&desk, &[], &[&paper]);
        let desk = cast.approver.get("/w").await;
        says(&desk, &[&paper, line], &[]);
        let noted = presses(&cast.approver, &paper, "note").await;
        assert_eq!(noted.status, StatusCode::SEE_OTHER, "{}", noted.text);
        let desk = cast.approver.get("/w").await;
        says(&desk, &[], &[&paper]);

        cast.done(&cast.initiator, &no, "launch", &[]).await;
        // Who confirmed the entry judged nothing, and draws.
        cast.done(&cast.officer, &no, "freeze", &[]).await;
    })
    .await;
}

/// The newest entry of the log is the approval, and says how it was made.
async fn traced(cast: &Cast, line: &str) {
    let number = cast.log_size().await - 1;
    let page = cast.approver.get(&format!("/w/log/{number}")).await;
    let scan = store::hex(&Sha256::digest(picture("signed")));
    let who = "样例drawer1（抽取经办）核对";
    says(
        &page,
        &["批准方案", "campaign.approve", who, line, &scan],
        &[],
    );
    for account in [&cast.approver_id, &cast.initiator_id, &cast.officer_id] {
        assert!(page.shows(account.as_str()), "{}", page.text);
    }
}

#[tokio::test]
async fn neither_who_entered_a_paper_nor_who_wrote_of_the_plan_confirms_it_and_its_signatory_does()
{
    with_cast(40, 6, async |cast| {
        let city = &cast.site.city;
        let roles = [(Role::Initiator, 1), (Role::DrawingOfficer, 0)];
        let both = city.account("both1", &roles).await;
        let both = cast.grant(&both).await;
        // He entered it.
        let no = submitted(&cast).await;
        let done = enters(&cast, &both, &no, &cast.approver_id).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let paper = paper_of(&both, &no).await;
        says(
            &both.get(&paper).await,
            &["AUTH-041"],
            &["扫描件与本页一致"],
        );
        says(&both.get("/w").await, &[], &["核对线下签批"]);
        let before = cast.log_size().await;
        refused(
            &presses_unasked(&cast, &both, &paper, "confirm").await,
            "AUTH-041",
        );
        // He drafted it.
        let drafted = submitted_by(&cast, &both).await;
        let done = enters_scan(
            &cast,
            &cast.initiator,
            &drafted,
            (cast.approver_id.as_str(), "other"),
        )
        .await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let own = paper_of(&both, &drafted).await;
        refused(
            &presses_unasked(&cast, &both, &own, "confirm").await,
            "AUTH-042",
        );
        // Who may not confirm papers at all.
        let page = presses_unasked(&cast, &cast.initiator, &paper, "confirm").await;
        assert_eq!(page.status, StatusCode::FORBIDDEN);
        assert_eq!(kept(&cast, &no).await.campaign.kind(), StateKind::Submitted);
        assert!(cast.log_size().await > before);
        for paper in [paper, own] {
            let done = presses(&cast.approver, &paper, "confirm").await;
            assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        }
    })
    .await;
}

#[tokio::test]
async fn what_refuses_the_signatory_on_the_screen_refuses_his_paper() {
    with_cast(40, 6, async |cast| {
        let city = &cast.site.city;
        let roles = [(Role::Initiator, 1), (Role::Approver, 0)];
        let head = city.account("head1", &roles).await;
        let browser = cast.grant(&head).await;
        let no = submitted_by(&cast, &browser).await;
        let before = cast.log_size().await;
        let page = enters(&cast, &cast.initiator, &no, &head).await;
        refused(&page, "AUTH-012");
        says(&page, &["签批人样例head1", NUMBER, &today(&cast)], &[]);
        // No approver, and nobody.
        let page = enters(&cast, &cast.initiator, &no, &cast.officer_id).await;
        refused(&page, "PAPR-012");
        let nobody = AccountId::from_entropy([250; 12]);
        refused(
            &enters(&cast, &cast.initiator, &no, &nobody).await,
            "PAPR-008",
        );
        assert_eq!(cast.log_size().await, before);

        // He had the role when the paper was entered, and has it no more.
        let other = city.account("head2", &[(Role::Approver, 0)]).await;
        let done = enters(&cast, &cast.initiator, &no, &other).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let paper = paper_of(&cast.initiator, &no).await;
        let chief = city.account("chief1", &[(Role::SecurityAdmin, 0)]).await;
        let chief = city.acting(&chief).await;
        let shown = as_shown(&city.app, Thing::Account(&other)).await;
        let grant = Grant {
            role: Role::Approver,
            unit: unit(0),
        };
        let revoked = city.app.revoke_role(&chief, &other, &shown, &grant);
        revoked.await.unwrap();
        let before = cast.log_size().await;
        refused(
            &presses_unasked(&cast, &cast.officer, &paper, "confirm").await,
            "PAPR-012",
        );
        assert_eq!(cast.log_size().await, before);
    })
    .await;
}

#[tokio::test]
async fn a_paper_counts_for_the_plan_that_was_signed_and_lapses_with_it() {
    on_both(|db| async move {
        let cast = Cast::gather(db, 40, 6).await;
        let (no, paper) = entered(&cast).await;
        let open = cast.officer.get(&paper).await;
        cast.done(&cast.initiator, &no, "recall", &[]).await;
        cast.done(&cast.initiator, &no, "submit", &[]).await;
        let before = cast.log_size().await;
        let confirm = format!("{paper}/confirm");
        let late = cast.officer.submit(&open, &confirm, &[]).await;
        refused(&late, "PAPR-005");
        says(
            &late,
            &["已失效", "initiator1", "重新签批"],
            &["扫描件与本页一致"],
        );
        assert_eq!(cast.log_size().await, before);
        let page = cast.initiator.get(&format!("/w/campaigns/{no}")).await;
        says(&page, &["已失效", NUMBER], &[]);
        says(&cast.officer.get("/w").await, &[], &[&paper]);

        // New rules make another PLAN of the same plan.
        let done = enters(&cast, &cast.initiator, &no, &cast.approver_id).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let second = paper_of(&cast.initiator, &no).await;
        let open = cast.officer.get(&second).await;
        cast.site
            .city
            .adopt("2026-9", &[("rate.D", "40/100")])
            .await;
        let confirm = format!("{second}/confirm");
        refused(&cast.officer.submit(&open, &confirm, &[]).await, "PAPR-005");
        assert_eq!(kept(&cast, &no).await.campaign.kind(), StateKind::Submitted);
    })
    .await;
}

/// A head signed one text of one plan: his paper is not worth another signature.
#[tokio::test]
async fn one_scan_judges_one_text_of_one_plan() {
    on_both(|db| async move {
        let cast = Cast::gather(db, 40, 6).await;
        let enters = async |no: &str, scan: &'static str| {
            let what = (cast.approver_id.as_str(), scan);
            enters_scan(&cast, &cast.initiator, no, what).await
        };
        let (no, paper) = entered(&cast).await;
        // Another campaign while the paper waits.
        let second = submitted(&cast).await;
        let page = enters(&second, "signed").await;
        refused(&page, "PAPR-013");
        says(&page, &[&no, "等待核对", "另扫描一次"], &[]);
        // The same text of the same plan, after the entry was taken back or the plan recalled and submitted as it was.
        let dropped = presses(&cast.initiator, &paper, "drop").await;
        assert_eq!(dropped.status, StatusCode::SEE_OTHER, "{}", dropped.text);
        let again = enters(&no, "signed").await;
        assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.text);
        cast.done(&cast.initiator, &no, "recall", &[]).await;
        cast.done(&cast.initiator, &no, "submit", &[]).await;
        let again = enters(&no, "signed").await;
        assert_eq!(again.status, StatusCode::SEE_OTHER, "{}", again.text);
        // The plan is changed: what was signed is not what would be approved.
        cast.done(&cast.initiator, &no, "recall", &[]).await;
        let changed: Vec<_> = whole_plan()
            .into_iter()
            .map(|(name, value)| match name {
                "title" => (name, "2026 年第四季度另一项抽查"),
                _ => (name, value),
            })
            .collect();
        let edited = cast.press(&cast.initiator, &no, "plan", &changed).await;
        assert_eq!(edited.status, StatusCode::SEE_OTHER, "{}", edited.text);
        cast.done(&cast.initiator, &no, "submit", &[]).await;
        let before = cast.log_size().await;
        refused(&enters(&no, "signed").await, "PAPR-013");
        refused(&enters(&second, "signed").await, "PAPR-013");
        assert_eq!(cast.log_size().await, before);
        for (no, scan) in [(&no, "signed-anew"), (&second, "signed-for-it")] {
            cast.site.city.clock.advance_minutes(1);
            let done = enters(no, scan).await;
            assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
            let paper = paper_of(&cast.initiator, no).await;
            let done = presses(&cast.officer, &paper, "confirm").await;
            assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        }
    })
    .await;
}

#[tokio::test]
async fn of_the_screen_and_the_paper_the_first_counts_and_the_other_is_told() {
    with_cast(40, 6, async |cast| {
        // The screen.
        let (no, paper) = entered(&cast).await;
        let open = cast.officer.get(&paper).await;
        cast.done(&cast.approver, &no, "approve", &[]).await;
        let before = cast.log_size().await;
        let late = cast
            .officer
            .submit(&open, &format!("{paper}/confirm"), &[])
            .await;
        refused(&late, "PAPR-005");
        says(&late, &["批准方案", "已失效"], &[]);
        assert_eq!(cast.log_size().await, before);
        let page = cast.initiator.get(&format!("/w/campaigns/{no}")).await;
        says(&page, &["已批准"], &["样例drawer1核对"]);
        // The paper.
        let (no, paper) = entered_with(&cast, "another").await;
        let path = format!("/w/campaigns/{no}/approve");
        let open = cast.approver.get(&path).await;
        let done = presses(&cast.officer, &paper, "confirm").await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let before = cast.log_size().await;
        let late = cast.approver.submit(&open, &path, &[]).await;
        refused(&late, "SEEN-001");
        says(&late, &["批准方案：线下签批，样例drawer1核对"], &[]);
        assert_eq!(cast.log_size().await, before);
        // Twice is once.
        let again = cast.officer.get(&paper).await;
        says(&again, &["已核对"], &["扫描件与本页一致"]);
    })
    .await;
}

#[tokio::test]
#[expect(clippy::too_many_lines, reason = "one story, told straight")]
async fn what_is_no_scan_and_what_no_paper_can_say_comes_back_with_what_was_typed() {
    with_cast(40, 6, async |cast| {
        let no = submitted(&cast).await;
        let path = format!("/w/campaigns/{no}/paper");
        let asked = cast.initiator.get(&path).await;
        says(
            &asked,
            &["enctype=\"multipart/form-data\"", "approver1"],
            &[],
        );
        let today = today(&cast);
        let typed = |dated: &'static str, number: &'static str| {
            [
                ("signatory", cast.approver_id.as_str()),
                ("dated", dated),
                ("number", number),
            ]
        };
        let before = cast.log_size().await;
        let large = [b"%PDF-1.7 ".to_vec(), vec![0; 8 << 20]].concat();
        let signed = &b"%PDF-1.7 signed"[..];
        for (dated, number, file, code) in [
            ("2026-11-23", NUMBER, &b""[..], "PAPR-009"),
            (
                "2026-11-23",
                NUMBER,
                b"<svg xmlns='http://www.w3.org/2000/svg'/>",
                "PAPR-010",
            ),
            ("2026-11-23", NUMBER, b"PK\x03\x04 a document", "PAPR-010"),
            ("2026-11-23", NUMBER, large.as_slice(), "PAPR-011"),
            ("2026-11-24", NUMBER, signed, "PAPR-001"),
            ("2026-11-22", NUMBER, signed, "PAPR-002"),
            ("2026-11-31", NUMBER, signed, "DATE-"),
            ("2026-11-23", "　", signed, "PAPR-003"),
        ] {
            let fields = typed(dated, number);
            let page = sends(&cast.initiator, &asked, &path, &fields, file).await;
            assert_eq!(page.status, StatusCode::UNPROCESSABLE_ENTITY, "{code}");
            says(&page, &[code, dated, number.trim()], &[]);
            assert_eq!(page.shows("请重新选一次"), !file.is_empty(), "{code}");
        }
        let without = [("dated", today.as_str()), ("number", NUMBER)];
        let page = sends(&cast.initiator, &asked, &path, &without, signed).await;
        says(&page, &["PAPR-008"], &[]);
        assert_eq!(cast.log_size().await, before);

        let fields = typed("2026-11-23", NUMBER);
        let done = sends(&cast.initiator, &asked, &path, &fields, signed).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        // The same scan is entered once as long as it waits.
        let asked = cast.initiator.get(&path).await;
        refused(
            &sends(&cast.initiator, &asked, &path, &fields, signed).await,
            "PAPR-006",
        );
        // A PDF is opened by the reader's own program, never in the page's place.
        let paper = paper_of(&cast.initiator, &no).await;
        let (status, kind, shown, bytes) = fetched(&cast.officer, &format!("{paper}/scan")).await;
        assert_eq!((status, kind.as_str()), (StatusCode::OK, "application/pdf"));
        assert!(
            shown.starts_with("attachment; filename=\"signed-paper-"),
            "{shown}"
        );
        assert_eq!(bytes, signed);
    })
    .await;
}

#[tokio::test]
async fn a_paper_is_taken_back_by_who_entered_it_or_whose_name_it_bears() {
    with_cast(40, 6, async |cast| {
        let (no, paper) = entered(&cast).await;
        let page = cast.officer.get(&paper).await;
        says(&page, &["扫描件与本页一致"], &["撤回这份签批"]);
        let drop = format!("{paper}/drop");
        refused(&cast.officer.submit(&page, &drop, &[]).await, "AUTH-043");
        let note = format!("{paper}/note");
        refused(&cast.officer.submit(&page, &note, &[]).await, "AUTH-044");
        let done = presses(&cast.initiator, &paper, "drop").await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let late = cast
            .officer
            .submit(&page, &format!("{paper}/confirm"), &[])
            .await;
        refused(&late, "SEEN-001");
        says(&late, &["已撤回"], &[]);
        says(&cast.approver.get("/w").await, &[], &[&paper]);
        // A name that was put under a paper nobody signed.
        let done = enters(&cast, &cast.initiator, &no, &cast.approver_id).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let forged = paper_of(&cast.initiator, &no).await;
        let done = presses(&cast.approver, &forged, "drop").await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        refused(
            &presses_unasked(&cast, &cast.officer, &forged, "confirm").await,
            "PAPR-004",
        );
        assert_eq!(kept(&cast, &no).await.campaign.kind(), StateKind::Submitted);
    })
    .await;
}

#[tokio::test]
async fn the_scan_is_for_those_who_confirm_papers_or_read_the_trace_of_the_unit() {
    with_cast(40, 6, async |cast| {
        let (_, paper) = entered(&cast).await;
        let city = &cast.site.city;
        let scan = format!("{paper}/scan");
        for (login, role, place, sees) in [
            ("reads1", Role::Supervisor, 0, StatusCode::OK),
            ("reads2", Role::Publisher, 0, StatusCode::OK),
            // Above the section: reads its campaigns, and not its trace.
            ("reads3", Role::Initiator, 0, StatusCode::FORBIDDEN),
        ] {
            let who = city.account(login, &[(role, place)]).await;
            let who = cast.grant(&who).await;
            let page = who.get(&paper).await;
            assert_eq!(page.status, StatusCode::OK, "{login}");
            assert_eq!(page.shows(&scan), sees == StatusCode::OK, "{login}");
            assert_eq!(fetched(&who, &scan).await.0, sees, "{login}");
        }
        let stranger = cast.site.stranger();
        let page = stranger.get(&scan).await;
        assert_eq!(page.status, StatusCode::SEE_OTHER, "to sign in");
    })
    .await;
}

/// Who compares scan and page can say where they differ; who entered it is told, as he is of one that lapsed.
#[tokio::test]
async fn a_paper_that_does_not_show_what_was_entered_is_turned_down_and_its_enterer_told() {
    on_both(|db| async move {
        let cast = Cast::gather(db, 40, 6).await;
        let (no, paper) = entered(&cast).await;
        let to = format!("{paper}/refuse");
        says(
            &cast.officer.get(&paper).await,
            &["不一致，退回代录人", &to],
            &[],
        );
        let page = cast.officer.get(&to).await;
        for reason in ["", "x"] {
            let refused_so = cast.officer.submit(&page, &to, &[("reason", reason)]).await;
            refused(&refused_so, "PAPR-014");
        }
        // Neither who entered it nor anybody without the right.
        let own = presses_unasked(&cast, &cast.initiator, &paper, "refuse").await;
        assert_eq!(own.status, StatusCode::FORBIDDEN);
        let why = "扫描件上的文号是 13 号";
        let page = cast.officer.get(&to).await;
        let done = cast.officer.submit(&page, &to, &[("reason", why)]).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        assert_eq!(kept(&cast, &no).await.campaign.kind(), StateKind::Submitted);
        let late = presses_unasked(&cast, &cast.officer, &paper, "confirm").await;
        refused(&late, "PAPR-004");

        let desk = cast.initiator.get("/w").await;
        let title = "2026 年第四季度餐饮企业油烟管控抽查";
        let row = format!("代录的线下签批被退回：{title}");
        says(&desk, &[&row, &paper, &no], &[]);
        let page = cast.initiator.get(&paper).await;
        says(
            &page,
            &["已退回", "样例drawer1退回", why],
            &["扫描件与本页一致"],
        );
        for other in [&cast.officer, &cast.approver] {
            says(&other.get("/w").await, &[], &[&paper]);
        }
        // Entered anew, it waits, and the old one is no news any more.
        let done = enters(&cast, &cast.initiator, &no, &cast.approver_id).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let second = paper_of(&cast.initiator, &no).await;
        says(&cast.initiator.get("/w").await, &[], &["被退回"]);
        let desk = cast.officer.get("/w").await;
        says(&desk, &[&format!("线下签批等待核对：{title}"), &no], &[]);

        // It lapses with a recall, and its enterer is told until he takes it back.
        cast.done(&cast.initiator, &no, "recall", &[]).await;
        let desk = cast.initiator.get("/w").await;
        says(
            &desk,
            &[&format!("代录的线下签批已失效：{title}"), &second],
            &[],
        );
        let done = presses(&cast.initiator, &second, "drop").await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        says(&cast.initiator.get("/w").await, &[], &["已失效"]);
    })
    .await;
}

/// Where the plan waits for its approval, the paper that waits for it is named before anything is pressed.
#[tokio::test]
async fn a_paper_that_waits_is_named_where_an_approval_or_a_recall_would_end_it() {
    with_cast(40, 6, async |cast| {
        let (no, paper) = entered(&cast).await;
        let told = "有一份线下签批等待核对，批准或撤回后失效。";
        for (who, last) in [
            (&cast.initiator, ""),
            (&cast.approver, "/approve"),
            (&cast.approver, "/return"),
            (&cast.initiator, "/recall"),
            (&cast.initiator, "/paper"),
        ] {
            let page = who.get(&format!("/w/campaigns/{no}{last}")).await;
            says(&page, &[told, &paper], &[]);
        }
        let done = presses(&cast.initiator, &paper, "drop").await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        for (who, last) in [(&cast.initiator, ""), (&cast.approver, "/approve")] {
            let page = who.get(&format!("/w/campaigns/{no}{last}")).await;
            says(&page, &[], &[told]);
        }
    })
    .await;
}
