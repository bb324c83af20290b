//! What is a person's own: what they are asked to do, their page, who has looked at what is written about them, and where
//! they are logged in.

use anyhow::Result;

use super::{Cast, Tour};

impl Tour {
    pub(super) async fn resident_looks_after_her_things(&mut self) -> Result<()> {
        self.step("She says that a thing is done");
        self.resident()?.click("#nav-home").await?;
        self.resident()?.click("main#home .task .complete").await?;
        self.resident()?.see(".notice.done").await?;
        self.picture(Cast::Resident, "done").await?;

        self.step("On her own page she finds language, help, and the way out, which says what it takes away");
        self.resident()?.click("#nav-me").await?;
        self.resident()?.see("main#me #devices .device").await?;
        self.picture(Cast::Resident, "me").await?;
        self.resident()?.click("#sign-out").await?;
        self.resident()?.see("#sign-out-confirm").await?;
        self.picture(Cast::Resident, "log-out").await?;
        self.resident()?.click(".confirm button:not(.danger)").await
    }

    pub(super) async fn resident_sees_who_has_what(&mut self) -> Result<()> {
        self.step("She reads who has looked at what is written about her");
        self.resident()?.click("a#access-log").await?;
        self.resident()?.see("main#access-log .log-line").await?;
        self.picture(Cast::Resident, "who-has-looked").await?;
        self.resident()?.click("main .back").await?;

        self.step("The computer is logged in as well; she ends that from her phone");
        self.resident()?.click(".device[data-this=false] button").await?;
        self.resident()?.see("#device-sign-out-confirm").await?;
        self.picture_of(Cast::Resident, "devices", "#devices").await?;
        self.resident()?.click("#device-sign-out-confirm").await?;
        self.window(Cast::Computer)?.see("#login-needed, #reason").await?;
        self.picture(Cast::Computer, "logged-out-from-afar").await?;
        self.close(Cast::Computer).await
    }

    pub(super) async fn own_page_without_network(&mut self) -> Result<()> {
        self.step("Who has looked, and where she is logged in, only the service knows; the app says so");
        self.resident()?.click("#nav-me").await?;
        self.resident()?.see("main#me #devices .notice.bad").await?;
        self.picture_of(Cast::Resident, "devices-offline", "#devices").await?;
        self.resident()?.click("a#access-log").await?;
        self.resident()?.see("main#access-log .notice.bad").await?;
        self.picture(Cast::Resident, "who-has-looked-offline").await
    }
}
