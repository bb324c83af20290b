//! Documents: as readable text, and page by page where there is a file.

mod file;
mod page;

pub(crate) use file::{FetchError, SLOW};

use crate::Client;
use crate::failure::failure;
use crate::store::StoreError;
use crate::sync::Open;
use bridge::document::{
    DocumentSort, DocumentView, FileAt, FileView, PageView, PassageView, SectionView, ShowDocument, ShowPage,
};
use bridge::{Failure, FailureCode, Retry, Topic};
use protocol::document::{BlobRef, Document};
use protocol::id::{DocumentId, RecordId, ScopeId};
use zeroize::Zeroizing;

impl Client {
    /// One document.
    ///
    /// # Errors
    /// `Access` when it is not there.
    pub async fn show_document(&self, call: ShowDocument) -> Result<DocumentView, Failure> {
        let open = self.open()?;
        let id = DocumentId::new(call.document);
        let (scope, body) = find(&open, &id).await?;
        let file = match body.file {
            Some(file) => {
                let here = open.stored_file_is_here(&scope, &id).await?;
                Some(FileView { name: file.name, size: file.size, here })
            }
            None => None,
        };
        if open.store.look(scope.as_str(), &[id.as_str()]).await? {
            open.changes.tell([Topic::Document]);
            open.tell_seen(&scope, id.as_str()).await?;
        }
        Ok(DocumentView {
            document: id.to_string(),
            case: body.case.to_string(),
            sort: sort(body.sort),
            title: body.title,
            sections: body
                .sections
                .into_iter()
                .map(|section| SectionView {
                    heading: section.heading,
                    passage: match section.masked {
                        Some(ground) => PassageView::Masked { ground },
                        None => PassageView::Words { text: section.text },
                    },
                })
                .collect(),
            file,
            author: body.author,
            signed_at: body.signed_at,
            appeal_until: body.appeal_until,
        })
    }

    /// One page of a file of a document or message.
    ///
    /// # Errors
    /// `NotHere` when the file can neither be read here nor fetched, `Unreadable` when it cannot be shown.
    pub async fn show_page(&self, call: ShowPage) -> Result<PageView, Failure> {
        let open = self.open()?;
        let (file, media_type) = match call.file {
            FileAt::Document { document } => {
                let id = DocumentId::new(document);
                let (scope, body) = find(&open, &id).await?;
                let wanted = body.file.ok_or_else(|| failure(FailureCode::NotHere))?;
                (open.had_file(&scope, &RecordId::new(id.as_str()), &wanted).await?, wanted.media_type)
            }
            FileAt::Message { file } => open.message_file(&file).await?,
        };
        page::draw(file, media_type, call.page, call.width.min(page::MAX_WIDTH)).await
    }
}

/// What the ui calls it.
pub(crate) fn sort(sort: protocol::document::DocumentSort) -> DocumentSort {
    match sort {
        protocol::document::DocumentSort::Decision => DocumentSort::Decision,
        protocol::document::DocumentSort::Investigation => DocumentSort::Investigation,
        protocol::document::DocumentSort::Letter => DocumentSort::Letter,
        protocol::document::DocumentSort::Unknown => DocumentSort::Unknown,
    }
}

impl Open {
    /// A record's file, fetched first if it is not here.
    pub(crate) async fn had_file(
        &self,
        scope: &ScopeId,
        fact: &RecordId,
        wanted: &BlobRef,
    ) -> Result<Zeroizing<Vec<u8>>, Failure> {
        if let Some(file) = self.stored_file(scope, fact, wanted).await? {
            return Ok(file);
        }
        self.fetch_file(scope, fact, wanted.blob.as_str()).await.map_err(|error| not_here(self, error))?;
        self.changes.tell([Topic::Document, Topic::Message]);
        self.stored_file(scope, fact, wanted).await?.ok_or_else(|| failure(FailureCode::Unreadable))
    }

    async fn stored_file_is_here(&self, scope: &ScopeId, id: &DocumentId) -> Result<bool, StoreError> {
        Ok(sqlx::query_scalar(
            "SELECT EXISTS (SELECT 1 FROM blob JOIN record ON record.scope = blob.scope AND record.kind = 'document'
             AND record.id = blob.fact AND record.body ->> '$.file.blob' = blob.blob
             WHERE blob.scope = ?1 AND blob.fact = ?2)",
        )
        .bind(scope.as_str())
        .bind(id.as_str())
        .fetch_one(self.store.read())
        .await?)
    }
}

async fn find(open: &Open, id: &DocumentId) -> Result<(ScopeId, Document), Failure> {
    let row: Option<(String, String)> =
        sqlx::query_as("SELECT scope, body FROM record WHERE kind = 'document' AND id = ?1 ORDER BY scope LIMIT 1")
            .bind(id.as_str())
            .fetch_optional(open.store.read())
            .await
            .map_err(StoreError::from)?;
    let (scope, body) = row.ok_or_else(|| failure(FailureCode::Access))?;
    // A form that this build does not know is told as such, not as an error of the store.
    let body = serde_json::from_str(&body).map_err(|_| failure(FailureCode::UpdateNeeded))?;
    Ok((ScopeId::new(scope), body))
}

// Without a network the file is simply not here; a refusal says more.
fn not_here(open: &Open, error: FetchError) -> Failure {
    if let FetchError::Wire(why) = &error {
        open.failed(why);
    }
    let cause = Failure::from(error);
    match cause.retry {
        Retry::Network => failure(FailureCode::NotHere),
        Retry::Later | Retry::Never => cause,
    }
}
