//! `tour FOLDER [LOOK]`: plays the story in the real windows, without a display, and leaves numbered pictures; in a
//! look such as `dark-ar`, with every shape of window.

use std::env;
use std::path::Path;
use std::process::ExitCode;

use digiteam_tests::look::Look;
use digiteam_tests::tour::play;
use tokio::signal::ctrl_c;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let words: Vec<String> = env::args().skip(1).collect();
    let (folder, look) = match words.as_slice() {
        [folder] => (folder, Ok(Look::USUAL)),
        [folder, look] => (folder, Look::parse(look)),
        _ => {
            digiteam_tests::say("usage: tour FOLDER [LOOK]");
            return ExitCode::from(2);
        }
    };
    let folder = Path::new(folder);
    let played = tokio::select! {
        played = async { play(folder, look?).await } => played,
        // Dropping the story ends all that it started.
        _ = ctrl_c() => return ExitCode::from(130),
    };
    match played {
        Ok(told) => {
            digiteam_tests::say(&format!("tour: {} steps, {} pictures", told.steps, told.pictures));
            ExitCode::SUCCESS
        }
        Err(error) => {
            digiteam_tests::say(&format!("error: {error:#}"));
            ExitCode::FAILURE
        }
    }
}
