//! What the workflow-controller would say to its configuration, in browsers and in Node, offline.
//!
//! **Invariants:** nothing is kept between calls, and no input makes an export trap.

pub mod api;
mod positions;
pub mod size;
pub mod types;

use tsify::{Ts, Tsify};
use wasm_bindgen::prelude::*;

use size::SizeReport;
use types::{Completions, Edit, Findings, Fixed, Hover, LintOptions, Rules};

/// What the controller, and whoever it hurts later, would say to a text: its ConfigMap, its configuration or a part of
/// it, Helm values, or several such documents.
///
/// # Errors
/// A version is none.
#[wasm_bindgen]
pub fn lint(text: &str, options: Option<Ts<LintOptions>>) -> Result<Ts<Findings>, JsError> {
    let options = options.map(|options| options.to_rust()).transpose()?.unwrap_or_default();
    Ok(api::lint(text, &options).map_err(thrown)?.into_ts()?)
}

/// What `fix` takes of a finding.
#[derive(serde::Deserialize)]
struct Given {
    fix: Option<GivenFix>,
}

#[derive(serde::Deserialize)]
struct GivenFix {
    edits: Vec<Edit>,
}

/// Applies fixes: `"safe"` for those that can be applied without a person looking at them, or findings of `lint` for the
/// same text, whose fixes are applied whatever they are. A fix that would touch what another one changes is left.
///
/// # Errors
/// `fixes` is neither.
#[wasm_bindgen]
pub fn fix(
    text: &str,
    #[wasm_bindgen(unchecked_param_type = "Finding[] | \"safe\"")] fixes: JsValue,
) -> Result<Ts<Fixed>, JsError> {
    if fixes.as_string().as_deref() == Some("safe") {
        return Ok(api::fix_safely(text).into_ts()?);
    }
    let given: Vec<Given> = serde_wasm_bindgen::from_value(fixes)?;
    let fixes = given.into_iter().filter_map(|finding| finding.fix).map(|fix| fix.edits);
    Ok(api::fix(text, fixes.collect()).into_ts()?)
}

/// What the key at an offset, in UTF-16 code units, means.
///
/// # Errors
/// None that is known.
#[wasm_bindgen]
pub fn hover(text: &str, offset: u32) -> Result<Option<Ts<Hover>>, JsError> {
    Ok(api::hover(text, offset).map(|hover| hover.into_ts()).transpose()?)
}

/// What can stand at an offset, in UTF-16 code units: keys that the version's types have here, or values.
///
/// # Errors
/// The version is none.
#[wasm_bindgen]
pub fn complete(
    text: &str,
    offset: u32,
    argo_version: Option<String>,
) -> Result<Ts<Completions>, JsError> {
    Ok(api::complete(text, offset, argo_version.as_deref()).map_err(thrown)?.into_ts()?)
}

/// Measures a Workflow's JSON as the controller of a version counts it, with offloading on and its usual limit. Nodes
/// that are compressed are read where that was done with gzip.
///
/// # Errors
/// The text is no Workflow, Argo refuses it, or its nodes are compressed with another algorithm.
#[wasm_bindgen]
pub fn measure(workflow: &str, argo_version: Option<String>) -> Result<Ts<SizeReport>, JsError> {
    Ok(size::measure(workflow, argo_version.as_deref()).map_err(thrown)?.into_ts()?)
}

/// The rules of `lint`.
///
/// # Errors
/// None that is known.
#[wasm_bindgen]
pub fn rules() -> Result<Ts<Rules>, JsError> {
    Ok(api::rules().into_ts()?)
}

/// The version of this package.
#[wasm_bindgen]
#[must_use]
pub fn version() -> String {
    env!("CARGO_PKG_VERSION").into()
}

fn thrown(error: String) -> JsError {
    JsError::new(&error)
}
