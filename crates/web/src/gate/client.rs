//! From where a request comes: the one place that says so.
//!
//! The address of the connection, unless that is a proxy the operator has named: then the last address of
//! `X-Forwarded-For` that is none of the named proxies. What anybody else writes into that header is not believed.
//! Deliberately absent: `Forwarded` (RFC 7239), which none of the documented proxies sends by itself.

use std::fmt;
use std::net::{IpAddr, SocketAddr};
use std::str::FromStr;
use std::sync::Arc;

use axum::extract::ConnectInfo;
use axum::http::request::Parts;

/// The header in which a proxy says for whom it asks.
const FORWARDED: &str = "x-forwarded-for";

/// The addresses of one network: `10.0.0.0/8`, or a single one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Network {
    base: IpAddr,
    bits: u8,
}

/// What is no network.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoNetwork;

impl fmt::Display for NoNetwork {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("写一个地址（10.0.0.5）或一个网段（10.0.0.0/24、fd00::/8）")
    }
}

impl std::error::Error for NoNetwork {}

impl FromStr for Network {
    type Err = NoNetwork;

    fn from_str(text: &str) -> Result<Self, NoNetwork> {
        let (base, bits) = text.split_once('/').map_or((text, None), |(base, bits)| {
            (base, Some(bits.parse::<u8>().map_err(|_| NoNetwork)))
        });
        let base: IpAddr = base.parse().map_err(|_| NoNetwork)?;
        let most = if base.is_ipv4() { 32 } else { 128 };
        let bits = bits.unwrap_or(Ok(most))?;
        (bits <= most)
            .then_some(Self { base, bits })
            .ok_or(NoNetwork)
    }
}

impl Network {
    /// Whether the address lies in it.
    #[must_use]
    pub fn holds(&self, address: IpAddr) -> bool {
        let differ = match (self.base, address.to_canonical()) {
            (IpAddr::V4(base), IpAddr::V4(address)) => {
                u128::from(base.to_bits() ^ address.to_bits()) << 96
            }
            (IpAddr::V6(base), IpAddr::V6(address)) => base.to_bits() ^ address.to_bits(),
            _ => return false,
        };
        differ.leading_zeros() >= u32::from(self.bits)
    }
}

/// The proxies whose word is taken; none unless the operator names them. Cheap to clone.
#[derive(Clone, Debug, Default)]
pub struct Proxies(Arc<[Network]>);

impl Proxies {
    /// These and no others.
    #[must_use]
    pub fn new(networks: &[Network]) -> Self {
        Self(networks.into())
    }

    /// Whether that address is one of them.
    #[must_use]
    pub fn holds(&self, address: IpAddr) -> bool {
        self.0.iter().any(|network| network.holds(address))
    }
}

/// From where the request comes; nobody knows where it came over no connection.
pub(super) fn client(parts: &Parts, proxies: &Proxies) -> Option<IpAddr> {
    let ConnectInfo(peer) = parts.extensions.get::<ConnectInfo<SocketAddr>>()?;
    let mut client = peer.ip().to_canonical();
    let lines: Vec<&str> = parts
        .headers
        .get_all(FORWARDED)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .collect();
    let mut named = lines.iter().rev().flat_map(|line| line.rsplit(','));
    while proxies.holds(client) {
        match named.next().map(|name| name.trim().parse::<IpAddr>()) {
            Some(Ok(address)) => client = address.to_canonical(),
            // A proxy that says nothing of use is as near as one gets.
            Some(Err(_)) | None => break,
        }
    }
    Some(client)
}

#[cfg(test)]
mod tests;
