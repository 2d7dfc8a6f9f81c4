//! What the fuzz targets share: the checks are those of `core/tests/regressions.rs`.

#[path = "../../tests/checks/mod.rs"]
pub mod checks;
