//! The tree as lines of text.

use std::collections::BTreeMap;

use argo_offload_core::nodes::tree::{
    Line, Node, Outline, PhaseCounts, PodNames, Section, Tree, What, pod_name,
};
use jiff::Timestamp;
use serde::Deserialize;
use unicode_width::UnicodeWidthStr;

use super::durations;
use super::header::resources;
use super::look::{Colour, Look, grouped};
use crate::output::shortened;

/// The most characters of a cell: longer names are no names of Kubernetes.
const CELL: usize = 253;
/// The most levels that are drawn to the left of a node; those above are counted.
const LEVELS: usize = 30;
/// Blanks between columns.
const GAP: usize = 2;
/// The least columns that a message keeps on a narrow terminal.
const LEAST_MESSAGE: usize = 16;

/// What is drawn.
pub(super) struct Drawing<'a> {
    pub(super) tree: &'a Tree<'a>,
    pub(super) outline: &'a Outline,
    /// The workflow's name.
    pub(super) workflow: &'a str,
    pub(super) pods: PodNames,
    pub(super) now: Timestamp,
}

/// One line: what leads to the node, its sign, and the cells; the first goes on behind the sign.
struct Row {
    lead: String,
    sign: (&'static str, Colour),
    cells: Vec<String>,
}

impl Row {
    fn first(&self) -> String {
        let Self { lead, sign: (sign, _), cells } = self;
        let blank = if sign.is_empty() { "" } else { " " };
        format!("{lead}{sign}{blank}{}", cells.first().map_or("", String::as_str))
    }
}

/// The lines, each ended.
pub(super) fn text(drawing: &Drawing<'_>, look: Look) -> String {
    let mut headers = vec!["STEP", "TEMPLATE", "PODNAME", "DURATION", "MESSAGE"];
    let mut message = 4;
    if look.wide {
        headers.insert(4, "ARTIFACTS");
        headers.extend(["RESOURCESDURATION", "NODENAME"]);
        message = 5;
    }
    let mut rows = vec![Row {
        lead: String::new(),
        sign: ("", Colour::Plain),
        cells: headers.iter().map(ToString::to_string).collect(),
    }];
    rows.extend(drawing.outline.lines.iter().flat_map(|line| drawing.rows(line, look)));

    let mut widths = vec![0; headers.len()];
    for row in rows.iter().filter(|row| row.cells.len() == headers.len()) {
        widths[0] = widths[0].max(row.first().width());
        for (width, cell) in widths.iter_mut().zip(&row.cells).skip(1) {
            *width = (*width).max(cell.width());
        }
    }
    if let Some(columns) = look.columns {
        let others: usize = widths.iter().sum::<usize>() - widths[message];
        let room = columns.saturating_sub(others + GAP * (widths.len() - 1));
        widths[message] = widths[message].min(room.max(LEAST_MESSAGE));
    }
    let mut text = String::new();
    for row in &rows {
        let mut line = row.first();
        for (column, cell) in row.cells.iter().enumerate().skip(1) {
            let up_to = GAP * column + widths[..column].iter().sum::<usize>();
            line.push_str(&" ".repeat(up_to.saturating_sub(line.width())));
            line.push_str(&look.fit(cell, widths[column]));
        }
        let line = look.columns.map_or(line.clone(), |columns| look.fit(&line, columns));
        text.push_str(&painted(line.trim_end(), row, look));
        text.push('\n');
    }
    text
}

/// The line with its sign in colour, if the sign has not been cut off.
fn painted(line: &str, row: &Row, look: Look) -> String {
    let (sign, colour) = row.sign;
    match line.strip_prefix(&*row.lead).and_then(|rest| rest.strip_prefix(sign)) {
        Some(rest) if !sign.is_empty() => {
            format!("{}{}{rest}", row.lead, look.painted(sign, colour))
        }
        _ => line.into(),
    }
}

impl Drawing<'_> {
    fn rows(&self, line: &Line, look: Look) -> Vec<Row> {
        let bare = |text: &str| Row {
            lead: String::new(),
            sign: ("", Colour::Plain),
            cells: vec![text.into()],
        };
        let (pieces, above) = self.outline.pieces(line, LEVELS);
        let mut lead = String::from(" ");
        if above > 0 {
            lead.push_str(&format!("{}{} ", look.goes_on(), grouped(above as u64)));
        }
        pieces.into_iter().for_each(|piece| lead.push_str(look.piece(piece)));
        match line.what {
            What::Section(Section::Main) => vec![],
            What::Section(Section::Exit) => vec![bare("")],
            What::Section(Section::Other) => vec![bare(""), bare("Beside the entry point:")],
            What::Section(Section::NoBoundary) => {
                vec![bare(""), bare("Parts of nodes that are not there:")]
            }
            What::Section(Section::Circle) => vec![bare(""), bare("Parts of each other:")],
            What::Fold(counts) => vec![Row {
                lead,
                sign: (look.goes_on(), Colour::Plain),
                cells: vec![words(&counts)],
            }],
            What::Node(index) => {
                let Some(node) = self.tree.node(index) else { return vec![] };
                vec![Row { lead, sign: look.sign(node), cells: self.cells(node, look) }]
            }
        }
    }

