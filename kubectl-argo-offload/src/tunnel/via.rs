use std::fmt;
use std::str::FromStr;

use crate::cluster::is_name;
use crate::output::shortened;

/// How the database is reached: the value of `--via`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Via {
    /// Through the cluster if the host is one of its Services or Pods, else directly.
    #[default]
    Auto,
    /// From here.
    Direct,
    /// Through a ready pod of a Service.
    Service {
        /// Its name.
        name: String,
        /// Its namespace; the controller's where none is given.
        namespace: Option<String>,
    },
    /// Through a pod.
    Pod {
        /// Its name.
        name: String,
        /// Its namespace; the controller's where none is given.
        namespace: Option<String>,
    },
    /// Through a short-lived pod that passes connections on.
    Relay,
}

/// A text that says no way.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "expected auto, direct, relay, svc/NAME or pod/NAME (with a namespace: svc/NAMESPACE/NAME), found {0:?}"
)]
pub struct ViaError(String);

impl FromStr for Via {
    type Err = ViaError;

    fn from_str(text: &str) -> Result<Self, ViaError> {
        let error = || ViaError(shortened(text, 80));
        let (kind, rest) = match text.split_once('/') {
            None if text == "auto" => return Ok(Self::Auto),
            None if text == "direct" => return Ok(Self::Direct),
            None if text == "relay" => return Ok(Self::Relay),
            None => return Err(error()),
            Some(parts) => parts,
        };
        let (namespace, name) = match rest.split_once('/') {
            Some((namespace, name)) => (Some(namespace.to_owned()), name.to_owned()),
            None => (None, rest.to_owned()),
        };
        if !is_name(&name) || namespace.as_deref().is_some_and(|namespace| !is_name(namespace)) {
            return Err(error());
        }
        match kind {
            "svc" | "service" | "services" => Ok(Self::Service { name, namespace }),
            "pod" | "pods" | "po" => Ok(Self::Pod { name, namespace }),
            _ => Err(error()),
        }
    }
}

impl fmt::Display for Via {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (kind, name, namespace) = match self {
            Self::Auto => return out.write_str("auto"),
            Self::Direct => return out.write_str("direct"),
            Self::Relay => return out.write_str("relay"),
            Self::Service { name, namespace } => ("svc", name, namespace),
            Self::Pod { name, namespace } => ("pod", name, namespace),
        };
        match namespace {
            Some(namespace) => write!(out, "{kind}/{namespace}/{name}"),
            None => write!(out, "{kind}/{name}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ways_are_read_and_printed() {
        for text in [
            "auto",
            "direct",
            "relay",
            "svc/mysql",
            "svc/db/mysql",
            "pod/mysql-0",
            "pod/db/mysql-0",
        ] {
            assert_eq!(text.parse::<Via>().expect(text).to_string(), text);
        }
        for text in ["", "relay/x", "svc/", "svc//x", "svc/a/b/c", "svc/../x", "Direct", "mysql"] {
            assert!(text.parse::<Via>().is_err(), "{text}");
        }
    }
}
