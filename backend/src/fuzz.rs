//! What must hold of every parser of outside data, whatever comes: it never panics, takes one form of a thing only,
//! and what it took stays the same on its way through.
//!
//! Compiled for tests, which try these with random input at each run, and for `fuzz/`, which tries for as long as it
//! is let.

pub use crate::identity::fuzz::{
    back, cookie, fields, metadata, proof, provider_answer, redirect, signed, token, tokens, unsigned,
};

use crate::serve::address::Origin;
use http::{HeaderMap, HeaderValue};
use protocol::sync::{PullRequest, PushRequest};
use serde::Serialize;
use serde::de::DeserializeOwned;
use std::fmt::Debug;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};

/// A pull that is read is the same when it is written and read again.
pub fn pull(body: &[u8]) {
    stable::<PullRequest>(body);
}

/// As [`pull`].
pub fn push(body: &[u8]) {
    stable::<PushRequest>(body);
}

fn stable<T: Serialize + DeserializeOwned + PartialEq + Debug>(body: &[u8]) {
    let Ok(read) = serde_json::from_slice::<T>(body) else { return };
    let written = serde_json::to_vec(&read).expect("what was read can be written");
    let again: T = serde_json::from_slice(&written).expect("what was written can be read");
    assert_eq!(read, again);
}

