//! What a note or document looks like to somebody from whom its author, and with them the place, is kept.

use crate::person::Person;
use protocol::case::Note;
use protocol::document::Document;
use protocol::record::Content;

/// A part of a case that has an author.
pub trait Signed: Content + Clone {
    /// The same with the author's title for a name, and no file: a file's name and letterhead tell where it is from.
    fn veiled(&self, author: &Person) -> Self;
}

impl Signed for Note {
    fn veiled(&self, author: &Person) -> Self {
        Self { author: author.office(), ..self.clone() }
    }
}

impl Signed for Document {
    fn veiled(&self, author: &Person) -> Self {
        Self { author: author.office(), file: None, ..self.clone() }
    }
}
