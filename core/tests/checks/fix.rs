use std::collections::BTreeMap;

use argo_offload_core::config::{Finding, Kind, Options, Safety, Stage, apply_fixes, judge, lint};
use argo_offload_core::golang::ArgoVersion;
use argo_offload_core::yaml;

use super::lint::{input, is_utf16, named};

/// More rounds than any file needs: a round leaves out only what overlaps.
const MAX_ROUNDS: usize = 10;

/// Fixes come to an end, and those that are safe keep comments, kinds and the controller's consent.
///
/// Input: as of `lint`.
pub fn fix(data: &[u8]) {
    let Some((options, texts)) = input(data) else { return };
    if texts.iter().any(|text| {
        argo_offload_core::yaml::documents(text).iter().any(|at| is_utf16(&text[at.clone()]))
    }) {
        return;
    }
    to_the_end(&options, &texts, false);
    to_the_end(&options, &texts, true);
}

fn to_the_end(options: &Options, texts: &[&[u8]], unsafe_too: bool) {
    let mut texts: Vec<Vec<u8>> = texts.iter().map(|text| text.to_vec()).collect();
    for _ in 0..MAX_ROUNDS {
        let slices: Vec<&[u8]> = texts.iter().map(Vec::as_slice).collect();
        let report = lint(&named(&slices), options);
        let fixed: Vec<_> = (0..texts.len())
            .map(|file| apply_fixes(slices[file], file, &report.findings, unsafe_too))
            .collect();
        if fixed.iter().all(|fixed| fixed.applied.is_empty()) {
            for (file, fixed) in fixed.iter().enumerate() {
                assert_eq!(fixed.text, texts[file], "nothing applied, and changed");
            }
            return;
        }
        for (file, fixed) in fixed.iter().enumerate() {
            let applied: Vec<&Finding> =
                fixed.applied.iter().map(|&index| &report.findings[index]).collect();
            if !unsafe_too {
                assert!(applied.iter().all(|finding| is_safe(finding)));
                keeps(&texts[file], &fixed.text, options);
            }
            keeps_comments(&texts[file], &fixed.text, file, &applied);
            let repeated = |text: &[u8]| {
                let report = lint(&named(&[text]), options);
                report.findings.iter().filter(|finding| finding.rule.code == "AO102").count()
            };
            assert!(
                repeated(&fixed.text) <= repeated(&texts[file]),
                "a key twice:\n{}",
                show(&fixed.text)
            );
        }
        texts = fixed.into_iter().map(|fixed| fixed.text).collect();
    }
    panic!("still fixing after {MAX_ROUNDS} rounds:\n{}", show(&texts.concat()));
}

fn is_safe(finding: &Finding) -> bool {
    finding.fix.as_ref().is_some_and(|fix| fix.safety == Safety::Safe)
}

/// A safe fix leaves every object what it was, and what the controller accepts accepted.
fn keeps(before: &[u8], after: &[u8], options: &Options) {
    let kinds = |text: &[u8]| -> Vec<Option<Kind>> {
        let report = lint(&named(&[text]), options);
        report.sources.into_iter().map(|source| source.kind).collect()
    };
    assert_eq!(kinds(before), kinds(after), "{}", show(after));
    let accepted = |text: &[u8], version: ArgoVersion| -> Vec<bool> {
        let documents = argo_offload_core::yaml::documents(text).into_iter();
        documents.map(|range| judge(&text[range], version).stage == Stage::Ok).collect()
    };
    let version = options.version.expect("a version");
    let pairs = accepted(before, version).into_iter().zip(accepted(after, version));
    for (before, after_it) in pairs {
        assert!(!before || after_it, "no longer accepted:\n{}", show(after));
    }
}

/// A comment that no edit touched is still a comment.
fn keeps_comments(before: &[u8], after: &[u8], file: usize, applied: &[&Finding]) {
    let touched = |at: usize| {
        applied
            .iter()
            .filter_map(|finding| finding.fix.as_ref())
            .flat_map(|fix| &fix.edits)
            .any(|edit| edit.span.file == file && edit.span.range.contains(&at))
    };
    let mut left = BTreeMap::<&[u8], usize>::new();
    for (_, comment) in comments(after) {
        *left.entry(comment).or_default() += 1;
    }
    for (at, comment) in comments(before) {
        if touched(at) {
            continue;
        }
        let count = left.entry(comment).or_default();
        assert!(*count > 0, "lost {}:\n{}", show(comment), show(after));
        *count -= 1;
    }
}

/// The comments of a file's documents, with where they stand.
fn comments(text: &[u8]) -> Vec<(usize, &[u8])> {
    let mut comments = Vec::new();
    for range in argo_offload_core::yaml::documents(text) {
        let Ok(document) = yaml::read(&text[range.clone()]) else { continue };
        for comment in document.comments() {
            let at = range.start + comment.start;
            comments.push((at, &text[at..range.start + comment.end]));
        }
    }
    comments
}

fn show(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}
