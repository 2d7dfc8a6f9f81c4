//! What lint's fixes make of configurations, judged by Argo: nothing that worked stops working, what lint has nothing
//! more to say about is accepted, and comments stay.
//!
//! `ORACLE_SEED` repeats a run; `ORACLE_FIXES` says how many mutated manifests of each population a release gets.

use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;

use argo_offload_core::config::rules::{RULES, examples};
use argo_offload_core::config::{
    File, Finding, Kind, Options, Report, Severity, apply_fixes, lint,
};
use argo_offload_core::golang::ArgoVersion;
use argo_offload_core::yaml::{self, documents};
use argo_offload_oracle::{ConfigStage, Oracle, RELEASES, count, seed};
use argo_offload_testkit::fixtures::{config_corpus, config_vectors};
use argo_offload_testkit::{Configs, Population, Rng};

/// Of the corpus every so many-th text is taken.
const SAMPLE: usize = 20;
/// Rounds of fixes after which nothing may be left to fix.
const ROUNDS: usize = 20;
/// The controller's own verdict, and the rule that knows an unknown key's right place; `AO106` says that chance decides.
const VERDICT: [&str; 6] = ["AO101", "AO102", "AO103", "AO104", "AO105", "AO202"];
const BY_CHANCE: &str = "AO106";

#[test]
fn argo_accepts_what_the_fixes_leave() {
    let texts = texts(seed("ORACLE_SEED"), count("ORACLE_FIXES", 1000));
    let mut wrong = Vec::new();
    for release in RELEASES {
        let mut oracle = Oracle::start(release);
        let version = release.parse().expect("a release that core knows");
        let mut tally = Tally::default();
        let cases: Vec<Case> = texts.iter().filter_map(|text| Case::of(text, version)).collect();
        for chunk in cases.chunks(500) {
            let asked: Vec<&[u8]> = chunk.iter().flat_map(Case::asked).collect();
            let mut stages = oracle.outcomes(&asked).into_iter().map(|outcome| outcome.stage);
            for case in chunk {
                let before = stages.next().expect("an answer");
                for fixed in &case.fixed {
                    let after = stages.next().expect("an answer");
                    tally.count(fixed, before, after);
                    let faults = fixed.faults(before, after);
                    wrong.extend(faults.into_iter().map(|fault| case.describe(fixed, &fault)));
                }
            }
        }
        println!("{release}: {} texts; {:?}", cases.len(), tally.0);
        let reached = |what| tally.0.get(what).copied().unwrap_or_default();
        for what in ["fixed", "mended", "silent"] {
            assert!(reached(what) > 50, "{what} too seldom: {:?}", tally.0);
        }
    }
    for fault in wrong.iter().take(10) {
        println!("{fault}");
    }
    assert!(wrong.is_empty(), "{} faults", wrong.len());
}

/// The rules' examples, the vectors, a part of the corpus and mutated manifests.
fn texts(seed: u64, total: usize) -> Vec<Vec<u8>> {
    let of_rules = RULES.iter().flat_map(|rule| examples(rule));
    let mut texts: Vec<Vec<u8>> =
        of_rules.map(|example| example.text.as_bytes().to_vec()).collect();
    texts.extend(config_vectors().into_iter().map(|vector| vector.yaml));
    texts.extend(config_corpus().into_iter().step_by(SAMPLE).map(|mutation| mutation.text));
    let configs = Configs::load();
    for population in [Population::Printable, Population::Any] {
        let mut rng = Rng::new(seed);
        texts.extend((0..total).map(|_| configs.manifest(&mut rng, population)));
    }
    texts
}

/// A text with a configuration that Argo can be asked about.
struct Case {
    version: ArgoVersion,
    text: Vec<u8>,
    manifest: Vec<u8>,
    /// With the safe fixes, and with all.
    fixed: [Fixed; 2],
}

/// What came of a text.
struct Fixed {
    unsafe_too: bool,
    text: Vec<u8>,
    manifest: Vec<u8>,
    /// Codes of the rules whose fixes were applied.
    rules: Vec<&'static str>,
    /// It could go on forever.
    endless: bool,
    /// Comments that went without their line.
    lost: Vec<String>,
    /// Rules with an error that was not there before.
    new_errors: Vec<&'static str>,
    /// What lint still says.
    report: Report,
}

