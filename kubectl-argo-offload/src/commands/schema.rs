//! `schema`: JSON Schemas, of what Argo reads and of what this plugin prints.

use anyhow::Result;
use clap::ValueEnum;

use super::Answer;
use crate::cli::SchemaName;
use crate::output::{Table, write_stdout};

pub(super) fn run(name: Option<SchemaName>) -> Result<Answer> {
    match name {
        Some(name) => write_stdout(text(name).as_bytes())?,
        None => write_stdout(list().as_bytes())?,
    }
    Ok(Answer::Good)
}

fn text(name: SchemaName) -> &'static str {
    match name {
        SchemaName::Persistence => include_str!("../../../schema/persistence.json"),
        SchemaName::WorkflowControllerConfig => {
            include_str!("../../../schema/workflow-controller-config.json")
        }
        SchemaName::WorkflowControllerConfigmap => {
            include_str!("../../../schema/workflow-controller-configmap.json")
        }
        SchemaName::HelmValues => include_str!("../../../schema/helm-values.json"),
        SchemaName::SizeReport => include_str!("../../../schema/size-report.json"),
        SchemaName::RowList => include_str!("../../../schema/row-list.json"),
        SchemaName::LintReport => include_str!("../../../schema/lint-report.json"),
        SchemaName::RuleList => include_str!("../../../schema/rule-list.json"),
        SchemaName::DoctorReport => include_str!("../../../schema/doctor-report.json"),
        SchemaName::CheckList => include_str!("../../../schema/check-list.json"),
        SchemaName::EnableValues => include_str!("../../../schema/enable-values.json"),
        SchemaName::Check => include_str!("../../../schema/check.json"),
        SchemaName::Rule => include_str!("../../../schema/rule.json"),
        SchemaName::Symptom => include_str!("../../../schema/symptom.json"),
        SchemaName::SymptomList => include_str!("../../../schema/symptom-list.json"),
        SchemaName::Version => include_str!("../../../schema/version.json"),
    }
}

fn list() -> String {
    let mut table = Table::new(&["NAME", "DESCRIBES"]);
    for value in SchemaName::value_variants().iter().filter_map(ValueEnum::to_possible_value) {
        let about = value.get_help().map(ToString::to_string).unwrap_or_default();
        table.row([value.get_name(), &about]);
    }
    table.text()
}

/// That `schema/NAME.json` is the schema of a type that is printed as JSON.
#[cfg(test)]
pub(crate) fn assert_fresh<T: schemars::JsonSchema>(name: &str) {
    use schemars::generate::SchemaSettings;

    // The draft of all our schemas, for the sake of editors.
    let mut schema =
        SchemaSettings::draft07().for_serialize().into_generator().into_root_schema_for::<T>();
    let id = format!("{}/raw/main/schema/{name}.json", env!("CARGO_PKG_REPOSITORY"));
    schema.insert("$id".into(), id.into());
    let fresh = serde_json::to_string_pretty(&schema).expect("JSON") + "\n";
    let path = format!("{}/../schema/{name}.json", env!("CARGO_MANIFEST_DIR"));
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(&path, fresh).expect("write generated file");
        return;
    }
    assert!(
        std::fs::read_to_string(&path).unwrap_or_default() == fresh,
        "schema/{name}.json is stale; refresh it with: UPDATE=1 cargo test -p kubectl-argo-offload --lib schema"
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schema_is_the_file_of_its_name() {
        for name in SchemaName::value_variants() {
            let schema: serde_json::Value = serde_json::from_str(text(*name)).expect("JSON");
            let value = name.to_possible_value().expect("a name");
            let id = schema["$id"].as_str().expect("an id");
            assert!(id.ends_with(&format!("/schema/{}.json", value.get_name())), "{id}");
        }
    }
}
