//! Every test: unit, property, against the real control plane, in the real
//! browser.

use std::process::Command;
use std::time::{Duration, Instant};

use xtask::cluster::binaries::Binaries;
use xtask::run::{Outcome, fail, root, run as run_command, step};
use xtask::stop;

use super::dist::{self, cargo};
use super::setup::{self, Level};
use super::web;

/// A stage: its name with the time it takes, and what it does.
type Stage<'a> = (&'a str, Box<dyn Fn() -> Outcome<()> + 'a>);

/// Runs all, the quick ones first. A stage that fails does not keep the
/// others from running.
///
/// # Errors
/// With the stages that failed.
pub fn run() -> Outcome<()> {
    let tools = setup::prepare(Level::Browser)?;
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
            "tests of the chores and the clusters (about 1 min)",
            Box::new(|| cargo(&["test", "--package", "xtask"])),
        ),
        (
            "tests of the server, against the real control plane (about 1 min, from cold 3 min)",
            Box::new(|| cargo(&["test", "--package", "server"])),
        ),
        (
            "building the server for the browser tests (about 20 s)",
            Box::new(|| {
                let packages = ["--package", "server", "--package", "xtask"];
                cargo(&[&["build", "--quiet"], &packages[..]].concat())
            }),
        ),
        (
            "browser tests (about 1 min)",
            Box::new(|| browser(tools.chromium.as_deref())),
        ),
    ];
    let mut results = Vec::new();
    for (name, stage) in &stages {
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

fn browser(chromium: Option<&std::path::Path>) -> Outcome<()> {
    let folder = root().join("end2end");
    let mut command = Command::new(folder.join("node_modules/.bin/playwright"));
    command
        .current_dir(folder)
        .arg("test")
        .env("ROLLBOOK_BIN", dist::folder().join("debug/rollbook"))
        .env("ROLLBOOK_XTASK", dist::folder().join("debug/xtask"));
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
