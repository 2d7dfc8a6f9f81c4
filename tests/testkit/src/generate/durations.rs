//! `config.TTL` and `meta.Duration`: lengths of time as Go's code takes them.

use crate::json::Value;
use crate::rng::Rng;

/// A TTL: a whole number with d, h, m or s; when `hostile`, at an edge of what Argo takes.
pub(super) fn ttl(rng: &mut Rng, hostile: bool) -> Value {
    let edges = ["", "0", "-0", "+5m", "-5d", "106752d", "2562048h", "9223372036854775807s"];
    let plain = ["30d", "12h", "90m", "45s"];
    Value::string(*rng.pick(if hostile { &edges[..] } else { &plain[..] }))
}

/// A duration; when `hostile`, at an edge of what `time.ParseDuration` takes.
pub(super) fn duration(rng: &mut Rng, hostile: bool) -> Value {
    let edges = [
        "0",
        "-0",
        ".5s",
        "1.s",
        "1µs2ns",
        "1.0000000000000000000001h",
        "-9223372036854775808ns",
        "9223372036854775807ns",
    ];
    let plain = ["10s", "1h30m", "500ms", "1.5h"];
    Value::string(*rng.pick(if hostile { &edges[..] } else { &plain[..] }))
}

/// What neither reads.
pub(super) const BAD: [&str; 8] =
    ["\"1w\"", "\"1 h\"", "\"h\"", "\"1.5d1\"", "5", "true", "{}", "\"--5m\""];
