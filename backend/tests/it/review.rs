//! Openings of what is not assigned: on the desk of whoever leads the unit until they have looked at them.

use crate::acts::open_case;
use crate::town::{Town, towns};
use digiteam_backend::access::{self, log};
use protocol::access::{FlaggedOpening, LogAct, OpenScope, Purpose, ReviewOpening};
use protocol::id::RecordId;
use protocol::refusal::RefusalCode;

/// Opens Moa's case as somebody to whom it is not assigned.
async fn opened_by(town: &Town, who: &str) {
    let scope = town.open("sara", "case_row", "c1").await.expect("may open");
    let reason = Some("Sara är sjuk i dag.".to_owned());
    let wish = OpenScope { scope, purpose: Purpose::StandIn, reason };
    access::open_scope(&town.app, town.caller(who), wish).await.expect("opens");
}

/// What stands on `lead`'s desk.
async fn openings(town: &Town, lead: &str) -> Vec<(String, FlaggedOpening)> {
    let all = town.all(lead).await;
    let ours = all.iter().filter(|(_, record)| record.kind == "flagged_opening");
    ours.map(|(_, record)| (record.id.to_string(), record.body.read().expect("is one"))).collect()
}

fn review(opening: &str, note: Option<&str>) -> ReviewOpening {
    ReviewOpening { opening: RecordId::new(opening), note: note.map(str::to_owned) }
}

#[tokio::test]
async fn a_lead_looks_at_an_opening_once_and_the_log_says_so() {
    for town in towns().await {
        town.must("sara", open_case("c1", "moa", true)).await;
        opened_by(&town, "samir").await;
        let (id, opening) = openings(&town, "leif").await.remove(0);
        assert_eq!((opening.by.as_str(), opening.own), ("Samir Nouri, socialsekreterare", false));
        assert_eq!((opening.reason.as_str(), opening.concerns.as_str()), ("Sara är sjuk i dag.", "Moa Berg"));
        assert_eq!(opening.review, None);
        for nobody in ["samir", "sara", "ulf", "stina", "moa"] {
            town.must_not(nobody, review(&id, None), RefusalCode::Access).await;
        }
        town.must_not("leif", review("another", None), RefusalCode::Access).await;
        town.must_not("leif", review(&id, Some(" ")), RefusalCode::Invalid).await;
        town.must_not("leif", review(&id, Some(&"å".repeat(301))), RefusalCode::TooLong).await;
        assert_eq!(openings(&town, "leif").await[0].1.review, None, "{}", town.engine);

        town.wait(1);
        town.must("leif", review(&id, Some("I sin ordning."))).await;
        let (_, looked_at) = openings(&town, "leif").await.remove(0);
        let said = looked_at.review.expect("was looked at");
        assert_eq!((said.by.as_str(), said.note.as_deref()), ("Leif Torp, enhetschef", Some("I sin ordning.")));
        assert_eq!(said.at, town.app.db.now());
        town.must_not("leif", review(&id, None), RefusalCode::Closed).await;

        let lines = log::show(&town.app, &town.caller("moa"), None).await.expect("is answered").lines;
        let line = lines.iter().find(|line| line.act == LogAct::Reviewed).expect("stands in the log");
        assert_eq!(line.by.name.as_deref(), Some("Leif Torp"), "{}", town.engine);
        assert_eq!(line.about.as_deref(), Some("Samir Nouri"));
        assert!(log::verify(&town.app.db).await.expect("reads").iter().all(|one| one.broken.is_none()));
    }
}

#[tokio::test]
async fn nobody_looks_at_their_own_opening() {
    for town in towns().await {
        town.must("sara", open_case("c1", "moa", true)).await;
        opened_by(&town, "leif").await;
        let (id, opening) = openings(&town, "leif").await.remove(0);
        assert!(opening.own, "{}", town.engine);
        town.must_not("leif", review(&id, None), RefusalCode::Access).await;
        town.sql(
            "INSERT INTO unit_lead (unit, person, municipality, source, checked_at)
             VALUES ('u-1', 'samir', 'helsingborg', 'municipality', $1)",
        )
        .await;
        town.must("samir", review(&id, None)).await;
        for lead in ["leif", "samir"] {
            assert!(openings(&town, lead).await[0].1.review.is_some(), "{}: {lead} is not shown it", town.engine);
        }
    }
}

#[tokio::test]
async fn an_opening_leaves_the_desk_when_the_log_forgets_it() {
    for town in towns().await {
        town.must("sara", open_case("c1", "moa", true)).await;
        opened_by(&town, "samir").await;
        town.wait(24 * 400);
        opened_by(&town, "samir").await;
        assert_eq!(openings(&town, "leif").await.len(), 2);
        log::erase(&town.app.db, 365).await.expect("erases");
        let left = openings(&town, "leif").await;
        assert_eq!((left.len(), left[0].1.at), (1, town.app.db.now()), "{}", town.engine);
    }
}
