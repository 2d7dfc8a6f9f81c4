//! The options of `mysql` as Argo's driver takes them.
//!
//! upper/db puts them into a DSN; the driver keeps what it knows, and makes everything else a session
//! variable: `SET name = value`.
//!
//! Source: go-sql-driver/mysql v1.7.1 (Argo 3.6) and v1.9.2 (3.7), dsn.go (`parseDSNParams`), connector.go,
//! connection.go (`handleParams`); upper/db v4.10.0, adapter/mysql/connection.go. Both were asked about every
//! kind of value below.

use alloc::vec::Vec;

use crate::golang::{ArgoVersion, duration};

/// A parameter of the driver.
#[derive(Debug)]
pub(crate) struct Parameter {
    pub(crate) name: &'static str,
    kind: ParameterKind,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum ParameterKind {
    Boolean,
    Duration,
    /// Bytes.
    Integer,
    Text,
    TimeZone,
    Tls,
    /// A key registered by Go code; Argo registers none.
    ServerKey,
    /// Taken out of the driver, which panics.
    Strict,
}

/// What an option's name is to the driver.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Name {
    Parameter(&'static Parameter),
    /// A parameter in another case, which the driver does not know.
    OtherCase(&'static str),
    /// What another client calls it, and what to do instead.
    Foreign(&'static str),
    /// A session variable that servers have.
    Variable,
    /// What may be a session variable.
    Unknown,
    /// What no server can have as a variable.
    Impossible,
}

/// What `name` is to the driver in this version of Argo.
pub(crate) fn recognise(name: &str, version: ArgoVersion) -> Name {
    let known = |parameter: &&Parameter| is_known(parameter, version);
    if let Some(parameter) = PARAMETERS.iter().filter(known).find(|known| known.name == name) {
        return Name::Parameter(parameter);
    }
    if let Some(parameter) =
        PARAMETERS.iter().filter(known).find(|known| known.name.eq_ignore_ascii_case(name))
    {
        return Name::OtherCase(parameter.name);
    }
    let foreign = FOREIGN
        .iter()
        .find(|(names, _)| names.split(' ').any(|foreign| foreign.eq_ignore_ascii_case(name)));
    if let Some((_, instead)) = foreign {
        return Name::Foreign(instead);
    }
    if VARIABLES.iter().any(|variable| variable.eq_ignore_ascii_case(name)) {
        return Name::Variable;
    }
    let word =
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    // Servers write their variables with underscores, and find them in any case.
    let humps = name
        .bytes()
        .zip(name.bytes().skip(1))
        .any(|(a, b)| a.is_ascii_lowercase() && b.is_ascii_uppercase());
    if word && !humps { Name::Unknown } else { Name::Impossible }
}

/// The driver of Argo 3.6 is older than these.
fn is_known(parameter: &Parameter, version: ArgoVersion) -> bool {
    !is_old(version) || !matches!(parameter.name, "timeTruncate" | "connectionAttributes")
}

/// Whether it is driver 1.7, as in Argo 3.6.
pub(crate) fn is_old(version: ArgoVersion) -> bool {
    (version.major, version.minor) < (3, 7)
}

impl Parameter {
    /// What the driver expects instead of `value`; `None` where it takes it.
    pub(crate) fn expects(&self, value: &str, version: ArgoVersion) -> Option<&'static str> {
        if self.name == "compress" && is_old(version) {
            return Some("nothing: this version's driver cannot compress");
        }
        let taken = match self.kind {
            ParameterKind::Boolean => boolean(value).is_some(),
            // The DSN's escapes are not taken back before a number is read: a plus sign is `%2B`.
            ParameterKind::Duration => {
                value.is_ascii()
                    && !value.contains('+')
                    && duration::parse(value.as_bytes()).is_ok()
            }
            ParameterKind::Integer => !value.contains('+') && value.parse::<i64>().is_ok(),
            ParameterKind::Text => true,
            ParameterKind::TimeZone => {
                !value.starts_with(['+', '-', '/'])
                    && !value.contains([':', '\\', ' '])
                    && { !value.contains("..") && value != "local" && value != "utc" }
                    && !has_offset(value)
            }
            ParameterKind::Tls => {
                value.is_empty()
                    || boolean(value).is_some()
                    || ["skip-verify", "preferred"]
                        .iter()
                        .any(|mode| value.eq_ignore_ascii_case(mode))
            }
            ParameterKind::ServerKey => value.is_empty(),
            ParameterKind::Strict => false,
        };
        let expected = match self.kind {
            ParameterKind::Boolean => "\"true\" or \"false\"",
            ParameterKind::Duration => "a duration such as 30s",
            ParameterKind::Integer => "a whole number of bytes such as \"67108864\"",
            ParameterKind::Text => "a text",
            ParameterKind::TimeZone => "UTC, Local or a name such as Asia/Shanghai",
            ParameterKind::Tls => "\"true\", \"false\", skip-verify or preferred",
            ParameterKind::ServerKey => "the name of a key, of which Argo has none",
            ParameterKind::Strict => "nothing: it was taken out, and the driver panics",
        };
        (!taken).then_some(expected)
    }

    /// What the driver says to `value`, where its text is known.
    pub(crate) fn refusal(&self, value: &str) -> Option<alloc::string::String> {
        match self.kind {
            ParameterKind::Boolean if value.bytes().all(|byte| byte.is_ascii_alphanumeric()) => {
                Some(alloc::format!("invalid bool value: {value}"))
            }
            ParameterKind::Tls => {
                Some(alloc::format!("invalid value / unknown config name: {value}"))
            }
            ParameterKind::TimeZone => Some(alloc::format!("unknown time zone {value}")),
            ParameterKind::ServerKey => {
                Some(alloc::format!("invalid value / unknown server pub key name: {value}"))
            }
            _ => None,
        }
    }
}

/// `GMT+8`, which is no zone's name, unlike `Etc/GMT+8`.
fn has_offset(zone: &str) -> bool {
    ["GMT", "UTC"].into_iter().any(|base| {
        zone.strip_prefix(base).is_some_and(|rest| {
            rest.starts_with(['+', '-']) && rest.bytes().skip(1).any(|digit| digit != b'0')
        })
    })
}

/// The parameters that a configuration can set to some use.
pub(crate) fn names(version: ArgoVersion) -> Vec<&'static str> {
    let is_useful = |parameter: &&Parameter| {
        !matches!(parameter.kind, ParameterKind::ServerKey | ParameterKind::Strict)
            && is_known(parameter, version)
    };
    PARAMETERS.iter().filter(is_useful).map(|parameter| parameter.name).collect()
}

/// The values of a parameter that has few, quoted, as options are texts.
pub(crate) fn values(name: &str, version: ArgoVersion) -> Vec<&'static str> {
    match recognise(name, version) {
        Name::Parameter(Parameter { kind: ParameterKind::Boolean, .. }) => {
            ["\"true\"", "\"false\""].into()
        }
        Name::Parameter(Parameter { kind: ParameterKind::Tls, .. }) => {
            ["\"true\"", "\"skip-verify\"", "\"preferred\"", "\"false\""].into()
        }
        _ => Vec::new(),
    }
}

