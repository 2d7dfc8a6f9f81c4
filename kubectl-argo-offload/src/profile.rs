//! Profiles: what holds for a context of the kubeconfig whenever no flag says otherwise.

use std::collections::BTreeMap;
use std::ffi::OsString;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use serde_json::Value;

use crate::cli::{
    ConnectionArguments, DatabaseArguments, DisableArguments, DoctorArguments, EnableArguments,
    LintArguments, LiveArguments,
};
use crate::cluster::context_name;
use crate::failure::Failure;
use crate::output::shortened;
use crate::tunnel::Via;

/// Names another file.
const VARIABLE: &str = "ARGO_OFFLOAD_PROFILES";

/// The file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct Profiles {
    /// By the name of a context.
    #[serde(default)]
    contexts: BTreeMap<String, Profile>,
}

/// How the controller of a context, and its database, are reached. It holds no secret and nothing that makes a
/// connection less safe.
#[derive(Clone, Debug, Default, PartialEq, Deserialize)]
#[serde(deny_unknown_fields, rename_all = "camelCase")]
pub(crate) struct Profile {
    /// `--controller-namespace`
    controller_namespace: Option<String>,
    /// `--configmap`
    configmap: Option<String>,
    /// `--via`
    via: Option<String>,
    /// `--relay-image`
    relay_image: Option<String>,
    /// `--relay-command`
    relay_command: Option<String>,
    /// `--relay-overrides`, as it is rather than in a text
    relay_overrides: Option<Value>,
    /// `--db-ca`; relative to the file's folder
    db_ca: Option<PathBuf>,
}

/// Gives the flags that are not set the values of the context's profile.
///
/// # Errors
/// The file is there and cannot be read.
pub(crate) fn complete(live: &mut LiveArguments) -> Result<(), Failure> {
    let LiveArguments { database, controller, connection } = live;
    let Some(profile) = of(connection)? else { return Ok(()) };
    fill(&mut controller.controller_namespace, profile.controller_namespace.clone());
    fill(&mut controller.configmap, profile.configmap.clone());
    complete_database(database, profile)
}

fn complete_database(database: &mut DatabaseArguments, profile: Profile) -> Result<(), Failure> {
    fill(&mut database.db_ca, profile.db_ca);
    if let (Via::Auto, Some(via)) = (&database.via, &profile.via) {
        database.via = via.parse().map_err(|error| {
            Failure::new(format_args!("the profile's via: {error}")).help(format_args!(
                "correct it in the file of profiles, or say --via; {VARIABLE} names another file"
            ))
        })?;
    }
    // What a relay is made of says nothing about any other way.
    if database.via == Via::Relay {
        fill(&mut database.relay_image, profile.relay_image);
        fill(&mut database.relay_command, profile.relay_command);
        let overrides = profile.relay_overrides.map(|overrides| overrides.to_string());
        fill(&mut database.relay_overrides, overrides);
    }
    Ok(())
}

/// The same for `lint --live`, whose namespace is the controller's.
///
/// # Errors
/// The file is there and cannot be read.
pub(crate) fn complete_lint(lint: &mut LintArguments) -> Result<(), Failure> {
    let Some(profile) = of(&lint.connection)? else { return Ok(()) };
    fill(&mut lint.connection.namespace, profile.controller_namespace);
    fill(&mut lint.configmap, profile.configmap);
    Ok(())
}

/// The same for `doctor`, whose namespace is the controller's.
///
/// # Errors
/// The file is there and cannot be read.
pub(crate) fn complete_doctor(doctor: &mut DoctorArguments) -> Result<(), Failure> {
    let Some(profile) = of(&doctor.connection)? else { return Ok(()) };
    fill(&mut doctor.connection.namespace, profile.controller_namespace.clone());
    fill(&mut doctor.configmap, profile.configmap.clone());
    complete_database(&mut doctor.database, profile)
}

/// The same for `enable`.
///
/// # Errors
/// The file is there and cannot be read.
pub(crate) fn complete_enable(enable: &mut EnableArguments) -> Result<(), Failure> {
    let Some(profile) = of(&enable.connection)? else { return Ok(()) };
    fill(&mut enable.connection.namespace, profile.controller_namespace.clone());
    fill(&mut enable.how.configmap, profile.configmap.clone());
    complete_database(&mut enable.database, profile)
}

/// The same for `disable`.
///
/// # Errors
/// The file is there and cannot be read.
pub(crate) fn complete_disable(disable: &mut DisableArguments) -> Result<(), Failure> {
    let Some(profile) = of(&disable.connection)? else { return Ok(()) };
    fill(&mut disable.connection.namespace, profile.controller_namespace);
    fill(&mut disable.how.configmap, profile.configmap);
    Ok(())
}

