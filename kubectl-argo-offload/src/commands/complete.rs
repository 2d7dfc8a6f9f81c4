//! `__complete`: what kubectl asks a plugin for when the user presses TAB.
//!
//! Source: kubectl 1.26 and later run `kubectl_complete-argo_offload` with the words typed so far, the
//! last perhaps empty, and read one choice a line and a last line `:N`, a directive of Cobra.

use std::fmt::Write;

use anyhow::Result;
use clap::{Arg, Command, CommandFactory};

use super::Answer;
use crate::cli::Arguments;
use crate::output::write_stdout;

/// Cobra's directives: files may follow, or nothing else.
const FILES: &str = ":0";
const NO_FILES: &str = ":4";

pub(super) fn run(words: &[String]) -> Result<Answer> {
    write_stdout(choices(words).as_bytes())?;
    Ok(Answer::Good)
}

fn choices(words: &[String]) -> String {
    let (typed, before) = match words.split_last() {
        Some((last, before)) => (last.as_str(), before),
        None => ("", words),
    };
    let mut root = Arguments::command();
    root.build();
    let command = before.iter().fold(&root, |command, word| {
        command.find_subcommand(word).filter(|found| !found.is_hide_set()).unwrap_or(command)
    });
    let option = before.last().and_then(|word| option_of(command, word));
    let (choices, directive) = match option {
        Some(option) => listed(option, typed),
        None if typed.starts_with('-') => (flags(command), NO_FILES),
        None if command.has_subcommands() => (subcommands(command), NO_FILES),
        None => values_of_position(command),
    };
    let mut text = String::new();
    for (choice, about) in choices.iter().filter(|(choice, _)| choice.starts_with(typed)) {
        let _ = writeln!(text, "{choice}\t{about}");
    }
    text + directive + "\n"
}

type Choices = Vec<(String, String)>;

/// The option that waits for a value after `word`.
fn option_of<'a>(command: &'a Command, word: &str) -> Option<&'a Arg> {
    command.get_arguments().find(|option| {
        let long = option.get_long().is_some_and(|long| word.strip_prefix("--") == Some(long));
        let short = option
            .get_short()
            .is_some_and(|short| word.strip_prefix('-') == Some(short.encode_utf8(&mut [0; 4])));
        (long || short) && option.get_action().takes_values()
    })
}

/// The values an argument may have; where they are not named, files may follow.
fn values(option: &Arg) -> (Choices, &'static str) {
    let named: Choices = option
        .get_possible_values()
        .iter()
        .map(|value| (value.get_name().to_owned(), about(value.get_help())))
        .collect();
    let directive = if named.is_empty() { FILES } else { NO_FILES };
    (named, directive)
}

/// The same; in a list such as `AO101,AO2` the last word is completed.
fn listed(option: &Arg, typed: &str) -> (Choices, &'static str) {
    let (mut choices, directive) = values(option);
    let start = option.get_value_delimiter().and_then(|delimiter| typed.rsplit_once(delimiter));
    if let (Some((start, _)), Some(delimiter)) = (start, option.get_value_delimiter()) {
        for (choice, _) in &mut choices {
            *choice = format!("{start}{delimiter}{choice}");
        }
    }
    (choices, directive)
}

fn values_of_position(command: &Command) -> (Choices, &'static str) {
    command.get_positionals().next().map_or((Vec::new(), NO_FILES), values)
}

fn flags(command: &Command) -> Choices {
    command
        .get_arguments()
        .filter_map(|option| Some((format!("--{}", option.get_long()?), about(option.get_help()))))
        .collect()
}

fn subcommands(command: &Command) -> Choices {
    command
        .get_subcommands()
        .filter(|found| !found.is_hide_set())
        .map(|found| (found.get_name().to_owned(), about(found.get_about())))
        .collect()
}

/// The first line of a help text.
fn about(help: Option<&clap::builder::StyledStr>) -> String {
    let text = help.map(ToString::to_string).unwrap_or_default();
    text.lines().next().unwrap_or_default().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(words: &[&str]) -> (Vec<String>, String) {
        let words: Vec<String> = words.iter().map(ToString::to_string).collect();
        let text = choices(&words);
        let mut lines: Vec<String> = text
            .lines()
            .map(|line| line.split('\t').next().unwrap_or_default().to_owned())
            .collect();
        let directive = lines.pop().unwrap_or_default();
        (lines, directive)
    }

    #[test]
    fn commands_flags_and_values_complete() {
        let lines = |words: &[&str]| completed(words).0;
        assert_eq!(
            lines(&[""]),
            [
                "size",
                "rows",
                "get",
                "split",
                "merge",
                "lint",
                "doctor",
                "enable",
                "disable",
                "explain",
                "schema",
                "version",
                "completion"
            ]
        );
        assert_eq!(lines(&["s"]), ["size", "split", "schema"]);
        assert_eq!(lines(&["schema", "s"]), ["size-report", "symptom", "symptom-list"]);
        assert_eq!(lines(&["size", "--fail"]), ["--fail-on"]);
        assert_eq!(lines(&["size", "--fail-on", ""]), ["near", "over"]);
        assert_eq!(lines(&["size", "-o", "w"]), ["wide"]);
        assert!(lines(&["completion", ""]).contains(&"bash".to_owned()));
        assert_eq!(completed(&["size", "-f", ""]), (vec![], FILES.into()));
        assert_eq!(completed(&["lint", ""]), (vec![], FILES.into()));
        assert_eq!(completed(&["version", ""]), (vec![], NO_FILES.into()));
    }

    #[test]
    fn rules_and_symptoms_complete() {
        let lines = |words: &[&str]| completed(words).0;
        assert_eq!(lines(&["explain", "AO21"]), lines(&["lint", "--select", "AO21"]));
        assert!(lines(&["explain", "AO21"]).contains(&"AO212".into()));
        assert_eq!(lines(&["explain", "row-"]), ["row-missing"]);
        assert_eq!(lines(&["lint", "--ignore", "AO101,AO90"]), ["AO101,AO901", "AO101,AO902"]);
        assert_eq!(lines(&["lint", "--ignore", "row-"]), [""; 0]);
        assert_eq!(lines(&["lint", "--fail-on", "w"]), ["warning"]);
        assert_eq!(lines(&["explain", "AD30"]), lines(&["doctor", "--select", "AD30"]));
        assert!(lines(&["doctor", "--ignore", "AD30"]).contains(&"AD302".into()));
    }
}
