//! Following a workflow until it ends: in place on a terminal, as lines of what changes elsewhere.

use std::collections::BTreeMap;

use anyhow::Result;
use argo_offload_core::nodes::tree::Phase;
use jiff::Timestamp;
use unicode_width::UnicodeWidthStr;

use super::describe::{Described, NodeState};
use super::look::{Look, grouped};
use crate::commands::Answer;
use crate::failure;
use crate::output::{printable, say, shortened};

/// The most characters of a name or message in a line.
const CELL: usize = 253;

/// Shows one state after the other through `write`, until the workflow has ended or no state comes any more.
///
/// A state whose nodes cannot be had is no end: the next one may have them.
///
/// # Errors
/// A state cannot be read, or nothing can be written.
pub(super) fn follow(
    states: impl Iterator<Item = Result<Described>>,
    look: Look,
    mut write: impl FnMut(&str) -> Result<()>,
) -> Result<Answer> {
    let mut screen = Screen::default();
    let mut before: Option<Described> = None;
    for state in states {
        let mut state = state?;
        match look.rows {
            Some(rows) => write(&screen.frame(&state.text, rows, look))?,
            None => write(&changes(before.as_ref(), &state, look))?,
        }
        let problem = state.problem.take();
        if state.ended {
            return Ok(match problem {
                Some(error) => {
                    failure::print(&error);
                    Answer::Incomplete
                }
                None => Answer::Good,
            });
        }
        // Nodes that could not be had this time are still what they were.
        if problem.is_some()
            && let Some(before) = before.take()
        {
            state.nodes = before.nodes;
        }
        before = Some(state);
    }
    // Of no state at all, whoever read them says why.
    if let Some(state) = before {
        say(format_args!(
            "note: no more states came; workflow/{} has not ended: {}",
            printable(&state.name),
            printable(&state.status)
        ));
    }
    Ok(Answer::Incomplete)
}

/// What is on the terminal.
#[derive(Default)]
struct Screen {
    lines: usize,
}

impl Screen {
    /// Takes what was drawn off the screen, and draws the text in at most all but one of its rows.
    fn frame(&mut self, text: &str, rows: usize, look: Look) -> String {
        let mut out = String::new();
        if self.lines > 0 {
            out.push_str(&format!("\u{1b}[{}A\u{1b}[J", self.lines));
        }
        let all: Vec<&str> = text.lines().collect();
        let room = rows - 1;
        let kept = if all.len() > room { room - 1 } else { all.len() };
        self.lines = kept;
        for line in all.iter().take(kept) {
            // A line that would be wrapped takes two rows. Those with colours were fitted when they were drawn.
            let columns =
                look.columns.filter(|columns| !line.contains('\u{1b}') && line.width() > *columns);
            out.push_str(&columns.map_or((*line).into(), |columns| look.fit(line, columns)));
            out.push('\n');
        }
        if all.len() > kept {
            let more = grouped((all.len() - kept) as u64);
            out.push_str(&format!("{} {more} more lines\n", look.goes_on()));
            self.lines += 1;
        }
        out
    }
}

/// What is new, one line each: for the first state a summary, then nodes that came or changed their phase.
fn changes(before: Option<&Described>, state: &Described, look: Look) -> String {
    let time = Timestamp::now().strftime("%H:%M:%S").to_string();
    let mut out = String::new();
    let mut line = |what: &str| out.push_str(&format!("{time}  {what}\n"));
    let Some(before) = before else {
        line(&summary(state));
        return out;
    };
    let known: BTreeMap<&str, &NodeState> =
        before.nodes.iter().map(|node| (&*node.id, node)).collect();
    for node in &state.nodes {
        let old = known.get(&*node.id);
        let quiet = matches!(&*node.kind, "StepGroup" | "TaskGroup");
        if quiet || old.is_some_and(|old| old.phase == node.phase && old.message == node.message) {
            continue;
        }
        let arrow = if look.utf8 { "→" } else { "->" };
        let from =
            old.filter(|old| old.phase != node.phase).map(|old| format!("{} {arrow} ", old.phase));
        let message =
            if node.message.is_empty() { String::new() } else { format!(": {}", node.message) };
        line(&format!(
            "{}  {}{}{}",
            shortened(&node.name, CELL),
            printable(&from.unwrap_or_default()),
            printable(&node.phase),
            shortened(&message, CELL)
        ));
    }
    if before.status != state.status || state.ended {
        line(&summary(state));
    }
    out
}

