//! A configuration of the controller, wherever it was found.

use alloc::string::String;
use alloc::vec::Vec;

use crate::config::finding::Span;
use crate::config::reading::glue::{self, DataKey};
use crate::config::reading::origin::Origin;
use crate::config::reading::view::View;
use crate::config::reading::{self, Part, Reading, Refusal, argo_text_of_yaml, unread_from};
use crate::config::sources::{Kind, Object, Source, at, helm_values, member};
use crate::golang::{ArgoVersion, Check, Root, Target, check, encode_once};
use crate::yaml::{self, Collided, ConvertError, Document, NodeId, Value, YamlError};

/// A configuration, read for one version of Argo.
#[derive(Debug)]
pub(crate) struct Configuration<'a> {
    pub(crate) kind: Kind,
    pub(crate) layout: Layout,
    /// Index of its file.
    pub(crate) file: usize,
    pub(crate) version: ArgoVersion,
    /// `metadata.name` and `metadata.namespace` of its ConfigMap.
    pub(crate) name: Option<String>,
    pub(crate) namespace: Option<String>,
    /// What a finding about the whole of it points at.
    pub(crate) anchor: Span,
    /// The document that it stands in, with its way out to the file.
    pub(crate) manifest: &'a Document,
    pub(crate) outside: Origin,
    /// The ConfigMap's mapping in it.
    pub(crate) object: NodeId,
    /// The keys of `data`.
    pub(crate) keys: Vec<DataKey>,
    /// What Kubernetes refuses about the manifest, as offsets of its JSON, or why it has none.
    pub(crate) manifest_check: Option<Result<(yaml::Converted, Check), ConvertError>>,
    /// The configuration's own text, where it stands in a text of the document.
    text: Vec<u8>,
    document: Result<Holder<'a>, YamlError>,
    origin: Origin,
    pub(crate) reading: Reading,
    /// The reading's JSON as a tree.
    tree: Option<Document>,
    /// What else could come out of it, by chance.
    pub(crate) chance: Option<Chance>,
}

/// How the configuration lies in its document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Layout {
    /// In one text, below the key `config`.
    Config,
    /// In several texts, one a key.
    Flat,
    /// The document's own values.
    Direct,
}

/// A configuration whose outcome depends on the order in which Go walks through a map.
#[derive(Clone, Debug)]
pub(crate) struct Chance {
    /// Whether some outcomes are accepted and some refused.
    pub(crate) accepted_or_refused: bool,
    /// A text of Argo's for one of the refusals.
    pub(crate) refusal: Option<String>,
    /// Keys of `data` or of the configuration whose order decides; empty when it is the keys of `data`.
    pub(crate) collisions: Vec<[Span; 2]>,
    /// Distinct outcomes seen: canonical JSON of what Argo decodes, `None` for a refusal.
    pub(crate) outcomes: Vec<Option<Vec<u8>>>,
}

#[derive(Debug)]
enum Holder<'a> {
    Own(alloc::boxed::Box<Document>),
    Given(&'a Document),
}

impl Holder<'_> {
    fn get(&self) -> &Document {
        match self {
            Self::Own(document) => document,
            Self::Given(document) => document,
        }
    }
}

/// Reads an object that is or holds a configuration; `None` for any other.
pub(crate) fn of_object<'a>(
    source: &'a Source,
    object: &Object,
    version: ArgoVersion,
) -> Option<Configuration<'a>> {
    let manifest = source.document.as_ref().ok()?;
    let located = source.located()?;
    let span = |id: NodeId| located.span(id);
    let mut configuration = Configuration {
        kind: object.kind,
        layout: Layout::Direct,
        file: source.file,
        version,
        name: object.name.clone(),
        namespace: object.namespace.clone(),
        anchor: anchor(manifest, object.node, span),
        manifest,
        object: object.node,
        keys: Vec::new(),
        manifest_check: None,
        text: Vec::new(),
        document: Ok(Holder::Given(manifest)),
        origin: source.origin.clone(),
        outside: source.origin.clone(),
        reading: Reading::default(),
        tree: None,
        chance: None,
    };
    match object.kind {
        Kind::ConfigMap | Kind::Patch | Kind::Data => configuration.read_config_map(),
        Kind::Configuration => configuration.read_part(Part::Whole),
        Kind::Persistence => {
            configuration.read_part(Part::Keys(&[("persistence", object.node, object.node)]));
        }
        Kind::HelmValues => {
            let values = helm_values(manifest, object.node)?;
            let keys = helm_keys(manifest, values);
            configuration.anchor =
                keys.first().map_or(configuration.anchor, |(_, key, _)| span(*key));
            configuration.read_part(Part::Keys(&keys));
        }
        Kind::Secret | Kind::Workload(_) | Kind::Other => return None,
    }
    Some(configuration)
}

