//! What is exported, without the border to JavaScript: native tests call the same code.

use core::ops::Range as Bytes;

use argo_offload_core::config::rules::RULES;
use argo_offload_core::config::{self, File, Options, Safety, Span, assist};
use argo_offload_core::golang::ArgoVersion;

use crate::positions::Positions;
use crate::types::{
    Completion, CompletionKind, Completions, Edit, Finding, Findings, Fix, Fixed, Hover,
    LintOptions, Related, Rule, Rules, Severity,
};

/// See [`crate::lint`].
///
/// # Errors
/// A version is none.
pub fn lint(text: &str, options: &LintOptions) -> Result<Findings, String> {
    let options = Options {
        version: parsed(options.argo_version.as_deref())?,
        upgrade_to: parsed(options.upgrade_to.as_deref())?,
        live: false,
    };
    let positions = Positions::new(text);
    let file = File { name: "", text: text.as_bytes(), named: true };
    let range = |span: &Span| positions.range(&span.range);
    let finding = |one: config::Finding| Finding {
        code: one.rule.code.into(),
        name: one.rule.name.into(),
        severity: severity(one.severity),
        message: one.message,
        range: range(&one.span),
        related: one
            .related
            .into_iter()
            .map(|other| Related { range: range(&other.span), message: other.message })
            .collect(),
        help: one.help,
        argo: one.argo,
        fix: one.fix.map(|fix| Fix {
            title: fix.title,
            safe: fix.safety == Safety::Safe,
            edits: fix
                .edits
                .into_iter()
                .map(|edit| Edit { range: range(&edit.span), text: edit.text })
                .collect(),
        }),
        confidential: one.confidential,
    };
    let report = config::lint(&[file], &options);
    Ok(Findings(report.findings.into_iter().map(finding).collect()))
}

/// Applies the safe fixes of a text's own findings.
#[must_use]
pub fn fix_safely(text: &str) -> Fixed {
    let Ok(Findings(findings)) = lint(text, &LintOptions::default()) else {
        return fix(text, Vec::new());
    };
    let fixes = findings.into_iter().filter_map(|finding| finding.fix);
    fix(text, fixes.filter(|fix| fix.safe).map(|fix| fix.edits).collect())
}

/// Applies the edits of fixes, each as a whole; one that would touch what another one changes is left.
#[must_use]
pub fn fix(text: &str, fixes: Vec<Vec<Edit>>) -> Fixed {
    let positions = Positions::new(text);
    let mut edits: Vec<(Bytes<usize>, String)> = Vec::new();
    for fix in fixes {
        let bytes = |edit: Edit| {
            let start = positions.byte(edit.range.start.offset);
            (start..positions.byte(edit.range.end.offset).max(start), edit.text)
        };
        // What is there already needs no second time.
        let mut news: Vec<(Bytes<usize>, String)> = fix.into_iter().map(bytes).collect();
        news.retain(|edit| !edits.contains(edit));
        let is_apart = |one: &Bytes<usize>, other: &Bytes<usize>| {
            one.end <= other.start || other.end <= one.start
        };
        if news.iter().all(|(one, _)| edits.iter().all(|(other, _)| is_apart(one, other))) {
            edits.extend(news);
        }
    }
    edits.sort_by_key(|(range, _)| (range.start, range.end));
    let mut after = String::with_capacity(text.len());
    let mut at = 0;
    for (range, new) in &edits {
        after.push_str(text.get(at..range.start).unwrap_or_default());
        after.push_str(new);
        at = range.end;
    }
    after.push_str(text.get(at..).unwrap_or_default());
    let edit = |(range, text)| Edit { range: positions.range(&range), text };
    Fixed { text: after, edits: edits.into_iter().map(edit).collect() }
}

/// See [`crate::hover`].
#[must_use]
pub fn hover(text: &str, offset: u32) -> Option<Hover> {
    let positions = Positions::new(text);
    let found = assist::hover(text.as_bytes(), positions.byte(offset))?;
    Some(Hover {
        range: positions.range(&found.range),
        path: found.path,
        short: found.text.short.into(),
        long: found.text.long.map(Into::into),
        since: found.text.since.map(Into::into),
    })
}

/// See [`crate::complete`].
///
/// # Errors
/// The version is none.
pub fn complete(
    text: &str,
    offset: u32,
    argo_version: Option<&str>,
) -> Result<Completions, String> {
    let version = parsed(argo_version)?.unwrap_or(ArgoVersion::NEWEST);
    let positions = Positions::new(text);
    let found = assist::complete(text.as_bytes(), positions.byte(offset), version);
    let completion = |one: assist::Completion| Completion {
        range: positions.range(&one.range),
        label: one.label,
        insert: one.insert,
        kind: if one.is_key { CompletionKind::Key } else { CompletionKind::Value },
        detail: one.text.map(|text| text.short.into()),
    };
    Ok(Completions(found.into_iter().map(completion).collect()))
}

/// See [`crate::rules`].
#[must_use]
pub fn rules() -> Rules {
    let rule = |rule: &&config::rules::Rule| Rule {
        code: rule.code.into(),
        name: rule.name.into(),
        severity: severity(rule.severity),
        summary: rule.summary.into(),
    };
    Rules(RULES.iter().map(rule).collect())
}

fn severity(severity: config::Severity) -> Severity {
    match severity {
        config::Severity::Info => Severity::Info,
        config::Severity::Warning => Severity::Warning,
        config::Severity::Error => Severity::Error,
    }
}

pub(crate) fn parsed(version: Option<&str>) -> Result<Option<ArgoVersion>, String> {
    let parse = |text: &str| text.parse().map_err(|error| format!("the version {text:?}: {error}"));
    version.map(parse).transpose()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_count_as_javascript_counts() {
        let text = "# 😀\npersistence:\n  nodeStatusOffload: true # 😀\n  archive: 1\n";
        let Findings(findings) = lint(text, &LintOptions::default()).expect("findings");
        let units: Vec<u16> = text.encode_utf16().collect();
        let at = |range: &crate::types::Range| {
            let (start, end) = (range.start.offset as usize, range.end.offset as usize);
            String::from_utf16(&units[start..end]).expect("characters")
        };
        let told: Vec<(String, String)> =
            findings.iter().map(|one| (one.code.clone(), at(&one.range))).collect();
        assert!(
            told.contains(&("AO103".into(), "1".into()))
                || told.iter().any(|(_, text)| text == "1"),
            "{told:?}"
        );
        assert!(told.iter().any(|(_, text)| text == "nodeStatusOffload"), "{told:?}");
        let fixed = fix_safely(text);
        assert!(fixed.text.contains("nodeStatusOffLoad: true # 😀"), "{fixed:?}");
    }

    #[test]
    fn fixes_that_touch_each_other_are_not_both_applied() {
        let positions = Positions::new("abc");
        let edit = |from: usize, to: usize, text: &str| Edit {
            range: positions.range(&(from..to)),
            text: text.into(),
        };
        let fixes = vec![vec![edit(0, 2, "x")], vec![edit(1, 3, "y")], vec![edit(2, 2, "-")]];
        assert_eq!(fix("abc", fixes).text, "x-c");
        let same = vec![vec![edit(0, 1, "x")], vec![edit(0, 1, "x"), edit(2, 3, "z")]];
        assert_eq!(fix("abc", same).text, "xbz");
    }

    #[test]
    fn a_version_that_is_none_is_refused() {
        let options = LintOptions { argo_version: Some("three".into()), upgrade_to: None };
        let error = lint("a: b", &options).expect_err("an error");
        assert!(error.contains("\"three\""), "{error}");
    }
}
