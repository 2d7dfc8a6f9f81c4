//! Whether the server takes writes.

use super::super::check::{Check, Outcome, Skipped};
use super::super::facts::Facts;
use crate::store::mysql::ServerFacts;

pub(in crate::commands::doctor) const CHECK: Check = Check {
    code: "AD305",
    name: "database-writable",
    summary: "The server takes writes: it is no read-only endpoint.",
    documentation: "\
## What it checks
`read_only`, `super_read_only` and `innodb_read_only` of the server.

## Why it matters
A read replica lets the controller log in and read. The first workflow that is offloaded ends in Error with `Error \
1290 … --read-only`, for good.

## What to do
Name the writer's endpoint as `persistence.mysql.host`, and restart controller and argo-server. After a failover the \
name must lead to the new writer.
",
    run: |facts| Box::pin(check(facts)),
};

async fn check(facts: &Facts) -> Result<Vec<Outcome>, Skipped> {
    Ok(vec![judge(facts.server().await?)])
}

fn judge(server: &ServerFacts) -> Outcome {
    let on: Vec<&str> = ["read_only", "super_read_only", "innodb_read_only"]
        .into_iter()
        .filter(|name| server.is_on(name))
        .collect();
    if on.is_empty() {
        return Outcome::ok("the server takes writes");
    }
    Outcome::error(
        format_args!("the server is read-only ({}): nothing can be offloaded to it", on.join(", ")),
        "name the writer's endpoint as persistence.mysql.host, and restart controller and argo-server",
    )
}
