use std::fmt;
use std::net::IpAddr;
use std::path::{Path, PathBuf};

use super::error::{Cause, DatabaseError};
use super::password::password;
use super::target::{Target, Tls};
use crate::output::{printable, shortened};

/// `mysql://user@host:port/database?table=…&clusterName=…&tls=…&ca=…&tlsName=…`
///
/// Holds no secret: the password comes from a file, the environment or the terminal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MySqlAddress {
    user: String,
    host: String,
    port: u16,
    database: String,
    table: String,
    cluster_name: String,
    tls: Option<Tls>,
    authority: Option<PathBuf>,
    tls_name: Option<String>,
}

/// Why a text is no such address. What may be a password is never repeated.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum UrlError {
    /// A password in the address.
    #[error(
        "a password in the address can be read by everybody on this machine: leave it out, and put it into the environment variable ARGO_OFFLOAD_DB_PASSWORD or into a file named by --db-password-file"
    )]
    Password,
    /// A part is missing.
    #[error(
        "mysql:// needs {0}: mysql://USER@HOST:PORT/DATABASE?table=argo_workflows&clusterName=default"
    )]
    Missing(&'static str),
    /// The port is none.
    #[error("the port in mysql:// must be a number from 1 to 65535")]
    Port,
    /// `%` and no two hexadecimal digits, or no UTF-8.
    #[error("{0} in mysql:// has a % that two hexadecimal digits must follow, and must be UTF-8")]
    Encoding(&'static str),
    /// A parameter that there is not.
    #[error("mysql:// has no parameter {0}; there are table, clusterName, tls, ca and tlsName")]
    UnknownParameter(String),
    /// A parameter twice.
    #[error("mysql:// has the parameter {0} twice")]
    Twice(&'static str),
    /// `tls` with another value.
    #[error("tls in mysql:// is one of true, preferred, skip-verify and false")]
    Tls,
}

impl MySqlAddress {
    /// Reads what follows `mysql:`.
    ///
    /// # Errors
    /// When it is no such address.
    pub fn parse(text: &str) -> Result<Self, UrlError> {
        let rest = text.strip_prefix("//").ok_or(UrlError::Missing("// and a user"))?;
        let (place, query) = rest.split_once('?').unwrap_or((rest, ""));
        // Before all else: whatever stands before the last @ may hold a password with a / in it.
        let (user, address) = match place.rsplit_once('@') {
            Some((user, address)) => (user, address),
            None => return Err(UrlError::Missing("a user")),
        };
        if user.contains(':') {
            return Err(UrlError::Password);
        }
        let (server, database) = address.split_once('/').unwrap_or((address, ""));
        let (host, port) = host_and_port(server)?;
        let mut parsed = Self {
            user: decoded(user, "the user")?,
            host: decoded(host, "the host")?,
            port,
            database: decoded(database, "the database")?,
            table: Target::TABLE.into(),
            cluster_name: Target::CLUSTER_NAME.into(),
            tls: None,
            authority: None,
            tls_name: None,
        };
        for (value, what) in
            [(&parsed.user, "a user"), (&parsed.host, "a host"), (&parsed.database, "a database")]
        {
            if value.is_empty() {
                return Err(UrlError::Missing(what));
            }
        }
        parsed.read_parameters(query)?;
        Ok(parsed)
    }

    fn read_parameters(&mut self, query: &str) -> Result<(), UrlError> {
        const KNOWN: [&str; 5] = ["table", "clusterName", "tls", "ca", "tlsName"];
        let mut seen = [false; KNOWN.len()];
        for parameter in query.split('&').filter(|parameter| !parameter.is_empty()) {
            let (key, value) = parameter.split_once('=').unwrap_or((parameter, ""));
            let Some(at) = KNOWN.iter().position(|known| *known == key) else {
                return Err(match key.to_ascii_lowercase().as_str() {
                    "password" | "passwd" | "pwd" | "pass" => UrlError::Password,
                    _ => UrlError::UnknownParameter(format!("{:?}", shortened(key, 40))),
                });
            };
            if std::mem::replace(&mut seen[at], true) {
                return Err(UrlError::Twice(KNOWN[at]));
            }
            let value = decoded(value, KNOWN[at])?;
            match key {
                "table" if value.is_empty() => {
                    return Err(UrlError::Missing("a name behind table="));
                }
                "table" => self.table = value,
                "clusterName" => self.cluster_name = value,
                "tls" => self.tls = Some(Tls::parse(&value).ok_or(UrlError::Tls)?),
                "ca" => self.authority = Some(value.into()),
                _ => self.tls_name = Some(value),
            }
        }
        Ok(())
    }

    /// How it is encrypted when nothing is said: verified, but to this machine itself as it comes.
    fn tls(&self) -> Tls {
        let local = self.host == "localhost"
            || self.host.parse().is_ok_and(|address: IpAddr| address.is_loopback());
        self.tls.unwrap_or(if local && self.authority.is_none() {
            Tls::Preferred
        } else {
            Tls::Verify
        })
    }

    /// The target, with the password from `file`, the environment or the terminal.
    ///
    /// # Errors
    /// When there is no password, or the file of `ca` cannot be read.
    pub fn target(
        &self,
        file: Option<&Path>,
        allow_plaintext: bool,
    ) -> Result<Target, DatabaseError> {
        let mut target = Target {
            host: self.host.clone(),
            port: self.port,
            database: self.database.clone(),
            user: self.user.clone(),
            password: password(&self.user, file)?,
            table: self.table.clone(),
            cluster_name: self.cluster_name.clone(),
            tls: self.tls(),
            authorities: Vec::new(),
            tls_name: self.tls_name.clone(),
            allow_plaintext,
        };
        if let Some(file) = &self.authority {
            target.trust(file).map_err(|error| {
                let what = format!(
                    "cannot read the authority's certificates from {}: {error}",
                    file.display()
                );
                let help = "name a file with certificates in PEM behind ca=".to_owned();
                DatabaseError::new(target.address(), Cause::Certificate(what), help)
            })?;
        }
        Ok(target)
    }
}

/// The address as it was given, short of defaults.
impl fmt::Display for MySqlAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let host = printable(&self.host);
        let host = if host.contains(':') { format!("[{host}]") } else { host.into_owned() };
        let (user, database) = (printable(&self.user), printable(&self.database));
        let (table, cluster_name) = (printable(&self.table), printable(&self.cluster_name));
        write!(
            f,
            "mysql://{user}@{host}:{}/{database}?table={table}&clusterName={cluster_name}",
            self.port
        )
    }
}

