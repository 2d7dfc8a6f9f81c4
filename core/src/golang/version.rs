//! Versions: of Argo, and of a workflow's nodes.

use alloc::format;
use alloc::string::{String, ToString};
use core::fmt;
use core::str::FromStr;

/// A version of Argo Workflows, for example 3.7 or 3.7.6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ArgoVersion {
    /// The 3 of 3.7.6.
    pub major: u16,
    /// The 7 of 3.7.6.
    pub minor: u16,
    /// The 6 of 3.7.6, where known.
    pub patch: Option<u16>,
}

impl ArgoVersion {
    /// The versions whose types are built in, oldest first.
    pub const BUILT_IN: [&'static str; 3] = ["3.6", "3.7", "4.1"];

    /// The newest version whose types this library knows.
    pub const NEWEST: Self = Self { major: 4, minor: 1, patch: None };

    /// The layout's bit in the tables: 3.6, 3.7 or 4.1, whichever is next.
    pub(crate) fn layout(self) -> u8 {
        match (self.major, self.minor) {
            (..3, _) | (3, ..=6) => 0b001,
            (3, _) => 0b010,
            (4.., _) => 0b100,
        }
    }

    /// What to tell the user when another version's types stand in for this one's.
    #[must_use]
    pub fn notice(self) -> Option<String> {
        let used = match (self.major, self.minor) {
            (..3, _) | (3, ..6) => "3.6",
            (3, 8..) => "3.7",
            (4, 2..) | (5.., _) => "4.1",
            _ => return None,
        };
        Some(format!("Argo {self} is not known here: its figures are those of Argo {used}"))
    }

    /// Whether the controller's size includes `metadata.managedFields`.
    ///
    /// Its informers strip them from 4.1 on.
    #[must_use]
    pub fn counts_managed_fields(self) -> bool {
        (self.major, self.minor) < (4, 1)
    }
}

impl Default for ArgoVersion {
    fn default() -> Self {
        Self::NEWEST
    }
}

impl fmt::Display for ArgoVersion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{}.{}", self.major, self.minor)?;
        match self.patch {
            Some(patch) => write!(out, ".{patch}"),
            None => Ok(()),
        }
    }
}

/// A text that is not a version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ParseVersionError {
    expected: &'static str,
    found: String,
}

impl fmt::Display for ParseVersionError {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "expected {}, found {:?}", self.expected, self.found)
    }
}

impl core::error::Error for ParseVersionError {}

impl FromStr for ArgoVersion {
    type Err = ParseVersionError;

    /// Reads `3.7`, `v3.7.6` and pre-releases like `v4.1.0-rc1`.
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let error = || ParseVersionError {
            expected: "a version of Argo Workflows such as 3.7 or v3.7.6",
            found: text.to_string(),
        };
        let release = text.strip_prefix('v').unwrap_or(text);
        let release = release.split(['-', '+']).next().unwrap_or_default();
        let mut numbers = release.split('.').map(|number| {
            let digits = !number.is_empty() && number.bytes().all(|byte| byte.is_ascii_digit());
            if digits { number.parse::<u16>().ok() } else { None }
        });
        let major = numbers.next().flatten().ok_or_else(error)?;
        let minor = numbers.next().flatten().ok_or_else(error)?;
        let patch = numbers.next().map(|patch| patch.ok_or_else(error)).transpose()?;
        if numbers.next().is_some() {
            return Err(error());
        }
        Ok(Self { major, minor, patch })
    }
}

/// `status.offloadNodeStatusVersion`: the 32-bit FNV-1 hash of the nodes as Go marshals them.
///
/// Source: Argo Workflows v3.7.6, persist/sqldb/offload_node_status_repo.go (`nodeStatusVersion`).
/// 32 bits: two different node maps of one workflow can share a version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct NodeVersion(pub u32);

impl fmt::Display for NodeVersion {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "fnv:{}", self.0)
    }
}

impl FromStr for NodeVersion {
    type Err = ParseVersionError;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        text.strip_prefix("fnv:")
            .filter(|digits| digits.bytes().all(|byte| byte.is_ascii_digit()))
            .and_then(|digits| digits.parse().ok())
            .map(Self)
            .ok_or_else(|| ParseVersionError {
                expected: "a version of nodes such as fnv:784127654",
                found: text.to_string(),
            })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_read_as_people_write_them() {
        let patch = |major, minor, patch| Ok(ArgoVersion { major, minor, patch });
        assert_eq!("3.7".parse(), patch(3, 7, None));
        assert_eq!("v4.1.0-rc1".parse(), patch(4, 1, Some(0)));
        for refused in ["", "3", "latest", "3.7.6.1", "3.+7", "3..7"] {
            assert!(refused.parse::<ArgoVersion>().is_err(), "{refused}");
        }
        assert_eq!("fnv:784127654".parse(), Ok(NodeVersion(784_127_654)));
        assert!("784127654".parse::<NodeVersion>().is_err());
    }

    #[test]
    fn managed_fields_count_until_4_0() {
        let counts =
            |text: &str| text.parse::<ArgoVersion>().map(ArgoVersion::counts_managed_fields);
        assert_eq!(counts("3.7.6"), Ok(true));
        assert_eq!(counts("4.0.2"), Ok(true));
        assert_eq!(counts("4.1.0"), Ok(false));
    }
}
