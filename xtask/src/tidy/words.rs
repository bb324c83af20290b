//! One file at a time: its length, how it opens, and words that must not stand in it.

use std::path::Path;

const MAX_LINES: usize = 400;
/// Files that a person reads as code; data and prose may be longer.
const CODE: &[&str] = &["rs", "css", "ftl", "js", "sql"];

/// Left over from looking for a fault, or from planning. Written in two halves, as this file is read too.
const STRAY: &[&str] =
    &[concat!("to", "do!("), concat!("unimple", "mented!("), concat!("db", "g!("), concat!("console", ".log(")];
/// Beginnings of paths that are somebody's own: homes and places for a moment.
const PLACES: &[&str] = &[
    concat!("/ro", "ot/"),
    concat!("/ho", "me/"),
    concat!("/Us", "ers/"),
    concat!("C:\\Us", "ers"),
    concat!("/tm", "p/"),
];

/// What is wrong with a file.
pub(super) fn faults(name: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    let kind = Path::new(name).extension().and_then(|it| it.to_str()).unwrap_or_default();
    let count = text.lines().count();
    if CODE.contains(&kind) {
        if count > MAX_LINES {
            faults.push(format!("{count} lines; at {MAX_LINES} a file becomes a folder"));
        }
        faults.extend(STRAY.iter().filter(|word| text.contains(*word)).map(|word| format!("stray {word}")));
    }
    if kind == "rs" {
        if !text.starts_with("//!") {
            faults.push("does not open with its story (//!)".to_owned());
        }
        if has_doc_code(text) {
            faults.push("code in a doc comment is not run; make it a test".to_owned());
        }
    }
    if name != "Cargo.lock" {
        faults.extend(PLACES.iter().filter(|place| text.contains(*place)).map(|place| format!("names {place}")));
    }
    faults
}

/// Whether a doc comment opens a block that rustdoc would run.
fn has_doc_code(text: &str) -> bool {
    let mut open = false;
    text.lines().any(|line| {
        let line = line.trim_start();
        let Some(doc) = line.strip_prefix("///").or_else(|| line.strip_prefix("//!")) else {
            open = false;
            return false;
        };
        let Some(kind) = doc.trim_start().strip_prefix("```") else { return false };
        let opens = !open;
        open = opens;
        opens && (kind.is_empty() || kind.starts_with("rust"))
    })
}

#[cfg(test)]
mod tests {
    use super::{MAX_LINES, PLACES, STRAY, faults};

    #[test]
    fn a_good_file_has_none() {
        assert_eq!(faults("a.rs", "//! Story.\n\n/// ```text\n/// a → b\n/// ```\nfn a() {}\n"), [""; 0]);
        assert_eq!(faults("a.md", &"line\n".repeat(2 * MAX_LINES)), [""; 0]);
    }

    #[test]
    fn each_fault_is_seen() {
        let story = "//! Story.\n";
        assert_eq!(faults("a.rs", "fn a() {}\n").len(), 1);
        assert_eq!(faults("a.rs", &format!("{story}{}", "// x\n".repeat(MAX_LINES))).len(), 1);
        assert_eq!(faults("a.rs", &format!("{story}/// ```\n/// a();\n/// ```\n")).len(), 1);
        for word in STRAY.iter().chain(PLACES) {
            assert_eq!(faults("a.rs", &format!("{story}// {word}\n")).len(), 1, "{word}");
        }
    }
}
