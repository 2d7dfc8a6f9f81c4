//! Options that the database's driver does not take, or takes for something else.

mod consequence;
mod postgresql;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Example, Findings, Rule};
use crate::config::reading::configuration::Configuration;
use crate::config::database::databases::{Database, databases};
use crate::config::database::driver::{self, Name, Parameter};
use crate::config::fixes::edits;
use crate::config::finding::{Finding, Fix, Safety, Severity};
use crate::config::subject::Subject;
use crate::config::reading::view::View;
use crate::golang::ArgoVersion;

pub(super) static RULE: Rule = Rule {
    code: "AO210",
    name: "driver-options",
    severity: Severity::Error,
    summary: "An option that the database's driver refuses, misunderstands or passes on.",
    source: "go-sql-driver/mysql v1.7.1 and v1.9.2, dsn.go and connection.go; upper/db v4.10.0, \
             adapter/mysql/connection.go and adapter/postgresql/connection_pgx.go; pgx v5.7.5, \
             pgconn/config.go; argoproj/argo-workflows#16707",
    check,
};

pub(super) const DOCUMENTATION: &str = "\
## What it checks
`mysql.options`, below `persistence` and `synchronization`, by what Argo's driver (go-sql-driver/mysql) does with \
them: names that are another client's (JDBC's `useSSL`, `serverTimezone`, ...), names in another case, values that the \
driver cannot parse, options that break reading or take protection away. For PostgreSQL, `ssl` and `sslMode`.

## Why it matters
The controller reads any options and fails later, on connecting. Parameters of the driver have one spelling each; \
everything else becomes a session variable, `SET name = value`, which a server that has no such variable answers with \
`Error 1193`. TLS knows `true`, `skip-verify` and `preferred` only, since nothing registers configurations of other \
names. Argo 4.1.0 and 4.1.1 pass **all** options on as variables, `tls` too (`Error 1045` from servers that ask for \
TLS). `sslMode` of PostgreSQL counts only beside `ssl: true`.

## Example
```yaml
persistence:
  mysql:
    options:
      useSSL: \"true\"
      serverTimezone: UTC
      parsetime: \"true\"
      timeout: \"5\"
```

## Instead
```yaml
persistence:
  mysql:
    options:
      tls: \"true\"
      charset: utf8mb4
      timeout: 5s
```
";

pub(super) const EXAMPLES: &[Example] = &[
    Example {
        name: "options of the JDBC driver",
        text: "persistence:\n  mysql:\n    options:\n      useSSL: \"true\"\n      serverTimezone: UTC\n",
        findings: &[
            "4:7 `useSSL` is no parameter of Argo's MySQL driver and is sent as `SET useSSL`",
            "5:7 `serverTimezone` is no parameter of Argo's MySQL driver",
        ],
    },
    Example {
        name: "another case",
        text: "persistence:\n  mysql:\n    options:\n      parsetime: \"true\"\n",
        findings: &["4:7 `parsetime` is no parameter of Argo's MySQL driver"],
    },
    Example {
        name: "two spellings of one parameter, of which a fix would make a repetition",
        text: "persistence:\n  mysql:\n    options:\n      parsetime: \"true\"\n      PARSETIME: \"true\"\n",
        findings: &["4:7 `parsetime` is no parameter", "5:7 `PARSETIME` is no parameter"],
    },
    Example {
        name: "values that the driver cannot parse",
        text: "persistence:\n  mysql:\n    options:\n      parseTime: \"yes\"\n      timeout: \"5\"\n      \
               tls: custom\n      maxAllowedPacket: 64M\n",
        findings: &[
            "4:18 the driver refuses `parseTime: yes`",
            "5:16 the driver refuses `timeout: 5`",
            "6:12 the driver refuses `tls: custom`",
            "7:25 the driver refuses `maxAllowedPacket: 64M`",
        ],
    },
    Example {
        name: "a variable whose text has no quotes",
        text: "persistence:\n  mysql:\n    options:\n      time_zone: \"+08:00\"\n",
        findings: &["4:18 `SET time_zone` needs its text in quotes"],
    },
    Example {
        name: "times must be parsed",
        text: "persistence:\n  archive: true\n  mysql:\n    options:\n      parseTime: \"false\"\n",
        findings: &["5:18 `parseTime: false` breaks reading the archive"],
    },
    Example {
        name: "a collation of another character set than the adapter's own",
        text: "# argo-version: 3.7\npersistence:\n  mysql:\n    options:\n      collation: utf8mb4_bin\n",
        findings: &["5:18 `collation: utf8mb4_bin` does not belong to the character set `utf8`"],
    },
    Example {
        name: "a list of character sets, and columns by another name",
        text: "# argo-version: 3.7\npersistence:\n  mysql:\n    options:\n      charset: utf8mb4,utf8\n      columnsWithAlias: \"true\"\n",
        findings: &[
            "5:16 `charset: utf8mb4,utf8` makes a `SET NAMES` that the server refuses",
            "6:25 `columnsWithAlias` renames the columns",
        ],
    },
    Example {
        name: "4.1.0 passes driver parameters on",
        text: "# argo-version: 4.1.0\npersistence:\n  mysql:\n    options:\n      tls: \"true\"\n",
        findings: &["5:7 Argo 4.1.0 sends `tls` to the server as a variable"],
    },
    Example {
        name: "an upgrade to 4.1.1 too",
        text: "# argo-version: 3.7.6 upgrade-to: 4.1.1\npersistence:\n  mysql:\n    options:\n      tls: \"true\"\n",
        findings: &["5:7 Argo 4.1.1 sends `tls` to the server as a variable"],
    },
    Example {
        name: "sslMode without ssl",
        text: "persistence:\n  postgresql:\n    host: db\n    sslMode: require\n",
        findings: &["4:14 `sslMode: require` has no effect without `ssl: true`"],
    },
    Example {
        name: "a mode that PostgreSQL's drivers do not know",
        text: "persistence:\n  postgresql:\n    ssl: true\n    sslMode: Required\n",
        findings: &["4:14 `sslMode: Required` is no mode"],
    },
    Example {
        name: "ssl alone asks for nothing",
        text: "persistence:\n  postgresql:\n    ssl: true\n",
        findings: &["3:10 `ssl: true` without `sslMode` does not insist on encryption"],
    },
    Example {
        name: "parameters of the driver",
        text: "# argo-version: 4.1.2\npersistence:\n  mysql:\n    options:\n      tls: \"true\"\n      timeout: 5s\n      \
               charset: utf8mb4\n      collation: utf8mb4_bin\n      loc: Asia/Shanghai\n      \
               maxAllowedPacket: \"0\"\n",
        findings: &[],
    },
    Example {
        name: "a session variable",
        text: "persistence:\n  mysql:\n    options:\n      time_zone: \"'+00:00'\"\n      wait_timeout: \"600\"\n",
        findings: &[],
    },
    Example {
        name: "options of the database that is not used",
        text: "persistence:\n  postgresql:\n    host: db\n  mysql:\n    options:\n      useSSL: \"true\"\n",
        findings: &[],
    },
    Example {
        name: "TLS to PostgreSQL",
        text: "persistence:\n  postgresql:\n    ssl: true\n    sslMode: verify-full\n",
        findings: &[],
    },
    Example {
        name: "TLS switched off twice",
        text: "persistence:\n  postgresql:\n    ssl: false\n    sslMode: disable\n",
        findings: &[],
    },
];

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for configuration in &subject.configurations {
        for database in databases(configuration) {
            if let Some(postgresql) = database.postgresql() {
                postgresql::check(subject, configuration, &postgresql, findings);
            }
            let options = database.mysql().and_then(|mysql| mysql.field("options"));
            let Some(options) = options.filter(View::is_object) else { continue };
            let options = options.members();
            passed_on(subject, configuration.version, &options, findings);
            for (name, value) in &options {
                let of = Options { configuration, database: &database, all: &options };
                of.check(name, value, findings);
            }
        }
    }
}

