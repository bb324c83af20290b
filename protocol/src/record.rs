//! Records: what one audience sees of one fact, as stored in a feed and in the client's cache.

use crate::id::RecordId;
use serde::{Deserialize, Serialize};
use serde_json::value::{RawValue, to_raw_value};

/// One row of a scope's feed at its latest sequence number.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(schemars::JsonSchema))]
pub struct Record {
    /// Unique within its scope and kind.
    pub id: RecordId,
    /// What `body` is; see [`Body`]. A kind that a client does not know is kept, not dropped.
    pub kind: String,
    /// The scope's head when this record last changed.
    pub seq: i64,
    /// A tombstone: the record is gone and `body` is null.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub deleted: bool,
    /// The content, unknown fields included.
    #[serde(default)]
    #[cfg_attr(feature = "openapi", schemars(with = "serde_json::Value"))]
    pub body: Json,
}

/// JSON that is carried as the text it came as: nothing in it is read, reordered or lost on the way.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Json(Box<RawValue>);

impl Json {
    /// The JSON of `value`.
    ///
    /// # Errors
    /// When `value` cannot be written as JSON.
    pub fn of<T: Serialize + ?Sized>(value: &T) -> Result<Self, serde_json::Error> {
        to_raw_value(value).map(Self)
    }

    /// `text`, which must be JSON.
    ///
    /// # Errors
    /// When it is not.
    pub fn new(text: String) -> Result<Self, serde_json::Error> {
        RawValue::from_string(text).map(Self)
    }

    /// The text.
    pub fn get(&self) -> &str {
        self.0.get()
    }

    /// Reads it.
    ///
    /// # Errors
    /// When it has another shape.
    pub fn read<'a, T: Deserialize<'a>>(&'a self) -> Result<T, serde_json::Error> {
        serde_json::from_str(self.get())
    }
}

impl Default for Json {
    fn default() -> Self {
        Self(RawValue::NULL.to_owned())
    }
}

impl PartialEq for Json {
    fn eq(&self, other: &Self) -> bool {
        self.get() == other.get()
    }
}

impl Eq for Json {}

macro_rules! bodies {
    ($($(#[$doc:meta])* $name:ident($type:ty) = $kind:literal;)*) => {
        /// A record's content, parsed.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Body {
            $($(#[$doc])* $name($type),)*
            /// A kind or shape newer than this build: shown as "update the app to read this".
            Unknown,
        }

        impl Body {
            /// Reads a record's body by its kind. Never fails: what it cannot read is [`Body::Unknown`].
            pub fn parse(kind: &str, body: &Json) -> Self {
                match kind {
                    $($kind => body.read().map_or(Self::Unknown, Self::$name),)*
                    _ => Self::Unknown,
                }
            }
        }

        $(impl Content for $type {
            const KIND: &'static str = $kind;
        })*
    };
}

/// A type that stands in the body of records of one kind.
pub trait Content: Serialize + for<'de> Deserialize<'de> {
    /// The kind as written on the wire.
    const KIND: &'static str;
}

bodies! {
    /// A person's own particulars.
    Profile(crate::person::Profile) = "profile";
    /// Something that is expected of the resident, or was.
    Task(crate::task::Task) = "task";
    /// A case as its party sees it.
    Case(crate::case::Case) = "case";
    /// A journal note.
    Note(crate::case::Note) = "note";
    /// A document: decision, investigation or letter.
    Document(crate::document::Document) = "document";
    /// What a thread is about and who takes part.
    Thread(crate::message::Thread) = "thread";
    /// One message.
    Message(crate::message::Message) = "message";
    /// How far somebody has read a thread.
    ReadMark(crate::message::ReadMark) = "read_mark";
    /// A desk's summary row of a thread.
    ThreadRow(crate::message::ThreadRow) = "thread_row";
    /// A desk's summary row of a case.
    CaseRow(crate::case::CaseRow) = "case_row";
    /// Who acts for whom.
    Representation(crate::relation::Representation) = "representation";
    /// An access to a case that ended by itself.
    Closure(crate::relation::Closure) = "closure";
    /// That somebody soon comes of an age at which something changes.
    AgeReminder(crate::relation::AgeReminder) = "age_reminder";
    /// What is kept from whom of a note or document.
    Masking(crate::case::Masking) = "masking";
    /// That somebody reads no names of staff.
    HiddenStaff(crate::access::HiddenStaff) = "hidden_staff";
    /// A lead's row of an opening to look at.
    FlaggedOpening(crate::access::FlaggedOpening) = "flagged_opening";
    /// Somebody around a case.
    Party(crate::party::Party) = "party";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_kind_or_shape_is_kept_and_not_an_error() {
        assert_eq!(Body::parse("hologram", &Json::default()), Body::Unknown);
        assert_eq!(Body::parse("message", &Json::default()), Body::Unknown);
        let newer = r#"{"id":"a","kind":"hologram","seq":3,"body":{"z": [1.50], "a": {"deep": null}}}"#;
        let record: Record = serde_json::from_str(newer).expect("parses");
        assert_eq!(
            serde_json::to_string(&record).expect("serializes"),
            newer,
            "an older client changed a newer record"
        );
    }
}
