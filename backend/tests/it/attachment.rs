//! Files sent with messages: stored before their message, once, by whoever may send, for those in the thread.

use crate::acts::{attached, open_case, open_case_to, send_message, start_thread};
use crate::town::{Town, towns};
use axum::body::{Body, Bytes, to_bytes};
use digiteam_backend::{document, router};
use http::{Request, StatusCode};
use protocol::access::ScopeKind;
use protocol::document::{BlobRef, BlobStored};
use protocol::id::{BlobId, ScopeId};
use protocol::message::{MAX_FILE, MAX_FILES, Message};
use protocol::mutation::Outcome;
use protocol::refusal::{Refusal, RefusalCode};
use tower::ServiceExt as _;

async fn with_thread() -> Vec<Town> {
    let towns = towns().await;
    for town in &towns {
        town.must("sara", open_case("c1", "moa", true)).await;
        town.must("sara", start_thread("c1", "t1", "moa")).await;
    }
    towns
}

/// What is answered over HTTP: the bytes, or why not.
async fn ask(town: &Town, who: &str, method: &str, path: &str, body: Vec<u8>) -> Result<Bytes, RefusalCode> {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in town.headers(who, method, path).await {
        request = request.header(name, value);
    }
    let request = request.body(Body::from(body)).expect("is a request");
    let answer = router(town.app.clone()).oneshot(request).await.expect("is answered");
    let status = answer.status();
    let bytes = to_bytes(answer.into_body(), 32 << 20).await.expect("has a body");
    if status == StatusCode::OK {
        return Ok(bytes);
    }
    let refusal: Refusal = serde_json::from_slice(&bytes).unwrap_or_else(|_| panic!("{method} {path}: {status}"));
    Err(refusal.code)
}

async fn upload(town: &Town, who: &str, scope: &ScopeId, blob: &str, bytes: &[u8]) -> Result<BlobRef, RefusalCode> {
    let answer = ask(town, who, "PUT", &format!("/uploads/{scope}/{blob}"), bytes.to_vec()).await?;
    let stored: BlobStored = serde_json::from_slice(&answer).expect("says what was stored");
    let (name, media_type) = ("läkarintyg.pdf".to_owned(), "application/pdf".to_owned());
    Ok(BlobRef { blob: stored.blob, name, media_type, size: stored.size, sha256: stored.sha256 })
}

async fn message(town: &Town, who: &str, id: &str) -> Option<Message> {
    let all = town.all(who).await;
    let found = all.iter().find(|(_, record)| record.kind == "message" && record.id.as_str() == id);
    found.map(|(_, record)| record.body.read().expect("is a message"))
}

#[tokio::test]
async fn a_file_goes_with_its_message_to_those_in_the_thread_and_to_nobody_else() {
    for town in with_thread().await {
        let thread = town.scope("moa", ScopeKind::Thread).await;
        let file = upload(&town, "moa", &thread, "f1", b"%PDF intyg").await.expect("is stored");
        let mut send = send_message("t1", "m2", "");
        send.files = vec![file.clone(), attached(&town, "moa", "f2").await];
        town.must("moa", send.clone()).await;
        let seen = message(&town, "moa", "m2").await.expect("is there");
        assert_eq!((seen.text.as_str(), &seen.files), ("", &send.files));

        let path = format!("/blobs/{thread}/m2/f1");
        assert_eq!(ask(&town, "moa", "GET", &path, Vec::new()).await.expect("is given"), "%PDF intyg");
        let not_open = ask(&town, "sara", "GET", &path, Vec::new()).await;
        assert_eq!(not_open, Err(RefusalCode::Access), "before it was opened with a purpose");
        town.open("sara", "thread_row", "t1").await.expect("may open");
        assert_eq!(ask(&town, "sara", "GET", &path, Vec::new()).await.expect("is given"), "%PDF intyg");
        let mut snapshot = town.app.db.snapshot().await.expect("reads");
        let noted: Vec<(String, String)> =
            sqlx::query_as("SELECT by_person, fact FROM log_entry WHERE act = 'download'")
                .fetch_all(&mut *snapshot)
                .await
                .expect("reads");
        assert_eq!(noted, [("sara".to_owned(), "m2".to_owned())]);
        drop(snapshot);
        for other in ["granne", "far", "samir", "stina"] {
            assert_eq!(ask(&town, other, "GET", &path, Vec::new()).await, Err(RefusalCode::Access), "{other}");
        }
        // By no other name: not through another message, and not by its own.
        for path in ["m2/f9", "t1-1/f1", "m2", "f1"] {
            let path = format!("/blobs/{thread}/{path}");
            assert_eq!(ask(&town, "moa", "GET", &path, Vec::new()).await, Err(RefusalCode::Access), "{path}");
        }
    }
}

