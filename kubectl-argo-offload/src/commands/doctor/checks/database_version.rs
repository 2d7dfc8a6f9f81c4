//! Whether the server is one that Argo's tables work on.

use argo_offload_core::golang::ArgoVersion;

use super::super::check::{Check, Outcome, Skipped};
use super::super::facts::Facts;
use crate::output::shortened;
use crate::store::mysql::ServerFacts;

pub(in crate::commands::doctor) const CHECK: Check = Check {
    code: "AD304",
    name: "database-version",
    summary: "The server's version has what Argo's migrations need.",
    documentation: "\
## What it checks
The server's flavour and version. Argo's tables have JSON columns (MySQL 5.7.8, MariaDB 10.2.7), and the migrations of \
Argo 3.7.1 fail on MySQL 5.7 for a `timestamp` without `null`.

## Why it matters
A migration that fails leaves the tables half-way, and the controller ends at each start.

## What to do
Update the server; for MySQL 5.7 take Argo 3.7.2 or later.
",
    run: |facts| Box::pin(check(facts)),
};

async fn check(facts: &Facts) -> Result<Vec<Outcome>, Skipped> {
    let server = facts.server().await?;
    Ok(vec![judge(server, facts.argo())])
}

fn judge(server: &ServerFacts, argo: ArgoVersion) -> Outcome {
    let flavour = if server.is_mariadb() { "MariaDB" } else { "MySQL" };
    let name = server.variable("version").unwrap_or("of an unknown version");
    let name = format!("{flavour} {}", shortened(name, 60));
    let Some(version) = server.version() else { return Outcome::ok(name) };
    let first = if server.is_mariadb() { (10, 2, 7) } else { (5, 7, 8) };
    if version < first {
        return Outcome::error(
            format_args!("{name} has no JSON columns, which Argo's tables need"),
            format_args!("update it to {flavour} {}.{}.{} or later", first.0, first.1, first.2),
        );
    }
    let is_3_7_1 = argo == ArgoVersion { major: 3, minor: 7, patch: Some(1) };
    if is_3_7_1 && !server.is_mariadb() && version < (8, 0, 0) {
        return Outcome::error(
            format_args!("the migrations of Argo {argo} fail on {name}"),
            "take Argo 3.7.2 or later (argoproj/argo-workflows#14789)",
        );
    }
    Outcome::ok(name)
}

#[cfg(test)]
mod tests {
    use super::super::super::check::Level;
    use super::*;

    #[test]
    fn servers_without_json_are_refused() {
        let level = |version: &str, argo: &str| {
            let server = ServerFacts::with(&[("version", version)]);
            judge(&server, argo.parse().expect("a version")).level
        };
        assert_eq!(level("5.6.51", "3.7.6"), Level::Error);
        assert_eq!(level("10.1.48-MariaDB", "3.7.6"), Level::Error);
        assert_eq!(level("5.7.22", "3.7.1"), Level::Error);
        assert_eq!(level("5.7.22", "3.7.6"), Level::Ok);
        assert_eq!(level("10.11.6-MariaDB", "3.7.1"), Level::Ok);
    }
}
