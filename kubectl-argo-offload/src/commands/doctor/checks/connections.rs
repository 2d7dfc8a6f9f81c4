//! Whether the server has connections left.

use serde_json::Value;

use super::super::check::{Check, Outcome, Skipped};
use super::super::facts::Facts;

pub(in crate::commands::doctor) const CHECK: Check = Check {
    code: "AD310",
    name: "connections",
    summary: "The server has connections left, and the pools of controller and argo-server fit in.",
    documentation: "\
## What it checks
`Threads_connected` against `max_connections` (and `max_user_connections`), and the pool of the configuration \
(`connectionPool.maxOpenConns`) times the pods of controller and argo-server.

## Why it matters
`Error 1040: Too many connections` while a node status is written makes a running workflow an Error, up to Argo 4.0 \
without a second try.

## What to do
Set `persistence.connectionPool.maxOpenConns` so that all pods together stay below the limit, or raise it.
",
    run: |facts| Box::pin(check(facts)),
};

async fn check(facts: &Facts) -> Result<Vec<Outcome>, Skipped> {
    let server = facts.server().await?;
    let (Some(limit), Some(used)) = (server.number("max_connections"), server.connected) else {
        return Err(Skipped::because("the server does not say how many connections it has"));
    };
    let limit = match server.number("max_user_connections") {
        Some(own) if own > 0 => own.min(limit),
        _ => limit,
    };
    let section = facts.configuration().await?.persistence().ok().flatten();
    let pool = section.and_then(|section| {
        section.json.get("connectionPool").and_then(|pool| pool.get("maxOpenConns")).and_then(Value::as_u64)
    });
    let controllers = facts.controller_pods().await.map_or(1, |pods| pods.len().max(1));
    let servers = facts.server_pods().await.map_or(0, <[_]>::len);
    Ok(vec![judge(limit, used, pool.unwrap_or(0), (controllers + servers) as u64)])
}

fn judge(limit: u64, used: u64, pool: u64, pods: u64) -> Outcome {
    let help = "set persistence.connectionPool.maxOpenConns so that all pods together stay below, or raise the limit";
    let wanted = pool.saturating_mul(pods);
    if used.saturating_mul(10) >= limit.saturating_mul(9) {
        return Outcome::error(format_args!("{used} of {limit} connections are taken"), help);
    }
    if wanted > limit {
        return Outcome::warning(
            format_args!(
                "{pods} pods with up to {pool} connections each can want {wanted}, and the server has {limit}"
            ),
            help,
        );
    }
    if used.saturating_mul(10) >= limit.saturating_mul(7) {
        return Outcome::warning(format_args!("{used} of {limit} connections are taken"), help);
    }
    let most = match wanted {
        0 => "the configuration sets no limit of its own".to_owned(),
        _ => format!("Argo's {pods} pods take up to {wanted}"),
    };
    Outcome::ok(format_args!("{used} of {limit} connections are taken; {most}"))
}

#[cfg(test)]
mod tests {
    use super::super::super::check::Level;
    use super::*;

    #[test]
    fn pools_and_clients_must_fit() {
        assert_eq!(judge(151, 5, 0, 2).level, Level::Ok);
        assert_eq!(judge(151, 5, 100, 2).level, Level::Warning);
        assert_eq!(judge(151, 110, 0, 2).level, Level::Warning);
        assert_eq!(judge(151, 140, 10, 2).level, Level::Error);
    }
}