/// 4.1.0 and 4.1.1 hand the driver its parameters as variables.
fn passed_on(
    subject: &Subject<'_>,
    version: ArgoVersion,
    options: &[(String, View<'_>)],
    findings: &mut Findings,
) {
    let affected = |version: &ArgoVersion| {
        (version.major, version.minor) == (4, 1) && matches!(version.patch, Some(0 | 1))
    };
    let versions = [Some(version), subject.options.upgrade_to];
    let Some(affected) = versions.into_iter().flatten().find(affected) else { return };
    let parameters: Vec<&(String, View<'_>)> = options
        .iter()
        .filter(|(name, _)| matches!(driver::recognise(name, affected), Name::Parameter(_)))
        .collect();
    let Some((name, first)) = parameters.first() else { return };
    let mut finding = Finding::new(
        &RULE,
        first.key_span(),
        format!(
            "Argo {affected} sends `{name}` to the server as a variable instead of using it: connecting fails with \
             Error 1193, or 1045 where the server asks for TLS"
        ),
    )
    .help("use Argo 4.1.2 or later");
    for (name, other) in parameters.iter().skip(1) {
        finding = finding.related(other.key_span(), format!("`{name}` as well"));
    }
    findings.push(finding);
}

/// One database's options.
struct Options<'a> {
    configuration: &'a Configuration<'a>,
    database: &'a Database<'a>,
    all: &'a [(String, View<'a>)],
}

