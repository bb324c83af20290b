//! The desktop program: its arguments go to the library, which phones enter by another door.
#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

use std::process::ExitCode;

fn main() -> ExitCode {
    digiteam_app::start(std::env::args_os().skip(1))
}
