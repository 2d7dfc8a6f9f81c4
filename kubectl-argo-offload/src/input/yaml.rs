//! YAML as the JSON that the commands work on, with the way back for messages.
//!
//! Read as Kubernetes' tools read it, but for what they would drop in silence: that is refused.
//!
//! Memory: one document's tree is held at a time, so the longest decides. A Workflow of 106 MB as kubectl
//! prints it takes 1.3 GiB at its peak, 13 times its length; a list of one-letter texts takes 60 times its
//! length. Then the YAML, the JSON and 8 bytes for each key and value remain. Documents beyond [`MAX_JSON`]
//! are refused.

use anyhow::Result;
use argo_offload_core::yaml::{
    self, Collision, ConvertReason, Duplicate, MAX_JSON, NodeId, Problem, Value, YamlError,
};

use super::read::Input;
use crate::failure::Failure;
use crate::output::shortened;

/// The most JSON that is made of one input: beyond that it is taken for an alias bomb.
const MAX_TOTAL: usize = 1 << 30;
/// The most characters shown of a key.
const KEY: usize = 80;

/// A text of YAML and where in it things stand.
#[derive(Debug)]
pub(super) struct Yaml {
    pub(super) text: Vec<u8>,
    /// Offset of each key and value in the JSON, with its offset in the text; sorted.
    places: Vec<(u32, u32)>,
}

impl Yaml {
    /// Where in the text that stands which became the key or value at `offset` of the JSON.
    pub(super) fn source_of(&self, offset: usize) -> usize {
        let index = self.places.partition_point(|(json, _)| *json as usize <= offset);
        let place = index.checked_sub(1).and_then(|index| self.places.get(index));
        place.map_or(0, |(_, yaml)| *yaml as usize)
    }
}

/// Whether Kubernetes' tools take a text for JSON, by its first byte; a text of nothing counts as JSON.
///
/// Source: k8s.io/apimachinery v0.33.1, pkg/util/yaml/decoder.go (`hasJSONPrefix`), which knows `{` alone.
pub(super) fn is_json(text: &[u8]) -> bool {
    matches!(text.trim_ascii_start().first(), None | Some(b'{' | b'['))
}

/// The documents of an input as one JSON text, a line each. Those that hold nothing are left out.
pub(super) fn to_json(input: Input) -> Result<(Vec<u8>, Yaml)> {
    let Input { name, text, .. } = input;
    let (mut json, mut places) = (Vec::new(), Vec::new());
    for range in yaml::documents(&text) {
        Reader { name: &name, text: &text, start: range.start }.document(
            range.end,
            &mut json,
            &mut places,
        )?;
    }
    if json.is_empty() {
        return Err(Failure::new(format!("{name} holds no objects, only comments"))
            .help("the command before it in the pipe may have failed")
            .into());
    }
    Ok((json, Yaml { text, places }))
}

/// Reads the document at `start` of the text.
struct Reader<'a> {
    name: &'a str,
    text: &'a [u8],
    start: usize,
}