/// Nobody but a named proxy is believed, and of its line only what it or another one wrote.
pub fn forwarded(line: &[u8]) {
    let Ok(value) = HeaderValue::from_bytes(line) else { return };
    let headers = HeaderMap::from_iter([(http::HeaderName::from_static("x-forwarded-for"), value)]);
    let (proxy, other) = (IpAddr::from(Ipv4Addr::new(10, 0, 0, 1)), IpAddr::from(Ipv4Addr::new(192, 0, 2, 1)));
    let origin = Origin::new(&[proxy], false, proxy);
    assert_eq!(origin.of(other, &headers), other);
    let text = String::from_utf8_lossy(line).into_owned();
    let last = text.rsplit(',').next().unwrap_or_default().trim();
    let bare = last.trim_start_matches('[').trim_end_matches(']').parse::<IpAddr>().ok();
    let with_port = last.parse::<SocketAddr>().ok().map(|socket| socket.ip());
    let found = origin.of(proxy, &headers);
    match bare.or(with_port).map(|last| last.to_canonical()) {
        Some(last) if last != proxy => assert!(found == last || found == proxy, "{found}"),
        Some(_) => {}
        None => assert_eq!(found, proxy),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use proptest::collection::vec;
    use proptest::prelude::*;

    /// Pieces that good ones are made of, in any order, and noise between them.
    fn mix(pieces: &'static [&'static str]) -> impl Strategy<Value = String> {
        let piece = prop_oneof![
            8 => proptest::sample::select(pieces).prop_map(str::to_owned),
            1 => "\\PC{0,4}",
            1 => "[0-9]{1,6}",
        ];
        vec(piece, 0..8).prop_map(|pieces| pieces.concat())
    }

    /// An object of some of these members, a name at most once.
    fn object(members: &'static [&'static str]) -> impl Strategy<Value = String> {
        proptest::sample::subsequence(members, 0..=members.len()).prop_map(|members| {
            let name = |member: &str| member.split(':').next().unwrap_or_default().to_owned();
            let mut names = std::collections::HashSet::new();
            let once: Vec<&str> = members.into_iter().filter(|member| names.insert(name(member))).collect();
            format!("{{{}}}", once.join(","))
        })
    }

    const ADDRESS: &[&str] = &[
        "http://",
        "https://",
        "127.0.0.1",
        "[::1]",
        "localhost",
        ":",
        "0",
        "80",
        "51000",
        "65536",
        "+",
        "/callback",
        "/",
        "?a=b",
        "#c",
        "@",
        "digiteam://callback",
        "%2f",
        "\\",
        " ",
    ];
    const CLAIMS: &[&str] = &[
        "{",
        "}",
        ",",
        ":",
        "\"typ\":\"dpop+jwt\"",
        "\"alg\":\"ES256\"",
        "\"alg\":\"none\"",
        "\"crit\":[]",
        "\"jwk\":{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AAAA\",\"y\":\"AAAA\"}",
        "\"jti\":\"j\"",
        "\"htm\":\"GET\"",
        "\"htu\":\"https://a.example/me\"",
        "\"iat\":1e300",
        "\"iat\":1788264000",
        "\"ath\":\"x\"",
        "null",
    ];
    const FORM: &[&str] = &["a", "b", "=", "&", "%C3%A4", "%", "+", "%00", ";", "client_id=x"];
    const COOKIE: &[&str] =
        &["__Host-login", "=", ";", " ", "; ", "x=y", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA", "\"", ","];
    const FORWARDED: &[&str] =
        &["10.0.0.1", "192.0.2.7", "::ffff:10.0.0.1", "::1", ",", ", ", "for=", "[", "]:80", " "];
    const ANSWER: &[&str] = &[
        "code=c",
        "error=access_denied",
        "error=temporarily_unavailable",
        "error=unmet_authentication_requirements",
        "error=x",
        "state=s",
        "iss=https%3A%2F%2Fop.example",
        "error_description=%3Cb%3E",
        "code=",
        "error=",
        "&",
        "&",
        "&",
    ];
    const METADATA: &[&str] = &[
        "\"issuer\":\"https://op.example\"",
        "\"issuer\":\"https://op.example/\"",
        "\"authorization_endpoint\":\"https://op.example/a\"",
        "\"authorization_endpoint\":\"http://op.example/a\"",
        "\"authorization_endpoint\":\"javascript:alert(1)\"",
        "\"token_endpoint\":\"https://op.example/t\"",
        "\"token_endpoint\":7",
        "\"jwks_uri\":\"https://op.example/k\"",
        "\"jwks_uri\":\"file:///etc/passwd\"",
        "\"response_types_supported\":[\"code\"]",
        "\"subject_types_supported\":[\"public\"]",
        "\"id_token_signing_alg_values_supported\":[\"none\"]",
        "\"pushed_authorization_request_endpoint\":null",
        "\"keys\":[{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"AA\",\"y\":\"AA\"}]",
        "\"keys\":[]",
    ];
    const WHOLE: &str = "\"issuer\":\"https://op.example\",\"jwks_uri\":\"https://op.example/k\",\"response_types_supported\":[\"code\"],\
        \"subject_types_supported\":[\"public\"],\"id_token_signing_alg_values_supported\":[\"ES256\"]";
    const TOKENS: &[&str] = &[
        "\"access_token\":\"a\"",
        "\"access_token\":7",
        "\"token_type\":\"Bearer\"",
        "\"token_type\":\"mac\"",
        "\"id_token\":\"a.b.c\"",
        "\"id_token\":null",
        "\"error\":\"invalid_client\"",
        "\"error\":\"invalid_grant\"",
        "\"error\":[]",
        "\"expires_in\":-1",
    ];
    const SAID: &[&str] = &[
        "\"iss\":\"https://op.example\"",
        "\"iss\":\"https://evil.example\"",
        "\"aud\":\"digiteam\"",
        "\"aud\":[\"digiteam\",\"other\"]",
        "\"aud\":[7]",
        "\"sub\":\"s\"",
        "\"sid\":\"o\"",
        "\"nonce\":\"nonce-of-the-login\"",
        "\"nonce\":\"another\"",
        "\"acr\":\"loa3\"",
        "\"iat\":1788264000",
        "\"iat\":9223372036854775807",
        "\"iat\":-9223372036854775808",
        "\"exp\":1788264300",
        "\"exp\":9223372036854775807",
        "\"exp\":1e300",
        "\"auth_time\":1788264000",
        "\"auth_time\":\"now\"",
        "\"jti\":\"j\"",
        "\"events\":{\"http://schemas.openid.net/event/backchannel-logout\":{}}",
        "\"events\":[]",
        "\"number\":\"198401019800\"",
        "\"number\":7",
    ];
    const JSON: &[&str] = &[
        "{",
        "}",
        "[",
        "]",
        ",",
        ":",
        "\"device\":\"d\"",
        "\"cursors\":[",
        "\"mutations\":[",
        "{\"scope\":\"x\",\"epoch\":1,\"seq\":2}",
        "\"waiting\":[\"u\"]",
        "null",
        "-1",
        "1e99",
        "\"\\u0000\"",
        "{\"mid\":\"u\",\"lane\":\"x\",\"n\":1,\"made_at\":2,\"act\":{\"act\":\"seen\",\"scope\":\"x\",\"at\":1}}",
    ];

    proptest! {
        #![proptest_config(ProptestConfig { cases: 2_000, failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn addresses(text in mix(ADDRESS)) {
            redirect(&text);
        }

        #[test]
        fn loopback_addresses(port in "[0-9]{0,6}") {
            redirect(&format!("http://127.0.0.1:{port}/callback"));
            redirect(&format!("http://[::1]:{port}/callback"));
        }

        #[test]
        fn our_tokens(text in "[A-Za-z0-9_\\-=+/]{40,46}|\\PC{0,50}") {
            token(&text);
        }

        #[test]
        fn proofs(header in mix(CLAIMS), claims in mix(CLAIMS), noise in "[A-Za-z0-9_.\\-]{0,80}|\\PC{0,40}") {
            let jwt = |header: &str, claims: &str| {
                format!("{}.{}.{noise}", URL_SAFE_NO_PAD.encode(header), URL_SAFE_NO_PAD.encode(claims))
            };
            proof(&jwt(&header, &claims));
            let header = "{\"typ\":\"dpop+jwt\",\"alg\":\"ES256\",\"jwk\":{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"A\",\"y\":\"A\"}}";
            proof(&jwt(header, &format!("{{{claims}}}")));
            proof(&noise);
        }

        #[test]
        fn answers(query in mix(ANSWER), state in "\\PC{0,40}|[a-z&=#?%/\\x00-\\x1f]{0,20}") {
            provider_answer(query.as_bytes());
            back(&state);
        }

        #[test]
        fn what_a_provider_says_of_itself(said in object(METADATA), noise in vec(any::<u8>(), 0..80)) {
            metadata(said.as_bytes());
            metadata(format!("{{{WHOLE},{}", said.trim_start_matches('{')).as_bytes());
            metadata(&noise);
        }

        #[test]
        fn what_its_token_endpoint_says(said in object(TOKENS), noise in vec(any::<u8>(), 0..80)) {
            tokens(said.as_bytes());
            tokens(&noise);
        }

        #[test]
        fn what_it_has_not_signed(header in mix(CLAIMS), said in object(SAID), noise in "[A-Za-z0-9_.\\-]{0,80}|\\PC{0,40}") {
            for header in [header.as_str(), "{\"alg\":\"ES256\",\"kid\":\"k\"}", "{\"alg\":\"none\"}", "{\"alg\":\"HS256\"}"] {
                let part = |text: &str| URL_SAFE_NO_PAD.encode(text);
                unsigned(&format!("{}.{}.{noise}", part(header), part(&said)));
            }
            unsigned(&noise);
        }

        #[test]
        fn what_it_has_signed(said in object(SAID)) {
            signed(said.as_bytes());
        }

        #[test]
        fn forms(text in mix(FORM), noise in vec(any::<u8>(), 0..40)) {
            fields(text.as_bytes());
            fields(&noise);
        }

        #[test]
        fn cookies(line in mix(COOKIE), noise in vec(any::<u8>(), 0..80)) {
            cookie(line.as_bytes());
            cookie(&noise);
        }

        #[test]
        fn proxies(line in mix(FORWARDED), noise in vec(any::<u8>(), 0..40)) {
            forwarded(line.as_bytes());
            forwarded(&noise);
        }

        #[test]
        fn bodies(text in mix(JSON), noise in vec(any::<u8>(), 0..80)) {
            for body in [text.as_bytes(), format!("{{{text}}}").as_bytes(), &noise] {
                pull(body);
                push(body);
            }
        }
    }
}
