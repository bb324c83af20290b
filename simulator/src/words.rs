//! What the pages say, in Swedish and English.
//!
//! Hint codes come as text, as they do from the real service, whose list grows: each has a sentence, and all others share
//! a default one.

use crate::order::Device;

/// A language of the pages.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Language {
    Swedish,
    English,
}

impl Language {
    /// The first of `ui_locales` that is spoken here; Swedish otherwise.
    pub(crate) fn choose(locales: &str) -> Self {
        let known = |locale: &str| match locale.split('-').next() {
            Some("sv") => Some(Self::Swedish),
            Some("en") => Some(Self::English),
            _ => None,
        };
        locales.split_whitespace().find_map(known).unwrap_or(Self::Swedish)
    }

    pub(crate) fn tag(self) -> &'static str {
        match self {
            Self::Swedish => "sv",
            Self::English => "en",
        }
    }

    pub(crate) fn words(self) -> &'static Words {
        match self {
            Self::Swedish => &SWEDISH,
            Self::English => &ENGLISH,
        }
    }

    /// What a hint code of a pending order means to the person.
    pub(crate) fn pending(self, hint: &str, device: Device) -> &'static str {
        match (self, hint, device) {
            (Self::Swedish, "outstandingTransaction" | "noClient", Device::Other) => {
                "Väntar på att appen öppnas på den andra enheten."
            }
            (Self::English, "outstandingTransaction" | "noClient", Device::Other) => {
                "Waiting for the app to be opened on the other device."
            }
            (Self::Swedish, "outstandingTransaction" | "noClient", Device::This) => {
                "Väntar på att appen öppnas på den här enheten."
            }
            (Self::English, "outstandingTransaction" | "noClient", Device::This) => {
                "Waiting for the app to be opened on this device."
            }
            (Self::Swedish, "started", _) => "Appen är öppen. Välj vem du är.",
            (Self::English, "started", _) => "The app is open. Choose who you are.",
            (Self::Swedish, "userMrtd", _) => "Läs av ditt pass eller id-kort i appen.",
            (Self::English, "userMrtd", _) => "Scan your passport or identity card in the app.",
            (Self::Swedish, "userCallConfirm", _) => "Svara i appen på om det är du som ringer.",
            (Self::English, "userCallConfirm", _) => "Answer in the app whether it is you who is calling.",
            (Self::Swedish, "userSign", _) => "Bekräfta i appen att det är du.",
            (Self::English, "userSign", _) => "Confirm in the app that it is you.",
            (Self::Swedish, _, _) => "Legitimeringen pågår.",
            (Self::English, _, _) => "Identification in progress.",
        }
    }

    /// What a hint code of a failed order means to the person.
    pub(crate) fn failed(self, hint: &str) -> &'static str {
        match (self, hint) {
            (Self::Swedish, "startFailed") => "Appen öppnades inte i tid.",
            (Self::English, "startFailed") => "The app was not opened in time.",
            (Self::Swedish, "expiredTransaction") => "Det dröjde för länge innan du bekräftade.",
            (Self::English, "expiredTransaction") => "It took too long to confirm.",
            (Self::Swedish, "certificateErr") => "Legitimationen är spärrad eller för gammal.",
            (Self::English, "certificateErr") => "The identification is blocked or too old.",
            (Self::Swedish, "cancelled") => "En ny legitimering påbörjades, så den här avbröts.",
            (Self::English, "cancelled") => "Another identification was begun, so this one was stopped.",
            (Self::Swedish, "userDeclinedCall") => "Du svarade i appen att det inte är du som ringer.",
            (Self::English, "userDeclinedCall") => "You answered in the app that it is not you who is calling.",
            (Self::Swedish, "notSupportedByUserApp") => "Din app är för gammal för det här. Uppdatera den.",
            (Self::English, "notSupportedByUserApp") => "Your app is too old for this. Update it.",
            (Self::Swedish, "transactionRiskBlocked") => "Legitimeringen stoppades för att skydda dig.",
            (Self::English, "transactionRiskBlocked") => "The identification was stopped to protect you.",
            (Self::Swedish, _) => "Något gick fel.",
            (Self::English, _) => "Something went wrong.",
        }
    }
}

/// Fixed texts of the pages.
pub(crate) struct Words {
    pub(crate) banner: &'static str,
    pub(crate) banner_more: &'static str,
    pub(crate) title: &'static str,
    pub(crate) asks: &'static str,
    pub(crate) where_app: &'static str,
    pub(crate) this_device: &'static str,
    pub(crate) other_device: &'static str,
    pub(crate) cancel: &'static str,
    pub(crate) scan: &'static str,
    pub(crate) scan_more: &'static str,
    pub(crate) qr: &'static str,
    pub(crate) open_phone: &'static str,
    pub(crate) new_window: &'static str,
    pub(crate) open_title: &'static str,
    pub(crate) open_app: &'static str,
    pub(crate) failed: &'static str,
    pub(crate) retry: &'static str,
    pub(crate) retry_more: &'static str,
    pub(crate) phone: &'static str,
    pub(crate) who: &'static str,
    pub(crate) confirm_title: &'static str,
    pub(crate) confirm: &'static str,
    pub(crate) confirm_more: &'static str,
    pub(crate) sign_title: &'static str,
    pub(crate) sign: &'static str,
    pub(crate) asks_sign: &'static str,
    pub(crate) you_are: &'static str,
    pub(crate) tells: &'static str,
    pub(crate) tells_name: &'static str,
    pub(crate) tells_number: &'static str,
    pub(crate) tells_post: &'static str,
    pub(crate) force: &'static str,
    pub(crate) force_pending: &'static str,
    pub(crate) force_failed: &'static str,
    pub(crate) done: &'static str,
    pub(crate) done_more: &'static str,
    pub(crate) denied: &'static str,
    pub(crate) denied_more: &'static str,
    pub(crate) ended: &'static str,
    pub(crate) ended_more: &'static str,
    pub(crate) refused: &'static str,
    pub(crate) refused_more: &'static str,
}

