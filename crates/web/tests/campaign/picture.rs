//! The picture of the dice: it is kept with the entry it proves, the second account reads it, and it says what was
//! thrown to whoever looks later; what is no picture comes back with everything that was typed.

use std::pin::Pin;
use std::task::{Context, Poll};

use axum::body::{Body, to_bytes};
use axum::http::{Request, StatusCode};
use sha2::{Digest as _, Sha256};
use tower::ServiceExt as _;

use crate::browser::{Browser, Page, picture};
use crate::cast::{Cast, with_cast_of_two};
use crate::two::{DIGITS, announced, city_approver, frozen, meets, publishes, says};

/// The form sent as a browser sends it, with these bytes as the chosen file; none chosen is an empty part.
async fn sends(who: &Browser, page: &Page, path: &str, file: &[u8]) -> Page {
    let hidden = ["_token", "_once", "_premise"].map(|name| (name, page.input(name)));
    let typed = [("digits", DIGITS), ("source", "十面骰 20 枚，二楼会议室")];
    let typed = typed.map(|(name, value)| (name, value.to_owned()));
    let mut body = Vec::new();
    for (name, value) in hidden.into_iter().chain(typed) {
        let part =
            format!("--x\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n");
        body.extend(part.bytes());
    }
    let head =
        "--x\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"a.jpg\"\r\n\r\n";
    body.extend([head.as_bytes(), file, b"\r\n--x--\r\n"].concat());
    let request = Request::post(path)
        .header("content-type", "multipart/form-data; boundary=x")
        .header("sec-fetch-site", "same-origin");
    who.send(request.body(Body::from(body)).unwrap()).await
}

/// The bytes behind an address, and what kind they are called.
async fn fetched(who: &Browser, path: &str) -> (StatusCode, String, Vec<u8>) {
    let token = who.token.clone().unwrap();
    let asked = Request::get(path)
        .header("host", "127.0.0.1:8080")
        .header("cookie", format!("mq={token}"));
    let asked = asked.body(Body::empty()).unwrap();
    let answer = who.site.router.clone().oneshot(asked).await.unwrap();
    let kind = answer.headers()["content-type"]
        .to_str()
        .unwrap()
        .to_owned();
    let status = answer.status();
    let bytes = to_bytes(answer.into_body(), 64 << 20).await.unwrap();
    (status, kind, bytes.to_vec())
}

async fn thrown(cast: &Cast) -> (String, Browser) {
    let (no, _) = frozen(cast, &announced(&[("dice", "hall-dice")])).await;
    let done = publishes(cast, &no, &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    cast.site.city.clock.advance_minutes(61);
    meets(cast, &no).await;
    (no, cast.grant(&cast.officer_id).await)
}

fn hash_of(bytes: &[u8]) -> String {
    store::hex(&Sha256::digest(bytes))
}

#[tokio::test]
async fn the_picture_of_the_dice_is_kept_and_shown_to_who_reads_them_anew() {
    with_cast_of_two(40, 6, async |cast| {
        let (no, officer) = thrown(&cast).await;
        let path = format!("/w/campaigns/{no}/dice");
        let asked = officer.get(&path).await;
        says(
            &asked,
            &["enctype=\"multipart/form-data\"", "骰子的照片"],
            &[],
        );

        let large = [picture(""), vec![0; (8 << 20) + 1]].concat();
        for (file, code) in [
            (&b""[..], "CAMP-043"),
            (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "DRAW-077"),
            (b"%PDF-1.7 the dice", "DRAW-077"),
            (large.as_slice(), "CAMP-044"),
        ] {
            let refused = sends(&officer, &asked, &path, file).await;
            assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY, "{code}");
            says(&refused, &[code, DIGITS, "二楼会议室"], &[]);
            assert_eq!(refused.shows("请重新选一次"), !file.is_empty(), "{code}");
        }

        let dice = picture("twenty dice on a table");
        let done = sends(&officer, &asked, &path, &dice).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        let shown = format!("/w/campaigns/{no}/attempts/1/pictures/{}", hash_of(&dice));
        let second = city_approver(&cast).await;
        says(
            &second.get(&path).await,
            &[&shown, "二楼会议室"],
            &["name=\"source\"", DIGITS],
        );
        let seen = fetched(&second, &shown).await;
        assert_eq!(
            seen,
            (StatusCode::OK, "image/jpeg".to_owned(), dice.clone())
        );
        // Until two have read the same, nobody else looks; and there is no other picture.
        let initiator = cast.grant(&cast.initiator_id).await;
        assert_eq!(fetched(&initiator, &shown).await.0, StatusCode::FORBIDDEN);
        let other = shown.replace(&hash_of(&dice), &"0".repeat(64));
        assert_eq!(fetched(&second, &other).await.0, StatusCode::NOT_FOUND);
        let other = shown.replace("attempts/1", "attempts/2");
        assert_eq!(fetched(&second, &other).await.0, StatusCode::NOT_FOUND);

        cast.done(&second, &no, "dice", &[("digits", DIGITS)]).await;
        let page = initiator.get(&format!("/w/campaigns/{no}")).await;
        says(&page, &[&shown, "看照片"], &[]);
        assert_eq!(fetched(&initiator, &shown).await.2, dice);
    })
    .await;
}

