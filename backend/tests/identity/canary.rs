//! Canaries: secrets and words that must be found nowhere in the log, and what opens a door nowhere in the database.

use crate::fake::Fault;
use crate::stage::{REDIRECT, Stage, VERIFIER, authorize, stages};
use protocol::identity::{Me, Realm};
use protocol::invite::GRANT_TYPE;
use serde_json::json;
use std::io;
use std::sync::{Arc, Mutex};
use tracing::Level;
use tracing_subscriber::fmt::MakeWriter;

/// Words that come about nowhere by themselves.
const WORDS: [&str; 4] = ["Kanariefågeln", "Strandpromenaden", "Vinterregnet", "Kaffekvarnen"];

/// What an operator is told of.
const TOLD: [&str; 10] = [
    "\"refused\"",
    "\"route\":\"/sync/push\"",
    "\"logged in\"",
    "login refused",
    "login cancelled",
    "a login code was refused",
    "a login code came twice, its session ends",
    "a refresh token was misused, its session ends",
    "a code from staff was refused",
    "request failed",
];

/// A log that is kept.
#[derive(Clone, Default)]
struct Heard(Arc<Mutex<Vec<u8>>>);

impl io::Write for Heard {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.lock().expect("no writer panics").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

impl MakeWriter<'_> for Heard {
    type Writer = Self;

    fn make_writer(&self) -> Self {
        self.clone()
    }
}

impl Heard {
    fn text(&self) -> String {
        String::from_utf8(self.0.lock().expect("no writer panics").clone()).expect("is text")
    }
}

/// Sends JSON with an access token; the status.
async fn send(stage: &Stage, access: &str, path: &str, body: String) -> u16 {
    stage.ask_with("POST", path, access, body).await.status.as_u16()
}

/// A login, a message, and everything that can go wrong on the way: the secrets that were about.
async fn live(stage: &Stage) -> Vec<String> {
    let begun = stage.begin(Realm::Staff).await;
    let cookie = begun.cookie.split('=').nth(1).expect("has a value").to_owned();
    let fields = stage.staff.confirm(&begun.address);
    let provider_code = fields.iter().find(|(name, _)| *name == "code").expect("is there").1.clone();
    let code = stage.come_back(Some(&begun.cookie), &fields).await.to_app()["code"].clone();
    let tokens = stage.redeem(&code, VERIFIER, REDIRECT).await.json();
    let token = |name: &str| tokens[name].as_str().expect("is there").to_owned();
    let (access, refresh) = (token("access_token"), token("refresh_token"));
    let me: Me = serde_json::from_value(stage.me(&access).await.json()).expect("is Me");

    let act = |n: i64, act: serde_json::Value| json!({"mid": format!("u{n}"), "lane": me.own_scope, "n": n, "made_at": 1, "act": act});
    let push = json!({"device": "d", "mutations": [
        act(1, json!({"act": "open_case", "case": "c1", "number": "2026-1", "title": WORDS[0], "person": "moa", "visible": true})),
        act(2, json!({"act": "start_thread", "thread": "t1", "case": "c1", "subject": "Möte", "with": "moa", "message": "m1",
            "text": WORDS[1]})),
        act(3, json!({"act": "send_message", "thread": "t-none", "message": "m2", "text": WORDS[2]})),
    ]});
    assert_eq!(send(stage, &access, "/sync/push", push.to_string()).await, 200);

    // Faults of every sort: what cannot be read, what is stored in a form that is not ours, a provider that lies.
    send(stage, &access, "/sync/push", format!("{{\"device\":\"{}\",", WORDS[3])).await;
    send(stage, &access, "/access/open", json!({"scope": WORDS[3], "purpose": WORDS[3]}).to_string()).await;
    spoil(stage).await;
    let push = json!({"device": "d", "mutations": [
        act(4, json!({"act": "send_message", "thread": "t1", "message": "m3", "text": WORDS[2]})),
    ]});
    assert_eq!(send(stage, &access, "/sync/push", push.to_string()).await, 500, "nothing was at fault");
    stage.get(&format!("/{}?{}={access}", "nowhere", "token"), Some(&begun.cookie)).await;
    stage
        .ask_token(
            &stage.prover,
            &[("grant_type", "refresh_token"), ("client_id", WORDS[3]), ("refresh_token", &refresh)],
        )
        .await;
    stage.get(&authorize(Realm::Staff, &[("state", WORDS[3]), ("redirect_uri", WORDS[3])]), None).await;
    for fault in [Fault::Nonce, Fault::ForeignKey, Fault::UserinfoPerson, Fault::TokenDown] {
        stage.staff.breaks(fault);
        let begun = stage.begin(Realm::Staff).await;
        let fields = stage.staff.confirm(&begun.address);
        stage.come_back(Some(&begun.cookie), &fields).await;
    }
    stage.staff.breaks(None);
    let renewed = stage.refresh(&refresh).await.json();
    let renewed = renewed["refresh_token"].as_str().expect("is there").to_owned();
    let newest = stage.refresh(&renewed).await.json();
    let newest = newest["refresh_token"].as_str().expect("is there").to_owned();
    stage.refresh(&refresh).await.refused_with("invalid_grant");
    stage.redeem(&code, VERIFIER, REDIRECT).await.refused_with("invalid_grant");
    let begun = stage.begin(Realm::Staff).await;
    stage.come_back(Some(&begun.cookie), &stage.staff.fail(&begun.address, "access_denied")).await;
    let invite = "K7QF-2M8X-0000-1111-2222-3333-4444";
    let fields = [("grant_type", GRANT_TYPE), ("client_id", "digiteam-app"), ("code", invite)];
    stage.ask_token(&stage.prover, &fields).await.refused_with("invalid_grant");
    vec![
        newest,
        invite.to_owned(),
        cookie,
        provider_code,
        code,
        access,
        refresh,
        token("id_token"),
        renewed,
        VERIFIER.to_owned(),
    ]
}

