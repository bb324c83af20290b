//! `tour FOLDER`: plays the story in the real windows, without a display, and leaves numbered pictures.

use std::env;
use std::path::PathBuf;
use std::process::ExitCode;

use digiteam_tests::tour::play;
use tokio::signal::ctrl_c;

#[tokio::main(flavor = "current_thread")]
async fn main() -> ExitCode {
    let Some(folder) = env::args_os().nth(1).map(PathBuf::from) else {
        digiteam_tests::say("usage: tour FOLDER");
        return ExitCode::from(2);
    };
    let played = tokio::select! {
        played = play(&folder) => played,
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
