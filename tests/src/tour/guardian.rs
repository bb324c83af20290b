//! A guardian's day: a child's case as one of two guardians may read it, and a power of attorney from Maja, whom she
//! helps.

use anyhow::{Context as _, Result};
use serde_json::json;

use super::{Cast, Tour};
use crate::person::ask_to_sign_in_at;
use crate::stage::GUARDIAN;
use crate::window::Window;

impl Tour {
    pub(super) async fn guardian_reads(&mut self) -> Result<()> {
        self.step("Ida in Landskrona is one of Alva's guardians and logs in as herself");
        self.open_app(Cast::Guardian).await?;
        self.guardian()?.see("input[name=municipality]").await?;
        self.guardian()?.speak(self.look.language).await?;
        ask_to_sign_in_at(self.guardian()?, "landskrona").await?;
        self.finish_login(Cast::Guardian, GUARDIAN).await?;
        self.guardian()?.see("#freshness[data-online=true]").await?;
        self.guardian()?.see("main#home .rows").await?;
        self.picture(Cast::Guardian, "guardian-home").await?;

        self.step("In Alva's case she always sees for whom she acts, and where something is not for her, by which law");
        self.guardian()?.click("#nav-case").await?;
        self.guardian()?.see("main#case .acting").await?;
        self.guardian()?.see("main#case .masked").await?;
        self.picture(Cast::Guardian, "guardian-case").await?;
        self.picture_of(Cast::Guardian, "masked-in-a-note", "main#case .masked").await?;
        self.guardian()?.click_words("main#case a.document-link", "Utredning").await?;
        self.guardian()?.see("main#document .masked").await?;
        self.picture_of(Cast::Guardian, "masked-in-a-document", "main#document .masked").await?;
        self.guardian()?.click("#nav-messages").await?;
        self.guardian()?.click("main#messages a.thread-row").await?;
        self.guardian()?.see("main#thread .acting").await?;
        self.guardian()?.see_end().await?;
        self.picture(Cast::Guardian, "guardian-thread").await
    }

    pub(super) async fn guardian_is_given_more(&mut self) -> Result<()> {
        self.step("She sees whom she acts for, and makes a code by which somebody can let her act for them, too");
        self.guardian()?.click("#nav-me").await?;
        self.guardian()?.click("#relations-link").await?;
        self.guardian()?.see("main#relations .relation").await?;
        self.picture(Cast::Guardian, "relations").await?;
        self.guardian()?.click("#invitation-make").await?;
        self.guardian()?.see("#invitation").await?;
        self.picture_of(Cast::Guardian, "invitation", "#invitation").await?;
        let code = self.guardian()?.run("return document.querySelector('#invitation').innerText", Vec::new()).await?;
        let code = code.as_str().context("the code is words")?.to_owned();

        self.step("Maja gives her a power of attorney with that code; what she gives is asked about once more");
        self.resident()?.click("#nav-me").await?;
        self.resident()?.click("#relations-link").await?;
        self.resident()?.see("main#relations #give-code").await?;
        self.picture(Cast::Resident, "nobody-acts").await?;
        self.resident()?.write("#give-code", &code[..11]).await?;
        self.resident()?.click("#give-next").await?;
        self.resident()?.see("#give-fault").await?;
        self.picture_of(Cast::Resident, "give-code-wrong", ".give").await?;
        self.resident()?.paste("#give-code", &code).await?;
        self.resident()?.click(".give label:has([type=checkbox])").await?;
        self.resident()?.click("#give-next").await?;
        self.resident()?.see("#give-confirm").await?;
        self.picture_of(Cast::Resident, "give-asked", ".confirm").await?;
        self.resident()?.click("#give-confirm").await?;
        self.resident()?.see("main#relations .relation:not(.giving)").await?;
        self.picture(Cast::Resident, "given").await?;
        self.guardian()?.see(".relation .withdraw").await?;
        self.guardian()?.click(".relation .withdraw").await?;
        self.guardian()?.see("#withdraw-confirm").await?;
        let both = self.guardian()?.run("return document.querySelectorAll('.relation').length", Vec::new()).await?;
        anyhow::ensure!(both == json!(2), "she acts for {both}");
        self.picture_of(Cast::Guardian, "acting-for-two", "#withdraw-confirm").await?;
        self.close(Cast::Guardian).await
    }

    fn guardian(&self) -> Result<&Window> {
        self.window(Cast::Guardian)
    }
}
