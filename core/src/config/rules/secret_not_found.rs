//! Secrets that the controller will not find.

use alloc::borrow::ToOwned;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Example, Findings, Rule};
use crate::config::reading::configuration::Configuration;
use crate::config::database::credentials::{Credential, credentials};
use crate::config::fixes::edits;
use crate::config::managed::is_managed_namespace;
use crate::config::finding::{Finding, Fix, Safety, Severity};
use crate::config::database::placeholders;
use crate::config::sources::secrets::{self, Secret};
use crate::config::subject::Subject;
use crate::yaml;

pub(super) static RULE: Rule = Rule {
    code: "AO206",
    name: "secret-not-found",
    severity: Severity::Error,
    summary: "The Secret with the database's user name or password, or its key, is not there.",
    source: "Argo Workflows v3.7.6, util/util.go (GetSecrets) and util/sqldb/sqldb.go; argo-helm issue 2812",
    check,
};

pub(super) const DOCUMENTATION: &str = "\
## What it checks
Whether the Secrets that `userNameSecret` and `passwordSecret` refer to are among the documents given, have the \
key, and lie in the namespace that the controller reads: its own, which is the one of its ConfigMap. Only the \
database that is used counts, which is PostgreSQL where both are set, and a PostgreSQL that is entered with a \
token of Azure or AWS (from Argo 4.1 on) needs no password.

