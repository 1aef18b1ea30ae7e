//! The line: how many may be connected, and how long somebody connected may be silent. What it carries is said by
//! `web`; how it is sealed, by ADR 0005; why it is bounded as it is, by ADR 0029.
//!
//! Every connection takes a seat before its handshake costs anything; whoever finds none is closed at once. From then
//! on it is silence that ends a connection, never its length: without a request it has [`Bounds::head`] to send one,
//! and a reader that takes nothing for [`Bounds::stalled`] gives back what it held. A body that does not arrive is the
//! gate's (`web`). HTTP/1.1 only: with one answer at a time on a connection, a reader that takes nothing shows at the
//! socket. Deliberately absent: bounds on how much somebody may ask for.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use axum_server::{Handle, Server};
use clap::Args;
use hyper_util::rt::TokioTimer;
use rlimit::Resource;

mod door;
mod stream;

pub(crate) use door::Doors;

/// Arguments of `mingqian serve` about the line.
#[derive(Clone, Copy, Debug, Args)]
pub(crate) struct LineArgs {
    /// 同时最多多少个连接；文件描述符不够的，自动减少并写进记录
    #[arg(long, value_name = "个数", default_value_t = 4096, value_parser = some)]
    connections: usize,
    /// 同一来源地址同时最多多少个连接（IPv6 按 /64 算一个来源）
    #[arg(long, value_name = "个数", default_value_t = 256, value_parser = some)]
    per_address: usize,
}

fn some(text: &str) -> Result<usize, String> {
    let number = text.parse().ok().filter(|number| *number > 0);
    number.ok_or_else(|| "写一个大于 0 的整数".to_owned())
}

/// How long a connection has for the head of its next request: from its first byte on, and while it is kept alive.
const HEAD: Duration = Duration::from_secs(20);
/// How long a reader may take nothing of what waits for it.
const STALLED: Duration = Duration::from_secs(30);

/// Descriptors that are nobody's seat: databases, keys, files that are written, children that read tables.
const OWN: u64 = 256;
/// Descriptors of a connection: its socket, and the file that is sent over it.
const EACH: u64 = 2;
/// As many are let in however few descriptors there are.
const FEWEST: usize = 16;

/// What one server takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Bounds {
    /// Connections in all.
    pub(crate) in_all: usize,
    /// Connections of one address.
    pub(crate) per_address: usize,
    /// How long a connection has for its handshake, and for the head of a request.
    pub(crate) head: Duration,
    /// How long a reader may take nothing.
    pub(crate) stalled: Duration,
}

impl Bounds {
    /// As asked for, but no more than the process has descriptors for.
    pub(crate) fn within(args: LineArgs, descriptors: u64) -> Self {
        let room = descriptors.saturating_sub(OWN) / EACH;
        let room = usize::try_from(room).unwrap_or(usize::MAX).max(FEWEST);
        let in_all = args.connections.min(room);
        Self {
            in_all,
            per_address: args.per_address.min(in_all),
            head: HEAD,
            stalled: STALLED,
        }
    }

    /// The same by what this process may have open, which is raised as far as the system lets it; said in the record.
    pub(crate) fn of_process(args: LineArgs) -> Self {
        let descriptors = descriptors();
        let bounds = Self::within(args, descriptors);
        let mut told = format!(
            "文件描述符上限 {descriptors}，同时最多 {} 个连接，同一来源最多 {} 个。",
            bounds.in_all, bounds.per_address
        );
        if bounds.in_all < args.connections {
            let wanted = args.connections;
            told.push_str(&format!(
                "要用到 {wanted} 个连接，请系统管理员提高描述符上限（systemd 的 LimitNOFILE）。"
            ));
        }
        tracing::info!("{told}");
        bounds
    }
}

/// What the process may have open from now on.
fn descriptors() -> u64 {
    // What cannot be raised stays as it is, and is told as it is.
    let _ = Resource::NOFILE
        .get_hard()
        .and_then(|hard| Resource::NOFILE.set(hard, hard));
    Resource::NOFILE.get_soft().unwrap_or(1024)
}

/// Serves until the handle says no more.
pub(crate) async fn serve(
    listener: TcpListener,
    tls: Option<RustlsConfig>,
    router: Router,
    doors: Doors,
    handle: Handle<SocketAddr>,
) -> io::Result<()> {
    let bounds = doors.bounds();
    let server = axum_server::from_tcp(listener)?.handle(handle);
    let service = router.into_make_service_with_connect_info::<SocketAddr>();
    match tls {
        None => on_line(server.acceptor(doors), bounds).serve(service).await,
        Some(config) => {
            only_one_at_a_time(&config);
            let sealed = RustlsAcceptor::new(config)
                .handshake_timeout(bounds.head)
                .acceptor(doors);
            on_line(server.acceptor(sealed), bounds)
                .serve(service)
                .await
        }
    }
}

fn only_one_at_a_time(config: &RustlsConfig) {
    let mut inner = config.get_inner().as_ref().clone();
    inner.alpn_protocols = vec![b"http/1.1".to_vec()];
    config.reload_from_config(Arc::new(inner));
}

fn on_line<A>(server: Server<SocketAddr, A>, bounds: Bounds) -> Server<SocketAddr, A> {
    let mut server = server.http1_only();
    server
        .http_builder()
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(bounds.head);
    server
}

#[cfg(test)]
mod tests;
