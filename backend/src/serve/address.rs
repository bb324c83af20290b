//! Where a request comes from.
//!
//! Behind a proxy every connection is the proxy's, and it says in `X-Forwarded-For` for whom it asks. Only the proxies
//! that the configuration names are believed; what anybody else writes there is taken for nothing.

use http::HeaderMap;
use std::net::IpAddr;

const FORWARDED_FOR: &str = "x-forwarded-for";

/// The address that a request came from: an extension of every request that came in by the door.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress(pub IpAddr);

/// Who is believed, and who may knock at all.
#[derive(Clone, Debug)]
pub struct Origin {
    proxies: Vec<IpAddr>,
    only_proxies: bool,
}

impl Origin {
    /// For connections that are `encrypted` or not, taken at `listen`.
    pub fn new(proxies: &[IpAddr], encrypted: bool, listen: IpAddr) -> Self {
        let only_proxies = !encrypted && !listen.is_loopback();
        Self { proxies: proxies.iter().map(IpAddr::to_canonical).collect(), only_proxies }
    }

    /// Whether a connection from `peer` is taken: plain HTTP only from this machine and from the proxies.
    pub fn may_knock(&self, peer: IpAddr) -> bool {
        !self.only_proxies || peer.is_loopback() || self.proxies.contains(&peer)
    }

    /// The address of whoever asks through `peer`.
    pub fn of(&self, peer: IpAddr, headers: &HeaderMap) -> IpAddr {
        if !self.proxies.contains(&peer) {
            return peer;
        }
        // The last entry is the nearest proxy's, and only as far as proxies of ours have written is it to be believed.
        // Bytes, as one odd letter from outside must not hide what the proxy wrote behind it.
        let lines = headers.get_all(FORWARDED_FOR).iter().map(|line| line.as_bytes());
        let said: Vec<&[u8]> = lines.flat_map(|line| line.split(|byte| *byte == b',')).collect();
        let mut client = peer;
        for entry in said.into_iter().rev() {
            let entry = std::str::from_utf8(entry).map(str::trim).unwrap_or_default();
            let Ok(address) = entry.parse::<IpAddr>() else { break };
            client = address.to_canonical();
            if !self.proxies.contains(&client) {
                break;
            }
        }
        client
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderValue;

    fn address(text: &str) -> IpAddr {
        text.parse().expect("is an address")
    }

    fn of(peer: &str, said: &[&str]) -> String {
        let proxies = [address("10.0.0.1"), address("10.0.0.2")];
        let mut headers = HeaderMap::new();
        for line in said {
            headers.append(FORWARDED_FOR, HeaderValue::from_bytes(line.as_bytes()).expect("is a value"));
        }
        Origin::new(&proxies, false, address("0.0.0.0")).of(address(peer), &headers).to_string()
    }

    #[test]
    fn only_named_proxies_are_believed_and_only_for_what_they_wrote() {
        assert_eq!(of("192.0.2.7", &["198.51.100.1"]), "192.0.2.7");
        assert_eq!(of("10.0.0.1", &["198.51.100.1"]), "198.51.100.1");
        assert_eq!(of("10.0.0.1", &["203.0.113.9, 198.51.100.1"]), "198.51.100.1", "the first entry is anybody's");
        assert_eq!(of("10.0.0.1", &["203.0.113.9, 198.51.100.1", "10.0.0.2"]), "198.51.100.1");
        assert_eq!(of("10.0.0.1", &["198.51.100.1, nonsense"]), "10.0.0.1");
        assert_eq!(of("10.0.0.1", &["::ffff:198.51.100.1"]), "198.51.100.1");
        assert_eq!(of("10.0.0.1", &["10.0.0.2"]), "10.0.0.2");
        assert_eq!(of("10.0.0.1", &["\u{e5}, 198.51.100.1"]), "198.51.100.1");
        assert_eq!(of("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn plain_http_is_spoken_with_this_machine_and_the_proxies() {
        let proxies = [address("::ffff:10.0.0.1")];
        let plain = Origin::new(&proxies, false, address("0.0.0.0"));
        let may = |origin: &Origin, peer: &str| origin.may_knock(address(peer));
        assert!(may(&plain, "10.0.0.1") && may(&plain, "127.0.0.1") && may(&plain, "::1"));
        assert!(!may(&plain, "10.0.0.3"));
        assert!(may(&Origin::new(&proxies, true, address("0.0.0.0")), "10.0.0.3"));
    }
}
