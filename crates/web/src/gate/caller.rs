//! What an attempt to sign in counts for (`app::tries`): the address it comes from, and the browser if it is known.
//!
//! The address is the one [`client`](super::client) tells, of a named proxy that of whom it asks for. Of a connection
//! from this machine nothing is known: it is somebody who works here or a proxy nobody named, with everybody behind it,
//! so that it counts for no address.

use std::convert::Infallible;

use app::tries;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;

use super::client::client;
use super::{WebState, cookie};

/// Who asks to be let in.
#[derive(Clone, Debug)]
pub(crate) struct Caller(pub(crate) tries::Caller);

impl FromRequestParts<WebState> for Caller {
    type Rejection = Infallible;

    async fn from_request_parts(parts: &mut Parts, web: &WebState) -> Result<Self, Infallible> {
        let device = cookie::device_of(&parts.headers, web.over_tls);
        let address = client(parts, &web.proxies);
        Ok(Self(tries::Caller {
            address: address.filter(|address| !address.is_loopback()),
            device: device.map(str::to_owned),
        }))
    }
}
