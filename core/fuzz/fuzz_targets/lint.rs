//! See `core/tests/checks/lint.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| argo_offload_fuzz::checks::lint(data));
