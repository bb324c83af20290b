//! Files that go with what is being written: taken from the device, kept sealed, uploaded before their message.
//!
//! What a file is is read from its own first bytes, whatever it is called. Nothing of it stands readable on the disk.

use super::send::lane;
use crate::Client;
use crate::document::SLOW;
use crate::failure::failure;
use crate::seal::Key;
use crate::store::attachment::{Attachment, of_draft};
use crate::store::{StoreError, Upload};
use crate::sync::Open;
use crate::wire::{self, WireError};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bridge::message::{AttachFile, AttachedView, DetachFile};
use bridge::{Failure, FailureCode, Topic};
use protocol::document::{BlobRef, BlobStored};
use protocol::id::{RecordId, ScopeId};
use protocol::message::{MAX_FILE, MAX_FILES, Message};
use protocol::refusal::{Refusal, RefusalCode};
use reqwest::Method;
use sha2::{Digest as _, Sha256};
use uuid::Uuid;
use zeroize::Zeroizing;

/// The longest name that a file keeps, in characters.
const MAX_NAME: usize = 120;

impl Client {
    /// Puts a file beside what is being written in a thread.
    ///
    /// # Errors
    /// `Access` when the thread is not here, `TooLong` for a large file, `Invalid` when there are too many, `Unreadable`
    /// when it is empty or nothing that can be sent, or what the store says.
    pub async fn attach_file(&self, call: AttachFile) -> Result<Vec<AttachedView>, Failure> {
        let open = self.open()?;
        let bytes = BASE64_STANDARD.decode(call.data.as_bytes()).map_err(|_| failure(FailureCode::Unreadable))?;
        let bytes = Zeroizing::new(bytes);
        if bytes.len() as u64 > MAX_FILE {
            return Err(failure(FailureCode::TooLong));
        }
        let (media_type, ending) = sort(&bytes).ok_or_else(|| failure(FailureCode::Unreadable))?;
        let scope = {
            let mut seen = open.store.read().acquire().await.map_err(StoreError::from)?;
            lane(&mut seen, &call.thread).await?
        };
        let (blob, key) = (Uuid::now_v7().to_string(), Key::make());
        let sealed = key.seal(&bytes, blob.as_bytes());
        let chosen = Attachment {
            blob,
            name: name(&call.name, ending),
            media_type: media_type.to_owned(),
            size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
            sha256: digest(&bytes),
        };
        if !open.store.attach((&call.thread, &scope), &chosen, (&sealed, key.bytes()), MAX_FILES).await? {
            return Err(failure(FailureCode::Invalid));
        }
        open.begun_files(&call.thread).await
    }

    /// Takes a file away from what is being written.
    ///
    /// # Errors
    /// `NotOpen`, or what the store says. One that is not there is gone already.
    pub async fn detach_file(&self, call: DetachFile) -> Result<Vec<AttachedView>, Failure> {
        let open = self.open()?;
        open.store.detach(&call.thread, &call.file).await?;
        open.begun_files(&call.thread).await
    }
}

impl Open {
    async fn begun_files(&self, thread: &str) -> Result<Vec<AttachedView>, Failure> {
        self.changes.tell([Topic::Message]);
        let mut seen = self.store.read().acquire().await.map_err(StoreError::from)?;
        Ok(of_draft(&mut seen, thread).await?.into_iter().map(view).collect())
    }

    /// Sends a file ahead of its message. When nothing carries it any more there is nothing to be done.
    pub(crate) async fn upload(&self, upload: &Upload) -> Result<(), WireError> {
        let blob = upload.blob.as_str();
        let kept = self.store.find_attachment(blob).await?;
        let Some(kept) = kept.filter(|kept| !kept.uploaded) else { return Ok(()) };
        let sealed = tokio::fs::read(self.store.blobs().join(&kept.file)).await.ok();
        let opened = sealed.and_then(|sealed| Key::read(&kept.key).ok()?.open(&sealed, blob.as_bytes()).ok());
        let Some(bytes) = opened.filter(|bytes| digest(bytes) == kept.sha256) else {
            // As if the backend had asked for what nobody has: the person is told, and chooses it again.
            self.store.lose_attachment(blob).await?;
            let refusal = Refusal { code: RefusalCode::Missing, details: Some(blob.to_owned()) };
            return Err(WireError::Refused(refusal));
        };
        let path = ["uploads", upload.lane.as_str(), blob];
        let answer = self.ask(|wire| wire.request(Method::PUT, &path).timeout(SLOW).body(bytes.to_vec())).await?;
        let stored: BlobStored = wire::read(answer).await?;
        if stored.sha256 != kept.sha256 {
            return Err(WireError::Garbled);
        }
        Ok(self.store.uploaded(blob).await?)
    }

