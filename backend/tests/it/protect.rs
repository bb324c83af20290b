//! Protected identity: it fails closed, and nothing that others see tells a place.

use crate::acts::{
    confirm_proxy, mark_protected, open_case, open_case_to, send_message, sign_document, start_thread, write_note,
};
use crate::town::{Town, towns};
use digiteam_backend::document;
use protocol::case::Case;
use protocol::document::BlobRef;
use protocol::person::Profile;
use protocol::refusal::RefusalCode;
use protocol::relation::{ClosedBy, Closure};

/// The child's case with both guardians in it, one of whom lives with the child.
async fn with_two_guardians() -> Vec<Town> {
    let towns = towns().await;
    for town in &towns {
        town.must("sara", open_case("c1", "barn", true)).await;
        town.must("sara", open_case_to("c1", "moa")).await;
        town.must("sara", open_case_to("c1", "far")).await;
        town.must("sara", write_note("c1", "n1", &[])).await;
        town.must("sara", start_thread("c1", "t1", "far")).await;
        sign_with_file(town).await;
    }
    towns
}

async fn sign_with_file(town: &Town) {
    let stored = document::store(&town.app, &town.caller("sara"), "%PDF-".into()).await.expect("is stored");
    let mut sign = sign_document("c1", "d1", &[]);
    sign.file = Some(BlobRef {
        blob: stored.blob,
        name: "beslut-helsingborg.pdf".into(),
        media_type: "application/pdf".into(),
        size: stored.size,
        sha256: stored.sha256,
    });
    town.must("sara", sign).await;
}

/// Everything that `person` is served, as text.
async fn text_of(town: &Town, person: &str) -> String {
    let all = town.all(person).await;
    all.iter().map(|(_, record)| format!("{} {} {}\n", record.kind, record.id, record.body.get())).collect()
}

/// What tells where somebody is.
const PLACE: [&str; 8] =
    ["Sara", "Holm", "sara", "Barn och familj", "040-628 04 02", "helsingborg", "Helsingborg", "u-1"];

#[tokio::test]
async fn only_a_unit_s_lead_marks_somebody_as_protected() {
    for town in with_two_guardians().await {
        for who in ["sara", "samir", "stina", "moa", "barn"] {
            town.must_not(who, mark_protected("barn"), RefusalCode::Access).await;
        }
        for whom in ["far", "sara", "nobody"] {
            town.must_not("leif", mark_protected(whom), RefusalCode::Access).await;
        }
        town.must("leif", mark_protected("barn")).await;
        let all = town.all("barn").await;
        let profile = all.iter().find(|(_, record)| record.kind == "profile").expect("has one");
        assert!(profile.1.body.read::<Profile>().expect("is one").protected, "the child's own app knows");
    }
}

#[tokio::test]
async fn the_mark_suspends_everybody_but_a_guardian_at_the_same_address() {
    for town in with_two_guardians().await {
        let mut far = town.copy("far").await;
        town.must("leif", mark_protected("barn")).await;
        town.follow("far", &mut far).await;
        assert_eq!(far.cursors.len(), 1, "{}: more than his own is left", town.engine);
        let left = text_of(&town, "far").await;
        for word in ["c1", "Elis", "representation"].iter().chain(&PLACE[..5]) {
            assert!(!left.contains(word), "{}: {word} in {left}", town.engine);
        }
        town.must_not("far", send_message("t1", "m2", "Hej"), RefusalCode::Access).await;
        town.must_not("sara", open_case_to("c1", "far"), RefusalCode::Access).await;
        // She lives there: she keeps it, with names and file.
        let hers = text_of(&town, "moa").await;
        assert!(hers.contains("Sara Holm") && hers.contains("beslut-helsingborg.pdf"), "{hers}");

        town.open("sara", "case_row", "c1").await.expect("may open");
        let all = town.all("sara").await;
        let closure = all.iter().find(|(_, record)| record.kind == "closure").expect("staff are told");
        let closure: Closure = closure.1.body.read().expect("is one");
        assert_eq!((closure.name.as_str(), closure.why), ("Johan Lind", ClosedBy::Protected));
    }
}