#[tokio::test]
async fn a_thread_can_begin_with_a_file() {
    for town in with_thread().await {
        let own = town.own("moa").await;
        let mut start = start_thread("c1", "t2", "sara");
        start.files = vec![upload(&town, "moa", &own, "f1", b"%PDF").await.expect("is stored")];
        town.must("moa", start).await;
        assert_eq!(message(&town, "moa", "t2-1").await.expect("is there").files.len(), 1);
    }
}

#[tokio::test]
async fn no_message_comes_before_its_file_and_its_lane_waits() {
    for town in with_thread().await {
        let thread = town.scope("moa", ScopeKind::Thread).await;
        let digest = "d2f7d4ac0e9f2e3a0c47fc6f0a2fd6d80bb0a6a1f1ce3b0b6f5e1cbf3a35e7d4".to_owned();
        let (name, media_type) = ("intyg.pdf".to_owned(), "application/pdf".to_owned());
        let unknown = BlobRef { blob: BlobId::new("f1"), name, media_type, size: 4, sha256: digest };
        let mut send = send_message("t1", "m2", "Här är intyget.");
        send.files = vec![unknown];
        let mutation = town.mutation("moa", thread.clone(), send);
        let next = town.mutation("moa", thread.clone(), send_message("t1", "m3", "Och sedan."));
        let answer = town.push("moa", vec![mutation.clone(), next.clone()]).await;
        let missing = Refusal { code: RefusalCode::Missing, details: Some("f1".into()) };
        assert_eq!(answer[0].outcome, Outcome::Refused { refusal: missing }, "it names no needs, and needs it");
        assert!(matches!(&answer[1].outcome, Outcome::Refused { refusal } if refusal.code == RefusalCode::OutOfOrder));
        assert_eq!(town.ids("moa", "message").await, ["t1-1"]);

        // Somebody else's is none.
        document::store_as(&town.app, &town.caller("sara"), BlobId::new("f1"), "%PDF".into()).await.expect("is stored");
        let answer = town.push("moa", vec![mutation]).await;
        assert!(matches!(&answer[0].outcome, Outcome::Refused { refusal } if refusal.code == RefusalCode::Missing));
        assert_eq!(town.ids("moa", "message").await, ["t1-1"]);
    }
}

#[tokio::test]
async fn the_same_upload_again_changes_nothing_and_another_under_its_name_is_refused() {
    for town in with_thread().await {
        let thread = town.scope("moa", ScopeKind::Thread).await;
        let first = upload(&town, "moa", &thread, "f1", b"ett").await.expect("is stored");
        let mut send = send_message("t1", "m2", "Hej");
        send.files = vec![first.clone()];
        town.must("moa", send).await;
        assert_eq!(upload(&town, "moa", &thread, "f1", b"ett").await, Ok(first), "its answer was lost");
        let (again, other) = tokio::join!(
            upload(&town, "moa", &thread, "f2", b"samtidigt"),
            upload(&town, "moa", &thread, "f2", b"samtidigt"),
        );
        assert_eq!(again.expect("is stored"), other.expect("is stored"));

        assert_eq!(upload(&town, "moa", &thread, "f1", b"annat").await, Err(RefusalCode::Reused));
        town.open("sara", "thread_row", "t1").await.expect("may open");
        let stolen = upload(&town, "sara", &thread, "f1", b"ett").await;
        assert_eq!(stolen, Err(RefusalCode::Reused), "another's, with the same bytes");
        let kept = ask(&town, "moa", "GET", &format!("/blobs/{thread}/m2/f1"), Vec::new()).await;
        assert_eq!(kept.expect("is given"), "ett");
        let objects = std::fs::read_dir(&town.app.config.blobs).expect("a folder").count();
        assert_eq!(objects, 2, "{}: what no row names stayed behind", town.engine);
    }
}

#[tokio::test]
async fn whoever_may_not_act_in_a_lane_uploads_nothing_for_it() {
    for town in with_thread().await {
        let thread = town.scope("moa", ScopeKind::Thread).await;
        for other in ["granne", "far", "samir", "stina"] {
            assert_eq!(upload(&town, other, &thread, "f1", b"%PDF").await, Err(RefusalCode::Access), "{other}");
        }
        assert_eq!(std::fs::read_dir(&town.app.config.blobs).expect("a folder").count(), 0);
    }
}

