//! What an answer must be.

use super::*;

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.text).expect("is JSON")
    }

    pub(crate) fn location(&self) -> &str {
        self.headers[LOCATION].to_str().expect("is text")
    }

    /// The answer must send the browser to the app, with its state and our name.
    pub(crate) fn to_app(&self) -> HashMap<String, String> {
        assert_eq!(self.status, StatusCode::SEE_OTHER, "{}", self.text);
        let address = Url::parse(self.location()).expect("is a URL");
        assert!(self.location().starts_with(&format!("{REDIRECT}?")), "{address}");
        let fields: HashMap<String, String> = address.query_pairs().into_owned().collect();
        assert_eq!(fields["iss"], ISSUER);
        fields
    }

    /// The answer must be a calm page that sends nobody anywhere.
    pub(crate) fn is_page(&self) {
        assert_eq!(self.status, StatusCode::BAD_REQUEST, "{}", self.text);
        assert!(self.headers.get(LOCATION).is_none());
        assert!(self.text.contains("lang=\"sv\"") && self.text.contains("lang=\"en\""));
        for header in ["content-security-policy", "x-content-type-options", "referrer-policy", "cache-control"] {
            assert!(self.headers.contains_key(header), "{header}");
        }
    }

    pub(crate) fn refused_with(&self, code: &str) {
        assert_eq!((self.status, self.json()["error"].as_str()), (StatusCode::BAD_REQUEST, Some(code)));
        assert_eq!(self.headers["cache-control"], "no-store");
    }
}