/// `host`, `host:port`, `[::1]`, `[::1]:port`
fn host_and_port(server: &str) -> Result<(&str, u16), UrlError> {
    let (host, port) = match server.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((host, "")) => (host, None),
        Some((host, rest)) => (host, Some(rest.strip_prefix(':').ok_or(UrlError::Port)?)),
        None => match server.split_once(':') {
            Some((host, port)) => (host, Some(port)),
            None => (server, None),
        },
    };
    let port = match port {
        None => Target::PORT,
        Some(port) => port.parse().ok().filter(|port| *port > 0).ok_or(UrlError::Port)?,
    };
    Ok((host, port))
}

/// Resolves `%41`.
fn decoded(text: &str, what: &'static str) -> Result<String, UrlError> {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'%' {
            bytes.push(byte);
            continue;
        }
        let mut digit = || {
            rest.next()
                .and_then(|digit| char::from(digit).to_digit(16))
                .and_then(|digit| u8::try_from(digit).ok())
                .ok_or(UrlError::Encoding(what))
        };
        let high = digit()?;
        bytes.push(high << 4 | digit()?);
    }
    String::from_utf8(bytes).map_err(|_| UrlError::Encoding(what))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parse(text: &str) -> Result<MySqlAddress, UrlError> {
        MySqlAddress::parse(text.strip_prefix("mysql:").expect("mysql:"))
    }

    #[test]
    fn an_address_has_defaults() {
        let address = parse("mysql://argo@db.example/argo-workflow").expect("address");
        assert_eq!(
            address.to_string(),
            "mysql://argo@db.example:3306/argo-workflow?table=argo_workflows&clusterName=default"
        );
        assert_eq!(address.tls(), Tls::Verify);
        let local = parse("mysql://argo@127.0.0.1:3307/argo").expect("address");
        assert_eq!((local.port, local.tls()), (3307, Tls::Preferred));
        let six =
            parse("mysql://a%40b@[::1]:1/argo?table=t&clusterName=&tls=false").expect("address");
        assert_eq!((six.user.as_str(), six.host.as_str(), six.tls()), ("a@b", "::1", Tls::Off));
        assert_eq!(six.cluster_name, "");
    }

    #[test]
    fn a_password_is_refused_and_not_repeated() {
        for text in [
            "mysql://argo:hunter2@h/d",
            "mysql://argo:hun/ter2@h/d",
            "mysql://argo:hunter2@@h/d",
            "mysql://argo@h/d?password=hunter2",
            "mysql://argo@h/d?pwd=hunter2",
        ] {
            let error = parse(text).expect_err(text);
            assert_eq!(error, UrlError::Password);
            assert!(!format!("{error} {error:?}").contains("ter2"));
        }
    }

    #[test]
    fn what_is_missing_or_wrong_is_named() {
        for (text, expected) in [
            ("mysql:argo", UrlError::Missing("// and a user")),
            ("mysql://h/d", UrlError::Missing("a user")),
            ("mysql://@h/d", UrlError::Missing("a user")),
            ("mysql://u@/d", UrlError::Missing("a host")),
            ("mysql://u@h", UrlError::Missing("a database")),
            ("mysql://u@h:0/d", UrlError::Port),
            ("mysql://u@h:x/d", UrlError::Port),
            ("mysql://u@[::1]x/d", UrlError::Port),
            ("mysql://u%4@h/d", UrlError::Encoding("the user")),
            ("mysql://u%ff@h/d", UrlError::Encoding("the user")),
            ("mysql://u@h/d?tls=on", UrlError::Tls),
            ("mysql://u@h/d?table=a&table=b", UrlError::Twice("table")),
            ("mysql://u@h/d?clustername=a", UrlError::UnknownParameter("\"clustername\"".into())),
        ] {
            assert_eq!(parse(text), Err(expected), "{text}");
        }
    }
}
