//! The fields of a query or form. One that is empty or repeated counts as missing, so that nobody can be
//! told two things at once.

use std::collections::HashMap;
use url::form_urlencoded;

/// Fields by name.
pub(super) struct Fields(HashMap<String, Option<String>>);

impl Fields {
    /// Reads what a browser or an app sent.
    pub(super) fn parse(text: &[u8]) -> Self {
        let mut fields = HashMap::new();
        for (name, value) in form_urlencoded::parse(text) {
            fields
                .entry(name.into_owned())
                .and_modify(|value| *value = None)
                .or_insert_with(|| Some(value.into_owned()).filter(|value| !value.is_empty()));
        }
        Self(fields)
    }

    /// The value of a field.
    pub(super) fn get(&self, name: &str) -> Option<&str> {
        self.0.get(name)?.as_deref()
    }
}

#[cfg(test)]
mod tests {
    use super::Fields;

    #[test]
    fn repeated_and_empty_fields_are_missing() {
        let fields = Fields::parse(b"a=1&b=2&b=3&c=&d=%C3%A4");
        assert_eq!(fields.get("a"), Some("1"));
        assert_eq!((fields.get("b"), fields.get("c"), fields.get("e")), (None, None, None));
        assert_eq!(fields.get("d"), Some("ä"));
    }
}