const SWEDISH: Words = Words {
    banner: "Låtsaslegitimation för utveckling",
    banner_more: "Ingen riktig e‑legitimation används. Alla personer är påhittade.",
    title: "Legitimera dig",
    asks: "vill att du legitimerar dig.",
    where_app: "Var har du din app?",
    this_device: "BankID på den här enheten",
    other_device: "BankID på en annan enhet",
    cancel: "Avbryt",
    scan: "Skanna QR-koden",
    scan_more: "Här finns ingen riktig telefon. Öppna den låtsade i stället.",
    qr: "QR-kod som byts varje sekund",
    open_phone: "Öppna den låtsade telefonen",
    new_window: "öppnas i ett nytt fönster",
    open_title: "Öppna appen",
    open_app: "Öppna den låtsade appen",
    failed: "Det gick inte att legitimera dig",
    retry: "Försök igen",
    retry_more: "Du kan försöka igen eller avbryta.",
    phone: "Låtsad app",
    who: "Vem är du?",
    confirm_title: "Är det du?",
    confirm: "Legitimera mig",
    confirm_more: "Bekräfta bara om du själv just har begärt det.",
    sign_title: "Skriv under",
    sign: "Skriv under",
    asks_sign: "vill att du skriver under det här:",
    you_are: "Du är",
    tells: "Det här lämnas ut",
    tells_name: "namn och födelsedatum",
    tells_number: "personnummer",
    tells_post: "arbetsplats",
    force: "Prova ett annat svar",
    force_pending: "Legitimeringen pågår, med koden",
    force_failed: "Legitimeringen misslyckas, med koden",
    done: "Klart",
    done_more: "Gå tillbaka till fönstret där du började.",
    denied: "Avbrutet",
    denied_more: "Ingenting lämnades ut. Du kan stänga den här sidan.",
    ended: "Den här inloggningen är avslutad",
    ended_more: "Gå tillbaka till tjänsten och börja om därifrån.",
    refused: "Inloggningen kan inte påbörjas",
    refused_more: "Tjänsten som skickade dig hit är inte känd här, eller så är adressen fel.",
};

const ENGLISH: Words = Words {
    banner: "Pretend identification for development",
    banner_more: "No real e‑identification is used. Everyone here is invented.",
    title: "Identify yourself",
    asks: "asks you to identify yourself.",
    where_app: "Where is your app?",
    this_device: "BankID on this device",
    other_device: "BankID on another device",
    cancel: "Cancel",
    scan: "Scan the QR code",
    scan_more: "There is no real phone here. Open the pretend one instead.",
    qr: "QR code that changes every second",
    open_phone: "Open the pretend phone",
    new_window: "opens in a new window",
    open_title: "Open the app",
    open_app: "Open the pretend app",
    failed: "You are not identified",
    retry: "Try again",
    retry_more: "You can try again or cancel.",
    phone: "Pretend app",
    who: "Who are you?",
    confirm_title: "Is this you?",
    confirm: "Identify me",
    confirm_more: "Confirm only if you have just asked for it yourself.",
    sign_title: "Sign",
    sign: "Sign",
    asks_sign: "asks you to sign this:",
    you_are: "You are",
    tells: "Given out",
    tells_name: "name and date of birth",
    tells_number: "personal number",
    tells_post: "place of work",
    force: "Try another answer",
    force_pending: "The identification goes on, with the code",
    force_failed: "The identification fails, with the code",
    done: "Done",
    done_more: "Go back to the window where you began.",
    denied: "Cancelled",
    denied_more: "Nothing was given out. You can close this page.",
    ended: "This login has ended",
    ended_more: "Go back to the service and start again from there.",
    refused: "The login cannot begin",
    refused_more: "The service that sent you is not known here, or the address is wrong.",
};

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_known_language_is_spoken() {
        assert_eq!(Language::choose("fi en-GB sv"), Language::English);
        assert_eq!(Language::choose("fi"), Language::Swedish);
        assert_eq!(Language::choose(""), Language::Swedish);
    }

    #[test]
    fn an_unheard_of_hint_has_words_too() {
        assert_eq!(Language::Swedish.pending("somethingNew", Device::This), "Legitimeringen pågår.");
        assert_eq!(Language::Swedish.failed("somethingNew"), "Något gick fel.");
    }
}
