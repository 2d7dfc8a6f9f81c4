//! See `core/tests/checks/decompress.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| argo_offload_fuzz::checks::decompress(data));
