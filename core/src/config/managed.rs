//! Clusters whose controller somebody else runs.

/// Whether a namespace is that of a controller of Alibaba Cloud's workflow clusters: the id of the cluster, a `c` and
/// 32 hexadecimal digits. Its Secrets are in `default`, and neither its Deployment nor its pods can be seen.
#[must_use]
pub fn is_managed_namespace(namespace: &str) -> bool {
    namespace.strip_prefix('c').is_some_and(|digits| {
        digits.len() == 32 && digits.bytes().all(|digit| digit.is_ascii_hexdigit())
    })
}