/// Of who has no session nothing is kept, and whoever lets his file trickle in holds up nobody.
#[tokio::test]
async fn a_file_that_never_ends_and_comes_from_nobody_takes_no_room() {
    with_cast_of_two(40, 6, async |cast| {
        let (no, officer) = thrown(&cast).await;
        let path = format!("/w/campaigns/{no}/dice");
        let mut trickling = Vec::new();
        for _ in 0..20 {
            let head =
                "--x\r\nContent-Disposition: form-data; name=\"picture\"; filename=\"a\"\r\n\r\n";
            let request = Request::post(&path)
                .header("host", "127.0.0.1:8080")
                .header("content-type", "multipart/form-data; boundary=x")
                .header("sec-fetch-site", "same-origin")
                .body(Body::new(Trickle(Some(head))));
            let answer = officer.site.router.clone().oneshot(request.unwrap());
            trickling.push(tokio::spawn(Box::pin(answer)));
        }
        tokio::task::yield_now().await;
        let asked = officer.get(&path).await;
        let done = sends(&officer, &asked, &path, &picture("dice")).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
        assert!(
            trickling.iter().all(|one| !one.is_finished()),
            "nobody waited for them"
        );
        // What he typed comes back all the same.
        let nobody = cast.site.stranger();
        let page = sends(&nobody, &asked, &path, &picture("dice")).await;
        says(&page, &[DIGITS, "二楼会议室"], &[]);
    })
    .await;
}

/// The beginning of a body whose end never comes.
struct Trickle(Option<&'static str>);

impl http_body::Body for Trickle {
    type Data = axum::body::Bytes;
    type Error = std::convert::Infallible;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        _: &mut Context<'_>,
    ) -> Poll<Option<Result<http_body::Frame<Self::Data>, Self::Error>>> {
        match self.0.take() {
            Some(head) => Poll::Ready(Some(Ok(http_body::Frame::data(head.into())))),
            None => Poll::Pending,
        }
    }
}

/// Who mends his own entry sends the picture again only if it is another one.
#[tokio::test]
async fn an_own_entry_is_mended_without_the_picture_or_with_another() {
    with_cast_of_two(40, 6, async |cast| {
        let (no, officer) = thrown(&cast).await;
        let path = format!("/w/campaigns/{no}/dice");
        let first = picture("the first picture");
        let asked = officer.get(&path).await;
        let done = sends(&officer, &asked, &path, &first).await;
        assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);

        let asked = officer.get(&path).await;
        says(&asked, &["已经存有一张", DIGITS], &[]);
        let same = sends(&officer, &asked, &path, b"").await;
        says(&same, &["AUTH-017"], &["CAMP-043"]);
        let typed = [
            ("digits", "27182818284590452353"),
            ("source", "十面骰 20 枚，一楼"),
        ];
        let mended = officer
            .submit(&officer.get(&path).await, &path, &typed)
            .await;
        assert_eq!(mended.status, StatusCode::SEE_OTHER, "{}", mended.text);
        let another = picture("a better picture");
        let asked = officer.get(&path).await;
        let mended = sends(&officer, &asked, &path, &another).await;
        assert_eq!(mended.status, StatusCode::SEE_OTHER, "{}", mended.text);
        // The one the entry names is shown; the former is kept, and nobody is led to it.
        let second = city_approver(&cast).await;
        let page = second.get(&path).await;
        says(&page, &[&hash_of(&another)], &[&hash_of(&first)]);
        let asked = officer.get(&path).await;
        let back = sends(&officer, &asked, &path, &first).await;
        assert_eq!(back.status, StatusCode::SEE_OTHER, "{}", back.text);
        says(
            &second.get(&path).await,
            &[&hash_of(&first)],
            &[&hash_of(&another)],
        );
    })
    .await;
}
