//! Who gets a seat: counted in all, and by the source a connection comes from. What is refused is counted and told
//! once. Deliberately absent: who somebody is; nobody has said so yet.

use std::collections::{BTreeMap, BTreeSet};
use std::future::{Ready, ready};
use std::io;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use axum_server::accept::Accept;
use tokio::net::TcpStream;

use super::Bounds;
use super::stream::Watched;

/// The doors of one server. Cheap to clone.
#[derive(Clone)]
pub(crate) struct Doors(Arc<Inner>);

struct Inner {
    bounds: Bounds,
    /// Whether many people come from that address: a proxy of ours.
    shared: Box<dyn Fn(IpAddr) -> bool + Send + Sync>,
    seated: Mutex<Seated>,
    refused: AtomicU64,
}

#[derive(Default)]
struct Seated {
    in_all: usize,
    by_source: BTreeMap<IpAddr, usize>,
    /// Of whom the record has said already that there is no seat; none stands for the house.
    told: BTreeSet<Option<IpAddr>>,
}

impl Doors {
    /// Doors of a server; addresses that are `shared` are bounded in all only.
    pub(crate) fn new(
        bounds: Bounds,
        shared: impl Fn(IpAddr) -> bool + Send + Sync + 'static,
    ) -> Self {
        Self(Arc::new(Inner {
            bounds,
            shared: Box::new(shared),
            seated: Mutex::default(),
            refused: AtomicU64::new(0),
        }))
    }

    pub(crate) fn bounds(&self) -> Bounds {
        self.0.bounds
    }

    /// How many are connected.
    pub(crate) fn open(&self) -> usize {
        self.seated().in_all
    }

    /// How many found no seat since the start.
    pub(crate) fn refused(&self) -> u64 {
        self.0.refused.load(Ordering::Relaxed)
    }

    fn seated(&self) -> MutexGuard<'_, Seated> {
        // Counts are whole after every statement.
        self.0.seated.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A seat for somebody from there; none if all of his, or all of the house, are taken.
    pub(crate) fn seat(&self, from: IpAddr) -> Option<Seat> {
        let (source, bounds) = (source(from), self.0.bounds);
        let alone = !(self.0.shared)(from.to_canonical());
        let mut seated = self.seated();
        let of_it = seated.by_source.get(&source).copied().unwrap_or(0);
        let full = if seated.in_all >= bounds.in_all {
            Some(None)
        } else if alone && of_it >= bounds.per_address {
            Some(Some(source))
        } else {
            None
        };
        if let Some(whose) = full {
            self.0.refused.fetch_add(1, Ordering::Relaxed);
            if seated.told.insert(whose) {
                tell(whose, bounds);
            }
            return None;
        }
        seated.in_all += 1;
        seated.by_source.insert(source, of_it + 1);
        drop(seated);
        Some(Seat {
            doors: self.clone(),
            source,
        })
    }
}

/// One line until there is room again, however many come.
fn tell(whose: Option<IpAddr>, bounds: Bounds) {
    let words = match whose {
        Some(source) => format!(
            "来源 {source} 的连接已有 {} 个，它再来的一律关闭。是反向代理的，写进 --trusted-proxy；一个出口后面人很多的，调高 --per-address。",
            bounds.per_address
        ),
        None => format!(
            "连接已有 {} 个，再来的一律关闭，直到有人离开。要接更多的，调高 --connections 和文件描述符上限。",
            bounds.in_all
        ),
    };
    tracing::warn!("{words}");
}

/// Whose seats are counted together: one address, or one network of the size that IPv6 hands to one subscriber.
fn source(from: IpAddr) -> IpAddr {
    match from.to_canonical() {
        IpAddr::V6(address) => {
            let mut segments = address.segments();
            segments[4..].fill(0);
            IpAddr::V6(Ipv6Addr::from(segments))
        }
        address => address,
    }
}

/// A connection's place, given back when it ends.
pub(crate) struct Seat {
    doors: Doors,
    source: IpAddr,
}

impl Drop for Seat {
    fn drop(&mut self) {
        let bounds = self.doors.bounds();
        let mut seated = self.doors.seated();
        seated.in_all = seated.in_all.saturating_sub(1);
        let left = seated.by_source.get(&self.source).copied().unwrap_or(0);
        match left.saturating_sub(1) {
            0 => {
                seated.by_source.remove(&self.source);
                seated.told.remove(&Some(self.source));
            }
            left => {
                seated.by_source.insert(self.source, left);
            }
        }
        if seated.in_all < bounds.in_all / 2 {
            seated.told.remove(&None);
        }
    }
}

impl<S> Accept<TcpStream, S> for Doors {
    type Stream = Watched<TcpStream>;
    type Service = S;
    type Future = Ready<io::Result<(Watched<TcpStream>, S)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        // Who has gone before he was let in has no address any more, and needs no seat.
        let seat = stream
            .peer_addr()
            .map(|peer| self.seat(peer.ip()))
            .and_then(|seat| seat.ok_or_else(|| io::Error::other("no seat")));
        ready(seat.map(|seat| (Watched::new(stream, self.bounds().stalled, seat), service)))
    }
}