/// The driver's own idea of a truth value.
pub(crate) fn boolean(text: &str) -> Option<bool> {
    match text {
        "1" | "true" | "TRUE" | "True" => Some(true),
        "0" | "false" | "FALSE" | "False" => Some(false),
        _ => None,
    }
}

/// Whether `value` can stand behind `SET name =` as it is.
pub(crate) fn is_expression(value: &str) -> bool {
    let value = value.trim_matches(' ');
    let quoted = ['\'', '"', '`']
        .into_iter()
        .any(|quote| value.len() > 1 && value.starts_with(quote) && value.ends_with(quote));
    let word = value.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let arithmetic = value.bytes().all(|byte| {
        byte.is_ascii_digit() || matches!(byte, b'+' | b'-' | b'*' | b'/' | b'.' | b' ')
    });
    !value.is_empty() && (quoted || word || arithmetic || value.contains(['@', '(', '\'']))
}

const fn parameter(name: &'static str, kind: ParameterKind) -> Parameter {
    Parameter { name, kind }
}

static PARAMETERS: [Parameter; 25] = [
    parameter("allowAllFiles", ParameterKind::Boolean),
    parameter("allowCleartextPasswords", ParameterKind::Boolean),
    parameter("allowFallbackToPlaintext", ParameterKind::Boolean),
    parameter("allowNativePasswords", ParameterKind::Boolean),
    parameter("allowOldPasswords", ParameterKind::Boolean),
    parameter("charset", ParameterKind::Text),
    parameter("checkConnLiveness", ParameterKind::Boolean),
    parameter("clientFoundRows", ParameterKind::Boolean),
    parameter("collation", ParameterKind::Text),
    parameter("columnsWithAlias", ParameterKind::Boolean),
    parameter("compress", ParameterKind::Boolean),
    parameter("connectionAttributes", ParameterKind::Text),
    parameter("interpolateParams", ParameterKind::Boolean),
    parameter("loc", ParameterKind::TimeZone),
    parameter("maxAllowedPacket", ParameterKind::Integer),
    parameter("multiStatements", ParameterKind::Boolean),
    parameter("parseTime", ParameterKind::Boolean),
    parameter("readTimeout", ParameterKind::Duration),
    parameter("rejectReadOnly", ParameterKind::Boolean),
    parameter("serverPubKey", ParameterKind::ServerKey),
    parameter("strict", ParameterKind::Strict),
    parameter("timeTruncate", ParameterKind::Duration),
    parameter("timeout", ParameterKind::Duration),
    parameter("tls", ParameterKind::Tls),
    parameter("writeTimeout", ParameterKind::Duration),
];

