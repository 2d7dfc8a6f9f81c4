//! The report for people.

use anyhow::Result;
use argo_offload_core::size::VerdictKind;
use argo_offload_core::workflow::Storage;
use jiff::Timestamp;

use super::report::{Item, Report};
use crate::output::{Table, age, bytes, percent, printable, say, shortened, write_stdout};

pub(super) fn names(report: &Report) -> Result<()> {
    let names: String = report
        .items
        .iter()
        .map(|item| format!("workflow.argoproj.io/{}\n", printable(&item.name)))
        .collect();
    write_stdout(names.as_bytes())
}

pub(super) fn table(report: &Report, wide: bool) -> Result<()> {
    if report.items.is_empty() {
        say("No workflows found.");
        return Ok(());
    }
    let mut text = rows(report, wide).text();
    if let [item] = report.items.as_slice() {
        text.push_str(&details(report, item));
    }
    write_stdout(text.as_bytes())
}

/// The table without details, with or without its header.
pub(super) fn line(report: &Report, wide: bool, with_header: bool) -> String {
    let text = rows(report, wide).text();
    match text.split_once('\n') {
        Some((_, rest)) if !with_header => rest.to_owned(),
        _ => text,
    }
}

fn rows(report: &Report, wide: bool) -> Table {
    let mut headers =
        vec!["NAMESPACE", "NAME", "PHASE", "NODES", "SIZE", "%LIMIT", "STORED", "VERDICT"];
    let rows = report.items.iter().any(|item| item.row_bytes.is_some());
    if rows {
        headers.push("ROW");
    }
    if wide {
        headers.extend(["COMPRESSED", "OFFLOADED", "VERSION", "UID"]);
    }
    headers.push("AGE");
    let mut table = Table::new(&headers);
    let now = Timestamp::now();
    for item in &report.items {
        let at_least = if item.at_least { "≥" } else { "" };
        let mut cells = vec![
            item.namespace.clone(),
            item.name.clone(),
            item.phase.clone(),
            item.nodes.map_or("?".into(), |nodes| nodes.to_string()),
            format!("{at_least}{}", bytes(item.size_bytes)),
            format!("{at_least}{}", percent(item.size_bytes, report.rules.max_bytes)),
            stored(item.stored).into(),
            verdict(item),
        ];
        if rows {
            cells.push(item.row_bytes.map_or("-".into(), bytes));
        }
        if wide {
            cells.extend([
                item.compressed_bytes.map_or("-".into(), |length| format!("~{}", bytes(length))),
                bytes(item.offloaded_bytes),
                item.nodes_version.clone().unwrap_or_else(|| "?".into()),
                item.uid.clone(),
            ]);
        }
        cells.push(age(&item.creation_timestamp, now));
        table.row(cells);
    }
    table
}

fn stored(storage: Storage) -> &'static str {
    match storage {
        Storage::None => "<none>",
        Storage::Inline => "inline",
        Storage::Compressed => "compressed",
        Storage::Offloaded => "offloaded",
    }
}

fn verdict(item: &Item) -> String {
    let word = match item.verdict {
        VerdictKind::Inline => "inline",
        VerdictKind::Compressed => "compressed",
        VerdictKind::Offloaded => "offloaded",
        VerdictKind::DoesNotFit => "does-not-fit",
        VerdictKind::Failed => "fails",
    };
    if item.borderline { format!("{word},borderline") } else { word.into() }
}

/// One workflow: the verdict in words, and the bytes by field.
fn details(report: &Report, item: &Item) -> String {
    let limit = bytes(report.rules.max_bytes.unsigned_abs());
    let argo = report.argo;
    let what = match item.verdict {
        VerdictKind::Inline => "keeps the nodes in status.nodes".into(),
        VerdictKind::Compressed => {
            format!(
                "compresses the nodes: the workflow then has about {}",
                bytes(item.verdict_bytes)
            )
        }
        VerdictKind::Offloaded => {
            format!(
                "offloads the nodes to the database: the workflow then has {}",
                bytes(item.verdict_bytes)
            )
        }
        VerdictKind::DoesNotFit => format!(
            "offloads the nodes, and still the workflow has {}: Kubernetes may refuse it",
            bytes(item.verdict_bytes)
        ),
        VerdictKind::Failed => "fails; the workflow becomes an Error with this message".into(),
    };
    let mut text = format!("\nArgo {argo} with a limit of {limit} {what}.\n");
    if let Some(error) = &item.error {
        text.push_str(&format!("  {error}\n"));
    }
    if item.borderline {
        text.push_str(
            "The limit lies within the uncertainty of the compressed length: it may decide otherwise.\n",
        );
    }
    text.push('\n');
    let mut fields: Vec<(String, u64)> = item
        .fields
        .iter()
        .filter(|(path, _)| *path != "status")
        .map(|(path, length)| (path.clone(), *length))
        .collect();
    let managed = item.fields.get("metadata.managedFields").copied().unwrap_or(0);
    for (path, length) in &mut fields {
        if path == "metadata" && managed > 0 {
            *path = "metadata (rest)".into();
            *length -= managed;
        }
    }
    fields.sort_by(|one, two| two.1.cmp(&one.1).then_with(|| one.0.cmp(&two.0)));
    let mut table = Table::new(&["FIELD", "BYTES", "SHARE"]);
    table.right(1);
    table.right(2);
    let total: u64 = item.fields.get("rest").copied().unwrap_or(0)
        + ["metadata", "spec", "status"]
            .iter()
            .filter_map(|path| item.fields.get(*path))
            .sum::<u64>();
    for (path, length) in fields {
        let share = percent(length, i64::try_from(total).unwrap_or(i64::MAX));
        table.row([path, length.to_string(), share]);
    }
    text + &table.text()
}

/// What limits the figures, on stderr.
pub(super) fn notes(report: &Report) {
    let all = report.items.len();
    let lacking = report.items.iter().filter(|item| item.without_managed_fields).count();
    if lacking > 0 {
        say(format_args!(
            "note: Argo {} counts metadata.managedFields, which {lacking} of {all} workflows lack \
             here: their size is at least this; get them with kubectl get -o json \
             --show-managed-fields",
            report.argo
        ));
    }
    let offloaded = report.items.iter();
    let offloaded =
        offloaded.filter(|item| item.stored == Storage::Offloaded && item.nodes.is_none()).count();
    if offloaded > 0 {
        say(format_args!(
            "note: the nodes of {offloaded} of {all} workflows are in the database: their size is \
             without them; `size NAME` reads them"
        ));
    }
    for item in report.items.iter().filter(|item| !item.dropped.is_empty()) {
        say(format_args!(
            "note: {} holds content that Argo {} does not keep, and that is not counted: {}",
            shortened(&item.name, 100),
            report.argo,
            shortened(&item.dropped.to_string(), 500)
        ));
    }
}
