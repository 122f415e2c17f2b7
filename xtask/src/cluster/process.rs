//! The processes of a cluster, found by their program: kwokctl copies each
//! into the cluster's own folder, so that its path tells whose it is. A pid
//! that a file remembers may be somebody else's by now.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::run::{Doing, Outcome, fail, output, own_group, signal as send};

/// How long a process may take to end before it is killed.
const PATIENCE: Duration = Duration::from_secs(5);
/// Names a further process that belongs to a cluster: a pid and its program.
const RECORD: &str = "server.pid";

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
    /// Name of its program, and of its log without the ending.
    pub fn name(self) -> &'static str {
        match self {
            Self::Etcd => "etcd",
            Self::Apiserver => "kube-apiserver",
            Self::ControllerManager => "kube-controller-manager",
            Self::Scheduler => "kube-scheduler",
            Self::Kwok => "kwok-controller",
        }
    }
}

/// A running process: its pid and its command line.
struct Process {
    pid: u32,
    command: String,
}

/// All processes that one may see. Arguments are separated by NUL where there
/// is `/proc`, by spaces elsewhere (macOS).
fn all() -> Vec<Process> {
    let Ok(entries) = fs::read_dir("/proc") else {
        let ps = output(Command::new("ps").args(["-axwwo", "pid=,command="]));
        let text = ps.unwrap_or_default();
        return text.lines().filter_map(of_line).collect();
    };
    entries
        .flatten()
        .filter_map(|entry| {
            let pid = entry.file_name().to_str()?.parse().ok()?;
            let line = fs::read(entry.path().join("cmdline")).ok()?;
            Some(Process {
                pid,
                command: String::from_utf8_lossy(&line).into_owned(),
            })
        })
        .collect()
}

/// A line of `ps`.
fn of_line(line: &str) -> Option<Process> {
    let (pid, command) = line.trim_start().split_once(' ')?;
    Some(Process {
        pid: pid.parse().ok()?,
        command: command.trim_start().to_owned(),
    })
}

/// The program of a command line and its arguments. With NUL each ends with
/// it, and an empty one is an argument too; `ps` does not tell whether a space
/// was inside one, and no path of a cluster has any.
fn arguments(line: &str) -> impl Iterator<Item = &str> {
    let separator = if line.contains('\0') { '\0' } else { ' ' };
    line.strip_suffix('\0').unwrap_or(line).split(separator)
}

/// Is it the program of this path? A longer name that begins so is not.
fn is_program(command: &str, program: &Path) -> bool {
    command
        .strip_prefix(&*program.to_string_lossy())
        .is_some_and(|rest| rest.is_empty() || rest.starts_with(['\0', ' ']))
}

/// A component, if it runs.
fn find(work: &Path, component: Component) -> Option<Process> {
    let program = work.join("bin").join(component.name());
    all()
        .into_iter()
        .find(|process| is_program(&process.command, &program))
}

/// The pid of a component, if it runs.
pub fn pid(work: &Path, component: Component) -> Option<u32> {
    find(work, component).map(|process| process.pid)
}

/// Pids of all processes of a cluster.
fn pids(work: &Path) -> Vec<u32> {
    let folder = format!("{}/", work.join("bin").display());
    all()
        .into_iter()
        .filter(|process| process.command.starts_with(&folder))
        .map(|process| process.pid)
        .collect()
}

/// Sends a signal.
pub fn signal(work: &Path, component: Component, signal: &str) -> Outcome<()> {
    match pid(work, component) {
        Some(pid) if send(signal, pid) => Ok(()),
        _ => fail(format!("{} is not running", component.name())),
    }
}

/// Ends a process at once and keeps its command line for [`relaunch`]. Its
/// port is free when this returns.
pub fn kill_for_restart(work: &Path, component: Component) -> Outcome<()> {
    let name = component.name();
    let Some(process) = find(work, component) else {
        return fail(format!("{name} is not running"));
    };
    fs::write(work.join(format!("{name}.cmdline")), process.command)
        .doing("cannot keep the command line")?;
    send("KILL", process.pid);
    let gone = || pid(work, component).is_none() && has_let_go(process.pid);
    if within(gone, PATIENCE) {
        Ok(())
    } else {
        fail(format!("{name} does not die"))
    }
}

/// Has it closed its files? One that dies loses its command line first, and its
/// threads hold its port a moment longer. Where there is no `/proc`, as it seems.
fn has_let_go(pid: u32) -> bool {
    let folder = Path::new("/proc").join(pid.to_string());
    let Ok(stat) = fs::read_to_string(folder.join("stat")) else {
        return true;
    };
    let dead = stat
        .rsplit_once(") ")
        .is_some_and(|(_, rest)| rest.starts_with(['Z', 'X']));
    let threads = fs::read_dir(folder.join("task")).map_or(0, Iterator::count);
    dead && threads <= 1
}

