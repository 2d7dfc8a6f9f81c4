//! What each key of the configuration means, in words.
//!
//! One table for the JSON Schemas, for an editor's hover and for the documentation, hence plain text
//! with backticks at most. It is complete for the top level and for everything below `persistence`.
//!
//! Sources: Argo Workflows v3.7.6, config/*.go, util/sqldb/sqldb.go, persist/sqldb/*.go,
//! workflow/controller/{config,controller}.go; what is new in 4.1 from its layout and recorded answers.

/// What one key means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Text {
    /// The keys from the top, joined by dots; `a|b` stands for either. Lists add no key.
    pub path: &'static str,
    /// One sentence: what it is, its unit and its default.
    pub short: &'static str,
    /// What follows from it, and what goes wrong.
    pub long: Option<&'static str>,
    /// The first of the built-in versions of Argo that knows the key, where that is not the oldest.
    pub since: Option<&'static str>,
}

/// The text for a key, given by the keys from the top in their exact spelling, for example
/// `["persistence", "mysql", "host"]`; an entry of a list is reached without an index.
///
/// `None` for keys that people choose, such as those of `options`, and outside of what is described.
#[must_use]
pub fn text(path: &[&str]) -> Option<&'static Text> {
    TEXTS.iter().find(|text| text.describes(path))
}

/// Every text, in the order of the table: `persistence` first, then the rest of the top level.
#[must_use]
pub fn all() -> &'static [Text] {
    TEXTS
}

impl Text {
    fn describes(&self, path: &[&str]) -> bool {
        let mut keys = path.iter();
        self.path
            .split('.')
            .all(|either| keys.next().is_some_and(|key| either.split('|').any(|one| one == *key)))
            && keys.next().is_none()
    }

    const fn more(self, long: &'static str) -> Self {
        Self { long: Some(long), ..self }
    }

    const fn since(self, version: &'static str) -> Self {
        Self { since: Some(version), ..self }
    }
}

const fn t(path: &'static str, short: &'static str) -> Text {
    Text { path, short, long: None, since: None }
}

