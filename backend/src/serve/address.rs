//! Where a request comes from.
//!
//! Behind a proxy every connection is the proxy's, and it says in `X-Forwarded-For` or `Forwarded` (RFC 7239) for whom it asks. Only the proxies
//! that the configuration names are believed; what anybody else writes there is taken for nothing.

use http::HeaderMap;
use std::net::{IpAddr, SocketAddr};

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
        let mut client = peer;
        for said in said(headers).into_iter().rev() {
            let Some(address) = said else { break };
            client = address;
            if !self.proxies.contains(&client) {
                break;
            }
        }
        client
    }
}

/// The addresses that proxies say, in order; one odd letter from outside does not hide what a proxy wrote behind it.
/// `X-Forwarded-For` first, as most add to that one and let a `Forwarded`
/// pass that they do not know.
fn said(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let list = |name: &str| -> Vec<String> {
        let lines = headers.get_all(name).iter().map(|line| String::from_utf8_lossy(line.as_bytes()).into_owned());
        lines.collect::<Vec<_>>().iter().flat_map(|line| line.split(',')).map(|part| part.trim().to_owned()).collect()
    };
    let plain = list("x-forwarded-for");
    if !plain.is_empty() {
        return plain.iter().map(|text| parse(text)).collect();
    }
    let pairs = |element: &str| {
        let mut pairs = element.split(';').filter_map(|pair| pair.trim().split_once('='));
        let (_, node) = pairs.find(|(name, _)| name.trim().eq_ignore_ascii_case("for"))?;
        parse(node.trim().trim_matches('"'))
    };
    list("forwarded").iter().map(|element| pairs(element)).collect()
}

/// An address, with a port or without.
fn parse(text: &str) -> Option<IpAddr> {
    let address = text.parse::<IpAddr>().ok();
    let with_port = || text.parse::<SocketAddr>().ok().map(|socket| socket.ip());
    let in_brackets = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok().map(IpAddr::V6);
    Some(address.or_else(with_port).or_else(in_brackets)?.to_canonical())
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
            headers.append("x-forwarded-for", HeaderValue::from_bytes(line.as_bytes()).expect("is a value"));
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

    #[test]
    fn the_standard_header_is_read_too() {
        for (said, expected) in [
            ("for=198.51.100.1;proto=https;by=10.0.0.1", "198.51.100.1"),
            ("for=1.2.3.4, For=\"198.51.100.1:4711\"", "198.51.100.1"),
            ("for=\"[2001:db8::1]:4711\"", "2001:db8::1"),
            ("for=\"[2001:db8::1]\"", "2001:db8::1"),
            ("proto=https", "10.0.0.1"),
        ] {
            let headers = HeaderMap::from_iter([(http::header::FORWARDED, HeaderValue::from_static(said))]);
            let origin = Origin::new(&[address("10.0.0.1")], false, address("0.0.0.0"));
            assert_eq!(origin.of(address("10.0.0.1"), &headers).to_string(), expected, "{said}");
        }
    }
}
