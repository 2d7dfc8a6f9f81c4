//! The cluster name: too long, or not the only one.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Example, Findings, Rule};
use crate::config::reading::configuration::Configuration;
use crate::config::finding::{Finding, Severity, Span};
use crate::config::database::server::{Engine, Server};
use crate::config::sources::Kind;
use crate::config::subject::Subject;

pub(super) static RULE: Rule = Rule {
    code: "AO214",
    name: "cluster-name",
    severity: Severity::Error,
    summary: "A cluster name that does not fit its column, or that two controllers share in one table.",
    source: "Argo Workflows v3.7.6, persist/sqldb/migrate.go, config/config.go (GetClusterName) and \
             workflow/controller/controller.go (workflowGarbageCollector)",
    check,
};

pub(super) const DOCUMENTATION: &str = "\
## What it checks
`persistence.clusterName`: that it has at most 64 characters, and no quote. Of several ConfigMaps given together: that \
no two of them keep their rows in one table under one cluster name. Without a name it is `default`. MySQL compares it \
without regard to case and, in older collations, to blanks at its end.

## Why it matters
A longer name cannot be stored, and a quote breaks the migration's SQL. A controller deletes every row of its cluster \
name whose workflow it does not see: two that share a name delete each other's offloaded nodes, and running workflows \
end in Error with `upper: no more rows in this result set`. Controllers that each keep to namespaces of their own \
(`--managed-namespace`) may share one.

## Example
```yaml
persistence:   # the same in every cluster
  nodeStatusOffLoad: true
  mysql:
    host: shared-database
```

## Instead
```yaml
persistence:
  clusterName: staging
  nodeStatusOffLoad: true
  mysql:
    host: shared-database
```
";

/// Two ConfigMaps with one database; the first names its cluster `$first`, the second `$second`.
macro_rules! two {
    ($first:literal, $second:literal) => {
        concat!(
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\n",
            "  namespace: one\ndata:\n  persistence: |\n    nodeStatusOffLoad: true\n    ",
            $first,
            "\n    mysql: {host: db, database: argo, tableName: wf}\n---\n",
            "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\n",
            "  namespace: two\ndata:\n  persistence: |\n    nodeStatusOffLoad: true\n    ",
            $second,
            "\n    mysql: {host: DB, port: 3306, database: argo, tableName: wf}\n"
        )
    };
}

pub(super) const EXAMPLES: &[Example] = &[
    Example {
        name: "longer than its column",
        text: "persistence:\n  clusterName: \
               a1234567890123456789012345678901234567890123456789012345678901234\n",
        findings: &["2:16 `clusterName` has 65 characters"],
    },
    Example {
        name: "a quote",
        text: "persistence:\n  clusterName: bob's\n",
        findings: &["2:16 `bob's` has a quote in it"],
    },
    Example {
        name: "two controllers with the default name",
        text: two!("archive: true", "archive: true"),
        findings: &[
            "21:5 this controller and another keep their rows in one table under `default`",
        ],
    },
    Example {
        name: "names that differ in case only",
        text: two!("clusterName: prod", "clusterName: Prod"),
        findings: &["20:18 `Prod` and `prod` are one name to MySQL"],
    },
    Example { name: "two names", text: two!("clusterName: a", "clusterName: b"), findings: &[] },
    Example {
        name: "64 characters of two bytes",
        text: "persistence:\n  clusterName: \
               éééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééééé\n",
        findings: &[],
    },
    Example { name: "no name", text: "persistence:\n  clusterName: \"\"\n", findings: &[] },
    Example {
        name: "the same ConfigMap twice",
        text: "apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\n\
               data:\n  persistence: |\n    nodeStatusOffLoad: true\n    mysql: {host: db}\n---\n\
               apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: workflow-controller-configmap\n\
               data:\n  persistence: |\n    nodeStatusOffLoad: true\n    mysql: {host: db}\n",
        findings: &[],
    },
];

/// The column is `varchar(64)`: characters, not bytes.
const LONGEST: usize = 64;

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for configuration in &subject.configurations {
        findings.extend(unusable(configuration));
    }
    let controllers: Vec<Rows<'_>> = subject.configurations.iter().filter_map(Rows::of).collect();
    for (index, rows) in controllers.iter().enumerate() {
        let earlier = controllers.iter().take(index);
        findings.extend(earlier.filter_map(|other| shared(subject, rows, other)).take(1));
    }
}

