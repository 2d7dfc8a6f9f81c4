//! `ssl` and `sslMode` of PostgreSQL.
//!
//! Source: Argo Workflows v3.7.6, util/sqldb/sqldb.go (createPostGresDBSessionWithCreds); from 4.1 on the
//! driver is lib/pq, and no `ssl` is `sslmode=disable`.

use alloc::format;

use super::RULE;
use crate::config::reading::configuration::Configuration;
use crate::config::fixes::edits;
use crate::config::finding::{Edit, Finding, Fix, Safety, Severity};
use crate::config::rules::Findings;
use crate::config::subject::Subject;
use crate::config::reading::view::View;

const MODES: [&str; 6] = ["disable", "allow", "prefer", "require", "verify-ca", "verify-full"];

pub(super) fn check(
    subject: &Subject<'_>,
    configuration: &Configuration<'_>,
    postgresql: &View<'_>,
    findings: &mut Findings,
) {
    let ssl = postgresql.field("ssl");
    let on = ssl.as_ref().and_then(View::boolean) == Some(true);
    let mode = postgresql.field("sslMode");
    let text = mode.as_ref().and_then(View::text).unwrap_or_default();
    let finding = match (&ssl, &mode) {
        (Some(ssl), _) if on && text.is_empty() => Finding::new(
            &RULE,
            ssl.span(),
            "`ssl: true` without `sslMode` does not insist on encryption: it goes on without when the server \
             offers none",
        )
        .severity(Severity::Info)
        .help("add `sslMode: require`, or `verify-full` to check the server's name as well"),
        (_, Some(mode)) if on && !MODES.contains(&text) => invalid(configuration, mode, text),
        (_, Some(mode)) if !on && !matches!(text, "" | "disable") => {
            let unwritten = !postgresql.is_written("ssl");
            without_ssl(subject, configuration, ssl.as_ref(), unwritten, mode, text)
        }
        _ => return,
    };
    findings.push(finding);
}

fn invalid(configuration: &Configuration<'_>, mode: &View<'_>, text: &str) -> Finding {
    let meant = MODES.iter().find(|known| known.eq_ignore_ascii_case(text));
    let edit = meant.and_then(|meant| replace(configuration, mode, meant));
    Finding::new(&RULE, mode.span(), format!("`sslMode: {text}` is no mode: connecting fails"))
        .help(match meant {
            Some(meant) => format!("write `{meant}`"),
            None => "write disable, require, verify-ca or verify-full".into(),
        })
        .fix(edit.map(|edit| Fix {
            title: "write the mode in lower case".into(),
            safety: Safety::Safe,
            edits: [edit].into(),
        }))
}

fn without_ssl(
    subject: &Subject<'_>,
    configuration: &Configuration<'_>,
    ssl: Option<&View<'_>>,
    unwritten: bool,
    mode: &View<'_>,
    text: &str,
) -> Finding {
    let version = configuration.version;
    let happens = if (version.major, version.minor) >= (4, 1) {
        "the connection is not encrypted"
    } else {
        "the connection is encrypted only if the server offers it, and nothing is checked"
    };
    let message = format!("`sslMode: {text}` has no effect without `ssl: true`: {happens}");
    let finding = Finding::new(&RULE, mode.span(), message)
        .severity(Severity::Warning)
        .help("set `ssl: true` with it");
    let node = |at| configuration.reading.converted.node_at(at);
    // With a mode that does not exist, turning it on would end all connections.
    let known = MODES.contains(&text);
    let finding = if known { finding } else { finding.help("write disable, require, verify-ca or verify-full, and `ssl: true` with it") };
    let (finding, edit) = match ssl {
        Some(ssl) => {
            (finding.related(ssl.span(), "`ssl` is off"), replace(configuration, ssl, "true"))
        }
        // A key of null would be there twice.
        None => {
            let key = mode.key_json_offset().and_then(node).filter(|_| unwritten);
            let edit = key.and_then(|key| {
                edits::insert_line_before(subject.files, configuration, key, "ssl: true")
            });
            (finding, edit)
        }
    };
    finding.fix(edit.filter(|_| known).map(|edit| Fix {
        title: "set `ssl: true`".into(),
        safety: Safety::Unsafe,
        edits: [edit].into(),
    }))
}

fn replace(configuration: &Configuration<'_>, value: &View<'_>, text: &str) -> Option<Edit> {
    let node = configuration.reading.converted.node_at(value.json_offset())?;
    edits::replace(configuration, node, text)
}
