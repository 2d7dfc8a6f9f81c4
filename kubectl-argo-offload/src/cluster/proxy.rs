//! Which HTTP proxy leads to the cluster.
//!
//! kube looks the proxy's own address up in NO_PROXY and refuses lists that Go accepts; kubectl does as Go does.
//! Source: golang.org/x/net v0.41, http/httpproxy/proxy.go.

use std::net::IpAddr;

use super::error::{ClusterError, ErrorKind};

/// The proxy for a URL: that of the kubeconfig, else that of the environment.
///
/// # Errors
/// The proxy's address is not one; it is not repeated, as it may hold a password.
pub(super) fn proxy(
    kubeconfig: Option<&str>,
    url: &http::Uri,
    environment: impl Fn(&str) -> Option<String>,
) -> Result<Option<http::Uri>, ClusterError> {
    let set = |upper: &str| {
        environment(upper)
            .filter(|value| !value.is_empty())
            .or_else(|| environment(&upper.to_lowercase()).filter(|value| !value.is_empty()))
    };
    let (text, from) = match kubeconfig.filter(|text| !text.is_empty()) {
        Some(text) => (text.to_owned(), "proxy-url in the kubeconfig"),
        None => {
            let name = if url.scheme_str() == Some("http") { "HTTP_PROXY" } else { "HTTPS_PROXY" };
            let (host, port) = (url.host().unwrap_or_default(), url.port_u16());
            let port = port.unwrap_or(if url.scheme_str() == Some("http") { 80 } else { 443 });
            match set(name) {
                Some(text) if !is_direct(host, port, &set("NO_PROXY").unwrap_or_default()) => {
                    (text, name)
                }
                _ => return Ok(None),
            }
        }
    };
    let text = if text.contains("://") { text } else { format!("http://{text}") };
    let address: Option<http::Uri> = text.parse().ok();
    match address.filter(|address| address.host().is_some()) {
        Some(address) if matches!(address.scheme_str(), Some("http" | "https")) => {
            Ok(Some(address))
        }
        Some(address) => {
            let scheme = address.scheme_str().unwrap_or_default();
            Err(ClusterError::new(
                ErrorKind::Configuration,
                format_args!("{from} is a proxy of the kind {scheme}, expected http or https"),
            )
            .with_help("give an HTTP proxy, or reach the cluster without one: NO_PROXY=HOST"))
        }
        None => Err(ClusterError::new(
            ErrorKind::Configuration,
            format_args!("{from} is no URL such as http://proxy.example.com:3128"),
        )),
    }
}

/// Whether a host is reached without a proxy.
fn is_direct(host: &str, port: u16, no_proxy: &str) -> bool {
    let host = host.trim_start_matches('[').trim_end_matches(']').to_lowercase();
    let address: Option<IpAddr> = host.parse().ok();
    if host == "localhost" || address.is_some_and(|address| address.is_loopback()) {
        return true;
    }
    no_proxy.split(',').map(|entry| entry.trim().to_lowercase()).any(|entry| {
        if entry == "*" {
            return true;
        }
        if let Some((network, bits)) = entry.split_once('/') {
            return matches!((network.parse(), bits.parse(), address),
                (Ok(network), Ok(bits), Some(address)) if is_within(address, network, bits));
        }
        let (name, wanted) = match entry.rsplit_once(':') {
            Some((name, wanted)) if !name.contains(':') => (name, wanted.parse().ok()),
            _ => (entry.as_str(), None),
        };
        if name.is_empty() || wanted.is_some_and(|wanted: u16| wanted != port) {
            return false;
        }
        if let (Ok(entry), Some(address)) = (name.parse::<IpAddr>(), address) {
            return entry == address;
        }
        // `.example.com` and `*.example.com` are what is below it, `example.com` that and itself.
        let domain = name.strip_prefix("*.").or_else(|| name.strip_prefix('.')).unwrap_or(name);
        host.strip_suffix(domain).is_some_and(|rest| rest.ends_with('.'))
            || (host == name && domain == name)
    })
}

fn is_within(address: IpAddr, network: IpAddr, bits: u32) -> bool {
    match (address, network) {
        (IpAddr::V4(address), IpAddr::V4(network)) => {
            let mask = u32::MAX.checked_shl(32 - bits.min(32)).unwrap_or(0);
            bits <= 32 && address.to_bits() & mask == network.to_bits() & mask
        }
        (IpAddr::V6(address), IpAddr::V6(network)) => {
            let mask = u128::MAX.checked_shl(128 - bits.min(128)).unwrap_or(0);
            bits <= 128 && address.to_bits() & mask == network.to_bits() & mask
        }
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn chosen(kubeconfig: Option<&str>, url: &str, environment: &[(&str, &str)]) -> Option<String> {
        let get = |name: &str| {
            environment.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        };
        let url = url.parse().expect("URL");
        proxy(kubeconfig, &url, get).expect("proxy").map(|address| address.to_string())
    }

    #[test]
    fn the_environment_says_which_hosts_need_the_proxy() {
        let with = |no_proxy| [("HTTPS_PROXY", "proxy.example.com:3128"), ("NO_PROXY", no_proxy)];
        let url = "https://k8s.corp.example.com:6443";
        for no_proxy in
            ["", "other,", ",,", "k8s.corp.example.com:443", "corp.example", "10.0.0.0/8"]
        {
            let found = chosen(None, url, &with(no_proxy));
            assert_eq!(found.as_deref(), Some("http://proxy.example.com:3128/"), "{no_proxy}");
        }
        for no_proxy in [
            "*",
            "a, .example.com",
            "corp.example.com",
            "*.corp.example.com",
            "k8s.corp.example.com:6443",
        ] {
            assert_eq!(chosen(None, url, &with(no_proxy)), None, "{no_proxy}");
        }
        assert_eq!(chosen(None, "https://10.96.0.1", &with("10.0.0.0/8,")), None);
        assert_eq!(chosen(None, "https://127.0.0.1:6443", &with("")), None);
        assert_eq!(chosen(None, "https://[::1]:6443", &with("")), None);
        assert_eq!(chosen(None, "http://k8s", &with("")), None);
        assert_eq!(
            chosen(None, "https://k8s", &[("https_proxy", "http://p")]).as_deref(),
            Some("http://p/")
        );
    }

    #[test]
    fn the_kubeconfig_is_above_the_environment() {
        let environment = [("HTTPS_PROXY", "http://other"), ("NO_PROXY", "*")];
        let found = chosen(Some("http://p:1"), "https://127.0.0.1", &environment);
        assert_eq!(found.as_deref(), Some("http://p:1/"));
    }

    #[test]
    fn a_password_in_the_proxy_is_not_repeated() {
        for text in ["socks5://ann:hunter2@p", "http://ann:hunter2@p:x y", "http://ann:hunter2@"] {
            let error = proxy(Some(text), &"https://k8s".parse().expect("URL"), |_| None);
            let error = error.expect_err("no proxy");
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
    }
}
