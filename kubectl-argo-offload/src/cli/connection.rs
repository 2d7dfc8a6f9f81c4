//! How the cluster is reached: kubectl's own flags, under their own names.

use std::path::PathBuf;
use std::time::Duration;

use clap::Args;
use secrecy::SecretString;

const CONNECTION: &str = "Connection, as kubectl has it";

/// kubectl's connection flags.
///
/// Source: kubectl 1.33, `kubectl options`.
#[derive(Clone, Debug, Default, Args)]
#[command(next_help_heading = CONNECTION)]
pub struct ConnectionArguments {
    /// The kubeconfig file [default: the files of KUBECONFIG, else ~/.kube/config]
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub kubeconfig: Option<PathBuf>,
    /// The kubeconfig's context to use
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    pub context: Option<String>,
    /// The kubeconfig's cluster to use
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    pub cluster: Option<String>,
    /// The kubeconfig's user to use
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    pub user: Option<String>,
    /// The namespace [default: the context's]
    #[arg(short, long, value_name = "NAME")]
    pub namespace: Option<String>,
    /// The address of the Kubernetes API
    #[arg(short, long, value_name = "URL", hide_short_help = true)]
    pub server: Option<String>,
    /// The bearer token for the Kubernetes API
    #[arg(long, value_name = "TOKEN", hide_short_help = true)]
    pub token: Option<SecretString>,
    /// The user to impersonate
    #[arg(long = "as", value_name = "USER", hide_short_help = true)]
    pub as_user: Option<String>,
    /// The UID to impersonate
    #[arg(long, value_name = "UID", hide_short_help = true)]
    pub as_uid: Option<String>,
    /// A group to impersonate; may be repeated
    #[arg(long, value_name = "GROUP", hide_short_help = true)]
    pub as_group: Vec<String>,
    /// How long one request may take: a number of seconds, or with a unit such as 1m; 0 for no limit
    /// [default: 30s without any answer]
    #[arg(long, value_name = "TIME", value_parser = parse_duration, hide_short_help = true)]
    pub request_timeout: Option<Duration>,
    /// The name that the server's certificate must have
    #[arg(long, value_name = "NAME", hide_short_help = true)]
    pub tls_server_name: Option<String>,
    /// Do not check the server's certificate: whoever answers is believed
    #[arg(long, hide_short_help = true)]
    pub insecure_skip_tls_verify: bool,
    /// A file with the certificate authority of the server
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub certificate_authority: Option<PathBuf>,
    /// A file with the client certificate
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub client_certificate: Option<PathBuf>,
    /// A file with the key of the client certificate
    #[arg(long, value_name = "FILE", hide_short_help = true)]
    pub client_key: Option<PathBuf>,
    /// Ask for answers without compression
    #[arg(long, hide_short_help = true)]
    pub disable_compression: bool,
    /// Taken as kubectl takes it; nothing is cached
    #[arg(long, value_name = "FOLDER", hide_short_help = true)]
    pub cache_dir: Option<PathBuf>,
}

/// Which workflows of the cluster are meant.
#[derive(Clone, Debug, Default, Args)]
pub struct SelectionArguments {
    /// Workflows: NAME or workflow/NAME
    #[arg(value_name = "NAME")]
    pub names: Vec<String>,
    /// The workflows with these labels, for example app=web,tier!=test
    #[arg(short = 'l', long, value_name = "LABELS", conflicts_with = "names")]
    pub selector: Option<String>,
    /// The workflows of all namespaces
    #[arg(short = 'A', long, conflicts_with = "names")]
    pub all_namespaces: bool,
}

/// Which workflow-controller is meant.
#[derive(Clone, Debug, Default, Args)]
pub struct ControllerArguments {
    /// The workflow-controller's namespace [default: it is looked for]
    #[arg(long, value_name = "NAME")]
    pub controller_namespace: Option<String>,
    /// The workflow-controller's ConfigMap [default: what its Deployment says]
    #[arg(long, value_name = "NAME")]
    pub configmap: Option<String>,
}

/// Reads kubectl's `--request-timeout`: `0`, `30`, `30s`, `1m30s`, `500ms`.
///
/// Source: k8s.io/client-go, tools/clientcmd/overrides.go (`ParseTimeout`): whole seconds or a Go duration.
pub(crate) fn parse_duration(text: &str) -> Result<Duration, String> {
    let error =
        || format!("expected seconds such as 30, or a time such as 1m30s or 500ms, found {text:?}");
    if let Ok(seconds) = text.parse::<u64>() {
        return Ok(Duration::from_secs(seconds));
    }
    let (mut total, mut rest) = (0.0_f64, text);
    while !rest.is_empty() {
        let number =
            rest.trim_start_matches(|letter: char| letter.is_ascii_digit() || letter == '.');
        let amount: f64 = rest
            .get(..rest.len() - number.len())
            .and_then(|text| text.parse().ok())
            .ok_or_else(error)?;
        let after = number.trim_start_matches(|letter: char| letter.is_ascii_alphabetic());
        total += amount
            * match number.get(..number.len() - after.len()).unwrap_or_default() {
                "ms" => 0.001,
                "s" => 1.0,
                "m" => 60.0,
                "h" => 3600.0,
                _ => return Err(error()),
            };
        rest = after;
    }
    if text.is_empty() {
        Err(error())
    } else {
        Duration::try_from_secs_f64(total).map_err(|_| error())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Whole {
        #[command(flatten)]
        connection: ConnectionArguments,
    }

    #[test]
    fn time_outs_are_read_as_kubectl_reads_them() {
        for (text, expected) in [
            ("0", 0),
            ("30", 30_000),
            ("30s", 30_000),
            ("1m30s", 90_000),
            ("500ms", 500),
            ("1.5h", 5_400_000),
        ] {
            assert_eq!(parse_duration(text), Ok(Duration::from_millis(expected)), "{text}");
        }
        for refused in ["", "s", "-1", "1d", "1 m", "m1", "1e3s"] {
            assert!(parse_duration(refused).is_err(), "{refused}");
        }
    }

    #[test]
    fn a_token_is_in_no_debug_output() {
        let arguments =
            Whole::try_parse_from(["x", "--token", "hunter2", "--as-group", "a", "--as-group=b"])
                .expect("arguments");
        assert_eq!(arguments.connection.as_group, ["a", "b"]);
        assert!(!format!("{arguments:?}").contains("hunter2"));
    }
}