const TLS: &str =
    "write `tls: \"true\"`, or `tls: skip-verify` to encrypt without checking the certificate";
const CA: &str = "take it out: Argo hands no CA to the driver; `tls: \"true\"` checks against the system's \
                  certificates, to which the container's `SSL_CERT_FILE` can point";
const NEEDLESS: &str = "take it out: the driver needs no such thing";
const UTF8: &str = "take it out; for the character set write `charset: utf8mb4`";
const ZONE: &str = "take it out: times are exchanged in UTC; the driver's parameter is `loc`";
const POOL: &str = "take it out: the pool connects anew by itself; see `connectionPool`";

/// Names that other clients have for such things, divided by blanks, and what to do.
static FOREIGN: [(&str, &str); 16] = [
    (
        "useSSL requireSSL ssl sslMode ssl-mode ssl_mode useTLS verifyServerCertificate enabledTLSProtocols",
        TLS,
    ),
    (
        "sslca ssl-ca ssl_ca sslcert ssl-cert ssl_cert sslkey ssl-key ssl_key serverSslCert \
         trustCertificateKeyStoreUrl trustCertificateKeyStorePassword trustCertificateKeyStoreType \
         clientCertificateKeyStoreUrl clientCertificateKeyStorePassword",
        CA,
    ),
    ("serverTimezone connectionTimeZone useTimezone useLegacyDatetimeCode timezone tz", ZONE),
    ("characterEncoding useUnicode connectionCollation characterSetResults encoding", UTF8),
    (
        "allowPublicKeyRetrieval cachePrepStmts useServerPrepStmts prepStmtCacheSize prepStmtCacheSqlLimit \
         rewriteBatchedStatements zeroDateTimeBehavior tinyInt1isBit nullCatalogMeansCurrent \
         nullDatabaseMeansCurrent useLocalSessionState cacheServerConfiguration elideSetAutoCommits \
         maintainTimeStats noAccessToProcedureBodies useInformationSchema jdbcCompliantTruncation \
         yearIsDateType tcpKeepAlive defaultFetchSize useCursorFetch useOldAliasMetadataBehavior",
        NEEDLESS,
    ),
    (
        "autoReconnect autoReconnectForPools maxReconnects initialTimeout failOverReadOnly secondsBeforeRetryMaster \
         maxPoolSize minPoolSize maxLifetime maxIdleTime pool",
        POOL,
    ),
    ("connectTimeout connection_timeout connect-timeout connectionTimeout", "write `timeout: 10s`"),
    // The server knows it, for all sessions only.
    ("connect_timeout", "write `timeout: 10s`"),
    (
        "socketTimeout netTimeoutForStreamingResults",
        "write `readTimeout: 30s` and `writeTimeout: 30s`",
    ),
    (
        "max_allowed_packet",
        "write `maxAllowedPacket: \"67108864\"`: a session cannot set the server's variable",
    ),
    ("useCompression", "write `compress: \"true\"`, from Argo 3.7 on"),
    ("allowMultiQueries", "take it out: Argo sends one statement at a time"),
    ("allowLoadLocalInfile allowUrlInLocalInfile", "take it out: Argo loads no files"),
    ("useAffectedRows", "take it out; the opposite is called `clientFoundRows`"),
    ("sessionVariables init_command initCommand", "write each variable as an option of its own"),
    ("user username password passwd", "use `userNameSecret` and `passwordSecret`"),
];