#[tokio::test]
async fn a_lane_that_is_lost_is_told_so_and_not_that_a_file_is_missing() {
    for town in towns().await {
        town.must("sara", open_case("c1", "barn", true)).await;
        town.must("sara", open_case_to("c1", "moa")).await;
        town.must("sara", start_thread("c1", "t1", "moa")).await;
        let thread = town.scope("moa", ScopeKind::Thread).await;
        let mut send = send_message("t1", "m2", "Här.");
        send.files = vec![attached(&town, "moa", "f1").await];
        send.files[0].blob = BlobId::new("f2");
        let mutation = town.mutation("moa", thread.clone(), send);
        town.sql("UPDATE access_grant SET until = $1 WHERE subject = 'moa'").await;
        assert_eq!(upload(&town, "moa", &thread, "f2", b"%PDF").await, Err(RefusalCode::Access));
        let answer = town.push("moa", vec![mutation]).await;
        assert_eq!(answer[0].outcome, Outcome::Refused { refusal: RefusalCode::Access.into() });
    }
}

#[tokio::test]
async fn a_message_takes_only_files_that_are_what_it_says_and_no_more_than_it_may() {
    for town in with_thread().await {
        let thread = town.scope("moa", ScopeKind::Thread).await;
        let good = attached(&town, "moa", "f1").await;
        let with = |files: Vec<BlobRef>| {
            let mut send = send_message("t1", "m2", "Hej");
            send.files = files;
            send
        };
        let wrong = |change: &dyn Fn(&mut BlobRef)| {
            let mut file = good.clone();
            change(&mut file);
            with(vec![file])
        };
        for send in [
            wrong(&|file| file.size += 1),
            wrong(&|file| file.sha256 = "00".into()),
            wrong(&|file| file.media_type = "text/html".into()),
            wrong(&|file| file.media_type = "image/svg+xml".into()),
            wrong(&|file| file.name = " ".into()),
            wrong(&|file| file.name = "a\n.pdf".into()),
            with(vec![good.clone(), good.clone()]),
        ] {
            town.must_not("moa", send, RefusalCode::Invalid).await;
        }
        town.must_not("moa", with(vec![good.clone(); MAX_FILES + 1]), RefusalCode::TooLong).await;
        // The backend takes larger ones from staff, for documents.
        let large = document::store(&town.app, &town.caller("sara"), vec![1; 10 * 1024 * 1024 + 1].into()).await;
        let large = large.expect("is stored");
        let mut send = with(vec![BlobRef { blob: large.blob, size: large.size, sha256: large.sha256, ..good.clone() }]);
        town.must_not("sara", send.clone(), RefusalCode::TooLong).await;
        send.files.clear();
        send.text = " ".into();
        town.must_not("moa", send, RefusalCode::Invalid).await;

        let most = usize::try_from(MAX_FILE).expect("fits");
        assert_eq!(upload(&town, "moa", &thread, "f3", &vec![7; most + 1]).await, Err(RefusalCode::TooLong));
        assert_eq!(upload(&town, "moa", &thread, "f3", b"").await, Err(RefusalCode::Invalid));
        upload(&town, "moa", &thread, "f3", &vec![7; most]).await.expect("is stored");
        assert_eq!(town.ids("moa", "message").await, ["t1-1"]);
    }
}

#[tokio::test]
async fn what_no_message_names_is_limited_and_forgotten_and_what_one_names_stays() {
    for town in with_thread().await {
        let thread = town.scope("moa", ScopeKind::Thread).await;
        let mut send = send_message("t1", "m2", "Hej");
        send.files = vec![attached(&town, "moa", "kept").await];
        town.must("moa", send).await;
        for n in 0..100 {
            attached(&town, "moa", &format!("f{n}")).await;
        }
        assert_eq!(upload(&town, "moa", &thread, "more", b"en till").await, Err(RefusalCode::Busy));
        upload(&town, "moa", &thread, "f7", b"bild f7").await.expect("one that is here already");
        town.wait(29 * 24);
        assert_eq!(document::forget_unused(&town.app).await.expect("looks"), 0);
        town.wait(2 * 24);
        assert_eq!(document::forget_unused(&town.app).await.expect("forgets"), 100);
        assert_eq!(std::fs::read_dir(&town.app.config.blobs).expect("a folder").count(), 1);
        assert!(ask(&town, "moa", "GET", &format!("/blobs/{thread}/m2/kept"), Vec::new()).await.is_ok());
        upload(&town, "moa", &thread, "more", b"en till").await.expect("there is room again");
    }
}