Nothing is said when no Secret is given, or when a Secret of that name is made by something else in the documents \
(a SealedSecret, an ExternalSecret, kustomize's `secretGenerator`). A Secret that is just not among the documents \
is a warning, as it may be in the cluster; with `--live` the cluster itself is looked at, and it is an error. One that is written without `data` is taken for one that something else \
fills. In managed workflow clusters, where the ConfigMap lies in a namespace named by the cluster's id, the Secret \
belongs into `default`; that is left alone.

## Why it matters
The controller and the argo-server read the Secrets before they connect. Without them the controller ends at its \
start. A selector's `optional: true` changes nothing about that: Argo does not look at it.

## Example
```yaml
kind: Secret
metadata: {name: argo-mysql-config, namespace: default}
stringData: {username: argo, password: …}
---
kind: ConfigMap
metadata: {name: workflow-controller-configmap, namespace: argo}
data:
  persistence: |
    mysql:
      userNameSecret: {name: argo-mysql-config, key: user}
```

## Instead
```yaml
kind: Secret
metadata: {name: argo-mysql-config, namespace: argo}
stringData: {username: argo, password: …}
---
kind: ConfigMap
metadata: {name: workflow-controller-configmap, namespace: argo}
data:
  persistence: |
    mysql:
      userNameSecret: {name: argo-mysql-config, key: username}
```
";

pub(super) const EXAMPLES: &[Example] = &[
    Example {
        name: "a key that the Secret does not have",
        text: "\
apiVersion: v1
kind: Secret
metadata:
  name: argo-mysql-config
stringData:
  username: argo
  password: s3cr3t
---
persistence:
  mysql:
    userNameSecret:
      name: argo-mysql-config
      key: user_name
    passwordSecret:
      name: argo-mysql-config
      key: password
",
        findings: &["13:12 the Secret `argo-mysql-config` has no key `user_name`"],
    },
    Example {
        name: "a Secret in another namespace than the controller's",
        text: "\
apiVersion: v1
kind: Secret
metadata:
  name: argo-mysql-config
  namespace: default
data:
  username: YXJnbw==
  password: czNjcjN0
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: workflow-controller-configmap
  namespace: argo
data:
  persistence: |
    mysql:
      userNameSecret:
        name: argo-mysql-config
        key: username
      passwordSecret:
        name: argo-mysql-config
        key: password
",
        findings: &[
            "19:15 the Secret `argo-mysql-config` lies in `default`, where the controller does not look",
        ],
    },
    Example {
        name: "another Secret than the one that is given",
        text: "\
apiVersion: v1
kind: Secret
metadata:
  name: argo-mysql
stringData:
  username: argo
  password: s3cr3t
---
persistence:
  mysql:
    userNameSecret:
      name: argo-mysql-config
      key: username
    passwordSecret:
      name: argo-mysql-config
      key: password
",
        findings: &["12:13 the Secret `argo-mysql-config` is not among the documents given"],
    },
    Example {
        name: "no Secret given: nothing can be said",
        text: "\
persistence:
  mysql:
    userNameSecret:
      name: argo-mysql-config
      key: username
",
        findings: &[],
    },
    Example {
        name: "everything where the controller looks for it",
        text: "\
apiVersion: v1
kind: Secret
metadata:
  name: argo-mysql-config
  namespace: argo
data:
  username: YXJnbw==
stringData:
  password: s3cr3t
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: workflow-controller-configmap
  namespace: argo
data:
  persistence: |
    mysql:
      userNameSecret:
        name: argo-mysql-config
        key: username
      passwordSecret:
        name: argo-mysql-config
        key: password
",
        findings: &[],
    },
    Example {
        name: "a Secret that is not in the cluster",
        text: "\
# live: true
persistence:
  mysql:
    userNameSecret:
      name: argo-mysql-config
      key: username
",
        findings: &[
            "5:13 there is no Secret `argo-mysql-config`; the controller ends at its start without it",
        ],
    },
    Example {
        name: "a managed cluster: the Secret in default, the ConfigMap in the cluster's own namespace",
        text: "\
apiVersion: v1
kind: Secret
metadata:
  name: argo-mysql-config
  namespace: default
stringData:
  username: argo
---
apiVersion: v1
kind: ConfigMap
metadata:
  name: workflow-controller-configmap
  namespace: c0123456789abcdef0123456789abcdef
data:
  persistence: |
    mysql:
      userNameSecret:
        name: argo-mysql-config
        key: username
",
        findings: &[],
    },
    Example {
        name: "the password of a PostgreSQL that is entered with a token",
        text: "\
# argo-version: 4.1
apiVersion: v1
kind: Secret
metadata:
  name: argo-postgres-config
stringData:
  username: argo
---
persistence:
  postgresql:
    userNameSecret:
      name: argo-postgres-config
      key: username
    passwordSecret:
      name: argo-postgres-config
      key: password
    azureToken:
      enabled: true
",
        findings: &[],
    },
    Example {
        name: "the Secret of a database that is not used",
        text: "\
apiVersion: v1
kind: Secret
metadata:
  name: argo-postgres-config
stringData:
  username: argo
---
persistence:
  postgresql:
    userNameSecret:
      name: argo-postgres-config
      key: username
  mysql:
    userNameSecret:
      name: argo-mysql-config
      key: username
",
        findings: &[],
    },
    Example {
        name: "a Secret that an operator makes",
        text: "\
apiVersion: v1
kind: Secret
metadata:
  name: minio
stringData:
  accesskey: admin
---
apiVersion: external-secrets.io/v1
kind: ExternalSecret
metadata:
  name: database
spec:
  target:
    name: argo-mysql-config
---
persistence:
  mysql:
    userNameSecret:
      name: argo-mysql-config
      key: username
",
        findings: &[],
    },
];

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    let given: Vec<Secret<'_>> = secrets::given(subject).collect();
    if given.is_empty() && !subject.options.live {
        return;
    }
    for configuration in &subject.configurations {
        let namespace =
            configuration.namespace.as_deref().or_else(|| subject.controller_namespace());
        let credentials = credentials(configuration);
        // User name and password mostly stand in one Secret: what is wrong with it is said once.
        let mut told: Vec<&str> = Vec::new();
        for credential in &credentials {
            let name = credential.name;
            if told.contains(&name) || placeholders::in_name(name).is_some() {
                continue;
            }
            let named: Vec<Secret<'_>> =
                given.iter().filter(|secret| secret.name() == Some(name)).copied().collect();
            let readable: Vec<Secret<'_>> = named
                .iter()
                .filter(|secret| is_readable(secret.namespace(), namespace))
                .copied()
                .collect();
            let finding = if let Some(secret) = named.first() {
                match (readable.first(), credential.key.as_ref()) {
                    (None, _) => elsewhere(credential, secret, namespace.unwrap_or_default()),
                    (Some(_), Some((key, _))) => {
                        findings.extend(without_key(configuration, credential, &readable, key));
                        continue;
                    }
                    (Some(_), None) => continue,
                }
            } else if secrets::is_made(subject, name) {
                continue;
            } else if subject.options.live {
                not_there(credential, namespace)
            } else {
                missing(credential, namespace)
            };
            told.push(name);
            findings.push(also_used_by(finding, credential, &credentials));
        }
    }
}

/// Whether the controller can read a Secret, as far as the documents tell.
fn is_readable(secret: Option<&str>, controller: Option<&str>) -> bool {
    match (secret, controller) {
        (Some(secret), Some(controller)) => {
            secret == controller || secret == "default" && is_managed_namespace(controller)
        }
        _ => true,
    }
}

fn missing(credential: &Credential<'_>, namespace: Option<&str>) -> Finding {
    let name = credential.name;
    let place = namespace.map(|namespace| format!(" in `{namespace}`")).unwrap_or_default();
    let message = format!(
        "the Secret `{name}` is not among the documents given; the controller ends at its start without it"
    );
    Finding::new(&RULE, credential.name_view.span(), message)
        .severity(Severity::Warning)
        .help(format!(
            "make sure that it exists{place}, or correct the name{}",
            optional(credential)
        ))
        .argo(Some(format!("secrets \"{name}\" not found")))
}

