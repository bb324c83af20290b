//! What the client wants to tell the person (`https://id.oidc.se/param/userMessage`): plain text by language, base64 in
//! JSON. Shown as text and nothing else: control characters go, and it ends after a few lines.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use crate::words::Language;

/// The parameter.
pub(crate) const PARAMETER: &str = "https://id.oidc.se/param/userMessage";
/// No longer than BankID shows.
const LONGEST: usize = 1500;

/// A message in the languages that it came in.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct Message {
    swedish: Option<String>,
    english: Option<String>,
}

impl Message {
    /// Reads the parameter; `None` when it is not understood.
    pub(crate) fn parse(text: &str) -> Option<Self> {
        let value: Value = serde_json::from_str(text).ok()?;
        if value.get("mime_type").is_some_and(|kind| kind != "text/plain") {
            return None;
        }
        let read = |name: &str| match value.get(name) {
            Some(coded) => decode(coded.as_str()?).map(Some),
            None => Some(None),
        };
        // Without a language it is meant for all.
        let any = read("message")?;
        let message =
            Self { swedish: read("message#sv")?.or_else(|| any.clone()), english: read("message#en")?.or(any) };
        (message.swedish.is_some() || message.english.is_some()).then_some(message)
    }

    /// In the page's language, or the other one.
    pub(crate) fn words(&self, language: Language) -> &str {
        let (first, other) = match language {
            Language::Swedish => (&self.swedish, &self.english),
            Language::English => (&self.english, &self.swedish),
        };
        first.as_deref().or(other.as_deref()).unwrap_or_default()
    }
}

fn decode(coded: &str) -> Option<String> {
    let text = String::from_utf8(STANDARD.decode(coded).ok()?).ok()?;
    let clean: String = text.chars().filter(|c| !c.is_control() || *c == '\n').take(LONGEST).collect();
    Some(clean.trim().to_owned()).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coded(text: &str) -> String {
        STANDARD.encode(text)
    }

    #[test]
    fn each_language_has_its_words_and_control_characters_go() {
        let text = format!(r#"{{"message#sv": "{}", "mime_type": "text/plain"}}"#, coded("Hej\u{1b}[1m\u{7}\nåäö"));
        let message = Message::parse(&text).expect("is understood");
        assert_eq!(message.words(Language::Swedish), "Hej[1m\nåäö");
        assert_eq!(message.words(Language::English), "Hej[1m\nåäö", "rather another language than nothing");
    }

    #[test]
    fn what_is_no_message_is_none() {
        let markup = format!(r#"{{"message": "{}", "mime_type": "text/markdown"}}"#, coded("x"));
        for bad in ["", "{}", "[]", r#"{"message": 7}"#, r#"{"message#sv": "%"}"#, r#"{"message#sv": ""}"#, &markup] {
            assert_eq!(Message::parse(bad), None, "{bad}");
        }
    }
}
