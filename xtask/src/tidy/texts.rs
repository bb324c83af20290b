//! Whether every language has the same texts: the same files, and in each the same keys.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;

use anyhow::Result;

use crate::run::files;

/// What a language lacks that another has.
pub(super) fn faults(locales: &Path) -> Result<Vec<String>> {
    let mut languages: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for file in files(locales)? {
        let path = file.strip_prefix(locales)?.to_string_lossy().into_owned();
        let Some((language, name)) = path.split_once('/') else { continue };
        let keys = languages.entry(language.to_owned()).or_default();
        keys.extend(keys_of(&fs::read_to_string(&file)?).map(|key| format!("{name}: {key}")));
    }
    let all: BTreeSet<&String> = languages.values().flatten().collect();
    let lacks =
        |keys: &BTreeSet<String>| all.iter().filter(|key| !keys.contains(**key)).map(|key| (*key).clone()).collect();
    Ok(languages
        .iter()
        .flat_map(|(language, keys)| {
            let missing: Vec<String> = lacks(keys);
            missing.into_iter().map(move |key| format!("{language} lacks {key}"))
        })
        .collect())
}

/// The messages and terms of a Fluent file, attributes included as `key.attribute`.
fn keys_of(text: &str) -> impl Iterator<Item = String> {
    let mut last = String::new();
    let keys: Vec<String> = text.lines().filter_map(|line| key_of(line, &mut last)).collect();
    keys.into_iter()
}

fn key_of(line: &str, last: &mut String) -> Option<String> {
    let (key, _) = line.split_once('=')?;
    let key = key.trim_end();
    let is_name = |name: &str| {
        name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '-')
            && name.chars().all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_')
    };
    if is_name(key) {
        key.clone_into(last);
        return Some(key.to_owned());
    }
    let attribute = key.trim_start().strip_prefix('.')?;
    is_name(attribute).then(|| format!("{last}.{attribute}"))
}

#[cfg(test)]
mod tests {
    use super::keys_of;

    #[test]
    fn keys_and_attributes_are_read_and_nothing_else() {
        let text = "# comment = no\nsign-in = Logga in\n    .title = Mer\nrows = { $count ->\n    [one] a = b\n   *[other] c\n}\n";
        assert_eq!(keys_of(text).collect::<Vec<_>>(), ["sign-in", "sign-in.title", "rows"]);
    }
}
