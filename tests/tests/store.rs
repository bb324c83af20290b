//! What lies on the device: nothing that can be read without its key, and without the key a fresh start.

use std::fs;
use std::path::{Path, PathBuf};

use digiteam_tests::browser::HandOver;
use digiteam_tests::desktop::Desktop;
use digiteam_tests::person::{log_in, unlock};
use digiteam_tests::stage::{RESIDENT, Role, Stage};
use digiteam_tests::wait::LONG;
use digiteam_tests::window::Window;

/// Words this long do not come about by chance.
const LONG_WORD: usize = 7;

const WHO: (&str, &str) = ("helsingborg", RESIDENT);

#[tokio::test]
async fn nothing_readable_stays_nothing_at_all_after_a_logout_and_without_the_key_one_starts_anew() {
    let stage = Stage::start().await.expect("a stage");
    let mut desktop = Desktop::start(stage.folder()).await.expect("a desktop");
    let links = HandOver::new(stage.folder(), "resident").expect("a browser");
    let program = stage.app(Role::Resident, "resident", &links).expect("it is built");
    let app = Window::open(&desktop, stage.folder(), &program).await.expect("a window");
    log_in(&app, &links, &desktop, &stage, WHO).await.expect("a login");

    app.click("#nav-messages").await.expect("a place");
    app.click("main#messages a.thread-row").await.expect("a thread");
    app.see("main#thread .message[data-state=sent]").await.expect("its messages");
    let script = "return [...document.querySelectorAll('.message')].map(it => it.innerText).join(' ')";
    let text = app.run(script, Vec::new()).await.expect("their words");
    let words = long_words(text.as_str().expect("text"));
    assert!(words.len() > 20, "there is something to look for: {words:?}");
    app.close().await.expect("it closes");

    let device = files(&[&stage.folder().join("resident"), &stage.folder().join("desktop")]);
    assert!(device.iter().any(|(path, _)| path.ends_with("lock.json")), "the store is among what is searched");
    for (path, bytes) in &device {
        let readings = readings(bytes);
        let read = words.iter().find(|word| readings.iter().any(|it| it.contains(*word)));
        assert_eq!(read, None, "{}", path.display());
    }
    // The search is not blind: the backend's own database is not encrypted.
    let backend = files(&[stage.folder()]);
    let (_, bytes) = backend.iter().find(|(path, _)| path.ends_with("digiteam.db")).expect("a database");
    let readings = readings(bytes);
    assert!(words.iter().any(|word| readings.iter().any(|it| it.contains(word))), "the search is blind");

    let app = Window::open(&desktop, stage.folder(), &program).await.expect("it opens again");
    unlock(&app).await.expect("the code opens it");
    app.run("localStorage.setItem('canary', 'kanariefågel'); return true", Vec::new()).await.expect("a page stores");
    for step in ["#nav-me", "#sign-out", "#sign-out-confirm"] {
        app.click(step).await.expect("it signs out");
    }
    app.see("#sign-in").await.expect("nobody is logged in");
    app.close().await.expect("it closes");
    let left: Vec<_> = files(&[&stage.folder().join("resident")]).into_iter().map(|(path, _)| path).collect();
    assert!(!left.iter().any(|path| path.starts_with(stage.folder().join("resident/store"))), "{left:?}");
    // What the webview still held open goes before the next window.
    let app = Window::open(&desktop, stage.folder(), &program).await.expect("the app still opens");
    let kept = app.run("return localStorage.getItem('canary')", Vec::new()).await.expect("a page asks");
    assert!(kept.is_null(), "the webview remembers: {kept}");
    log_in(&app, &links, &desktop, &stage, WHO).await.expect("a login");
    app.close().await.expect("it closes");

    desktop.empty_keyring().await.expect("the key is gone");
    let app = Window::open(&desktop, stage.folder(), &program).await.expect("the app still opens");
    app.see_words("#reason", "nyckeln till det är borta", LONG).await.expect("it says what happened");
    log_in(&app, &links, &desktop, &stage, WHO).await.expect("a login");
}

fn long_words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphabetic()).filter(|word| word.chars().count() >= LONG_WORD);
    words.map(str::to_owned).collect()
}

/// All that could be read in some bytes: as UTF-8, and as UTF-16 from either side of a byte.
fn readings(bytes: &[u8]) -> [String; 3] {
    let wide = |bytes: &[u8]| {
        let units: Vec<u16> = bytes.chunks_exact(2).map(|it| u16::from_le_bytes([it[0], it[1]])).collect();
        String::from_utf16_lossy(&units)
    };
    [String::from_utf8_lossy(bytes).into_owned(), wide(bytes), wide(bytes.get(1..).unwrap_or_default())]
}

fn files(folders: &[&Path]) -> Vec<(PathBuf, Vec<u8>)> {
    let mut open: Vec<PathBuf> = folders.iter().map(|it| it.to_path_buf()).collect();
    let mut found = Vec::new();
    while let Some(folder) = open.pop() {
        for entry in fs::read_dir(folder).expect("a folder").flatten() {
            match entry.file_type() {
                Ok(kind) if kind.is_dir() => open.push(entry.path()),
                Ok(kind) if kind.is_file() => found.extend(fs::read(entry.path()).map(|bytes| (entry.path(), bytes))),
                _ => {}
            }
        }
    }
    found
}
