//! The demo content loads, on both engines, once.

use digiteam_backend::config::Config;
use digiteam_backend::{App, load, system_clock};
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
            providers: Vec::new(),
        };
        let (_stop, stopping) = watch::channel(false);
        let app = App::open(config, system_clock(), stopping).await.expect("opens");
        let demo = Path::new(env!("CARGO_MANIFEST_DIR")).join("demo");
        let today = jiff::Zoned::now().date();
        let steps = load::load(&app, &demo, today).await.unwrap_or_else(|error| panic!("{engine}: {error:#}"));
        assert!(steps > 80, "{engine}: only {steps} steps");
        assert_eq!(load::load(&app, &demo, today).await.expect("is safe to repeat"), 0);
        let before = app.db.meta("db_epoch").await.expect("reads");
        app.db.renew_epoch().await.expect("is written");
        assert_ne!(app.db.meta("db_epoch").await.expect("reads"), before, "a restored database has another life");
    }
}
