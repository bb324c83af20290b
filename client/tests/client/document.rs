//! Documents: the text, the file ahead of time, and its pages as pictures.

use crate::backend::Backend;
use crate::device::{Device, anna};
use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bridge::case::{EntryView, ListCases, ShowCase};
use bridge::document::{FileAt, PageView, PassageView, SectionView, ShowDocument, ShowPage};
use bridge::home::{News, ShowHome};
use bridge::{Failure, FailureCode};
use protocol::access::{ScopeKind, SyncMode};
use protocol::case::{Case, Caseworker, Note, Stage};
use protocol::document::{BlobRef, Document, DocumentSort, Section};
use protocol::id::{BlobId, CaseId, PersonId};
use sha2::{Digest as _, Sha256};

const CANARY: &str = "Kanariefakta";

async fn world_with(file: &[u8], announced: &[u8], media_type: &str) -> Backend {
    let backend = anna().await;
    backend.world().scope("case", ScopeKind::Case, SyncMode::Auto);
    let case = CaseId::new("c");
    backend.put(
        "case",
        "c",
        &Case {
            case: case.clone(),
            number: "2026-00017".to_owned(),
            title: "Ekonomiskt bistånd".to_owned(),
            concerns: "Anna Ek".to_owned(),
            caseworker: Caseworker {
                person: PersonId::new("berit"),
                name: "Berit Lund".to_owned(),
                title: "Socialsekreterare".to_owned(),
                unit: "Ekonomi".to_owned(),
                phone: "0418-000001".to_owned(),
            },
            stage: Stage::Decided,
            next_step: None,
            opened_at: 1,
        },
    );
    backend.put(
        "case",
        "n",
        &Note {
            case: case.clone(),
            heading: "Telefonsamtal".to_owned(),
            text: "Anna ringde.".to_owned(),
            author: "Berit Lund, socialsekreterare".to_owned(),
            happened_at: 2,
            signed_at: 2,
            masked: Vec::new(),
        },
    );
    backend.put(
        "case",
        "d",
        &Document {
            case,
            sort: DocumentSort::Decision,
            title: "Beslut".to_owned(),
            sections: vec![Section { heading: "Beslut".to_owned(), text: "Bifall.".to_owned(), masked: None }],
            file: Some(BlobRef {
                blob: BlobId::new("b"),
                name: "beslut.pdf".to_owned(),
                media_type: media_type.to_owned(),
                size: announced.len() as u64,
                sha256: Sha256::digest(announced).iter().map(|byte| format!("{byte:02x}")).collect(),
            }),
            author: "Berit Lund, socialsekreterare".to_owned(),
            signed_at: 3,
            appeal_until: None,
        },
    );
    backend.world().files.insert("d".to_owned(), file.to_vec());
    backend
}

async fn page(device: &Device, page: u32) -> Result<PageView, Failure> {
    device.client.show_page(ShowPage { file: FileAt::Document { document: "d".to_owned() }, page, width: 300 }).await
}

async fn here(device: &Device) -> bool {
    let shown = device.client.show_document(ShowDocument { document: "d".to_owned() }).await.expect("is here");
    shown.file.expect("has a file").here
}

