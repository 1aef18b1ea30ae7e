use axum::body::to_bytes;
use tokio::sync::mpsc;

use super::*;
use crate::gate::finish::TOO_SLOW;
use crate::gate::press::QUEUING;

#[test]
fn a_page_is_waited_for_half_a_minute_and_longer_than_its_act_queues_for_what_is_announced() {
    assert_eq!(PATIENCE, Duration::from_secs(30));
    assert_eq!(PATIENCE * TURNS, Duration::from_secs(150));
    assert!(QUEUING < PATIENCE * TURNS);
    assert!(TOO_SLOW.refuse(&[]).sentence.contains("30 秒"));
}

/// A body whose pieces come when the story says so.
struct Told(mpsc::Receiver<usize>);

impl http_body::Body for Told {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<std::io::Result<Frame<Bytes>>>> {
        let piece = self.0.poll_recv(context);
        piece.map(|piece| piece.map(|bytes| Ok(Frame::data(Bytes::from(vec![0; bytes])))))
    }
}

/// What becomes of an upload of which so many bytes arrive in each turn of a page.
async fn upload(turns: &[usize], ends: bool) -> Option<usize> {
    let (to, from) = mpsc::channel(1);
    let arrived = Arrived::default();
    let body = arrived.counting(Body::new(Told(from)), Duration::MAX);
    let answer = async { to_bytes(body, usize::MAX).await.unwrap().len() };
    let mut pieces = turns.iter();
    let mut to = Some(to);
    let turn = || {
        let piece = pieces.next().copied();
        let to = if piece.is_none() && ends {
            drop(to.take());
            None
        } else {
            to.clone()
        };
        let came = arrived.clone();
        async move {
            if let (Some(piece), Some(to)) = (piece, to) {
                let wanted = came.so_far().bytes + u64::try_from(piece).unwrap();
                to.send(piece).await.unwrap();
                while came.so_far().bytes < wanted {
                    tokio::task::yield_now().await;
                }
            }
        }
    };
    waited_for(answer, turn, &arrived, None).await
}

#[tokio::test]
async fn an_upload_of_thirty_kilobytes_a_second_goes_on_past_the_half_minute_of_a_page() {
    let half_minute = 30 * 30_000;
    let turns = vec![half_minute; 54];
    assert_eq!(upload(&turns, true).await, Some(54 * half_minute));
}

#[tokio::test]
async fn an_upload_that_drips_or_stops_is_not_waited_for() {
    let drips = vec![30 * 500; 1000];
    assert_eq!(upload(&drips, true).await, None);
    let stops = [900_000, 900_000, 0];
    assert_eq!(upload(&stops, false).await, None);
}

#[tokio::test]
async fn a_page_has_its_own_time_after_its_body_has_come() {
    let arrived = Arrived::default();
    let body = arrived.counting(Body::from("short"), Duration::MAX);
    let mut before = arrived.so_far();
    to_bytes(body, usize::MAX).await.unwrap();
    assert!(arrived.goes_on_from(&mut before), "it came in this turn");
    assert!(!arrived.goes_on_from(&mut before), "and not in this one");
}

#[tokio::test]
async fn a_body_that_says_nothing_breaks_off() {
    let (_to, from) = mpsc::channel(1);
    let body = Arrived::default().counting(Body::new(Told(from)), Duration::from_millis(1));
    let broken = to_bytes(body, usize::MAX).await.unwrap_err();
    assert!(was_silent(&broken), "{broken}");
}
