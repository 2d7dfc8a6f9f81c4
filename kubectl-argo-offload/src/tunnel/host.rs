use crate::cluster::is_name;

/// A host name that may be one of the cluster's.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ServiceHost {
    /// The pod, in names such as `mysql-0.mysql.db.svc`.
    pub pod: Option<String>,
    /// The Service.
    pub service: String,
    /// Its namespace.
    pub namespace: String,
    /// Whether the name can be nothing else: it has the label `svc`.
    pub certain: bool,
}

/// Reads `NAME`, `NAME.NAMESPACE`, `NAME.NAMESPACE.svc` and what may follow (`.cluster.local`), each also behind
/// `POD.`; a name without namespace is in that of the controller, which resolves it.
///
/// Source: Kubernetes, DNS for Services and Pods, and the resolver's search list of a pod.
///
/// ```
/// use kubectl_argo_offload::tunnel::service_host;
///
/// let host = service_host("mysql.db.svc.cluster.local", "argo").unwrap();
/// assert_eq!((&*host.service, &*host.namespace, host.certain), ("mysql", "db", true));
/// assert_eq!(service_host("mysql", "argo").unwrap().namespace, "argo");
/// assert_eq!(service_host("db.example.com", "argo"), None);
/// ```
#[must_use]
pub fn service_host(host: &str, controller_namespace: &str) -> Option<ServiceHost> {
    let host = host.strip_suffix('.').unwrap_or(host).to_lowercase();
    if !is_name(&host) || host == "localhost" || host.parse::<std::net::IpAddr>().is_ok() {
        return None;
    }
    let labels: Vec<&str> = host.split('.').collect();
    let of = |pod: Option<&str>, service: &str, namespace: &str, certain| ServiceHost {
        pod: pod.map(ToOwned::to_owned),
        service: service.to_owned(),
        namespace: namespace.to_owned(),
        certain,
    };
    match (labels.iter().position(|label| *label == "svc"), labels.as_slice()) {
        (Some(2), [service, namespace, ..]) => Some(of(None, service, namespace, true)),
        (Some(3), [pod, service, namespace, ..]) => Some(of(Some(pod), service, namespace, true)),
        (None, [service]) => Some(of(None, service, controller_namespace, false)),
        (None, [service, namespace]) => Some(of(None, service, namespace, false)),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_of_the_cluster_are_told_from_others() {
        let of = |host| {
            service_host(host, "argo").map(|host| {
                (host.pod.unwrap_or_default(), host.service, host.namespace, host.certain)
            })
        };
        let found = |pod: &str, service: &str, namespace: &str, certain| {
            Some((pod.to_owned(), service.to_owned(), namespace.to_owned(), certain))
        };
        assert_eq!(of("mysql"), found("", "mysql", "argo", false));
        assert_eq!(of("mysql.db"), found("", "mysql", "db", false));
        assert_eq!(of("MySQL.db.svc"), found("", "mysql", "db", true));
        assert_eq!(of("mysql-0.mysql.db.svc.k8s.example."), found("mysql-0", "mysql", "db", true));
        for other in [
            "127.0.0.1",
            "localhost",
            "::1",
            "a.b.c",
            "rm-1.mysql.rds.aliyuncs.com",
            "",
            "a..svc",
            "a b",
        ] {
            assert_eq!(of(other), None, "{other}");
        }
    }
}
