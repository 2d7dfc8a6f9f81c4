//! What goes wrong between here and the cluster, by kind, with the next thing to do.

use std::error::Error;
use std::fmt;

use super::access::Access;
use crate::output::shortened;

/// The most characters of a text that comes from elsewhere.
const FOREIGN: usize = 300;

/// An error with its kind and the next thing to do. It never holds a secret.
#[derive(Clone, Debug)]
pub struct ClusterError {
    kind: ErrorKind,
    what: String,
    help: Option<String>,
}

/// What kind of error it is, for whoever can do something about it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum ErrorKind {
    /// There is no kubeconfig, or what it and the flags say makes no connection.
    Configuration,
    /// Nothing answers at the address: refused, no such host, no proxy.
    Unreachable,
    /// The TLS handshake failed.
    Tls,
    /// Credentials are missing or not accepted (401).
    Unauthorized,
    /// The user may not do this (403).
    Forbidden(Box<Access>),
    /// There is no such object (404).
    NotFound,
    /// The object is another by now, or is there already (409).
    Conflict,
    /// What is asked for is too long ago (410); the text continues a list all the same.
    Gone(Option<String>),
    /// No answer in time.
    Timeout,
    /// A connection ended before it was finished.
    Cut,
    /// Several things match where one is meant.
    Several,
    /// The answer is an error or no answer to the question.
    Answer,
}

impl ClusterError {
    /// An error of a kind.
    #[must_use]
    pub fn new(kind: ErrorKind, what: impl fmt::Display) -> Self {
        Self { kind, what: what.to_string(), help: None }
    }

    /// The same with the next thing to do.
    #[must_use]
    pub fn with_help(self, help: impl fmt::Display) -> Self {
        Self { help: Some(help.to_string()), ..self }
    }

    /// What kind of error it is.
    #[must_use]
    pub fn kind(&self) -> &ErrorKind {
        &self.kind
    }

    /// The next thing to do.
    #[must_use]
    pub fn help(&self) -> Option<&str> {
        self.help.as_deref()
    }

    /// Whether the user lacks a right.
    #[must_use]
    pub fn is_forbidden(&self) -> bool {
        matches!(self.kind, ErrorKind::Forbidden(_))
    }

    /// Whether there is no such object.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.kind == ErrorKind::NotFound
    }

    /// The error for a right that is lacking.
    pub(crate) fn forbidden(access: &Access, user: Option<&str>) -> Self {
        let who =
            user.map_or_else(|| "you".into(), |user| format!("{:?}", shortened(user, FOREIGN)));
        Self::new(
            ErrorKind::Forbidden(Box::new(access.clone())),
            format_args!("{who} may not {access}"),
        )
        .with_help(format_args!("ask the cluster's administrator for: {}", access.grant()))
    }

    /// The error for a request to the Kubernetes API at `server`.
    pub(crate) fn of_request(error: &kube::Error, server: &str, access: &Access) -> Self {
        match error {
            kube::Error::Api(status) => of_status(status, server, access),
            kube::Error::Auth(error) => of_credentials(error),
            error => of_transport(error, server),
        }
    }
}

impl fmt::Display for ClusterError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(&self.what)
    }
}

impl Error for ClusterError {}

/// An answer of the API that says no.
fn of_status(status: &kube::core::Status, server: &str, access: &Access) -> ClusterError {
    let message = shortened(&status.message, FOREIGN);
    match status.code {
        401 => unauthorized(server),
        // Of a change, an admission rule or a quota says so too, without speaking of the user's rights.
        403 if status.reason == "Forbidden"
            && access.is_change()
            && !status.message.contains(" cannot ") =>
        {
            ClusterError::new(
                ErrorKind::Answer,
                format_args!("cannot {access}: the cluster's rules forbid it: {message}"),
            )
        }
        403 if status.reason == "Forbidden" => {
            ClusterError::forbidden(access, user_of(&status.message))
        }
        404 if status.reason == "NotFound" && names_object(status) => {
            ClusterError::new(ErrorKind::NotFound, format_args!("there is no {}", access.object()))
        }
        404 => ClusterError::new(
            ErrorKind::NotFound,
            format_args!("{server} has no {}", access.kind_of_object()),
        )
        .with_help(match access.group {
            "argoproj.io" => {
                "is Argo Workflows installed here? kubectl get crd workflows.argoproj.io"
            }
            _ => "is this the address of a Kubernetes API? kubectl cluster-info",
        }),
        409 => ClusterError::new(
            ErrorKind::Conflict,
            format_args!("cannot {access}: somebody else has changed it meanwhile: {message}"),
        )
        .with_help("look at it, and run the command again"),
        410 => {
            let next = status.metadata.as_ref().and_then(|list| list.continue_.clone());
            let next = next.filter(|next| !next.is_empty());
            ClusterError::new(ErrorKind::Gone(next), format_args!("cannot {access}: {message}"))
                .with_help("what was read first is no longer kept: try again")
        }
        code => {
            let error = ClusterError::new(
                ErrorKind::Answer,
                format_args!("cannot {access}: {server} answers {code}: {message}"),
            );
            match code {
                400 if message.contains("HTTPS server") => {
                    error.with_help("the server speaks TLS: its address begins with https://")
                }
                429 | 500..=599 => {
                    error.with_help("the API server is busy or failing: try again later")
                }
                _ => error,
            }
        }
    }
}

