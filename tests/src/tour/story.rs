//! The story itself: a resident logs in, reads and writes, a caseworker answers, and the network goes
//! away in between. Every line is something a person would do or notice.

use std::time::{Duration, Instant};

use anyhow::{Context as _, Result, ensure};
use serde_json::json;

use super::{Cast, Tour};
use crate::browser;
use crate::person::{CODE, ask_to_sign_in, choose_person, see_way_back, unlock, write_new_code};
use crate::say;
use crate::stage::{CASEWORKER, RESIDENT};
use crate::wait::{LONG, until};
use crate::window::Window;

const ANSWER: &str = "Hej Helena! Jag kommer gärna till dig. Förmiddag passar bäst med schemat.";
const REPLY: &str = "Vad bra, Maja! Då bokar jag en förmiddag här hos oss och skriver tiden till dig.";
const WRITTEN_OFFLINE: &str = "En sak till: får jag ta med min syster till mötet?";

/// With a vertical tab, as a word processor puts between lines.
const PASTED: &str = "Mitt schema:\u{b}måndag och torsdag förmiddag är jag ledig.";

/// How soon one must see what the other has written.
const SOON: Duration = Duration::from_secs(1);

impl Tour {
    pub(super) async fn tell(&mut self) -> Result<()> {
        self.resident_logs_in().await?;
        self.resident_reads().await?;
        self.caseworker_logs_in().await?;
        self.they_write().await?;
        self.resident_reads_decision().await?;
        self.resident_searches().await?;
        self.caseworker_opens_case().await?;
        self.guardian_reads().await?;
        self.guardian_is_given_more().await?;
        self.code_is_given().await?;
        self.computer_comes_in_with_it().await?;
        self.resident_looks_after_her_things().await?;
        self.resident_sees_who_has_what().await?;
        self.network_goes_away().await?;
        self.network_comes_back().await?;
        self.words_are_refused().await?;
        self.they_lock().await
    }

    async fn resident_logs_in(&mut self) -> Result<()> {
        self.step("Maja opens the app on her phone and sees the municipalities");
        self.open_app(Cast::Resident).await?;
        self.resident()?.see("input[name=municipality][value=bjuv]").await?;
        self.resident()?.speak(self.look.language).await?;
        self.picture(Cast::Resident, "choose-municipality").await?;

        self.step("Without a municipality she is asked for one; a login that she gives up leads back here");
        self.resident()?.click("#sign-in").await?;
        self.resident()?.see("#municipality-fault").await?;
        self.picture(Cast::Resident, "municipality-missing").await?;
        ask_to_sign_in(self.resident()?).await?;
        self.open_browser(Cast::Resident).await?;
        self.browser()?.click("#cancel").await?;
        self.resident()?.see("#reason").await?;
        self.close_browsers().await?;
        self.resident()?.click("input[name=municipality][value=helsingborg]").await?;
        self.picture(Cast::Resident, "login-given-up").await?;

        self.step("She chooses Helsingborg and asks to log in; the app sends her to the browser");
        ask_to_sign_in(self.resident()?).await?;
        self.picture(Cast::Resident, "go-on-in-the-browser").await?;

        self.step("The browser asks how she wants to identify herself");
        self.open_browser(Cast::Resident).await?;
        self.browser()?.see("#this-device").await?;
        self.browser()?.see("#cancel").await?;
        self.picture(Cast::Browser, "choose-device").await?;

        self.step("For another device it shows a code that changes every second");
        self.browser()?.click("#other-device").await?;
        self.browser()?.see("#qr[src*='at=']").await?;
        self.picture(Cast::Browser, "animated-code").await?;

        self.step("On that device she sees who asks, and confirms");
        let address = self.browser()?.run("return document.querySelector('#open-phone').href", Vec::new()).await?;
        let address = address.as_str().context("the phone has an address")?;
        let phone = browser::open(&self.desktop, self.stage.folder(), address).await?;
        self.windows.insert(Cast::Phone, phone);
        choose_person(self.window(Cast::Phone)?, RESIDENT).await?;
        self.picture(Cast::Phone, "confirm").await?;
        self.window(Cast::Phone)?.click("#confirm").await?;

        self.step("The browser says that she can go back, and the app asks for a code for this device");
        see_way_back(self.browser()?).await?;
        self.picture(Cast::Browser, "go-back").await?;
        self.close_browsers().await?;
        self.resident()?.write("#code", CODE).await?;
        self.resident()?.write("#code-again", "274819").await?;
        self.resident()?.click("#code-submit").await?;
        self.resident()?.see("#code-fault").await?;
        self.picture(Cast::Resident, "codes-differ").await?;
        write_new_code(self.resident()?).await?;
        self.picture(Cast::Resident, "choose-code").await?;
        self.resident()?.click("#code-submit").await
    }

