//! What changes for whom when a mask changes or an access ends before its time.

use crate::acts::{
    close_case_to, mask, mask_passages, open_case, open_case_to, send_message, sign_document, start_thread, write_note,
};
use crate::town::{Town, towns};
use digiteam_backend::document;
use protocol::access::ScopeKind;
use protocol::case::{KeptPassage, Masked, Masking, Note};
use protocol::document::{BlobRef, Document, MAX_SECTIONS, Section};
use protocol::record::Content;
use protocol::refusal::RefusalCode;
use protocol::sync::Span;

async fn with_two_guardians() -> Vec<Town> {
    let towns = towns().await;
    for town in &towns {
        town.must("sara", open_case("c1", "barn", false)).await;
        town.must("sara", open_case_to("c1", "moa")).await;
        town.must("sara", open_case_to("c1", "far")).await;
        town.must("sara", write_note("c1", "n1", &[])).await;
        town.must("sara", sign_document("c1", "d1", &["far"])).await;
    }
    towns
}

#[tokio::test]
async fn a_changed_mask_moves_only_what_it_changes() {
    for town in with_two_guardians().await {
        let mut far = town.copy("far").await;
        let before = town.heads("c1").await;
        town.must("sara", mask("c1", "n1", &["far"])).await;
        let after = town.heads("c1").await;
        assert_eq!(after["moa"], before["moa"], "somebody else's head moved");
        assert_eq!((after["far"], after["staff"]), (before["far"] + 1, before["staff"] + 1), "staff see it too");
        town.follow("far", &mut far).await;
        assert!(far.ids("note").is_empty(), "{}: he still has it", town.engine);
        town.check_digests("far", &far).await;

        town.must("sara", mask("c1", "d1", &[])).await;
        town.must("sara", mask("c1", "n1", &[])).await;
        town.follow("far", &mut far).await;
        assert_eq!((far.ids("note"), far.ids("document")), (vec!["n1".into()], vec!["d1".into()]));

        // The same mask again changes nothing for anybody.
        let before = town.heads("c1").await;
        town.must("sara", mask("c1", "n1", &[])).await;
        assert_eq!(town.heads("c1").await, before);

        // What happens later in the case does not show again what is hidden.
        town.must("sara", mask("c1", "n1", &["far"])).await;
        town.must("sara", open_case_to("c1", "barn")).await;
        assert!(town.ids("far", "note").await.is_empty());
        assert_eq!(town.ids("barn", "note").await, ["n1"]);
    }
}

#[tokio::test]
async fn only_staff_of_the_case_change_a_mask_or_end_an_access() {
    for town in with_two_guardians().await {
        for who in ["moa", "far", "stina"] {
            town.must_not(who, mask("c1", "n1", &["moa"]), RefusalCode::Access).await;
            town.must_not(who, close_case_to("c1", "moa"), RefusalCode::Access).await;
        }
        town.must("sara", open_case("c2", "granne", true)).await;
        town.must_not("sara", mask("c2", "n1", &["moa"]), RefusalCode::Access).await;
        town.must_not("sara", mask("c1", "n1", &["nobody"]), RefusalCode::Invalid).await;
        town.must_not("sara", close_case_to("c1", "granne"), RefusalCode::Access).await;
        town.must_not("sara", close_case_to("c1", "barn"), RefusalCode::Invalid).await;
        assert_eq!(
            (town.ids("moa", "note").await, town.ids("far", "note").await),
            (vec!["n1".into()], vec!["n1".into()])
        );
    }
}

#[tokio::test]
async fn an_access_that_is_ended_takes_everything_along_and_no_cursor_revives_it() {
    for town in with_two_guardians().await {
        town.must("sara", start_thread("c1", "t1", "far")).await;
        let mut far = town.copy("far").await;
        let (old, others) = (far.clone(), town.heads("c1").await);
        assert_eq!(far.ids("message"), ["t1-1"]);
        town.must("sara", close_case_to("c1", "far")).await;
        let mut after = town.heads("c1").await;
        // Staff are shown that he is out.
        assert_eq!(after.insert("staff".into(), others["staff"]), Some(others["staff"] + 1), "{}", town.engine);
        assert_eq!(after, others, "a head moved");
        town.follow("far", &mut far).await;
        assert_eq!(far.cursors.len(), 1, "{}: more than his own is left", town.engine);
        town.must_not("far", send_message("t1", "m2", "Hej"), RefusalCode::Access).await;

        // What happened meanwhile and what is hidden from him since: neither comes back with the access.
        town.must("sara", mask("c1", "n1", &["far"])).await;
        town.must("sara", write_note("c1", "n2", &[])).await;
        town.must("sara", open_case_to("c1", "far")).await;
        town.follow("far", &mut far).await;
        assert_eq!((far.ids("note"), far.ids("message")), (vec!["n2".into()], vec!["t1-1".into()]));
        town.check_digests("far", &far).await;

        // A copy from before begins anew in both, whatever its cursors say.
        let answer = town.answer("far", &old).await;
        let anew = answer.pages.iter().filter(|page| matches!(page.span, Span::Window { replaces: Some(_), .. }));
        assert_eq!(anew.count(), 2, "{}: {:?}", town.engine, answer.pages);
    }
}

