use std::io::{Read, Write};
use std::net::{Ipv4Addr, TcpStream};

use axum::body::{Body, Bytes};
use axum::routing::get;
use tokio::sync::watch;

use super::*;

const TINY: Duration = Duration::from_millis(20);
/// Long enough to ask on a busy machine.
const SHORT: Duration = Duration::from_secs(1);
/// Longer than any of these stories.
const NEVER: Duration = Duration::from_secs(600);

fn bounds(in_all: usize, per_address: usize) -> Bounds {
    Bounds {
        in_all,
        per_address,
        head: NEVER,
        stalled: NEVER,
    }
}

/// A server of its own, and where it listens.
struct House {
    doors: Doors,
    address: SocketAddr,
    handle: Handle<SocketAddr>,
    ended: tokio::task::JoinHandle<io::Result<()>>,
}

impl House {
    async fn open(bounds: Bounds, tls: Option<RustlsConfig>, router: Router) -> Self {
        Self::with(Doors::new(bounds, |_| false), tls, router).await
    }

    async fn with(doors: Doors, tls: Option<RustlsConfig>, router: Router) -> Self {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        listener.set_nonblocking(true).unwrap();
        let handle = Handle::new();
        let serving = serve(listener, tls, router, doors.clone(), handle.clone());
        let ended = tokio::spawn(serving);
        let address = handle.listening().await.unwrap();
        Self {
            doors,
            address,
            handle,
            ended,
        }
    }

    fn knock(&self) -> TcpStream {
        TcpStream::connect(self.address).unwrap()
    }

    /// A connection that says nothing, once it has its seat.
    async fn sit(&self) -> TcpStream {
        let before = self.doors.open();
        let stream = self.knock();
        while self.doors.open() == before {
            tokio::task::yield_now().await;
        }
        stream
    }

    async fn asks(&self, path: &str) -> String {
        said(asking(self.knock(), path)).await
    }

    async fn is_empty(&self) {
        while self.doors.open() > 0 {
            tokio::task::yield_now().await;
        }
    }
}

fn asking(mut stream: TcpStream, path: &str) -> TcpStream {
    let asked = format!("GET {path} HTTP/1.1\r\nHost: house\r\nConnection: close\r\n\r\n");
    stream.write_all(asked.as_bytes()).unwrap();
    stream
}

/// All that is said until the other side closes; a reset says no more either.
async fn said(mut stream: TcpStream) -> String {
    let reading = tokio::task::spawn_blocking(move || {
        let mut bytes = Vec::new();
        let _ = stream.read_to_end(&mut bytes);
        String::from_utf8_lossy(&bytes).into_owned()
    });
    reading.await.unwrap()
}

