use std::fmt;
use std::path::PathBuf;

use secrecy::SecretString;

use crate::output::printable;

/// What to connect to, and as whom.
#[derive(Clone)]
pub struct Target {
    /// A name or an address, without brackets.
    pub host: String,
    /// The port; MySQL's is 3306.
    pub port: u16,
    /// The database.
    pub database: String,
    /// The user, as it is: a line break at its end is sent, too.
    pub user: String,
    /// The password, as it is.
    pub password: SecretString,
    /// Argo's table, perhaps with a database before it: `argo_workflows`.
    pub table: String,
    /// `persistence.clusterName` of the controller whose rows are meant: `default` where none is set.
    pub cluster_name: String,
    /// How the connection is encrypted.
    pub tls: Tls,
    /// Certificates that are trusted, PEM, beside those of the public authorities.
    pub authorities: Vec<Vec<u8>>,
    /// The name that the server's certificate must have, where it is not `host`.
    pub tls_name: Option<String>,
    /// Whether credentials may go unencrypted to an address that is not this machine's own.
    pub allow_plaintext: bool,
}

/// How a connection is encrypted; the names are those of go-sql-driver's option `tls`, which Argo uses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tls {
    /// `false`: not at all.
    Off,
    /// `preferred`: if the server can; whose certificate it is, is not looked at.
    Preferred,
    /// `skip-verify`: always; whose certificate it is, is not looked at.
    SkipVerify,
    /// `true`: always, and the certificate must be the server's.
    Verify,
}

impl Tls {
    /// Reads the option as the driver does.
    ///
    /// Source: go-sql-driver/mysql v1.9.2, dsn.go (`parseDSNParams`, `readBool`).
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "1" | "true" | "TRUE" | "True" => Some(Self::Verify),
            "0" | "false" | "FALSE" | "False" => Some(Self::Off),
            _ if text.eq_ignore_ascii_case("skip-verify") => Some(Self::SkipVerify),
            _ if text.eq_ignore_ascii_case("preferred") => Some(Self::Preferred),
            _ => None,
        }
    }
}

impl fmt::Display for Tls {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Off => "false",
            Self::Preferred => "preferred",
            Self::SkipVerify => "skip-verify",
            Self::Verify => "true",
        })
    }
}

impl Target {
    /// The default of [`table`](Self::table).
    pub const TABLE: &str = "argo_workflows";
    /// The default of [`cluster_name`](Self::cluster_name).
    pub const CLUSTER_NAME: &str = "default";
    /// The default of [`port`](Self::port).
    pub const PORT: u16 = 3306;

    /// Reads an authority's certificates for [`authorities`](Self::authorities) from a file.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn trust(&mut self, file: &PathBuf) -> std::io::Result<()> {
        self.authorities.push(std::fs::read(file)?);
        Ok(())
    }

    /// `host:port`, IPv6 in brackets.
    pub(super) fn address(&self) -> String {
        let host = printable(&self.host);
        if host.contains(':') {
            format!("[{host}]:{}", self.port)
        } else {
            format!("{host}:{}", self.port)
        }
    }
}

/// As a person types it, without the password.
impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "mysql://{}@{}/{}?table={}&clusterName={}",
            printable(&self.user),
            self.address(),
            printable(&self.database),
            printable(&self.table),
            printable(&self.cluster_name)
        )
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}&tls={}", self.tls)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_target_shows_no_password_and_moves_no_cursor() {
        let target = Target {
            host: "::1".into(),
            port: 3306,
            database: "argo".into(),
            user: "argo\n".into(),
            password: "hunter2".to_owned().into(),
            table: "t".into(),
            cluster_name: "default".into(),
            tls: Tls::Verify,
            authorities: Vec::new(),
            tls_name: None,
            allow_plaintext: false,
        };
        let shown = "mysql://argo\\n@[::1]:3306/argo?table=t&clusterName=default";
        assert_eq!(target.to_string(), shown);
        assert_eq!(format!("{target:?}"), format!("{shown}&tls=true"));
        assert!(!format!("{target:#?}").contains("hunter2"));
    }

    #[test]
    fn tls_is_read_as_the_driver_reads_it() {
        for (text, tls) in [
            ("true", Some(Tls::Verify)),
            ("1", Some(Tls::Verify)),
            ("false", Some(Tls::Off)),
            ("Skip-Verify", Some(Tls::SkipVerify)),
            ("preferred", Some(Tls::Preferred)),
            ("yes", None),
            ("", None),
        ] {
            assert_eq!(Tls::parse(text), tls, "{text}");
        }
    }
}
