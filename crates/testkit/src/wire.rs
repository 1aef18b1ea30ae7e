//! A wire between the program and PostgreSQL that can be cut at a COMMIT: before the server hears of
//! it, or after it has answered and before the program hears that.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU8, Ordering};

/// When the wire is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The server never hears of the COMMIT.
    Before,
    /// The server has committed and nobody hears of it.
    After,
}

const WHOLE: u8 = 0;
const BEFORE: u8 = 1;
const AFTER: u8 = 2;

/// The wire. It lives as long as the process.
pub struct Wire {
    url: String,
    cut: Arc<AtomicU8>,
}

impl Wire {
    /// A whole wire to the server of that `postgres://…`.
    ///
    /// # Panics
    /// When the address names no host and port, or no port is free.
    #[must_use]
    pub fn to(url: &str) -> Self {
        let (before, rest) = url.rsplit_once('@').expect("a URL with a user");
        let (server, path) = rest.split_once('/').expect("a URL with a path");
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let own = listener.local_addr().expect("a bound port");
        let cut = Arc::new(AtomicU8::new(WHOLE));
        let (server, armed) = (server.to_owned(), Arc::clone(&cut));
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let there = TcpStream::connect(&server).expect("the server of the test");
                strand(client, there, Arc::clone(&armed));
            }
        });
        Self {
            url: format!("{before}@{own}/{path}"),
            cut,
        }
    }

    /// The same database by this wire.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Cuts at the next COMMIT, once.
    pub fn cut_next(&self, at: Cut) {
        let armed = match at {
            Cut::Before => BEFORE,
            Cut::After => AFTER,
        };
        self.cut.store(armed, Ordering::SeqCst);
    }
}

/// Carries bytes both ways until either end is closed or the wire is cut.
fn strand(client: TcpStream, server: TcpStream, armed: Arc<AtomicU8>) {
    let swallow = Arc::new(AtomicBool::new(false));
    let (client_back, server_back) = (
        client.try_clone().expect("a second handle"),
        server.try_clone().expect("a second handle"),
    );
    let swallowed = Arc::clone(&swallow);
    std::thread::spawn(move || {
        carry(client, server, |bytes| {
            if !bytes.windows(7).any(|part| part == b"COMMIT\0") {
                return true;
            }
            match armed.swap(WHOLE, Ordering::SeqCst) {
                BEFORE => false,
                cut => {
                    swallow.store(cut == AFTER, Ordering::SeqCst);
                    true
                }
            }
        });
    });
    std::thread::spawn(move || {
        carry(server_back, client_back, |_| {
            !swallowed.load(Ordering::SeqCst)
        });
    });
}

fn carry(mut from: TcpStream, mut to: TcpStream, mut passes: impl FnMut(&[u8]) -> bool) {
    let mut buffer = [0; 16 * 1024];
    loop {
        match from.read(&mut buffer) {
            Ok(length) if length > 0 && passes(&buffer[..length]) => {
                if to.write_all(&buffer[..length]).is_err() {
                    break;
                }
            }
            _ => break,
        }
    }
    // Closed already is what is wanted.
    let _ = from.shutdown(Shutdown::Both);
    let _ = to.shutdown(Shutdown::Both);
}