#[tokio::test]
async fn the_unit_loses_the_content_at_once_and_named_staff_keep_it() {
    for town in with_two_guardians().await {
        let scope = town.open("sara", "case_row", "c1").await.expect("may open");
        town.open_scope("samir", &scope).await.expect("a colleague may stand in");
        assert_eq!(town.ids("samir", "note").await, ["n1"]);
        town.must("leif", mark_protected("barn")).await;
        assert!(town.ids("samir", "note").await.is_empty(), "{}: a colleague still reads", town.engine);
        for who in ["samir", "leif"] {
            assert_eq!(town.open_scope(who, &scope).await, Err(RefusalCode::Access), "{who}");
            town.must_not(who, write_note("c1", "n9", &[]), RefusalCode::Access).await;
        }
        assert_eq!(town.ids("sara", "note").await, ["n1"]);
        // Threads are of those who take part in them, and of nobody's unit.
        town.must("sara", start_thread("c1", "t2", "moa")).await;
        let thread = town.open("sara", "thread_row", "t2").await.expect("may open");
        assert_eq!(town.open_scope("samir", &thread).await, Err(RefusalCode::Access));
    }
}

#[tokio::test]
async fn a_protected_guardian_takes_the_case_from_the_unit_too() {
    for town in towns().await {
        town.must("sara", open_case("c1", "barn", true)).await;
        let scope = town.open("sara", "case_row", "c1").await.expect("may open");
        town.open_scope("samir", &scope).await.expect("a colleague may stand in");
        town.must("leif", mark_protected("moa")).await;
        town.must("sara", open_case_to("c1", "moa")).await;
        assert_eq!(town.open_scope("samir", &scope).await, Err(RefusalCode::Access));
        // The child is not told by name who acts for it from there.
        assert!(!text_of(&town, "barn").await.contains("Moa"));
    }
}

#[tokio::test]
async fn a_confirmed_proxy_sees_the_case_and_nothing_that_tells_where() {
    for town in with_two_guardians().await {
        town.must("leif", mark_protected("barn")).await;
        for who in ["samir", "leif", "moa", "stina"] {
            town.must_not(who, confirm_proxy("c1", "far"), RefusalCode::Access).await;
        }
        town.must_not("sara", confirm_proxy("c1", "granne"), RefusalCode::Access).await;
        town.must_not("sara", confirm_proxy("c1", "barn"), RefusalCode::Access).await;
        town.must("sara", confirm_proxy("c1", "far")).await;
        // What is written from then on as well.
        town.must("sara", write_note("c1", "n2", &[])).await;
        town.must("sara", start_thread("c1", "t2", "far")).await;
        let his = town.copy("far").await;
        assert_eq!((his.ids("note").len(), his.ids("document").len(), his.ids("thread").len()), (2, 1, 2));
        let told: String = town
            .all("far")
            .await
            .iter()
            .filter(|(_, record)| record.kind != "profile" && record.kind != "message")
            .map(|(_, record)| record.body.get().replace(r#""person":"sara""#, ""))
            .collect();
        for word in PLACE.iter().chain(&["beslut-helsingborg.pdf", "application/pdf"]) {
            assert!(!told.contains(word), "{}: {word} in {told}", town.engine);
        }
        assert!(told.contains("Socialsekreterare"), "staff are there by their title");
        let all = town.all("far").await;
        let case = all.iter().find(|(_, record)| record.kind == "case").expect("has it");
        let case: Case = case.1.body.read().expect("is one");
        assert_eq!((case.caseworker.unit.as_str(), case.caseworker.phone.as_str()), ("", ""));
        // Staff see no closure any more, and themselves by name.
        town.open("sara", "case_row", "c1").await.expect("may open");
        assert!(town.ids("sara", "closure").await.is_empty());
        assert!(text_of(&town, "sara").await.contains("Sara Holm, socialsekreterare"));
        town.check_digests("far", &his).await;
    }
}
