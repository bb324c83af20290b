//! One proof: a JWT whose header holds the public key that it is signed with.
//!
//! It is read strictly and in steps, the cheap ones first; until [`Claimed::verify`] nothing in it is more than a claim.

use super::Shown;
use crate::identity::secret::derive_sha256;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::digest::{SHA256, digest};
use ring::signature::{ECDSA_P256_SHA256_FIXED, UnparsedPublicKey};
use serde::Deserialize;
use serde::de::{DeserializeOwned, IgnoredAny};
use url::Url;

/// No proof of any use is longer.
const MOST: usize = 2048;
const JTI: usize = 128;

/// A proof that was read and not believed yet.
pub(super) struct Claimed<'j> {
    key: Jwk,
    claims: Claims,
    signed: &'j str,
    signature: Vec<u8>,
}

#[derive(Deserialize)]
struct Header {
    typ: String,
    alg: String,
    jwk: Jwk,
    /// Whatever has to be understood for it to be right, and is not.
    crit: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Jwk {
    kty: String,
    crv: String,
    x: String,
    y: String,
    /// Nobody shows this half.
    d: Option<IgnoredAny>,
}

#[derive(Deserialize)]
struct Claims {
    jti: String,
    htm: String,
    htu: String,
    iat: f64,
    ath: Option<String>,
    nonce: Option<String>,
}

impl<'j> Claimed<'j> {
    /// Reads it; `None` for what is not a proof of the one kind that is taken: ES256, with the public key in it.
    pub(super) fn parse(jwt: &'j str) -> Option<Self> {
        if jwt.len() > MOST {
            return None;
        }
        let (signed, signature) = jwt.rsplit_once('.')?;
        let (header, claims) = signed.split_once('.')?;
        let Header { typ, alg, jwk: key, crit } = part(header)?;
        let is_proof = typ == "dpop+jwt" && alg == "ES256" && crit.is_none();
        let is_public = key.kty == "EC" && key.crv == "P-256" && key.d.is_none();
        let claims: Claims = part(claims)?;
        let is_whole = !claims.jti.is_empty() && claims.jti.len() <= JTI && claims.iat > 0.0;
        if !(is_proof && is_public && is_whole) {
            return None;
        }
        Some(Self { key, claims, signed, signature: URL_SAFE_NO_PAD.decode(signature).ok()? })
    }

    /// Whether it is for this request, and with this access token if there is one.
    pub(super) fn is_for(&self, method: &str, address: &str, ath: Option<&str>) -> bool {
        self.claims.htm == method
            && is_same(&self.claims.htu, address)
            && ath.is_none_or(|ath| self.claims.ath.as_deref() == Some(ath))
    }

    pub(super) fn nonce(&self) -> Option<&str> {
        self.claims.nonce.as_deref()
    }

    /// Whether its key has signed it, and which one that is.
    pub(super) fn verify(&self) -> Option<Shown> {
        let Jwk { x, y, .. } = &self.key;
        let mut point = vec![4];
        for half in [x, y] {
            point.extend(URL_SAFE_NO_PAD.decode(half).ok().filter(|half| half.len() == 32)?);
        }
        UnparsedPublicKey::new(&ECDSA_P256_SHA256_FIXED, point).verify(self.signed.as_bytes(), &self.signature).ok()?;
        let jkt = derive_sha256(&format!(r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#));
        let id = digest(&SHA256, format!("{jkt}\0{}", self.claims.jti).as_bytes());
        let (id, _) = id.as_ref().split_first_chunk().expect("a SHA-256 has 32 bytes");
        Some(Shown { jkt, id: u128::from_be_bytes(*id) })
    }
}

/// What must hold of whatever comes as a proof; see [`crate::fuzz`].
#[cfg(any(test, feature = "fuzz"))]
pub(in crate::identity) fn fuzz(jwt: &str) {
    let Some(claimed) = Claimed::parse(jwt) else { return };
    assert!(jwt.len() <= MOST && jwt.is_ascii(), "there is more in it than a proof");
    let _ = claimed.is_for("GET", "https://a.example/me", Some("x"));
    if let Some(shown) = claimed.verify() {
        assert_eq!(shown.jkt.len(), 43);
    }
}

fn part<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_slice(&URL_SAFE_NO_PAD.decode(text).ok()?).ok()
}

/// Compares addresses without query and fragment, and spelled alike (RFC 9449, section 4.3).
fn is_same(htu: &str, address: &str) -> bool {
    let plain = |text: &str| {
        let mut url = Url::parse(text).ok()?;
        url.set_query(None);
        url.set_fragment(None);
        Some(url)
    };
    htu == address || plain(htu).is_some_and(|htu| Some(htu) == plain(address))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use ring::rand::SystemRandom;
    use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair as _};
    use serde_json::{Value, json};

