//! How much anybody may ask before they are told to wait: against guessing, counting people, and drowning the others.
//!
//! Logins (the browser's way, and tokens) and all other requests are counted apart, each by address, by account and by
//! municipality, in memory and on each node by itself. Whoever asks too much gets 429 with `Retry-After`; nothing of what
//! they asked for is done or used up. The address is what the door found (`serve/address.rs`).

mod bucket;

pub use bucket::{Buckets, Rate};

use crate::App;
use crate::error::Error;
use crate::identity;
use crate::serve::address::ClientAddress;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use protocol::Millis;
use serde::Deserialize;
use std::net::{IpAddr, Ipv6Addr};
use std::sync::Arc;

/// Addresses, accounts and municipalities that are told apart at a time; what comes beyond shares one allowance.
const MOST: usize = 1 << 16;

/// What an installation allows. The defaults leave room for an office behind one address.
#[derive(Clone, Copy, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Rates {
    /// Logins and renewals from one address.
    pub login_address: Rate,
    /// Logins and renewals of one person.
    pub login_account: Rate,
    /// Logins and renewals in one municipality.
    pub login_municipality: Rate,
    /// Other requests from one address.
    pub request_address: Rate,
    /// Other requests of one person.
    pub request_account: Rate,
    /// Other requests in one municipality.
    pub request_municipality: Rate,
    /// People that one member of staff looks up by their number.
    pub look_up_account: Rate,
}

impl Default for Rates {
    fn default() -> Self {
        Self {
            login_address: Rate { at_once: 300, per_minute: 600 },
            login_account: Rate { at_once: 60, per_minute: 60 },
            login_municipality: Rate { at_once: 2_000, per_minute: 6_000 },
            request_address: Rate { at_once: 6_000, per_minute: 30_000 },
            request_account: Rate { at_once: 1_000, per_minute: 3_000 },
            request_municipality: Rate { at_once: 30_000, per_minute: 300_000 },
            look_up_account: Rate { at_once: 10, per_minute: 3 },
        }
    }
}

/// What is counted.
pub struct Limits {
    login: Counts,
    request: Counts,
    look_up: Buckets,
}

struct Counts {
    address: Buckets,
    account: Buckets,
    municipality: Buckets,
}

impl Limits {
    /// Nothing was asked yet.
    pub fn new(rates: &Rates) -> Self {
        let buckets = |rate| Buckets::new(rate, MOST);
        let login = Counts {
            address: buckets(rates.login_address),
            account: buckets(rates.login_account),
            municipality: buckets(rates.login_municipality),
        };
        let request = Counts {
            address: buckets(rates.request_address),
            account: buckets(rates.request_account),
            municipality: buckets(rates.request_municipality),
        };
        Self { login, request, look_up: buckets(rates.look_up_account) }
    }

    /// Somebody is sent to a municipality's provider; who, is not known yet.
    ///
    /// # Errors
    /// `Busy`.
    pub fn login_begins(&self, municipality: &str, now: Millis) -> Result<(), Error> {
        self.login.municipality.take(municipality, now).map_err(Error::Busy)
    }

    /// A person logs in or stays logged in.
    ///
    /// # Errors
    /// `Busy`.
    pub fn login(&self, person: &str, municipality: &str, now: Millis) -> Result<(), Error> {
        self.login.account.take(person, now).map_err(Error::Busy)?;
        self.login_begins(municipality, now)
    }

    /// A person asks for something.
    ///
    /// # Errors
    /// `Busy`.
    pub fn request(&self, person: &str, municipality: &str, now: Millis) -> Result<(), Error> {
        self.request.account.take(person, now).map_err(Error::Busy)?;
        self.request.municipality.take(municipality, now).map_err(Error::Busy)
    }

    /// A member of staff looks somebody up.
    ///
    /// # Errors
    /// `Busy`.
    pub fn look_up(&self, person: &str, now: Millis) -> Result<(), Error> {
        self.look_up.take(person, now).map_err(Error::Busy)
    }
}

/// Counts every request by its address, before anything is done for it.
pub(crate) async fn by_address(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let limits = &app.limits;
    let counts = match request.uri().path() {
        // Whether the backend lives is asked by those who keep it alive.
        path if path.starts_with("/health") => None,
        "/identity/authorize" | "/identity/callback" | "/identity/token" => Some(&limits.login),
        _ => Some(&limits.request),
    };
    let address = request.extensions().get().map(|ClientAddress(address)| neighbourhood(*address));
    if let Some((counts, address)) = counts.zip(address)
        && let Err(wait) = counts.address.take(address, app.db.now())
    {
        return match request.uri().path() {
            "/identity/authorize" | "/identity/callback" => identity::wait_page(wait),
            _ => Error::Busy(wait).into_response(),
        };
    }
    next.run(request).await
}

/// Whoever has one IPv6 address has 2^64 of them.
fn neighbourhood(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    }
}

#[cfg(test)]
mod tests {
    use super::neighbourhood;

    #[test]
    fn a_whole_network_counts_as_one() {
        let of = |text: &str| neighbourhood(text.parse().expect("is an address")).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("198.51.100.1"), "198.51.100.1");
    }
}
