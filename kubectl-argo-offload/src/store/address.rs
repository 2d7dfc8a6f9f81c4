use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use super::NodeStore;
use super::dir::DirStore;
use super::error::{Shown, StoreError};
use super::mysql::{Limits, MySqlAddress, MySqlStore, UrlError};

/// Which store is meant: the value of `--store`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreAddress {
    /// `dir:PATH`, an archive directory.
    Dir(PathBuf),
    /// `mysql://USER@HOST/DATABASE`, Argo's table in a database.
    MySql(Box<MySqlAddress>),
}

/// What a store is opened with beside its address.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Access {
    /// The file that holds the database's password.
    pub password_file: Option<PathBuf>,
    /// Whether credentials may go unencrypted over a network.
    pub allow_plaintext: bool,
}

impl StoreAddress {
    /// Opens the store for reading.
    ///
    /// # Errors
    /// When there is no such store or it cannot be read.
    pub fn open(&self, access: &Access) -> Result<Box<dyn NodeStore>, StoreError> {
        match self {
            Self::Dir(path) => Ok(Box::new(DirStore::open(path)?)),
            Self::MySql(address) => {
                let target =
                    address.target(access.password_file.as_deref(), access.allow_plaintext)?;
                Ok(Box::new(MySqlStore::open(target, Limits::default())?))
            }
        }
    }

    /// Opens the store for writing, and makes it when it does not exist.
    ///
    /// # Errors
    /// When the store cannot be written, or another process is writing to it.
    pub fn open_for_writing(&self) -> Result<Box<dyn NodeStore>, StoreError> {
        match self {
            Self::Dir(path) => Ok(Box::new(DirStore::open_for_writing(path)?)),
            // The controller alone writes there: a row that it does not know of is deleted by it.
            Self::MySql(_) => Err(StoreError::ReadOnlyKind { store: self.to_string() }),
        }
    }
}

impl fmt::Display for StoreAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dir(path) => write!(f, "dir:{}", path.display()),
            Self::MySql(address) => address.fmt(f),
        }
    }
}

impl FromStr for StoreAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        match text.split_once(':') {
            Some(("dir", "")) => Err(AddressError::NoPath),
            Some(("dir", path)) => Ok(Self::Dir(PathBuf::from(path))),
            Some(("mysql", address)) => Ok(Self::MySql(Box::new(MySqlAddress::parse(address)?))),
            Some((scheme, _)) => Err(AddressError::UnknownScheme { scheme: scheme.to_owned() }),
            None => Err(AddressError::NoScheme),
        }
    }
}

/// Why a text is no store address. The text itself is never repeated: it may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// The kind of store is not known.
    #[error(
        "unknown kind of store {}; known are: dir:PATH (an archive directory), mysql://USER@HOST/DATABASE",
        Shown(scheme)
    )]
    UnknownScheme {
        /// What stands before the first colon.
        scheme: String,
    },
    /// No colon: the kind of store is missing.
    #[error(
        "the store's kind is missing; known are: dir:PATH (an archive directory), for example dir:offloaded-nodes, and mysql://USER@HOST/DATABASE"
    )]
    NoScheme,
    /// `dir:` and nothing behind it.
    #[error("dir: needs a path, for example dir:offloaded-nodes")]
    NoPath,
    /// No address of a database.
    #[error(transparent)]
    MySql(#[from] UrlError),
}

#[cfg(test)]
mod tests {
    use super::{AddressError, StoreAddress};

    #[test]
    fn dir_address_takes_everything_after_the_first_colon() {
        for path in ["offloaded-nodes", "/a b/c:d", "C:\\archive", "../x", "日本"] {
            let text = format!("dir:{path}");
            let address: StoreAddress = text.parse().unwrap();
            assert_eq!(address, StoreAddress::Dir(path.into()));
            assert_eq!(address.to_string(), text);
        }
    }

    #[test]
    fn unknown_kind_lists_the_known_ones_and_repeats_no_password() {
        let error = "s3://key:hunter2@bucket".parse::<StoreAddress>().unwrap_err();
        assert_eq!(
            error.to_string(),
            "unknown kind of store \"s3\"; known are: dir:PATH (an archive directory), mysql://USER@HOST/DATABASE"
        );
    }

    #[test]
    fn missing_parts_are_named() {
        assert_eq!("offloaded-nodes".parse::<StoreAddress>(), Err(AddressError::NoScheme));
        assert_eq!("dir:".parse::<StoreAddress>(), Err(AddressError::NoPath));
        assert_eq!("".parse::<StoreAddress>(), Err(AddressError::NoScheme));
    }
}
