//! The story in the real windows, with a picture of what matters, in the look that is wished for. A step that
//! fails leaves pictures of every open window beside the others; what looks wrong in any picture fails the tour.

mod computer;
mod guardian;
mod own;
mod story;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context as _, Result, ensure};

use crate::browser::{self, HandOver};
use crate::desktop::Desktop;
use crate::look::{Look, Shape};
use crate::person::{confirm_on_this_device, write_new_code};
use crate::say;
use crate::stage::{Role, Stage};
use crate::window::Window;

/// So many windowfuls of a long page are pictured at most.
const WINDOWFULS: u32 = 6;

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
/// When a step fails; the error names it. Also when something looks wrong, after all pictures are taken.
pub async fn play(folder: &Path, look: Look) -> Result<Told> {
    fs::create_dir_all(folder)?;
    for entry in fs::read_dir(folder)? {
        let old = entry?.path();
        if old.extension().is_some_and(|it| it == "png") {
            fs::remove_file(old)?;
        }
    }
    let mut tour = Tour::start(folder, look).await?;
    let told = tour.tell().await;
    if told.is_err() {
        tour.show_failure().await;
    }
    told.with_context(|| format!("step {}: {}", tour.steps, tour.step))?;
    ensure!(tour.faults.is_empty(), "{} things look wrong:\n{}", tour.faults.len(), tour.faults.join("\n"));
    Ok(Told { steps: tour.steps, pictures: tour.pictures })
}

/// The windows are named before what they stand on, as fields are dropped in that order.
struct Tour {
    windows: BTreeMap<Cast, Window>,
    links: BTreeMap<Cast, HandOver>,
    desktop: Desktop,
    stage: Stage,
    folder: PathBuf,
    look: Look,
    step: String,
    steps: u32,
    scenes: u32,
    pictures: u32,
    faults: Vec<String>,
}

impl Tour {
    async fn start(folder: &Path, look: Look) -> Result<Self> {
        let stage = Stage::start().await?;
        let desktop = Desktop::start(stage.folder()).await?;
        desktop.prefer(look.theme)?;
        Ok(Self {
            windows: BTreeMap::new(),
            links: BTreeMap::new(),
            desktop,
            stage,
            folder: folder.to_owned(),
            look,
            step: "everything starts".to_owned(),
            steps: 0,
            scenes: 0,
            pictures: 0,
            faults: Vec::new(),
        })
    }

    /// Begins the next step.
    fn step(&mut self, words: &str) {
        self.steps += 1;
        self.step = words.to_owned();
        say(&format!("{:>3}  {words}", self.steps));
    }

    /// Leaves a picture of a window, and of the app one in each of the look's other shapes, all down the page.
    async fn picture(&mut self, of: Cast, name: &str) -> Result<()> {
        self.picture_in_shapes(of, name, None).await
    }

    /// The same of one place in the page: what stands around it was pictured before.
    async fn picture_of(&mut self, of: Cast, name: &str, selector: &str) -> Result<()> {
        self.picture_in_shapes(of, name, Some(selector)).await
    }

    async fn picture_in_shapes(&mut self, of: Cast, name: &str, place: Option<&str>) -> Result<()> {
        self.scenes += 1;
        let name = format!("{:02}-{name}", self.scenes);
        if let Some(selector) = place {
            self.window(of)?.bring(selector).await?;
        }
        self.take(of, &name).await.with_context(|| format!("picture {name}"))?;
        let Some(role) = of.role() else { return Ok(()) };
        self.inspect(of, &name).await?;
        let shapes = self.look.shapes(role);
        if shapes.is_empty() {
            return Ok(());
        }
        let (usual, stood) = (self.window(of)?.size(), self.window(of)?.scrolled().await?);
        for shape in [&[Shape { name: "usual", size: usual, text: 100 }], shapes].concat() {
            self.shape(of, shape).await?;
            let name = format!("{name}-{}", shape.name);
            self.inspect(of, &name).await?;
            let taken = match place {
                Some(selector) => {
                    self.window(of)?.bring(selector).await?;
                    self.take(of, &format!("{name}-1")).await
                }
                None => self.take_all(of, &name).await,
            };
            taken.with_context(|| format!("picture {name}"))?;
        }
        self.shape(of, Shape { name: "usual", size: usual, text: 100 }).await?;
        self.window(of)?.scroll_to(stood).await.map(drop)
    }