async fn epoch_of_far(town: &Town) -> Option<i64> {
    let grants = town.grants("far").await;
    grants.into_iter().find(|grant| grant.kind == ScopeKind::Case).map(|grant| grant.epoch)
}

#[tokio::test]
async fn an_access_that_ran_out_comes_back_under_another_epoch_and_one_that_holds_keeps_its_own() {
    for town in with_two_guardians().await {
        let first = epoch_of_far(&town).await;
        town.wait(1);
        let mut longer = open_case_to("c1", "far");
        longer.review_at += 1_000;
        town.must("sara", longer.clone()).await;
        assert_eq!(epoch_of_far(&town).await, first);
        town.clock.store(longer.review_at, std::sync::atomic::Ordering::SeqCst);
        assert_eq!(epoch_of_far(&town).await, None);
        longer.review_at += 1_000_000;
        town.must("sara", longer).await;
        assert!(epoch_of_far(&town).await > first, "{}", town.engine);
    }
}

#[tokio::test]
async fn what_staff_had_opened_is_opened_anew_after_an_access_was_ended() {
    for town in with_two_guardians().await {
        let scope = town.open("sara", "case_row", "c1").await.expect("may open");
        assert_eq!(town.ids("sara", "note").await, ["n1"]);
        for (end, sees) in [(true, 0), (false, 0)] {
            let scope = scope.clone();
            let done = town.app.db.write(move |tx| {
                Box::pin(async move {
                    let sara = digiteam_backend::person::find(tx, &protocol::id::PersonId::new("sara")).await?;
                    if end {
                        return digiteam_backend::access::revoke(tx, &sara.id, &scope, "moved").await;
                    }
                    let new = digiteam_backend::access::NewGrant {
                        subject: sara.id.as_str(),
                        scope: &scope,
                        role: protocol::access::Role::Caseworker,
                        sync: protocol::access::SyncMode::OnOpen,
                        until: None,
                        ground: "assigned",
                    };
                    digiteam_backend::access::grant(tx, &sara.municipality, new).await
                })
            });
            done.await.expect("is written");
            assert_eq!(town.ids("sara", "note").await.len(), sees, "{}: {end}", town.engine);
        }
        town.open_scope("sara", &scope).await.expect("may open");
        assert_eq!(town.ids("sara", "note").await, ["n1"]);
    }
}

/// The one record of this type that `person` is served.
async fn seen<T: Content>(town: &Town, person: &str) -> T {
    let all = town.all(person).await;
    let record = all.iter().map(|(_, record)| record).find(|record| record.kind == T::KIND);
    record.expect("sees one").body.read().expect("reads")
}

#[tokio::test]
async fn masked_passages_leave_a_mark_for_whom_they_are_masked_and_nothing_moves_for_others() {
    for town in towns().await {
        town.must("sara", open_case("c1", "barn", false)).await;
        town.must("sara", open_case_to("c1", "moa")).await;
        town.must("sara", open_case_to("c1", "far")).await;
        let mut note = write_note("c1", "n1", &[]);
        note.text = "Ett.\n\nTvå.\n\nTre.\n\nFyra.".into();
        town.must("sara", note).await;
        let before = town.heads("c1").await;
        town.must("sara", mask_passages("c1", "n1", &[1, 2], &["far"])).await;
        let after = town.heads("c1").await;
        assert_eq!(after["moa"], before["moa"], "somebody else's head moved");
        let shown: Note = seen(&town, "far").await;
        assert_eq!(shown.text, "Ett.\n\nFyra.");
        assert_eq!(shown.masked, [Masked { after: 1, ground: "26 kap. 1 § OSL".into() }], "{}", town.engine);
        assert_eq!(seen::<Note>(&town, "moa").await.text, "Ett.\n\nTvå.\n\nTre.\n\nFyra.");

        // Whole and passages stand apart: hidden as a whole there is no mark, and lifted again the passages are masked.
        town.must("sara", mask("c1", "n1", &["far"])).await;
        assert!(town.ids("far", "note").await.is_empty());
        town.must("sara", mask("c1", "n1", &[])).await;
        assert_eq!(seen::<Note>(&town, "far").await, shown);
        town.must("sara", mask_passages("c1", "n1", &[2], &["moa"])).await;
        assert_eq!(seen::<Note>(&town, "moa").await.text, "Ett.\n\nTvå.\n\nFyra.");
        assert_eq!(seen::<Note>(&town, "far").await.text, "Ett.\n\nTre.\n\nFyra.");
        town.must("sara", mask_passages("c1", "n1", &[1, 2], &[])).await;
        assert_eq!(seen::<Note>(&town, "far").await.masked, []);

        let mut groundless = mask_passages("c1", "n1", &[1], &["far"]);
        groundless.ground = None;
        let mut whole = mask("c1", "n1", &["far"]);
        whole.ground = Some("26 kap. 1 § OSL".into());
        for senseless in [groundless, whole, mask_passages("c1", "n1", &[4], &["far"])] {
            town.must_not("sara", senseless, RefusalCode::Invalid).await;
        }
        let many = [0_u32; MAX_SECTIONS + 1];
        town.must_not("sara", mask_passages("c1", "n1", &many, &["far"]), RefusalCode::TooLong).await;
        town.must_not("moa", mask_passages("c1", "n1", &[1], &["far"]), RefusalCode::Access).await;
        town.must_not("sara", mask_passages("c1", "n1", &[1], &["nobody"]), RefusalCode::Invalid).await;
    }
}

