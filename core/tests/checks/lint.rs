use argo_offload_core::config::rules::RULES;
use argo_offload_core::config::{
    self, File, Finding, Kind, Options, Report, Severity, Span, Stage, Verdict, judge,
};
use argo_offload_core::golang::ArgoVersion;

/// Between the files of an input: YAML does not allow it.
pub const NEXT_FILE: u8 = 0x1e;

/// Whatever lint says is said of a place in a file, and it says what the controller would say.
///
/// Input: `0`…, four times the version (3.6, 3.7, 4.1) and the upgrade (none or to one of them); then one
/// file or two, a byte 0x1e between them.
pub fn lint(data: &[u8]) {
    let Some((options, texts)) = input(data) else { return };
    let files = named(&texts);
    let report = config::lint(&files, &options);
    well_formed(&report, &files);
    for (file, text) in texts.iter().enumerate() {
        for range in argo_offload_core::yaml::documents(text) {
            let place = Span { file, range };
            agrees(&report, text, &place, options.version.expect("a version"));
        }
    }
}

/// The options and files that an input means.
pub(super) fn input(data: &[u8]) -> Option<(Options, Vec<&[u8]>)> {
    let (selector, text) = super::choice(data, 12)?;
    let version = Some(super::VERSIONS[selector / 4]);
    let upgrade_to = (selector % 4).checked_sub(1).map(|index| super::VERSIONS[index]);
    let texts = text.splitn(2, |&byte| byte == NEXT_FILE).collect();
    Some((Options { version, upgrade_to, live: false }, texts))
}

pub(super) fn named<'a>(texts: &[&'a [u8]]) -> Vec<File<'a>> {
    texts.iter().map(|&text| File { name: "a.yaml", text, named: true }).collect()
}

fn well_formed(report: &Report, files: &[File<'_>]) {
    let key = |span: &Span| (span.file, span.range.start, span.range.end);
    assert!(report.findings.is_sorted_by_key(|finding| key(&finding.span)));
    assert!(report.sources.is_sorted_by_key(|source| key(&source.span)));
    for source in &report.sources {
        in_file(&source.span, files);
    }
    for finding in &report.findings {
        let rule = finding.rule;
        assert!(RULES.contains(&rule), "{finding:?}");
        assert!(!finding.message.is_empty());
        in_file(&finding.span, files);
        for related in &finding.related {
            in_file(&related.span, files);
        }
        fits(finding, files);
    }
}

/// Edits of a fix lie in one file and beside one another.
fn fits(finding: &Finding, files: &[File<'_>]) {
    let Some(fix) = &finding.fix else { return };
    assert!(!fix.edits.is_empty() && !fix.title.is_empty(), "{finding:?}");
    assert!(fix.edits.iter().all(|edit| edit.span.file == fix.edits[0].span.file), "{finding:?}");
    let mut ranges: Vec<_> = fix.edits.iter().map(|edit| edit.span.range.clone()).collect();
    ranges.sort_by_key(|range| (range.start, range.end));
    assert!(ranges.is_sorted_by(|a, b| a.end <= b.start), "{finding:?}");
    for edit in &fix.edits {
        in_file(&edit.span, files);
    }
}

/// A span lies in its file and cuts no character in two.
///
/// A text in UTF-16 is read in UTF-8, and places in it are those of the latter: there is no telling.
fn in_file(span: &Span, files: &[File<'_>]) {
    let text = files.get(span.file).unwrap_or_else(|| panic!("no file {}", span.file)).text;
    let range = &span.range;
    if argo_offload_core::yaml::documents(text)
        .iter()
        .any(|document| is_utf16(&text[document.clone()]))
    {
        return;
    }
    assert!(range.start <= range.end && range.end <= text.len(), "{span:?} of {}", text.len());
    for at in [range.start, range.end] {
        let cuts = at > 0
            && text.get(at).is_some_and(|byte| byte & 0xc0 == 0x80)
            && std::str::from_utf8(text).is_ok();
        assert!(!cuts, "{span:?} cuts a character");
    }
}

pub(super) fn is_utf16(text: &[u8]) -> bool {
    matches!(text, [0xff, 0xfe, ..] | [0xfe, 0xff, ..])
}

/// Lint finds the controller's ConfigMap as bad as the controller does.
fn agrees(report: &Report, text: &[u8], place: &Span, version: ArgoVersion) {
    let here = |span: &Span| {
        span.file == place.file && (place.range.start..=place.range.end).contains(&span.range.start)
    };
    let mut objects = report.sources.iter().filter(|source| here(&source.span));
    let (Some(only), None) = (objects.next(), objects.next()) else { return };
    let named = only.name.as_deref().is_some_and(|name| name == "workflow-controller-configmap");
    if only.kind != Some(Kind::ConfigMap) || !named || !report.suppressed.is_empty() {
        return;
    }
    let manifest = &text[place.range.clone()];
    let verdict = judge(manifest, version);
    let refusals: Vec<&Finding> = report
        .findings
        .iter()
        .filter(|finding| here(&finding.span) && finding.severity == Severity::Error)
        .filter(|finding| ("AO101"..="AO105").contains(&finding.rule.code))
        .collect();
    let shown = || String::from_utf8_lossy(manifest).into_owned();
    match verdict.stage {
        Stage::Ok => assert!(refusals.is_empty(), "{verdict:?} {refusals:?}\n{}", shown()),
        // No rule looks at `apiVersion`.
        Stage::Manifest if is_about_the_kind(&verdict) => {}
        Stage::Manifest | Stage::Parse => {
            let errors = report.findings.iter().filter(|finding| here(&finding.span));
            let worst = errors.map(|finding| finding.severity).max();
            assert_eq!(worst, Some(Severity::Error), "{verdict:?}\n{}", shown());
        }
        Stage::Depends => {}
    }
}

fn is_about_the_kind(verdict: &Verdict) -> bool {
    let starts = ["Object 'apiVersion' is missing", "no kind ", "couldn't get version/kind"];
    verdict.error.as_ref().is_some_and(|error| starts.iter().any(|start| error.starts_with(start)))
}
