//! `get`: workflows and their nodes, wherever those are.

mod describe;
mod durations;
mod facts;
mod follow;
mod header;
mod hydrate;
mod list;
mod live;
mod look;
mod source;
mod tree;

use std::collections::BTreeSet;
use std::rc::Rc;

use anyhow::Result;
use argo_offload_core::golang::Encoder;
use argo_offload_core::nodes::tree::Filter;
use argo_offload_core::workflow::{Envelope, EnvelopeProblem};

use self::describe::{Part, describe};
use self::hydrate::Hydrator;
use self::list::List;
use self::look::Look;
use self::source::{Files, Inputs, Source, Store};
use super::live::block_on;
use super::printed_workflow::finish;
use super::{Answer, notice};
use crate::cli::{GetArguments, GetOutput, WorkflowOutput};
use crate::failure::{self, Failure};
use crate::input::{Document, Objects, objects};
use crate::output::counted;
use crate::output::{printable, say, write_stdout};

pub(super) fn run(arguments: &GetArguments) -> Result<Answer> {
    notice(arguments.argo.argo_version);
    if arguments.filename.is_empty() {
        return live::run(arguments);
    }
    let store = arguments.store.as_deref();
    let files = Files { paths: &arguments.filename, store, live: &arguments.live };
    block_on(async { get(&files, arguments) })
}

/// Shows what is in a source.
fn get(source: &dyn Source, arguments: &GetArguments) -> Result<Answer> {
    let argo = arguments.argo.argo_version;
    let mut hydrator = Hydrator {
        encoder: Encoder::new(argo),
        argo,
        store: Store::of(source, arguments.watch),
        row_version: arguments.row_version.as_deref(),
    };
    let names: Vec<String> =
        arguments.selection.names.iter().map(|name| bare(name).to_owned()).collect();
    if arguments.watch {
        return watch(source, &mut hydrator, &names, arguments);
    }
    let mut found = Found::new(source, source.pages(&names), &names);
    let first = found.next();
    let second = found.next();
    let alone = first.is_some() && second.is_none();
    if arguments.row_version.is_some() && second.is_some() {
        return Err(Failure::new("--row-version is of one workflow").help("name it").into());
    }
    let output = match arguments.output {
        None if alone => GetOutput::Tree,
        None => GetOutput::Table,
        Some(output) => output,
    };
    let mut all = first.into_iter().chain(second).chain(found.by_ref());
    let mut failed = 0u64;
    let mut note = |result: Result<()>| {
        if let Err(error) = result {
            if failure::is_broken_pipe(&error) {
                return Err(error);
            }
            failed += 1;
            failure::print(&error);
        }
        Ok(())
    };
    match output {
        GetOutput::Json if !alone => json_list(&mut hydrator, &mut all, &mut note)?,
        GetOutput::Yaml | GetOutput::Json => {
            let format = match output {
                GetOutput::Json => WorkflowOutput::Json,
                _ => WorkflowOutput::Yaml,
            };
            for (number, (objects, document)) in all.enumerate() {
                if number > 0 {
                    write_stdout(b"---\n")?;
                }
                let hydrated = hydrator.hydrate(&objects, &document);
                note(hydrated.and_then(|hydrated| finish(&hydrated.text, format).map(drop)))?;
            }
        }
        GetOutput::Name => {
            for (objects, document) in all {
                let name = document.envelope(&objects)?.name;
                let line = format!("workflow.argoproj.io/{}\n", printable(&name));
                write_stdout(line.as_bytes())?;
            }
        }
        GetOutput::Wide | GetOutput::Tree if alone || output == GetOutput::Tree => {
            let look = Look::of(arguments, output == GetOutput::Wide);
            let part = part(arguments);
            for (number, (objects, document)) in all.enumerate() {
                let described = describe(&mut hydrator, &objects, &document, &part, look, false);
                note(described.and_then(|described| {
                    let between = if number > 0 { "\n" } else { "" };
                    write_stdout((between.to_owned() + &described.text).as_bytes())?;
                    described.problem.map_or(Ok(()), Err)
                }))?;
            }
        }
        GetOutput::Table | GetOutput::Wide | GetOutput::Tree => {
            let mut list = List::new(output == GetOutput::Wide);
            let mut rows = 0u64;
            for (objects, document) in all {
                rows += 1;
                note(list.add(&mut hydrator, &objects, &document))?;
            }
            if rows > failed {
                write_stdout(list.text().as_bytes())?;
            }
        }
    }
    let failed = failed + found.finish();
    Ok(if failed > 0 { Answer::Incomplete } else { Answer::Good })
}

/// `my-workflow` of `workflow/my-workflow` and its like.
fn bare(name: &str) -> &str {
    const KINDS: [&str; 5] =
        ["workflow", "workflows", "wf", "workflow.argoproj.io", "workflows.argoproj.io"];
    match name.split_once('/') {
        Some((kind, name)) if KINDS.contains(&kind) => name,
        _ => name,
    }
}

fn part(arguments: &GetArguments) -> Part {
    let filter = Filter {
        phases: arguments.status.iter().map(|status| (*status).into()).collect(),
        template: arguments.template.clone(),
        selector: arguments.node_field_selector.clone(),
    };
    Part { filter, depth: arguments.depth, limit: arguments.limit }
}