    /// Source: `printNode` in get.go: duration and pod of pods only.
    fn cells(&self, node: &Node<'_>, look: Look) -> Vec<String> {
        let name = if node.display_name.is_empty() { &node.id } else { &node.display_name };
        let template = match &node.template_ref {
            Some((holder, template)) => format!("{holder}/{template}"),
            None => node.template_name.to_string(),
        };
        let pod = node.kind == "Pod";
        let only_pods = |text: String| if pod { text } else { String::new() };
        let mut cells = vec![
            shortened(name, CELL),
            shortened(&template, CELL),
            only_pods(shortened(
                &pod_name(self.pods, self.workflow, &node.name, node.template(), &node.id),
                CELL,
            )),
            only_pods(durations::short(node.started_at, node.finished_at, self.now)),
            shortened(&node.message, CELL),
        ];
        if look.wide {
            let value = |key| self.tree.value_of(node, key);
            let outputs: Outputs = read(value("outputs"));
            let names: Vec<String> =
                outputs.artifacts.into_iter().map(|artifact| artifact.name).collect();
            cells.insert(4, shortened(&names.join(","), CELL));
            let durations: BTreeMap<String, i64> = read(value("resourcesDuration"));
            cells.push(shortened(&resources(&durations), CELL));
            let host: String = read(value("hostNodeName"));
            cells.push(only_pods(shortened(&host, CELL)));
        }
        cells
    }
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Outputs {
    artifacts: Vec<Artifact>,
}

#[derive(Default, Deserialize)]
#[serde(default)]
struct Artifact {
    name: String,
}

/// The value, or nothing: what is not of Argo's types is not shown.
fn read<T: Default + for<'de> Deserialize<'de>>(text: Option<&[u8]>) -> T {
    text.and_then(|text| serde_json::from_slice(text).ok()).unwrap_or_default()
}

/// `930 Failed, 4,980 Succeeded`
pub(super) fn words(counts: &PhaseCounts) -> String {
    let words: Vec<String> =
        counts.iter().map(|(phase, count)| format!("{} {phase}", grouped(count.into()))).collect();
    words.join(", ")
}

/// What has no line, in words; empty if everything has one or only holds others together.
pub(super) fn left_out(outline: &Outline) -> String {
    let mut parts = Vec::new();
    if outline.folded.total() > 0 {
        parts.push(words(&outline.folded));
    }
    for (count, why) in [(outline.filtered, "not chosen"), (outline.omitted, "Omitted")] {
        if count > 0 {
            parts.push(format!("{} {why}", grouped(count.into())));
        }
    }
    parts.join(", ")
}
