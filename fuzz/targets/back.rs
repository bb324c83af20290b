//! See `backend/src/fuzz.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &str| backend::fuzz::back(input));
