//! Two guardians of one child, in two towns: each logs in as themselves, reads what was opened to them, and meets
//! nothing of what is the other's or was withheld from them.

use digiteam_tests::browser::HandOver;
use digiteam_tests::desktop::Desktop;
use digiteam_tests::person::log_in;
use digiteam_tests::stage::{Role, Stage};
use digiteam_tests::wait::LONG;
use digiteam_tests::window::Window;

/// Johan Bergström in Helsingborg, Alva's father.
const FATHER: (&str, &str) = ("helsingborg", "198401309870");
/// Ida Holm in Landskrona, her mother.
const MOTHER: (&str, &str) = ("landskrona", "198608169887");

/// What was said between the caseworker and one of them.
const WITH_FATHER: &str = "Byten och packning";
const WITH_MOTHER: &str = "Sammanfattning av mötet och nästa tid";
/// The note on the father's health, withheld from the mother.
const HIS_HEALTH: &str = "Telefonsamtal med Johan om hans hälsa";
/// What nobody who must not read that note may meet anywhere.
const HIS_ILLNESS: &str = "nedstämdhet";

#[tokio::test]
async fn each_guardian_reads_what_is_theirs_and_nothing_of_the_others() {
    let stage = Stage::start().await.expect("a stage");
    let desktop = Desktop::start(stage.folder()).await.expect("a desktop");

    let father = guardian(&stage, &desktop, "father", FATHER).await;
    father.see_words("main#home .task", "Föreslå tider för uppföljningen", LONG).await.expect("his task");
    reads_case(&father, 4).await;
    father.see_words("main#case .entry", HIS_HEALTH, LONG).await.expect("his own words are not kept from him");
    father.see_words("main#case .entry", HIS_ILLNESS, LONG).await.expect("all of them");
    reads_decision(&father).await;
    reads_thread(&father, WITH_FATHER, "gosekaninen").await;
    meets_nothing(&father, &[WITH_MOTHER, "Videon gick fint", "inte vad Johan tycker"]).await;

    let mother = guardian(&stage, &desktop, "mother", MOTHER).await;
    // One thing less than he: it is not there, not even as something that she may not read.
    reads_case(&mother, 3).await;
    reads_decision(&mother).await;
    reads_thread(&mother, WITH_MOTHER, "inte vad Johan tycker").await;
    meets_nothing(&mother, &[WITH_FATHER, "Kaninens tvilling", HIS_HEALTH, HIS_ILLNESS]).await;

    // What she writes reaches the caseworker alone.
    mother.write("#reply", "Tack, då vet jag.").await.expect("a field");
    mother.click("#send").await.expect("a button");
    mother.see_words(".message[data-state=sent]", "Tack, då vet jag.", LONG).await.expect("it arrives");
    father.click("#nav-home").await.expect("a place");
    father.see("#freshness[data-online=true]").await.expect("he is up to date");
    meets_nothing(&father, &["Tack, då vet jag."]).await;
}

async fn guardian(stage: &Stage, desktop: &Desktop, name: &str, who: (&str, &str)) -> Window {
    let links = HandOver::new(stage.folder(), name).expect("a browser");
    let program = stage.app(Role::Resident, name, &links).expect("it is built");
    let app = Window::open(desktop, stage.folder(), &program).await.expect("a window");
    log_in(&app, &links, desktop, stage, who).await.expect("a login");
    app.see("#freshness[data-online=true]").await.expect("the service answers");
    app
}

/// The child's case, under the child's name, with so many notes.
async fn reads_case(app: &Window, notes: u64) {
    app.click("#nav-case").await.expect("a place");
    app.see_words("main#case h1", "Stöd till Alva och hennes föräldrar", LONG).await.expect("the child's case");
    app.see_words(".case-facts", "Alva Bergström", LONG).await.expect("it says whom it concerns");
    app.see_words("main#case .entry", "Samtal med Alva", LONG).await.expect("what is written in it");
    assert_eq!(app.count_words("main#case .entry.note", "").await.expect("an answer"), notes);
}

async fn reads_decision(app: &Window) {
    app.click_words("main#case a.document-link", "Beslut om föräldrastöd").await.expect("it is there");
    app.see_words("main#document .paper", "Alva får barnsamtal vid tre tillfällen", LONG).await.expect("its words");
}

async fn reads_thread(app: &Window, subject: &str, words: &str) {
    app.click("#nav-messages").await.expect("a place");
    app.see_words("main#messages a.thread-row", subject, LONG).await.expect("the thread");
    assert_eq!(app.count_words("main#messages a.thread-row", "").await.expect("an answer"), 1, "no other thread");
    app.click_words("main#messages a.thread-row", subject).await.expect("it opens");
    app.see_words("main#thread .message", words, LONG).await.expect("its messages");
}

/// Goes through every place and finds none of these words; ends where it began.
async fn meets_nothing(app: &Window, withheld: &[&str]) {
    let before = app.run("return location.hash", Vec::new()).await.expect("an address");
    for (place, page) in
        [("home", "main#home .rows"), ("case", "main#case .entry"), ("messages", "main#messages .thread-row")]
    {
        app.click(&format!("#nav-{place}")).await.expect("a place");
        app.see(page).await.expect("its page");
        for words in withheld {
            assert_eq!(app.count_words("body", words).await.expect("an answer"), 0, "{place} tells of {words:?}");
        }
    }
    app.run("location.hash = arguments[0]", vec![before]).await.expect("it goes back");
}
