//! Whether a database's host is one, as the drivers read it.
//!
//! Argo puts a colon and the port behind it. Up to Argo 4.0 the MySQL adapter then splits both and joins
//! them without the brackets that an IPv6 address needs.
//!
//! Sources: Argo Workflows v3.7.6, config/config.go (`GetHostname`); upper/db v4.10.0,
//! adapter/mysql/connection.go and adapter/postgresql/connection_pgx.go; go-sql-driver/mysql v1.9.2, dsn.go.

use alloc::format;
use alloc::string::{String, ToString};
use core::net::Ipv6Addr;

use super::{RULE, from_4_1};
use crate::config::reading::configuration::Configuration;
use crate::config::fixes::edits;
use crate::config::finding::{Finding, Fix, Safety};
use crate::config::database::server::{Engine, Server};
use crate::config::sources::File;

pub(super) fn check(
    configuration: &Configuration<'_>,
    files: &[File<'_>],
    database: &Server<'_>,
) -> Option<Finding> {
    let host = database.text("host")?;
    let view = database.section.field("host")?;
    let joins_bare = database.engine == Engine::MySql && !from_4_1(configuration);
    let (message, help) = judge(host, database, joins_bare)?;
    let mut finding = Finding::new(&RULE, view.span(), message).help(help);
    if let (Some((name, port)), Some(given)) = (name_and_port(host), database.port()) {
        if let Some(view) = database.section.field("port") {
            finding = finding.related(view.span(), "the port is here too");
        }
        let edit = (port.parse() == Ok(given) && is_plain(name))
            .then(|| {
                edits::replace(configuration, view.node()?, &quoted(files, &view.span(), name)?)
            })
            .flatten();
        finding = finding.fix(edit.map(|edit| Fix {
            title: format!("write `{name}`"),
            safety: Safety::Safe,
            edits: [edit].into(),
        }));
    }
    Some(finding)
}

/// What is wrong with a host, and what to write instead.
fn judge(host: &str, database: &Server<'_>, joins_bare: bool) -> Option<(String, &'static str)> {
    let only_host = "write the host alone: a name or an address";
    // Before an at sign there may be a password.
    let shown = if host.contains('@') { "host" } else { host };
    if host.contains("://") {
        return Some((format!("`{shown}` is a URL, and not a host"), only_host));
    }
    if host.chars().any(|character| character.is_whitespace() || character.is_control()) {
        return Some((format!("`{}` has a blank in it", shown.escape_debug()), only_host));
    }
    if database.engine == Engine::MySql && host.contains(['/', '@', '(', ')']) {
        return Some((format!("`{shown}` is no host that the MySQL driver can read"), only_host));
    }
    let port = database.port();
    if let Some((name, _)) = name_and_port(host) {
        if let Some(port) = port {
            let message =
                format!("`{shown}` holds a port already, and `port` makes it `{shown}:{port}`");
            return Some((message, "leave the port out of the host"));
        }
        return (joins_bare && name.starts_with('[')).then(|| address(host));
    }
    let inner = host.strip_prefix('[').and_then(|rest| rest.strip_suffix(']'));
    if inner.unwrap_or(host).parse::<Ipv6Addr>().is_ok() {
        let unusable = match (inner, port) {
            (None, Some(_)) => true,
            (None, None) => joins_bare,
            (Some(_), port) => joins_bare && port.is_some(),
        };
        return unusable.then(|| address(host));
    }
    // A directory of PostgreSQL's socket.
    if host.contains(':') && !host.starts_with('/') {
        return Some((format!("`{shown}` is no host"), only_host));
    }
    None
}

fn address(host: &str) -> (String, &'static str) {
    (
        format!("`{host}` loses or lacks the brackets that an IPv6 address needs before a port"),
        "write a name that resolves to the address",
    )
}

/// `db:3306` or `[::1]:3306`, split.
fn name_and_port(host: &str) -> Option<(&str, &str)> {
    let (name, port) = host.rsplit_once(':')?;
    let is_port = !port.is_empty() && port.bytes().all(|byte| byte.is_ascii_digit());
    let is_name = !name.contains(':') || (name.starts_with('[') && name.ends_with(']'));
    (is_port && is_name && !name.is_empty()).then_some((name, port))
}

/// Whether a text is a string in YAML without quotes.
fn is_plain(name: &str) -> bool {
    const WORDS: [&str; 9] = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    name.starts_with(|first: char| first.is_ascii_alphabetic())
        && name
            .bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'-' | b'_'))
        && !WORDS.iter().any(|word| word.eq_ignore_ascii_case(name))
}

/// `name` in the quotes that stand at `span`, if any do.
fn quoted(files: &[File<'_>], span: &crate::config::finding::Span, name: &str) -> Option<String> {
    let first = files.get(span.file)?.text.get(span.range.start)?;
    Some(match first {
        b'"' => format!("\"{name}\""),
        b'\'' => format!("'{name}'"),
        _ => name.to_string(),
    })
}
