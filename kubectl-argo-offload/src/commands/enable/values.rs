//! What is wanted: flags, what is there already, and what a person types.

use std::io::{BufRead, IsTerminal, Read, Write};

use anyhow::Result;
use argo_offload_core::config::change::{Scalar, Setting};
use secrecy::SecretString;
use serde_json::Value;

use super::present::{Present, secret};
use crate::cli::{EnableArguments, WantedArguments};
use crate::cluster::{Cluster, SecretKey, is_name};
use crate::commands::live::Credentials;
use crate::failure::Failure;
use crate::output::shortened;
use crate::store::mysql::{PASSWORD_VARIABLE, Target, password};

/// The Secret's name where nothing says another: that of the manuals.
const SECRET: &str = "argo-mysql-config";
/// The most bytes of a password.
const PASSWORD: u64 = 64 << 10;

/// What the configuration is to say, and the Secret.
pub(super) struct Wanted {
    settings: Vec<(&'static [&'static str], Owned)>,
    pub(super) secret: WantedSecret,
}

/// The Secret of user and password.
pub(super) struct WantedSecret {
    pub(super) namespace: String,
    pub(super) user: SecretKey,
    pub(super) password: SecretKey,
    /// What it is to hold, each where it is to change.
    pub(super) credentials: Credentials,
    /// The Secret as it is.
    pub(super) before: Option<Value>,
}

enum Owned {
    Text(String),
    Bool(bool),
    Int(i64),
}

impl Wanted {
    /// What the core changes.
    pub(super) fn settings(&self) -> Vec<Setting<'_>> {
        let mut settings = Vec::new();
        for (path, value) in &self.settings {
            let value = match value {
                Owned::Text(text) => Scalar::Text(text),
                Owned::Bool(is) => Scalar::Bool(*is),
                Owned::Int(number) => Scalar::Int(*number),
            };
            settings.push(Setting { path, value });
        }
        settings
    }
}

/// Puts together what is wanted; asks on a terminal for what is not said.
///
/// # Errors
/// Something is not said and there is nobody to ask; the database is PostgreSQL.
pub(super) async fn wanted(
    cluster: &Cluster,
    present: &Present,
    given: &WantedArguments,
    arguments: &EnableArguments,
) -> Result<Wanted> {
    let section = &present.section;
    if section.get("postgresql").is_some_and(Value::is_object) {
        return Err(Failure::new("the controller's database is PostgreSQL")
            .help("with both, Argo takes PostgreSQL: turn nodeStatusOffLoad on by hand, and check with lint --live")
            .into());
    }
    let mysql = section.get("mysql").cloned().unwrap_or_default();
    let has =
        |field: &str| mysql.get(field).and_then(Value::as_str).is_some_and(|text| !text.is_empty());
    let mut settings: Vec<(&'static [&'static str], Owned)> = Vec::new();
    settings.push((&["nodeStatusOffLoad"], Owned::Bool(true)));
    for (path, flag, value, question) in [
        (&["mysql", "host"][..], "--db-host", &given.db_host, "Host of the database"),
        (&["mysql", "database"], "--db-name", &given.db_name, "Name of the database"),
    ] {
        match value {
            Some(value) => settings.push((path, Owned::Text(value.clone()))),
            None if has(path.last().copied().unwrap_or_default()) => {}
            None => settings.push((path, Owned::Text(ask(question, flag)?))),
        }
    }
    if let Some(port) = given.db_port {
        settings.push((&["mysql", "port"], Owned::Int(port.into())));
    } else if mysql.get("port").and_then(Value::as_i64).unwrap_or(0) == 0 && !has("host") {
        settings.push((&["mysql", "port"], Owned::Int(Target::PORT.into())));
    }
    match &given.db_table {
        Some(table) => settings.push((&["mysql", "tableName"], Owned::Text(table.clone()))),
        None if has("tableName") => {}
        None => settings.push((&["mysql", "tableName"], Owned::Text(Target::TABLE.into()))),
    }
    if let Some(tls) = given.db_tls {
        settings.push((&["mysql", "options", "tls"], Owned::Text(tls.text().into())));
    }
    if let Some(name) = &given.cluster_name {
        settings.push((&["clusterName"], Owned::Text(name.clone())));
    }
    if given.archive {
        settings.push((&["archive"], Owned::Bool(true)));
    }
    if let Some(time) = &given.archive_ttl {
        settings.push((&["archiveTTL"], Owned::Text(time.clone())));
    }
    let secret = wanted_secret(cluster, present, given, arguments, &mut settings).await?;
    Ok(Wanted { settings, secret })
}

