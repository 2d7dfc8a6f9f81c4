//! The controller's configuration, the ConfigMap that it reads.

pub mod texts;