fn unusable(configuration: &Configuration<'_>) -> Option<Finding> {
    let persistence = configuration.persistence()?;
    let view = persistence.field("clusterName")?;
    let name = view.text()?;
    let count = name.chars().count();
    if count > LONGEST {
        let argo = match Server::of(&persistence).map(|database| database.engine) {
            Some(Engine::MySql) => Some("Error 1406: Data too long for column 'clustername'"),
            Some(Engine::PostgreSql) => Some("value too long for type character varying(64)"),
            None => None,
        };
        let message =
            format!("`clusterName` has {count} characters, and no row can be stored: 64 fit");
        return Some(
            Finding::new(&RULE, view.span(), message)
                .argo(argo.map(ToString::to_string))
                .help("shorten it; rows of another name are no longer found"),
        );
    }
    let migrates = persistence.field("skipMigration").and_then(|skip| skip.boolean()) != Some(true);
    (migrates && name.contains('\'')).then(|| {
        let message = format!("`{name}` has a quote in it, which breaks the SQL of the migration");
        Finding::new(&RULE, view.span(), message).help("use letters, digits and hyphens")
    })
}

/// The rows that a controller takes for its own.
struct Rows<'a> {
    configuration: &'a Configuration<'a>,
    engine: Engine,
    host: String,
    port: i64,
    database: &'a str,
    table: &'a str,
    cluster: &'a str,
    /// `namespace`: the controller then keeps to that one.
    managed: Option<String>,
    span: Span,
}

impl<'a> Rows<'a> {
    fn of(configuration: &'a Configuration<'a>) -> Option<Self> {
        // Only of ConfigMaps it is certain that two of them are two controllers'.
        if configuration.kind != Kind::ConfigMap {
            return None;
        }
        let root = configuration.root()?;
        let persistence = root.field("persistence")?;
        let on = |name: &str| persistence.field(name).and_then(|on| on.boolean()) == Some(true);
        if !on("nodeStatusOffLoad") {
            return None;
        }
        let database = Server::of(&persistence)?;
        let name = persistence
            .field("clusterName")
            .and_then(|view| Some((view.text()?, view)))
            .filter(|(name, _)| !name.is_empty());
        Some(Self {
            configuration,
            engine: database.engine,
            host: database.text("host")?.to_ascii_lowercase(),
            port: database.port().unwrap_or_else(|| database.engine.default_port()),
            database: database.text("database").unwrap_or_default(),
            table: database.text("tableName").unwrap_or_default(),
            cluster: name.as_ref().map_or("default", |(name, _)| name),
            managed: root
                .field("namespace")
                .and_then(|view| view.text())
                .filter(|namespace| !namespace.is_empty())
                .map(String::from),
            span: name.map_or_else(|| database.section.key_span(), |(_, view)| view.span()),
        })
    }

    /// Whether they are another controller's, which may see the same namespaces.
    fn collides(&self, other: &Self) -> bool {
        let differ = |a: &Option<String>, b: &Option<String>| match (a, b) {
            (Some(a), Some(b)) => a != b,
            _ => false,
        };
        let (a, b) = (self.configuration, other.configuration);
        (differ(&a.name, &b.name) || differ(&a.namespace, &b.namespace))
            && !differ(&self.managed, &other.managed)
            && self.engine == other.engine
            && self.port == other.port
            && self.host == other.host
            && self.database == other.database
            && self.table == other.table
    }
}

fn shared(subject: &Subject<'_>, rows: &Rows<'_>, other: &Rows<'_>) -> Option<Finding> {
    if !rows.collides(other) || subject.controllers().any(|controller| controller.namespaced) {
        return None;
    }
    let folded = |name: &str| name.trim_end_matches(' ').to_lowercase();
    let message = if rows.cluster == other.cluster {
        format!(
            "this controller and another keep their rows in one table under `{}`, and delete each \
             other's",
            rows.cluster
        )
    } else if rows.engine == Engine::MySql && folded(rows.cluster) == folded(other.cluster) {
        format!(
            "`{}` and `{}` are one name to MySQL's usual collations: two controllers delete each \
             other's rows",
            rows.cluster, other.cluster
        )
    } else {
        return None;
    };
    // Without the controllers it cannot be told which namespaces they see.
    let certain = rows.cluster == other.cluster && subject.controllers().next().is_some();
    let finding = Finding::new(&RULE, rows.span.clone(), message)
        .severity(if certain { Severity::Error } else { Severity::Warning })
        .related(other.span.clone(), "the other controller")
        .help(
            "give each a `clusterName` of its own, unless each keeps to namespaces of its own \
             (`--managed-namespace`)",
        );
    Some(finding)
}
