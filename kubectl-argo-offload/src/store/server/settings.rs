use secrecy::{ExposeSecret, SecretString};

use crate::cluster::{ClusterError, ErrorKind};

/// How argo-server is reached, as `argo` reads it from the environment.
///
/// Source: Argo Workflows v3.7.6, cmd/argo/commands/client/conn.go and pkg/apiclient/argo-server-opts.go.
#[derive(Clone, Debug)]
pub struct Settings {
    /// `ARGO_SERVER`: host and port, without a scheme.
    pub server: String,
    /// `ARGO_BASE_HREF`: the path before `/api`, empty or beginning with a slash.
    pub base: String,
    /// TLS, unless `ARGO_SECURE` is `false`.
    pub is_secure: bool,
    /// `ARGO_INSECURE_SKIP_VERIFY` is `true`: any certificate is believed.
    pub skip_verify: bool,
    /// What is sent as `Authorization`.
    pub token: Token,
    /// `ARGO_NAMESPACE`
    pub namespace: Option<String>,
    /// Whether credentials may go in clear to another machine.
    pub allow_plaintext: bool,
}

/// What argo-server is told about who asks.
#[derive(Clone, Debug)]
pub enum Token {
    /// `ARGO_TOKEN`: the whole header, with `Bearer ` or `Basic ` in front.
    Header(SecretString),
    /// The credentials for the cluster.
    OfCluster,
}

impl Settings {
    /// Reads the environment; `None` without `ARGO_SERVER`.
    ///
    /// # Errors
    /// `ARGO_SERVER` is no `host:port`.
    pub fn from_environment(
        get: impl Fn(&str) -> Option<String>,
    ) -> Result<Option<Self>, ClusterError> {
        let set = |name: &str| get(name).filter(|value| !value.is_empty());
        let Some(server) = set("ARGO_SERVER") else { return Ok(None) };
        let wrong = |what: &str| {
            Err(ClusterError::new(ErrorKind::Configuration, format_args!("ARGO_SERVER {what}"))
                .with_help("give it as argo takes it: ARGO_SERVER=argo.example.com:443"))
        };
        if server.contains("://") {
            return wrong("has a scheme, expected host:port; ARGO_SECURE=false stands for http");
        }
        // Anything else would be credentials or a path.
        let is_address = server.rsplit_once(':').is_some_and(|(host, port)| {
            !host.is_empty()
                && port.parse::<u16>().is_ok()
                && !host.contains(['@', '/', '?', '#', ' '])
        });
        if !is_address {
            return wrong("is no host:port");
        }
        let base = set("ARGO_BASE_HREF").unwrap_or_default();
        let base = base.trim_matches('/');
        Ok(Some(Self {
            server,
            base: if base.is_empty() { String::new() } else { format!("/{base}") },
            is_secure: get("ARGO_SECURE").is_none_or(|value| value != "false"),
            skip_verify: get("ARGO_INSECURE_SKIP_VERIFY").is_some_and(|value| value == "true"),
            token: match set("ARGO_TOKEN") {
                Some(token) => Token::Header(SecretString::from(token)),
                None => Token::OfCluster,
            },
            namespace: set("ARGO_NAMESPACE"),
            allow_plaintext: false,
        }))
    }

    /// The address, for messages.
    #[must_use]
    pub fn url(&self) -> String {
        let scheme = if self.is_secure { "https" } else { "http" };
        format!("{scheme}://{}{}", self.server, self.base)
    }

    /// Whether only this machine can listen on the way.
    pub(super) fn is_loopback(&self) -> bool {
        let host = self.server.rsplit_once(':').map_or("", |(host, _)| host);
        let host = host.trim_start_matches('[').trim_end_matches(']');
        host == "localhost"
            || host.parse::<std::net::IpAddr>().is_ok_and(|address| address.is_loopback())
    }

    /// What is odd about the token, for the help of an error.
    pub(super) fn token_help(&self) -> &'static str {
        match &self.token {
            Token::Header(token) => {
                let token = token.expose_secret();
                if token.starts_with("Bearer ") || token.starts_with("Basic ") {
                    "ARGO_TOKEN may have expired; for a service account: \
                     ARGO_TOKEN=\"Bearer $(kubectl create token NAME)\""
                } else {
                    "ARGO_TOKEN must begin with `Bearer ` or `Basic `: ARGO_TOKEN=\"Bearer $TOKEN\""
                }
            }
            Token::OfCluster => {
                "the credentials for the cluster are no token that argo-server takes: give one with \
                 ARGO_TOKEN=\"Bearer $(kubectl create token NAME)\", or what the server's page shows under User"
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(environment: &[(&str, &str)]) -> Result<Option<Settings>, ClusterError> {
        Settings::from_environment(|name| {
            environment.iter().find(|(key, _)| *key == name).map(|(_, value)| (*value).to_owned())
        })
    }

    #[test]
    fn the_environment_is_read_as_argo_reads_it() {
        assert!(of(&[("ARGO_TOKEN", "Bearer x")]).expect("none").is_none());
        let settings = of(&[("ARGO_SERVER", "argo:2746"), ("ARGO_TOKEN", "Bearer hunter2")]);
        let settings = settings.expect("settings").expect("some");
        assert_eq!(settings.url(), "https://argo:2746");
        assert!(!settings.skip_verify && !settings.is_loopback());
        assert!(!format!("{settings:?}").contains("hunter2"));
        let settings = of(&[
            ("ARGO_SERVER", "[::1]:2746"),
            ("ARGO_SECURE", "false"),
            ("ARGO_INSECURE_SKIP_VERIFY", "true"),
            ("ARGO_BASE_HREF", "argo/"),
            ("ARGO_NAMESPACE", "prod"),
        ]);
        let settings = settings.expect("settings").expect("some");
        assert_eq!(settings.url(), "http://[::1]:2746/argo");
        assert!(settings.skip_verify && settings.is_loopback());
        assert_eq!(settings.namespace.as_deref(), Some("prod"));
        // As argo compares: only the exact words count.
        let settings =
            of(&[("ARGO_SERVER", "a:1"), ("ARGO_SECURE", "0"), ("ARGO_INSECURE_SKIP_VERIFY", "1")]);
        let settings = settings.expect("settings").expect("some");
        assert!(settings.is_secure && !settings.skip_verify);
    }

    #[test]
    fn what_is_no_address_is_refused_and_not_repeated() {
        for server in
            ["https://argo:2746", "argo", "argo:x", "ann:hunter2@argo:1", "argo:1/hunter2", ":1"]
        {
            let error = of(&[("ARGO_SERVER", server)]).expect_err(server);
            assert!(!format!("{error:?}").contains("hunter2"), "{error:?}");
        }
    }

    #[test]
    fn a_token_without_its_scheme_is_explained() {
        let of = |token| {
            of(&[("ARGO_SERVER", "a:1"), ("ARGO_TOKEN", token)]).expect("settings").expect("some")
        };
        assert!(of("hunter2").token_help().contains("must begin with"));
        assert!(of("Bearer hunter2").token_help().contains("expired"));
    }
}
