//! Values of Secrets, which are never shown.

use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use secrecy::{ExposeSecret, SecretSlice, SecretString};
use serde::{Deserialize, Deserializer};

use super::access::Access;
use super::configuration::SecretKey;
use super::error::{ClusterError, ErrorKind};
use super::request::Cluster;
use crate::output::shortened;

/// A Secret's values; no `Debug`, so that none is printed.
#[derive(Deserialize)]
struct Secret {
    #[serde(default)]
    data: Option<BTreeMap<String, Encoded>>,
}

/// A value in base64.
struct Encoded(SecretString);

impl<'de> Deserialize<'de> for Encoded {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        String::deserialize(from).map(|text| Self(text.into()))
    }
}

/// The bytes under a key of a Secret, exactly as Argo would take them: not trimmed.
///
/// # Errors
/// The Secret or the key is not there, or the user may not read it.
pub async fn secret_bytes(
    cluster: &Cluster,
    namespace: &str,
    at: &SecretKey,
) -> Result<SecretSlice<u8>, ClusterError> {
    let SecretKey { name, key } = at;
    let access = Access::get("", "secrets").in_namespace(namespace).named(name);
    let known = |error: ClusterError| {
        if error.is_not_found() {
            return error.with_help(format_args!(
                "the controller reads it in its own namespace: kubectl get secrets -n {namespace}"
            ));
        }
        error
    };
    if !super::is_name(name) {
        let what = format!("there can be no {}", access.object());
        return Err(known(ClusterError::new(ErrorKind::NotFound, what)));
    }
    let path = format!("/api/v1/namespaces/{namespace}/secrets/{name}");
    let secret: Secret = cluster.object(&path, &access).await.map_err(known)?;
    let data = secret.data.unwrap_or_default();
    let Some(value) = data.get(key) else {
        let keys: Vec<String> = data.keys().take(20).map(|key| shortened(key, 60)).collect();
        return Err(ClusterError::new(
            ErrorKind::NotFound,
            format_args!(
                "{} has no key {:?}; it has: {}",
                access.object(),
                shortened(key, 60),
                if keys.is_empty() { "none".into() } else { keys.join(", ") }
            ),
        )
        .with_help(
            "the key in the controller's ConfigMap and that in the Secret must be the same",
        ));
    };
    STANDARD.decode(value.0.expose_secret()).map(SecretSlice::from).map_err(|_| {
        ClusterError::new(
            ErrorKind::Answer,
            format_args!(
                "the value under {:?} of {} is no base64",
                shortened(key, 60),
                access.object()
            ),
        )
    })
}

/// The same as text.
///
/// # Errors
/// As [`secret_bytes`]; or the value is no UTF-8.
pub async fn secret_text(
    cluster: &Cluster,
    namespace: &str,
    at: &SecretKey,
) -> Result<SecretString, ClusterError> {
    let bytes = secret_bytes(cluster, namespace, at).await?;
    match std::str::from_utf8(bytes.expose_secret()) {
        Ok(text) => Ok(SecretString::from(text)),
        Err(_) => Err(ClusterError::new(
            ErrorKind::Answer,
            format_args!(
                "the value under {:?} of secrets {:?} in the namespace {namespace} is no UTF-8",
                shortened(&at.key, 60),
                at.name
            ),
        )
        .with_help("set it anew: kubectl create secret generic NAME --from-literal=KEY=VALUE")),
    }
}