async fn wanted_secret(
    cluster: &Cluster,
    present: &Present,
    given: &WantedArguments,
    arguments: &EnableArguments,
    settings: &mut Vec<(&'static [&'static str], Owned)>,
) -> Result<WantedSecret> {
    let namespace = match &given.secret_namespace {
        Some(namespace) if is_name(namespace) => namespace.clone(),
        Some(namespace) => {
            return Err(
                Failure::new(format_args!("{namespace:?} is no name of a namespace")).into()
            );
        }
        // In managed clusters the manuals have it there, and the controller's own cannot be written to.
        None => match present.controller.other_secret_namespace() {
            Some(other) => other.to_owned(),
            None => present.controller.namespace.clone(),
        },
    };
    let mut selector = |field: &'static str, path: [&'static [&'static str]; 2], key: &str| {
        let of = |part: &str| {
            let text = present.section.get("mysql")?.get(field)?.get(part)?.as_str()?;
            Some(text.to_owned()).filter(|text| !text.is_empty())
        };
        let name = match (&given.secret, of("name")) {
            (None, Some(name)) => name,
            (name, _) => {
                let name = name.clone().unwrap_or_else(|| SECRET.into());
                settings.push((path[0], Owned::Text(name.clone())));
                name
            }
        };
        let key = of("key").unwrap_or_else(|| {
            settings.push((path[1], Owned::Text(key.into())));
            key.into()
        });
        SecretKey { name, key }
    };
    let user = selector(
        "userNameSecret",
        [&["mysql", "userNameSecret", "name"], &["mysql", "userNameSecret", "key"]],
        "username",
    );
    let word = selector(
        "passwordSecret",
        [&["mysql", "passwordSecret", "name"], &["mysql", "passwordSecret", "key"]],
        "password",
    );
    if user.name != word.name {
        return Err(Failure::new(
            "user and password are in two Secrets, which enable does not write",
        )
        .help("name one for both: --secret NAME")
        .into());
    }
    if !is_name(&user.name) {
        let what =
            format_args!("{:?} is no name of a Secret", shortened(&user.name, 60)).to_string();
        return Err(Failure::new(what).help("--secret NAME").into());
    }
    let before = secret(cluster, &namespace, &user.name).await?;
    let has = |key: &str| {
        before
            .as_ref()
            .is_some_and(|secret| secret.get("data").is_some_and(|data| data.get(key).is_some()))
    };
    let new_user = match &given.db_user {
        Some(name) => Some(name.clone()),
        None if has(&user.key) => None,
        None => Some(ask("User of the database", "--db-user")?),
    };
    let is_given = arguments.password_stdin
        || arguments.database.db_password_file.is_some()
        || std::env::var_os(PASSWORD_VARIABLE).is_some();
    let new_password = if arguments.password_stdin {
        Some(from_stdin()?)
    } else if is_given || !has(&word.key) || new_user.is_some() {
        let whose = new_user.as_deref().unwrap_or("the database's user");
        let file = arguments.database.db_password_file.as_deref();
        Some(password(whose, file).map_err(|error| {
            Failure::new(&error.cause).help(
                "--password-stdin, --db-password-file FILE, the variable ARGO_OFFLOAD_DB_PASSWORD, or a terminal",
            )
        })?)
    } else {
        None
    };
    let credentials = Credentials { user: new_user, password: new_password };
    Ok(WantedSecret { namespace, user, password: word, credentials, before })
}

/// One line break at the end is that of `echo`.
fn from_stdin() -> Result<SecretString> {
    let mut text = String::new();
    std::io::stdin().take(PASSWORD + 1).read_to_string(&mut text).map_err(|error| {
        Failure::new(format_args!("cannot read the password from stdin: {error}"))
    })?;
    let text =
        text.strip_suffix('\n').map_or(&*text, |line| line.strip_suffix('\r').unwrap_or(line));
    if text.is_empty() || text.len() as u64 > PASSWORD {
        return Err(Failure::new("stdin holds no password")
            .help("pipe it in: … | kubectl argo-offload enable --password-stdin -y")
            .into());
    }
    Ok(text.to_owned().into())
}

/// Asks on the terminal.
fn ask(question: &str, flag: &str) -> Result<String> {
    let missing = || Failure::new(format_args!("{flag} is not said, nor by the configuration"));
    if !std::io::stdin().is_terminal() || !std::io::stderr().is_terminal() {
        return Err(missing().help(format_args!("{flag} VALUE")).into());
    }
    let _ = write!(std::io::stderr(), "{question}: ");
    let mut line = String::new();
    std::io::stdin().lock().read_line(&mut line).map_err(Failure::new)?;
    match line.trim() {
        "" => Err(missing().help(format_args!("{flag} VALUE")).into()),
        text => Ok(text.to_owned()),
    }
}
