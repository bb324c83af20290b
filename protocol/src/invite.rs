//! One-time codes: how somebody without e-identification comes in.
//!
//! A code is 135 random bits in letters that are hard to confuse, in groups of four, with a last one that tells a slip
//! of the pen before anybody is asked. It is typed or read aloud, so small letters, spaces and hyphens, O for 0, and
//! I or L for 1 are all the same to it.

use crate::Millis;
use crate::id::{PersonId, ScopeId};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};
use std::fmt;

/// The grant type under which the token endpoint takes a code, as the field `code`.
pub const GRANT_TYPE: &str = "urn:digiteam:params:oauth:grant-type:invite";

/// Random symbols of a code; five bits each.
pub const SYMBOLS: usize = 27;
const GROUP: usize = 4;
const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// A code. Shown in groups; without `Debug`, as it is a secret until it is used.
#[derive(Clone, PartialEq, Eq)]
pub struct InviteCode(String);

impl InviteCode {
    /// The code of these random bytes; five bits of each are taken.
    #[must_use]
    pub fn of(random: &[u8; SYMBOLS]) -> Self {
        let mut code: String = random.iter().map(|byte| symbol(*byte)).collect();
        code.push(check(&code));
        Self(code)
    }

    /// Reads what somebody wrote; `None` when it cannot be a code.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let code: String = text.chars().filter_map(read).collect::<Option<_>>()?;
        let random = code.get(..SYMBOLS)?;
        (code.get(SYMBOLS..)?.chars().eq([check(random)])).then_some(Self(code))
    }

    /// Without groups, to be hashed.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for InviteCode {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (at, symbol) in self.0.chars().enumerate() {
            if at > 0 && at % GROUP == 0 {
                out.write_str("-")?;
            }
            write!(out, "{symbol}")?;
        }
        Ok(())
    }
}

fn symbol(byte: u8) -> char {
    char::from(ALPHABET[usize::from(byte % 32)])
}

fn check(random: &str) -> char {
    symbol(Sha256::digest(random)[0])
}

// What a sign stands for: nothing, a symbol, or no code at all.
fn read(sign: char) -> Option<Option<char>> {
    Some(match sign.to_ascii_uppercase() {
        '-' | '\u{2010}'..='\u{2015}' => return None,
        space if space.is_whitespace() => return None,
        'O' => Some('0'),
        'I' | 'L' => Some('1'),
        sign => u8::try_from(sign).ok().filter(|byte| ALPHABET.contains(byte)).map(char::from),
    })
}

/// How staff know who it is that they give a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Checked {
    /// By an identity document.
    Document,
    /// They have met before and know each other.
    Known,
    /// Somebody who is known vouched for them: a guardian, a parent, staff of a home.
    Vouched,
    /// Newer than this build.
    #[serde(other)]
    Unknown,
}

/// `POST /identity/invites`, by staff: a code for a person who was there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct MakeInvite {
    /// A thread or case of the person, in which the asking staff work.
    pub scope: ScopeId,
    /// For whom.
    pub person: PersonId,
    /// How they were known.
    pub checked: Checked,
}

/// The code, told once.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct InviteMade {
    /// To take it back: `POST /identity/invites/{invite}/revoke`.
    pub invite: String,
    /// In groups.
    pub code: String,
    /// Until when it can be used.
    pub expires_at: Millis,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> InviteCode {
        InviteCode::of(&std::array::from_fn(|at| u8::try_from(at * 37 % 256).unwrap_or_default()))
    }

    #[test]
    fn a_code_is_seven_groups_and_comes_back_however_it_is_written() {
        let shown = sample().to_string();
        assert_eq!(shown.split('-').map(str::len).collect::<Vec<_>>(), [4; 7]);
        let lax = shown.to_lowercase().replace('-', " ").replace('0', "o").replace('1', "l");
        for written in [shown.clone(), lax, format!("  {} ", shown.replace('-', "\u{2013}"))] {
            assert!(InviteCode::parse(&written).is_some_and(|code| code == sample()), "{written}");
        }
    }

    #[test]
    fn a_slip_or_something_else_is_no_code() {
        let code = sample().to_string();
        let (mut told, mut slips) = (0, 0);
        for (at, found) in code.char_indices().filter(|(_, found)| *found != '-') {
            let slip = if found == '7' { "8" } else { "7" };
            let mut wrong = code.clone();
            wrong.replace_range(at..=at, slip);
            slips += 1;
            told += usize::from(InviteCode::parse(&wrong).is_none());
        }
        assert!(told + 3 >= slips, "{told} of {slips} slips are told");
        for not in ["", "1234", &code[1..], &format!("{code}0"), &code.replace('-', "U"), &"å".repeat(28)] {
            assert!(InviteCode::parse(not).is_none(), "{not}");
        }
    }

    #[test]
    fn whatever_is_written_is_read_or_refused() {
        let signs: Vec<char> = "0aZ-\u{2014} \u{1F600}åU\0\u{0130}".chars().collect();
        for seed in 0_usize..3000 {
            let text: String = (0..seed % 40).map(|at| signs[(seed * 31 + at * (seed % 11)) % signs.len()]).collect();
            if let Some(code) = InviteCode::parse(&text) {
                assert!(InviteCode::parse(&code.to_string()).is_some_and(|again| again == code));
            }
        }
    }
}
