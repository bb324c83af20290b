//! Signing: what a client wants signed, and the signature that the person gives.
//!
//! What is to be signed comes as a JWT of the client's own, or inside its signed Request Object, so that nobody can put other
//! words before a person. The signature is a JWS under a key that signs nothing else, and proves what a test's does: that it is over these bytes.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::client::AssertionError;
use crate::people::Person;
use crate::provider::Provider;
use crate::words::Language;

/// The request parameter.
pub(crate) const PARAMETER: &str = "https://id.oidc.se/param/signRequest";
/// `typ` of a signature.
const SIGNATURE: &str = "user-signature+jwt";

/// What a person is asked to sign.
#[derive(Clone)]
pub(crate) struct SignRequest {
    /// The bytes, in base64 as they came.
    pub(crate) data: String,
    message: Map<String, Value>,
}

/// Why a request to sign was turned down.
#[derive(Debug, thiserror::Error)]
pub(crate) enum SignError {
    #[error("signRequest must be a JWT that the client signed: {0}")]
    Proof(#[from] AssertionError),
    #[error("signRequest must hold tbs_data and sign_message")]
    Form,
    #[error("tbs_data must be base64")]
    Data,
    #[error("sign_message must hold a message in base64 of UTF-8")]
    Message,
}

#[derive(Deserialize)]
struct Wish {
    tbs_data: String,
    sign_message: Map<String, Value>,
}

impl SignRequest {
    /// Reads what the client signed by itself.
    pub(crate) async fn read(provider: &Provider, jwt: &str, now: u64) -> Result<Self, SignError> {
        Self::check(provider.client.open(jwt, &[&provider.issuer], now).await?)
    }

    /// Takes what stood in a Request Object, and was signed with it.
    pub(crate) fn parse(wish: Map<String, Value>) -> Result<Self, SignError> {
        Self::check(serde_json::from_value(wish.into()).map_err(|_| SignError::Form)?)
    }

    fn check(wish: Wish) -> Result<Self, SignError> {
        if !STANDARD.decode(&wish.tbs_data).is_ok_and(|data| !data.is_empty()) {
            return Err(SignError::Data);
        }
        let request = Self { data: wish.tbs_data, message: wish.sign_message };
        if request.message(Language::Swedish).is_none() {
            return Err(SignError::Message);
        }
        Ok(request)
    }

    /// The words that the person reads: in this language if there are any, else in Swedish or in none that is named.
    pub(crate) fn message(&self, language: Language) -> Option<String> {
        let names = [format!("message#{}", language.tag()), "message#sv".to_owned(), "message".to_owned()];
        let text = names.iter().find_map(|name| self.message.get(name))?.as_str()?;
        String::from_utf8(STANDARD.decode(text).ok()?).ok().filter(|text| !text.trim().is_empty())
    }

    /// The signature of `person` at `at`, in seconds.
    pub(crate) fn sign(&self, provider: &Provider, person: &Person, at: u64) -> String {
        let signed = json!({ "tbs_data": self.data, "number": person.number, "signed_at": at });
        STANDARD.encode(provider.pen.write(SIGNATURE, &signed))
    }
}
