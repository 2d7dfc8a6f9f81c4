//! See `core/tests/checks/yaml.rs`.

#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| argo_offload_fuzz::checks::yaml(data));
