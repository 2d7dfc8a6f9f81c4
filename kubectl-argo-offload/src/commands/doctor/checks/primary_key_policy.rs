//! Whether the server refuses what migrations do on the way.

use super::super::check::{Check, Outcome, Skipped};
use super::super::facts::Facts;

pub(in crate::commands::doctor) const CHECK: Check = Check {
    code: "AD308",
    name: "primary-key-policy",
    summary: "The server does not refuse tables without a primary key while migrations are owed.",
    documentation: "\
## What it checks
`sql_require_primary_key` of the server, and whether migrations are still owed.

## Why it matters
Argo's migrations drop the primary key of a table and add another one in the next step: with this variable on the \
first one fails with `Error 3750`. Group replication and some hosted services turn it on. Once all migrations are \
made it does not hurt.

## What to do
Turn it off for the controller's first start (`SET PERSIST sql_require_primary_key = OFF`), and on again afterwards.
",
    run: |facts| Box::pin(check(facts)),
};

async fn check(facts: &Facts) -> Result<Vec<Outcome>, Skipped> {
    if !facts.server().await?.is_on("sql_require_primary_key") {
        return Ok(vec![Outcome::ok("sql_require_primary_key is off")]);
    }
    let done = facts.inspector().await?.lock().await.migrated_to().await.ok().flatten();
    Ok(vec![match (done, facts.expected_migration()) {
        (Some(done), Some(last)) if done >= last => {
            Outcome::ok("sql_require_primary_key is on, and all migrations are made")
        }
        (Some(_), None) => Outcome::ok(
            "sql_require_primary_key is on; whether all migrations are made is not known, as the controller's version is not",
        ),
        _ => Outcome::error(
            "sql_require_primary_key is on: Argo's migrations fail with Error 3750",
            "SET PERSIST sql_require_primary_key = OFF until the controller has started once",
        ),
    }])
}
