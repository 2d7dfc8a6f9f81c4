//! How the connection to the database is encrypted, and until when the certificate is valid.

use jiff::Timestamp;
use jiff::civil::DateTime;
use jiff::tz::Offset;

use super::super::check::{Check, Outcome, Skipped};
use super::super::facts::Facts;
use crate::store::mysql::TlsFacts;

pub(in crate::commands::doctor) const CHECK: Check = Check {
    code: "AD303",
    name: "database-tls",
    summary: "The connection is encrypted as configured, and the server's certificate stays valid.",
    documentation: "\
## What it checks
The TLS version of the connection that `options.tls` leads to, and how long the server's certificate is still valid, \
as the server says (`Ssl_version`, `Ssl_server_not_after`). That its name and authority are right is part of AD302, \
with `tls: \"true\"`.

## Why it matters
On the day the certificate ends, every controller with `tls: \"true\"` loses its database at its next start.

## What to do
Renew the certificate in time.
",
    run: |facts| Box::pin(check(facts)),
};

/// Days before the end at which it is a warning: what renews certificates does so earlier, a month before the end.
const SOON: i64 = 14;

async fn check(facts: &Facts) -> Result<Vec<Outcome>, Skipped> {
    let server = facts.server().await?;
    Ok(vec![match &server.tls {
        None => Outcome::ok("the connection is not encrypted, as options.tls says"),
        Some(tls) => judge(tls, Timestamp::now()),
    }])
}

fn judge(tls: &TlsFacts, now: Timestamp) -> Outcome {
    let TlsFacts { version, not_after } = tls;
    let Some(end) = end_of(not_after) else {
        return Outcome::ok(format_args!(
            "encrypted by {version}; the server does not say until when its certificate is valid"
        ));
    };
    let days = (end.as_second() - now.as_second()).div_euclid(86_400);
    match days {
        ..0 => Outcome::error(
            format_args!("the server's certificate was valid until {not_after}"),
            "renew it, and restart or reload the server",
        ),
        0..SOON => Outcome::warning(
            format_args!("the server's certificate is valid for {days} more days, until {not_after}"),
            "renew it, and restart or reload the server",
        ),
        _ => Outcome::ok(format_args!(
            "encrypted by {version}; the server's certificate is valid until {not_after}"
        )),
    }
}

/// Reads `Nov  8 05:04:04 2036 GMT`.
fn end_of(text: &str) -> Option<Timestamp> {
    let text: Vec<&str> = text.trim_end_matches("GMT").split_whitespace().collect();
    let time = DateTime::strptime("%b %d %H:%M:%S %Y", text.join(" ")).ok()?;
    Offset::UTC.to_timestamp(time).ok()
}

#[cfg(test)]
mod tests {
    use super::super::super::check::Level;
    use super::*;

    #[test]
    fn a_certificate_is_told_before_it_ends() {
        let now: Timestamp = "2036-11-01T00:00:00Z".parse().expect("a time");
        let level = |not_after: &str| {
            judge(&TlsFacts { version: "TLSv1.3".into(), not_after: not_after.into() }, now).level
        };
        assert_eq!(level("Nov  8 05:04:04 2036 GMT"), Level::Warning);
        assert_eq!(level("Dec 24 05:04:04 2036 GMT"), Level::Ok);
        assert_eq!(level("Oct 31 23:59:59 2036 GMT"), Level::Error);
        assert_eq!(level(""), Level::Ok);
    }
}
