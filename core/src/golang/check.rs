//! Everything that strict decoding says about a text, with places.

use alloc::string::String;
use alloc::vec::Vec;

use super::encode::{Encoder, Root};
use super::error::DecodeReason;
use super::reference;
use super::version::ArgoVersion;

/// What Go finds when it decodes a text into a type.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Check {
    /// What speaks against the text, as Go comes across it; no two stand at one offset.
    pub problems: Vec<Problem>,
    /// Which of them Go's error names; `None`: the text is accepted.
    pub decisive: Option<usize>,
    /// Keys that mean a field though they spell it in another case, in the order of the text.
    pub folded: Vec<FoldedKey>,
    /// Keys that name no field where that is no error, in the order of the text.
    pub ignored: Vec<IgnoredKey>,
    /// How many more problems and keys there are, beyond the about [`LISTED`] of each kind.
    pub unlisted: usize,
}

/// Something in a text that Go refuses.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Offset in bytes of the value at fault; for an unknown field of its key's opening quote.
    pub at: usize,
    /// The way there from the root, an unknown key included; cut after [`PATH_STEPS`] steps.
    pub path: Vec<Step>,
    /// What is wrong.
    pub reason: DecodeReason,
    /// Whether Go comes this far: it stops where a type's own `UnmarshalJSON` refuses.
    pub seen_by_go: bool,
}

/// A key that Go takes for a field though it is spelled otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FoldedKey {
    /// Offset in bytes of its opening quote.
    pub at: usize,
    /// The way there from the root, itself included.
    pub path: Vec<Step>,
    /// As it is written.
    pub key: String,
    /// As the field is called.
    pub field: &'static str,
    /// Whether the same field follows in another spelling, and so has the last word.
    pub overridden: bool,
    /// The offset of the same field's key before it, over which this one has the last word.
    pub overrides: Option<usize>,
    /// Whether two values of this field, if both are objects, become one instead.
    pub merges: bool,
}

/// A key that Go skips without a word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct IgnoredKey {
    /// Offset in bytes of its opening quote.
    pub at: usize,
    /// The way there from the root, itself included.
    pub path: Vec<Step>,
    /// As it is written.
    pub key: String,
    /// The type that has no such field, for example `meta.ObjectMeta`.
    pub of: &'static str,
}

/// One step into a JSON value. A key is cut after 256 characters.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Step {
    /// To the value of a key.
    Key(String),
    /// To an element, counted from 0.
    Index(usize),
}

/// How many problems, folded keys and ignored keys are listed each; the decisive problem always is.
pub const LISTED: usize = 1000;

/// How long a path is at most: a hostile text nests 10,000 deep.
pub const PATH_STEPS: usize = 64;

/// [`Encoder::check`] without an encoder: its plans take longer to make than a configuration to check.
pub(crate) fn check(json: &[u8], root: Root, version: ArgoVersion) -> Check {
    reference::check(json, root, version.layout())
}