    // The published examples: RFC 9449, figures 2 and 12, and the thumbprint of section 6.1.
    const AT_TOKEN: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiItQndDM0VTYzZhY2MybFRjIiwiaHRtIjoiUE9TVCIsImh0dSI6Imh0dHBzOi8vc2VydmVyLmV4YW1wbGUuY29tL3Rva2VuIiwiaWF0IjoxNTYyMjYyNjE2fQ.2-GxA6T8lP4vfrg8v-FdWP0A0zdrj8igiMLvqRMUvwnQg4PtFLbdLXiOSsX0x7NVY-FNyJK70nfbV37xRZT3Lg";
    const AT_RESOURCE: &str = "eyJ0eXAiOiJkcG9wK2p3dCIsImFsZyI6IkVTMjU2IiwiandrIjp7Imt0eSI6IkVDIiwieCI6Imw4dEZyaHgtMzR0VjNoUklDUkRZOXpDa0RscEJoRjQyVVFVZldWQVdCRnMiLCJ5IjoiOVZFNGpmX09rX282NHpiVFRsY3VOSmFqSG10NnY5VERWclUwQ2R2R1JEQSIsImNydiI6IlAtMjU2In19.eyJqdGkiOiJlMWozVl9iS2ljOC1MQUVCIiwiaHRtIjoiR0VUIiwiaHR1IjoiaHR0cHM6Ly9yZXNvdXJjZS5leGFtcGxlLm9yZy9wcm90ZWN0ZWRyZXNvdXJjZSIsImlhdCI6MTU2MjI2MjYxOCwiYXRoIjoiZlVIeU8ycjJaM0RaNTNFc05yV0JiMHhXWG9hTnk1OUlpS0NBcWtzbVFFbyJ9.2oW9RP35yRqzhrtNP86L-Ey71EOptxRimPPToA1plemAgR6pxHF8y6-yqyVnmcw6Fy1dqd-jfxSYoMxhAJpLjA";
    const TOKEN: &str = "Kz~8mXK1EalYznwH-LC-1fBAo.4Ljp~zsPE_NeO.gxU";
    const JKT: &str = "0ZcOCORZNYy-DWpqq30jZyJGHTN0d2HglBV3uiguA4I";

    const ADDRESS: &str = "https://a.example/sync/pull";

    #[test]
    fn the_published_examples_are_what_they_say() {
        let at_token = Claimed::parse(AT_TOKEN).expect("reads");
        assert!(at_token.is_for("POST", "https://server.example.com/token", None) && at_token.nonce().is_none());
        assert_eq!(at_token.verify().expect("is signed").jkt, JKT);
        let at_resource = Claimed::parse(AT_RESOURCE).expect("reads");
        let ath = derive_sha256(TOKEN);
        assert!(at_resource.is_for("GET", "https://resource.example.org/protectedresource", Some(&ath)));
        assert_eq!(at_resource.verify().expect("is signed").jkt, JKT);
    }

