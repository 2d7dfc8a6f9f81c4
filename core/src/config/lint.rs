//! The whole of lint: files in, findings out.

use alloc::string::String;
use alloc::vec::Vec;

use crate::config::finding::{Finding, Span};
use crate::config::reading::configuration::Configuration;
use crate::config::rules::{Findings, RULES, Rule};
use crate::config::secrecy;
use crate::config::sources::{self, File, Kind};
use crate::config::subject::Subject;
use crate::config::suppress;
use crate::golang::ArgoVersion;

/// How lint looks at the files.
#[derive(Clone, Debug, Default)]
pub struct Options {
    /// The version of Argo to judge by; by default the one in the controller's image, else the newest known.
    pub version: Option<ArgoVersion>,
    /// A version that the controller is to be upgraded to.
    pub upgrade_to: Option<ArgoVersion>,
    /// The documents are what is in the cluster: a Secret that is not among them is not there.
    pub live: bool,
}

/// What lint found.
#[derive(Clone, Debug)]
pub struct Report {
    /// The findings by file and place.
    pub findings: Vec<Finding>,
    /// What the documents were taken for, in their order.
    pub sources: Vec<Recognised>,
    /// What of the files may be a secret, sorted: whoever shows text of a file leaves it out.
    pub secrets: Vec<Span>,
    /// The rules of the findings that suppression comments took away, one for each.
    pub suppressed: Vec<&'static Rule>,
    /// How many more keys and values Argo refuses or overlooks: of each kind only about the first
    /// [`LISTED`](crate::golang::LISTED) are findings.
    pub unlisted: usize,
    /// The version of Argo they were judged by.
    pub version: ArgoVersion,
}

/// What a document, or an item of a list, was taken for.
#[derive(Clone, Debug)]
pub struct Recognised {
    /// Where it stands.
    pub span: Span,
    /// What it is; `None` when it cannot be read as YAML.
    pub kind: Option<Kind>,
    /// Its `metadata.name`.
    pub name: Option<String>,
}

/// Judges the files as one set: a Secret of one file can satisfy a reference of another.
#[must_use]
pub fn lint(files: &[File<'_>], options: &Options) -> Report {
    let read = sources::read(files);
    let subject = Subject::new(files, &read.sources, &read.objects, options);
    let mut findings: Findings = Vec::new();
    for rule in RULES {
        (rule.check)(&subject, &mut findings);
    }
    let secrets = secrecy::places(&subject, &findings);
    let suppressed = suppress::apply(&subject, &mut findings);
    findings.sort_by(|a, b| {
        (a.span.key(), a.rule.code, &a.message).cmp(&(b.span.key(), b.rule.code, &b.message))
    });
    findings.dedup_by(|a, b| a.span == b.span && a.rule == b.rule && a.message == b.message);
    Report {
        findings,
        sources: recognised(&subject),
        secrets,
        suppressed,
        unlisted: subject.configurations.iter().map(Configuration::unlisted).sum(),
        version: subject.version(),
    }
}

fn recognised(subject: &Subject<'_>) -> Vec<Recognised> {
    let unreadable = subject
        .sources
        .iter()
        .filter(|source| source.document.is_err())
        .map(|source| Recognised { span: source.whole(), kind: None, name: None });
    let objects = subject.objects.iter().filter_map(|object| {
        let source = subject.sources.get(object.source)?;
        Some(Recognised {
            span: source.located()?.span(object.node),
            kind: Some(object.kind),
            name: object.name.clone(),
        })
    });
    let mut all: Vec<Recognised> = unreadable.chain(objects).collect();
    all.sort_by_key(|source| source.span.key());
    all
}
