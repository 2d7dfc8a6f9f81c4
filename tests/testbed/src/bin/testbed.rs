//! A cluster with a database and Argo in it, for developers. See `docs/testbed.md`.

use std::time::Instant;

use anyhow::Result;
use argo_offload_testbed::cluster::{Install, Start};
use argo_offload_testbed::database::Kind;
use argo_offload_testbed::programs::Programs;
use clap::{Parser, Subcommand};

/// A real cluster with Argo Workflows on loopback
#[derive(Debug, Parser)]
#[command(name = "testbed")]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Build the programs if need be, and print their folder
    Programs,
    /// Start a cluster, print the environment to use it with, and stay until Ctrl-C
    Up {
        /// mysql-9.7, mysql-8.0, mysql-5.7, mariadb or postgresql
        #[arg(long, value_name = "KIND", default_value = "mysql-9.7", value_parser = kind)]
        database: Kind,
        /// A variable of the controller, such as ALWAYS_OFFLOAD_NODE_STATUS=true
        #[arg(long = "set", value_name = "NAME=VALUE", value_parser = variable)]
        variables: Vec<(String, String)>,
    },
}

fn kind(text: &str) -> Result<Kind, String> {
    let kinds = Kind::MYSQL.into_iter().chain([Kind::PostgreSql]);
    let mut named = kinds.filter(|kind| kind.name() == text);
    named
        .next()
        .ok_or_else(|| "expected mysql-9.7, mysql-8.0, mysql-5.7, mariadb or postgresql".to_owned())
}

fn variable(text: &str) -> Result<(String, String), String> {
    let pair = text.split_once('=').ok_or("expected NAME=VALUE")?;
    Ok((pair.0.to_owned(), pair.1.to_owned()))
}

fn main() -> Result<()> {
    match Arguments::parse().command {
        Command::Programs => println!("{}", Programs::get()?.folder().display()),
        Command::Up { database, variables } => up(database, variables)?,
    }
    Ok(())
}

fn up(database: Kind, variables: Vec<(String, String)>) -> Result<()> {
    let start = Instant::now();
    let mut install = Install::new("argo");
    for (name, value) in variables {
        install = install.environment(name, value);
    }
    let cluster = Start::default().database(database).argo(None).start()?;
    let argo = cluster.install(install)?;
    eprintln!("testbed: up after {:.1} s; Ctrl-C ends it", start.elapsed().as_secs_f64());
    println!("export KUBECONFIG={}", cluster.kubeconfig("admin").display());
    println!("export PATH={}:$PATH", cluster.programs().folder().display());
    println!(
        "export ARGO_SERVER={} ARGO_SECURE=false",
        argo.server.unwrap_or_default().replace("http://", "")
    );
    println!("export TESTBED={}", cluster.folder().display());
    println!("# logs: $TESTBED/logs, kubeconfigs: $TESTBED/{{admin,reader,nobody}}.kubeconfig");
    println!(
        "# {} in namespace argo: port {}, database {}, user {}; the password is in the Secret",
        database.name(),
        argo.database.port,
        argo.database.name,
        argo.database.user
    );
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(tokio::signal::ctrl_c())?;
    eprintln!("testbed: ending");
    Ok(())
}