    async fn resident_reads(&mut self) -> Result<()> {
        self.step("Home shows what is expected of her and what is new");
        self.resident()?.see("main#home .task").await?;
        self.resident()?.see("main#home .news a").await?;
        self.resident()?.see("#freshness[data-online=true]").await?;
        self.picture(Cast::Resident, "home").await?;

        self.step("She opens the message from her caseworker");
        self.resident()?.click("#nav-messages").await?;
        self.resident()?.see("main#messages a.thread-row").await?;
        self.picture(Cast::Resident, "messages").await?;
        self.resident()?.click("main#messages a.thread-row").await?;
        self.resident()?.see("main#thread .message[data-state=sent]").await?;
        self.picture(Cast::Resident, "thread").await
    }

    async fn caseworker_logs_in(&mut self) -> Result<()> {
        self.step("Helena opens the same app at her desk and logs in as staff");
        self.open_app(Cast::Caseworker).await?;
        self.caseworker()?.see("input[name=municipality]").await?;
        self.caseworker()?.speak(self.look.language).await?;
        self.picture(Cast::Caseworker, "desk-login").await?;
        ask_to_sign_in(self.caseworker()?).await?;
        self.finish_login(Cast::Caseworker, CASEWORKER).await?;
        self.caseworker()?.see("main#inbox button.inbox-row").await?;
        self.picture(Cast::Caseworker, "inbox").await?;

        self.step("She opens Maja's thread and says for what purpose, as the resident can read who looked");
        self.caseworker()?.click_words("button.inbox-row", "Maja").await?;
        self.caseworker()?.see("#open-content").await?;
        self.picture(Cast::Caseworker, "purpose").await?;
        self.caseworker()?.click("#open-content").await?;
        self.caseworker()?.see("#thread .message[data-state=sent]").await
    }

    async fn they_write(&mut self) -> Result<()> {
        self.step("Maja answers; at the desk her words stand within a second");
        self.resident()?.write("#reply", ANSWER).await?;
        let took = send_and_see(self.resident()?, self.caseworker()?, ANSWER, self.soon()).await?;
        self.caseworker()?.see_end().await?;
        self.picture(Cast::Resident, "answered").await?;
        self.picture(Cast::Caseworker, "answer-at-the-desk").await?;
        say(&format!("     seen after {} ms", took.as_millis()));

        self.step("Helena replies; Maja sees it without doing anything");
        self.resident()?.run("window.stillTheSamePage = true", Vec::new()).await?;
        self.caseworker()?.write("#reply", REPLY).await?;
        let took = send_and_see(self.caseworker()?, self.resident()?, REPLY, self.soon()).await?;
        let same = self.resident()?.run("return window.stillTheSamePage", Vec::new()).await?;
        ensure!(same == json!(true), "the page was loaded anew");
        self.resident()?.see_end().await?;
        self.picture(Cast::Resident, "reply").await?;
        say(&format!("     seen after {} ms", took.as_millis()));
        Ok(())
    }

    async fn resident_reads_decision(&mut self) -> Result<()> {
        self.step("In her case she sees where it stands and what has been written");
        self.open_case().await?;
        self.picture(Cast::Resident, "case").await?;

        self.step("She reads the decision as text, and the document as it was signed");
        self.open_decision().await?;
        self.picture(Cast::Resident, "decision").await?;
        self.open_page().await?;
        self.picture(Cast::Resident, "decision-as-signed").await
    }

