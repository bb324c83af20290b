//! What the app is told at its start: which service, which folder, which window. Parsed once, strictly;
//! what is not understood stops the start instead of being guessed.

use std::ffi::OsString;
use std::path::PathBuf;

use url::{Host, Url};

use crate::link;
use crate::window::Audience;

/// The service of a build that is told none. A release gets its own from the environment it is built in.
const DEFAULT_BACKEND: Option<&str> =
    if cfg!(debug_assertions) { Some("http://127.0.0.1:8787") } else { option_env!("DIGITEAM_BACKEND") };

/// How to start.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Args {
    /// The municipal backend.
    pub(crate) backend: Url,
    /// The profile folder, if not the default one.
    pub(crate) data: Option<PathBuf>,
    /// Which window.
    pub(crate) audience: Audience,
}

/// What is wrong with the arguments.
#[derive(Debug, PartialEq, Eq, thiserror::Error)]
pub(crate) enum ArgsError {
    /// Not one of ours.
    #[error("unknown argument {0:?}\nusage: digiteam-app [--backend URL] [--data DIR] [--desk]")]
    Unknown(OsString),
    /// The value is missing.
    #[error("{0} needs a value")]
    Value(&'static str),
    /// No service is known.
    #[error("no backend: give --backend URL or set DIGITEAM_BACKEND")]
    NoBackend,
    /// The service's address cannot be used.
    #[error("the backend must be an https address (http only on this machine), without user, query or fragment")]
    Backend,
}

impl Args {
    /// Reads the arguments; `backend` is what the environment says.
    pub(crate) fn parse(
        mut words: impl Iterator<Item = OsString>,
        mut backend: Option<String>,
    ) -> Result<Self, ArgsError> {
        let mut data = None;
        let mut audience = Audience::Resident;
        while let Some(word) = words.next() {
            match word.to_str() {
                Some("--backend") => {
                    let value = words.next().ok_or(ArgsError::Value("--backend"))?;
                    backend = Some(value.into_string().map_err(|_| ArgsError::Backend)?);
                }
                Some("--data") => data = Some(words.next().ok_or(ArgsError::Value("--data"))?.into()),
                Some("--desk") => audience = Audience::Desk,
                // The deep-link plugin reads these itself; they are not even named in an error.
                Some(word) if link::is_link(word) => {}
                _ => return Err(ArgsError::Unknown(word)),
            }
        }
        let backend = backend.as_deref().or(DEFAULT_BACKEND).ok_or(ArgsError::NoBackend)?;
        Ok(Self { backend: parse_backend(backend)?, data, audience })
    }
}

fn parse_backend(text: &str) -> Result<Url, ArgsError> {
    let url = Url::parse(text).map_err(|_| ArgsError::Backend)?;
    let bare = url.username().is_empty()
        && url.password().is_none()
        && url.query().is_none()
        && url.fragment().is_none()
        && url.has_host();
    let safe = match url.scheme() {
        "https" => true,
        "http" => is_loopback(&url),
        _ => false,
    };
    (bare && safe).then_some(url).ok_or(ArgsError::Backend)
}

fn is_loopback(url: &Url) -> bool {
    match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    }
}

#[cfg(test)]
mod tests {
    use super::{Args, ArgsError, Audience};

    fn parse(words: &[&str], env: Option<&str>) -> Result<Args, ArgsError> {
        Args::parse(words.iter().map(Into::into), env.map(Into::into))
    }

    #[test]
    fn everything_can_be_said() {
        let args = parse(&["--desk", "--data", "/srv/x", "--backend", "https://d.example.org"], None).expect("fine");
        assert_eq!(args.audience, Audience::Desk);
        assert_eq!(args.data.as_deref(), Some("/srv/x".as_ref()));
        assert_eq!(args.backend.as_str(), "https://d.example.org/");
    }

    #[test]
    fn an_argument_outweighs_the_environment() {
        let env = Some("https://env.example.org");
        assert_eq!(parse(&[], env).expect("fine").backend.as_str(), "https://env.example.org/");
        let args = parse(&["--backend", "https://arg.example.org"], env).expect("fine");
        assert_eq!(args.backend.as_str(), "https://arg.example.org/");
    }

    #[test]
    fn what_is_not_understood_stops_the_start() {
        assert_eq!(parse(&["--desktop"], None), Err(ArgsError::Unknown("--desktop".into())));
        assert_eq!(parse(&["--data"], None), Err(ArgsError::Value("--data")));
    }

    #[test]
    fn a_link_is_no_argument() {
        assert_eq!(parse(&["digiteam://open?x=1"], None), parse(&[], None));
    }

    #[test]
    fn words_travel_encrypted_unless_they_stay_on_the_machine() {
        for fine in ["https://d.example.org/api/", "http://127.0.0.1:9", "http://[::1]:9", "http://localhost:9"] {
            assert!(parse(&["--backend", fine], None).is_ok(), "{fine}");
        }
        for not in [
            "http://d.example.org",
            "http://127.0.0.1.example.org",
            "ftp://127.0.0.1",
            "https://a:b@d.example.org",
            "https://d.example.org/?x",
            "d.example.org",
        ] {
            assert_eq!(parse(&["--backend", not], None), Err(ArgsError::Backend), "{not}");
        }
    }
}
