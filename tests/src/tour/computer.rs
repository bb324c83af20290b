//! Another way in: a code that staff give to whoever has no e-identification, on a computer that has no keyring, so that
//! a passphrase guards what is stored.

use anyhow::{Context as _, Result};

use super::{Cast, Tour};
use crate::window::Window;

const PASSPHRASE: &str = "sju sjösjuka män";

impl Tour {
    pub(super) async fn code_is_given(&mut self) -> Result<()> {
        self.step("Maja's phone is all that she can identify herself with; Helena knows her and gives her a code");
        self.caseworker()?.click("#give-invite").await?;
        self.caseworker()?.see("#make-invite").await?;
        self.picture_of(Cast::Caseworker, "give-code", ".give-invite").await?;
        self.caseworker()?.click("label:has([name=checked][value=known])").await?;
        self.caseworker()?.click("#make-invite").await?;
        self.caseworker()?.see("#given-code").await?;
        self.picture_of(Cast::Caseworker, "code-given", ".give-invite").await
    }

    pub(super) async fn computer_comes_in_with_it(&mut self) -> Result<()> {
        let code = "return document.querySelector('#given-code').innerText";
        let code = self.caseworker()?.run(code, Vec::new()).await?;
        let code = code.as_str().context("the code is words")?.to_owned();
        self.caseworker()?.click("#give-invite").await?;

        self.step("On a computer she writes the code; a slip is said, and what she wrote stays");
        self.open_app(Cast::Computer).await?;
        self.computer()?.see("input[name=municipality]").await?;
        self.computer()?.speak(self.look.language).await?;
        self.computer()?.click("#have-invite").await?;
        self.computer()?.see("#invite-code").await?;
        self.picture_of(Cast::Computer, "write-code", "#invite").await?;
        self.computer()?.write("#invite-code", "K7QF-M2XD").await?;
        self.computer()?.click("#use-invite").await?;
        self.computer()?.see("#invite-fault").await?;
        self.picture_of(Cast::Computer, "code-unknown", "#invite").await?;
        self.computer()?.paste("#invite-code", &code).await?;
        self.computer()?.click("#use-invite").await?;

        self.step("The computer keeps no keys, so she chooses a passphrase, or to leave nothing there");
        self.computer()?.see("#choose-code input.passphrase").await?;
        self.picture(Cast::Computer, "choose-passphrase").await?;
        self.computer()?.write("#code", "kort").await?;
        self.computer()?.write("#code-again", "kort").await?;
        self.computer()?.click("#code-submit").await?;
        self.computer()?.see("#code-fault").await?;
        self.picture(Cast::Computer, "passphrase-too-short").await?;
        self.computer()?.paste("#code", PASSPHRASE).await?;
        self.computer()?.paste("#code-again", PASSPHRASE).await?;
        self.computer()?.click("#code-submit").await?;
        self.computer()?.see("main#home").await?;
        self.computer()?.see("#freshness[data-online=true]").await?;
        self.picture(Cast::Computer, "home-by-code").await?;

        self.step("With a code alone there are messages but no file, and the app says why");
        self.computer()?.click("#nav-case").await?;
        self.computer()?.see("main#cases .empty").await?;
        self.picture(Cast::Computer, "case-by-code").await?;
        self.computer()?.click("#nav-me").await?;
        self.computer()?.click("#lock").await?;
        self.computer()?.see("#unlock").await?;
        self.picture(Cast::Computer, "locked-by-passphrase").await?;
        self.computer()?.write("#code", PASSPHRASE).await?;
        self.computer()?.click("#unlock").await?;
        self.computer()?.see("main#me").await
    }

    fn computer(&self) -> Result<&Window> {
        self.window(Cast::Computer)
    }
}
