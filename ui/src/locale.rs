//! The languages of the face: which there are, which is chosen, and the words in it.
//!
//! Words live in Fluent files, one per feature and language. A key that is missing shows itself instead of
//! stopping anything; the tests hold every language and every use in the code against each other. Isolation
//! marks stay on, so that a name written left to right stands well in an Arabic sentence.

use fluent_bundle::{FluentArgs, FluentBundle, FluentResource, FluentValue};
use std::rc::Rc;
use unic_langid::LanguageIdentifier;
use yew::prelude::*;

/// A language of the face.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Locale {
    Swedish,
    English,
    Arabic,
}

impl Locale {
    /// In the order in which they are offered.
    pub(crate) const ALL: [Self; 3] = [Self::Swedish, Self::English, Self::Arabic];

    /// The BCP 47 tag.
    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::Swedish => "sv",
            Self::English => "en",
            Self::Arabic => "ar",
        }
    }

    /// Its name in itself.
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Swedish => "Svenska",
            Self::English => "English",
            Self::Arabic => "العربية",
        }
    }

    /// The direction of writing.
    pub(crate) fn dir(self) -> &'static str {
        match self {
            Self::Arabic => "rtl",
            Self::Swedish | Self::English => "ltr",
        }
    }

    /// Dates and digits as residents of Sweden meet them in this language.
    pub(crate) fn dates(self) -> &'static str {
        match self {
            Self::Swedish => "sv-SE",
            Self::English => "en-GB",
            Self::Arabic => "ar-u-nu-latn-ca-gregory",
        }
    }

    /// The language of that tag.
    pub(crate) fn parse(tag: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|locale| locale.tag() == tag)
    }

    /// The one that was chosen on this device; Swedish before any choice.
    pub(crate) fn remembered() -> Self {
        let storage = web_sys::window().and_then(|window| window.local_storage().ok().flatten());
        let tag = storage.and_then(|storage| storage.get_item(STORED_AS).ok().flatten());
        tag.and_then(|tag| Self::parse(&tag)).unwrap_or(Self::Swedish)
    }

    /// Remembers it on this device and lets the whole page follow.
    pub(crate) fn remember(self) {
        let Some(window) = web_sys::window() else { return };
        if let Ok(Some(storage)) = window.local_storage() {
            // A webview that stores nothing only forgets the choice.
            drop(storage.set_item(STORED_AS, self.tag()));
        }
        if let Some(root) = window.document().and_then(|document| document.document_element()) {
            drop(root.set_attribute("lang", self.tag()));
            drop(root.set_attribute("dir", self.dir()));
        }
    }
}

const STORED_AS: &str = "locale";

/// The name of a text in the Fluent files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Key(pub(crate) &'static str);

impl From<&'static str> for Key {
    fn from(name: &'static str) -> Self {
        Self(name)
    }
}

/// The words of one language.
#[derive(Clone)]
pub(crate) struct Words {
    /// Which.
    pub(crate) locale: Locale,
    bundle: Rc<FluentBundle<FluentResource>>,
}

impl PartialEq for Words {
    fn eq(&self, other: &Self) -> bool {
        self.locale == other.locale
    }
}

impl Words {
    pub(crate) fn new(locale: Locale) -> Self {
        let id: LanguageIdentifier = locale.tag().parse().unwrap_or_default();
        let mut bundle = FluentBundle::new(vec![id]);
        for (_, text) in sources(locale) {
            // What can be read of a file is used; the tests refuse a file with mistakes.
            let resource = FluentResource::try_new((*text).to_owned()).unwrap_or_else(|(rest, _)| rest);
            drop(bundle.add_resource(resource));
        }
        Self { locale, bundle: Rc::new(bundle) }
    }

    /// The text of that name.
    pub(crate) fn say(&self, key: impl Into<Key>) -> AttrValue {
        self.say_with(key, &[])
    }

