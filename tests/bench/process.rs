//! What Linux tells of processes: how long they were busy, and how much memory they take. Elsewhere, nothing.

use std::fs;

/// In how many parts of a second `/proc` counts: a part of the interface, the same on every machine.
const TICKS: f64 = 100.0;

/// Seconds of a core that a process has used.
pub(crate) fn cpu(process: u32) -> Option<f64> {
    times(&process.to_string()).map(|[user, system, ..]| user + system)
}

/// Seconds of a core that several processes have used.
pub(crate) fn cpu_of_all(processes: &[u32]) -> Option<f64> {
    processes.iter().map(|process| cpu(*process)).sum()
}

/// The same of this process.
pub(crate) fn own_cpu() -> Option<f64> {
    cpu(std::process::id())
}

/// The same of the processes that this one has started and that have ended.
pub(crate) fn childrens_cpu() -> Option<f64> {
    times("self").map(|[.., user, system]| user + system)
}

/// The same of this thread, more exactly.
pub(crate) fn threads_cpu() -> Option<f64> {
    let text = fs::read_to_string("/proc/thread-self/schedstat").ok()?;
    let nanos: f64 = text.split_whitespace().next()?.parse().ok()?;
    Some(nanos / 1e9)
}

/// A figure of a process's memory in bytes: `VmRSS` is what it takes now, `VmHWM` the most so far.
pub(crate) fn memory(process: u32, what: &str) -> Option<f64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let line = status.lines().find(|line| line.starts_with(what))?;
    let kib: f64 = line.split_whitespace().nth(1)?.parse().ok()?;
    Some(kib * 1024.0)
}

/// How many processes have wanted a core at the same time, in the mean of the last minute.
pub(crate) fn load() -> Option<f64> {
    fs::read_to_string("/proc/loadavg").ok()?.split_whitespace().next()?.parse().ok()
}

/// Seconds of all cores together: those in which they did something, and all.
pub(crate) fn machine() -> Option<(f64, f64)> {
    let stat = fs::read_to_string("/proc/stat").ok()?;
    let fields = stat.lines().next()?.split_whitespace().skip(1);
    // User, nice, system, idle, waiting for a disk, interrupts of two kinds, stolen; what follows is counted in these.
    let times: Vec<f64> = fields.take(8).filter_map(|field| field.parse().ok()).collect();
    let all: f64 = times.iter().sum();
    let idle: f64 = times.iter().skip(3).take(2).sum();
    Some(((all - idle) / TICKS, all / TICKS))
}

/// User and system time of a process, and of its children that have ended.
fn times(process: &str) -> Option<[f64; 4]> {
    let stat = fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    // The name before may have blanks and brackets in it.
    let (_, fields) = stat.rsplit_once(')')?;
    let fields: Vec<&str> = fields.split_whitespace().collect();
    let mut times = [0.0; 4];
    for (time, field) in times.iter_mut().zip(fields.get(11..15)?) {
        *time = field.parse::<f64>().ok()? / TICKS;
    }
    Some(times)
}
