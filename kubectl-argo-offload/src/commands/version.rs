//! `version`

use anyhow::Result;
use argo_offload_core::golang::ArgoVersion;
use serde::Serialize;

use super::Answer;
use crate::cli::{VersionArguments, VersionOutput};
use crate::output::{API_VERSION, write_json, write_stdout, write_yaml};

const KIND: &str = "Version";

/// This plugin's version.
#[derive(Serialize)]
#[cfg_attr(test, derive(schemars::JsonSchema))]
#[serde(rename_all = "camelCase")]
struct Version {
    #[cfg_attr(test, schemars(extend("const" = API_VERSION)))]
    api_version: &'static str,
    #[cfg_attr(test, schemars(extend("const" = KIND)))]
    kind: &'static str,
    /// Of this plugin.
    version: &'static str,
    /// Versions of Argo Workflows whose types are built in.
    #[cfg_attr(test, schemars(with = "Vec<String>"))]
    argo_layouts: [&'static str; 3],
    /// Where this plugin comes from.
    home: &'static str,
}

pub(super) fn run(arguments: &VersionArguments) -> Result<Answer> {
    let version = Version {
        api_version: API_VERSION,
        kind: KIND,
        version: env!("CARGO_PKG_VERSION"),
        argo_layouts: ArgoVersion::BUILT_IN,
        home: env!("CARGO_PKG_REPOSITORY"),
    };
    match arguments.output {
        VersionOutput::Json => write_json(&version)?,
        VersionOutput::Yaml => write_yaml(&version)?,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_schema_is_fresh() {
        crate::commands::schema::assert_fresh::<Version>("version");
    }
}