    /// The text of that name, with values filled in.
    pub(crate) fn say_with(&self, key: impl Into<Key>, values: &[(&'static str, FluentValue<'_>)]) -> AttrValue {
        let Key(name) = key.into();
        let Some(pattern) = self.bundle.get_message(name).and_then(|message| message.value()) else {
            return name.into();
        };
        let args: FluentArgs<'_> = values.iter().cloned().collect();
        let mut errors = Vec::new();
        self.bundle.format_pattern(pattern, Some(&args), &mut errors).into_owned().into()
    }
}

/// The words of the language that is chosen.
#[hook]
pub(crate) fn use_words() -> Words {
    use_context::<Words>().expect("App puts the words around every page")
}

/// Chooses another language; provided by the app's root.
#[derive(Clone, PartialEq)]
pub(crate) struct ChooseLocale(pub(crate) Callback<Locale>);

macro_rules! sources {
    ($locale:expr; $($tag:literal => $variant:path),*; $files:tt) => {
        match $locale { $($variant => sources!(@files $tag $files),)* }
    };
    (@files $tag:literal [$($file:literal),*]) => {
        &[$(($file, include_str!(concat!("../locales/", $tag, "/", $file, ".ftl")))),*]
    };
}

fn sources(locale: Locale) -> &'static [(&'static str, &'static str)] {
    sources!(locale;
    "sv" => Locale::Swedish, "en" => Locale::English, "ar" => Locale::Arabic;
    [
        "access", "case", "document", "failure", "home", "identity", "kit", "message", "party", "relation", "search", "sync", "task"
    ])
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;
    use std::path::Path;

    #[test]
    fn every_language_has_the_same_keys_and_no_mistakes() {
        let wanted = keys(Locale::Swedish);
        assert!(wanted.len() > 100);
        for locale in Locale::ALL {
            assert_eq!(keys(locale), wanted, "{locale:?}");
        }
    }

    #[test]
    fn every_key_in_code_exists_and_every_key_is_used() {
        let mut used = BTreeSet::new();
        collect_used(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src"), &mut used);
        assert_eq!(used, keys(Locale::Swedish));
    }

    #[test]
    fn a_missing_key_shows_itself() {
        assert_eq!(Words::new(Locale::English).say(Key("no-such-key")), "no-such-key");
    }

    #[test]
    fn values_are_isolated_and_counts_inflect() {
        let words = Words::new(Locale::Swedish);
        assert_eq!(words.say_with("home-greeting", &[("name", "Ali".into())]), "Hej \u{2068}Ali\u{2069}");
        let one = words.say_with("sync-waiting", &[("count", 1.into())]);
        let two = words.say_with("sync-waiting", &[("count", 2.into())]);
        assert!(one.contains("1") && two.contains("2") && one.replace('1', "2") != two.as_str());
    }

    fn keys(locale: Locale) -> BTreeSet<String> {
        let mut found = BTreeSet::new();
        for (file, text) in sources(locale) {
            let resource = FluentResource::try_new((*text).to_owned());
            assert!(resource.is_ok(), "{locale:?} {file} has mistakes");
            for line in text.lines() {
                if let Some((key, _)) = line.split_once(" =").filter(|(key, _)| key.starts_with(char::is_alphabetic)) {
                    assert!(found.insert(key.to_owned()), "{key} stands twice");
                }
            }
        }
        found
    }

    fn collect_used(folder: &Path, used: &mut BTreeSet<String>) {
        for entry in std::fs::read_dir(folder).expect("the sources are there") {
            let path = entry.expect("readable").path();
            if path.is_dir() {
                collect_used(&path, used);
                continue;
            }
            let text = std::fs::read_to_string(&path).expect("readable");
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            for opening in ["say(", "say_with(", "Key("] {
                for (at, _) in code.match_indices(opening) {
                    let rest = code[at + opening.len()..].trim_start();
                    if let Some(name) = rest.strip_prefix('"').and_then(|rest| rest.split('"').next()) {
                        used.insert(name.to_owned());
                    }
                }
            }
        }
    }
}