#[tokio::test(flavor = "multi_thread")]
async fn a_small_file_comes_by_itself_and_is_read_offline_and_sealed() {
    let file = pdf();
    let backend = world_with(&file, &file, "application/pdf").await;
    let device = Device::open(&backend).await;
    device.until("the file is here", async |_| here(&device).await).await;
    backend.set_down(true);
    let view = page(&device, 0).await.expect("a page");
    assert_eq!(view.pages, 1);
    let png = BASE64_STANDARD.decode(view.png).expect("base64");
    assert!(png.starts_with(b"\x89PNG"));
    assert_eq!(u32::from_be_bytes(png[16..20].try_into().expect("four bytes")), 300);
    assert_eq!(page(&device, 1).await.err().expect("has one page").code, FailureCode::Unreadable);

    let blobs: Vec<_> = std::fs::read_dir(device.folder.path().join("blobs")).expect("a folder").collect();
    assert_eq!(blobs.len(), 1);
    let sealed = std::fs::read(blobs[0].as_ref().expect("an entry").path()).expect("a file");
    assert!(!sealed.windows(4).any(|part| part == b"%PDF" || part == &CANARY.as_bytes()[..4]));

    // The document leaves, and its file with it.
    backend.world().delete("case", "document", "d");
    backend.set_down(false);
    device.client.enter_foreground();
    device
        .until("the file left", async |_| {
            std::fs::read_dir(device.folder.path().join("blobs")).expect("a folder").count() == 0
        })
        .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_document_that_is_masked_loses_its_file_and_shows_the_ground() {
    let file = pdf();
    let backend = world_with(&file, &file, "application/pdf").await;
    let device = Device::open(&backend).await;
    device.until("the file is here", async |_| here(&device).await).await;
    let ground = "26 kap. 1 § OSL".to_owned();
    backend.put(
        "case",
        "d",
        &Document {
            case: CaseId::new("c"),
            sort: DocumentSort::Decision,
            title: "Beslut".to_owned(),
            sections: vec![Section { heading: String::new(), text: String::new(), masked: Some(ground.clone()) }],
            file: None,
            author: "Berit Lund, socialsekreterare".to_owned(),
            signed_at: 3,
            appeal_until: None,
        },
    );
    device.client.enter_foreground();
    device
        .until("the file left", async |_| {
            std::fs::read_dir(device.folder.path().join("blobs")).expect("a folder").count() == 0
        })
        .await;
    let shown = device.client.show_document(ShowDocument { document: "d".to_owned() }).await.expect("is here");
    assert_eq!(shown.file, None);
    assert_eq!(shown.sections, [SectionView { heading: String::new(), passage: PassageView::Masked { ground } }]);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_or_foreign_file_is_unreadable_and_never_a_crash() {
    let file = pdf();
    let mut broken = file.clone();
    broken[20..60].fill(b'(');
    for (sent, announced, media_type) in [
        (b"short".as_slice(), file.as_slice(), "application/pdf"),
        (&broken[..], &file[..], "application/pdf"),
        (b"no PDF at all", b"no PDF at all", "application/pdf"),
        (&file, &file, "image/tiff"),
    ] {
        let backend = world_with(sent, announced, media_type).await;
        let device = Device::open(&backend).await;
        assert_eq!(page(&device, 0).await.err().expect("cannot be shown").code, FailureCode::Unreadable);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_file_that_is_not_here_says_so_offline() {
    let backend = world_with(&pdf(), &pdf(), "application/pdf").await;
    backend.world().files.clear();
    let device = Device::open(&backend).await;
    assert_eq!(page(&device, 0).await.err().expect("is refused").code, FailureCode::Access);
    backend.set_down(true);
    assert!(matches!(
        page(&device, 0).await.err().expect("is away").code,
        FailureCode::ServiceDown | FailureCode::NotHere
    ));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_case_shows_its_history_newest_first_and_looking_makes_it_old() {
    let backend = world_with(&pdf(), &pdf(), "application/pdf").await;
    backend.world().scopes.get_mut(&protocol::id::ScopeId::new("case")).expect("is there").records.extend([{
        let record = protocol::record::Record {
            id: protocol::id::RecordId::new("h"),
            kind: "hologram".to_owned(),
            seq: 4,
            deleted: false,
            body: protocol::record::Json::of(&serde_json::json!({ "x": 1 })).expect("is JSON"),
        };
        ((record.kind.clone(), record.id.clone()), record)
    }]);
    backend.world().scopes.get_mut(&protocol::id::ScopeId::new("case")).expect("is there").head = 4;
    let device = Device::open(&backend).await;
    let cases = device.client.list_cases(ListCases {}).await.expect("a list");
    assert_eq!(cases.len(), 1);
    let news = async || device.client.show_home(ShowHome {}).await.expect("a home").news;
    let unread = |news: &[bridge::home::NewsView]| news.iter().filter(|one| one.unread).count();
    let before = news().await;
    assert_eq!((before.len(), unread(&before)), (3, 3));
    assert_eq!(before[0].what, News::Document { document: "d".to_owned(), decision: true });
    let case = device.client.show_case(ShowCase { case: cases[0].case.clone() }).await.expect("is here");
    assert!(matches!(&case.entries[..], [EntryView::Document { .. }, EntryView::Note { .. }, EntryView::Newer { .. }]));
    assert!(
        !device
            .client
            .show_document(ShowDocument { document: "d".to_owned() })
            .await
            .expect("is here")
            .sections
            .is_empty()
    );
    assert_eq!(unread(&news().await), 1);
}

// One A4 page with a line of text, offsets and all.
fn pdf() -> Vec<u8> {
    let text = format!("BT /F1 24 Tf 72 700 Td ({CANARY}) Tj ET");
    let objects = [
        "<< /Type /Catalog /Pages 2 0 R >>".to_owned(),
        "<< /Type /Pages /Kids [3 0 R] /Count 1 >>".to_owned(),
        "<< /Type /Page /Parent 2 0 R /MediaBox [0 0 595 842] /Contents 4 0 R \
         /Resources << /Font << /F1 << /Type /Font /Subtype /Type1 /BaseFont /Helvetica >> >> >> >>"
            .to_owned(),
        format!("<< /Length {} >>\nstream\n{text}\nendstream", text.len()),
    ];
    let mut file = "%PDF-1.4\n".to_owned();
    let mut table = String::new();
    for (n, object) in objects.iter().enumerate() {
        table.push_str(&format!("{:010} 00000 n \n", file.len()));
        file.push_str(&format!("{} 0 obj\n{object}\nendobj\n", n + 1));
    }
    let start = file.len();
    file.push_str(&format!(
        "xref\n0 5\n0000000000 65535 f \n{table}trailer\n<< /Size 5 /Root 1 0 R >>\nstartxref\n{start}\n%%EOF\n"
    ));
    file.into_bytes()
}