fn not_there(credential: &Credential<'_>, namespace: Option<&str>) -> Finding {
    let name = credential.name;
    let place = namespace.map(|namespace| format!(" in `{namespace}`")).unwrap_or_default();
    let message =
        format!("there is no Secret `{name}`{place}; the controller ends at its start without it");
    Finding::new(&RULE, credential.name_view.span(), message)
        .help(format!("create it, or correct the name{}", optional(credential)))
        .argo(Some(format!("secrets \"{name}\" not found")))
}

fn elsewhere(credential: &Credential<'_>, secret: &Secret<'_>, controller: &str) -> Finding {
    let name = credential.name;
    let namespace = secret.namespace().unwrap_or_default();
    let message =
        format!("the Secret `{name}` lies in `{namespace}`, where the controller does not look");
    Finding::new(&RULE, credential.name_view.span(), message)
        .related(secret.namespace_span(), "the Secret")
        .help(format!(
            "put it into `{controller}`, the controller's own namespace{}",
            optional(credential)
        ))
        .argo(Some(format!("secrets \"{name}\" not found")))
}

/// Nothing, if one of the Secrets has the key or may get it from somewhere else.
fn without_key(
    configuration: &Configuration<'_>,
    credential: &Credential<'_>,
    secrets: &[Secret<'_>],
    key: &str,
) -> Option<Finding> {
    let mut keys: Vec<String> = Vec::new();
    for secret in secrets {
        keys.extend(secret.keys()?);
    }
    if placeholders::in_name(key).is_some() || keys.iter().any(|found| found == key) {
        return None;
    }
    let (_, view) = credential.key.as_ref()?;
    let name = credential.name;
    let mut finding =
        Finding::new(&RULE, view.span(), format!("the Secret `{name}` has no key `{key}`"))
            .argo(Some(format!("secret '{name}' does not have the key '{key}'")));
    if let Some(secret) = secrets.first() {
        finding = finding.related(secret.name_span(), "the Secret");
    }
    let meant = same_but_for_spelling(key, &keys);
    let edit = meant.filter(|meant| is_plain(meant)).and_then(|meant| {
        let node = configuration.reading.converted.node_at(view.json_offset())?;
        edits::replace(configuration, node, meant)
    });
    Some(finding.help(format!("{}{}", keys_in_words(&keys), optional(credential))).fix(edit.map(
        |edit| Fix {
            title: format!("write `{}`", meant.unwrap_or_default()),
            safety: Safety::Unsafe,
            edits: [edit].into(),
        },
    )))
}

/// `it has `password` and `username``
fn keys_in_words(keys: &[String]) -> String {
    let shown: Vec<String> = keys.iter().take(6).map(|key| format!("`{key}`")).collect();
    match shown.split_last() {
        None => "it has no key at all".to_owned(),
        Some((only, [])) => format!("it has {only} only"),
        Some((last, before)) => {
            let more = if keys.len() > shown.len() { ", …" } else { "" };
            format!("it has {} and {last}{more}", before.join(", "))
        }
    }
}

/// The only key that is `key` when case, hyphens and underscores do not count.
fn same_but_for_spelling<'k>(key: &str, keys: &'k [String]) -> Option<&'k str> {
    let bare = |key: &str| -> String {
        key.chars()
            .filter(|one| !"-_.".contains(*one))
            .map(|one| one.to_ascii_lowercase())
            .collect()
    };
    let mut same = keys.iter().filter(|found| bare(found) == bare(key));
    let found = same.next()?;
    same.next().is_none().then_some(found)
}

/// Whether a text can stand without quotes.
fn is_plain(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
        && yaml::read(text.as_bytes()).is_ok_and(|document| {
            document.root().and_then(|root| document.text(root)) == Some(text.as_bytes())
        })
}

fn also_used_by(
    finding: Finding,
    credential: &Credential<'_>,
    credentials: &[Credential<'_>],
) -> Finding {
    let other = credentials
        .iter()
        .find(|other| other.what != credential.what && other.name == credential.name);
    match other {
        Some(other) => finding
            .related(other.name_view.span(), format!("the {} stands in it as well", other.what)),
        None => finding,
    }
}

/// What to say about `optional: true`, for the end of a sentence.
fn optional(credential: &Credential<'_>) -> &'static str {
    match credential.selector.field("optional").and_then(|optional| optional.boolean()) {
        Some(true) => "; `optional: true` changes nothing, Argo does not look at it",
        _ => "",
    }
}