    async fn open_case(&self) -> Result<()> {
        self.resident()?.click("#nav-case").await?;
        if self.resident()?.see_within("main#case", Duration::from_secs(2)).await.is_err() {
            self.resident()?.click("main#cases a").await?;
        }
        self.resident()?.see("main#case .entry").await
    }

    async fn open_decision(&self) -> Result<()> {
        self.resident()?.click_words("main#case a.document-link", "Beslut").await?;
        self.resident()?.see("main#document #show-file").await
    }

    async fn open_page(&self) -> Result<()> {
        self.resident()?.click("#show-file").await?;
        self.resident()?.see("main#document img.page").await?;
        let drawn = "const page = document.querySelector('img.page'); page.scrollIntoView(); \
                     return page.decode().then(() => page.naturalWidth > 0)";
        ensure!(self.resident()?.run(drawn, Vec::new()).await? == json!(true), "the page is empty");
        Ok(())
    }

    async fn resident_searches(&mut self) -> Result<()> {
        self.step("She looks for a part of a word in everything that is on her phone");
        self.resident()?.click("#nav-search").await?;
        self.resident()?.see("main#search #search-words").await?;
        self.resident()?.write("#search-words", "stöd").await?;
        self.resident()?.see("main#search .hit mark").await?;
        self.picture(Cast::Resident, "search").await?;
        self.resident()?.paste("#search-words", "snöskoter").await?;
        self.resident()?.see("main#search .empty").await?;
        self.picture(Cast::Resident, "search-finds-nothing").await?;
        self.resident()?.paste("#search-words", "stöd").await?;
        self.resident()?.click("main#search .hit").await?;
        self.resident()?.see("main:not(#search)").await
    }

    async fn caseworker_opens_case(&mut self) -> Result<()> {
        self.step("Helena has her cases in one list, and opens one when she has said what for");
        self.caseworker()?.click("#nav-caseload").await?;
        self.caseworker()?.see("main#caseload button.case-row").await?;
        self.caseworker()?.click_words("button.case-row", "Maja").await?;
        self.caseworker()?.see("#open-content").await?;
        self.picture(Cast::Caseworker, "caseload").await?;
        self.caseworker()?.click("#open-content").await?;
        self.caseworker()?.see("#case .entry").await?;
        self.picture(Cast::Caseworker, "case-at-the-desk").await?;
        self.caseworker()?.click("#nav-search").await?;
        self.caseworker()?.write("#search-words", "Maja").await?;
        self.caseworker()?.see("main#search .hit mark").await?;
        self.picture(Cast::Caseworker, "search-at-the-desk").await?;
        self.caseworker()?.click("#nav-inbox").await?;
        self.caseworker()?.click_words("button.inbox-row", "Maja").await?;
        self.caseworker()?.see("#thread .message[data-state=sent]").await
    }

    async fn network_goes_away(&mut self) -> Result<()> {
        self.step("The network goes away; Maja closes the app and opens it again");
        self.stage.kill_backend().await?;
        self.resident()?.see("#freshness[data-online=false]").await?;
        self.close(Cast::Resident).await?;
        self.open_app(Cast::Resident).await?;
        self.resident()?.see("#unlock").await?;
        self.picture(Cast::Resident, "locked").await?;
        self.resident()?.write("#code", "111111").await?;
        self.resident()?.click("#unlock").await?;
        self.resident()?.see(".fault").await?;
        self.picture(Cast::Resident, "wrong-code").await?;

        self.step("With her code she still reads everything, and sees how fresh it is");
        unlock(self.resident()?).await?;
        self.resident()?.see("main#home .task").await?;
        self.resident()?.see("#freshness[data-online=false]").await?;
        self.picture(Cast::Resident, "home-offline").await?;
        self.own_page_without_network().await?;

        self.step("Her case, the decision and its page are on her phone, too");
        self.open_case().await?;
        self.picture(Cast::Resident, "case-offline").await?;
        self.open_decision().await?;
        self.picture(Cast::Resident, "decision-offline").await?;
        self.open_page().await?;
        self.resident()?.see("#freshness[data-online=false]").await?;
        self.picture(Cast::Resident, "decision-as-signed-offline").await?;
        self.resident()?.click("#nav-messages").await?;
        self.resident()?.click("main#messages a.thread-row").await?;
        self.resident()?.see_words("main#thread .message", REPLY, LONG).await?;

        self.step("She writes a message; it is kept and marked as waiting to be sent");
        self.resident()?.write("#reply", WRITTEN_OFFLINE).await?;
        self.resident()?.click("#send").await?;
        self.resident()?.see_words(".message[data-state=waiting]", WRITTEN_OFFLINE, LONG).await?;
        self.resident()?.see("#waiting").await?;
        self.picture(Cast::Resident, "waiting").await?;
        self.caseworker()?.see("#freshness[data-online=false]").await?;
        self.picture(Cast::Caseworker, "desk-offline").await
    }

