//! What a value that the driver takes brings about.

use alloc::format;
use alloc::string::String;

use super::{Options, RULE};
use crate::config::database::driver;
use crate::config::finding::{Finding, Severity};
use crate::config::reading::view::View;

impl Options<'_> {
    /// Says so, when it is not what one wants.
    pub(super) fn consequence(&self, name: &str, value: &View<'_>, text: &str) -> Option<Finding> {
        let at = |severity: Severity, message: String, help: &'static str| {
            Some(Finding::new(&RULE, value.span(), message).severity(severity).help(help))
        };
        let boolean = driver::boolean(text);
        match name {
            "parseTime" if boolean == Some(false) => self.times_unparsed(value, text),
            "charset" => self.charset(value, text),
            "collation" => self.collation(value, text),
            "tls" if text.eq_ignore_ascii_case("skip-verify") => at(
                Severity::Info,
                format!("`tls: {text}` encrypts without checking who answers"),
                "write `tls: \"true\"` where the server's certificate is from a public authority",
            ),
            "tls" if text.eq_ignore_ascii_case("preferred") => at(
                Severity::Info,
                format!("`tls: {text}` goes on unencrypted when the server offers no TLS"),
                "write `tls: skip-verify` or `tls: \"true\"` to insist on it",
            ),
            "maxAllowedPacket"
                if text.parse().is_ok_and(|bytes: i64| (1..1024).contains(&bytes)) =>
            {
                at(
                    Severity::Error,
                    format!(
                        "`maxAllowedPacket: {text}` is {text} bytes: longer statements fail with `packet for query is \
                     too large`"
                    ),
                    "the unit is bytes; write \"0\" to take over the server's limit",
                )
            }
            "allowAllFiles" if boolean == Some(true) => at(
                Severity::Warning,
                String::from(
                    "`allowAllFiles` lets the server read any file of the controller's container",
                ),
                "take it out: Argo loads no files",
            ),
            "allowOldPasswords" if boolean == Some(true) => at(
                Severity::Warning,
                String::from(
                    "`allowOldPasswords` sends the password in a form that is easily broken",
                ),
                "take it out: servers since MySQL 5.7 do not ask for it",
            ),
            "allowCleartextPasswords" if boolean == Some(true) && !self.encrypted() => at(
                Severity::Warning,
                String::from(
                    "`allowCleartextPasswords` without `tls` sends the password unencrypted to a server that \
                     asks for it",
                ),
                "set `tls: \"true\"` with it",
            ),
            "checkConnLiveness" if boolean == Some(false) => at(
                Severity::Warning,
                String::from(
                    "`checkConnLiveness: false` uses connections that the server has closed",
                ),
                "take it out",
            ),
            "columnsWithAlias" if boolean == Some(true) => at(
                Severity::Error,
                String::from(
                    "`columnsWithAlias` renames the columns, so that every row is read back empty",
                ),
                "take it out",
            ),
            "multiStatements" if boolean == Some(true) => at(
                Severity::Info,
                String::from(
                    "`multiStatements` is of no use to Argo, and of use to SQL injections",
                ),
                "take it out",
            ),
            _ => None,
        }
    }

    /// Whether `tls` insists on encryption.
    fn encrypted(&self) -> bool {
        self.get("tls").and_then(View::text).is_some_and(|tls| {
            driver::boolean(tls) == Some(true) || tls.eq_ignore_ascii_case("skip-verify")
        })
    }

    fn times_unparsed(&self, value: &View<'_>, text: &str) -> Option<Finding> {
        let archive = self.database.section.field("archive").and_then(|archive| archive.boolean());
        let (severity, what) = match self.database.name {
            "synchronization" => (Severity::Error, "the locks"),
            _ if archive == Some(true) => (Severity::Error, "the archive"),
            _ => (Severity::Warning, "the archive, once it is on"),
        };
        let message = format!(
            "`parseTime: {text}` breaks reading {what}: times come as text and cannot be scanned"
        );
        Some(Finding::new(&RULE, value.span(), message).severity(severity).help("take it out"))
    }

    fn charset(&self, value: &View<'_>, text: &str) -> Option<Finding> {
        let at = |message: String| {
            Finding::new(&RULE, value.span(), message).help("write `charset: utf8mb4`")
        };
        // The adapter escapes the comma, and the newer driver does not take the escape back.
        let refused =
            text.is_empty() || text.contains(',') && !driver::is_old(self.configuration.version);
        if refused {
            return Some(at(format!(
                "`charset: {text}` makes a `SET NAMES` that the server refuses"
            )));
        }
        let first = text.split(',').next().unwrap_or_default();
        let unlike = !first.eq_ignore_ascii_case("utf8mb4");
        unlike.then(|| {
            at(format!(
                "`charset: {text}` spoils characters that it lacks, such as emoji: Argo changes one connection of \
                 the pool to utf8mb4, the others stay"
            ))
            .severity(Severity::Warning)
        })
    }

    /// Since the driver sets both in one statement, they must fit.
    fn collation(&self, value: &View<'_>, text: &str) -> Option<Finding> {
        let version = self.configuration.version;
        let interpolated =
            self.get("interpolateParams").and_then(View::text).and_then(driver::boolean);
        let unsafe_set = ["big5_", "sjis_", "gbk_", "gb2312_bin", "cp932_", "gb18030_"];
        if interpolated == Some(true) && unsafe_set.iter().any(|prefix| text.starts_with(prefix)) {
            let argo = "invalid DSN: interpolateParams can not be used with unsafe collations";
            let message =
                format!("the driver refuses `interpolateParams` with `collation: {text}`");
            let finding = Finding::new(&RULE, value.span(), message).argo(Some(argo.into()));
            return Some(finding.help("take both out"));
        }
        if driver::is_old(version) {
            return None;
        }
        // From 4.1 on no character set is set by default, so that there is no such statement.
        let charset = match self.get("charset") {
            Some(charset) => charset.text()?,
            None if (version.major, version.minor) >= (4, 1) => return None,
            None => "utf8",
        };
        let canonical =
            |name: &str| if name == "utf8" { "utf8mb3".into() } else { String::from(name) };
        let set = text.split('_').next().unwrap_or_default().to_ascii_lowercase();
        let fits = text.is_empty() || canonical(&set) == canonical(&charset.to_ascii_lowercase());
        (!fits && !charset.contains(',')).then(|| {
            // `binary` is a keyword, which cannot stand there.
            let error = if set == "binary" { 1064 } else { 1253 };
            let message = format!(
                "`collation: {text}` does not belong to the character set `{charset}`: connecting fails with Error {error}"
            );
            let help = match set.as_str() {
                "utf8mb4" => "set `charset: utf8mb4` with it",
                _ => "take it out",
            };
            Finding::new(&RULE, value.span(), message).help(help)
        })
    }
}
