//! The command line.
//!
//! `--development` is no option but an admission: without it nothing starts, because a provider where anyone can be
//! anyone must never stand in front of real data.

use std::net::SocketAddr;
use std::path::PathBuf;

use url::Url;

use crate::Registration;

/// How the program is called.
pub const USAGE: &str = "usage: digiteam-simulator --development --listen 127.0.0.1:PORT --people FILE.toml \
    --client-id ID [--client-name NAME] --client-jwks URL [--client-secret-file FILE] --redirect-uri URL [--redirect-uri URL …]";

/// A complete command line.
#[derive(Clone)]
pub struct Arguments {
    /// Address to listen on; always this machine's own.
    pub listen: SocketAddr,
    /// The people file.
    pub people: PathBuf,
    /// The client that is let in.
    pub client: Registration,
}

/// Why a command line was turned down.
#[derive(Debug, thiserror::Error, PartialEq, Eq)]
pub enum ArgumentError {
    /// The admission is missing.
    #[error(
        "this provider lets anyone be anyone, so it starts for development only; say --development if that is what you want"
    )]
    NotForDevelopment,
    /// An option that does not exist.
    #[error("{0} is not an option")]
    Unknown(String),
    /// An option is missing, or its value is.
    #[error("{0} is missing")]
    Missing(&'static str),
    /// A value is not what it should be.
    #[error("{0} is not understood")]
    Invalid(&'static str),
    /// The secret's file cannot be read or is empty.
    #[error("the file of --client-secret-file cannot be read, or is empty")]
    Secret,
    /// The address can be reached from other machines.
    #[error("--listen takes an address of this machine only, such as 127.0.0.1:0")]
    NotLoopback,
}

impl Arguments {
    /// Reads a command line, without the program's name.
    pub fn parse(arguments: impl IntoIterator<Item = String>) -> Result<Self, ArgumentError> {
        let mut arguments = arguments.into_iter();
        let mut development = false;
        let (mut listen, mut people, mut id, mut name, mut jwks) = (None, None, None, None, None);
        let mut secret = None;
        let mut redirect_uris = Vec::new();
        while let Some(argument) = arguments.next() {
            let mut value = |what| arguments.next().ok_or(ArgumentError::Missing(what));
            match argument.as_str() {
                "--development" => development = true,
                "--listen" => listen = Some(value("the value of --listen")?),
                "--people" => people = Some(PathBuf::from(value("the value of --people")?)),
                "--client-id" => id = Some(value("the value of --client-id")?),
                "--client-name" => name = Some(value("the value of --client-name")?),
                "--client-jwks" => jwks = Some(value("the value of --client-jwks")?),
                "--client-secret-file" => secret = Some(read(&value("the value of --client-secret-file")?)?),
                "--redirect-uri" => redirect_uris.push(value("the value of --redirect-uri")?),
                _ => return Err(ArgumentError::Unknown(argument)),
            }
        }
        if !development {
            return Err(ArgumentError::NotForDevelopment);
        }
        let listen = listen.ok_or(ArgumentError::Missing("--listen"))?;
        let listen: SocketAddr = listen.parse().map_err(|_| ArgumentError::Invalid("--listen"))?;
        if !listen.ip().is_loopback() {
            return Err(ArgumentError::NotLoopback);
        }
        let jwks = jwks.ok_or(ArgumentError::Missing("--client-jwks"))?;
        if redirect_uris.is_empty() {
            return Err(ArgumentError::Missing("--redirect-uri"));
        }
        if redirect_uris.iter().any(|address| Url::parse(address).is_err()) {
            return Err(ArgumentError::Invalid("--redirect-uri"));
        }
        let id = id.ok_or(ArgumentError::Missing("--client-id"))?;
        let client = Registration {
            name: name.unwrap_or_else(|| id.clone()),
            id,
            jwks: Url::parse(&jwks).map_err(|_| ArgumentError::Invalid("--client-jwks"))?,
            redirect_uris,
            secret,
        };
        Ok(Self { listen, people: people.ok_or(ArgumentError::Missing("--people"))?, client })
    }
}

fn read(file: &str) -> Result<String, ArgumentError> {
    let text = std::fs::read_to_string(file).map_err(|_| ArgumentError::Secret)?;
    // An editor ends a file with a line break.
    Some(text.trim_end().to_owned()).filter(|secret| !secret.is_empty()).ok_or(ArgumentError::Secret)
}

#[cfg(test)]
mod tests {
    use super::*;

    const WHOLE: &str = "--development --listen 127.0.0.1:0 --people region.toml --client-id c \
                         --client-jwks http://127.0.0.1:1/jwks --redirect-uri http://127.0.0.1:1/a \
                         --redirect-uri http://127.0.0.1:1/b";

    fn parse(line: &str) -> Result<Arguments, ArgumentError> {
        Arguments::parse(line.split_whitespace().map(str::to_owned))
    }

    #[test]
    fn a_whole_line_is_read() {
        let arguments = parse(WHOLE).expect("nothing is missing");
        assert_eq!(arguments.client.name, "c", "the id, where no name is given");
        assert_eq!(arguments.client.redirect_uris, ["http://127.0.0.1:1/a", "http://127.0.0.1:1/b"]);
    }

    #[test]
    fn without_the_admission_nothing_starts() {
        let line = WHOLE.replace("--development", "");
        assert_eq!(parse(&line).err(), Some(ArgumentError::NotForDevelopment));
    }

    #[test]
    fn only_this_machine_is_listened_to() {
        let line = WHOLE.replace("127.0.0.1:0", "0.0.0.0:80");
        assert_eq!(parse(&line).err(), Some(ArgumentError::NotLoopback));
    }

    #[test]
    fn what_is_unknown_or_missing_is_named() {
        assert_eq!(parse("--verbose").err(), Some(ArgumentError::Unknown("--verbose".into())));
        let line = WHOLE.replace("--people region.toml", "");
        assert_eq!(parse(&line).err(), Some(ArgumentError::Missing("--people")));
    }
}
