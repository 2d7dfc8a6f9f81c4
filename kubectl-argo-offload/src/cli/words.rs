//! Words that stand for rules and symptoms.

use std::ffi::OsStr;

use argo_offload_core::config::rules::RULES;
use argo_offload_core::symptoms::SYMPTOMS;
use clap::builder::{PossibleValue, TypedValueParser};

/// A rule.
pub(super) const RULE: Words = Words { symptoms: false };
/// A rule, a symptom, or `-`.
pub(super) const RULE_OR_SYMPTOM: Words = Words { symptoms: true };

/// Takes any text, since beginnings of codes and messages are meant too; what it names is for completion.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words {
    symptoms: bool,
}

impl TypedValueParser for Words {
    type Value = String;

    fn parse_ref(
        &self,
        _: &clap::Command,
        _: Option<&clap::Arg>,
        value: &OsStr,
    ) -> Result<String, clap::Error> {
        Ok(value.to_string_lossy().into_owned())
    }

    fn possible_values(&self) -> Option<Box<dyn Iterator<Item = PossibleValue> + '_>> {
        let rules = RULES.iter().map(|rule| {
            PossibleValue::new(rule.code)
                .alias(rule.name)
                .help(format!("{}: {}", rule.name, rule.summary))
        });
        let more = SYMPTOMS
            .iter()
            .map(|symptom| PossibleValue::new(symptom.name).help("a symptom in logs"))
            .chain([PossibleValue::new("-").help("a log on stdin")]);
        Some(Box::new(rules.chain(more.filter(|_| self.symptoms))))
    }
}
