//! `version`

use anyhow::Result;
use argo_offload_core::golang::ArgoVersion;
use serde::Serialize;

use super::Answer;
use crate::cli::{VersionArguments, VersionOutput};
use crate::output::{API_VERSION, write_json, write_stdout};

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Version {
    api_version: &'static str,
    kind: &'static str,
    version: &'static str,
    /// Versions of Argo Workflows whose types are built in.
    argo_layouts: [&'static str; 3],
    home: &'static str,
}

pub(super) fn run(arguments: &VersionArguments) -> Result<Answer> {
    let version = Version {
        api_version: API_VERSION,
        kind: "Version",
        version: env!("CARGO_PKG_VERSION"),
        argo_layouts: ArgoVersion::BUILT_IN,
        home: env!("CARGO_PKG_REPOSITORY"),
    };
    match arguments.output {
        VersionOutput::Json => write_json(&version)?,
        VersionOutput::Text => write_stdout(
            format!(
                "kubectl argo-offload {}\nArgo Workflows {}\n{}\n",
                version.version,
                version.argo_layouts.join(", "),
                version.home
            )
            .as_bytes(),
        )?,
    }
    Ok(Answer::Good)
}
