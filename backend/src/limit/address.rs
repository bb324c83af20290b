//! Where a request comes from.
//!
//! Anybody can write a header, so it counts only when the connection is a named proxy's, and of what stands in it only what named
//! proxies have added: from the right, the first address that is no proxy's.

use axum::extract::connect_info::ConnectInfo;
use http::{HeaderMap, Request};
use std::net::{IpAddr, Ipv6Addr, SocketAddr};

/// The other end of a connection.
#[derive(Clone, Copy, Debug)]
pub struct Peer(pub SocketAddr);

/// The address to count by; none where there is no connection.
pub(super) fn of<B>(request: &Request<B>, trusted: &[IpAddr]) -> Option<IpAddr> {
    let ConnectInfo(Peer(peer)) = request.extensions().get::<ConnectInfo<Peer>>()?;
    Some(neighbourhood(client(peer.ip().to_canonical(), request.headers(), trusted)))
}

fn client(peer: IpAddr, headers: &HeaderMap, trusted: &[IpAddr]) -> IpAddr {
    if !trusted.contains(&peer) {
        return peer;
    }
    let mut client = peer;
    for said in said(headers).into_iter().rev() {
        let Some(address) = said else { break };
        client = address;
        if !trusted.contains(&client) {
            break;
        }
    }
    client
}

/// The addresses that proxies say, in order; `X-Forwarded-For` first, as most add to that one and let a `Forwarded`
/// pass that they do not know.
fn said(headers: &HeaderMap) -> Vec<Option<IpAddr>> {
    let list = |name: &str| -> Vec<String> {
        let lines = headers.get_all(name).iter().map(|line| line.to_str().unwrap_or_default().to_owned());
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

/// Whoever has one IPv6 address has 2^64 of them.
fn neighbourhood(address: IpAddr) -> IpAddr {
    match address {
        IpAddr::V4(_) => address,
        IpAddr::V6(address) => IpAddr::V6(Ipv6Addr::from_bits(address.to_bits() >> 64 << 64)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use http::HeaderName;

    fn from(peer: &str, headers: &[(&str, &str)]) -> String {
        let trusted: Vec<IpAddr> = ["10.0.0.1", "10.0.0.2"].iter().map(|text| text.parse().expect("is one")).collect();
        let mut map = HeaderMap::new();
        for (name, value) in headers {
            let name = HeaderName::from_bytes(name.as_bytes()).expect("is a name");
            map.append(name, value.parse().expect("is a value"));
        }
        client(peer.parse().expect("is an address"), &map, &trusted).to_string()
    }

    #[test]
    fn a_header_counts_from_a_named_proxy_alone_and_only_what_it_added() {
        let xff = "x-forwarded-for";
        assert_eq!(from("203.0.113.5", &[(xff, "198.51.100.1")]), "203.0.113.5");
        assert_eq!(from("10.0.0.1", &[(xff, "198.51.100.1")]), "198.51.100.1");
        assert_eq!(from("10.0.0.1", &[(xff, "1.2.3.4, 198.51.100.1")]), "198.51.100.1", "the client wrote the first");
        assert_eq!(from("10.0.0.1", &[(xff, "1.2.3.4, 198.51.100.1, 10.0.0.2")]), "198.51.100.1");
        assert_eq!(from("10.0.0.1", &[(xff, "1.2.3.4"), (xff, "198.51.100.1")]), "198.51.100.1");
        assert_eq!(from("10.0.0.1", &[(xff, "198.51.100.1"), ("forwarded", "for=1.2.3.4")]), "198.51.100.1");
        for nonsense in ["", "unknown", "1.2.3.4, _hidden", "999.1.1.1"] {
            assert_eq!(from("10.0.0.1", &[(xff, nonsense)]), "10.0.0.1", "{nonsense}");
        }
        assert_eq!(from("10.0.0.1", &[]), "10.0.0.1");
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
            assert_eq!(from("10.0.0.1", &[("forwarded", said)]), expected, "{said}");
        }
    }

    #[test]
    fn a_whole_network_counts_as_one() {
        let of = |text: &str| neighbourhood(text.parse().expect("is an address")).to_string();
        assert_eq!(of("2001:db8:1:2:3:4:5:6"), "2001:db8:1:2::");
        assert_eq!(of("198.51.100.1"), "198.51.100.1");
    }
}
