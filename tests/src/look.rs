//! How the app looks in pictures: in which theme and language, and for a gallery in which other shapes of
//! window besides the usual one. What a picture cannot show to a machine, [`Window::faults`] looks for: text that is
//! cut, wider than the window, too pale, or left in another language.

use anyhow::{Context as _, Result, bail, ensure};
use serde_json::json;

use crate::stage::Role;
use crate::wait::{LONG, until};
use crate::window::{Size, Window};

/// Theme and language of all windows of a tour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Look {
    /// What the desktop prefers.
    pub theme: Theme,
    /// The language that is chosen in the app.
    pub language: Language,
    /// Whether every picture of the app is taken in every shape.
    pub in_every_shape: bool,
}

/// What a desktop can prefer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Theme {
    /// Nothing in particular.
    Light,
    /// Dark colours.
    Dark,
    /// High contrast, and nothing that moves.
    Contrast,
}

/// A language of the app.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Language {
    /// The one that it begins in.
    Swedish,
    /// English.
    English,
    /// Written from right to left.
    Arabic,
}

/// A window's size, and how large its text is in percent of the usual.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Shape {
    /// Stands in the names of pictures.
    pub name: &'static str,
    /// Width and height.
    pub size: Size,
    /// 100 or more.
    pub text: u32,
}

const RESIDENT_SHAPES: [Shape; 4] = [
    Shape { name: "tablet", size: (768, 1024), text: 100 },
    Shape { name: "laptop", size: (1280, 800), text: 100 },
    Shape { name: "narrowest", size: (320, 640), text: 100 },
    Shape { name: "large-text", size: (390, 844), text: 200 },
];

const DESK_SHAPES: [Shape; 3] = [
    Shape { name: "smallest", size: (900, 600), text: 100 },
    Shape { name: "wide", size: (1600, 1000), text: 100 },
    Shape { name: "large-text", size: (1280, 800), text: 200 },
];

impl Look {
    /// Light, Swedish, one shape.
    pub const USUAL: Self = Self { theme: Theme::Light, language: Language::Swedish, in_every_shape: false };

    /// Reads `dark-ar` and the like: a look in every shape.
    ///
    /// # Errors
    /// When it is none.
    pub fn parse(name: &str) -> Result<Self> {
        let (theme, language) = name.split_once('-').context("a look is THEME-LANGUAGE")?;
        let theme = match theme {
            "light" => Theme::Light,
            "dark" => Theme::Dark,
            "contrast" => Theme::Contrast,
            other => bail!("no theme is called {other}"),
        };
        let language = Language::ALL.into_iter().find(|it| it.tag() == language);
        Ok(Self { theme, language: language.context("the app does not speak that")?, in_every_shape: true })
    }

    /// The shapes besides the usual one.
    pub fn shapes(self, role: Role) -> &'static [Shape] {
        match (self.in_every_shape, role) {
            (false, _) => &[],
            (true, Role::Resident) => &RESIDENT_SHAPES,
            (true, Role::Caseworker) => &DESK_SHAPES,
        }
    }
}

impl Language {
    const ALL: [Self; 3] = [Self::Swedish, Self::English, Self::Arabic];

    /// As in HTML.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Swedish => "sv",
            Self::English => "en",
            Self::Arabic => "ar",
        }
    }
}

impl Window {
    /// Chooses the language where it is offered, before the login.
    ///
    /// # Errors
    /// When the window does not follow.
    pub async fn speak(&self, language: Language) -> Result<()> {
        let tag = language.tag();
        self.click(&format!(".languages [lang={tag}]")).await?;
        self.see(&format!("html[lang={tag}] .languages [lang={tag}][aria-pressed=true]")).await
    }

    /// What the page believes that its desktop prefers.
    ///
    /// # Errors
    /// When the window does not answer.
    pub async fn theme(&self) -> Result<Theme> {
        let script = "return ['(prefers-color-scheme: dark)', '(prefers-contrast: more) and (prefers-reduced-motion)']\
                      .map(it => matchMedia(it).matches)";
        let answers = self.run(script, Vec::new()).await?;
        match serde_json::from_value::<[bool; 2]>(answers)? {
            [false, false] => Ok(Theme::Light),
            [true, false] => Ok(Theme::Dark),
            [false, true] => Ok(Theme::Contrast),
            [true, true] => bail!("dark and of high contrast at once is no theme here"),
        }
    }

    /// What is wrong with how the page looks, one line each.
    ///
    /// # Errors
    /// When the window does not answer.
    pub async fn faults(&self) -> Result<Vec<String>> {
        let found = self.run(include_str!("faults.js"), Vec::new()).await?;
        serde_json::from_value(found).context("faults are a list of lines")
    }