fn fill<T>(flag: &mut Option<T>, value: Option<T>) {
    if flag.is_none() {
        *flag = value;
    }
}

/// The profile of the context that is meant.
fn of(connection: &ConnectionArguments) -> Result<Option<Profile>, Failure> {
    let Some(path) = path(|name| std::env::var_os(name)) else { return Ok(None) };
    let text = match std::fs::read_to_string(&path) {
        Ok(text) => text,
        // Most people have none. One that is named must be there.
        Err(error)
            if error.kind() == ErrorKind::NotFound && std::env::var_os(VARIABLE).is_none() =>
        {
            return Ok(None);
        }
        Err(error) => {
            return Err(Failure::new(format_args!("cannot read {}: {error}", path.display()))
                .help(format_args!("{VARIABLE} names it; without it there are no profiles")));
        }
    };
    let mut profiles = parse(&text, &path)?;
    Ok(context_name(connection).and_then(|context| profiles.contexts.remove(&context)))
}

fn parse(text: &str, path: &Path) -> Result<Profiles, Failure> {
    // A file of comments alone says nothing.
    let profiles: Option<Profiles> = yaml_serde::from_str(text).map_err(|error| {
        Failure::new(format_args!("{}: {}", path.display(), shortened(&error.to_string(), 300)))
            .help("docs/stores.md, \"Profiles\", shows what it may have")
    })?;
    let mut profiles = profiles.unwrap_or_default();
    let folder = path.parent().unwrap_or(Path::new("."));
    for profile in profiles.contexts.values_mut() {
        profile.db_ca = profile.db_ca.take().map(|file| folder.join(file));
    }
    Ok(profiles)
}

/// Where the file is.
///
/// Source: XDG Base Directory Specification 0.8, `XDG_CONFIG_HOME`, of which a path that is not absolute is ignored.
fn path(environment: impl Fn(&str) -> Option<OsString>) -> Option<PathBuf> {
    let set = |name| environment(name).filter(|value| !value.is_empty()).map(PathBuf::from);
    let of_home = || set("HOME").map(|home| home.join(".config"));
    set(VARIABLE).or_else(|| {
        let folder = set("XDG_CONFIG_HOME").filter(|folder| folder.is_absolute());
        let folder = folder.or_else(of_home).or_else(|| set("APPDATA"))?;
        Some(folder.join("argo-offload").join("profiles.yaml"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_is_where_the_environment_says() {
        let at = |set: &[(&str, &str)]| {
            path(|name| set.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into()))
        };
        let found = |text: &str| Some(PathBuf::from(text));
        assert_eq!(at(&[("HOME", "/h")]), found("/h/.config/argo-offload/profiles.yaml"));
        let both = [("HOME", "/h"), ("XDG_CONFIG_HOME", "/x")];
        assert_eq!(at(&both), found("/x/argo-offload/profiles.yaml"));
        let relative = [("HOME", "/h"), ("XDG_CONFIG_HOME", "x"), (VARIABLE, "")];
        assert_eq!(at(&relative), found("/h/.config/argo-offload/profiles.yaml"));
        assert_eq!(at(&[("HOME", "/h"), (VARIABLE, "mine.yaml")]), found("mine.yaml"));
        assert_eq!(at(&[]), None);
    }

    #[test]
    fn a_file_says_something_of_contexts_or_nothing() {
        let read = |text: &str| parse(text, Path::new("/c/profiles.yaml"));
        let text = "contexts:\n  prod:\n    controllerNamespace: flows\n    via: relay\n    dbCa: ca.pem\n    \
                    relayOverrides: {spec: {priority: 1}}\n";
        let profiles = read(text).expect("profiles");
        let prod = &profiles.contexts["prod"];
        assert_eq!(prod.controller_namespace.as_deref(), Some("flows"));
        assert_eq!(prod.db_ca.as_deref(), Some(Path::new("/c/ca.pem")));
        assert_eq!(
            prod.relay_overrides.as_ref().map(Value::to_string).as_deref(),
            Some(r#"{"spec":{"priority":1}}"#)
        );
        assert!(read("# nothing\n").expect("none").contexts.is_empty());
        for (text, told) in [
            ("contexts:\n  prod: {allowPlaintext: true}\n", "allowPlaintext"),
            ("context: {}\n", "context"),
            ("contexts: [\n", "profiles.yaml"),
        ] {
            let error = read(text).expect_err(text).to_string();
            assert!(error.contains("/c/profiles.yaml: ") && error.contains(told), "{error}");
        }
    }
}
