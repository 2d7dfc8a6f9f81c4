//! Node maps and workflows as JSON text, made from a layout.

use crate::coverage::Coverage;
use crate::json::Style;
use crate::layout::Layout;
use crate::rng::Rng;
use walk::Walker;

mod complete;
mod durations;
mod keys;
mod mistakes;
mod plausible;
mod quantities;
mod raw;
mod routes;
mod scalars;
mod strings;
mod times;
mod walk;

/// What the texts should be like. Percentages count from 0 to 100.
#[derive(Clone, Debug)]
pub struct Options {
    /// How many of 100 scalars and map keys are unusual but readable: escapes, controls, invalid UTF-8, odd numbers and
    /// times.
    pub hostile: u32,
    /// How many of 100 objects repeat a key, under its own or a folded spelling.
    pub repeats: u32,
    /// How many of 100 texts carry one mistake: a wrong type, an overflow, a bad time, broken JSON. The others are
    /// meant to be readable, which Argo alone decides.
    pub invalid: u32,
    /// How many of 100 structs have fields of no version.
    pub unknown: u32,
    /// How many of 100 values are `null`.
    pub nulls: u32,
    /// Exactly what Go writes: each field that `encoding/json` never omits is there, no other is empty.
    pub complete: bool,
    /// The manner of writing; drawn for each text when `None`.
    pub style: Option<Style>,
    /// The most nodes in a map.
    pub max_nodes: usize,
    /// About the most values (scalars, lists, structs) in a text; most texts have far fewer.
    pub max_values: usize,
}

impl Options {
    /// What a controller writes: plausible values, nothing repeated, unknown or invalid, in Go's own spelling.
    pub fn clean() -> Self {
        Self {
            hostile: 0,
            repeats: 0,
            invalid: 0,
            unknown: 0,
            nulls: 0,
            complete: true,
            style: Some(Style::Canonical),
            max_nodes: 12,
            max_values: 600,
        }
    }

    /// Everything unusual at once, in every style; one text in ten is invalid.
    pub fn hostile() -> Self {
        Self {
            hostile: 25,
            repeats: 12,
            invalid: 10,
            unknown: 8,
            nulls: 4,
            complete: false,
            style: None,
            max_nodes: 8,
            max_values: 600,
        }
    }
}

/// The JSON text of a `status.nodes` map.
pub fn nodes(rng: &mut Rng, layout: &Layout, options: &Options) -> Vec<u8> {
    nodes_covering(rng, layout, options, &mut Coverage::new())
}

/// The JSON text of a whole Workflow.
pub fn workflow(rng: &mut Rng, layout: &Layout, options: &Options) -> Vec<u8> {
    workflow_covering(rng, layout, options, &mut Coverage::new())
}

/// As [`nodes`], and records the fields written.
pub fn nodes_covering(
    rng: &mut Rng,
    layout: &Layout,
    options: &Options,
    coverage: &mut Coverage,
) -> Vec<u8> {
    value(rng, layout, Layout::NODES, options, coverage)
}

/// As [`workflow`], and records the fields written.
pub fn workflow_covering(
    rng: &mut Rng,
    layout: &Layout,
    options: &Options,
    coverage: &mut Coverage,
) -> Vec<u8> {
    value(rng, layout, Layout::WORKFLOW, options, coverage)
}

