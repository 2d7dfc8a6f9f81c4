//! The rules, one file each.
//!
//! A rule is added by adding its file and its name to the list below. A file holds the rule with its check,
//! its documentation (shown by `explain`, the reference pages and editors) and its examples, which are its
//! tests.

#[cfg(test)]
mod tests;

use super::finding::{Finding, Severity};
use super::subject::Subject;
use super::suppress::Suppression;

/// Something lint looks for.
#[derive(Debug)]
pub struct Rule {
    /// Stable: `AO` and three digits. AO1xx is the controller's own verdict, AO2xx what parses and hurts
    /// later, AO9xx lint itself.
    pub code: &'static str,
    /// The same in words: `unknown-key`.
    pub name: &'static str,
    /// What its findings usually are; one that is milder or worse says so itself.
    pub severity: Severity,
    /// One line about it.
    pub summary: &'static str,
    /// Where the fact behind it is from.
    pub source: &'static str,
    pub(crate) check: fn(&Subject<'_>, &mut Findings),
}

/// What the rules have found so far.
pub(crate) type Findings = alloc::vec::Vec<Finding>;

/// A text and what its rule says to it.
#[derive(Clone, Copy, Debug)]
pub struct Example {
    /// What it shows, as a sentence.
    pub name: &'static str,
    /// One file's text.
    pub text: &'static str,
    /// Where the rule's findings stand in it, as `line:column message`, in order; the message may be cut.
    pub findings: &'static [&'static str],
}

impl PartialEq for Rule {
    fn eq(&self, other: &Self) -> bool {
        self.code == other.code
    }
}

impl Eq for Rule {}

macro_rules! rules {
    ($($module:ident)*) => {
        $(mod $module;)*

        /// Every rule, by code.
        pub static RULES: &[&Rule] = &[$(&$module::RULE),*];

        /// A rule's documentation, in Markdown under fixed headings.
        #[must_use]
        pub fn documentation(rule: &Rule) -> &'static str {
            $(if rule.code == $module::RULE.code {
                return $module::DOCUMENTATION;
            })*
            ""
        }

        /// A rule's examples: texts that it finds something in, and near misses that it is silent on.
        #[must_use]
        pub fn examples(rule: &Rule) -> &'static [Example] {
            $(if rule.code == $module::RULE.code {
                return $module::EXAMPLES;
            })*
            &[]
        }
    };
}

rules! {
    unreadable
    repeated_key
    unknown_key
    refused_value
    config_with_siblings
    order_decides
    key_case
    refused_after_upgrade
    nothing_read
    offload_off
    offload_key_misplaced
    always_offload
    two_databases
    incomplete_database
    secret_not_found
    secret_blemish
    password_in_configmap
    placeholder
    driver_options
    connection_pool
    unlimited_lifetime
    time_to_live
    cluster_name
    controller_environment
    reconnection
    unused_suppression
    suppression_without_reason
}

/// The rule with this code or name.
#[must_use]
pub fn find(code: &str) -> Option<&'static Rule> {
    RULES.iter().copied().find(|rule| rule.code.eq_ignore_ascii_case(code) || rule.name == code)
}

/// Says what is wrong with a suppression comment.
pub(super) fn suppression_rules(suppression: &Suppression, used: bool, findings: &mut Findings) {
    let lacking = suppression_without_reason::report(suppression, findings);
    if !used && !lacking {
        unused_suppression::report(suppression, findings);
    }
}
