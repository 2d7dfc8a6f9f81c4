//! What kubeconfig files and flags make of a connection, as kubectl does it.
//!
//! Source: k8s.io/client-go v0.33, tools/clientcmd/{loader,client_config}.go.

use std::path::{Path, PathBuf};

use kube::config::{AuthInfo, Cluster, Context, Kubeconfig, KubeconfigError};
use secrecy::SecretString;

use super::error::{ClusterError, ErrorKind};
use crate::cli::ConnectionArguments;
use crate::output::shortened;

/// What a connection is made of.
#[derive(Clone, Debug, Default)]
pub(super) struct Effective {
    pub(super) cluster: Cluster,
    pub(super) user: AuthInfo,
    pub(super) namespace: Option<String>,
}

/// Reads the kubeconfig: the file of `--kubeconfig`, the files of KUBECONFIG merged, or `~/.kube/config`.
///
/// `None` when there is none. Of a list, files that are not there are left out, as kubectl does.
///
/// # Errors
/// A file cannot be read or is no kubeconfig.
pub(super) fn read(
    explicit: Option<&Path>,
    environment: impl Fn(&str) -> Option<std::ffi::OsString>,
) -> Result<Option<Kubeconfig>, ClusterError> {
    if let Some(path) = explicit {
        return read_file(path).map(Some);
    }
    let listed: Vec<PathBuf> = environment("KUBECONFIG")
        .map(|list| {
            std::env::split_paths(&list).filter(|path| !path.as_os_str().is_empty()).collect()
        })
        .unwrap_or_default();
    let paths = if listed.is_empty() {
        let home = environment("HOME").or_else(|| environment("USERPROFILE"));
        home.map(|home| Path::new(&home).join(".kube/config")).into_iter().collect()
    } else {
        listed
    };
    let mut merged: Option<Kubeconfig> = None;
    for path in paths.iter().filter(|path| path.exists()) {
        let next = read_file(path)?;
        merged = Some(match merged {
            None => next,
            Some(first) => first.merge(next).map_err(|error| of_kubeconfig(&error, path))?,
        });
    }
    Ok(merged)
}

fn read_file(path: &Path) -> Result<Kubeconfig, ClusterError> {
    let mut config = Kubeconfig::read_from(path).map_err(|error| of_kubeconfig(&error, path))?;
    // An empty one is none: the next file's counts.
    config.current_context = config.current_context.filter(|name| !name.is_empty());
    Ok(config)
}

/// Errors of YAML quote the file, which may hold a token: only the place is shown.
fn of_kubeconfig(error: &KubeconfigError, path: &Path) -> ClusterError {
    let path = path.display();
    let what = match error {
        KubeconfigError::ReadConfig(error, _) => {
            format!("cannot read the kubeconfig {path}: {error}")
        }
        KubeconfigError::Parse(error) => match error.location() {
            Some(place) => {
                format!("{path}:{}:{}: this is no kubeconfig in YAML", place.line(), place.column())
            }
            None => format!("{path}: this is no kubeconfig in YAML"),
        },
        error => format!("{path}: {}", shortened(&error.to_string(), 300)),
    };
    ClusterError::new(ErrorKind::Configuration, what).with_help(
        "check it with: kubectl config view; choose another file with --kubeconfig or KUBECONFIG",
    )
}

/// The name of the context that is meant; `None` where there is none, also where the kubeconfig cannot be read, which
/// whoever connects is told.
pub(crate) fn context_name(flags: &ConnectionArguments) -> Option<String> {
    flags.context.clone().or_else(|| {
        let config = read(flags.kubeconfig.as_deref(), |name| std::env::var_os(name));
        config.ok().flatten()?.current_context
    })
}