/// The JSON text of a value of the type called `root`, as `wf.Template`; records the fields written.
pub fn value(
    rng: &mut Rng,
    layout: &Layout,
    root: &str,
    options: &Options,
    coverage: &mut Coverage,
) -> Vec<u8> {
    let style = options.style.unwrap_or_else(|| *rng.pick(&Style::ALL));
    let (made, mistake_left) = Walker::new(rng, layout, root, options, style, coverage).root(root);
    let text = style.render(rng, &made);
    if mistake_left { mistakes::break_text(rng, text) } else { text }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::layout::Version;
    use crate::order::assert_in_order;

    const ROOTS: [&str; 2] = [Layout::WORKFLOW, Layout::NODES];

    fn text(seed: u64, layout: &Layout, root: &str, options: &Options) -> Vec<u8> {
        value(&mut Rng::new(seed), layout, root, options, &mut Coverage::new())
    }

    #[test]
    fn the_same_seed_gives_the_same_text() {
        let layout = Layout::load(Version::V4_1_2);
        for root in ROOTS {
            for seed in 0..50 {
                let texts = [(); 2].map(|()| text(seed, &layout, root, &Options::hostile()));
                assert_eq!(texts[0], texts[1], "{root}, seed {seed}");
            }
            assert_ne!(
                text(1, &layout, root, &Options::hostile()),
                text(2, &layout, root, &Options::hostile())
            );
        }
    }

    #[test]
    fn three_thousand_texts_reach_every_field_of_every_layout() {
        for version in Version::ALL {
            let layout = Layout::load(version);
            for (root, count) in
                [(Layout::CONFIG, 3_000), (Layout::WORKFLOW, 3_000), (Layout::NODES, 1_000)]
            {
                let mut coverage = Coverage::new();
                for seed in 0..count {
                    value(&mut Rng::new(seed), &layout, root, &Options::hostile(), &mut coverage);
                }
                let missing = coverage.missing(&layout, root);
                assert!(missing.is_empty(), "{version}: {root} never wrote {missing:?}");
            }
        }
    }

    #[test]
    fn clean_texts_are_json_in_every_style() {
        for version in Version::ALL {
            let layout = Layout::load(version);
            for root in ROOTS {
                for style in Style::ALL.map(Some).into_iter().chain([None]) {
                    for seed in 0..60 {
                        let text =
                            text(seed, &layout, root, &Options { style, ..Options::clean() });
                        let read: Result<serde_json::Value, _> = serde_json::from_slice(&text);
                        assert!(read.is_ok(), "{version} {root} {style:?} {seed}: {read:?}");
                    }
                }
            }
        }
    }

    #[test]
    fn clean_texts_are_in_the_order_of_their_layout() {
        for layout in Version::ALL.map(Layout::load) {
            for root in ROOTS {
                (0..300).for_each(|seed| {
                    assert_in_order(&layout, root, &text(seed, &layout, root, &Options::clean()));
                });
            }
        }
    }

    #[test]
    fn the_style_of_mysql_is_the_text_rewritten_as_mysql_does() {
        let layout = Layout::load(Version::V4_1_2);
        for (root, seed) in
            ROOTS.into_iter().flat_map(|root| (0..200).map(move |seed| (root, seed)))
        {
            let canonical = text(seed, &layout, root, &Options::clean());
            let styled = text(
                seed,
                &layout,
                root,
                &Options { style: Some(Style::MySql), ..Options::clean() },
            );
            assert_eq!(styled, crate::to_mysql_text(&canonical), "{root}, seed {seed}");
        }
    }

    #[test]
    fn clean_texts_name_each_node_by_its_id() {
        let layout = Layout::load(Version::V3_7_6);
        let mut nodes_seen = 0;
        for seed in 0..200 {
            let text = nodes(&mut Rng::new(seed), &layout, &Options::clean());
            let read: serde_json::Map<String, serde_json::Value> =
                serde_json::from_slice(&text).unwrap_or_default();
            for (key, node) in &read {
                assert_eq!(node["id"], **key, "seed {seed}");
                nodes_seen += 1;
            }
        }
        assert!(nodes_seen > 500, "only {nodes_seen} nodes in 200 texts");
    }

    #[test]
    fn sizes_stay_modest() {
        let layout = Layout::load(Version::V4_1_2);
        for (root, options) in ROOTS
            .into_iter()
            .flat_map(|root| [(root, Options::hostile()), (root, Options::clean())])
        {
            let mut sizes: Vec<usize> =
                (0..1_000).map(|seed| text(seed, &layout, root, &options).len()).collect();
            sizes.sort_unstable();
            let (median, most) = (sizes[500], sizes[999]);
            assert!(
                (500..20_000).contains(&median) && most < 1_000_000,
                "{root}: median {median}, largest {most}"
            );
        }
    }

    #[test]
    fn a_hostile_run_has_what_it_promises() {
        let layout = Layout::load(Version::V4_1_2);
        let texts: Vec<Vec<u8>> = (0..2_000)
            .map(|seed| text(seed, &layout, Layout::WORKFLOW, &Options::hostile()))
            .collect();
        let with = |part: &[u8]| {
            texts
                .iter()
                .filter(|text| text.windows(part.len()).any(|window| window == part))
                .count()
        };
        for part in [
            "\\ud800", "\\u0000", "\\/", "\u{2028}", "\u{7f}", "\u{17f}", "\u{212a}", "1e21", "-0",
            "{}", "[]", "null", "😀",
        ] {
            assert!(
                with(part.as_bytes()) >= 5,
                "{part:?} is in {} of 2000 texts",
                with(part.as_bytes())
            );
        }
        let broken = texts.iter().filter(|text| std::str::from_utf8(text).is_err()).count();
        assert!((50..1_900).contains(&broken), "{broken} of 2000 texts are no UTF-8");
    }
}
