//! Words from outside, checked once at the door.

use crate::error::Error;
use protocol::refusal::RefusalCode;

/// One line of 1..=`max` characters, trimmed.
///
/// # Errors
/// [`RefusalCode::Invalid`] when empty or holding control characters, [`RefusalCode::TooLong`] when longer.
pub fn line(text: &str, max: usize) -> Result<String, Error> {
    let text = body(text, max)?;
    if text.chars().any(char::is_control) {
        return Err(RefusalCode::Invalid.into());
    }
    Ok(text)
}

/// Text of 1..=`max` characters, trimmed; line breaks and tabs may stand in it.
///
/// # Errors
/// [`RefusalCode::Invalid`] when empty or holding other control characters, [`RefusalCode::TooLong`] when longer.
pub fn body(text: &str, max: usize) -> Result<String, Error> {
    let text = text.trim().replace("\r\n", "\n");
    if text.is_empty() || text.chars().any(|c| c.is_control() && c != '\n' && c != '\t') {
        return Err(RefusalCode::Invalid.into());
    }
    if text.chars().count() > max {
        return Err(RefusalCode::TooLong.into());
    }
    Ok(text)
}

/// Bytes as lower-case hex.
pub fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}

/// An insert that failed because its id is taken is the client's doing.
pub fn reused(error: sqlx::Error) -> Error {
    match &error {
        sqlx::Error::Database(inner) if inner.is_unique_violation() => RefusalCode::Reused.into(),
        _ => error.into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn code(result: Result<String, Error>) -> Option<RefusalCode> {
        match result {
            Err(Error::Refused(refusal)) => Some(refusal.code),
            _ => None,
        }
    }

    #[test]
    fn text_is_trimmed_and_bounded() {
        assert_eq!(body("  hej\r\ndå  ", 6).expect("fits"), "hej\ndå");
        assert_eq!(code(body(" \n ", 6)), Some(RefusalCode::Invalid));
        assert_eq!(code(body("åäöåäöå", 6)), Some(RefusalCode::TooLong));
        assert_eq!(code(body("a\u{0}b", 6)), Some(RefusalCode::Invalid));
        assert_eq!(code(line("a\nb", 6)), Some(RefusalCode::Invalid));
    }
}
