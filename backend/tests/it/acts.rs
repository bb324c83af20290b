//! Acts as tests need them, with everything that does not matter filled in.

use crate::town::Town;
use digiteam_backend::document;
use protocol::case::{AssignCase, CloseCaseTo, Mask, OpenCase, OpenCaseTo, WriteNote};
use protocol::document::{BlobRef, DocumentSort, Section, SignDocument};
use protocol::id::{BlobId, CaseId, DocumentId, MessageId, PersonId, RecordId, ThreadId};
use protocol::message::{SendMessage, StartThread};
use protocol::relation::{
    CheckRelation, ConfirmProxy, EndKeepApart, EndProtected, EndRelation, GivePowerOfAttorney, Invite, KeepApart,
    MarkProtected, Matter, RecordRelation, RelationKind, Source, hash_code,
};

/// Opens `case` about `person`.
pub(crate) fn open_case(case: &str, person: &str, visible: bool) -> OpenCase {
    OpenCase {
        case: CaseId::new(case),
        number: format!("2026-{case}"),
        title: "Stöd till familjen".into(),
        person: PersonId::new(person),
        next_step: None,
        visible,
    }
}

/// Lets `person` into `case` for a month.
pub(crate) fn open_case_to(case: &str, person: &str) -> OpenCaseTo {
    OpenCaseTo {
        case: CaseId::new(case),
        person: PersonId::new(person),
        ground: "vårdnadshavare".into(),
        review_at: 1_790_900_000_000,
    }
}

/// A note in `case`.
pub(crate) fn write_note(case: &str, note: &str, hidden_from: &[&str]) -> WriteNote {
    WriteNote {
        case: CaseId::new(case),
        note: RecordId::new(note),
        heading: "Telefonsamtal".into(),
        text: "Vi talade om hur hösten har börjat.".into(),
        happened_at: 1_788_200_000_000,
        hidden_from: hidden_from.iter().copied().map(PersonId::new).collect(),
    }
}

/// A decision in `case`.
pub(crate) fn sign_document(case: &str, document: &str, hidden_from: &[&str]) -> SignDocument {
    SignDocument {
        case: CaseId::new(case),
        document: DocumentId::new(document),
        sort: DocumentSort::Decision,
        title: "Beslut om stöd".into(),
        sections: vec![Section { heading: "Beslut".into(), text: "Ansökan beviljas.".into(), masked: None }],
        file: None,
        appeal_until: None,
        hidden_from: hidden_from.iter().copied().map(PersonId::new).collect(),
    }
}

/// Begins `thread` in `case` with `with`; its first message is `<thread>-1`.
pub(crate) fn start_thread(case: &str, thread: &str, with: &str) -> StartThread {
    StartThread {
        thread: ThreadId::new(thread),
        case: CaseId::new(case),
        subject: "Inför mötet".into(),
        with: PersonId::new(with),
        message: MessageId::new(format!("{thread}-1")),
        text: "Hej! Passar tisdag för dig?".into(),
        files: Vec::new(),
    }
}

/// Sends `message` in `thread`.
pub(crate) fn send_message(thread: &str, message: &str, text: &str) -> SendMessage {
    let (thread, message) = (ThreadId::new(thread), MessageId::new(message));
    SendMessage { thread, message, text: text.into(), files: Vec::new() }
}

/// A picture that `person` has uploaded as `blob`, to be sent with a message.
pub(crate) async fn attached(town: &Town, person: &str, blob: &str) -> BlobRef {
    let (caller, bytes) = (town.caller(person), format!("bild {blob}"));
    let stored = document::store_as(&town.app, &caller, BlobId::new(blob), bytes.into()).await.expect("is stored");
    BlobRef {
        blob: stored.blob,
        name: "kvitto.jpg".into(),
        media_type: "image/jpeg".into(),
        size: stored.size,
        sha256: stored.sha256,
    }
}

/// Ends what `person` sees of `case`.
pub(crate) fn close_case_to(case: &str, person: &str) -> CloseCaseTo {
    CloseCaseTo { case: CaseId::new(case), person: PersonId::new(person), ground: "vårdnaden har upphört".into() }
}