/// `workflow/a  Running  (2 Running, 3 Succeeded)`
fn summary(state: &Described) -> String {
    let mut counts = [0u64; Phase::ALL.len()];
    for node in &state.nodes {
        counts[Phase::of(&node.phase) as usize] += 1;
    }
    let counts: Vec<String> = Phase::ALL
        .iter()
        .zip(counts)
        .filter(|(_, count)| *count > 0)
        .map(|(phase, count)| format!("{} {phase}", grouped(count)))
        .collect();
    let counts = if counts.is_empty() { "no nodes".into() } else { counts.join(", ") };
    format!("workflow/{}  {}  ({counts})", shortened(&state.name, CELL), printable(&state.status))
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOOK: Look =
        Look { utf8: true, colour: false, columns: Some(20), rows: None, wide: false };

    fn state(phases: &[(&str, &str)], status: &str, ended: bool) -> Described {
        let node = |(name, phase): &(&str, &str)| NodeState {
            id: (*name).into(),
            name: (*name).into(),
            kind: "Pod".into(),
            phase: (*phase).into(),
            message: String::new(),
        };
        Described {
            text: phases.iter().map(|(name, phase)| format!("{name} {phase}\n")).collect(),
            name: "wf".into(),
            status: status.into(),
            ended,
            nodes: phases.iter().map(node).collect(),
            problem: None,
        }
    }

    fn followed(states: Vec<Described>, look: Look) -> (Answer, String) {
        let mut out = String::new();
        let answer = follow(states.into_iter().map(Ok), look, |text| {
            out.push_str(text);
            Ok(())
        });
        (answer.expect("nothing fails"), out)
    }

    #[test]
    fn without_a_terminal_changes_are_lines() {
        let (answer, out) = followed(
            vec![
                state(&[("a", "Running")], "Running", false),
                state(&[("a", "Running")], "Running", false),
                state(&[("a", "Failed"), ("b", "Pending")], "Running", false),
                state(&[("a", "Failed"), ("b", "Succeeded")], "Failed", true),
                state(&[("a", "never seen")], "Failed", true),
            ],
            LOOK,
        );
        assert_eq!(answer, Answer::Good);
        let lines: Vec<&str> = out.lines().filter_map(|line| line.get(10..)).collect();
        assert_eq!(
            lines,
            [
                "workflow/wf  Running  (1 Running)",
                "a  Running → Failed",
                "b  Pending",
                "b  Pending → Succeeded",
                "workflow/wf  Failed  (1 Failed, 1 Succeeded)",
            ]
        );
    }

    #[test]
    fn on_a_terminal_it_is_redrawn_in_place_and_never_longer_than_the_screen() {
        let many: Vec<(&str, &str)> = vec![("a-name-that-is-too-long", "Running"); 9];
        let (answer, out) = followed(
            vec![state(&many, "Running", false), state(&[("a", "Succeeded")], "Succeeded", true)],
            Look { rows: Some(5), ..LOOK },
        );
        assert_eq!(answer, Answer::Good);
        let line = "a-name-that-is-too-…\n";
        assert_eq!(
            out,
            format!("{line}{line}{line}… 6 more lines\n\u{1b}[4A\u{1b}[Ja Succeeded\n")
        );
    }

    #[test]
    fn a_watch_that_breaks_off_is_no_success() {
        let (answer, _) = followed(vec![state(&[], "Running", false)], LOOK);
        assert_eq!(answer, Answer::Incomplete);
    }

    #[test]
    fn nodes_that_cannot_be_had_once_do_not_seem_new_afterwards() {
        let lost = Described {
            problem: Some(anyhow::anyhow!("the row is not there yet")),
            ..state(&[], "Running", false)
        };
        let states = vec![
            state(&[("a", "Running")], "Running", false),
            lost,
            state(&[("a", "Running")], "Running", false),
        ];
        let (_, out) = followed(states, LOOK);
        assert_eq!(out.lines().count(), 1, "{out}");
    }
}
