//! What the rules look at: everything given, read and put in relation.

use alloc::vec::Vec;

use crate::config::lint::Options;
use crate::config::reading::configuration::{self, Configuration};
use crate::config::sources::workload::{self, Located, Workload};
use crate::config::sources::{File, Kind, Object, Source, Workload as Role};
use crate::golang::ArgoVersion;

/// Everything given to lint.
#[derive(Debug)]
pub(crate) struct Subject<'a> {
    pub(crate) files: &'a [File<'a>],
    pub(crate) options: &'a Options,
    pub(crate) sources: &'a [Source],
    pub(crate) objects: &'a [Object],
    /// Every configuration among the documents.
    pub(crate) configurations: Vec<Configuration<'a>>,
    /// Every workload of controller and server among the documents.
    pub(crate) workloads: Vec<Workload>,
}

impl<'a> Subject<'a> {
    pub(crate) fn new(
        files: &'a [File<'a>],
        sources: &'a [Source],
        objects: &'a [Object],
        options: &'a Options,
    ) -> Self {
        let workloads: Vec<Workload> = objects
            .iter()
            .flat_map(|object| workloads(sources.get(object.source), object))
            .collect();
        let version = options.version.unwrap_or_else(|| running(&workloads).unwrap_or_default());
        let configurations = objects
            .iter()
            .filter_map(|object| {
                configuration::of_object(sources.get(object.source)?, object, version)
            })
            .collect();
        Self { files, options, sources, objects, configurations, workloads }
    }

    /// The version of Argo that everything is judged by.
    pub(crate) fn version(&self) -> ArgoVersion {
        self.options.version.unwrap_or_else(|| running(&self.workloads).unwrap_or_default())
    }

    /// The namespace that the controller runs in, where a document tells: its ConfigMap's, or its own.
    pub(crate) fn controller_namespace(&self) -> Option<&str> {
        self.configurations
            .iter()
            .find_map(|configuration| configuration.namespace.as_deref())
            .or_else(|| self.controllers().find_map(|controller| controller.namespace.as_deref()))
    }

    /// Workloads of the controller.
    pub(crate) fn controllers(&self) -> impl Iterator<Item = &Workload> {
        self.workloads.iter().filter(|workload| workload.role == Role::Controller)
    }

    /// The Secrets given, with their documents.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = (Located<'_>, &'a Object)> {
        self.objects.iter().filter(|object| object.kind == Kind::Secret).filter_map(|object| {
            let source = self.sources.get(object.source)?;
            Some((source.located()?, object))
        })
    }
}

/// The version in the tag of the controller's image, else of the server's.
fn running(workloads: &[Workload]) -> Option<ArgoVersion> {
    [Role::Controller, Role::Server].into_iter().find_map(|role| {
        workloads.iter().filter(|workload| workload.role == role).find_map(|found| found.version)
    })
}

fn workloads(source: Option<&Source>, object: &Object) -> Vec<Workload> {
    let Some(located) = source.and_then(Source::located) else { return Vec::new() };
    match object.kind {
        Kind::Workload(_) => {
            workload::of_manifest(located, object.node, object.namespace.as_deref())
                .into_iter()
                .collect()
        }
        Kind::HelmValues => workload::of_values(located, object.node),
        _ => Vec::new(),
    }
}