/// Writes a List, one workflow after the other.
fn json_list(
    hydrator: &mut Hydrator<'_>,
    all: &mut dyn Iterator<Item = Workflow>,
    note: &mut dyn FnMut(Result<()>) -> Result<()>,
) -> Result<()> {
    write_stdout(br#"{"apiVersion":"v1","kind":"List","items":["#)?;
    let mut before: &[u8] = b"\n";
    for (objects, document) in all {
        match hydrator.hydrate(&objects, &document) {
            Ok(hydrated) => {
                write_stdout(before)?;
                write_stdout(&hydrated.text)?;
                before = b",\n";
            }
            Err(error) => note(Err(error))?,
        }
    }
    write_stdout(b"\n]}\n")
}

fn watch(
    source: &dyn Source,
    hydrator: &mut Hydrator<'_>,
    names: &[String],
    arguments: &GetArguments,
) -> Result<Answer> {
    let tree = matches!(arguments.output, None | Some(GetOutput::Tree | GetOutput::Wide));
    if names.len() > 1 || !tree {
        return Err(Failure::new("-w follows the tree of one workflow")
            .help("name one workflow, and leave out -o or give -o tree or -o wide")
            .into());
    }
    let look = Look::of(arguments, arguments.output == Some(GetOutput::Wide));
    let part = part(arguments);
    let mut found = Found::new(source, source.states(names.first().map(String::as_str))?, names);
    let mut followed: Option<String> = None;
    let states = found.by_ref().map(|(objects, document)| {
        let state = describe(hydrator, &objects, &document, &part, look, true);
        if let Ok(state) = &state {
            let first = followed.get_or_insert_with(|| state.name.clone());
            if *first != state.name {
                let what =
                    format!("workflow/{first} is followed, and workflow/{} came", state.name);
                return Err(Failure::new(what).help("name the one that is meant").into());
            }
        }
        state
    });
    let answer = follow::follow(states, look, |text| write_stdout(text.as_bytes()))?;
    Ok(if answer == Answer::Good {
        answer
    } else {
        found.finish();
        Answer::Incomplete
    })
}

/// A workflow and the input that it is a part of.
type Workflow = (Rc<Objects>, Document);

/// The workflows of a source. What cannot be read is said and counted, and the next one comes.
struct Found<'s> {
    inputs: Inputs<'s>,
    names: &'s [String],
    /// Whether the source itself says what is missing.
    told: bool,
    seen: BTreeSet<String>,
    page: Option<(Rc<Objects>, usize)>,
    failed: u64,
    others: u64,
}

impl<'s> Found<'s> {
    fn new(source: &dyn Source, inputs: Inputs<'s>, names: &'s [String]) -> Self {
        let told = source.tells_what_is_missing();
        Self { inputs, names, told, seen: BTreeSet::new(), page: None, failed: 0, others: 0 }
    }

    /// Says what was passed over; how many inputs, objects and names there was nothing to show for.
    fn finish(&self) -> u64 {
        if self.others > 0 {
            let others = counted(self.others, "object");
            say(format_args!("note: passed over {others} of other kinds than Workflow"));
        }
        let missing: Vec<&String> =
            self.names.iter().filter(|name| !self.told && !self.seen.contains(*name)).collect();
        for name in &missing {
            let failure =
                Failure::new(format_args!("there is no workflow {name:?} in what was read"))
                    .help("leave out the name to see what there is");
            failure::print(&failure.into());
        }
        if self.seen.is_empty() && self.names.is_empty() && self.failed == 0 && !self.told {
            say("No workflows found.");
        }
        self.failed + missing.len() as u64
    }

    /// Whether the object is a workflow that is meant.
    fn meant(&mut self, objects: &Objects, document: &Document) -> bool {
        match Envelope::parse(document.text(objects)) {
            Ok(envelope) => {
                let meant =
                    self.names.is_empty() || self.names.iter().any(|name| *name == *envelope.name);
                if meant {
                    self.seen.insert(envelope.name.to_string());
                }
                meant
            }
            Err(error) => {
                let other = matches!(error.problem, EnvelopeProblem::Kind { .. });
                if other && objects.all.len() > 1 {
                    self.others += 1;
                } else {
                    self.failed += 1;
                    failure::print(&document.envelope_failure(objects, &error).into());
                }
                false
            }
        }
    }
}

impl Iterator for Found<'_> {
    type Item = Workflow;

    fn next(&mut self) -> Option<Workflow> {
        loop {
            while let Some((objects, at)) = &mut self.page {
                let Some(document) = objects.all.get(*at).cloned() else { break };
                *at += 1;
                let objects = Rc::clone(objects);
                if self.meant(&objects, &document) {
                    return Some((objects, document));
                }
            }
            self.page = None;
            match self.inputs.next()?.and_then(objects) {
                Ok(objects) => self.page = Some((Rc::new(objects), 0)),
                Err(error) => {
                    self.failed += 1;
                    failure::print(&error);
                }
            }
        }
    }
}