    /// The bytes of a message's file, sent or not, and what they are.
    pub(crate) async fn message_file(&self, file: &str) -> Result<(Zeroizing<Vec<u8>>, String), Failure> {
        if let Some(own) = self.store.find_attachment(file).await? {
            let sealed = tokio::fs::read(self.store.blobs().join(&own.file)).await;
            let sealed = sealed.map_err(|_| failure(FailureCode::FileLost))?;
            let bytes = Key::read(&own.key)?.open(&sealed, file.as_bytes());
            return Ok((bytes.map_err(|_| failure(FailureCode::FileLost))?, own.media_type));
        }
        let found: Option<(String, String, String)> = sqlx::query_as(
            "SELECT record.scope, record.id, record.body FROM filed CROSS JOIN record
                 ON record.scope = filed.scope AND record.kind = 'message' AND record.id = filed.fact
             WHERE EXISTS (SELECT 1 FROM json_each(record.body, '$.files') WHERE value ->> '$.blob' = ?1) LIMIT 1",
        )
        .bind(file)
        .fetch_optional(self.store.read())
        .await
        .map_err(StoreError::from)?;
        let (scope, message, body) = found.ok_or_else(|| failure(FailureCode::Access))?;
        let body: Message = serde_json::from_str(&body).map_err(|_| failure(FailureCode::UpdateNeeded))?;
        let wanted = body.files.into_iter().find(|named| named.blob.as_str() == file);
        let wanted = wanted.ok_or_else(|| failure(FailureCode::Access))?;
        let bytes = self.had_file(&ScopeId::new(scope), &RecordId::new(message), &wanted).await?;
        Ok((bytes, wanted.media_type))
    }
}

/// A file of a draft or of what waits.
pub(super) fn view(chosen: Attachment) -> AttachedView {
    AttachedView { file: chosen.blob, name: chosen.name, size: chosen.size.unsigned_abs(), here: true }
}

/// A file of a message as it names it.
pub(super) fn named_view(named: BlobRef, here: bool) -> AttachedView {
    AttachedView { file: named.blob.to_string(), name: named.name, size: named.size, here }
}

// What it is, and how the name of such a file ends.
fn sort(bytes: &[u8]) -> Option<(&'static str, &'static str)> {
    match bytes {
        [] => None,
        [0xff, 0xd8, 0xff, ..] => Some(("image/jpeg", "jpg")),
        [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, ..] => Some(("image/png", "png")),
        _ if bytes.starts_with(b"%PDF-") => Some(("application/pdf", "pdf")),
        _ => {
            let text = std::str::from_utf8(bytes).ok()?;
            let is_plain = !text.chars().any(|c| c.is_control() && !matches!(c, '\n' | '\r' | '\t'));
            is_plain.then_some(("text/plain", "txt"))
        }
    }
}

// What it is called, on one line and without the way to it; what is hidden in a name is left out.
fn name(given: &str, ending: &str) -> String {
    let last = given.rsplit(['/', '\\']).next().unwrap_or_default();
    let shown: String = last.chars().filter(|c| !c.is_control() && !is_hidden(*c)).collect();
    let name: String = shown.trim().chars().take(MAX_NAME).collect();
    if name.is_empty() { format!("fil.{ending}") } else { name }
}

// Marks that turn the direction of what follows, or cannot be seen.
fn is_hidden(c: char) -> bool {
    matches!(c, '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{2069}' | '\u{feff}')
}

fn digest(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_what_its_bytes_are() {
        let of = |bytes: &[u8]| sort(bytes).map(|(media_type, _)| media_type);
        assert_eq!(of(b"%PDF-1.7\n\xff"), Some("application/pdf"));
        assert_eq!(of(b"\xff\xd8\xff\xe0"), Some("image/jpeg"));
        assert_eq!(of(b"\x89PNG\r\n\x1a\n"), Some("image/png"));
        assert_eq!(of("Hyran, åäö\r\n\t".as_bytes()), Some("text/plain"));
        for other in [&b""[..], b"PK\x03\x04", b"\x00\x01", b"MZ\x90\x00", b"\xff\xfe"] {
            assert_eq!(of(other), None, "{other:?}");
        }
    }

    #[test]
    fn a_name_is_one_line_that_says_what_it_says() {
        assert_eq!(name("C:\\Users\\moa\\kvitto.pdf", "pdf"), "kvitto.pdf");
        assert_eq!(name("/mnt/moa/hyres\u{202e}avi\n.pdf", "pdf"), "hyresavi.pdf");
        assert_eq!(name(" \u{200b} ", "jpg"), "fil.jpg");
        assert_eq!(name(&"å".repeat(500), "txt").chars().count(), MAX_NAME);
    }
}