    /// Makes text larger or smaller, in percent of the usual.
    ///
    /// # Errors
    /// When the window does not answer.
    pub async fn scale_text(&self, percent: u32) -> Result<()> {
        // The style sheet's own size, times the wish.
        let script = "const root = document.documentElement; root.style.fontSize = ''; if (arguments[0] !== 100) \
                      root.style.fontSize = parseFloat(getComputedStyle(root).fontSize) * arguments[0] / 100 + 'px'";
        self.run(script, vec![json!(percent)]).await.map(drop)
    }

    /// Where what scrolls stands; 0 where nothing does.
    ///
    /// # Errors
    /// When the window does not answer.
    pub async fn scrolled(&self) -> Result<f64> {
        let top = self.run(&format!("{SCROLLER} return it ? it.scrollTop : 0"), Vec::new()).await?;
        top.as_f64().context("a place is a number")
    }

    /// Waits until the end of an open thread is in sight.
    ///
    /// # Errors
    /// When it does not come.
    pub async fn see_end(&self) -> Result<()> {
        const IN_SIGHT: &str = "const end = document.querySelector('#thread .end'); \
             return !!end && end.getBoundingClientRect().top <= innerHeight";
        let seen = async || Ok((self.run(IN_SIGHT, Vec::new()).await? == json!(true)).then_some(()));
        until("the end of the thread to be in sight", LONG, seen).await
    }

    /// Scrolls to what the selector names.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn bring(&self, selector: &str) -> Result<()> {
        let script = "const it = document.querySelector(arguments[0]); if (it) it.scrollIntoView({ block: 'center' }); \
                      return !!it";
        let is_there = self.run(script, vec![json!(selector)]).await?;
        ensure!(is_there == json!(true), "{selector} is not there");
        Ok(())
    }

    /// Scrolls to a place from the top, and says whether there is more below.
    ///
    /// # Errors
    /// When the window does not answer.
    pub async fn scroll_to(&self, top: f64) -> Result<bool> {
        let script = format!(
            "{SCROLLER} if (!it) return false; it.scrollTop = arguments[0]; \
             return it.scrollTop + it.clientHeight < it.scrollHeight - 1"
        );
        let more = self.run(&script, vec![json!(top)]).await?;
        more.as_bool().context("yes or no")
    }
}

/// What scrolls: the pane, the page within its frame, or the whole window.
const SCROLLER: &str = "const it = [...document.querySelectorAll('.desk-content, .content'), document.scrollingElement]\
    .find(it => it.scrollHeight > it.clientHeight + 1 && \
    (it === document.scrollingElement || getComputedStyle(it).overflowY === 'auto'));";

#[cfg(test)]
mod tests {
    use super::{Language, Look, Theme};
    use crate::browser::open;
    use crate::desktop::Desktop;

    #[test]
    fn a_look_has_a_name() {
        let look = Look { theme: Theme::Dark, language: Language::Arabic, in_every_shape: true };
        assert_eq!(Look::parse("dark-ar").expect("understood"), look);
        for not in ["dark", "dark-xx", "grey-sv", ""] {
            assert!(Look::parse(not).is_err(), "{not}");
        }
    }

    #[tokio::test]
    async fn what_looks_wrong_is_found_and_what_does_not_is_not() {
        let folder = tempfile::tempdir().expect("a temp folder");
        let desktop = Desktop::start(folder.path()).await.expect("a desktop");
        let page =
            |body: &str| format!("data:text/html;charset=utf-8,<html lang=ar><body style='background:white'>{body}");
        let window = open(&desktop, folder.path(), &page("")).await.expect("a window");
        for (body, fault) in [
            ("<p style='width:2000px'>نص", "wider than the window"),
            ("<p style='width:3em;overflow:hidden;white-space:nowrap'>نص طويل جدا لا يتسع", "is cut"),
            ("<p style='color:rgb(200,200,200)'>نص", "too pale"),
            ("<p>Inte översatt", "not in this language"),
            ("<p>home-title", "has no words"),
            ("<button style='width:12px;height:12px;padding:0'>×</button>", "too small to hit"),
        ] {
            window.visit(&page(body)).await.expect("it loads");
            let found = window.faults().await.expect("an answer");
            assert!(found.len() == 1 && found[0].contains(fault), "{body}: {found:?}");
        }
        for fine in ["<p>نص <bdi>Maja Sjögren</bdi>", "<p lang=sv>På svenska", "<p>نص \u{2068}Maja\u{2069}"] {
            window.visit(&page(fine)).await.expect("it loads");
            assert_eq!(window.faults().await.expect("an answer"), [""; 0], "{fine}");
        }
    }
}
