//! Threads and messages: what is shown is what the backend said plus what waits to be sent.

mod attach;
mod draft;
mod list;
mod send;
mod show;

use protocol::message::{Participant, Thread};

/// The longest beginning of a message that a list shows.
const PREVIEW: usize = 140;

/// The others who take part in a thread now; somebody alone in it is not their own other.
fn others<'t>(thread: &'t Thread, me: &'t str) -> impl Iterator<Item = &'t Participant> {
    thread.participants.iter().filter(move |participant| !participant.left && participant.person.as_str() != me)
}

/// A message's beginning, on one line.
fn preview(text: &str) -> String {
    let line = text.split_whitespace().collect::<Vec<_>>().join(" ");
    match line.char_indices().nth(PREVIEW) {
        Some((end, _)) => format!("{}…", line[..end].trim_end()),
        None => line,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_preview_is_one_line_and_ends_between_letters() {
        assert_eq!(preview(" Hej\n\n Åsa! "), "Hej Åsa!");
        let long = preview(&"å".repeat(PREVIEW + 1));
        assert_eq!(long.chars().count(), PREVIEW + 1);
        assert!(long.ends_with('…'));
    }
}
