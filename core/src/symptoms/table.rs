//! The table.

use super::Symptom;

/// Every known symptom.
pub static SYMPTOMS: &[Symptom] = &[
    Symptom {
        name: "offloading-not-supported",
        texts: &[&["offload node status is not supported"]],
        cause: "The workflow's nodes lie in the database, and who reads them has no access to it: offloading is \
                off in this controller's or server's configuration, or `argo` talks to Kubernetes directly instead \
                of to an Argo Server.",
        remedy: "Set nodeStatusOffLoad: true in the persistence section and restart controller and server; for \
                 argo, set ARGO_SERVER.",
        source: "argoproj/argo-workflows#11165",
        rules: &["AO201", "AO202", "AO203"],
    },
    Symptom {
        name: "offloading-disabled",
        texts: &[&["Workflow has offloaded nodes, but offloading has been disabled"]],
        cause: "Offloading was turned off while workflows with offloaded nodes were alive.",
        remedy: "Turn it on again until they are done: nodeStatusOffLoad: true.",
        source: "Argo Workflows v3.7.6, workflow/controller",
        rules: &["AO201"],
    },
    Symptom {
        name: "row-missing",
        texts: &[&["upper: no more rows in this result set"]],
        cause: "The row that the workflow names is not in the table: another controller with the same cluster name \
                deleted it, Argo up to 3.5.10 deleted it while saving, clusterName or tableName were changed, or \
                the cluster was restored from a backup.",
        remedy: "Check that no second controller uses this database, table and clusterName; look for the row in a \
                 backup of the database.",
        source: "argoproj/argo-workflows#13220",
        rules: &["AO214"],
    },
    Symptom {
        name: "workflow-too-large",
        texts: &[&["workflow is longer than maximum allowed size"]],
        cause: "The workflow is larger than MAX_WORKFLOW_SIZE even with its nodes compressed, and offloading is \
                off or did not work.",
        remedy: "See how its bytes are spread: kubectl argo-offload size -f WORKFLOW; turn offloading on.",
        source: "Argo Workflows v3.7.6, workflow/packer/packer.go",
        rules: &["AO201", "AO215"],
    },
    Symptom {
        name: "request-too-large",
        texts: &[&["etcdserver: request is too large"], &["limit is 3145728"]],
        cause: "The object itself is too large for etcd or the API server: its spec, not its nodes, so that \
                offloading does not help.",
        remedy: "Make the spec smaller: templates by reference, parameters as artifacts.",
        source: "argoproj/argo-workflows#2936, #4065, #3738, #7121",
        rules: &["AO215"],
    },
    Symptom {
        name: "message-too-large",
        texts: &[&["message larger than max", "vs. 104857600"]],
        cause: "The workflow with its nodes is larger than a gRPC message between Argo Server and its clients may \
                be: 100 MiB.",
        remedy: "Set GRPC_MESSAGE_SIZE on server and client.",
        source: "argoproj/argo-workflows#4576, #6206, #5432",
        rules: &[],
    },
    Symptom {
        name: "json-too-large",
        texts: &[&["Error 1301", "json_binary::serialize"], &["Error 1301", "max_allowed_packet"]],
        cause: "The nodes as JSON are larger than the database's max_allowed_packet when they are stored. A \
                `Duplicate entry` that follows is a consequence.",
        remedy: "Raise max_allowed_packet on the database; 1 GiB is its most.",
        source: "argoproj/argo-workflows#15942",
        rules: &[],
    },
    Symptom {
        name: "packet-too-large",
        texts: &[
            &["Error 1153"],
            &["packet bigger than 'max_allowed_packet'"],
            &["packet for query is too large"],
        ],
        cause: "The statement with the nodes is larger than max_allowed_packet of the server, or maxAllowedPacket \
                of the driver.",
        remedy: "Raise max_allowed_packet on the database, or set maxAllowedPacket in mysql.options.",
        source: "MySQL error reference; go-sql-driver/mysql",
        rules: &["AO210"],
    },
    Symptom {
        name: "deadlock",
        texts: &[&["Error 1213", "Deadlock found"]],
        cause: "Two transactions waited for each other: Argo up to 3.5.10 deletes old rows while it saves; very \
                large inserts make it likelier.",
        remedy: "Upgrade Argo to 3.5.11 or later.",
        source: "argoproj/argo-workflows#9165, #13290",
        rules: &[],
    },
    Symptom {
        name: "access-denied",
        texts: &[
            &["Error 1045"],
            &["Access denied for user"],
            &["password authentication failed for user"],
        ],
        cause: "User or password are wrong. A line feed at the end of the Secret's value is part of it, and Argo \
                does not trim; with tls among the options, Argo 4.1.0 and 4.1.1 lose the password.",
        remedy: "Look at the user in the message: a \\n at its end is in the Secret. Write the Secret with printf, \
                 not echo; on 4.1.0 and 4.1.1 upgrade to 4.1.2.",
        source: "argoproj/argo-workflows#3507, #16707",
        rules: &["AO207", "AO210"],
    },
    Symptom {
        name: "cluster-without-primary-key",
        texts: &[&["prohibits use of DML", "without an explicit primary key"]],
        cause: "Percona XtraDB Cluster asks for a primary key in every table; schema_history has none before Argo \
                3.7.0.",
        remedy: "Upgrade Argo to 3.7 or later, or set pxc_strict_mode to PERMISSIVE for the migration.",
        source: "argoproj/argo-workflows#13611",
        rules: &[],
    },
    Symptom {
        name: "primary-key-required",
        texts: &[&["Error 3750"], &["sql_require_primary_key"]],
        cause: "The database asks for a primary key in every table, and a step of the migration drops it on its \
                way.",
        remedy: "Turn sql_require_primary_key off for the time of the migration.",
        source: "MySQL error reference",
        rules: &[],
    },
    Symptom {
        name: "references-denied",
        texts: &[&["Error 1142", "REFERENCES command denied"]],
        cause: "The migration makes a foreign key, which needs the privilege REFERENCES.",
        remedy: "GRANT REFERENCES on the database to Argo's user.",
        source: "Argo Workflows v3.7.6, persist/sqldb/migrate.go",
        rules: &[],
    },
    Symptom {
        name: "secret-forbidden",
        texts: &[&["secrets \"", "is forbidden"]],
        cause: "The service account of controller or server may not read the Secret with the database's user.",
        remedy: "Give it `get` on that Secret in its own namespace; the server needs it too.",
        source: "argoproj/argo-helm#2812",
        rules: &["AO206"],
    },
    Symptom {
        name: "secret-missing",
        texts: &[&["secrets \"", "not found"]],
        cause: "The Secret does not exist in the namespace of the controller, which is where it is looked for; an \
                empty name means that userNameSecret or passwordSecret is missing.",
        remedy: "Create it there, with the keys that the persistence section names.",
        source: "Argo Workflows v3.7.6, util/sqldb/sqldb.go",
        rules: &["AO205", "AO206"],
    },
    Symptom {
        name: "table-name-empty",
        texts: &[&["TableName is empty"]],
        cause: "The persistence section of the database that counts has no tableName; PostgreSQL counts where both \
                are set, even as `postgresql: {}`.",
        remedy: "Set tableName: argo_workflows, and remove the database that is not meant.",
        source: "Argo Workflows v3.7.6, persist/sqldb/sqldb.go",
        rules: &["AO204", "AO205"],
    },
    Symptom {
        name: "session-closed",
        texts: &[&["session proxy is closed"]],
        cause: "Argo 4.1 gave up reconnecting after an outage of the database, and never tries again.",
        remedy: "Restart controller and server; give reconnectionConfig more retries.",
        source: "argoproj/argo-workflows#16771",
        rules: &["AO216"],
    },
    Symptom {
        name: "connection-cut",
        texts: &[&["invalid connection"], &["driver: bad connection"]],
        cause: "An idle connection was cut by the server or by a proxy on the way while the pool kept it; fatal on \
                releases before 3.5.15 and 3.6.0.",
        remedy: "Set connMaxLifetime below the time-out of server and proxy, for example 5m.",
        source: "argoproj/argo-workflows#13578",
        rules: &["AO212"],
    },
    Symptom {
        name: "read-only",
        texts: &[
            &["Error 1290", "read-only"],
            &["Error 1836"],
            &["cannot execute", "in a read-only transaction"],
        ],
        cause: "The endpoint is a read replica, or became one in a failover.",
        remedy: "Use the endpoint of the primary as host.",
        source: "MySQL error reference",
        rules: &[],
    },
    Symptom {
        name: "too-many-connections",
        texts: &[
            &["Error 1040"],
            &["Too many connections"],
            &["remaining connection slots are reserved"],
        ],
        cause: "The pools of all replicas together ask for more connections than the database gives.",
        remedy: "Set maxOpenConns: replicas of controller and server × maxOpenConns must fit.",
        source: "argoproj/argo-workflows#10498",
        rules: &["AO211"],
    },
    Symptom {
        name: "unreachable",
        texts: &[
            &["i/o timeout"],
            &["connect: connection refused"],
            &["no such host"],
            &["connect: no route to host"],
        ],
        cause: "The database cannot be reached from the cluster: another network, no entry in its whitelist, a wrong \
                endpoint or port. At the start of the Argo Server this ends in CrashLoopBackOff.",
        remedy: "Check that cluster and database share a network, and that the database's whitelist has the \
                 cluster's addresses; check host and port.",
        source: "Argo Workflows v3.7.6, util/sqldb/sqldb.go",
        rules: &["AO205", "AO209"],
    },
    Symptom {
        name: "configuration-refused",
        texts: &[
            &["error converting YAML to JSON"],
            &["error unmarshaling JSON: while decoding JSON"],
            &["if you have an item in your config map named 'config'"],
        ],
        cause: "The controller's ConfigMap cannot be read, and the controller ends.",
        remedy: "Check it: kubectl get configmap workflow-controller-configmap -n NAMESPACE -o yaml | \
                 kubectl argo-offload lint -",
        source: "Argo Workflows v3.7.6, config/controller.go",
        rules: &["AO101", "AO102", "AO103", "AO104", "AO105"],
    },
    Symptom {
        name: "environment-refused",
        texts: &[&["failed to parse", "time: "], &["failed to parse", "strconv.Atoi"]],
        cause: "A variable in the environment of controller or server does not have the form it must have.",
        remedy: "Write durations with a unit: 5m, 30s.",
        source: "Argo Workflows v3.7.6, util/env/env.go",
        rules: &["AO215"],
    },
];
