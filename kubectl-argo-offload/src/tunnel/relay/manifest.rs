use std::time::Duration;

use serde_json::{Value, json};

use crate::output::shortened;

/// The pod's name, before its own letters, and its label `app`.
pub(super) const NAME: &str = "argo-offload-relay";
/// The container's name.
pub(super) const CONTAINER: &str = "relay";
/// Where the relay listens, on the pod's loopback.
pub(super) const PORT: u16 = 13306;
/// When the pod ends by itself.
pub(super) const DEADLINE: Duration = Duration::from_secs(15 * 60);

/// What the relay's pod is made of.
#[derive(Clone, Debug, PartialEq)]
pub struct RelayPod {
    image: String,
    command: Vec<String>,
    overrides: Value,
    host: String,
    port: u16,
}

/// Why there can be no such pod.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum RelayPodError {
    /// The overrides are no JSON object.
    #[error("--relay-overrides: expected a JSON object, {0}")]
    Overrides(String),
    /// The command has no words.
    #[error("--relay-command: expected a program and its arguments")]
    Command,
}

impl RelayPod {
    /// A relay to `host` and `port`: an image whose entry point is this program, or `command` in it, where `{listen}`,
    /// `{host}` and `{port}` stand for what it needs; and a JSON merge patch for the pod.
    ///
    /// # Errors
    /// The command is empty, or the patch is none.
    pub fn new(
        image: &str,
        command: Option<&str>,
        overrides: Option<&str>,
        (host, port): (&str, u16),
    ) -> Result<Self, RelayPodError> {
        let listen = format!("127.0.0.1:{PORT}");
        let command: Vec<String> = command
            .map(|command| {
                let filled = |word: &str| {
                    word.replace("{listen}", &listen)
                        .replace("{host}", host)
                        .replace("{port}", &port.to_string())
                };
                command.split_whitespace().map(filled).collect()
            })
            .map_or_else(
                || Ok(Vec::new()),
                |words: Vec<String>| {
                    if words.is_empty() { Err(RelayPodError::Command) } else { Ok(words) }
                },
            )?;
        let overrides = match overrides {
            None => json!({}),
            Some(text) => match serde_json::from_str::<Value>(text) {
                Ok(value) if value.is_object() => value,
                Ok(_) => return Err(RelayPodError::Overrides("found another value".into())),
                Err(error) => {
                    return Err(RelayPodError::Overrides(shortened(&error.to_string(), 200)));
                }
            },
        };
        Ok(Self { image: image.to_owned(), command, overrides, host: host.to_owned(), port })
    }

    /// The pod: within PodSecurity's level *restricted*, with no rights and no sidecar.
    #[must_use]
    pub fn manifest(&self, namespace: &str, name: &str) -> Value {
        let mut container = json!({
            "name": CONTAINER,
            "image": self.image,
            "ports": [{"name": "relay", "containerPort": PORT}],
            "resources": {
                "requests": {"cpu": "10m", "memory": "16Mi"},
                "limits": {"cpu": "500m", "memory": "64Mi"},
            },
            "securityContext": {
                "allowPrivilegeEscalation": false,
                "readOnlyRootFilesystem": true,
                "capabilities": {"drop": ["ALL"]},
            },
        });
        if self.command.is_empty() {
            // An address of six numbers needs its brackets.
            let host = match self.host.contains(':') {
                true => format!("[{}]", self.host),
                false => self.host.clone(),
            };
            container["args"] = json!([
                "relay",
                "--listen",
                format!("127.0.0.1:{PORT}"),
                "--to",
                format!("{host}:{}", self.port)
            ]);
        } else {
            container["command"] = json!(self.command);
        }
        let mut pod = json!({
            "apiVersion": "v1",
            "kind": "Pod",
            "metadata": {
                "labels": {"sidecar.istio.io/inject": "false"},
                "annotations": {
                    "sidecar.istio.io/inject": "false",
                    "linkerd.io/inject": "disabled",
                },
            },
            "spec": {
                "restartPolicy": "Never",
                "automountServiceAccountToken": false,
                "enableServiceLinks": false,
                "terminationGracePeriodSeconds": 0,
                "activeDeadlineSeconds": DEADLINE.as_secs(),
                "securityContext": {
                    "runAsNonRoot": true,
                    "runAsUser": 65532,
                    "runAsGroup": 65532,
                    "seccompProfile": {"type": "RuntimeDefault"},
                },
                "containers": [container],
            },
        });
        merge(&mut pod, &self.overrides);
        // By these it is found again.
        let own = json!({"metadata": {"name": name, "namespace": namespace, "generateName": null, "labels": {
            "app": NAME, "app.kubernetes.io/name": NAME, "app.kubernetes.io/managed-by": "kubectl-argo-offload",
        }}});
        merge(&mut pod, &own);
        pod
    }
}

