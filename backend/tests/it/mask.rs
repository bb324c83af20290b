//! What changes for whom when a mask changes or an access ends before its time.

use crate::acts::{
    close_case_to, mask, open_case, open_case_to, send_message, sign_document, start_thread, write_note,
};
use crate::town::{Town, towns};
use protocol::access::ScopeKind;
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
        assert_eq!((after["moa"], after["staff"]), (before["moa"], before["staff"]), "somebody else's head moved");
        assert_eq!(after["far"], before["far"] + 1);
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
        assert_eq!(town.heads("c1").await, others, "a head moved");
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