/// The name of a ConfigMap; the first key of anything else.
fn anchor(document: &Document, object: NodeId, span: impl Fn(NodeId) -> Span) -> Span {
    at(document, object, &["metadata", "name"])
        .or_else(|| document.entries(object).first().map(|entry| entry.key))
        .map_or_else(|| span(object), &span)
}

/// Keys that the argo-workflows chart copies from its values into the key `config`, as they are. (Others,
/// such as `metricsConfig`, hold values for the chart itself as well.)
///
/// Source: argo-helm, charts/argo-workflows, templates/controller/workflow-controller-config-map.yaml.
pub(in crate::config) const HELM_KEYS: [(&str, &[&str]); 16] = [
    ("columns", &["controller", "columns"]),
    ("initialDelay", &["controller", "initialDelay"]),
    ("links", &["controller", "links"]),
    ("namespaceParallelism", &["controller", "namespaceParallelism"]),
    ("navColor", &["controller", "navColor"]),
    ("nodeEvents", &["controller", "nodeEvents"]),
    ("parallelism", &["controller", "parallelism"]),
    ("persistence", &["controller", "persistence"]),
    ("podGCDeleteDelayDuration", &["controller", "podGCDeleteDelayDuration"]),
    ("podGCGracePeriodSeconds", &["controller", "podGCGracePeriodSeconds"]),
    ("resourceRateLimit", &["controller", "resourceRateLimit"]),
    ("retentionPolicy", &["controller", "retentionPolicy"]),
    ("synchronization", &["controller", "synchronization"]),
    ("workflowDefaults", &["controller", "workflowDefaults"]),
    ("workflowEvents", &["controller", "workflowEvents"]),
    ("workflowRestrictions", &["controller", "workflowRestrictions"]),
];

/// The values that are set and end up in the configuration as they are.
fn helm_keys(document: &Document, values: NodeId) -> Vec<(&'static str, NodeId, NodeId)> {
    HELM_KEYS
        .iter()
        .filter_map(|(name, path)| {
            let (last, above) = path.split_last()?;
            let entry = member(document, at(document, values, above)?, last)?;
            // The chart leaves out what its template language takes for false.
            let empty = match &document.node(entry.value).value {
                Value::Null | Value::Bool(false) | Value::Int(0) => true,
                Value::Text => document.text(entry.value).is_some_and(<[u8]>::is_empty),
                Value::Mapping => document.entries(entry.value).is_empty(),
                Value::Sequence => document.items(entry.value).is_empty(),
                _ => false,
            };
            (!empty).then_some((*name, entry.key, entry.value))
        })
        .collect()
}

impl<'a> Configuration<'a> {
    fn read_part(&mut self, part: Part<'_>) {
        if let Ok(document) = &self.document {
            self.reading = reading::read(document.get(), part, self.version, Collided::Last);
            self.tree = yaml::read_json(&self.reading.converted.json).ok();
            self.chance = self.chance_of_collisions(part);
        }
    }