impl Case {
    fn of(text: &[u8], version: ArgoVersion) -> Option<Self> {
        let manifest = manifest(text, version)?;
        let fixed = |unsafe_too| Fixed::of(text, version, unsafe_too);
        let fixed = [fixed(false)?, fixed(true)?];
        Some(Self { version, text: text.to_vec(), manifest, fixed })
    }

    fn asked(&self) -> impl Iterator<Item = &[u8]> {
        let fixed = self.fixed.iter().map(|fixed| &fixed.manifest[..]);
        std::iter::once(&self.manifest[..]).chain(fixed)
    }

    fn describe(&self, fixed: &Fixed, fault: &str) -> String {
        format!(
            "{} {fault} by {:?}{}\n--- before\n{}\n--- after\n{}\n---",
            self.version,
            fixed.rules,
            if fixed.unsafe_too { ", the unsafe ones too" } else { "" },
            self.text.escape_ascii().to_string().replace("\\n", "\n"),
            fixed.text.escape_ascii().to_string().replace("\\n", "\n"),
        )
    }
}

impl Fixed {
    fn of(text: &[u8], version: ArgoVersion, unsafe_too: bool) -> Option<Self> {
        let (mut text, mut rules, mut lost) = (text.to_vec(), Vec::new(), Vec::new());
        let before = errors(&report(&text, version));
        for round in 0.. {
            let report = report(&text, version);
            let fixed = apply_fixes(&text, 0, &report.findings, unsafe_too);
            let endless = round == ROUNDS;
            if fixed.applied.is_empty() || endless {
                let manifest = manifest(&text, version)?;
                let new_errors = errors(&report).difference(&before).copied().collect();
                return Some(Self {
                    unsafe_too,
                    text,
                    manifest,
                    rules,
                    endless,
                    lost,
                    new_errors,
                    report,
                });
            }
            let applied = || fixed.applied.iter().map(|index| &report.findings[*index]);
            lost.extend(lost_comments(&text, applied()));
            rules.extend(applied().map(|finding| finding.rule.code));
            text = fixed.text;
        }
        None
    }

    fn faults(&self, before: ConfigStage, after: ConfigStage) -> Vec<String> {
        let mut faults = Vec::new();
        let by_chance = after == ConfigStage::Depends && self.says(&[BY_CHANCE]);
        // Chance may have shown only one side before.
        if before == ConfigStage::Ok && after != ConfigStage::Ok && !by_chance {
            faults.push(format!("accepted before, {after:?} after fixes"));
        }
        let silent = self.is_silent();
        if silent && after != ConfigStage::Ok && !by_chance {
            faults.push(format!("lint is silent and Argo comes to {after:?} after fixes"));
        }
        if self.endless {
            faults.push("fixed without an end".into());
        }
        // What was refused as a whole has errors that show only afterwards.
        if before == ConfigStage::Ok && !self.new_errors.is_empty() {
            faults.push(format!("new errors of {:?}", self.new_errors));
        }
        faults.extend(self.lost.iter().map(|comment| format!("the comment {comment:?} lost")));
        faults
    }

    /// Whether lint has nothing more against it, suppressed or not.
    fn is_silent(&self) -> bool {
        self.report.suppressed.is_empty() && !self.says(&VERDICT)
    }

    fn says(&self, codes: &[&str]) -> bool {
        self.report.findings.iter().any(|finding| codes.contains(&finding.rule.code))
    }
}

#[derive(Default)]
struct Tally(BTreeMap<&'static str, usize>);

impl Tally {
    fn count(&mut self, fixed: &Fixed, before: ConfigStage, after: ConfigStage) {
        let changed = !fixed.rules.is_empty();
        let mended = before != ConfigStage::Ok && after == ConfigStage::Ok;
        let silent = fixed.is_silent();
        for (what, is) in [("fixed", changed), ("mended", mended), ("silent", silent)] {
            *self.0.entry(what).or_default() += usize::from(is);
        }
        for rule in &fixed.rules {
            *self.0.entry(rule).or_default() += 1;
        }
    }
}

fn report(text: &[u8], version: ArgoVersion) -> Report {
    let file = File { name: "a.yaml", text, named: true };
    lint(&[file], &Options { version: Some(version), ..Options::default() })
}

/// The rules with an error.
fn errors(report: &Report) -> BTreeSet<&'static str> {
    let errors = report.findings.iter().filter(|finding| finding.severity == Severity::Error);
    errors.map(|finding| finding.rule.code).collect()
}

