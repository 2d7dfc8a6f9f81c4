//! The table of permissions has nothing that no test runs.

use anyhow::Result;
use kubectl_argo_offload::cluster::permissions::NEEDS;

use crate::tests;
use crate::world::World;

tests!(every_command_line_of_the_table_is_tried,);

/// The command lines that the tests of this file run.
const TRIED: &[&str] = &[
    "size NAME",
    "size NAME -w",
    "size",
    "get",
    "get NAME",
    "get NAME -w",
    "get -o json",
    "rows",
    "--via svc/NAME",
    "--via pod/NAME",
    "--via relay",
    "--store server",
    "lint --live",
    "doctor",
    "enable",
    "enable --smoke-test",
    "disable",
];

fn every_command_line_of_the_table_is_tried(_: &World) -> Result<()> {
    for command in NEEDS.iter().flat_map(|need| need.commands) {
        let tried = TRIED.contains(command);
        assert!(tried, "{command} is in the table of permissions, and no test runs it");
    }
    Ok(())
}
