//! The processes of a cluster, by the pid files that kwokctl keeps. Only those
//! are ever touched, and only while their command line is still theirs.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::run::{Doing, Outcome, fail};

/// A process of the control plane.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Component {
    /// The database.
    Etcd,
    /// The apiserver.
    Apiserver,
    /// The controllers.
    ControllerManager,
    /// The scheduler.
    Scheduler,
    /// What plays the nodes.
    Kwok,
}

impl Component {
    /// All, in the order they end: what depends on others first.
    const ALL: [Self; 5] = [
        Self::Kwok,
        Self::Scheduler,
        Self::ControllerManager,
        Self::Apiserver,
        Self::Etcd,
    ];

    fn name(self) -> &'static str {
        match self {
            Self::Etcd => "etcd",
            Self::Apiserver => "kube-apiserver",
            Self::ControllerManager => "kube-controller-manager",
            Self::Scheduler => "kube-scheduler",
            Self::Kwok => "kwok-controller",
        }
    }
}

/// The pid of a component, if its process still is one of this cluster.
fn pid(work: &Path, component: Component) -> Option<u32> {
    let file = work.join("pids").join(format!("{}.pid", component.name()));
    let pid: u32 = fs::read_to_string(file).ok()?.trim().parse().ok()?;
    let command = fs::read(format!("/proc/{pid}/cmdline")).ok();
    match command {
        // The command line names files of this very cluster.
        Some(line) => String::from_utf8_lossy(&line)
            .contains(&*work.to_string_lossy())
            .then_some(pid),
        // No /proc here (macOS): ask whether it is there at all.
        None if !Path::new("/proc/self").exists() => kill("0", pid).then_some(pid),
        None => None,
    }
}

/// `kill -SIGNAL PID`; the library call would need unsafe code.
fn kill(signal: &str, pid: u32) -> bool {
    Command::new("kill")
        .arg(format!("-{signal}"))
        .arg(pid.to_string())
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Sends a signal.
pub fn signal(work: &Path, component: Component, signal: &str) -> Outcome<()> {
    match pid(work, component) {
        Some(pid) if kill(signal, pid) => Ok(()),
        _ => fail(format!("{} is not running", component.name())),
    }
}

/// Ends a process at once and keeps its command line for [`relaunch`].
pub fn kill_for_restart(work: &Path, component: Component) -> Outcome<()> {
    let Some(pid) = pid(work, component) else {
        return fail(format!("{} is not running", component.name()));
    };
    let line = fs::read(format!("/proc/{pid}/cmdline"))
        .doing("a process can only be killed and restarted where there is /proc")?;
    fs::write(work.join(format!("{}.cmdline", component.name())), line)
        .doing("cannot keep the command line")?;
    kill("KILL", pid);
    Ok(())
}

/// Starts a process again with the command line it had.
pub fn relaunch(work: &Path, component: Component) -> Outcome<()> {
    let name = component.name();
    let line = fs::read(work.join(format!("{name}.cmdline")))
        .doing(&format!("{name} was not killed before"))?;
    let text = String::from_utf8_lossy(&line);
    let mut parts = text.split('\0').filter(|part| !part.is_empty());
    let Some(program) = parts.next() else {
        return fail(format!("{name} has no command line"));
    };
    let log = fs::File::options()
        .create(true)
        .append(true)
        .open(work.join("logs").join(format!("{name}.log")))
        .doing("cannot open its log")?;
    let errors = log.try_clone().doing("cannot open its log")?;
    let child = Command::new(program)
        .args(parts)
        .current_dir(work)
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(errors)
        .spawn()
        .doing(&format!("cannot start {name}"))?;
    fs::write(
        work.join("pids").join(format!("{name}.pid")),
        child.id().to_string(),
    )
    .doing("cannot write its pid")
}

/// Ends all processes of a cluster: asks, and after five seconds does not ask.
pub fn end_all(work: &Path) {
    let alive = || -> Vec<u32> {
        Component::ALL
            .into_iter()
            .filter_map(|component| pid(work, component))
            .collect()
    };
    for pid in alive() {
        // A frozen process does not hear that it should end.
        kill("CONT", pid);
        kill("TERM", pid);
    }
    let begin = Instant::now();
    while !alive().is_empty() && begin.elapsed() < Duration::from_secs(5) {
        std::thread::sleep(Duration::from_millis(50));
    }
    for pid in alive() {
        kill("KILL", pid);
    }
}
