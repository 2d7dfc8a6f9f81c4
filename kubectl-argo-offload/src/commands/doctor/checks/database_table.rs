//! Whether Argo's tables are what the version expects.

use super::super::check::{Check, Outcome, Skipped};
use super::super::facts::{Facts, not_answered};
use crate::output::{bytes, counted};
use crate::store::mysql::Shape;

pub(in crate::commands::doctor) const CHECK: Check = Check {
    code: "AD307",
    name: "database-table",
    summary: "Argo's tables have the columns, types and keys of the version that runs, whatever schema_history says.",
    documentation: "\
## What it checks
The number of the last migration in `schema_history` against that of the version that runs, and the real columns, \
types, primary key and index of the table of nodes; with `archive: true` also the archive's tables. It tells about \
how much the table takes, with its indexes, as the server counts it.

## Why it matters
The servers commit each change of a table by itself, so a migration that failed half-way can be noted as done and is \
then passed over for ever. `schema_history` is one for each database: changing `tableName` later never makes the new \
table.

## What to do
Where migrations are owed: restart the controller and read its log. Where a table differs from what is noted as done, \
repair it by hand from Argo's persist/sqldb/migrate.go, with the controller stopped and a backup made.
",
    run: |facts| Box::pin(check(facts)),
};

async fn check(facts: &Facts) -> Result<Vec<Outcome>, Skipped> {
    let persistence = facts.persistence().await?;
    let section = facts.configuration().await?.persistence().ok().flatten();
    let archive = section.is_some_and(|section| section.json["archive"] == true);
    let table = persistence.table();
    let mut inspector = facts.inspector().await?.lock().await;
    let shape = inspector.shape().await.map_err(|error| not_answered(&error))?;
    let done = inspector.migrated_to().await;
    let size = inspector.table_bytes().await.ok().flatten();
    let size = size.map_or(String::new(), |size| format!(", and takes about {}", bytes(size)));
    let argo = facts.argo();
    if !shape.exists() {
        let why = match &done {
            Ok(Some(done)) => format!(
                "schema_history says {done}: was tableName changed? Argo then makes no new table. Rename the old one, or \
                 empty schema_history where nothing is kept"
            ),
            _ => "Argo makes it when the controller starts, where skipMigration is off: look at its log".to_owned(),
        };
        let what = format!("there is no table {table} in the database, or its user may not see it");
        return Ok(vec![Outcome::error(what, why)]);
    }
    let mut outcomes: Vec<Outcome> = shape
        .differences()
        .into_iter()
        .map(|what| {
            Outcome::error(
                format_args!("the table {table} is not Argo's: {what}"),
                "a migration ended half-way: kubectl argo-offload explain AD307 says how to repair it",
            )
        })
        .collect();
    if archive {
        let shapes = inspector.archive_shapes().await.map_err(|error| not_answered(&error))?;
        outcomes.extend(Shape::archive_differences(&shapes).into_iter().map(|what| {
            Outcome::error(
                format_args!("the archive cannot work: {what}"),
                "look at the controller's log of its start, and at its user's rights",
            )
        }));
    }
    match (done.ok().flatten(), facts.expected_migration()) {
        (Some(done), Some(expected)) if done < expected => outcomes.push(Outcome::warning(
            format_args!(
                "{} of Argo {argo} not made yet: schema_history says {done} rather than {expected}",
                counted((expected - done).unsigned_abs(), "migration")
            ),
            "restart the controller, which makes them, and read its log",
        )),
        (Some(done), Some(expected)) if done > expected => outcomes.push(Outcome::warning(
            format_args!(
                "a newer Argo than {argo} has migrated the database: schema_history says {done} rather than {expected}"
            ),
            "Argo does not go back: upgrade again, or restore the database from before",
        )),
        (Some(done), _) if outcomes.is_empty() => outcomes.push(Outcome::ok(format_args!(
            "the table {table} is as Argo expects it, schema_history {done}{size}"
        ))),
        (None, _) if outcomes.is_empty() => outcomes.push(Outcome::ok(format_args!(
            "the table {table} is as Argo expects it; there is no schema_history to be read{size}"
        ))),
        _ => {}
    }
    Ok(outcomes)
}