static TEXTS: &[Text] = &[
    t(
        "persistence",
        "The database for offloaded node status and for archived workflows; without it both are off.",
    )
    .more(
        "Exactly one of `postgresql` and `mysql` must be there. An empty value turns persistence off, but `{}` \
         stops the controller with `TableName is empty`. The session is opened once: turning persistence on, or \
         another host, takes effect when the controller is restarted; so do other credentials up to 4.0.",
    ),
    t("persistence.postgresql", "A PostgreSQL database; use this or `mysql`.").more(
        "If both are there Argo uses PostgreSQL and ignores `mysql` without a word. Numbers and booleans in text \
         fields below this key must be quoted.",
    ),
    t("persistence.mysql", "A MySQL or MariaDB database; use this or `postgresql`.").more(
        "If `postgresql` is there too Argo ignores this without a word. Numbers and booleans in text fields below \
         this key must be quoted.",
    ),
    t(
        "persistence.postgresql|mysql.host",
        "Name or address of the database server, as the controller's pod reaches it.",
    )
    .more("Not checked until the controller connects. Changing it needs a restart of the controller."),
    t(
        "persistence.postgresql|mysql.port",
        "Port of the database server, a whole number; left out or 0, the driver's default applies.",
    )
    .more(
        "PostgreSQL's default is 5432, MySQL's 3306. A quoted number is refused, and the controller does not \
         start. A negative number passes and fails only on connecting.",
    ),
    t("persistence.postgresql|mysql.database", "Name of the database that holds the tables.")
        .more("It must exist: the controller creates the tables in it, not the database."),
    t(
        "persistence.postgresql|mysql.tableName",
        "Name of the table for offloaded node status, usually `argo_workflows`; it must not be empty.",
    )
    .more(
        "Without it the controller stops with `TableName is empty`. The archive has tables with names of their \
         own. With another name running workflows no longer find the nodes that were offloaded to the old table.",
    ),
    t(
        "persistence.postgresql|mysql.userNameSecret",
        "The Secret's key that holds the user name; the Secret is in the controller's namespace.",
    )
    .more("If it is missing the controller cannot connect and stops; the message is `secrets \"\" not found`."),
    t(
        "persistence.postgresql|mysql.passwordSecret",
        "The Secret's key that holds the password; the Secret is in the controller's namespace.",
    )
    .more("A new password is read when the controller is restarted; from 4.1 also when it reconnects."),
    t(
        "persistence.postgresql|mysql.userNameSecret|passwordSecret.name",
        "Name of the Secret, in the namespace of the controller.",
    ),
    t(
        "persistence.postgresql|mysql.userNameSecret|passwordSecret.key",
        "The key within the Secret's data.",
    )
    .more("The value is used as it is: a line break at its end becomes part of the name or the password."),
    t(
        "persistence.postgresql|mysql.userNameSecret|passwordSecret.optional",
        "Has no effect: Argo needs the Secret whatever is set here.",
    ),
    t(
        "persistence.postgresql.ssl",
        "Whether `sslMode` is used; by default false, and the driver then prefers TLS but does not insist.",
    ),
    t(
        "persistence.postgresql.sslMode",
        "How TLS is used: `disable`, `require`, `verify-ca` or `verify-full`; ignored unless `ssl` is true.",
    )
    .more("Another word is found out only on connecting."),
    t("persistence.postgresql.azureToken", "Log in with a token of Azure instead of a password.")
        .since("4.1"),
    t("persistence.postgresql.azureToken.enabled", "Whether an Azure token is used; by default false.")
        .since("4.1"),
    t("persistence.postgresql.azureToken.scope", "The scope for which the Azure token is asked.")
        .since("4.1"),
    t("persistence.postgresql.awsRDSToken", "Log in to AWS RDS with an IAM token instead of a password.")
        .since("4.1"),
    t("persistence.postgresql.awsRDSToken.enabled", "Whether an AWS RDS token is used; by default false.")
        .since("4.1"),
    t("persistence.postgresql.awsRDSToken.region", "The AWS region of the database.").since("4.1"),
    t(
        "persistence.mysql.options",
        "Parameters of the Go driver (go-sql-driver/mysql) by name, for example `tls: \"true\"`.",
    )
    .more(
        "They are not those of JDBC. Values must be strings: quote numbers and booleans, 3.7 and later refuse them \
         otherwise. A parameter the driver does not know fails on connecting.",
    ),
    t(
        "persistence.connectionPool",
        "How many connections the controller keeps, and for how long; applied at once when changed.",
    )
    .more("If it is there, keys left out are 0, which for `maxIdleConns` means that no connection is kept."),
    t(
        "persistence.connectionPool.maxIdleConns",
        "The most idle connections that are kept; 0 keeps none, so that each query connects anew.",
    )
    .more("Negative numbers count as 0. A value above `maxOpenConns` is lowered to it."),
    t(
        "persistence.connectionPool.maxOpenConns",
        "The most open connections; 0, the default, and negative numbers set no limit.",
    )
    .more("Without a limit a busy controller can use up the server's `max_connections`."),
    t(
        "persistence.connectionPool.connMaxLifetime",
        "The age at which a connection is closed: a whole number and one of `d`, `h`, `m`, `s`; `0s`, the \
         default, means never.",
    )
    .more(
        "Not a Go duration: `1h30m`, `500ms`, a bare number and null are refused, and the controller does not \
         start. Set it below the server's `wait_timeout`, and below the time after which a proxy in between drops \
         idle connections.",
    ),
    t("persistence.reconnectionConfig", "How the controller tries again when the database is lost.")
        .more("If it is there, keys left out are 0 instead of their defaults; `retryMultiple` is then 1.0.")
        .since("4.1"),
    t("persistence.reconnectionConfig.maxRetries", "The most attempts to connect again.").since("4.1"),
    t("persistence.reconnectionConfig.baseDelaySeconds", "The wait before the first new attempt, in seconds.")
        .since("4.1"),
    t("persistence.reconnectionConfig.maxDelaySeconds", "The longest wait between two attempts, in seconds.")
        .since("4.1"),
    t("persistence.reconnectionConfig.retryMultiple", "By how much each wait is longer than the one before.")
        .since("4.1"),
    t(
        "persistence.connectionTimeoutSeconds",
        "How long an attempt to connect to the database may take, in whole seconds.",
    )
    .since("4.1"),
    t(
        "persistence.nodeStatusOffLoad",
        "Whether nodes that do not fit into the Workflow object, even compressed, go to the database; by default \
         false.",
    )
    .more(
        "Without it a workflow above `MAX_WORKFLOW_SIZE` (1 MiB) becomes an Error. Turning it on or off takes \
         effect at once where the controller watches its ConfigMap. Before it is turned off no live workflow may \
         refer to offloaded nodes. `ALWAYS_OFFLOAD_NODE_STATUS=true` needs this, or every workflow errs.",
    ),
    t("persistence.archive", "Whether completed workflows are copied to the database; by default false.").more(
        "Independent of `nodeStatusOffLoad`. Whatever removes expired rows is started with the controller only if \
         this was on by then.",
    ),
    t(
        "persistence.archiveLabelSelector",
        "Which workflows are archived, by their labels; by default all.",
    )
    .more("Looked at only with `archive: true`; then a selector that is wrong stops the controller."),
    t(
        "persistence.archiveLabelSelector.matchLabels",
        "Labels and the values they must have; all of them must match.",
    ),
    t(
        "persistence.archiveLabelSelector.matchExpressions",
        "Further conditions on labels; all of them must hold.",
    ),
    t("persistence.archiveLabelSelector.matchExpressions.key", "The label that the condition is about."),
    t(
        "persistence.archiveLabelSelector.matchExpressions.operator",
        "`In`, `NotIn`, `Exists` or `DoesNotExist`.",
    ),
    t(
        "persistence.archiveLabelSelector.matchExpressions.values",
        "The values for `In` and `NotIn`, at least one; none for `Exists` and `DoesNotExist`.",
    ),
    t(
        "persistence.archiveTTL",
        "How long an archived workflow is kept: a whole number and one of `d`, `h`, `m`, `s`; empty or 0, the \
         default, means forever.",
    )
    .more(
        "Has an effect only with `archive: true`, and must be there when the controller starts. Not a Go duration: \
         `1h30m`, `1d12h`, a bare number and null are refused, and the controller does not start. Expired rows are \
         deleted once in `ARCHIVED_WORKFLOW_GC_PERIOD` (24 hours), the first time that long after the start.",
    ),
    t(
        "persistence.clusterName",
        "The name under which rows are stored, at most 64 characters; by default `default`.",
    )
    .more(
        "Each controller that shares the database needs a name of its own: one deletes the rows of another that \
         has the same name. With another name running workflows no longer find their offloaded nodes. Longer names \
         pass here and fail in the database.",
    ),
    t("persistence.skipMigration", "Whether tables are left as they are at the start; by default false.").more(
        "The controller otherwise creates and changes its tables at every start. With true somebody else must do \
         that before Argo is upgraded, or its queries fail.",
    ),
    t("nodeEvents", "Kubernetes events about nodes: whether they are written, and for which object."),
    t("workflowEvents", "Kubernetes events about workflows: whether they are written."),
    t("executor", "What the init and wait containers of workflow pods are like: image, resources, environment.")
        .more("A Kubernetes container; `--executor-image` of the controller wins over `image`."),
    t("mainContainer", "What the main container of workflow pods is like where a template does not say."),
    t("kubeConfig", "A kubeconfig in a Secret with which the init and wait containers reach Kubernetes."),
    t("artifactRepository", "Where artifacts go when a workflow names no repository of its own."),
    t(
        "namespace",
        "The one namespace whose workflows the controller handles; `--managed-namespace` wins over it.",
    ),
    t(
        "instanceID",
        "Handle only workflows labelled `workflows.argoproj.io/controller-instanceid` with this value; by default \
         only those without the label.",
    ),
    t("metricsConfig", "The Prometheus endpoint of the controller, and metrics in general."),
    t("telemetryConfig", "Telemetry about the controller itself; the same keys as `metricsConfig`."),
    t("parallelism", "How many workflows may run at the same time; 0, the default, sets no limit.")
        .more("More wait as Pending. Read when the controller starts: a change needs a restart."),
    t(
        "namespaceParallelism",
        "How many workflows may run at the same time in one namespace; 0, the default, sets no limit.",
    ),
    t(
        "resourceRateLimit",
        "How many pods the controller creates in a second (`limit`) and at once (`burst`); by default unlimited.",
    )
    .more("If it is there, a key left out is 0: without `burst` no pod is ever created."),
    t("links", "Links that the user interface shows on workflows, pods and elsewhere.").more(
        "The controller takes any URL; argo-server stops at one whose protocol is not among its \
         `--allowed-link-protocol`, by default http and https.",
    ),
    t("columns", "Further columns of the workflow list, each a label or an annotation."),
    t(
        "workflowDefaults",
        "A Workflow whose values apply to every workflow that does not set them itself.",
    )
    .more(
        "Keys that Argo does not know stop the controller, here too. 3.7 removed `podPriority` and `priority`, 4.1 \
         `semaphore` and `mutex` under `synchronization`: what worked before stops the controller after the \
         upgrade.",
    ),
    t("podSpecLogStrategy", "Whether the controller logs the specification of failed or of all pods."),
    t(
        "podGCGracePeriodSeconds",
        "The grace period of pods that the controller deletes, in seconds; by default that of Kubernetes, 30.",
    ),
    t(
        "podGCDeleteDelayDuration",
        "How long the controller waits before it deletes a pod, a Go duration such as `30s`; by default 5s.",
    ),
    t("workflowRestrictions", "Which workflows the controller runs: for example only those from templates."),
    t(
        "initialDelay",
        "How long the controller waits before it handles a new workflow, a Go duration such as `5s`; by default 0.",
    )
    .more("For clusters where a mutating webhook changes workflows. Null is refused."),
    t("images", "The command and arguments of images, by image name, where a template gives no command.")
        .more("Read when the controller starts."),
    t("retentionPolicy", "How many completed, failed and errored workflows are kept in Kubernetes.")
        .more("Read when the controller starts. The archive is not affected."),
    t("navColor", "The colour of the navigation bar of the user interface, as CSS writes it."),
    t("sso", "Single sign-on for argo-server with OpenID Connect; argo-server reads it when it starts."),
    t("synchronization", "A database for semaphores and mutexes that several controllers share.").since("3.7"),
    t("artifactDrivers", "Plugins that load and save artifacts: a name, and the image that does it.")
        .since("4.1"),
    t("failedPodRestart", "Whether pods that failed before their main container started are created again.")
        .since("4.1"),
    t("disableAgentPodCreation", "Whether the controller leaves it to others to create agent pods.")
        .since("4.1"),
    t("initlessPod", "Whether workflow pods run without an init container.").since("4.1"),
];