    async fn network_comes_back(&mut self) -> Result<()> {
        self.step("The network comes back and the message arrives, once");
        self.stage.start_backend().await?;
        self.resident()?.see_words(".message[data-state=sent]", WRITTEN_OFFLINE, LONG).await?;
        self.resident()?.see("#freshness[data-online=true]").await?;
        self.caseworker()?.see_words(".message[data-state=sent]", WRITTEN_OFFLINE, LONG).await?;
        for window in [self.resident()?, self.caseworker()?] {
            let count = window.count_words(".message", WRITTEN_OFFLINE).await?;
            ensure!(count == 1, "the message stands there {count} times");
        }
        self.picture(Cast::Resident, "sent").await?;
        self.picture(Cast::Caseworker, "arrived-once").await
    }

    async fn words_are_refused(&mut self) -> Result<()> {
        self.step(
            "Words pasted from elsewhere hold a sign that the service does not take; she is told, and takes them back",
        );
        self.resident()?.paste("#reply", PASTED).await?;
        self.resident()?.click("#send").await?;
        self.resident()?.see(".message[data-state=refused]").await?;
        self.resident()?.see("#refused").await?;
        self.picture(Cast::Resident, "refused").await?;
        self.resident()?.click("#nav-messages").await?;
        self.resident()?.see(".tag.bad").await?;
        self.picture(Cast::Resident, "messages-refused").await?;
        self.resident()?.click("main#messages a.thread-row").await?;
        self.resident()?.click(".discard").await?;
        self.resident()?.see("#thread .messages").await?;
        let gone =
            async || Ok((self.resident()?.count_words(".message[data-state=refused]", "").await? == 0).then_some(()));
        until("the message to be gone", LONG, gone).await
    }

    async fn they_lock(&mut self) -> Result<()> {
        self.step("Helena leaves her desk: logging out says what it takes away, locking takes nothing");
        self.caseworker()?.click("#sign-out").await?;
        self.caseworker()?.see("#sign-out-confirm").await?;
        self.picture(Cast::Caseworker, "desk-log-out").await?;
        self.caseworker()?.click(".confirm button:not(.danger)").await?;
        self.caseworker()?.click("#lock").await?;
        self.caseworker()?.see("#unlock").await?;
        self.picture(Cast::Caseworker, "desk-locked").await
    }

    async fn close_browsers(&mut self) -> Result<()> {
        for browser in [Cast::Browser, Cast::Phone] {
            if self.windows.contains_key(&browser) {
                self.close(browser).await?;
            }
        }
        Ok(())
    }

    /// Pictures are taken for how things look, also on a machine that is busy.
    fn soon(&self) -> Duration {
        if self.look.in_every_shape { LONG } else { SOON }
    }

    pub(super) fn resident(&self) -> Result<&Window> {
        self.window(Cast::Resident)
    }

    pub(super) fn caseworker(&self) -> Result<&Window> {
        self.window(Cast::Caseworker)
    }

    fn browser(&self) -> Result<&Window> {
        self.window(Cast::Browser)
    }
}

/// Sends what stands in the field and says how long it takes until the other one sees it.
async fn send_and_see(from: &Window, to: &Window, words: &str, soon: Duration) -> Result<Duration> {
    let start = Instant::now();
    from.click("#send").await?;
    to.see_words(".message[data-state=sent]", words, LONG).await?;
    let took = start.elapsed();
    from.see_words(".message[data-state=sent]", words, LONG).await?;
    ensure!(took < soon, "the other one saw it only after {} ms", took.as_millis());
    Ok(took)
}
