//! Running other programs, with one clear sentence when it does not work.

use std::fs::File;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use crate::stop;

/// What went wrong, in a sentence for the person at the terminal.
#[derive(Debug)]
pub struct Failure(pub String);

impl std::fmt::Display for Failure {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Failure {}

/// A result with a sentence.
pub type Outcome<T> = Result<T, Failure>;

/// Makes a failure.
///
/// # Errors
/// Always.
pub fn fail<T>(words: impl Into<String>) -> Outcome<T> {
    Err(Failure(words.into()))
}

/// Adds what was being done to an error of the system.
pub trait Doing<T> {
    /// # Errors
    /// As before, with words in front.
    fn doing(self, what: &str) -> Outcome<T>;
}

impl<T, E: std::fmt::Display> Doing<T> for Result<T, E> {
    fn doing(self, what: &str) -> Outcome<T> {
        self.map_err(|error| Failure(format!("{what}: {error}")))
    }
}

/// The folder of the repository.
pub fn root() -> PathBuf {
    let own = Path::new(env!("CARGO_MANIFEST_DIR"));
    own.parent().unwrap_or(own).to_path_buf()
}

/// Where things are kept that are built once for all checkouts.
pub fn cache() -> PathBuf {
    let var = |name| std::env::var_os(name).map(PathBuf::from);
    var("ROLLBOOK_CACHE").unwrap_or_else(|| {
        var("XDG_CACHE_HOME")
            .or_else(|| var("HOME").map(|home| home.join(".cache")))
            .unwrap_or_else(std::env::temp_dir)
            .join("rollbook")
    })
}

/// Is there a program of this name?
pub fn find(program: &str) -> Option<PathBuf> {
    let path = std::env::var_os("PATH")?;
    std::env::split_paths(&path)
        .map(|folder| folder.join(program))
        .find(|file| file.is_file())
}

/// The numbers of a version, to be compared: `go1.26.8` is 1, 26, 8.
pub fn version(text: &str) -> Vec<u32> {
    text.trim()
        .split(|c: char| !c.is_ascii_digit())
        .filter_map(|part| part.parse().ok())
        .collect()
}

fn shown(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|part| part.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Runs a program to its end, its output shown. It does not hear the
/// terminal's Ctrl-C by itself: it is ended with all that it started.
///
/// # Errors
/// When it is not there, does not succeed, or this process is asked to end.
pub fn run(command: &mut Command) -> Outcome<()> {
    stop::check()?;
    let text = shown(command);
    own_group(command.stdin(Stdio::null()));
    let mut child = command.spawn().doing(&format!("cannot run `{text}`"))?;
    let status = wait(&mut child).doing(&format!("cannot wait for `{text}`"))?;
    stop::check()?;
    if status.success() {
        Ok(())
    } else {
        fail(format!("`{text}` ended with {status}"))
    }
}

/// As [`run`]; what it prints goes into the file, where there is one.
///
/// # Errors
/// As [`run`], or when the file cannot be written to.
pub fn run_into(command: &mut Command, file: Option<&File>) -> Outcome<()> {
    if let Some(file) = file {
        let clone = || file.try_clone().doing("cannot write what it prints");
        command.stdout(clone()?).stderr(clone()?);
    }
    run(command)
}

/// Ctrl-C at the terminal reaches every process of its group; what is started
/// so is ended in its turn instead, and what it starts with it.
#[cfg(unix)]
pub fn own_group(command: &mut Command) {
    std::os::unix::process::CommandExt::process_group(command, 0);
}

/// Groups are a matter of Unix.
#[cfg(not(unix))]
pub fn own_group(_: &mut Command) {}

/// Waits for a program of [`own_group`], and ends it when this process is
/// asked to end.
///
/// # Errors
/// When the system cannot tell how it ended.
pub fn wait(child: &mut Child) -> std::io::Result<ExitStatus> {
    loop {
        if let Some(status) = child.try_wait()? {
            return Ok(status);
        }
        if stop::asked() {
            return end(child, Duration::from_secs(6));
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

/// Ends a program of [`own_group`] and what it started, as Ctrl-C does; what
/// is still there after `patience` is killed.
///
/// # Errors
/// When the system cannot tell how it ended.
pub fn end(child: &mut Child, patience: Duration) -> std::io::Result<ExitStatus> {
    let group = format!("-{}", child.id());
    kill("INT", &group);
    let begin = Instant::now();
    while begin.elapsed() < patience {
        let ended = child.try_wait()?;
        if let (Some(status), false) = (ended, kill("0", &group)) {
            return Ok(status);
        }
        std::thread::sleep(Duration::from_millis(20));
    }
    kill("KILL", &group);
    child.wait()
}

/// Sends a signal by name. False when there is no such process.
pub fn signal(name: &str, pid: u32) -> bool {
    kill(name, &pid.to_string())
}

/// With `kill`: the library call would need unsafe code.
fn kill(name: &str, whom: &str) -> bool {
    Command::new("kill")
        .args([&format!("-{name}"), "--", whom])
        .stderr(Stdio::null())
        .status()
        .is_ok_and(|status| status.success())
}

/// Runs a program to its end and returns what it printed.
///
/// # Errors
/// When it is not there or does not succeed: then with what it printed.
pub fn output(command: &mut Command) -> Outcome<String> {
    let text = shown(command);
    let output = command
        .stdin(Stdio::null())
        .output()
        .doing(&format!("cannot run `{text}`"))?;
    let out = String::from_utf8_lossy(&output.stdout).into_owned();
    if output.status.success() {
        Ok(out)
    } else {
        let error = String::from_utf8_lossy(&output.stderr);
        fail(format!(
            "`{text}` ended with {}:\n{}{out}",
            output.status,
            error.trim_end()
        ))
    }
}

/// Says what begins, does it, and says how long it took.
///
/// # Errors
/// As the step.
pub fn step<T>(what: &str, f: impl FnOnce() -> Outcome<T>) -> Outcome<T> {
    stop::check()?;
    eprintln!("• {what}");
    let begin = Instant::now();
    let result = f()?;
    eprintln!("  done in {:.1} s", begin.elapsed().as_secs_f64());
    Ok(result)
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_missing_program_is_named() {
        let failure = run(&mut Command::new("no-such-program-of-rollbook")).unwrap_err();
        assert!(
            failure.0.contains("no-such-program-of-rollbook"),
            "{failure}"
        );
    }

    #[test]
    fn how_a_program_failed_is_told_in_its_own_words() {
        let failure = output(Command::new("sh").args(["-c", "echo why >&2; exit 3"])).unwrap_err();
        assert!(failure.0.contains("why"), "{failure}");
        assert!(failure.0.contains('3'), "{failure}");
    }

    /// A shell in a group of its own; returns once it has printed a line.
    fn shell(script: &str) -> (Child, String) {
        let mut command = Command::new("sh");
        own_group(command.args(["-c", script]).stdout(Stdio::piped()));
        let mut child = command.spawn().unwrap();
        let mut line = String::new();
        let out = child.stdout.take().unwrap();
        std::io::BufRead::read_line(&mut std::io::BufReader::new(out), &mut line).unwrap();
        (child, line.trim().to_owned())
    }

    #[test]
    fn a_program_that_will_not_end_is_killed() {
        let (mut child, _) = shell("trap '' INT; echo up; while :; do sleep 0.1; done");
        let begin = Instant::now();
        let status = end(&mut child, Duration::from_millis(300)).unwrap();
        assert!(!status.success());
        assert!(begin.elapsed() >= Duration::from_millis(300));
    }

    #[test]
    fn what_a_program_started_ends_with_it() {
        let (mut child, inner) = shell("sh -c 'echo $$; while :; do sleep 0.1; done'; exit");
        assert!(signal("0", inner.parse().unwrap()));
        end(&mut child, Duration::from_secs(5)).unwrap();
        assert!(!signal("0", inner.parse().unwrap()));
    }

    #[test]
    fn versions_are_compared_by_number() {
        assert_eq!(version("go1.26.8\n"), [1, 26, 8]);
        assert!(version("v20.0.0") >= version("20"));
        assert!(version("go1.9") < version("1.26.0"));
    }
}