impl Options<'_> {
    fn check(&self, name: &str, value: &View<'_>, findings: &mut Findings) {
        let version = self.configuration.version;
        match driver::recognise(name, version) {
            Name::Parameter(parameter) => {
                let Some(text) = value.text() else { return };
                match parameter.expects(text, version) {
                    Some(expected) => findings.push(refused(parameter, value, text, expected)),
                    None => findings.extend(self.consequence(name, value, text)),
                }
            }
            Name::OtherCase(right) => {
                let finding = unknown(name, value).help(format!("write `{right}`"));
                findings.push(finding.fix(self.rename(value, right)));
            }
            Name::Foreign(instead) => findings.push(unknown(name, value).help(instead)),
            Name::Impossible => {
                findings.push(
                    unknown(name, value)
                        .help("write a parameter of go-sql-driver/mysql, or take it out"),
                );
            }
            Name::Variable => findings.extend(unquoted(name, value)),
            Name::Unknown => {
                let finding = unquoted(name, value).unwrap_or_else(|| {
                    let message = format!(
                        "`{name}` is sent to the server as `SET {name}`: unless it has such a session variable, \
                         connecting fails with Error 1193"
                    );
                    Finding::new(&RULE, value.key_span(), message).severity(Severity::Info)
                });
                findings.push(finding);
            }
        }
    }

    /// The parameter's right name, where no other option has it or would get it.
    fn rename(&self, value: &View<'_>, right: &str) -> Option<Fix> {
        let version = self.configuration.version;
        let means = |name: &str| {
            name == right || matches!(driver::recognise(name, version), Name::OtherCase(known) if known == right)
        };
        if self.all.iter().filter(|(given, _)| means(given)).count() > 1 {
            return None;
        }
        let key = self.configuration.reading.converted.node_at(value.key_json_offset()?)?;
        let edit = edits::rename(self.configuration, key, right)?;
        Some(Fix { title: format!("write `{right}`"), safety: Safety::Safe, edits: [edit].into() })
    }

    fn get(&self, name: &str) -> Option<&View<'_>> {
        self.all.iter().find(|(given, _)| given == name).map(|(_, value)| value)
    }
}

/// A name that the driver passes on and that no server knows.
fn unknown(name: &str, value: &View<'_>) -> Finding {
    let word = name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_');
    let (error, argo) = match name {
        "connect_timeout" => ("Error 1229", None),
        "max_allowed_packet" => ("Error 1621", None),
        _ if word => {
            ("Error 1193", Some(format!("Error 1193 (HY000): Unknown system variable '{name}'")))
        }
        _ => ("Error 1064", None),
    };
    Finding::new(
        &RULE,
        value.key_span(),
        format!(
            "`{name}` is no parameter of Argo's MySQL driver and is sent as `SET {name}`: connecting fails with {error}"
        ),
    )
    .argo(argo)
}

/// A text of a session variable that SQL would take for something else. What it is is not shown.
fn unquoted(name: &str, value: &View<'_>) -> Option<Finding> {
    let text = value.text()?;
    (!driver::is_expression(text)).then(|| {
        let message =
            format!("`SET {name}` needs its text in quotes: connecting fails with Error 1064");
        Finding::new(&RULE, value.span(), message)
            .help(format!("write SQL's quotes within YAML's: `{name}: \"'...'\"`"))
    })
}

fn refused(parameter: &Parameter, value: &View<'_>, text: &str, expected: &str) -> Finding {
    let message = format!("the driver refuses `{}: {text}`: connecting fails", parameter.name);
    Finding::new(&RULE, value.span(), message)
        .argo(parameter.refusal(text))
        .help(format!("it takes {expected}"))
}
