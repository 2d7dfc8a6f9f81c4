//! `relay`: what runs in the pod of `--via relay`.

use anyhow::Result;

use super::Answer;
use super::live::block_on;
use crate::cli::RelayArguments;
use crate::failure::Failure;
use crate::output::{printable, say};
use crate::tunnel::pass_on;

pub(super) fn run(arguments: &RelayArguments) -> Result<Answer> {
    block_on(async {
        let log = |text: &str| say(printable(text));
        pass_on(arguments.listen, arguments.to.clone(), log).await.map_err(|error| {
            Failure::new(format_args!("cannot listen on {}: {error}", arguments.listen))
                .help("another address: --listen 127.0.0.1:PORT")
        })?;
        Ok(Answer::Good)
    })
}