    /// One picture of the window as it stands.
    async fn take(&mut self, of: Cast, name: &str) -> Result<()> {
        let picture = self.window(of)?.picture().await?;
        self.pictures += 1;
        Ok(fs::write(self.folder.join(format!("{name}.png")), picture)?)
    }

    /// One picture for each windowful, from the top.
    async fn take_all(&mut self, of: Cast, name: &str) -> Result<()> {
        let mut top = 0.0;
        for part in 1..=WINDOWFULS {
            let more = self.window(of)?.scroll_to(top).await?;
            self.take(of, &format!("{name}-{part}")).await?;
            if !more {
                break;
            }
            // A little of what was shown before stands in the next one, too.
            top += f64::from(self.window(of)?.size().1) * 0.7;
        }
        Ok(())
    }

    async fn shape(&mut self, of: Cast, shape: Shape) -> Result<()> {
        let window = self.windows.get_mut(&of).with_context(|| of.is_not_open())?;
        window.scale_text(shape.text).await?;
        window.resize(shape.size).await
    }

    /// Notes what looks wrong.
    async fn inspect(&mut self, of: Cast, name: &str) -> Result<()> {
        let found = self.window(of)?.faults().await.with_context(|| format!("picture {name}"))?;
        self.faults.extend(found.into_iter().map(|fault| format!("{name}: {fault}")));
        Ok(())
    }

    /// Opens somebody's app, as it was left on their device.
    async fn open_app(&mut self, of: Cast) -> Result<()> {
        let role = of.role().context("a browser is no app")?;
        let links = HandOver::new(self.stage.folder(), of.name())?;
        let mut program = self.stage.app(role, of.name(), &links)?;
        if of == Cast::Computer {
            program.env.push(Desktop::no_keyring());
        }
        let window = Window::open(&self.desktop, self.stage.folder(), &program).await?;
        let theme = window.theme().await?;
        ensure!(theme == self.look.theme, "the window takes its desktop for {theme:?}");
        self.links.insert(of, links);
        self.windows.insert(of, window);
        Ok(())
    }

    /// Opens the browser where the app wants it.
    async fn open_browser(&mut self, of: Cast) -> Result<()> {
        let address = self.links.get(&of).with_context(|| of.is_not_open())?.address().await?;
        let browser = browser::open(&self.desktop, self.stage.folder(), &address).await?;
        self.windows.insert(Cast::Browser, browser);
        Ok(())
    }

    /// Goes through a login that the app has asked for, to the code for the device.
    async fn finish_login(&mut self, of: Cast, number: &str) -> Result<()> {
        self.open_browser(of).await?;
        confirm_on_this_device(self.window(Cast::Browser)?, number).await?;
        self.close(Cast::Browser).await?;
        write_new_code(self.window(of)?).await?;
        self.window(of)?.click("#code-submit").await
    }

    async fn close(&mut self, of: Cast) -> Result<()> {
        self.windows.remove(&of).with_context(|| of.is_not_open())?.close().await
    }

    fn window(&self, of: Cast) -> Result<&Window> {
        self.windows.get(&of).with_context(|| of.is_not_open())
    }

    async fn show_failure(&self) {
        for (of, window) in &self.windows {
            let name = of.name();
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
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Cast {
    /// Maja's phone.
    Resident,
    /// A computer without a keyring that Maja uses, too.
    Computer,
    /// Ida's phone.
    Guardian,
    /// Helena's desk.
    Caseworker,
    /// Whoever's browser is open.
    Browser,
    /// The phone that holds an e-identification.
    Phone,
}

impl Cast {
    /// Whose app it is, if it is one.
    fn role(self) -> Option<Role> {
        match self {
            Self::Resident | Self::Computer | Self::Guardian => Some(Role::Resident),
            Self::Caseworker => Some(Role::Caseworker),
            Self::Browser | Self::Phone => None,
        }
    }

    /// Names files.
    fn name(self) -> &'static str {
        match self {
            Self::Resident => "resident",
            Self::Computer => "computer",
            Self::Guardian => "guardian",
            Self::Caseworker => "caseworker",
            Self::Browser => "browser",
            Self::Phone => "phone",
        }
    }

    fn is_not_open(self) -> String {
        format!("the window of {} is not open", self.name())
    }
}
