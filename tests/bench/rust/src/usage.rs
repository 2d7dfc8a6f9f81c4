//! What this process has used so far. Linux only.

use std::fs;

use anyhow::Context as _;
use rustix::time::{ClockId, clock_gettime};

/// User and system time of all threads.
pub(crate) fn cpu_seconds() -> f64 {
    let used = clock_gettime(ClockId::ProcessCPUTime);
    used.tv_sec as f64 + used.tv_nsec as f64 / 1e9
}

/// The largest resident set.
pub(crate) fn peak_rss_bytes() -> anyhow::Result<u64> {
    let path = "/proc/self/status";
    let status = fs::read_to_string(path).context(path)?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:")?.trim().strip_suffix(" kB"))
        .with_context(|| format!("{path} has no VmHWM in kB"))?;
    // Linux writes kB and means KiB.
    Ok(line.parse::<u64>().context(path)? * 1024)
}
