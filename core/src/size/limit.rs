//! `MAX_WORKFLOW_SIZE`.
//!
//! Source: Argo Workflows v3.7.6, workflow/packer/packer.go (`getMaxWorkflowSize`) and Go, strconv.

/// The limit where none is set: 1 MiB.
pub const DEFAULT_MAX_WORKFLOW_BYTES: i64 = 1024 * 1024;

/// The limit in bytes that the controller makes of the environment variable's text.
///
/// Go's `Atoi` with its error ignored: what is no plain decimal integer is 0 and so the default; what
/// is out of range saturates. A negative limit makes every Workflow too large.
///
/// ```
/// use argo_offload_core::size::max_workflow_bytes;
///
/// assert_eq!(max_workflow_bytes("+2048"), 2048);
/// assert_eq!(max_workflow_bytes("1MB"), 1_048_576);
/// assert_eq!(max_workflow_bytes("99999999999999999999"), i64::MAX);
/// ```
#[must_use]
pub fn max_workflow_bytes(text: &str) -> i64 {
    let (negative, digits) = match text.as_bytes() {
        [b'-', digits @ ..] => (true, digits),
        [b'+', digits @ ..] => (false, digits),
        digits => (false, digits),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return DEFAULT_MAX_WORKFLOW_BYTES;
    }
    let saturated = if negative { i64::MIN } else { i64::MAX };
    match text.parse().unwrap_or(saturated) {
        0 => DEFAULT_MAX_WORKFLOW_BYTES,
        limit => limit,
    }
}
