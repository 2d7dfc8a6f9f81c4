//! Whether rows fit into the server's packets.

use argo_offload_core::rows::RowState;

use super::super::check::{Check, Outcome, Skipped};
use super::super::facts::{Facts, not_answered};
use crate::output::bytes;
use crate::store::RowInfo;

pub(in crate::commands::doctor) const CHECK: Check = Check {
    code: "AD309",
    name: "packet-size",
    summary: "max_allowed_packet is larger than the largest row in use.",
    documentation: "\
## What it checks
`max_allowed_packet` of the server against the largest of the newest 100 rows that workflows name. The server reads \
these rows to know how large they are. MySQL gives a row back up to 8 % longer than it was stored.

## Why it matters
A row that is too long to be written makes the workflow an Error (`Error 1153`, or `Error 1301` with a misleading \
`Duplicate entry` after it). One that went in and is too long to come out is answered by MySQL with an empty text and \
a warning that Argo does not see.

## What to do
`SET PERSIST max_allowed_packet = 1073741824`, and restart controller and argo-server: a connection keeps the value it \
began with.
",
    run: |facts| Box::pin(check(facts)),
};

/// How many rows the server reads for it.
const ROWS: usize = 100;
/// What a server has at least that is meant to hold more than small objects: MySQL 5.7's default is below it.
const SMALL: u64 = 4 << 20;

async fn check(facts: &Facts) -> Result<Vec<Outcome>, Skipped> {
    let Some(limit) = facts.server().await?.number("max_allowed_packet") else {
        return Err(Skipped::because("the server does not say what max_allowed_packet is"));
    };
    let survey = facts.survey().await;
    let mut live: Vec<RowInfo> = match survey.as_ref().map(|survey| &survey.rows) {
        Ok(Ok(rows)) => rows.of_state(RowState::Live).cloned().collect(),
        _ => Vec::new(),
    };
    live.sort_by_key(|row| row.age);
    live.truncate(ROWS);
    if !live.is_empty() {
        let mut inspector = facts.inspector().await?.lock().await;
        inspector.measure(&mut live).await.map_err(|error| not_answered(&error))?;
    }
    let largest = live.iter().filter_map(|row| row.stored_bytes).max();
    Ok(vec![judge(limit, largest)])
}

fn judge(limit: u64, largest: Option<u64>) -> Outcome {
    let help = "SET PERSIST max_allowed_packet = 1073741824, then restart controller and argo-server";
    let shown = bytes(limit);
    match largest {
        Some(largest) if largest.saturating_mul(108) / 100 > limit => Outcome::error(
            format_args!(
                "the largest row in use takes {}, and max_allowed_packet is {shown}: it may go in and not come out",
                bytes(largest)
            ),
            help,
        ),
        Some(largest) if largest.saturating_mul(2) > limit => Outcome::warning(
            format_args!(
                "the largest row in use takes {}, more than half of max_allowed_packet ({shown})",
                bytes(largest)
            ),
            help,
        ),
        _ if limit <= SMALL => Outcome::warning(
            format_args!("max_allowed_packet is {shown}: a workflow that is offloaded can soon be larger"),
            help,
        ),
        Some(largest) => Outcome::ok(format_args!(
            "max_allowed_packet is {shown}, the largest row in use takes {}",
            bytes(largest)
        )),
        None => Outcome::ok(format_args!("max_allowed_packet is {shown}, and no row is in use")),
    }
}

#[cfg(test)]
mod tests {
    use super::super::super::check::Level;
    use super::*;

    #[test]
    fn a_row_needs_room_to_come_back() {
        let mib = 1 << 20;
        assert_eq!(judge(64 * mib, Some(60 * mib)).level, Level::Error);
        assert_eq!(judge(64 * mib, Some(40 * mib)).level, Level::Warning);
        assert_eq!(judge(64 * mib, Some(20 * mib)).level, Level::Ok);
        assert_eq!(judge(4 * mib, None).level, Level::Warning);
        assert_eq!(judge(16 * mib, None).level, Level::Ok);
    }
}
