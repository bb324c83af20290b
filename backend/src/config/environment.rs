//! What the environment says, over what the file says: every setting, so that no file is needed at all.

use anyhow::Context as _;
use toml::{Table, Value};

/// Settings that are one text.
const WORDS: [&str; 5] = ["listen", "public_url", "database", "blobs", "keys"];

/// Lays over `table` what `variable` has under the settings' names.
///
/// # Errors
/// When the providers cannot be read; the text says why.
pub(super) fn lay_over(table: &mut Table, variable: impl Fn(&str) -> Option<String>) -> anyhow::Result<()> {
    for key in WORDS {
        if let Some(value) = variable(&format!("DIGITEAM_{}", key.to_uppercase())) {
            table.insert(key.to_owned(), Value::String(value));
        }
    }
    if let Some(days) = variable("DIGITEAM_KEEP_DELETED_DAYS") {
        let days = days.parse().context("DIGITEAM_KEEP_DELETED_DAYS is not a number")?;
        table.insert("keep_deleted_days".to_owned(), Value::Integer(days));
    }
    if let Some(value) = variable("DIGITEAM_PROVIDERS") {
        let read = providers(&value).context("DIGITEAM_PROVIDERS")?;
        table.insert("provider".to_owned(), read);
    }
    Ok(())
}

/// The `[[provider]]` tables of `value`: TOML itself, or the path of a file with it.
fn providers(value: &str) -> anyhow::Result<Value> {
    // No path has a line break or a table's brackets in it.
    let text = if value.contains(['\n', '[']) {
        value.to_owned()
    } else {
        std::fs::read_to_string(value).with_context(|| format!("cannot read {value}"))?
    };
    let mut table: Table = text.parse().context("is not valid TOML")?;
    let providers = table.remove("provider").context("has no [[provider]]")?;
    anyhow::ensure!(table.is_empty(), "has more than [[provider]]");
    Ok(providers)
}

#[cfg(test)]
mod tests {
    use super::*;

    const PROVIDER: &str = "[[provider]]\nid = 'residents'\n";

    fn read(file: &str, variables: &[(&str, &str)]) -> anyhow::Result<Table> {
        let mut table = file.parse()?;
        let variable = |name: &str| variables.iter().find(|(known, _)| *known == name).map(|it| it.1.to_owned());
        lay_over(&mut table, variable).map(|()| table)
    }

    #[test]
    fn the_environment_wins_over_the_file_and_is_enough_without_one() {
        let table = read("listen = 'a'\nblobs = 'b'", &[("DIGITEAM_LISTEN", "c"), ("DIGITEAM_KEEP_DELETED_DAYS", "7")]);
        let table = table.expect("reads");
        assert_eq!((table["listen"].as_str(), table["blobs"].as_str()), (Some("c"), Some("b")));
        assert_eq!(table["keep_deleted_days"].as_integer(), Some(7));
    }

    #[test]
    fn providers_are_named_inline_or_by_a_file() {
        let file = tempfile::NamedTempFile::new().expect("a file can be made");
        std::fs::write(&file, PROVIDER).expect("is written");
        for value in [PROVIDER, &file.path().to_string_lossy(), "provider = [{ id = 'residents' }]"] {
            let table = read("[[provider]]\nid = 'old'", &[("DIGITEAM_PROVIDERS", value)]).expect("reads");
            let ids: Vec<_> =
                table["provider"].as_array().expect("a list").iter().map(|it| it["id"].as_str()).collect();
            assert_eq!(ids, [Some("residents")], "{value}");
        }
        for (value, said) in [
            ("no such file", "cannot read"),
            ("listen = ['a']", "no [[provider]]"),
            ("listen = 'a'\n[[provider]]\nid = 'b'", "more than"),
            ("[[provider", "not valid"),
        ] {
            let error = read("", &[("DIGITEAM_PROVIDERS", value)]).expect_err("is refused");
            assert!(format!("{error:#}").contains(said), "{error:#}");
        }
    }
}