    fn read_config_map(&mut self) {
        if matches!(self.kind, Kind::ConfigMap | Kind::Patch) {
            let converted =
                yaml::convert(self.manifest, self.object, Target::none(), Collided::Last);
            self.manifest_check = Some(converted.map(|converted| {
                let check = check(&converted.json, Root::ConfigMap, self.version);
                (converted, check)
            }));
        }
        let data = match self.kind {
            Kind::Data => Some(self.object),
            _ => member(self.manifest, self.object, "data").map(|entry| entry.value),
        };
        if let Some(data) = data {
            self.keys = glue::data_keys(self.manifest, data);
        }
        let config = self.keys.iter().find(|key| key.name == "config");
        let extract = match config {
            Some(key) => {
                self.layout = Layout::Config;
                glue::whole(self.manifest, key, &self.outside)
            }
            None => {
                self.layout = Layout::Flat;
                glue::glued(self.manifest, &self.keys, &self.outside)
            }
        };
        self.origin = extract.origin;
        self.document = yaml::read(&extract.text).map(|document| Holder::Own(document.into()));
        self.text = extract.text;
        self.read_part(Part::Whole);
        if self.layout == Layout::Flat
            && self.keys.len() > 1
            && !glue::order_is_indifferent(self.manifest, &self.keys)
        {
            self.chance = self.chance_of_order().or(self.chance.take());
        }
    }

    /// The outcome of a document: what Argo decodes, or `None` when it refuses.
    fn outcome(&self, document: &Document, reading: &Reading) -> Result<Vec<u8>, String> {
        match reading.refusal(document) {
            Some(refusal) => Err(refusal.argo_text(document)),
            None => Ok(self.decode(&reading.converted.json)),
        }
    }

    /// What Argo makes of a JSON text that it accepts.
    fn decode(&self, json: &[u8]) -> Vec<u8> {
        let mut out = Vec::new();
        // It was accepted: there is nothing to fail.
        let _ = encode_once(json, Root::Config, self.version, &mut out);
        out
    }

    /// What Argo makes of this configuration, which it accepts.
    pub(crate) fn decoded(&self) -> Vec<u8> {
        self.decode(&self.reading.converted.json)
    }

    /// How many problems and keys no list holds.
    pub(crate) fn unlisted(&self) -> usize {
        let manifest = self.manifest_check.as_ref().and_then(|checked| checked.as_ref().ok());
        self.reading.check.unlisted + manifest.map_or(0, |(_, check)| check.unlisted)
    }

    /// Whether the key `config` has others beside it.
    pub(crate) fn has_siblings(&self) -> bool {
        self.layout == Layout::Config && self.keys.len() > 1
    }

    /// Where its text goes on behind the document that is read.
    pub(crate) fn unread_from(&self) -> Option<usize> {
        unread_from(&self.text, self.document()?.end())
    }

    fn chance_of_order(&self) -> Option<Chance> {
        let mut outcomes: Vec<Option<Vec<u8>>> = Vec::new();
        let mut refusal = None;
        for order in glue::orders(self.keys.len()) {
            let keys = order.iter().filter_map(|&index| self.keys.get(index));
            let extract = glue::glued(self.manifest, keys, &self.outside);
            let outcome = match yaml::read(&extract.text) {
                Ok(document) => {
                    let reading =
                        reading::read(&document, Part::Whole, self.version, Collided::Last);
                    self.outcome(&document, &reading)
                }
                Err(error) => Err(argo_text_of_yaml(&error)),
            };
            if let Err(text) = &outcome {
                refusal.get_or_insert_with(|| text.clone());
            }
            let outcome = outcome.ok();
            if !outcomes.contains(&outcome) {
                outcomes.push(outcome);
            }
        }
        Chance::of(outcomes, refusal, Vec::new())
    }

    fn chance_of_collisions(&self, part: Part<'_>) -> Option<Chance> {
        let document = self.document()?;
        let mine = &self.reading;
        if mine.converted.collisions.is_empty() && mine.unconvertible.is_none() {
            return None;
        }
        let other = reading::read(document, part, self.version, Collided::First);
        // What cannot be converted tells of no collisions, though with the other keys it might be converted.
        let collided = if mine.unconvertible.is_some() { &other } else { mine };
        let collisions: Vec<[Span; 2]> = collided
            .converted
            .collisions
            .iter()
            .map(|pair| [self.span_of_node(pair.first), self.span_of_node(pair.second)])
            .collect();
        if collisions.is_empty() {
            return None;
        }
        let (mut outcomes, mut refusal) = (Vec::new(), None);
        for reading in [&self.reading, &other] {
            let outcome = self.outcome(document, reading);
            if let Err(text) = &outcome {
                refusal.get_or_insert_with(|| text.clone());
            }
            let outcome = outcome.ok();
            if !outcomes.contains(&outcome) {
                outcomes.push(outcome);
            }
        }
        Chance::of(outcomes, refusal, collisions)
    }

