use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;

use super::NodeStore;
use super::dir::DirStore;
use super::error::{Shown, StoreError};

/// Which store is meant: the value of `--store`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StoreAddress {
    /// `dir:PATH`, an archive directory.
    Dir(PathBuf),
}

impl StoreAddress {
    /// Opens the store for reading.
    ///
    /// # Errors
    /// When there is no such store or it cannot be read.
    pub fn open(&self) -> Result<Box<dyn NodeStore>, StoreError> {
        match self {
            Self::Dir(path) => Ok(Box::new(DirStore::open(path)?)),
        }
    }

    /// Opens the store for writing, and makes it when it does not exist.
    ///
    /// # Errors
    /// When the store cannot be written, or another process is writing to it.
    pub fn open_for_writing(&self) -> Result<Box<dyn NodeStore>, StoreError> {
        match self {
            Self::Dir(path) => Ok(Box::new(DirStore::open_for_writing(path)?)),
        }
    }
}

impl fmt::Display for StoreAddress {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Dir(path) => write!(f, "dir:{}", path.display()),
        }
    }
}

impl FromStr for StoreAddress {
    type Err = AddressError;

    fn from_str(text: &str) -> Result<Self, AddressError> {
        match text.split_once(':') {
            Some(("dir", "")) => Err(AddressError::NoPath),
            Some(("dir", path)) => Ok(Self::Dir(PathBuf::from(path))),
            Some((scheme, _)) => Err(AddressError::UnknownScheme { scheme: scheme.to_owned() }),
            None => Err(AddressError::NoScheme),
        }
    }
}

/// Why a text is no store address. The text itself is never repeated: it may hold a password.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum AddressError {
    /// The kind of store is not known.
    #[error("unknown kind of store {}; known are: dir:PATH (an archive directory)", Shown(scheme))]
    UnknownScheme {
        /// What stands before the first colon.
        scheme: String,
    },
    /// No colon: the kind of store is missing.
    #[error(
        "the store's kind is missing; known are: dir:PATH (an archive directory), for example dir:offloaded-nodes"
    )]
    NoScheme,
    /// `dir:` and nothing behind it.
    #[error("dir: needs a path, for example dir:offloaded-nodes")]
    NoPath,
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
            "unknown kind of store \"s3\"; known are: dir:PATH (an archive directory)"
        );
    }

    #[test]
    fn missing_parts_are_named() {
        assert_eq!("offloaded-nodes".parse::<StoreAddress>(), Err(AddressError::NoScheme));
        assert_eq!("dir:".parse::<StoreAddress>(), Err(AddressError::NoPath));
        assert_eq!("".parse::<StoreAddress>(), Err(AddressError::NoScheme));
    }
}
