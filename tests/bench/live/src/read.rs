//! Reads whole tables by our store.

use anyhow::{Context, Result};
use clap::ValueEnum;
use kubectl_argo_offload::store::mysql::{Connector, Limits, MySqlStore, Table, Target, Tls};
use kubectl_argo_offload::store::{NodeStore, RowKey, Wanted};
use secrecy::SecretString;
use serde_json::{Value, json};

/// The database is that of STORE_PORT, STORE_DATABASE, STORE_USER and STORE_PASSWORD, as for tests/bench/go/store.
#[derive(clap::Args)]
pub(crate) struct Arguments {
    how: How,
    table: String,
    /// How often
    #[arg(default_value_t = 1)]
    times: u32,
}

#[derive(Clone, Copy, ValueEnum)]
enum How {
    /// As the server spells them
    Raw,
    /// As every command reads them: written anew as Go does, and checked by the version
    Verified,
}

/// How many rows and bytes of nodes there were.
pub(crate) fn run(arguments: &Arguments) -> Result<Value> {
    let target = target(arguments)?;
    let runtime =
        tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build()?;
    let (rows, bytes) = runtime.block_on(async {
        match arguments.how {
            How::Raw => raw(target, arguments.times).await,
            How::Verified => verified(target, arguments.times).await,
        }
    })?;
    Ok(json!({ "rows": rows, "bytes": bytes }))
}

fn target(arguments: &Arguments) -> Result<Target> {
    let variable = |name: &'static str| std::env::var(name).context(name);
    Ok(Target {
        host: "127.0.0.1".to_owned(),
        port: variable("STORE_PORT")?.parse().context("STORE_PORT")?,
        database: variable("STORE_DATABASE")?,
        user: variable("STORE_USER")?,
        password: SecretString::from(variable("STORE_PASSWORD")?),
        table: arguments.table.clone(),
        cluster_name: Target::CLUSTER_NAME.to_owned(),
        // As go-sql-driver does where nothing is said.
        tls: Tls::Off,
        authorities: Vec::new(),
        tls_name: None,
        allow_plaintext: false,
    })
}

async fn raw(target: Target, times: u32) -> Result<(u64, u64)> {
    let mut connection = Connector::new(target, Limits::default()).connect().await?;
    let table = Table::look(&mut connection).await?;
    let (mut rows, mut bytes) = (0, 0);
    for _ in 0..times {
        let wanted = Wanted::default();
        for info in table.keys(&mut connection, Target::CLUSTER_NAME, &wanted).await? {
            let row =
                table.row(&mut connection, &info.key).await?.with_context(|| gone(&info.key))?;
            rows += 1;
            bytes += row.nodes.len() as u64;
        }
    }
    Ok((rows, bytes))
}

async fn verified(target: Target, times: u32) -> Result<(u64, u64)> {
    let store = MySqlStore::connect(Connector::new(target, Limits::default())).await?;
    let (mut rows, mut bytes) = (0, 0);
    for _ in 0..times {
        for info in store.list(&Wanted::default())? {
            let record = store.read(&info.key)?.with_context(|| gone(&info.key))?;
            rows += 1;
            bytes += record.nodes.len() as u64;
        }
    }
    Ok((rows, bytes))
}

fn gone(key: &RowKey) -> String {
    format!("{key}: the row is gone")
}