/// Session variables that are set on purpose now and then.
static VARIABLES: [&str; 44] = [
    "aurora_replica_read_consistency",
    "autocommit",
    "binlog_format",
    "character_set_client",
    "character_set_connection",
    "character_set_database",
    "character_set_results",
    "character_set_server",
    "collation_connection",
    "collation_server",
    "default_storage_engine",
    "explicit_defaults_for_timestamp",
    "foreign_key_checks",
    "group_concat_max_len",
    "group_replication_consistency",
    "idle_transaction_timeout",
    "innodb_lock_wait_timeout",
    "innodb_strict_mode",
    "interactive_timeout",
    "join_buffer_size",
    "lc_time_names",
    "lock_wait_timeout",
    "long_query_time",
    "max_execution_time",
    "max_heap_table_size",
    "max_join_size",
    "max_statement_time",
    "net_read_timeout",
    "net_write_timeout",
    "optimizer_switch",
    "pxc_strict_mode",
    "sort_buffer_size",
    "sql_auto_is_null",
    "sql_log_bin",
    "sql_mode",
    "sql_require_primary_key",
    "sql_safe_updates",
    "time_zone",
    "tmp_table_size",
    "transaction_isolation",
    "transaction_read_only",
    "tx_isolation",
    "wait_timeout",
    "wsrep_sync_wait",
];

#[cfg(test)]
mod tests {
    use super::*;

    const NEW: ArgoVersion = ArgoVersion { major: 3, minor: 7, patch: None };
    const OLD: ArgoVersion = ArgoVersion { major: 3, minor: 6, patch: None };

    fn takes(name: &str, value: &str, version: ArgoVersion) -> bool {
        match recognise(name, version) {
            Name::Parameter(parameter) => parameter.expects(value, version).is_none(),
            other => panic!("{name} is {other:?}"),
        }
    }

    /// What both drivers answered when they were asked.
    #[test]
    fn values_are_taken_as_the_driver_takes_them() {
        for (name, taken, refused) in [
            ("parseTime", &["true", "1", "False"][..], &["yes", "", "tRUE"][..]),
            ("timeout", &["5s", "1.5h", "0", "-5s"], &["5", "", "1d", "+5s"]),
            ("readTimeout", &["500ms"], &["5 s"]),
            ("maxAllowedPacket", &["0", "67108864", "-1"], &["64M", "+5", "0x10", ""]),
            (
                "tls",
                &["true", "1", "", "Skip-Verify", "PREFERRED"],
                &["custom", "yes", "verify-ca"],
            ),
            ("serverPubKey", &[""], &["x"]),
            (
                "loc",
                &["", "UTC", "Local", "Asia/Shanghai", "Etc/GMT+8"],
                &["+08:00", "GMT+8", "local"],
            ),
            ("collation", &["utf8mb4_bin", "x"], &[]),
            ("strict", &[], &["true"]),
        ] {
            for version in [OLD, NEW] {
                for value in taken {
                    assert!(takes(name, value, version), "{name} takes {value:?}");
                }
                for value in refused {
                    assert!(!takes(name, value, version), "{name} refuses {value:?}");
                }
            }
        }
    }

    #[test]
    fn parameters_of_the_newer_driver_are_variables_to_the_older_one() {
        assert!(matches!(recognise("timeTruncate", OLD), Name::Impossible));
        assert!(matches!(recognise("connectionAttributes", OLD), Name::Impossible));
        assert!(takes("timeTruncate", "1s", NEW) && takes("connectionAttributes", "a:b", NEW));
        assert!(takes("compress", "true", NEW) && !takes("compress", "true", OLD));
    }

    #[test]
    fn names_are_told_apart() {
        assert!(matches!(recognise("parsetime", NEW), Name::OtherCase("parseTime")));
        assert!(matches!(recognise("usessl", NEW), Name::Foreign(_)));
        assert!(matches!(recognise("SQL_MODE", NEW), Name::Variable));
        assert!(matches!(recognise("some_plugin_variable", NEW), Name::Unknown));
        for name in ["", "ssl mode", "a-b", "@a", "notAVariable"] {
            assert!(matches!(recognise(name, NEW), Name::Impossible), "{name}");
        }
    }

    #[test]
    fn texts_need_quotes_behind_set() {
        for value in ["1", "ON", "utf8mb4", "'+08:00'", "\"UTC\"", "-1", "1024*1024", "@@sql_mode"]
        {
            assert!(is_expression(value), "{value}");
        }
        for value in ["", "+08:00", "READ-COMMITTED", "A,B", "Asia/Shanghai"] {
            assert!(!is_expression(value), "{value}");
        }
    }
}