#[tokio::test]
async fn a_masked_section_takes_the_file_along() {
    for town in towns().await {
        town.must("sara", open_case("c1", "barn", false)).await;
        town.must("sara", open_case_to("c1", "moa")).await;
        town.must("sara", open_case_to("c1", "far")).await;
        let stored = document::store(&town.app, &town.caller("sara"), "%PDF".into()).await.expect("is stored");
        let mut signed = sign_document("c1", "d1", &[]);
        let (name, media_type) = ("utredning.pdf".to_owned(), "application/pdf".to_owned());
        signed.file = Some(BlobRef { blob: stored.blob, name, media_type, size: stored.size, sha256: stored.sha256 });
        signed.sections.push(Section { heading: "Mammas ord".into(), text: "Hemligt.".into(), masked: None });
        town.must("sara", signed.clone()).await;
        town.must("sara", mask_passages("c1", "d1", &[1], &["far"])).await;
        let (far, moa): (Document, Document) = (seen(&town, "far").await, seen(&town, "moa").await);
        assert_eq!(far.sections[0], moa.sections[0]);
        let masked = Some("26 kap. 1 § OSL".to_owned());
        assert_eq!(far.sections[1], Section { heading: String::new(), text: String::new(), masked });
        assert_eq!((far.file, moa.file.is_some()), (None, true), "{}: the file has the same words", town.engine);

        // Nobody signs a mark as if it were one.
        signed.document = protocol::id::DocumentId::new("d2");
        signed.sections[0].masked = Some("26 kap. 1 § OSL".into());
        town.must_not("sara", signed, RefusalCode::Invalid).await;
    }
}

#[tokio::test]
async fn staff_alone_see_what_is_kept_from_whom() {
    for town in with_two_guardians().await {
        town.must("sara", mask_passages("c1", "n1", &[0], &["far", "moa"])).await;
        town.must("sara", mask("c1", "n1", &["far"])).await;
        town.open("sara", "case_row", "c1").await.expect("may open");
        let all = town.all("sara").await;
        let of = |fact: &str| {
            let record = all.iter().find(|(_, record)| record.kind == "masking" && record.id.as_str() == fact);
            record.map(|(_, record)| record.body.read::<Masking>().expect("is one").from).unwrap_or_default()
        };
        let shown: Vec<(String, bool, usize)> =
            of("n1").into_iter().map(|one| (one.name, one.whole, one.passages.len())).collect();
        assert_eq!(shown, [("Johan Lind".into(), true, 1), ("Moa Berg".into(), false, 1)], "{}", town.engine);
        assert_eq!(of("n1")[1].passages, [KeptPassage { passage: 0, ground: "26 kap. 1 § OSL".into() }]);
        assert_eq!(
            of("d1").iter().map(|one| one.name.as_str()).collect::<Vec<_>>(),
            ["Johan Lind"],
            "as it was signed"
        );
        for other in ["moa", "far", "barn", "samir"] {
            assert!(town.ids(other, "masking").await.is_empty(), "{}: {other} is told of masks", town.engine);
        }
        town.must("sara", mask("c1", "n1", &[])).await;
        town.must("sara", mask_passages("c1", "n1", &[0], &[])).await;
        assert_eq!(town.ids("sara", "masking").await, ["d1"], "{}: what is lifted is still told of", town.engine);
    }
}

#[tokio::test]
async fn every_row_says_whose_municipality_it_is() {
    for town in with_two_guardians().await {
        town.must("sara", mask_passages("c1", "n1", &[0], &["far"])).await;
        town.open("sara", "case_row", "c1").await.expect("may open");
        let scope = "(SELECT s.municipality FROM scope s WHERE s.id = t.scope)";
        let person = "(SELECT p.municipality FROM person p WHERE p.id = t.person)";
        for (table, whose) in [("record", scope), ("lease", scope), ("masked", "'helsingborg'"), ("kept_apart", person)]
        {
            let sql = format!("SELECT COUNT(*), COUNT(CASE WHEN t.municipality = {whose} THEN 1 END) FROM {table} t");
            let mut snapshot = town.app.db.snapshot().await.expect("reads");
            let (all, theirs): (i64, i64) =
                sqlx::query_as(sqlx::AssertSqlSafe(sql)).fetch_one(&mut *snapshot).await.expect("reads");
            assert!(all > 0 && all == theirs, "{}: {table} has {all} rows, {theirs} of them right", town.engine);
        }
    }
}
