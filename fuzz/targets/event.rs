//! See `client/src/fuzz.rs`.
#![no_main]

libfuzzer_sys::fuzz_target!(|input: &[u8]| client::fuzz::event(input));
