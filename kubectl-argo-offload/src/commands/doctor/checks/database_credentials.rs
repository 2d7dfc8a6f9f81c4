//! Whether the Secrets of the database can be read.

use super::super::check::{Check, Outcome, Skipped};
use super::super::facts::Facts;
use crate::cluster::ClusterError;
use crate::failure::help_of;

pub(in crate::commands::doctor) const CHECK: Check = Check {
    code: "AD301",
    name: "database-credentials",
    summary: "The Secrets with the database's user and password are there.",
    documentation: "\
## What it checks
Whether the Secrets and keys that `userNameSecret` and `passwordSecret` name are there, in the namespace from which \
the controller reads them: its own; in managed clusters also in `default`.

## Why it matters
The controller ends at its start when a Secret is missing; `optional: true` on the selector changes nothing.

## What to do
Make the Secret in the controller's namespace, without a line break at the end of its values: `kubectl create secret \
generic NAME --from-literal=username=… --from-literal=password=…`.
",
    run: |facts| Box::pin(check(facts)),
};

async fn check(facts: &Facts) -> Result<Vec<Outcome>, Skipped> {
    let persistence = facts.persistence().await?;
    match facts.read_target().await? {
        Ok(_) => {
            let (user, password) = (&persistence.user, &persistence.password);
            Ok(vec![Outcome::ok(format_args!(
                "user and password are in secret/{} ({}) and secret/{} ({})",
                user.name, user.key, password.name, password.key
            ))])
        }
        Err(error) => match error.downcast_ref::<ClusterError>() {
            Some(error) if error.is_forbidden() => Err(Skipped::forbidden(error)),
            _ => {
                let help = help_of(error).unwrap_or_default();
                Ok(vec![Outcome::error(format_args!("{error:#}"), help)])
            }
        },
    }
}