impl Reader<'_> {
    fn document(
        &self,
        end: usize,
        json: &mut Vec<u8>,
        places: &mut Vec<(u32, u32)>,
    ) -> Result<(), Failure> {
        let text = self.text.get(self.start..end).unwrap_or_default();
        if text.len() > MAX_JSON {
            return Err(self.failure(0, too_long("the document that begins here has")).help(LARGE));
        }
        let document = yaml::read(text).map_err(|error| self.unreadable(&error))?;
        if document.transcoded().is_some() {
            return Err(self.failure(0, "UTF-16 inside of UTF-8").help("write it in one encoding"));
        }
        if let Some(duplicate) = document.duplicates().first() {
            return Err(self.repeated(&document, duplicate));
        }
        self.nothing_behind(text, document.end())?;
        if document.root().is_none_or(|root| document.node(root).value == Value::Null) {
            return Ok(());
        }
        let converted = yaml::to_json(&document)
            .map_err(|error| self.inexpressible(&document, error.node, &error.reason))?;
        if let Some(collision) = converted.collisions.first() {
            return Err(self.collision(&document, collision));
        }
        if json.len() + converted.json.len() > MAX_TOTAL {
            let what = "up to here this makes more than 1 GiB of JSON";
            return Err(self.failure(0, what).help("give its documents one at a time"));
        }
        places.reserve(converted.places().size_hint().0);
        for (at, node) in converted.places() {
            if let Some(Err(_)) = document.text(node).map(std::str::from_utf8) {
                let what = "this !!binary is not UTF-8, as texts in JSON are";
                return Err(self.at(&document, node, what).help("Workflows hold no such text"));
            }
            let yaml = self.start + document.node(node).span.start;
            places.push((narrow(json.len() + at), narrow(yaml)));
        }
        drop(document);
        json.extend_from_slice(&converted.json);
        json.push(b'\n');
        Ok(())
    }

    /// Kubernetes' tools take a line of dashes alone for the end of a document, and of what stands between
    /// two of them they read the first document.
    fn nothing_behind(&self, text: &[u8], end: usize) -> Result<(), Failure> {
        let rest = text.get(end..).unwrap_or_default();
        let blank = rest.iter().take_while(|byte| byte.is_ascii_whitespace()).count();
        if blank == rest.len() || yaml::read(rest).is_ok_and(|rest| rest.root().is_none()) {
            return Ok(());
        }
        let what = "here a document begins that Kubernetes' tools would not read";
        Err(self.failure(end + blank, what).help("put a line of --- alone before it"))
    }

    fn unreadable(&self, error: &YamlError) -> Failure {
        if error.problem == Problem::ExcessiveAliasing {
            let what = "aliases (*name) repeat more than Kubernetes' reader allows";
            return self.failure(error.at, what).help("write out what they stand for");
        }
        let what = format_args!("this is neither JSON nor YAML: {}", error.problem);
        self.failure(error.at, what).help(WANTED)
    }

    fn repeated(&self, document: &yaml::Document, duplicate: &Duplicate) -> Failure {
        let first = self.line(document, duplicate.first);
        let key = self.shown(document, duplicate.key);
        let what = format_args!("the key {key} is set twice, first in line {first}");
        let failure = self.at(document, duplicate.key, what);
        match duplicate.merged {
            true => failure.help("here << brings it: keep one of the two"),
            false => failure.help("keep one of the two: of two values one would be lost"),
        }
    }

    fn collision(&self, document: &yaml::Document, collision: &Collision) -> Failure {
        let first = self.line(document, collision.first);
        let key = self.shown(document, collision.second);
        let what = format_args!(
            "the key {key} is the same as the one in line {first} to JSON, where keys are texts"
        );
        self.at(document, collision.second, what).help("keep one of the two")
    }

    fn inexpressible(
        &self,
        document: &yaml::Document,
        node: NodeId,
        reason: &ConvertReason,
    ) -> Failure {
        match reason {
            ConvertReason::Key(_) => self
                .at(document, node, "this key is null or too large a number")
                .help("put it in quotes"),
            ConvertReason::Number(number) => self
                .at(document, node, format_args!("JSON has no number {number}"))
                .help("put it in quotes if it is a text"),
            ConvertReason::TooLong => {
                let what =
                    too_long("up to here, with what aliases (*name) repeat, the document has");
                self.at(document, node, what).help(LARGE)
            }
        }
    }

    /// A key as it is written.
    fn shown(&self, document: &yaml::Document, key: NodeId) -> String {
        let span = document.node(document.resolve(key)).span.clone();
        let written = self.text.get(self.start + span.start..self.start + span.end);
        shortened(&String::from_utf8_lossy(written.unwrap_or_default()), KEY)
    }

    fn line(&self, document: &yaml::Document, node: NodeId) -> usize {
        let before = self.text.get(..self.start + document.node(node).span.start);
        1 + before.unwrap_or_default().iter().filter(|&&byte| byte == b'\n').count()
    }

    fn at(&self, document: &yaml::Document, node: NodeId, what: impl std::fmt::Display) -> Failure {
        self.failure(document.node(node).span.start, what)
    }

    fn failure(&self, at: usize, what: impl std::fmt::Display) -> Failure {
        Failure::at(self.name, self.text, self.start + at, what)
    }
}

fn too_long(what: &str) -> String {
    format!("{what} more than {} MiB", MAX_JSON >> 20)
}

const LARGE: &str =
    "a workflow this large is read as JSON alone: kubectl get workflow NAME -o json";

/// What to do about a text that is neither JSON nor YAML.
pub(super) const WANTED: &str = "give the output of: kubectl get workflow NAME -o json \
                                 --show-managed-fields (or -o yaml)";

/// Inputs are shorter than 4 GiB, and so is the JSON made of them.
fn narrow(offset: usize) -> u32 {
    u32::try_from(offset).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn converted(text: &str) -> (String, Yaml) {
        let input =
            Input { name: "x.yaml".into(), text: text.into(), bom: false, compressed: false };
        let (json, yaml) = to_json(input).expect("YAML");
        (String::from_utf8(json).expect("UTF-8"), yaml)
    }

    #[test]
    fn each_document_is_a_line_of_json() {
        let (json, _) = converted("# a\n---\n---\nb: 1\n...\n# c\n---\nnull\n--- # d\n- e\r\n");
        assert_eq!(json, "{\"b\":1}\n[\"e\"]\n");
    }

    #[test]
    fn keys_and_values_know_where_they_stand() {
        let text = "a: 1\n---\nc:\n- &x {e: é}\n- *x\nb: [~]\n";
        let (json, yaml) = converted(text);
        assert_eq!(json, "{\"a\":1}\n{\"b\":[null],\"c\":[{\"e\":\"é\"},{\"e\":\"é\"}]}\n");
        for (in_json, in_yaml) in [
            ("1}", "1\n"),
            ("{\"b", "c:"),
            ("\"b", "b:"),
            ("null", "~"),
            ("é\"},{", "é}"),
            ("{\"e\":\"é\"}]", "*x\n"),
        ] {
            let at = json.find(in_json).expect("in the JSON");
            assert_eq!(yaml.source_of(at), text.find(in_yaml).expect("in the YAML"), "{in_json}");
        }
    }
}
