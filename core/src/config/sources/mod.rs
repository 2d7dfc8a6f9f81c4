//! What the documents given are.

mod kind;
pub(in crate::config) mod secret_text;
pub(in crate::config) mod secrets;
pub(in crate::config) mod workload;

use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use crate::config::finding::Span;
use crate::config::reading::origin::Origin;
use crate::config::sources::workload::Located;
use crate::yaml::{self, Document, Entry, NodeId, Value, YamlError, documents};

pub use kind::{Kind, Workload};
pub(crate) use kind::{helm_values, recognise};

/// A file as a person gave it.
#[derive(Clone, Copy, Debug)]
pub struct File<'a> {
    /// For messages.
    pub name: &'a str,
    /// Its bytes.
    pub text: &'a [u8],
    /// Whether it was named by itself: one found in a directory may be anything, and is left alone when it
    /// cannot be read.
    pub named: bool,
}

/// One document of one file.
#[derive(Debug)]
pub(crate) struct Source {
    /// Index of its file.
    pub(crate) file: usize,
    /// Its bytes in the file.
    pub(crate) range: Range<usize>,
    /// Its way out to the file.
    pub(crate) origin: Origin,
    pub(crate) document: Result<Document, YamlError>,
}

impl Source {
    /// All of it.
    pub(crate) fn whole(&self) -> Span {
        Span { file: self.file, range: self.range.clone() }
    }

    /// Its document with its way out to the file; `None` when it is no YAML.
    pub(crate) fn located(&self) -> Option<Located<'_>> {
        let document = self.document.as_ref().ok()?;
        Some(Located { document, file: self.file, origin: &self.origin })
    }
}

/// An object in a document; a `List` has several.
#[derive(Debug)]
pub(crate) struct Object {
    /// Index of its document.
    pub(crate) source: usize,
    /// Its mapping.
    pub(crate) node: NodeId,
    pub(crate) kind: Kind,
    pub(crate) name: Option<String>,
    pub(crate) namespace: Option<String>,
}

/// Everything given, read.
#[derive(Debug, Default)]
pub(crate) struct Sources {
    pub(crate) sources: Vec<Source>,
    pub(crate) objects: Vec<Object>,
}

/// Reads and recognises the documents of all files.
pub(crate) fn read(files: &[File<'_>]) -> Sources {
    let mut all = Sources::default();
    for (file, File { text, .. }) in files.iter().enumerate() {
        for range in documents(text) {
            let source = all.sources.len();
            let document = read_document(text.get(range.clone()).unwrap_or_default());
            if let Ok(document) = &document
                && let Some(root) = document.root()
            {
                all.objects.extend(objects(document, root).into_iter().map(|node| Object {
                    source,
                    node,
                    kind: recognise(document, node),
                    name: metadata(document, node, b"name"),
                    namespace: metadata(document, node, b"namespace"),
                }));
            }
            let origin = Origin::verbatim(range.start);
            all.sources.push(Source { file, range, origin, document });
        }
    }
    all
}

/// Reads a document as Kubernetes' tools do: as JSON when it begins with a brace.
fn read_document(text: &[u8]) -> Result<Document, YamlError> {
    if text.trim_ascii_start().starts_with(b"{")
        && let Ok(document) = yaml::read_json(text)
    {
        return Ok(document);
    }
    yaml::read(text)
}

/// The document's object, or the items when it is a list of them.
fn objects(document: &Document, root: NodeId) -> Vec<NodeId> {
    let is_list = member(document, root, "kind")
        .and_then(|entry| document.text(entry.value))
        .is_some_and(|kind| kind.ends_with(b"List"));
    match member(document, root, "items") {
        Some(items) if is_list => document.items(items.value).to_vec(),
        _ => [root].into(),
    }
}

fn metadata(document: &Document, object: NodeId, name: &[u8]) -> Option<String> {
    let metadata = document.get(object, b"metadata")?;
    text(document, document.get(metadata.value, name)?.value)
}

/// The characters of a text; a number or boolean as it is written in none.
pub(crate) fn text(document: &Document, id: NodeId) -> Option<String> {
    Some(String::from_utf8_lossy(document.text(id)?).into_owned())
}

/// The last member of a mapping whose key is `name`.
pub(crate) fn member<'a>(document: &'a Document, mapping: NodeId, name: &str) -> Option<&'a Entry> {
    document.get(mapping, name.as_bytes())
}

/// A member of a member and so on.
pub(crate) fn at(document: &Document, mapping: NodeId, path: &[&str]) -> Option<NodeId> {
    path.iter().try_fold(mapping, |id, name| Some(member(document, id, name)?.value))
}

pub(crate) fn is_mapping(document: &Document, id: NodeId) -> bool {
    matches!(document.node(id).value, Value::Mapping)
}