    /// Reads it for another version of Argo.
    pub(crate) fn refusal_in(&self, version: ArgoVersion) -> Option<(Span, String)> {
        let document = self.document()?;
        let keys: Vec<(&'static str, NodeId, NodeId)>;
        let part = match self.kind {
            Kind::Persistence => {
                keys = [("persistence", self.object, self.object)].into();
                Part::Keys(&keys)
            }
            Kind::HelmValues => {
                keys = helm_keys(document, helm_values(document, self.object)?);
                Part::Keys(&keys)
            }
            _ => Part::Whole,
        };
        let reading = reading::read(document, part, version, Collided::Last);
        let refusal = reading.refusal(document)?;
        Some((self.span_of_refusal(&reading, refusal), refusal.argo_text(document)))
    }

    /// Where what the controller refuses stands.
    pub(crate) fn span_of(&self, refusal: Refusal<'_>) -> Span {
        self.span_of_refusal(&self.reading, refusal)
    }

    fn span_of_refusal(&self, reading: &Reading, refusal: Refusal<'_>) -> Span {
        let node = match refusal {
            Refusal::Decode(problem) => reading.converted.node_at(problem.at),
            Refusal::Convert(error) => Some(error.node),
            Refusal::Repeated => self
                .document()
                .and_then(|document| document.duplicates().first())
                .map(|duplicate| duplicate.key),
        };
        node.map_or_else(|| self.anchor.clone(), |node| self.span_of_node(node))
    }

    /// The document of the configuration itself, if it is YAML.
    pub(crate) fn document(&self) -> Option<&Document> {
        self.document.as_ref().ok().map(Holder::get)
    }

    /// Its own text, where it stands in a text of the document.
    pub(crate) fn text(&self) -> &[u8] {
        &self.text
    }

    /// Why it is no YAML.
    pub(crate) fn yaml_error(&self) -> Option<&YamlError> {
        self.document.as_ref().err()
    }

    /// What the controller would log instead of accepting it.
    pub(crate) fn refusal(&self) -> Option<Refusal<'_>> {
        self.reading.refusal(self.document()?)
    }

    pub(super) fn tree(&self) -> Option<&Document> {
        self.tree.as_ref()
    }

    /// Its values; `None` when it could not be read.
    pub(crate) fn root(&self) -> Option<View<'_>> {
        View::root(self, self.tree()?)
    }

    /// The persistence section.
    pub(crate) fn persistence(&self) -> Option<View<'_>> {
        self.root()?.field("persistence")
    }

    /// Where a range of the configuration's own text stands in the file.
    pub(crate) fn span(&self, inner: core::ops::Range<usize>) -> Span {
        Span { file: self.file, range: self.origin.range(inner) }
    }

    /// The same when it stands there without a break, so that it can be replaced.
    pub(crate) fn unbroken(&self, inner: core::ops::Range<usize>) -> Option<Span> {
        Some(Span { file: self.file, range: self.origin.unbroken(inner)? })
    }

    /// Where a node of the configuration's own document stands.
    pub(crate) fn span_of_node(&self, id: NodeId) -> Span {
        match self.document() {
            Some(document) => self.span(document.node(id).span.clone()),
            None => self.anchor.clone(),
        }
    }

    /// Where a node of the manifest stands.
    pub(crate) fn span_in_manifest(&self, id: NodeId) -> Span {
        Span { file: self.file, range: self.outside.range(self.manifest.node(id).span.clone()) }
    }

    /// Where the value or key at an offset of the JSON stands.
    pub(crate) fn span_of_json(&self, offset: usize) -> Span {
        match self.reading.converted.node_at(offset) {
            Some(node) => self.span_of_node(node),
            None => self.anchor.clone(),
        }
    }
}

impl Chance {
    fn of(
        outcomes: Vec<Option<Vec<u8>>>,
        refusal: Option<String>,
        collisions: Vec<[Span; 2]>,
    ) -> Option<Self> {
        (outcomes.len() > 1).then(|| Self {
            accepted_or_refused: outcomes.iter().any(Option::is_none),
            refusal,
            collisions,
            outcomes,
        })
    }
}
