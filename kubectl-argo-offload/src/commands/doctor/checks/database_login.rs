//! Whether the database can be reached and lets the controller's user in.

use super::super::check::{Check, Outcome, Skipped};
use super::super::facts::{Facts, NotReached};
use crate::cluster::ClusterError;
use crate::failure::help_of;

pub(in crate::commands::doctor) const CHECK: Check = Check {
    code: "AD302",
    name: "database-login",
    summary: "The database can be reached, and lets the controller's user in.",
    documentation: "\
## What it checks
The whole way as the controller's configuration says it: the host's name, the connection, TLS, user, password and \
database; within 10 s. The way is that of `--via`: from here, or through a Service, pod or relay of the cluster.

## Why it matters
The controller and argo-server connect at their start and end when they cannot. What can be reached from here need \
not be reached from a pod, and the other way round: the message says from where it was tried.

## What to do
What the message says. To try it from within the cluster: `--via relay --relay-image IMAGE`.
",
    run: |facts| Box::pin(check(facts)),
};

async fn check(facts: &Facts) -> Result<Vec<Outcome>, Skipped> {
    let persistence = facts.persistence().await?;
    match facts.connection().await? {
        Ok(inspector) => {
            let way = inspector.lock().await.way();
            Ok(vec![Outcome::ok(format_args!("logged in to {} ({way})", persistence.place()))])
        }
        Err(NotReached::NoWay(error)) => match error.downcast_ref::<ClusterError>() {
            Some(error) if error.is_forbidden() => Err(Skipped::forbidden(error)),
            _ => {
                let help = help_of(error).unwrap_or_default();
                Ok(vec![Outcome::error(format_args!("{error:#}"), help)])
            }
        },
        Err(NotReached::Database { error, way }) => {
            Ok(vec![Outcome::error(format_args!("{error} (tried {way})"), error.help())])
        }
    }
}
