//! The database that a configuration names, and the Secrets that the controller reads to log in.

use alloc::collections::{BTreeMap, BTreeSet};
use alloc::vec::Vec;

use super::server::{Engine, Server};
use crate::config::reading::configuration::Configuration;
use crate::config::reading::view::View;
use crate::config::sources::secrets::{self, Secret, SecretValue};
use crate::config::subject::Subject;

/// The server that the controller connects to.
pub(crate) fn server<'a>(configuration: &'a Configuration<'_>) -> Option<Server<'a>> {
    Server::of(&configuration.persistence()?)
}

/// A reference to a key of a Secret.
#[derive(Clone, Debug)]
pub(crate) struct Credential<'a> {
    /// `user name` or `password`.
    pub(crate) what: &'static str,
    /// The whole reference.
    pub(crate) selector: View<'a>,
    /// The Secret's name; not empty.
    pub(crate) name: &'a str,
    pub(crate) name_view: View<'a>,
    /// The key in it with its place, unless it is left out or empty.
    pub(crate) key: Option<(&'a str, View<'a>)>,
}

/// What the controller reads before it connects. A reference without a name is left out.
///
/// With a token of Azure or AWS, PostgreSQL needs no password.
/// Source: Argo Workflows v4.1.2, util/sqldb/sqldb.go (`createPostGresDBSession`).
pub(crate) fn credentials<'a>(configuration: &'a Configuration<'_>) -> Vec<Credential<'a>> {
    let Some(Server { engine, section: database }) = server(configuration) else {
        return Vec::new();
    };
    let by_token = engine == Engine::PostgreSql
        && ["azureToken", "awsRDSToken"].into_iter().any(|token| {
            database.at(&[token, "enabled"]).and_then(|enabled| enabled.boolean()) == Some(true)
        });
    let password = (!by_token).then_some(("password", "passwordSecret"));
    [Some(("user name", "userNameSecret")), password]
        .into_iter()
        .flatten()
        .filter_map(|(what, field)| {
            let selector = database.field(field)?;
            let (name, name_view) = text(&selector, "name")?;
            let key = text(&selector, "key");
            Some(Credential { what, selector, name, name_view, key })
        })
        .collect()
}

fn text<'a>(selector: &View<'a>, field: &str) -> Option<(&'a str, View<'a>)> {
    let view = selector.field(field)?;
    let text = view.text()?;
    (!text.is_empty()).then_some((text, view))
}

/// A user name or password among the documents.
pub(crate) struct Used<'a> {
    /// `user name` or `password`.
    pub(crate) what: &'static str,
    pub(crate) secret: Secret<'a>,
    pub(crate) value: SecretValue<'a>,
    /// What refers to it.
    pub(crate) reference: Option<View<'a>>,
}

/// The Secrets of Argo's own manifests, which are taken for the database's when no configuration is given.
const USUAL_NAMES: [&str; 2] = ["argo-mysql-config", "argo-postgres-config"];

/// The user names and passwords that the documents hold, each once.
///
/// They are those that a configuration among the documents refers to; where no document names a database,
/// `username` and `password` of the Secrets that Argo's manifests call `argo-mysql-config` and
/// `argo-postgres-config`. Any other Secret is none of our business.
pub(crate) fn used<'a>(subject: &'a Subject<'_>) -> Vec<Used<'a>> {
    let secrets: Vec<Secret<'a>> = secrets::given(subject).collect();
    let mut by_name: BTreeMap<&str, Vec<Secret<'a>>> = BTreeMap::new();
    for secret in &secrets {
        by_name.entry(secret.name().unwrap_or_default()).or_default().push(*secret);
    }
    let mut used: Vec<Used<'a>> = Vec::new();
    let mut known = BTreeSet::new();
    let mut named = false;
    for configuration in &subject.configurations {
        named |= server(configuration).is_some();
        for credential in credentials(configuration) {
            let Some((key, _)) = credential.key else { continue };
            for secret in by_name.get(credential.name).into_iter().flatten() {
                let Some(value) = secret.value(key) else { continue };
                if known.insert(value.span().key()) {
                    let (what, reference) = (credential.what, Some(credential.selector.clone()));
                    used.push(Used { what, secret: *secret, value, reference });
                }
            }
        }
    }
    if named {
        return used;
    }
    let usual = secrets
        .iter()
        .filter(|secret| secret.name().is_some_and(|name| USUAL_NAMES.contains(&name)));
    for secret in usual {
        for (what, key) in [("user name", "username"), ("password", "password")] {
            let value = secret.value(key);
            used.extend(value.map(|value| Used { what, secret: *secret, value, reference: None }));
        }
    }
    used
}