/// The first configuration in a text as a ConfigMap's manifest; `None` where the text has none by itself.
fn manifest(text: &[u8], version: ArgoVersion) -> Option<Vec<u8>> {
    documents(text).into_iter().find_map(|range| {
        let document = text.get(range)?;
        let report = report(document, version);
        let [source] = &report.sources[..] else { return None };
        wrapped(as_read(document), source.kind?)
    })
}

/// What of a document is read: nothing behind its end.
fn as_read(document: &[u8]) -> &[u8] {
    match yaml::read(document) {
        Ok(read) if read.transcoded().is_none() => &document[..read.end()],
        _ => document,
    }
}

fn wrapped(document: &[u8], kind: Kind) -> Option<Vec<u8>> {
    const HEAD: &[u8] = b"apiVersion: v1\nkind: ConfigMap\n";
    let of_key = |key: &str, text: String| {
        let data = serde_json::json!({ key: text });
        let map = serde_json::json!({ "apiVersion": "v1", "kind": "ConfigMap", "data": data });
        map.to_string().into_bytes()
    };
    let text = || String::from_utf8(document.to_vec()).ok();
    match kind {
        Kind::ConfigMap => Some(document.to_vec()),
        // The last `kind` counts.
        Kind::Patch if !document.starts_with(b"{") && !takes_away(document) => {
            Some([document, b"\n", HEAD].concat())
        }
        Kind::Configuration => Some(of_key("config", text()?)),
        // Several lines, so that Argo puts them below the key.
        Kind::Persistence => Some(of_key("persistence", text()? + "\n")),
        Kind::Data => {
            let lines = document.split_inclusive(|byte| *byte == b'\n');
            let indented = lines.flat_map(|line| [b"  ".as_slice(), line].concat());
            Some([HEAD, b"data:\n"].concat().into_iter().chain(indented).collect())
        }
        _ => None,
    }
}

/// Whether a patch takes keys away, which is no value in the ConfigMap.
fn takes_away(patch: &[u8]) -> bool {
    let Ok(document) = yaml::read(patch) else { return false };
    let data = document.root().and_then(|root| document.get(root, b"data"));
    data.is_some_and(|data| {
        let mut entries = document.entries(data.value).iter();
        entries.any(|entry| matches!(document.node(entry.value).value, yaml::Value::Null))
    })
}

/// The comments that fixes take away without taking their line.
fn lost_comments<'a>(text: &[u8], applied: impl Iterator<Item = &'a Finding>) -> Vec<String> {
    let comments = comments(text);
    let mut lost = Vec::new();
    for edit in applied.flat_map(|finding| finding.fix.iter().flat_map(|fix| &fix.edits)) {
        let edited = &edit.span.range;
        for (line, at) in &comments {
            let cut = edited.start < line.end && *at < edited.end;
            let kept = edit
                .text
                .as_bytes()
                .windows(line.end - at)
                .any(|part| part == &text[*at..line.end]);
            let whole = edited.start <= line.start && line.end <= edited.end;
            if cut && !whole && !kept {
                lost.push(String::from_utf8_lossy(&text[*at..line.end]).into_owned());
            }
        }
    }
    lost
}

/// Each line with a comment, and where that begins.
fn comments(text: &[u8]) -> Vec<(Range<usize>, usize)> {
    let mut start = 0;
    let mut found = Vec::new();
    for line in text.split(|byte| matches!(byte, b'\n' | b'\r')) {
        let comment = (0..line.len()).find(|at| {
            let quotes = line[..*at].iter().filter(|byte| matches!(byte, b'"' | b'\'')).count();
            let apart = *at == 0 || line[at - 1].is_ascii_whitespace();
            line[*at] == b'#' && apart && quotes % 2 == 0
        });
        found.extend(comment.map(|at| (start..start + line.len(), start + at)));
        start += line.len() + 1;
    }
    found
}
