//! The report for people.

use anyhow::Result;
use argo_offload_core::rows::RowState;

use super::report::{Item, Report, Row};
use crate::output::{Table, bytes, counted, duration, printable, say, write_stdout};

pub(super) fn names(report: &Report) -> Result<()> {
    let mut text = String::new();
    for item in &report.items {
        let uid = printable(&item.uid);
        match &item.rows {
            None => text.push_str(&format!("row/{uid}\n")),
            Some(rows) => {
                for row in rows {
                    text.push_str(&format!("row/{uid}/{}\n", printable(&row.version)));
                }
            }
        }
    }
    write_stdout(text.as_bytes())
}

pub(super) fn table(report: &Report, wide: bool) -> Result<()> {
    if report.items.is_empty() {
        say(format_args!("No rows found in {}.", printable(&report.store)));
        return Ok(());
    }
    let table = if report.versions { of_rows(report) } else { of_workflows(report, wide) };
    write_stdout(table.text().as_bytes())?;
    let totals = &report.totals;
    let size = totals.bytes.map_or(String::new(), |sum| format!(", {}", bytes(sum)));
    say(format_args!(
        "{} of {}{size}",
        counted(totals.rows, "row"),
        counted(totals.workflows, "workflow")
    ));
    Ok(())
}

fn of_workflows(report: &Report, wide: bool) -> Table {
    let mut headers =
        vec!["CLUSTER", "NAMESPACE", "WORKFLOW", "UID", "VERSIONS", "NODES", "BYTES", "NEWEST"];
    if wide {
        headers.push("OLDEST");
    }
    headers.push("STATE");
    let mut table = Table::new(&headers);
    for item in &report.items {
        let mut cells = begin(item);
        cells.extend([
            item.versions.to_string(),
            known(item.nodes.map(|nodes| nodes.to_string())),
            size(item.bytes, item.estimated),
            known(item.newest_age_seconds.map(duration)),
        ]);
        if wide {
            cells.push(known(item.oldest_age_seconds.map(duration)));
        }
        cells.push(state(item.state).into());
        table.row(cells);
    }
    table
}

fn of_rows(report: &Report) -> Table {
    let mut table = Table::new(&[
        "CLUSTER",
        "NAMESPACE",
        "WORKFLOW",
        "UID",
        "VERSION",
        "NODES",
        "BYTES",
        "AGE",
        "STATE",
    ]);
    for item in &report.items {
        for Row { version, nodes, bytes, age_seconds, state: row_state } in
            item.rows.iter().flatten()
        {
            let mut cells = begin(item);
            cells.extend([
                version.clone(),
                known(nodes.map(|nodes| nodes.to_string())),
                size(*bytes, item.estimated && nodes.is_none()),
                known(age_seconds.map(duration)),
                state(*row_state).into(),
            ]);
            table.row(cells);
        }
        if let Some(version) = &item.missing_version {
            let mut cells = begin(item);
            let unknown = || "-".to_owned();
            cells.extend([version.clone(), unknown(), unknown(), unknown(), "dangling".to_owned()]);
            table.row(cells);
        }
    }
    table
}

fn begin(item: &Item) -> Vec<String> {
    let workflow = known(item.workflow.clone());
    vec![item.cluster_name.clone(), item.namespace.clone(), workflow, item.uid.clone()]
}

fn known(text: Option<String>) -> String {
    text.unwrap_or_else(|| "-".into())
}

fn size(sum: Option<u64>, estimated: bool) -> String {
    let about = if estimated { "~" } else { "" };
    known(sum.map(|sum| format!("{about}{}", bytes(sum))))
}

fn state(state: Option<RowState>) -> &'static str {
    match state {
        Some(RowState::Live) => "live",
        Some(RowState::Superseded) => "superseded",
        Some(RowState::Orphan) => "orphan",
        Some(RowState::Dangling) => "dangling",
        None => "-",
    }
}
