//! See `backend/src/fuzz.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| backend::fuzz::metadata(input));
