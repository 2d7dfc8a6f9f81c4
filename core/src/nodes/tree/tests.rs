use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;

use argo_offload_testkit::Rng;

use super::*;

const ALL: Filter = Filter { phases: Vec::new(), template: None, selector: Selector::NONE };

fn view(filter: &Filter) -> View<'_> {
    View { filter, depth: None, limit: Some(0) }
}

/// The outline with a word for each node and fold.
fn drawn(nodes: &str, view: &View<'_>) -> String {
    let tree = Tree::read(nodes.as_bytes(), "wf").expect("nodes");
    let outline = tree.outline(view);
    let mut text = String::from("\n");
    for line in &outline.lines {
        for piece in outline.pieces(line, 100).0 {
            text.push_str(match piece {
                Piece::Bar => "│ ",
                Piece::Blank => "  ",
                Piece::Tee => "├─",
                Piece::Corner => "└─",
                Piece::Fork => "┬─",
                Piece::Dash => "──",
            });
        }
        match line.what {
            What::Section(section) => text.push_str(&format!("[{section:?}]")),
            What::Node(node) => text.push_str(&tree.node(node).expect("a node").display_name),
            What::Fold(counts) => {
                for (phase, count) in counts.iter() {
                    text.push_str(&format!("({count} {phase})"));
                }
            }
        }
        text.push('\n');
    }
    counted_once(&tree, &outline);
    text
}

/// Every node has a line or is in one count.
fn counted_once(tree: &Tree<'_>, outline: &Outline) {
    let mut shown = BTreeMap::new();
    let mut folded = 0;
    for line in &outline.lines {
        match line.what {
            What::Node(node) => *shown.entry(node).or_insert(0) += 1,
            What::Fold(counts) => folded += counts.total(),
            What::Section(_) => {}
        }
    }
    assert!(shown.values().all(|times| *times == 1), "a node has two lines: {outline:?}");
    assert_eq!((shown.len() as u32, folded), (outline.shown, outline.folded.total()));
    let Outline { filtered, omitted, structural, .. } = outline;
    let all = outline.shown + folded + filtered + omitted + structural;
    assert_eq!(all as usize, tree.nodes().len(), "a node is lost or counted twice: {outline:?}");
}

