//! A secret of the installation: read from a file or the environment, never written in the configuration and never
//! printed.

use std::fmt;
use std::path::PathBuf;
use zeroize::Zeroizing;

/// A secret; whoever prints it sees nothing.
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

/// Where one stands.
pub(super) enum Place {
    File(PathBuf),
    Env(String),
}

impl Secret {
    /// For the one whom it is shared with.
    pub(crate) fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("Secret(..)")
    }
}

impl Place {
    /// Reads `{ file = "…" }` or `{ env = "…" }`. By hand, as a parser's complaint would quote a secret that stands
    /// there itself.
    pub(super) fn parse(value: &toml::Value) -> Option<Self> {
        let table = value.as_table().filter(|table| table.len() == 1)?;
        let text = |name: &str| table.get(name).and_then(toml::Value::as_str).map(str::to_owned);
        text("file").map(|file| Self::File(file.into())).or_else(|| text("env").map(Self::Env))
    }

    /// The secret that stands there, or the place's name.
    pub(super) fn read(self) -> Result<Secret, String> {
        let (text, place) = match self {
            Self::File(file) => (std::fs::read_to_string(&file).ok(), file.display().to_string()),
            Self::Env(name) => (std::env::var(&name).ok(), name),
        };
        let text = Zeroizing::new(text.unwrap_or_default());
        // An editor ends a file with a line break.
        match text.trim_end() {
            "" => Err(place),
            secret => Ok(Secret(Zeroizing::new(secret.to_owned()))),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::Place;

    #[test]
    fn a_secret_is_read_and_not_printed() {
        let file = tempfile::NamedTempFile::new().expect("a file can be made");
        std::fs::write(&file, "between us\n").expect("is written");
        let secret = Place::File(file.path().into()).read().expect("is there");
        assert_eq!((secret.expose(), format!("{secret:?}").as_str()), ("between us", "Secret(..)"));
        std::fs::write(&file, "\n").expect("is written");
        assert_eq!(Place::File(file.path().into()).read().err(), Some(file.path().display().to_string()));
        assert_eq!(
            Place::Env("DIGITEAM_NO_SUCH_SECRET".into()).read().err().as_deref(),
            Some("DIGITEAM_NO_SUCH_SECRET")
        );
    }
}
