//! Words that stand for rules, checks and symptoms.

use std::ffi::OsStr;

use argo_offload_core::config::rules::RULES;
use argo_offload_core::symptoms::SYMPTOMS;
use clap::builder::{PossibleValue, TypedValueParser};

use crate::commands::CHECKS;

/// A rule.
pub(super) const RULE: Words = Words(Kinds::Rules);
/// A check of doctor.
pub(super) const CHECK: Words = Words(Kinds::Checks);
/// A rule, a check, a symptom, or `-`.
pub(super) const ANYTHING: Words = Words(Kinds::All);

/// Takes any text, since beginnings of codes and messages are meant too; what it names is for completion.
#[derive(Clone, Copy, Debug)]
pub(super) struct Words(Kinds);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kinds {
    Rules,
    Checks,
    All,
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
        let word = |code, name: &'static str, summary: &str| {
            PossibleValue::new(code).alias(name).help(format!("{name}: {summary}"))
        };
        let rules = RULES.iter().map(move |rule| word(rule.code, rule.name, rule.summary));
        let checks = CHECKS.iter().map(move |check| word(check.code, check.name, check.summary));
        let more = SYMPTOMS
            .iter()
            .map(|symptom| PossibleValue::new(symptom.name).help("a symptom in logs"))
            .chain([PossibleValue::new("-").help("a log on stdin")]);
        Some(match self.0 {
            Kinds::Rules => Box::new(rules),
            Kinds::Checks => Box::new(checks),
            Kinds::All => Box::new(rules.chain(checks).chain(more)),
        })
    }
}