    fn key() -> EcdsaKeyPair {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).expect("makes a key");
        EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).expect("is a key")
    }

    fn header(key: &EcdsaKeyPair) -> Value {
        let (x, y) = key.public_key().as_ref()[1..].split_at(32);
        let text = |half| URL_SAFE_NO_PAD.encode(half);
        json!({"typ": "dpop+jwt", "alg": "ES256", "jwk": {"kty": "EC", "crv": "P-256", "x": text(x), "y": text(y)}})
    }

    fn claims() -> Value {
        json!({"jti": "j", "htm": "POST", "htu": ADDRESS, "iat": 1_788_264_000, "ath": "a", "nonce": "n"})
    }

    fn sign(key: &EcdsaKeyPair, header: &Value, claims: &Value) -> String {
        let part = |value: &Value| URL_SAFE_NO_PAD.encode(value.to_string());
        let signed = format!("{}.{}", part(header), part(claims));
        let signature = key.sign(&SystemRandom::new(), signed.as_bytes()).expect("signs");
        format!("{signed}.{}", URL_SAFE_NO_PAD.encode(signature))
    }

    fn is_taken(jwt: &str) -> bool {
        Claimed::parse(jwt).is_some_and(|claimed| {
            claimed.is_for("POST", ADDRESS, Some("a")) && claimed.nonce() == Some("n") && claimed.verify().is_some()
        })
    }

    #[test]
    fn only_the_one_kind_of_proof_is_taken() {
        let key = key();
        assert!(is_taken(&sign(&key, &header(&key), &claims())));
        let changed = |at: &str, to: Value| {
            let (mut header, mut claims) = (header(&key), claims());
            let half =
                if header.pointer(at).is_some() || at == "/crit" || at == "/jwk/d" { &mut header } else { &mut claims };
            let (parent, name) = at.rsplit_once('/').expect("is a pointer");
            half.pointer_mut(parent).expect("is there")[name] = to;
            sign(&key, &header, &claims)
        };
        for (at, to) in [
            ("/typ", json!("jwt")),
            ("/typ", json!("DPOP+JWT ")),
            ("/alg", json!("none")),
            ("/alg", json!("HS256")),
            ("/alg", json!("ES384")),
            ("/crit", json!(["b64"])),
            ("/jwk", Value::Null),
            ("/jwk/d", json!("AAAA")),
            ("/jwk/kty", json!("oct")),
            ("/jwk/crv", json!("P-384")),
            ("/jwk/x", json!("AAAA")),
            ("/jti", json!("")),
            ("/jti", json!("j".repeat(200))),
            ("/htm", json!("GET")),
            ("/htu", json!("https://a.example/sync/push")),
            ("/htu", json!("https://b.example/sync/pull")),
            ("/htu", json!("http://a.example/sync/pull")),
            ("/iat", json!("1788264000")),
            ("/iat", Value::Null),
            ("/ath", json!("b")),
            ("/ath", Value::Null),
            ("/nonce", json!("m")),
        ] {
            assert!(!is_taken(&changed(at, to.clone())), "{at}: {to}");
        }
        for alike in ["https://a.example:443/sync/pull", "https://A.example/sync/pull?a=b#c"] {
            assert!(is_taken(&changed("/htu", json!(alike))), "{alike}");
        }
        let other = self::key();
        assert!(!is_taken(&sign(&other, &header(&key), &claims())), "signed with another key");
        let whole = sign(&key, &header(&key), &claims());
        let (_, rest) = whole.split_once('.').expect("has parts");
        assert!(
            !is_taken(rest) && !is_taken(&format!("{whole}.")) && !is_taken(&format!("{whole}{}", "A".repeat(MOST)))
        );
    }

    proptest! {
        #[test]
        fn a_mangled_proof_is_refused(at in any::<prop::sample::Index>(), to in any::<char>(), cut in any::<bool>()) {
            let key = key();
            let whole = sign(&key, &header(&key), &claims());
            let mut mangled: Vec<char> = whole.chars().collect();
            let at = at.index(mangled.len());
            if cut { mangled.truncate(at) } else { mangled[at] = to }
            let mangled: String = mangled.into_iter().collect();
            prop_assume!(mangled != whole);
            prop_assert!(!is_taken(&mangled));
        }

        #[test]
        fn whatever_comes_is_read_or_refused(text in "[A-Za-z0-9_.\\-]{0,300}|\\PC{0,80}") {
            prop_assert!(!is_taken(&text));
        }
    }
}