/// Starts a process again with the command line it had.
pub fn relaunch(work: &Path, component: Component) -> Outcome<()> {
    let name = component.name();
    if pid(work, component).is_some() {
        return fail(format!("{name} is running already"));
    }
    let line = fs::read_to_string(work.join(format!("{name}.cmdline")))
        .doing(&format!("{name} was not killed before"))?;
    let mut parts = arguments(&line);
    let Some(program) = parts.next() else {
        return fail(format!("{name} has no command line"));
    };
    let log = fs::File::options()
        .create(true)
        .append(true)
        .open(work.join("logs").join(format!("{name}.log")))
        .doing("cannot open its log")?;
    let errors = log.try_clone().doing("cannot open its log")?;
    let mut command = Command::new(program);
    own_group(&mut command);
    command
        .args(parts)
        .current_dir(work)
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(errors)
        .spawn()
        .doing(&format!("cannot start {name}"))?;
    // For a moment a new process has no command line yet to be found by.
    if within(|| pid(work, component).is_some(), PATIENCE) {
        Ok(())
    } else {
        fail(format!("{name} ended at once; its log says why"))
    }
}

/// Ends all processes of a cluster: asks, and after a while does not ask.
pub fn end_all(work: &Path) {
    for pid in pids(work) {
        // A frozen process does not hear that it should end.
        send("CONT", pid);
        send("TERM", pid);
    }
    within(|| pids(work).is_empty(), PATIENCE);
    for pid in pids(work) {
        send("KILL", pid);
    }
    within(|| pids(work).is_empty(), PATIENCE);
}

/// Waits until it is so.
fn within(is_so: impl Fn() -> bool, limit: Duration) -> bool {
    let begin = Instant::now();
    while begin.elapsed() < limit {
        if is_so() {
            return true;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    false
}

/// Remembers a process that works on a cluster, so that it ends with what it
/// works on even if whoever started it is killed.
pub fn record(folder: &Path, pid: u32, program: &Path) -> Outcome<()> {
    fs::write(folder.join(RECORD), format!("{pid}\n{}", program.display()))
        .doing("cannot record a process")
}

/// Ends the process that was recorded, if that pid still is that program.
pub fn end_recorded(folder: &Path) {
    let text = fs::read_to_string(folder.join(RECORD)).unwrap_or_default();
    let Some((pid, program)) = text.split_once('\n') else {
        return;
    };
    let runs = || {
        all().into_iter().any(|process| {
            process.pid.to_string() == pid && is_program(&process.command, Path::new(program))
        })
    };
    if let (true, Ok(number)) = (runs(), pid.parse()) {
        send("TERM", number);
        if !within(|| !runs(), PATIENCE) {
            send("KILL", number);
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_program_is_told_by_its_whole_path() {
        let etcd = Path::new("/c/bin/etcd");
        assert!(is_program("/c/bin/etcd\0--name=a\0", etcd));
        assert!(is_program("/c/bin/etcd --name=a", etcd));
        assert!(is_program("/c/bin/etcd", etcd));
        assert!(!is_program("/c/bin/etcdctl\0", etcd));
        assert!(!is_program("vi\0/c/bin/etcd\0", etcd));
    }

    #[test]
    fn a_command_line_is_taken_apart_as_it_was_made() {
        let parts = |line| arguments(line).collect::<Vec<_>>();
        assert_eq!(parts("/c/etcd\0--a=b c\0\0"), ["/c/etcd", "--a=b c", ""]);
        assert_eq!(parts("/c/etcd --a=b"), ["/c/etcd", "--a=b"]);
    }

    #[test]
    fn one_that_runs_has_not_let_go() {
        assert!(!has_let_go(std::process::id()) || !Path::new("/proc").exists());
        let mut child = Command::new("sleep").arg("30").spawn().unwrap();
        send("KILL", child.id());
        // It is not waited for: what is left of it holds nothing.
        assert!(within(|| has_let_go(child.id()), PATIENCE));
        child.wait().unwrap();
    }

    #[test]
    fn lines_of_ps_are_read() {
        let process = of_line("  42 /c/bin/etcd --name=a").unwrap();
        assert_eq!(
            (process.pid, &*process.command),
            (42, "/c/bin/etcd --name=a")
        );
        assert!(of_line("PID COMMAND").is_none());
    }

    #[test]
    fn a_recorded_pid_that_is_another_program_now_is_left_alone() {
        let folder = std::env::temp_dir().join(format!("rb-record-{}", std::process::id()));
        fs::create_dir_all(&folder).unwrap();
        let mut child = Command::new("sleep").arg("30").spawn().unwrap();
        record(&folder, child.id(), Path::new("/no/rollbook")).unwrap();
        end_recorded(&folder);
        assert!(child.try_wait().unwrap().is_none(), "it is not ours");
        let named = || {
            all()
                .iter()
                .any(|p| p.pid == child.id() && !p.command.is_empty())
        };
        assert!(within(named, PATIENCE));
        record(&folder, child.id(), Path::new("sleep")).unwrap();
        end_recorded(&folder);
        assert!(!child.wait().unwrap().success());
        fs::remove_dir_all(&folder).unwrap();
    }
}
