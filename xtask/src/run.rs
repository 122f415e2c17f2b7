//! Running other programs, with one clear sentence when it does not work.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

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

fn shown(command: &Command) -> String {
    std::iter::once(command.get_program())
        .chain(command.get_args())
        .map(|part| part.to_string_lossy())
        .collect::<Vec<_>>()
        .join(" ")
}

/// Runs a program to its end, its output shown.
///
/// # Errors
/// When it is not there or does not succeed.
pub fn run(command: &mut Command) -> Outcome<()> {
    let text = shown(command);
    let status = command.status().doing(&format!("cannot run `{text}`"))?;
    if status.success() {
        Ok(())
    } else {
        fail(format!("`{text}` ended with {status}"))
    }
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
    eprintln!("• {what}");
    let begin = Instant::now();
    let result = f()?;
    eprintln!("  done in {:.1} s", begin.elapsed().as_secs_f64());
    Ok(result)
}
