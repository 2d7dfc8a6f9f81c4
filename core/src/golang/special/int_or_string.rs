//! `IntOrString`: keeps whichever of the two was written.
//!
//! Source: k8s.io/apimachinery v0.33.1, pkg/util/intstr/intstr.go.

use alloc::vec::Vec;

/// The value; both sides survive a repeated key, as they do in Go.
#[derive(Clone, Debug, Default)]
pub(crate) struct IntOrString {
    pub(crate) is_string: bool,
    pub(crate) integer: i64,
    pub(crate) string: Vec<u8>,
}