fn node(id: &str, rest: &str) -> String {
    format!(r#""{id}":{{"id":"{id}","name":"{id}","displayName":"{id}",{rest}}}"#)
}

#[test]
fn step_groups_branch_where_they_would_stand() {
    let nodes = [
        node("wf", r#""type":"Steps","phase":"Failed","children":["g0"]"#),
        node("g0", r#""type":"StepGroup","boundaryID":"wf","startedAt":"2026-01-01T00:00:00Z","children":["a","b"]"#),
        node("g1", r#""type":"StepGroup","boundaryID":"wf","startedAt":"2026-01-01T00:00:05Z","children":["c"]"#),
        node("a", r#""type":"Pod","phase":"Succeeded","boundaryID":"wf","children":["g1"]"#),
        node("b", r#""type":"Pod","phase":"Succeeded","boundaryID":"wf""#),
        node("c", r#""type":"Retry","phase":"Failed","boundaryID":"wf","children":["c(0)","c(1)"]"#),
        node("c(0)", r#""type":"Pod","phase":"Failed","boundaryID":"wf""#),
        node("c(1)", r#""type":"Pod","phase":"Failed","boundaryID":"wf""#),
    ]
    .join(",");
    let nodes = format!("{{{nodes}}}");
    assert_eq!(
        drawn(&nodes, &view(&ALL)),
        "
[Main]
wf
├─┬─a
│ └─b
└───c
    ├─c(0)
    └─c(1)
"
    );
    let failed = Filter { phases: [Phase::Failed].into(), ..ALL };
    assert_eq!(
        drawn(&nodes, &view(&failed)),
        "
[Main]
wf
└───c
    ├─c(0)
    └─c(1)
"
    );
    let pods = Filter { selector: "type=Pod".parse().expect("a selector"), ..ALL };
    assert_eq!(
        drawn(&nodes, &view(&pods)),
        "
[Main]
┬─a
└─b
┬─c(0)
└─c(1)
"
    );
    assert_eq!(
        drawn(&nodes, &View { depth: Some(1), ..view(&ALL) }),
        "
[Main]
wf
├─┬─a
│ └─b
└───c
    └─(2 Failed)
"
    );
}

#[test]
fn wide_lists_keep_what_failed() {
    let mut nodes = vec![node("wf", r#""type":"DAG","phase":"Running""#)];
    for number in 0..5000 {
        let phase = match number {
            4998 => "Failed",
            4999 => "Running",
            _ => "Succeeded",
        };
        nodes.push(node(
            &format!("many({number}:x)"),
            &format!(r#""type":"Pod","phase":"{phase}","boundaryID":"wf""#),
        ));
    }
    let nodes = format!("{{{}}}", nodes.join(","));
    assert_eq!(
        drawn(&nodes, &View { limit: Some(3), ..view(&ALL) }),
        "
[Main]
wf
├─many(4998:x)
├─many(4999:x)
├─many(0:x)
└─(4997 Succeeded)
"
    );
    assert_eq!(drawn(&nodes, &View { limit: None, ..view(&ALL) }).lines().count(), 24);
    assert_eq!(drawn(&nodes, &view(&ALL)).lines().count(), 5003);
}

#[test]
fn what_argo_leaves_out_is_shown() {
    let exit = pod_name::node_id("wf", "wf.onExit");
    let nodes = [
        node("wf", r#""type":"DAG","phase":"Succeeded""#),
        node("wf-1", r#""type":"Pod","boundaryID":"wf""#),
        node("wf-2", r#""type":"Container","boundaryID":"wf-1""#),
        node("wf-3", r#""type":"Pod","boundaryID":"gone""#),
        node("wf-4", r#""type":"Pod""#),
        node("wf-5", r#""type":"DAG","boundaryID":"wf-6""#),
        node("wf-6", r#""type":"DAG","boundaryID":"wf-5""#),
        node("wf-7", r#""type":"DAG","boundaryID":"wf-7""#),
        node("wf-8", r#""type":"OfTomorrow","phase":"Asleep","boundaryID":"wf""#),
        r#""wf-9":7"#.into(),
        node(&exit, r#""type":"Pod""#),
    ]
    .join(",");
    let nodes = format!("{{{nodes}}}");
    assert_eq!(
        drawn(&nodes, &view(&ALL)).replace(&exit, "exit"),
        "
[Main]
wf
├─wf-1
│ └─wf-2
└─wf-8
[Exit]
exit
[Other]

wf-4
[NoBoundary]
wf-3
[Circle]
wf-5
└─wf-6
wf-7
"
    );
}

#[test]
fn a_chain_of_50_000_nodes_costs_little() {
    let mut nodes = vec![node("wf", r#""type":"DAG""#)];
    let mut above = String::from("wf");
    for number in 0..50_000 {
        let id = format!("n{number:05}");
        nodes.push(node(&id, &format!(r#""type":"DAG","boundaryID":"{above}""#)));
        above = id;
    }
    let nodes = format!("{{{}}}", nodes.join(","));
    let tree = Tree::read(nodes.as_bytes(), "wf").expect("nodes");
    let outline = tree.outline(&view(&ALL));
    counted_once(&tree, &outline);
    let last = outline.lines.last().expect("a line");
    assert_eq!(last.depth, 50_000);
    let (pieces, left_out) = outline.pieces(last, 10);
    assert_eq!((pieces.len(), left_out), (10, 49_990));
}

#[test]
fn every_node_is_shown_or_counted_once_whatever_nodes_say() {
    const KINDS: [&str; 9] =
        ["Pod", "DAG", "Steps", "StepGroup", "TaskGroup", "Retry", "Skipped", "Container", ""];
    const PHASES: [&str; 8] =
        ["Succeeded", "Failed", "Error", "Running", "Pending", "Omitted", "", "Odd"];
    for seed in 0..3000 {
        let mut rng = Rng::new(seed);
        let count = rng.between(1, 30);
        // Ids beyond the count are of nodes that are not there.
        let mut id = {
            let mut rng = Rng::new(seed ^ 0xabcd);
            move || match rng.below(count + 3) {
                0 => String::from("wf"),
                other => format!("n{other}"),
            }
        };
        let mut nodes = Vec::new();
        for number in 0..count {
            let own = if number == 0 { "wf".into() } else { format!("n{number}") };
            let kind = KINDS[rng.below(KINDS.len())];
            let phase = PHASES[rng.below(PHASES.len())];
            let boundary = if rng.below(4) == 0 { String::new() } else { id() };
            let children: Vec<String> =
                (0..rng.below(4)).map(|_| format!("\"{}\"", id())).collect();
            nodes.push(node(
                &own,
                &format!(
                    r#""type":"{kind}","phase":"{phase}","boundaryID":"{boundary}","children":[{}]"#,
                    children.join(",")
                ),
            ));
        }
        let nodes = format!("{{{}}}", nodes.join(","));
        let failed = Filter { phases: [Phase::Failed].into(), ..ALL };
        for filter in [&ALL, &failed] {
            for (depth, limit) in
                [(None, Some(0)), (None, Some(1)), (Some(0), None), (Some(1), Some(2))]
            {
                drawn(&nodes, &View { filter, depth, limit });
            }
        }
    }
}

#[test]
fn what_is_no_node_map_is_refused_and_the_rest_is_read_as_far_as_it_goes() {
    assert!(Tree::read(b"[]", "wf").is_err());
    assert!(Tree::read(b"", "wf").is_err());
    let odd =
        br#"{"a":null,"b":{"children":{},"type":[]},"c":{"children":[1,null,"b"],"type":"Retry"},
        "b":{"type":"Pod","phase":"Failed","startedAt":"1970-01-01T00:01:00Z","templateRef":7}}"#;
    let tree = Tree::read(odd, "wf").expect("an object");
    counted_once(&tree, &tree.outline(&view(&ALL)));
    let [_, b, c] = tree.nodes() else { panic!("three nodes: {:?}", tree.nodes()) };
    assert_eq!((b.phase, b.started_at), (Phase::Failed, Some(60)));
    assert_eq!(c.child_count, 3);
    assert_eq!(tree.value_of(c, "type"), Some(&b"\"Retry\""[..]));
}