fn hello() -> Router {
    Router::new().route("/", get(|| async { "in" }))
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_silent_beyond_the_seats_of_his_address_is_closed_at_once_and_the_rest_is_served() {
    let house = House::open(bounds(8, 3), None, hello()).await;
    let mut silent = Vec::new();
    for _ in 0..3 {
        silent.push(house.sit().await);
    }
    assert_eq!(house.asks("/").await, "");
    assert_eq!(house.doors.refused(), 1);
    silent.pop();
    while house.doors.open() > 2 {
        tokio::task::yield_now().await;
    }
    assert!(house.asks("/").await.ends_with("in"));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_proxy_that_is_trusted_has_all_the_seats_of_the_house() {
    let doors = Doors::new(bounds(3, 1), |address| address.is_loopback());
    let house = House::with(doors, None, hello()).await;
    let _two = (house.sit().await, house.sit().await);
    assert!(house.asks("/").await.ends_with("in"));
    house.sit().await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_excess_is_closed_before_the_handshake_of_tls() {
    let folder = tempfile::tempdir().unwrap();
    let house = House::open(bounds(1, 1), Some(certified(folder.path()).await), hello()).await;
    let _silent = house.sit().await;
    // Not one byte of an answer to what would have begun a handshake.
    let mut second = house.knock();
    let _ = second.write_all(&[0x16, 0x03, 0x01]);
    assert_eq!(said(second).await, "");
    assert_eq!(house.doors.refused(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_that_asks_for_nothing_ends_whether_it_is_new_half_asked_kept_or_sealed() {
    let quick = Bounds {
        head: SHORT,
        ..bounds(8, 8)
    };
    let house = House::open(quick, None, hello()).await;
    assert_eq!(said(house.knock()).await, "");
    let mut half = house.knock();
    half.write_all(b"GET / HTTP/1.1\r\nHost: ").unwrap();
    assert!(!said(half).await.contains("200"));
    let mut kept = house.knock();
    kept.write_all(b"GET / HTTP/1.1\r\nHost: house\r\n\r\n")
        .unwrap();
    assert!(said(kept).await.ends_with("in"));

    let folder = tempfile::tempdir().unwrap();
    let sealed = House::open(quick, Some(certified(folder.path()).await), hello()).await;
    assert_eq!(said(sealed.knock()).await, "");
    sealed.is_empty().await;
}

/// Says that it was dropped; has no end of its own.
struct Endless(watch::Sender<bool>);

impl Drop for Endless {
    fn drop(&mut self) {
        self.0.send_replace(true);
    }
}

impl http_body::Body for Endless {
    type Data = Bytes;
    type Error = io::Error;

    fn poll_frame(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<io::Result<http_body::Frame<Bytes>>>> {
        let piece = Bytes::from_static(&[0; 65536]);
        std::task::Poll::Ready(Some(Ok(http_body::Frame::data(piece))))
    }
}

fn endless() -> (Router, watch::Receiver<bool>) {
    let (gone, seen) = watch::channel(false);
    let file = move || {
        let body = Body::new(Endless(gone.clone()));
        async move { body }
    };
    (Router::new().route("/file", get(file)), seen)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reader_that_takes_nothing_gives_back_what_it_held() {
    let (router, mut gone) = endless();
    let quick = Bounds {
        stalled: TINY,
        ..bounds(8, 8)
    };
    let house = House::open(quick, None, router).await;
    let unread = asking(house.knock(), "/file");
    gone.wait_for(|gone| *gone).await.unwrap();
    house.is_empty().await;
    drop(unread);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_stop_waits_for_the_open_answer_and_then_ends() {
    let (go, _) = watch::channel(false);
    let (begun, mut asked) = watch::channel(false);
    let slow = {
        let go = go.clone();
        move || {
            let mut go = go.subscribe();
            begun.send_replace(true);
            async move {
                go.wait_for(|go| *go).await.unwrap();
                "late"
            }
        }
    };
    let router = Router::new().route("/", get(slow));
    let house = House::open(bounds(8, 8), None, router).await;
    let open = tokio::spawn(said(asking(house.knock(), "/")));
    asked.wait_for(|asked| *asked).await.unwrap();
    house.handle.graceful_shutdown(Some(NEVER));
    go.send_replace(true);
    assert!(open.await.unwrap().ends_with("late"));
    house.ended.await.unwrap().unwrap();
}

async fn certified(folder: &std::path::Path) -> RustlsConfig {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let pair = rcgen::generate_simple_self_signed(["localhost".to_owned()]).unwrap();
    let (cert, key) = (folder.join("cert.pem"), folder.join("key.pem"));
    std::fs::write(&cert, pair.cert.pem()).unwrap();
    std::fs::write(&key, pair.signing_key.serialize_pem()).unwrap();
    RustlsConfig::from_pem_file(cert, key).await.unwrap()
}

#[test]
fn no_more_are_let_in_than_there_are_descriptors_for() {
    let args = LineArgs {
        connections: 4096,
        per_address: 256,
    };
    assert_eq!(Bounds::within(args, 1_048_576).in_all, 4096);
    let few = Bounds::within(args, 1024);
    assert_eq!((few.in_all, few.per_address), (384, 256));
    let scant = Bounds::within(args, 200);
    assert_eq!((scant.in_all, scant.per_address), (16, 16));
}

#[test]
fn one_subscriber_of_ipv6_is_one_source() {
    let doors = Doors::new(bounds(8, 1), |_| false);
    let first = doors.seat("2001:db8:1:2::1".parse().unwrap());
    assert!(first.is_some());
    assert!(
        doors
            .seat("2001:db8:1:2:ffff::9".parse().unwrap())
            .is_none()
    );
    assert!(doors.seat("2001:db8:1:3::1".parse().unwrap()).is_some());
    let four = doors.seat("::ffff:192.0.2.7".parse().unwrap());
    assert!(four.is_some());
    assert!(doors.seat("192.0.2.7".parse().unwrap()).is_none());
    drop(first);
    assert!(doors.seat("2001:db8:1:2::3".parse().unwrap()).is_some());
}