/// The cluster, user and namespace that are meant, with what the flags say about them.
///
/// # Errors
/// A context, cluster or user that is not there.
pub(super) fn effective(
    config: &Kubeconfig,
    flags: &ConnectionArguments,
) -> Result<Effective, ClusterError> {
    let context = match flags.context.as_ref().or(config.current_context.as_ref()) {
        None => Context::default(),
        Some(name) => config
            .contexts
            .iter()
            .find(|context| context.name == *name)
            .ok_or_else(|| {
                unknown(
                    "context",
                    name,
                    config.contexts.iter().map(|context| context.name.as_str()),
                )
                .with_help("choose one with --context, or: kubectl config use-context NAME")
            })?
            .context
            .clone()
            .unwrap_or_default(),
    };
    let cluster_name = flags.cluster.as_deref().unwrap_or(&context.cluster);
    let named = config.clusters.iter().find(|cluster| cluster.name == *cluster_name);
    let cluster = match named {
        Some(cluster) => cluster.cluster.clone().unwrap_or_default(),
        None if cluster_name.is_empty() || (flags.server.is_some() && flags.cluster.is_none()) => {
            Cluster::default()
        }
        None => {
            let names = config.clusters.iter().map(|cluster| cluster.name.as_str());
            return Err(unknown("cluster", cluster_name, names));
        }
    };
    let user_name = flags.user.as_deref().or(context.user.as_deref()).unwrap_or_default();
    let user = match config.auth_infos.iter().find(|user| user.name == *user_name) {
        Some(user) => user.auth_info.clone().unwrap_or_default(),
        // A context may name a user that is not there, and kubectl goes on without one.
        None if flags.user.is_none() => AuthInfo::default(),
        None => {
            let names = config.auth_infos.iter().map(|user| user.name.as_str());
            return Err(unknown("user", user_name, names));
        }
    };
    let namespace = flags.namespace.clone().or(context.namespace);
    Ok(Effective {
        cluster: cluster_with(cluster, flags),
        user: user_with(user, flags),
        namespace: namespace.filter(|namespace| !namespace.is_empty()),
    })
}

fn unknown<'a>(kind: &str, name: &str, names: impl Iterator<Item = &'a str>) -> ClusterError {
    let mut names: Vec<String> = names.take(20).map(|name| shortened(name, 60)).collect();
    names.sort();
    let there = if names.is_empty() { "none".into() } else { names.join(", ") };
    ClusterError::new(
        ErrorKind::Configuration,
        format_args!("the kubeconfig has no {kind} {:?}; it has: {there}", shortened(name, 60)),
    )
}

fn cluster_with(mut cluster: Cluster, flags: &ConnectionArguments) -> Cluster {
    let path = |path: &PathBuf| path.to_string_lossy().into_owned();
    if let Some(server) = &flags.server {
        cluster.server = Some(server.clone());
        // The kubeconfig's name is that of another server.
        cluster.tls_server_name = None;
    }
    if let Some(name) = &flags.tls_server_name {
        cluster.tls_server_name = Some(name.clone());
    }
    if let Some(file) = &flags.certificate_authority {
        cluster.certificate_authority = Some(path(file));
        cluster.certificate_authority_data = None;
        cluster.insecure_skip_tls_verify = None;
    }
    if flags.insecure_skip_tls_verify {
        cluster.insecure_skip_tls_verify = Some(true);
        cluster.certificate_authority = None;
        cluster.certificate_authority_data = None;
    }
    if flags.disable_compression {
        cluster.disable_compression = Some(true);
    }
    cluster.tls_server_name = cluster.tls_server_name.filter(|name| !name.is_empty());
    cluster
}

fn user_with(mut user: AuthInfo, flags: &ConnectionArguments) -> AuthInfo {
    let path = |path: &PathBuf| path.to_string_lossy().into_owned();
    if let Some(token) = &flags.token {
        user = AuthInfo {
            token: Some(token.clone()),
            token_file: None,
            username: None,
            password: None,
            exec: None,
            auth_provider: None,
            ..user
        };
    }
    if let Some(file) = &flags.client_certificate {
        user.client_certificate = Some(path(file));
        user.client_certificate_data = None;
        user.exec = None;
    }
    if let Some(file) = &flags.client_key {
        user.client_key = Some(path(file));
        user.client_key_data = None;
    }
    if flags.as_user.is_some() {
        user.impersonate.clone_from(&flags.as_user);
    }
    if flags.as_uid.is_some() {
        user.impersonate_uid.clone_from(&flags.as_uid);
    }
    if !flags.as_group.is_empty() {
        user.impersonate_groups = Some(flags.as_group.clone());
    }
    // An empty token is none, also beside another way to log in.
    user.token = user.token.filter(|token| !is_empty(token));
    user
}

