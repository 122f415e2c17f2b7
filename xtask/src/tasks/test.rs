//! Every test: unit, property, against the real control plane, in the real
//! browser.

use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, Instant};

use xtask::cluster::Cluster;
use xtask::cluster::binaries::Binaries;
use xtask::run::{Doing, Outcome, fail, root, run as run_command, step};
use xtask::stop;

use super::dist::{self, cargo};
use super::setup::{self, Level};
use super::web;

/// A stage: its name with the time it takes, and what it does.
type Stage<'a> = (&'a str, Box<dyn Fn() -> Outcome<()> + 'a>);

/// Runs all, the quick ones first.
///
/// # Errors
/// With the stages that failed.
pub fn run() -> Outcome<()> {
    let result = all();
    // A test that was ended could not end its cluster.
    Cluster::sweep();
    result
}

fn all() -> Outcome<()> {
    let tools = setup::prepare(Level::Tests)?;
    Binaries::ensure()?;
    web::build(&tools.wasm)?;
    let stages: [Stage; 5] = [
        (
            "unit and property tests (about 10 s, from cold 2 min)",
            Box::new(|| {
                cargo(&["test", "--quiet", "--package", "domain"])?;
                cargo(&["test", "--quiet", "--package", "app", "--features", "ssr"])
            }),
        ),
        (
            "building the server and its tests (about 20 s, from cold 4 min)",
            Box::new(|| cargo(&["test", "--quiet", "--no-run", "--package", "server"])),
        ),
        (
            "tests of the chores, the clusters and the binary alone (about 2 min)",
            Box::new(chores),
        ),
        (
            "tests of the server, against the real control plane (about 2 min)",
            Box::new(|| cargo(&["test", "--package", "server"])),
        ),
        (
            "browser tests (about 3 min)",
            Box::new(|| browser(tools.chromium.as_deref())),
        ),
    ];
    tell(&stages)
}

/// Runs stages. One that fails does not keep the others from running.
fn tell(stages: &[Stage]) -> Outcome<()> {
    let mut results = Vec::new();
    for (name, stage) in stages {
        stop::check()?;
        let begin = Instant::now();
        let result = step(name, stage);
        if let Err(failure) = &result {
            eprintln!("  failed: {failure}");
        }
        results.push((*name, result.is_ok(), begin.elapsed()));
    }
    stop::check()?;
    eprintln!("\n{}", summary(&results));
    if results.iter().all(|(_, good, _)| *good) {
        Ok(())
    } else {
        fail("not all tests passed")
    }
}

/// Rollbook as the server's tests were built with it.
fn binary() -> PathBuf {
    dist::folder().join("debug/rollbook")
}

fn chores() -> Outcome<()> {
    let mut command = dist::cargo_command();
    command.args(["test", "--package", "xtask"]);
    run_command(command.env("ROLLBOOK_BIN", binary()))
}

fn browser(chromium: Option<&Path>) -> Outcome<()> {
    let folder = root().join("end2end");
    let own = std::env::current_exe().doing("cannot find this program")?;
    let mut command = Command::new(folder.join("node_modules/.bin/playwright"));
    command
        .current_dir(folder)
        .args(["test", "--forbid-only"])
        .env("ROLLBOOK_BIN", binary())
        .env("ROLLBOOK_XTASK", own);
    if let Some(path) = chromium {
        command.env("ROLLBOOK_CHROMIUM", path);
    }
    run_command(&mut command)
}

/// A line for each stage, and one for all.
fn summary(results: &[(&str, bool, Duration)]) -> String {
    let mut text = String::new();
    for (name, good, time) in results {
        let short = name.split(" (").next().unwrap_or(name);
        let word = if *good { "passed" } else { "FAILED" };
        text.push_str(&format!("{word}  {:>6.1} s  {short}\n", time.as_secs_f64()));
    }
    let failed = results.iter().filter(|(_, good, _)| !good).count();
    text.push_str(&format!(
        "{} of {} stages passed, {failed} failed",
        results.len() - failed,
        results.len()
    ));
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_summary_counts_what_failed() {
        let second = Duration::from_secs(1);
        let text = summary(&[("a (long)", true, second), ("b", false, second)]);
        assert_eq!(
            text,
            "passed     1.0 s  a\nFAILED     1.0 s  b\n1 of 2 stages passed, 1 failed"
        );
    }
}
