//! A wire between the program and PostgreSQL that can be cut at a COMMIT, or at any message of the program: before the
//! server hears of it, or after it has answered and before the program hears that. It can also be taken down and put up
//! again, as a server goes away and comes back.

use std::io::{Read as _, Write as _};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};

/// When the wire is cut.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Cut {
    /// The server never hears of the message.
    Before,
    /// The server has done as it was told and nobody hears of it.
    After,
}

/// At which message.
#[derive(Clone, Copy, Debug)]
enum At {
    Commit,
    /// So many messages from now.
    Message(u32),
}

type Armed = Arc<Mutex<Option<(At, Cut)>>>;

/// Both ends of every strand; none while the wire is down.
type Strands = Arc<Mutex<Option<Vec<TcpStream>>>>;

/// The wire. It lives as long as the process.
pub struct Wire {
    url: String,
    armed: Armed,
    strands: Strands,
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
        let armed = Armed::default();
        let (server, shared) = (server.to_owned(), Arc::clone(&armed));
        let strands: Strands = Arc::new(Mutex::new(Some(Vec::new())));
        let all = Arc::clone(&strands);
        std::thread::spawn(move || {
            for client in listener.incoming().map_while(Result::ok) {
                let mut all = all.lock().unwrap_or_else(PoisonError::into_inner);
                // While it is down whoever knocks is closed upon.
                let Some(all) = all.as_mut() else { continue };
                let there = TcpStream::connect(&server).expect("the server of the test");
                all.extend([&client, &there].map(|end| end.try_clone().expect("a second handle")));
                strand(client, there, Arc::clone(&shared));
            }
        });
        Self {
            url: format!("{before}@{own}/{path}"),
            armed,
            strands,
        }
    }

    /// The same database by this wire.
    #[must_use]
    pub fn url(&self) -> &str {
        &self.url
    }

    /// Cuts at the next COMMIT, once.
    pub fn cut_next(&self, at: Cut) {
        *held(&self.armed) = Some((At::Commit, at));
    }

    /// Cuts at the message that is so many from now, once; the next one is 1. What the program says on all its
    /// connections counts.
    pub fn cut_message(&self, number: u32, at: Cut) {
        *held(&self.armed) = Some((At::Message(number), at));
    }

    /// Takes it down: what is on it breaks, and nobody gets through.
    pub fn take_down(&self) {
        let mut strands = self.strands.lock().unwrap_or_else(PoisonError::into_inner);
        for end in strands.take().unwrap_or_default() {
            // Closed already is what is wanted.
            let _ = end.shutdown(Shutdown::Both);
        }
    }

    /// Puts it up again.
    pub fn put_up(&self) {
        let mut strands = self.strands.lock().unwrap_or_else(PoisonError::into_inner);
        strands.get_or_insert_default();
    }

    /// Leaves the wire whole from here on; true if it was cut before.
    #[must_use]
    pub fn whole(&self) -> bool {
        held(&self.armed).take().is_none()
    }
}

fn held(armed: &Armed) -> std::sync::MutexGuard<'_, Option<(At, Cut)>> {
    armed.lock().unwrap_or_else(PoisonError::into_inner)
}

/// How the wire is cut at this message, if it is.
fn cut_at(armed: &Armed, bytes: &[u8]) -> Option<Cut> {
    let mut armed = held(armed);
    let (at, cut) = (*armed)?;
    let now = match at {
        At::Commit => bytes.windows(7).any(|part| part == b"COMMIT\0"),
        At::Message(number) => number <= 1,
    };
    *armed = match at {
        _ if now => None,
        At::Message(number) => Some((At::Message(number - 1), cut)),
        At::Commit => Some((at, cut)),
    };
    now.then_some(cut)
}

/// Carries bytes both ways until either end is closed or the wire is cut.
fn strand(client: TcpStream, server: TcpStream, armed: Armed) {
    let swallow = Arc::new(AtomicBool::new(false));
    let (client_back, server_back) = (
        client.try_clone().expect("a second handle"),
        server.try_clone().expect("a second handle"),
    );
    let swallowed = Arc::clone(&swallow);
    std::thread::spawn(move || {
        carry(client, server, |bytes| match cut_at(&armed, bytes) {
            None => true,
            Some(Cut::Before) => false,
            Some(Cut::After) => {
                swallow.store(true, Ordering::SeqCst);
                true
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