fn is_empty(secret: &SecretString) -> bool {
    use secrecy::ExposeSecret;
    secret.expose_secret().is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use secrecy::ExposeSecret;

    const FIRST: &str = r"
current-context: ''
clusters: [{name: a, cluster: {server: 'https://a', tls-server-name: inner, certificate-authority-data: Zm9v}}]
users: [{name: u, user: {token: hunter2, exec: {command: aws, apiVersion: v1}}}]
";
    const SECOND: &str = r"
current-context: x
clusters: [{name: a, cluster: {server: 'https://never'}}, {name: b, cluster: {server: 'https://b'}}]
contexts:
- {name: x, context: {cluster: a, user: u, namespace: argo}}
- {name: y, context: {cluster: b, user: nobody}}
";

    fn merged() -> Kubeconfig {
        let folder = tempfile::tempdir().expect("folder");
        let (one, two) = (folder.path().join("one"), folder.path().join("two"));
        std::fs::write(&one, FIRST).expect("write");
        std::fs::write(&two, SECOND).expect("write");
        let missing = folder.path().join("missing");
        let list = std::env::join_paths([&missing, &one, &two]).expect("list");
        read(None, |name| (name == "KUBECONFIG").then(|| list.clone()))
            .expect("read")
            .expect("some")
    }

    #[test]
    fn files_are_merged_and_the_first_wins() {
        let found = effective(&merged(), &ConnectionArguments::default()).expect("connection");
        assert_eq!(found.cluster.server.as_deref(), Some("https://a"));
        assert_eq!(found.namespace.as_deref(), Some("argo"));
        assert_eq!(found.user.token.expect("token").expose_secret(), "hunter2");
    }

    #[test]
    fn flags_are_above_the_files() {
        let flags = ConnectionArguments {
            context: Some("y".into()),
            user: Some("u".into()),
            token: Some("other".into()),
            namespace: Some("prod".into()),
            as_user: Some("ann".into()),
            ..ConnectionArguments::default()
        };
        let found = effective(&merged(), &flags).expect("connection");
        assert_eq!(found.cluster.server.as_deref(), Some("https://b"));
        assert_eq!(found.namespace.as_deref(), Some("prod"));
        assert_eq!(found.user.impersonate.as_deref(), Some("ann"));
        assert_eq!(found.user.token.expect("token").expose_secret(), "other");
        assert!(found.user.exec.is_none());
    }

    #[test]
    fn another_server_has_another_name_and_no_verification_needs_no_authority() {
        let flags = ConnectionArguments {
            server: Some("https://c".into()),
            insecure_skip_tls_verify: true,
            ..ConnectionArguments::default()
        };
        let found = effective(&merged(), &flags).expect("connection").cluster;
        assert_eq!(found.server.as_deref(), Some("https://c"));
        assert_eq!((found.tls_server_name, found.certificate_authority_data), (None, None));
    }

    #[test]
    fn what_is_not_there_is_named_with_what_is() {
        let config = merged();
        let flags =
            ConnectionArguments { context: Some("z".into()), ..ConnectionArguments::default() };
        let error = effective(&config, &flags).expect_err("no context");
        assert_eq!(error.to_string(), "the kubeconfig has no context \"z\"; it has: x, y");
        let flags =
            ConnectionArguments { user: Some("z".into()), ..ConnectionArguments::default() };
        assert!(effective(&config, &flags).is_err());
        let flags =
            ConnectionArguments { cluster: Some("z".into()), ..ConnectionArguments::default() };
        assert!(effective(&config, &flags).is_err());
    }

    #[test]
    fn a_broken_file_is_not_quoted() {
        let file = tempfile::NamedTempFile::new().expect("file");
        std::fs::write(file.path(), "users:\n- name: u\n  user: {token: hunter2\nx: [")
            .expect("write");
        let error = read(Some(file.path()), |_| None).expect_err("no YAML");
        assert!(error.to_string().contains("this is no kubeconfig in YAML"), "{error}");
        assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
    }

    #[test]
    fn a_file_that_is_asked_for_must_be_there_and_others_need_not() {
        let missing = Path::new("no-such-kubeconfig");
        assert!(read(Some(missing), |_| None).is_err());
        assert!(
            read(None, |name| (name == "HOME").then(|| "no-such-home".into()))
                .expect("none")
                .is_none()
        );
    }
}
