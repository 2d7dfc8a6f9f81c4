//! What tests/bench/live.py needs beside the plugin: servers with data in them, and a reader of whole tables.

mod cluster;
mod database;
mod read;

use std::io::{self, Read, Write};

use anyhow::{Context, Result};
use argo_offload_testbed::database::Kind;
use clap::{Parser, Subcommand};
use serde_json::Value;

#[derive(Parser)]
struct Arguments {
    #[command(subcommand)]
    command: Command,
}

#[derive(Subcommand)]
enum Command {
    /// Start a database with the tables of module `database`, print how to reach it, and stay until stdin ends
    Database {
        /// mysql-9.7 or mariadb
        #[arg(value_parser = kind)]
        kind: Kind,
    },
    /// Start a cluster with workflows in it, print how to reach it, and stay until stdin ends
    Cluster {
        /// How many
        #[arg(long, default_value_t = 3000)]
        workflows: usize,
    },
    /// Read all rows of a table by our store, and print how many rows and bytes there were
    Read(read::Arguments),
}

fn kind(text: &str) -> Result<Kind, String> {
    let named = Kind::MYSQL.into_iter().find(|kind| kind.name() == text);
    named.ok_or_else(|| format!("expected one of {:?}", Kind::MYSQL.map(Kind::name)))
}

fn main() -> Result<()> {
    match Arguments::parse().command {
        Command::Database { kind } => {
            let database = database::Filled::start(kind)?;
            stay(&database.describe())
        }
        Command::Cluster { workflows } => {
            let cluster = cluster::start(workflows)?;
            stay(&cluster::describe(&cluster))
        }
        Command::Read(arguments) => {
            println!("{}", read::run(&arguments)?);
            Ok(())
        }
    }
}

/// Prints one line of JSON, and returns when stdin ends: when whoever started this ends, however that comes.
fn stay(how: &Value) -> Result<()> {
    println!("{how}");
    io::stdout().flush()?;
    io::stdin().read_to_end(&mut Vec::new()).context("stdin")?;
    Ok(())
}