/// 401.
pub(crate) fn unauthorized(server: &str) -> ClusterError {
    ClusterError::new(
        ErrorKind::Unauthorized,
        format_args!("{server} does not accept the credentials (401 Unauthorized)"),
    )
    .with_help("they may have expired: log in again, and check with: kubectl auth whoami")
}

/// Whether a 404 is about an object rather than about the kind of objects.
fn names_object(status: &kube::core::Status) -> bool {
    status.details.as_ref().is_some_and(|details| !details.name.is_empty())
}

/// The user in `… is forbidden: User "x" cannot get resource …`.
fn user_of(message: &str) -> Option<&str> {
    let (_, rest) = message.split_once("User \"")?;
    rest.split_once("\" cannot").map(|(user, _)| user)
}

/// Credentials could not be had. What a credential plugin wrote to stdout may be a token: it is never shown.
pub(crate) fn of_credentials(error: &kube::client::AuthError) -> ClusterError {
    use kube::client::AuthError;
    let plugin = "run the credential plugin of the kubeconfig's user by hand \
                  (users[].user.exec.command), and check with: kubectl auth whoami";
    let (what, help) = match error {
        AuthError::AuthExecRun { out, .. } => {
            let words = String::from_utf8_lossy(&out.stderr);
            let words = shortened(words.trim(), FOREIGN);
            let colon = if words.is_empty() { "" } else { ": " };
            (format!("the credential plugin failed ({}){colon}{words}", out.status), plugin)
        }
        AuthError::AuthExecStart(error) => {
            (format!("cannot run the credential plugin: {error}"), plugin)
        }
        AuthError::AuthExecParse(_) | AuthError::ParseTokenKey(_) => {
            ("what the credential plugin wrote is no ExecCredential".into(), plugin)
        }
        AuthError::InvalidBearerToken(_) | AuthError::InvalidBasicAuth(_) => (
            "the token or password holds characters that no HTTP header may hold".into(),
            "is there a line break at its end?",
        ),
        AuthError::ReadTokenFile(error, path) => (
            format!("cannot read the token file {}: {error}", path.display()),
            "check users[].user.tokenFile in the kubeconfig; in a pod, whether a service account's token is mounted",
        ),
        error => {
            (shortened(&format!("cannot get credentials: {error}"), FOREIGN), "kubectl auth whoami")
        }
    };
    ClusterError::new(ErrorKind::Unauthorized, what).with_help(help)
}

