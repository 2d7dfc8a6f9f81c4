use std::collections::BTreeMap;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde_json::Value;

use super::container::Container;
use super::pod::Pod;

/// The environment that a container's `envFrom` and `env` make, in order; an error is a message of the kubelet.
pub(super) async fn of(
    pod: &Pod,
    container: &Container,
) -> Result<BTreeMap<String, String>, String> {
    let mut variables = BTreeMap::new();
    for source in container.spec["envFrom"].as_array().into_iter().flatten() {
        let prefix = source["prefix"].as_str().unwrap_or_default();
        for kind in [Kind::Secret, Kind::ConfigMap] {
            let reference = &source[kind.reference()];
            if !reference.is_null() {
                let values = values(pod, kind, reference).await?;
                variables.extend(
                    values.into_iter().map(|(key, value)| (format!("{prefix}{key}"), value)),
                );
            }
        }
    }
    for variable in container.spec["env"].as_array().into_iter().flatten() {
        let Some(name) = variable["name"].as_str() else { continue };
        let source = &variable["valueFrom"];
        let value = if source.is_null() {
            Some(expand(variable["value"].as_str().unwrap_or_default(), &variables))
        } else if let Some(path) = source["fieldRef"]["fieldPath"].as_str() {
            Some(field(pod, path))
        } else {
            one_value(pod, source).await?
        };
        if let Some(value) = value {
            variables.insert(name.to_owned(), value);
        }
    }
    Ok(variables)
}

/// Puts values of variables for `$(NAME)`; what is not known stays.
pub(super) fn expand(text: &str, variables: &BTreeMap<String, String>) -> String {
    let mut expanded = String::new();
    let mut rest = text;
    while let Some((before, after)) = rest.split_once("$(") {
        expanded += before;
        let known =
            after.split_once(')').and_then(|(name, after)| Some((variables.get(name)?, after)));
        rest = match known {
            Some((value, after)) => {
                expanded += value;
                after
            }
            None => {
                expanded += "$(";
                after
            }
        };
    }
    expanded + rest
}

#[derive(Clone, Copy)]
enum Kind {
    Secret,
    ConfigMap,
}

impl Kind {
    fn reference(self) -> &'static str {
        match self {
            Self::Secret => "secretRef",
            Self::ConfigMap => "configMapRef",
        }
    }

    fn key_reference(self) -> &'static str {
        match self {
            Self::Secret => "secretKeyRef",
            Self::ConfigMap => "configMapKeyRef",
        }
    }

    /// As paths and messages have it.
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Self::Secret => ("secrets", "secret", "Secret"),
            Self::ConfigMap => ("configmaps", "configmap", "ConfigMap"),
        }
    }
}

/// The value that `secretKeyRef` or `configMapKeyRef` names; `None` when it is optional and not there.
async fn one_value(pod: &Pod, source: &Value) -> Result<Option<String>, String> {
    for kind in [Kind::Secret, Kind::ConfigMap] {
        let reference = &source[kind.key_reference()];
        let Some(key) = reference["key"].as_str() else { continue };
        let value = values(pod, kind, reference).await?.remove(key);
        if value.is_none() && reference["optional"] != true {
            let name = reference["name"].as_str().unwrap_or_default();
            return Err(format!(
                "couldn't find key {key} in {} {}/{name}",
                kind.words().2,
                pod.namespace
            ));
        }
        return Ok(value);
    }
    Ok(None)
}

async fn values(
    pod: &Pod,
    kind: Kind,
    reference: &Value,
) -> Result<BTreeMap<String, String>, String> {
    let name = reference["name"].as_str().unwrap_or_default();
    let (plural, singular, _) = kind.words();
    let path = format!("/api/v1/namespaces/{}/{plural}/{name}", pod.namespace);
    let object = pod.shared.api.get(&path).await.map_err(|error| format!("{error:#}"))?;
    let Some(object) = object else {
        return if reference["optional"] == true {
            Ok(BTreeMap::new())
        } else {
            Err(format!("{singular} \"{name}\" not found"))
        };
    };
    let data = object["data"].as_object().into_iter().flatten();
    Ok(data
        .map(|(key, value)| {
            let text = value.as_str().unwrap_or_default();
            let text = match kind {
                Kind::Secret => {
                    String::from_utf8_lossy(&STANDARD.decode(text).unwrap_or_default()).into_owned()
                }
                Kind::ConfigMap => text.to_owned(),
            };
            (key.clone(), text)
        })
        .collect())
}

/// A field of the pod, such as `metadata.name` or `metadata.labels['app']`.
fn field(pod: &Pod, path: &str) -> String {
    if path == "status.podIP" {
        return pod.address.clone();
    }
    let object = pod.object();
    let value = match path.strip_suffix("']").and_then(|path| path.split_once("['")) {
        Some((map, key)) => {
            object.pointer(&format!("/{}", map.replace('.', "/"))).map(|map| map[key].clone())
        }
        None => object.pointer(&format!("/{}", path.replace('.', "/"))).cloned(),
    };
    value.and_then(|value| value.as_str().map(str::to_owned)).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_variables_are_expanded_and_others_stay() {
        let variables = BTreeMap::from([("A".to_owned(), "1".to_owned())]);
        assert_eq!(expand("$(A) $(B) $(A", &variables), "1 $(B) $(A");
        assert_eq!(expand("x$(A)$(A)y", &variables), "x11y");
    }
}