/// A JSON merge patch.
///
/// Source: RFC 7396, section 2.
fn merge(target: &mut Value, patch: &Value) {
    let Value::Object(patch) = patch else {
        *target = patch.clone();
        return;
    };
    if !target.is_object() {
        *target = json!({});
    }
    let Some(members) = target.as_object_mut() else { return };
    for (key, value) in patch {
        if value.is_null() {
            members.remove(key);
        } else {
            merge(members.entry(key.clone()).or_insert(Value::Null), value);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pod(command: Option<&str>, overrides: Option<&str>) -> Value {
        let pod = RelayPod::new("mirror/argo-offload:1", command, overrides, ("db.internal", 3306));
        pod.expect("a pod").manifest("argo", "argo-offload-relay-x")
    }

    #[test]
    fn the_relay_is_told_where_to_listen_and_where_to_connect() {
        let words = |value: &Value| -> Vec<String> {
            serde_json::from_value(value.clone()).expect("words")
        };
        let plain = pod(None, None);
        let container = &plain["spec"]["containers"][0];
        assert_eq!(
            words(&container["args"]),
            ["relay", "--listen", "127.0.0.1:13306", "--to", "db.internal:3306"]
        );
        let socat = pod(Some("socat TCP-LISTEN:13306,fork,bind=127.0.0.1 TCP:{host}:{port}"), None);
        let container = &socat["spec"]["containers"][0];
        assert_eq!(
            words(&container["command"]),
            ["socat", "TCP-LISTEN:13306,fork,bind=127.0.0.1", "TCP:db.internal:3306"]
        );
        assert!(container.get("args").is_none());
    }

    #[test]
    fn overrides_change_all_but_what_it_is_found_by() {
        let patch = r#"{"metadata": {"name": "mine", "labels": {"team": "a", "app": "x"}},
            "spec": {"nodeSelector": {"zone": "b"}, "enableServiceLinks": null}}"#;
        let pod = pod(None, Some(patch));
        assert_eq!(pod["metadata"]["name"], "argo-offload-relay-x");
        assert_eq!(pod["metadata"]["labels"]["app"], NAME);
        assert_eq!(pod["metadata"]["labels"]["team"], "a");
        assert_eq!(pod["spec"]["nodeSelector"]["zone"], "b");
        assert!(pod["spec"].get("enableServiceLinks").is_none());
        assert_eq!(pod["spec"]["restartPolicy"], "Never");
    }

    #[test]
    fn what_makes_no_pod_is_refused() {
        let new = |command, overrides| RelayPod::new("i", command, overrides, ("h", 1));
        assert_eq!(new(Some("  "), None), Err(RelayPodError::Command));
        for text in ["[]", "1", "{", ""] {
            assert!(matches!(new(None, Some(text)), Err(RelayPodError::Overrides(_))), "{text}");
        }
    }

    #[test]
    fn a_merge_patch_is_as_its_standard_says() {
        // RFC 7396, appendix A.
        for (target, patch, result) in [
            (r#"{"a":"b"}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":"b"}"#, r#"{"a":null}"#, r#"{}"#),
            (r#"{"a":["b"]}"#, r#"{"a":"c"}"#, r#"{"a":"c"}"#),
            (r#"{"a":{"b":"c"}}"#, r#"{"a":{"b":"d","c":null}}"#, r#"{"a":{"b":"d"}}"#),
            (r#"{"a":[1]}"#, r#"[2]"#, r#"[2]"#),
            (r#"{"e":null}"#, r#"{"a":1}"#, r#"{"e":null,"a":1}"#),
            (r#"{}"#, r#"{"a":{"bb":{"ccc":null}}}"#, r#"{"a":{"bb":{}}}"#),
        ] {
            let of = |text| serde_json::from_str::<Value>(text).expect("JSON");
            let mut merged = of(target);
            merge(&mut merged, &of(patch));
            assert_eq!(merged, of(result), "{target} {patch}");
        }
    }
}
