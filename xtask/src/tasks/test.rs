//! Every test: unit, property, against the real control plane, in the real
//! browser.

use std::fs::{self, File};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use xtask::cluster::Cluster;
use xtask::cluster::binaries::Binaries;
use xtask::run::{Doing, Failure, Outcome, fail, root, run_into as run_command, step};
use xtask::stop;

use super::dist;
use super::setup::{self, Level};
use super::web;

/// A stage: its name with the time it takes, and what it does; what it prints
/// goes into the file, where there is one.
type Stage<'a> = (
    &'a str,
    Box<dyn Fn(Option<&File>) -> Outcome<()> + Sync + 'a>,
);

/// A stage's name, whether it passed, and how long it took.
type Told<'a> = (&'a str, bool, Duration);

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
    let building: Stage = (
        "building the tests (about 5 s, from cold 4 min)",
        Box::new(build),
    );
    let mut results = told(&[building], None)?;
    if results.iter().all(|(_, good, _)| *good) {
        let chromium = tools.chromium.as_deref();
        results.extend(beside(&shown(), &kept(chromium))?);
    }
    eprintln!("\n{}", summary(&results));
    if results.iter().all(|(_, good, _)| *good) {
        Ok(())
    } else {
        fail("not all tests passed")
    }
}

fn build(log: Option<&File>) -> Outcome<()> {
    cargo(&["test", "--quiet", "--no-run", "--package", "server"], log)?;
    cargo(&["test", "--quiet", "--no-run", "--package", "xtask"], log)?;
    cargo(&["test", "--quiet", "--no-run", "--package", "domain"], log)?;
    cargo(
        &[
            "test",
            "--quiet",
            "--no-run",
            "--package",
            "app",
            "--features",
            "ssr",
        ],
        log,
    )
}

/// The row whose output is shown as it comes.
fn shown<'a>() -> [Stage<'a>; 2] {
    [
        (
            "unit and property tests (about 5 s)",
            Box::new(|log| {
                cargo(&["test", "--quiet", "--package", "domain"], log)?;
                cargo(
                    &["test", "--quiet", "--package", "app", "--features", "ssr"],
                    log,
                )
            }),
        ),
        (
            "tests of the server, against the real control plane (about 8 min)",
            Box::new(|log| cargo(&["test", "--package", "server"], log)),
        ),
    ]
}

/// The row beside it, whose output comes at the end.
fn kept(chromium: Option<&Path>) -> [Stage<'_>; 2] {
    [
        (
            "browser tests, beside the others (about 7 min)",
            Box::new(move |log| browser(chromium, log)),
        ),
        (
            "tests of the chores, the clusters and the binary alone (about 2 min)",
            Box::new(chores),
        ),
    ]
}

/// Runs two rows of stages at a time: each waits for a cluster more than it
/// computes. What the second prints comes when both have ended.
fn beside<'a>(shown: &[Stage<'a>], kept: &[Stage<'a>]) -> Outcome<Vec<Told<'a>>> {
    let path = dist::folder().join("beside.log");
    let log = File::create(&path).doing("cannot keep what tests print")?;
    let (first, second) = thread::scope(|scope| {
        let second = scope.spawn(|| told(kept, Some(&log)));
        let first = told(shown, None);
        (first, second.join())
    });
    let said = fs::read(&path).doing("cannot read what tests printed")?;
    eprintln!("\n{}", String::from_utf8_lossy(&said));
    let mut results = first?;
    results.extend(second.map_err(|_| Failure("a row of stages panicked".into()))??);
    Ok(results)
}

/// Runs stages, one after another. One that fails does not keep the others
/// from running.
fn told<'a>(stages: &[Stage<'a>], log: Option<&File>) -> Outcome<Vec<Told<'a>>> {
    let mut results = Vec::new();
    for (name, stage) in stages {
        stop::check()?;
        let begin = Instant::now();
        let result = step(name, || stage(log));
        if let Err(failure) = &result {
            eprintln!("  failed: {failure}");
        }
        results.push((*name, result.is_ok(), begin.elapsed()));
    }
    stop::check()?;
    Ok(results)
}

fn cargo(arguments: &[&str], log: Option<&File>) -> Outcome<()> {
    run_command(dist::cargo_command().args(arguments), log)
}

/// Rollbook as the server's tests were built with it.
fn binary() -> PathBuf {
    dist::folder().join("debug/rollbook")
}

fn chores(log: Option<&File>) -> Outcome<()> {
    let mut command = dist::cargo_command();
    command.args(["test", "--package", "xtask"]);
    run_command(command.env("ROLLBOOK_BIN", binary()), log)
}

fn browser(chromium: Option<&Path>, log: Option<&File>) -> Outcome<()> {
    let folder = root().join("end2end");
    let mut command = Command::new(folder.join("node_modules/.bin/playwright"));
    command
        .current_dir(folder)
        .args(["test", "--forbid-only"])
        .env("ROLLBOOK_BIN", binary())
        .env("ROLLBOOK_XTASK", dist::folder().join("debug/xtask"));
    if let Some(path) = chromium {
        command.env("ROLLBOOK_CHROMIUM", path);
    }
    run_command(&mut command, log)
}

/// A line for each stage, and one for all.
fn summary(results: &[Told]) -> String {
    let mut text = String::new();
    for (name, good, time) in results {
        let short = name.split(['(', ',']).next().unwrap_or(name).trim();
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
