//! The address under which people reach this installation, as it is printed on slips and scanned from a wall.
//!
//! The operator says it, or it is where the server listens; never what a request says of itself (`Host`), which whoever
//! asks may write.

use std::fmt;
use std::net::SocketAddr;
use std::str::FromStr;
use std::sync::Arc;

/// Scheme, host and port. Cheap to clone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Site(Arc<str>);

/// What is no public address of a site.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NoSite;

impl fmt::Display for NoSite {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("写成 https://主机名 的样子，可以带端口，后面不带路径")
    }
}

impl std::error::Error for NoSite {}

impl FromStr for Site {
    type Err = NoSite;

    /// Reads `https://mingqian.example` or `https://mingqian.example:8443`.
    fn from_str(text: &str) -> Result<Self, NoSite> {
        let host = text.strip_prefix("https://").ok_or(NoSite)?;
        let host = host.strip_suffix('/').unwrap_or(host);
        let (name, port) = match host.rsplit_once(':') {
            Some((name, port)) if !port.ends_with(']') => (name, Some(port)),
            _ => (host, None),
        };
        let sound = |c: char| c.is_ascii_alphanumeric() || "-.[]:".contains(c);
        let named = !name.is_empty() && name.chars().all(sound);
        let port = port.is_none_or(|port| port.parse::<u16>().is_ok_and(|port| port > 0));
        (named && port)
            .then(|| Self(format!("https://{host}").into()))
            .ok_or(NoSite)
    }
}

impl Site {
    /// Where the server listens, for those who reach it without a name.
    #[must_use]
    pub fn listening(over_tls: bool, at: SocketAddr) -> Self {
        let scheme = if over_tls { "https" } else { "http" };
        Self(format!("{scheme}://{at}").into())
    }

    /// The address of a path of it.
    #[must_use]
    pub fn address(&self, path: &str) -> String {
        format!("{}{path}", self.0)
    }

    /// Whether browsers reach it over TLS, be it ours or a proxy's.
    #[must_use]
    pub fn over_tls(&self) -> bool {
        self.0.starts_with("https://")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_public_address_is_over_tls_and_names_a_host_and_nothing_else() {
        for sound in [
            "https://mingqian.example",
            "https://mingqian.example/",
            "https://mingqian.example:8443",
            "https://[2001:db8::1]:8443",
        ] {
            let site: Site = sound.parse().expect(sound);
            let page = site.address("/p/1");
            assert_eq!(page, format!("{}/p/1", sound.trim_end_matches('/')));
            assert!(site.over_tls());
        }
        for wrong in [
            "http://mingqian.example",
            "mingqian.example",
            "https://",
            "https://:8443",
            "https://mingqian.example/path",
            "https://somebody@mingqian.example",
            "https://mingqian.example:0",
            "https://mingqian.example:port",
            "https://ming qian.example",
        ] {
            assert_eq!(wrong.parse::<Site>(), Err(NoSite), "{wrong}");
        }
    }
}
