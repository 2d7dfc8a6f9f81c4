//! The API server or argo-server never answers.

use anyhow::Result;
use serde_json::json;

use super::SOON;
use crate::reach::{kubeconfig, silent_port};
use crate::settings::{Settings, failing};
use crate::standard::OFFLOADED;
use crate::tests;
use crate::world::World;

tests!(an_api_server_that_never_answers_is_given_up, an_argo_server_that_never_answers_is_given_up,);

fn an_api_server_that_never_answers_is_given_up(world: &World) -> Result<()> {
    let (_listener, port) = silent_port()?;
    let folder = tempfile::tempdir()?;
    let settings = Settings::new(world, "silent-api")?;
    for scheme in ["http", "https"] {
        let user = json!({"token": "x"});
        let server = format!("{scheme}://127.0.0.1:{port}");
        let file = kubeconfig(world, folder.path(), scheme, &server, json!({}), user);
        for words in [&["get", OFFLOADED][..], &["get", OFFLOADED, "-w"], &["rows"], &["size"]] {
            let words = [words, &["--request-timeout=2s"]].concat();
            failing(&mut settings.command(&file, &words), SOON, &[&server])?;
        }
    }
    Ok(())
}

fn an_argo_server_that_never_answers_is_given_up(world: &World) -> Result<()> {
    let (_listener, port) = silent_port()?;
    let settings = Settings::new(world, "silent-server")?;
    let reader = world.cluster.kubeconfig("reader");
    for words in [&["get", OFFLOADED][..], &["get", OFFLOADED, "--store", "server"]] {
        let words = [words, &["--request-timeout=2s"]].concat();
        let mut command = settings.command(&reader, &words);
        command.env("ARGO_SERVER", format!("127.0.0.1:{port}")).env("ARGO_SECURE", "false");
        command.env("ARGO_TOKEN", "Bearer x");
        failing(
            &mut command,
            SOON,
            &[
                "argo-server at http://127.0.0.1",
                "has not answered within 2s",
                "--request-timeout=5m",
            ],
        )?;
    }
    Ok(())
}
