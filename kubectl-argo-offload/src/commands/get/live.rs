//! Workflows in a cluster.

use std::cell::OnceCell;

use anyhow::Result;

use super::source::{Inputs, Source};
use crate::cli::{GetArguments, GetOutput};
use crate::cluster::{
    self, Change, Cluster, ClusterError, Selection, Watch, connect, workflow_name, workflows,
};
use crate::commands::Answer;
use crate::commands::live::{self, Server, wait};
use crate::commands::named_store::{Named, Nodes};
use crate::failure::{self, Failure};
use crate::input::Input;
use crate::output::{printable, say};

/// Shows workflows of the cluster.
pub(super) fn run(arguments: &GetArguments) -> Result<Answer> {
    live::block_on(async {
        let named = match arguments.store.as_deref() {
            None => None,
            some => Some(Named::in_files(some)?),
        };
        let cluster = connect(&arguments.live.connection).await?;
        let source = Live { cluster, named, arguments, server: OnceCell::new() };
        super::get(&source, arguments)
    })
}

struct Live<'a> {
    cluster: Cluster,
    /// What `--store` names.
    named: Option<Named>,
    arguments: &'a GetArguments,
    /// argo-server as the place where whole workflows are read.
    server: OnceCell<Server>,
}

impl Live<'_> {
    /// One workflow, as the API has it; as argo-server has it where that is asked for, or the user may not see it.
    fn one(&self, name: &str) -> Result<Input> {
        let name = workflow_name(name)?;
        let namespace = self.cluster.namespace();
        if self.named == Some(Named::Server) {
            return self.whole(namespace, name);
        }
        match wait(cluster::workflow(&self.cluster, namespace, name)) {
            Ok(text) => Ok(input(format!("workflow/{name}"), text)),
            Err(error)
                if error.is_forbidden()
                    && self.named.is_none()
                    && std::env::var_os("ARGO_SERVER").is_some() =>
            {
                failure::note("the workflow comes from argo-server", &error);
                self.whole(namespace, name)
            }
            Err(error) => Err(error.into()),
        }
    }

    fn whole(&self, namespace: &str, name: &str) -> Result<Input> {
        let server = match self.server.get() {
            Some(server) => server,
            None => {
                let server = wait(live::server(&self.cluster, None, &self.arguments.live))?;
                self.server.get_or_init(|| server)
            }
        };
        let text = server.workflow(namespace, name)?;
        Ok(input(format!("workflow/{name}"), text))
    }

    /// All that the arguments select, page by page.
    fn list(&self) -> Inputs<'_> {
        let selection = &self.arguments.selection;
        let namespace = (!selection.all_namespaces).then(|| self.cluster.namespace().to_owned());
        let labels = selection.selector.clone();
        let selected = Selection { namespace: namespace.clone(), labels, fields: None };
        let mut pages = workflows(&self.cluster, selected);
        let (mut any, mut ended) = (false, false);
        let pages = std::iter::from_fn(move || {
            while !ended {
                match wait(pages.next()) {
                    Ok(Some(page)) => {
                        live::note_inconsistency(&page);
                        // A List without items is none that can be read.
                        if !page.items.is_empty() {
                            any = true;
                            return Some(Ok(input(page.name, page.text)));
                        }
                    }
                    Ok(None) => {
                        if !any && !self.is_for_scripts() {
                            live::nothing_found(namespace.as_deref());
                        }
                        ended = true;
                    }
                    Err(error) => {
                        ended = true;
                        return Some(Err(error.into()));
                    }
                }
            }
            None
        });
        Box::new(pages)
    }

    fn is_for_scripts(&self) -> bool {
        matches!(self.arguments.output, Some(GetOutput::Json | GetOutput::Yaml | GetOutput::Name))
    }
}

impl Source for Live<'_> {
    fn pages(&self, names: &[String]) -> Inputs<'_> {
        if names.is_empty() {
            if self.named == Some(Named::Server) {
                let failure = Failure::new("argo-server's list is not asked for: it reads every row into memory")
                    .help("name the workflows; or leave out --store server: the cluster itself lists them");
                return Box::new(std::iter::once(Err(failure.into())));
            }
            return self.list();
        }
        let names: Vec<String> = names.to_vec();
        Box::new(names.into_iter().map(|name| self.one(&name)))
    }

    fn states(&self, name: Option<&str>) -> Result<Inputs<'_>> {
        let Some(name) = name else {
            return Err(Failure::new("-w follows one workflow").help("name it").into());
        };
        if self.named == Some(Named::Server) {
            return Err(Failure::new(
                "the cluster itself tells of changes, argo-server is not asked",
            )
            .help("leave out --store server: only the nodes come from there")
            .into());
        }
        let name = workflow_name(name)?.to_owned();
        let mut watch = wait(Watch::of(&self.cluster, self.cluster.namespace(), &name))?;
        let mut deleted = false;
        Ok(Box::new(std::iter::from_fn(move || {
            if deleted {
                return None;
            }
            match wait(watch.next()) {
                Ok(event) => {
                    if event.change == Change::Deleted {
                        say(format_args!("note: workflow/{name} was deleted"));
                        deleted = true;
                    }
                    Some(Ok(input(format!("workflow/{name}"), event.workflow)))
                }
                Err(error) => {
                    deleted = true;
                    Some(Err(explained(error).into()))
                }
            }
        })))
    }

    fn open_store(&self) -> Result<Nodes> {
        let selection = &self.arguments.selection;
        let namespace = (!selection.all_namespaces).then_some(self.cluster.namespace());
        wait(async {
            match &self.named {
                None => Nodes::open_any(&self.cluster, namespace, &self.arguments.live).await,
                Some(named) => {
                    Nodes::of_cluster(&self.cluster, named, namespace, &self.arguments.live).await
                }
            }
        })
    }

    fn tells_what_is_missing(&self) -> bool {
        true
    }
}

/// A lost watch, with what to do.
fn explained(error: ClusterError) -> ClusterError {
    match error.help() {
        Some(_) => error,
        None => error.with_help("run the command again: it goes on from the present state"),
    }
}

fn input(name: String, text: Vec<u8>) -> Input {
    Input { name: printable(&name).into_owned(), text, bom: false, compressed: false }
}
