//! The checks, one file each.
//!
//! A check is added by adding its file and its name to the list below. A file holds what the check does, its
//! documentation (shown by `explain` and the reference pages) and its tests.

use super::check::Check;

macro_rules! checks {
    ($($module:ident)*) => {
        $(pub(super) mod $module;)*

        /// Every check, by code.
        pub(crate) static CHECKS: &[&Check] = &[$(&$module::CHECK),*];
    };
}

checks! {
    permissions
    workflow_crd
    controller
    controller_restarts
    shared_rows
    argo_server
    configuration_watch
    stale_server
    configuration_owner
    leader
    configuration
    upgrade
    database_credentials
    database_login
    database_tls
    database_version
    database_writable
    database_privileges
    database_table
    primary_key_policy
    packet_size
    connections
    lost_rows
    unreferenced_rows
    foreign_rows
    large_workflows
    failed_workflows
}

/// The check with this code or name.
pub(in crate::commands) fn find(word: &str) -> Option<&'static Check> {
    CHECKS.iter().copied().find(|check| check.code.eq_ignore_ascii_case(word) || check.name == word)
}
