//! Names of objects, which become parts of paths.

use super::error::{ClusterError, ErrorKind};
use crate::output::shortened;

/// Whether a text can be an object's name: what Kubernetes calls a DNS subdomain.
///
/// Source: k8s.io/apimachinery, pkg/util/validation (`IsDNS1123Subdomain`).
pub(crate) fn is_name(text: &str) -> bool {
    let is_end = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
    text.len() <= 253
        && text.split('.').all(|label| {
            let bytes = label.as_bytes();
            bytes.first().copied().is_some_and(is_end)
                && bytes.last().copied().is_some_and(is_end)
                && bytes.iter().all(|&byte| is_end(byte) || byte == b'-')
        })
}

/// The name in `NAME`, `workflow/NAME`, `wf/NAME` or `workflow.argoproj.io/NAME`.
///
/// # Errors
/// Another kind of object, or no name.
///
/// ```
/// use kubectl_argo_offload::cluster::workflow_name;
///
/// assert_eq!(workflow_name("wf/hello").unwrap(), "hello");
/// assert!(workflow_name("pod/hello").is_err());
/// ```
pub fn workflow_name(text: &str) -> Result<&str, ClusterError> {
    let name = match text.split_once('/') {
        None => text,
        Some((
            "wf" | "workflow" | "workflows" | "workflow.argoproj.io" | "workflows.argoproj.io",
            name,
        )) => name,
        Some((kind, _)) => {
            return Err(ClusterError::new(
                ErrorKind::Configuration,
                format_args!("{:?} is another kind than workflow", shortened(kind, 60)),
            )
            .with_help("give NAME or workflow/NAME"));
        }
    };
    if is_name(name) {
        return Ok(name);
    }
    Err(ClusterError::new(
        ErrorKind::Configuration,
        format_args!("{:?} is no name of a workflow", shortened(name, 60)),
    )
    .with_help("names have lower case letters, digits, dashes and dots: kubectl get workflows"))
}

/// Five letters and digits for a name, most likely taken by no other object.
pub(crate) fn name_suffix() -> String {
    use std::hash::{BuildHasher, Hasher, RandomState};

    let mut number = RandomState::new().build_hasher().finish();
    (0..5)
        .map(|_| {
            let digit = u32::try_from(number % 36).unwrap_or(0);
            number /= 36;
            char::from_digit(digit, 36).unwrap_or('0')
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_workflows_are_taken_as_kubectl_takes_them() {
        for text in ["a-1.b", "wf/a-1.b", "workflows/a-1.b", "workflow.argoproj.io/a-1.b"] {
            assert_eq!(workflow_name(text).expect(text), "a-1.b");
        }
        for text in ["", "wf/", "pod/a", "a/b/c", "../x", "a?b", "A", "-a", "a.", "a..b", "wf/a/b"]
        {
            assert!(workflow_name(text).is_err(), "{text}");
        }
    }
}