/// There was no answer.
pub(crate) fn of_transport(error: &(dyn Error + 'static), server: &str) -> ClusterError {
    use std::io::ErrorKind as Io;
    let mut texts: Vec<String> = Vec::new();
    let mut io = None;
    let mut next = Some(error);
    while let Some(error) = next {
        if let Some(error) = error.downcast_ref::<kube::client::AuthError>() {
            return of_credentials(error);
        }
        if let Some(error) = error.downcast_ref::<std::io::Error>() {
            io = Some(error.kind());
        }
        texts.push(error.to_string());
        next = error.source();
    }
    let innermost = shortened(texts.last().map_or("no answer", String::as_str), FOREIGN);
    let all = texts.join(": ").to_lowercase();
    let is_tls = ["certificate", "handshake", "tls", "corrupt message"]
        .iter()
        .any(|word| all.contains(word));
    let (kind, help) = match io {
        Some(Io::ConnectionRefused) => (
            ErrorKind::Unreachable,
            "nothing listens there: is the address right? kubectl cluster-info",
        ),
        _ if all.contains("dns error") || all.contains("lookup address") => {
            (ErrorKind::Unreachable, "the host's name is not known here: is a VPN needed?")
        }
        Some(Io::TimedOut) => {
            (ErrorKind::Timeout, "is a VPN or a proxy needed? kubectl cluster-info")
        }
        _ if all.contains("deadline") || all.contains("timed out") => {
            (ErrorKind::Timeout, "is a VPN or a proxy needed? kubectl cluster-info")
        }
        _ if is_tls && all.contains("unknownissuer") => (
            ErrorKind::Tls,
            "the server's certificate is from an unknown authority: give its file with \
             --certificate-authority, or certificate-authority-data in the kubeconfig",
        ),
        _ if is_tls && (all.contains("notvalidforname") || all.contains("not valid for name")) => (
            ErrorKind::Tls,
            "the server's certificate has another name: give it with --tls-server-name",
        ),
        _ if is_tls && all.contains("corrupt message") => (
            ErrorKind::Tls,
            "the server does not speak TLS: is its address http:// rather than https://?",
        ),
        _ if is_tls => (ErrorKind::Tls, "check the certificates in the kubeconfig"),
        _ => (ErrorKind::Unreachable, "try again, and check with: kubectl cluster-info"),
    };
    ClusterError::new(kind, format_args!("cannot reach {server}: {innermost}")).with_help(help)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn status(code: u16, reason: &str, message: &str) -> kube::Error {
        let status = kube::core::Status::failure(message, reason).with_code(code);
        kube::Error::Api(Box::new(status))
    }

    #[test]
    fn a_missing_right_is_named_with_what_to_ask_for() {
        let access = Access::list("argoproj.io", "workflows").in_namespace("prod");
        let message = "workflows.argoproj.io is forbidden: User \"ann\" cannot list resource \"workflows\" in …";
        let error =
            ClusterError::of_request(&status(403, "Forbidden", message), "https://k", &access);
        assert!(error.is_forbidden());
        assert_eq!(
            error.to_string(),
            "\"ann\" may not list workflows.argoproj.io in the namespace prod"
        );
        assert_eq!(
            error.help(),
            Some(
                "ask the cluster's administrator for: kubectl create role argo-offload --verb=list \
                 --resource=workflows.argoproj.io -n prod"
            )
        );
    }

    #[test]
    fn a_rule_against_an_object_is_no_missing_right() {
        let of = |access: &Access, message: &str| {
            ClusterError::of_request(&status(403, "Forbidden", message), "https://k", access)
        };
        let rule = "pods \"x\" is forbidden: violates PodSecurity \"restricted:latest\"";
        let error = of(&Access::create("", "pods"), rule);
        assert!(!error.is_forbidden() && error.to_string().contains("violates PodSecurity"));
        let right = "pods is forbidden: User \"ann\" cannot create resource \"pods\"";
        assert!(of(&Access::create("", "pods"), right).is_forbidden());
        // Whatever stands before the API may say no to a reader in words of its own.
        assert!(of(&Access::get("", "secrets"), "access denied").is_forbidden());
    }

    #[test]
    fn refused_and_tls_are_told_apart() {
        let refused = std::io::Error::from(std::io::ErrorKind::ConnectionRefused);
        let error = of_transport(&refused, "https://k");
        assert_eq!(error.kind(), &ErrorKind::Unreachable);
        let unknown = std::io::Error::other("invalid peer certificate: UnknownIssuer");
        let error = of_transport(&unknown, "https://k");
        assert_eq!(error.kind(), &ErrorKind::Tls);
        assert!(
            error.help().is_some_and(|help| help.contains("--certificate-authority")),
            "{error:?}"
        );
    }

    #[cfg(unix)]
    #[test]
    fn what_a_credential_plugin_wrote_is_not_shown() {
        use std::os::unix::process::ExitStatusExt;
        let out = std::process::Output {
            status: std::process::ExitStatus::from_raw(256),
            stdout: b"{\"token\":\"hunter2\"}".to_vec(),
            stderr: b"session expired\n".to_vec(),
        };
        let cmd = "env SECRET=hunter2 plugin".to_owned();
        let error =
            of_credentials(&kube::client::AuthError::AuthExecRun { cmd, out: Box::new(out) });
        assert_eq!(
            error.to_string(),
            "the credential plugin failed (exit status: 1): session expired"
        );
        assert!(!format!("{error:?}").contains("hunter2"));
    }
}