#[tokio::test]
async fn no_secret_and_no_word_is_in_the_log_and_nothing_that_opens_a_door_in_the_database() {
    for stage in stages().await {
        let heard = Heard::default();
        let writer = heard.clone();
        // Everything of ours and far more of the libraries than is ever logged in earnest.
        let log = tracing_subscriber::fmt().json().with_max_level(Level::DEBUG).with_writer(writer).finish();
        let guard = tracing::subscriber::set_default(log);
        // A line that another test comes to for the first time at this very moment would stay unheard.
        stage.nonce().await;
        tracing::callsite::rebuild_interest_cache();
        let secrets = live(&stage).await;
        tracing::error!("the end of the log");
        drop(guard);

        let log = heard.text();
        assert!(log.contains("the end of the log"), "nothing was heard");
        for told in TOLD {
            assert!(log.contains(told), "{}: the log does not tell: {told}", stage.engine);
        }
        let mut canaries = secrets.clone();
        canaries.extend(WORDS.map(str::to_owned));
        for person in ["moa", "sara"] {
            canaries.push(stage.number(person).await);
        }
        canaries.extend(["Moa Berg".to_owned(), "Sara Holm".to_owned()]);
        for canary in &canaries {
            let line = log.lines().find(|line| line.contains(canary.as_str()));
            assert_eq!(line, None, "{}: {canary} is in the log", stage.engine);
        }

        let stored = stored(&stage).await;
        assert!(holds(&stored, WORDS[1]), "{}: the search is blind", stage.engine);
        for secret in &secrets {
            assert!(!holds(&stored, secret), "{}: a secret is stored", stage.engine);
        }
    }
}

/// Breaks the database under the backend's feet.
async fn spoil(stage: &Stage) {
    let spoilt = stage.app.db.write(|tx| {
        Box::pin(async move {
            sqlx::query("ALTER TABLE message RENAME COLUMN text TO words").execute(&mut *tx.conn).await?;
            Ok(())
        })
    });
    spoilt.await.expect("is done");
}

/// The database, whole: SQLite's files as they lie on the disk, or every row of every table.
async fn stored(stage: &Stage) -> Vec<u8> {
    if let Some(file) = stage.config.database.strip_prefix("sqlite:") {
        let mut bytes = std::fs::read(file).expect("is there");
        bytes.extend(std::fs::read(format!("{file}-wal")).unwrap_or_default());
        return bytes;
    }
    let mut snapshot = stage.app.db.snapshot().await.expect("begins");
    let tables: Vec<(String,)> =
        sqlx::query_as("SELECT table_name::text FROM information_schema.tables WHERE table_schema = 'public'")
            .fetch_all(&mut *snapshot)
            .await
            .expect("reads");
    assert!(tables.len() > 10, "{tables:?}");
    let mut bytes = Vec::new();
    for (table,) in tables {
        let select = format!("SELECT row_to_json(it)::text FROM \"{table}\" it");
        let rows: Vec<(String,)> =
            sqlx::query_as(sqlx::AssertSqlSafe(select)).fetch_all(&mut *snapshot).await.expect("reads");
        bytes.extend(rows.into_iter().flat_map(|(row,)| row.into_bytes()));
    }
    bytes
}

fn holds(bytes: &[u8], word: &str) -> bool {
    bytes.windows(word.len()).any(|some| some == word.as_bytes())
}
