//! Where workflows and the nodes that they name come from.

use std::borrow::Cow;
use std::io::BufReader;
use std::path::PathBuf;

use anyhow::Result;
use serde_json::value::RawValue;

use crate::cli::LiveArguments;
use crate::commands::live::wait;
use crate::commands::named_store::{Named, Nodes};
use crate::failure::{self, Failure};
use crate::input::{Input, inputs};

/// Inputs, one after the other: each is read when it is asked for.
pub(super) type Inputs<'source> = Box<dyn Iterator<Item = Result<Input>> + 'source>;

/// What `get` reads from: files, or whatever else has workflows as JSON and a store for their nodes.
pub(super) trait Source {
    /// Workflows as texts of objects or Lists of them. With `names`, workflows of other names may be left out.
    fn pages(&self, names: &[String]) -> Inputs<'_>;

    /// The states of one workflow, the newest last; each text is an object. It ends when no more can come.
    ///
    /// # Errors
    /// There is nothing to follow.
    fn states(&self, name: Option<&str>) -> Result<Inputs<'_>>;

    /// Where the nodes of offloaded workflows come from; asked for once, and only if there is such a workflow.
    ///
    /// # Errors
    /// It cannot be opened.
    fn open_store(&self) -> Result<Nodes>;

    /// Whether a name that there is not comes as an error of its own.
    fn tells_what_is_missing(&self) -> bool {
        false
    }
}

/// Files and stdin.
pub(super) struct Files<'a> {
    pub(super) paths: &'a [PathBuf],
    /// `--store`
    pub(super) store: Option<&'a str>,
    pub(super) live: &'a LiveArguments,
}

impl Source for Files<'_> {
    fn pages(&self, _: &[String]) -> Inputs<'_> {
        Box::new(inputs(self.paths))
    }

    fn states(&self, _: Option<&str>) -> Result<Inputs<'_>> {
        if !matches!(self.paths, [one] if one.as_os_str() == "-") {
            let help = "kubectl get workflow NAME -o json -w | kubectl argo-offload get -f - -w";
            return Err(Failure::new("a file does not change while it is read: -w needs -f -")
                .help(help)
                .into());
        }
        let objects = serde_json::Deserializer::from_reader(BufReader::new(std::io::stdin()));
        Ok(Box::new(objects.into_iter::<Box<RawValue>>().map(|object| {
            let object = object.map_err(|error| {
                Failure::new(format_args!(
                    "stdin: {error}; expected one JSON object after the other"
                ))
                .help("kubectl get workflow NAME -o json -w")
            })?;
            let text = Box::<str>::from(object).into_string().into_bytes();
            Ok(Input { name: "stdin".into(), text, bom: false, compressed: false })
        })))
    }

    fn open_store(&self) -> Result<Nodes> {
        let named = Named::in_files(self.store)?;
        wait(Nodes::open(&named, self.live))
    }
}

/// The store of a source, opened when it is first needed.
pub(super) struct Store<'s> {
    source: &'s dyn Source,
    opened: Option<Nodes>,
    /// Why it cannot be opened, and what to do: the next workflow is told the same.
    failed: Option<(String, Option<String>)>,
    /// Whether opening is tried again all the same.
    tries_again: bool,
}

impl<'s> Store<'s> {
    pub(super) fn of(source: &'s dyn Source, tries_again: bool) -> Self {
        Self { source, opened: None, failed: None, tries_again }
    }

    pub(super) fn get(&mut self) -> Result<&Nodes> {
        if let Some((what, help)) = self.failed.clone() {
            let failure = Failure::new(what);
            return Err(help.map_or(failure.clone(), |help| failure.help(help)).into());
        }
        let opened = match self.opened.take() {
            Some(opened) => Ok(opened),
            None => self.source.open_store(),
        };
        let opened = opened.inspect_err(|error| {
            if !self.tries_again {
                let help = failure::help_of(error).map(Cow::into_owned);
                self.failed = Some((format!("{error:#}"), help));
            }
        })?;
        Ok(self.opened.insert(opened))
    }
}
