//! The demo content loads, on both engines, once.

use digiteam_backend::config::Config;
use digiteam_backend::identity::Caller;
use digiteam_backend::rate::Rates;
use digiteam_backend::{App, load, sync, system_clock};
use protocol::id::{DeviceId, MunicipalityId, PersonId};
use protocol::identity::{Level, Realm};
use protocol::sync::PullRequest;
use std::path::Path;
use tokio::sync::watch;

#[tokio::test]
async fn the_demo_content_loads_by_the_rules_that_users_are_under() {
    for (engine, url, _guard) in crate::common::fresh_databases().await {
        let folder = tempfile::tempdir().expect("a temp folder can be made");
        let config = Config {
            listen: "127.0.0.1:0".parse().expect("is an address"),
            public_url: "http://127.0.0.1:8787".parse().expect("is a URL"),
            database: url,
            blobs: folder.path().join("blobs"),
            keys: folder.path().join("keys"),
            keep_deleted_days: 90,
            keep_log_days: 3_650,
            limits: Rates::default(),
            tls: None,
            trusted_proxies: Vec::new(),
            app_links: Vec::new(),
            providers: Vec::new(),
        };
        let (_stop, stopping) = watch::channel(false);
        let app = App::open(config, system_clock(), stopping).await.expect("opens");
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo");
        let today = jiff::Zoned::now().date();
        let steps = load::load(&app, &demo, today).await.unwrap_or_else(|error| panic!("{engine}: {error:#}"));
        assert!(steps > 80, "{engine}: only {steps} steps");
        assert_eq!(load::load(&app, &demo, today).await.expect("is safe to repeat"), 0);
        for (person, municipality, sees, must_not_see) in [
            ("p-07", "helsingborg", vec!["c-05", "n-0504", "sjukskriven"], vec!["26 kap. 1 §"]),
            ("p-08", "landskrona", vec!["c-05", "d-0501", "26 kap. 1 §"], vec!["n-0504", "sjukskriven"]),
            // The mother of a child whose father lives under protected identity.
            ("p-11", "bjuv", vec!["c-06"], vec!["n-0604", "d-0601", "Landskrona"]),
            // Sixteen: what she writes with her caseworker is hers alone.
            ("p-14", "landskrona", vec!["c-08", "t-15", "Tomas Persson"], vec![]),
            ("p-15", "landskrona", vec!["c-08", "Wilma Persson", "sole_custody"], vec!["t-15"]),
            ("p-03", "helsingborg", vec!["c-02", "god_man", "Bengt"], vec![]),
            // A power of attorney without the file.
            ("p-20", "angelholm", vec!["c-10", "power_of_attorney", "warn_at"], vec!["n-1001", "d-1001"]),
            ("p-17", "angelholm", vec!["r-fullmakt", "Gun-Britt Friberg"], vec![]),
            // Staff of two municipalities.
            ("s-08", "bjuv", vec!["c-06", "c-08"], vec!["c-11"]),
            // Kept apart.
            ("p-12", "landskrona", vec!["c-07"], vec!["Stefan", "c-11"]),
            ("p-13", "bjuv", vec!["c-11"], vec!["Marie", "c-07"]),
        ] {
            let served = served(&app, person, municipality).await;
            for word in sees {
                assert!(served.contains(word), "{engine}: {person} does not see {word}");
            }
            for word in must_not_see {
                assert!(!served.contains(word), "{engine}: {person} sees {word}");
            }
        }
        let mut snapshot = app.db.snapshot().await.expect("reads");
        let (caseworkers, with_cases): (i64, i64) = sqlx::query_as(
            "SELECT COUNT(*), COUNT(CASE WHEN EXISTS (SELECT 1 FROM case_file c WHERE c.caseworker = p.id) THEN 1 END)
             FROM person p WHERE p.realm = 'staff' AND p.title <> 'Enhetschef'",
        )
        .fetch_one(&mut *snapshot)
        .await
        .expect("reads");
        drop(snapshot);
        assert_eq!((caseworkers, with_cases), (10, 10), "{engine}: every caseworker has a case");
        let before = app.db.meta("db_epoch").await.expect("reads");
        app.db.renew_epoch().await.expect("is written");
        assert_ne!(app.db.meta("db_epoch").await.expect("reads"), before, "a restored database has another life");
    }
}

/// Everything that a resident is served, as text.
async fn served(app: &App, person: &str, municipality: &str) -> String {
    let caller = Caller {
        person: PersonId::new(person),
        realm: Realm::Resident,
        level: Level::Eid,
        municipality: MunicipalityId::new(municipality),
        session: String::new(),
        until: i64::MAX,
    };
    let asked = PullRequest { device: DeviceId::new("reader"), grants: None, cursors: vec![], waiting: vec![] };
    let answer = sync::pull(app, &caller, &asked).await.expect("is answered");
    assert!(!answer.more, "one answer holds it all");
    serde_json::to_string(&answer.pages).expect("serializes")
}
