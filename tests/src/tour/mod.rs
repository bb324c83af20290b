//! The story in the real windows, with a picture of what matters. A step that fails leaves pictures of
//! every open window beside the others.

mod story;

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result};

use crate::browser::{self, HandOver};
use crate::desktop::Desktop;
use crate::say;
use crate::stage::{Role, Stage};
use crate::window::Window;

/// What a finished tour consists of.
pub struct Told {
    /// How many steps it had.
    pub steps: u32,
    /// How many pictures it left.
    pub pictures: u32,
}

/// Plays the story and leaves its pictures in the folder.
///
/// # Errors
/// When a step fails; the error names it.
pub async fn play(folder: &Path) -> Result<Told> {
    fs::create_dir_all(folder)?;
    for entry in fs::read_dir(folder)? {
        let old = entry?.path();
        if old.extension().is_some_and(|it| it == "png") {
            fs::remove_file(old)?;
        }
    }
    let mut tour = Tour::start(folder).await?;
    let told = tour.tell().await;
    if told.is_err() {
        tour.show_failure().await;
    }
    told.with_context(|| format!("step {}: {}", tour.steps, tour.step))?;
    Ok(Told { steps: tour.steps, pictures: tour.pictures })
}

/// The windows are named before what they stand on, as fields are dropped in that order.
struct Tour {
    resident: Option<Window>,
    caseworker: Option<Window>,
    browser: Option<Window>,
    phone: Option<Window>,
    desktop: Desktop,
    stage: Stage,
    resident_links: HandOver,
    caseworker_links: HandOver,
    folder: PathBuf,
    step: String,
    steps: u32,
    pictures: u32,
}

impl Tour {
    async fn start(folder: &Path) -> Result<Self> {
        let stage = Stage::start().await?;
        Ok(Self {
            resident: None,
            caseworker: None,
            browser: None,
            phone: None,
            desktop: Desktop::start(stage.folder()).await?,
            resident_links: HandOver::new(stage.folder(), "resident")?,
            caseworker_links: HandOver::new(stage.folder(), "caseworker")?,
            stage,
            folder: folder.to_owned(),
            step: "everything starts".to_owned(),
            steps: 0,
            pictures: 0,
        })
    }

    /// Begins the next step.
    fn step(&mut self, words: &str) {
        self.steps += 1;
        self.step = words.to_owned();
        say(&format!("{:>3}  {words}", self.steps));
    }

    /// Leaves a picture of a window.
    async fn picture(&mut self, of: Cast, name: &str) -> Result<()> {
        let picture = self.window(of)?.picture().await.with_context(|| format!("picture {name}"))?;
        self.pictures += 1;
        fs::write(self.folder.join(format!("{:02}-{name}.png", self.pictures)), picture)?;
        Ok(())
    }

    async fn open_app(&mut self, role: Role) -> Result<()> {
        let (profile, links) = match role {
            Role::Resident => ("resident", &self.resident_links),
            Role::Caseworker => ("caseworker", &self.caseworker_links),
        };
        let program = self.stage.app(role, profile, links)?;
        let window = Window::open(&self.desktop, self.stage.folder(), &program).await?;
        match role {
            Role::Resident => self.resident = Some(window),
            Role::Caseworker => self.caseworker = Some(window),
        }
        Ok(())
    }

    async fn open_browser(&mut self, role: Role) -> Result<()> {
        let links = if role == Role::Resident { &self.resident_links } else { &self.caseworker_links };
        let address = links.address().await?;
        self.browser = Some(browser::open(&self.desktop, self.stage.folder(), &address).await?);
        Ok(())
    }

    fn window(&self, of: Cast) -> Result<&Window> {
        let (window, name) = match of {
            Cast::Resident => (&self.resident, "the resident's window"),
            Cast::Caseworker => (&self.caseworker, "the caseworker's window"),
            Cast::Browser => (&self.browser, "the browser"),
            Cast::Phone => (&self.phone, "the phone"),
        };
        window.as_ref().with_context(|| format!("{name} is not open"))
    }

    async fn show_failure(&self) {
        for (of, name) in [
            (Cast::Resident, "resident"),
            (Cast::Caseworker, "caseworker"),
            (Cast::Browser, "browser"),
            (Cast::Phone, "phone"),
        ] {
            let Ok(window) = self.window(of) else { continue };
            let path = self.folder.join(format!("failed-{name}.png"));
            let shown = match window.raw_picture().await {
                Ok(picture) => fs::write(&path, picture).map_err(Into::into),
                Err(error) => Err(error),
            };
            match shown {
                Ok(()) => say(&format!("     what {name} showed: {}", path.display())),
                Err(error) => say(&format!("     what {name} showed cannot be told: {error:#}")),
            }
        }
    }
}

/// Whose window.
#[derive(Clone, Copy)]
enum Cast {
    Resident,
    Caseworker,
    Browser,
    Phone,
}
