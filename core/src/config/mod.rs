//! The controller's configuration: what it is, what the controller says to it, and what hurts later.

pub mod assist;
pub mod change;
mod database;
mod finding;
mod fixes;
mod lint;
mod managed;
mod reading;
pub mod rules;
mod secrecy;
mod sources;
mod subject;
mod suppress;
pub mod texts;
mod verdict;
mod wording;

pub use finding::{Edit, Finding, Fix, Related, Safety, Severity, Span};
pub use fixes::{Fixed, apply as apply_fixes};
pub use lint::{Options, Recognised, Report, lint};
pub use managed::is_managed_namespace;
pub use sources::{File, Kind, Workload};
pub use verdict::{Stage, Verdict, judge};