impl Encoder {
    /// Says what Go says when it decodes `json`, and what it would still have to say.
    ///
    /// A configuration, a Workflow or its nodes are decoded strictly, as Argo decodes its
    /// configuration (`json.Decoder` with `DisallowUnknownFields`): an unknown field is an error, a key
    /// in another case is none, and what follows the first value is not looked at. A ConfigMap or
    /// Secret is decoded as Kubernetes does it: the case counts, and unknown fields are ignored.
    ///
    /// ```
    /// use argo_offload_core::golang::{ArgoVersion, DecodeReason, Encoder, Root};
    ///
    /// let mut encoder = Encoder::new(ArgoVersion::NEWEST);
    /// let check = encoder.check(br#"{"persistance": {}, "parallelism": "7"}"#, Root::Config);
    /// assert_eq!(check.problems.len(), 2);
    /// assert_eq!(check.decisive, Some(0));
    /// assert!(matches!(&check.problems[0].reason, DecodeReason::UnknownField { .. }));
    /// ```
    #[must_use]
    pub fn check(&mut self, json: &[u8], root: Root) -> Check {
        reference::check(json, root, self.version())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::ToString;

    fn check(json: &str, root: Root) -> Check {
        Encoder::new("3.7".parse().expect("version")).check(json.as_bytes(), root)
    }

    fn path(steps: &[Step]) -> String {
        steps
            .iter()
            .map(|step| match step {
                Step::Key(key) => format!(".{key}"),
                Step::Index(index) => format!("[{index}]"),
            })
            .collect()
    }

    fn problems(check: &Check) -> Vec<(usize, String, String, bool)> {
        let each = |problem: &Problem| {
            let error =
                super::super::DecodeError { at: problem.at, reason: problem.reason.clone() };
            (problem.at, path(&problem.path), error.to_string(), problem.seen_by_go)
        };
        check.problems.iter().map(each).collect()
    }

    #[test]
    fn mismatches_are_collected_and_the_first_is_decisive() {
        let check = check(r#"{"a": 1, "links": [{"name": 5}], "parallelism": 1.5}"#, Root::Config);
        assert_eq!(
            problems(&check),
            [
                (1, ".a".into(), "config.Config has no field \"a\"".into(), true),
                (28, ".links[0].name".into(), "expected a string, found a number".into(), true),
                (
                    48,
                    ".parallelism".into(),
                    "the number is not a plain integer of 64 bits".into(),
                    true
                ),
            ]
        );
        assert_eq!(check.decisive, Some(0));
    }

    #[test]
    fn a_type_that_reads_itself_stops_go() {
        let text = r#"{"a": 1, "persistence": {"archiveTTL": "1h30m", "b": 2}}"#;
        let check = check(text, Root::Config);
        let seen: Vec<_> =
            problems(&check).into_iter().map(|(_, path, _, seen)| (path, seen)).collect();
        assert_eq!(
            seen,
            [
                (".a".into(), true),
                (".persistence.archiveTTL".into(), true),
                (".persistence.b".into(), false)
            ]
        );
        assert_eq!(check.decisive, Some(1));
    }

    #[test]
    fn below_steps_only_a_step_itself_is_strict() {
        let steps = r#"{"spec":{"templates":[{"steps":[[{"name":"a","Template":"b","when":1,
            "arguments":{"x":1,"PARAMETERS":[{"name":"p","y":2}]}}]]}]}}"#;
        let check = check(&format!("{{\"workflowDefaults\":{steps}}}"), Root::Config);
        let found: Vec<_> =
            problems(&check).into_iter().map(|(_, path, _, seen)| (path, seen)).collect();
        let steps = ".workflowDefaults.spec.templates[0].steps[0][0]";
        assert_eq!(found, [(format!("{steps}.Template"), true), (format!("{steps}.when"), false)]);
        assert_eq!(check.decisive, Some(0));
        let ignored: Vec<_> = check.ignored.iter().map(|key| path(&key.path)).collect();
        assert_eq!(
            ignored,
            [format!("{steps}.arguments.x"), format!("{steps}.arguments.PARAMETERS[0].y")]
        );
        assert_eq!(check.folded.len(), 1);
    }

    #[test]
    fn of_two_spellings_the_later_has_the_last_word() {
        let check = check(
            r#"{"persistence": {"nodeStatusOffLoad": true, "nodeStatusOffload": false},
                "PERSISTENCE": {"archive": true}}"#,
            Root::Config,
        );
        assert_eq!(check.decisive, None);
        let folded: Vec<_> = check
            .folded
            .iter()
            .map(|key| (key.key.as_str(), key.field, key.overridden, key.overrides, key.merges))
            .collect();
        assert_eq!(
            folded,
            [
                ("nodeStatusOffload", "nodeStatusOffLoad", false, Some(17), false),
                ("PERSISTENCE", "persistence", false, Some(1), true),
            ]
        );
        let reversed = self::check(r#"{"Namespace":"a","namespace":"b"}"#, Root::Config);
        assert!(reversed.folded.iter().all(|key| key.overridden));
        assert_eq!(reversed.folded.len(), 1);
    }

    #[test]
    fn a_decoder_reads_one_value_and_kubernetes_the_whole_text() {
        assert_eq!(check("{} x", Root::Config).decisive, None);
        assert_eq!(check("{} x", Root::ConfigMap).decisive, Some(0));
        assert_eq!(check("{", Root::Config).decisive, Some(0));
    }

    #[test]
    fn kubernetes_minds_the_case_and_ignores_what_it_does_not_know() {
        let check =
            check(r#"{"Data":{"a":1},"data":{"a":null,"b":"c","d":true}}"#, Root::ConfigMap);
        let ignored: Vec<_> = check.ignored.iter().map(|key| (key.at, key.key.as_str())).collect();
        assert_eq!(ignored, [(1, "Data")]);
        assert!(check.folded.is_empty());
        assert_eq!(
            problems(&check),
            [(45, ".data.d".into(), "expected a string, found a boolean".into(), true)]
        );
        let mut bytes = Vec::new();
        let encoded = Encoder::new(Default::default()).encode(
            br#"{"data":{"a":null},"Data":{"b":""}}"#,
            Root::ConfigMap,
            &mut bytes,
        );
        assert!(encoded.is_ok());
        assert_eq!(String::from_utf8_lossy(&bytes), r#"{"metadata":{},"data":{"a":""}}"#);
    }

    #[test]
    fn of_very_many_problems_the_decisive_one_is_listed() {
        let unknown: Vec<String> = (0..3000).map(|index| format!("\"u{index}\":0")).collect();
        let text = format!("{{{},\"initialDelay\":5}}", unknown.join(","));
        let check = check(&text, Root::Config);
        assert_eq!((check.problems.len(), check.unlisted), (LISTED + 1, 2000));
        assert_eq!(check.decisive, Some(LISTED));
        assert_eq!(path(&check.problems[LISTED].path), ".initialDelay");
        // One step in each list, wrong before decoding and in it.
        let steps = format!("[{}]", ["[1]"; 3000].join(","));
        let text =
            format!(r#"{{"workflowDefaults":{{"spec":{{"templates":[{{"steps":{steps}}}]}}}}}}"#);
        let check = self::check(&text, Root::Config);
        assert_eq!((check.problems.len(), check.unlisted), (LISTED, 2000));
    }
}