/// Gives `case` to `person`.
pub(crate) fn assign_case(case: &str, person: &str) -> AssignCase {
    AssignCase { case: CaseId::new(case), person: PersonId::new(person), ground: "tar över efter Sara".into() }
}

/// Hides `fact` from these and nobody else.
pub(crate) fn mask(case: &str, fact: &str, hidden_from: &[&str]) -> Mask {
    let hidden_from = hidden_from.iter().copied().map(PersonId::new).collect();
    Mask { case: CaseId::new(case), fact: RecordId::new(fact), hidden_from, sections: Vec::new(), ground: None }
}

/// Hides these passages of `fact` from these and nobody else.
pub(crate) fn mask_passages(case: &str, fact: &str, sections: &[u32], hidden_from: &[&str]) -> Mask {
    Mask { sections: sections.to_vec(), ground: Some("26 kap. 1 § OSL".into()), ..mask(case, fact, hidden_from) }
}

/// Records that `person` is `kind` to whomever `case` concerns.
pub(crate) fn record_relation(case: &str, relation: &str, kind: RelationKind, person: &str) -> RecordRelation {
    RecordRelation {
        case: CaseId::new(case),
        relation: RecordId::new(relation),
        kind,
        person: PersonId::new(person),
        starts: 1_788_200_000_000,
        until: None,
        matters: Vec::new(),
        source: Source::Municipality,
        same_address: false,
    }
}

/// Ends `relation` of whomever `case` concerns.
pub(crate) fn end_relation(case: &str, relation: &str) -> EndRelation {
    EndRelation { case: CaseId::new(case), relation: RecordId::new(relation), ground: "dom om ensam vårdnad".into() }
}

/// Says that `relation` of whomever `case` concerns was looked at again.
pub(crate) fn check_relation(case: &str, relation: &str) -> CheckRelation {
    CheckRelation { case: CaseId::new(case), relation: RecordId::new(relation), source: Source::CourtDecision }
}

/// A code that nobody else has, made of `letter`.
pub(crate) fn code(letter: char) -> String {
    letter.to_string().repeat(26)
}

/// Lets whoever has `code` give the sender a power of attorney.
pub(crate) fn invite(code: &str) -> Invite {
    Invite { code_hash: hash_code(code).expect("is a code") }
}

/// A power of attorney for a month to whoever made `code`.
pub(crate) fn give(relation: &str, code: &str, matters: &[Matter]) -> GivePowerOfAttorney {
    GivePowerOfAttorney {
        relation: RecordId::new(relation),
        code: code.into(),
        matters: matters.to_vec(),
        until: 1_790_800_000_000,
    }
}

/// Keeps the two apart, one of whom is a part of `case`.
pub(crate) fn keep_apart(case: &str, person: &str, other: &str) -> KeepApart {
    KeepApart {
        case: CaseId::new(case),
        person: PersonId::new(person),
        other: PersonId::new(other),
        ground: "kontaktförbud".into(),
    }
}

/// Keeps the two apart no longer.
pub(crate) fn end_keep_apart(case: &str, person: &str, other: &str) -> EndKeepApart {
    EndKeepApart { case: CaseId::new(case), person: PersonId::new(person), other: PersonId::new(other) }
}

/// Ends the mark of `person`.
pub(crate) fn end_protected(person: &str) -> EndProtected {
    EndProtected { person: PersonId::new(person), ground: "markeringen har hävts".into() }
}

/// Marks `person` as protected.
pub(crate) fn mark_protected(person: &str) -> MarkProtected {
    MarkProtected { person: PersonId::new(person), ground: "sekretessmarkering".into() }
}

/// Lets `person` in as a proxy of somebody protected, for a month.
pub(crate) fn confirm_proxy(case: &str, person: &str) -> ConfirmProxy {
    let open = open_case_to(case, person);
    ConfirmProxy { case: open.case, person: open.person, ground: open.ground, review_at: open.review_at }
}
