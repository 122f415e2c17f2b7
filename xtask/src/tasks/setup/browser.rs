//! What drives a page: Node with the packages of `end2end`, and a Chromium.

use std::path::{Path, PathBuf};
use std::process::Command;

use xtask::run::{Failure, Outcome, fail, find, output, root, run, step, version};
use xtask::stop;

use super::machine::{Machine, System, apt};

/// Oldest Node that the packages take.
const NODE: &str = "20";

/// Names that a Chromium goes by: in `PATH`, and as applications of macOS.
const CHROMIUM: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];
const APPLICATIONS: [&str; 2] = [
    "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
    "/Applications/Chromium.app/Contents/MacOS/Chromium",
];

/// Node and the packages of `end2end`.
///
/// # Errors
/// When Node is missing or too old, or its packages cannot be installed.
pub fn node(machine: Machine) -> Outcome<()> {
    let there = || find("node").is_some() && find("npm").is_some();
    let mut why = String::new();
    if !there() && machine.installs() {
        why = tried(apt(&["nodejs", "npm"], "about 1 min, once"));
    }
    if !there() {
        return fail(format!(
            "Node or npm is missing: the browser is driven with them. {}{why}",
            machine.way(
                "apt-get install nodejs npm",
                "brew install node",
                "Get Node 22 from https://nodejs.org/en/download"
            )
        ));
    }
    let found = output(Command::new("node").arg("--version"))?;
    if version(&found) < version(NODE) {
        // Many distributions have an older one; `n` puts another before it.
        return fail(format!(
            "Node {} is too old: {NODE} or newer is needed. {}",
            found.trim(),
            machine.way(
                "npx --yes n 22",
                "brew upgrade node",
                "Get Node 22 from https://nodejs.org/en/download"
            )
        ));
    }
    packages()
}

/// What was tried in vain, for the end of a sentence.
pub fn tried(outcome: Outcome<()>) -> String {
    outcome.map_or_else(|failure| format!("\n{failure}"), |()| String::new())
}

fn packages() -> Outcome<()> {
    let folder = root().join("end2end");
    let installed = folder.join("node_modules/.package-lock.json");
    let fresh = |path: &Path| std::fs::metadata(path).and_then(|m| m.modified()).ok();
    if fresh(&installed) >= fresh(&folder.join("package-lock.json")) && installed.exists() {
        return Ok(());
    }
    step(
        "installing the packages of the browser tests (about 10 s)",
        || {
            let mut npm = Command::new("npm");
            npm.current_dir(&folder)
                .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
                .args(["ci", "--no-audit", "--no-fund"]);
            output(&mut npm).map(|_| ())
        },
    )
}

/// A Chromium: an installed one, else the distribution's, else Playwright's
/// own (`None`), for which its packages must be there.
///
/// # Errors
/// When none is there and none can be installed.
pub fn chromium(machine: Machine, packages: bool) -> Outcome<Option<PathBuf>> {
    if let Some(path) = std::env::var_os("ROLLBOOK_CHROMIUM").map(PathBuf::from) {
        return if path.is_file() {
            Ok(Some(path))
        } else {
            fail(format!(
                "ROLLBOOK_CHROMIUM names {}, which is no file",
                path.display()
            ))
        };
    }
    if let Some(path) = installed() {
        return Ok(Some(path));
    }
    let mut why = String::new();
    if machine.installs() && machine.system == System::Debian {
        why = tried(apt(&["chromium"], "about 30 s, once"));
        if let Some(path) = installed() {
            return Ok(Some(path));
        }
    }
    stop::check()?;
    if packages {
        match playwright(machine) {
            Ok(()) => return Ok(None),
            Err(Failure(words)) => why.push_str(&format!("\n{words}")),
        }
    }
    fail(format!(
        "no Chromium was found. {}, or name one in ROLLBOOK_CHROMIUM{why}",
        machine.way(
            if machine.system == System::Ubuntu {
                "snap install chromium"
            } else {
                "apt-get install chromium"
            },
            "brew install --cask google-chrome",
            "Install Chromium or Google Chrome"
        )
    ))
}

fn installed() -> Option<PathBuf> {
    let application = || {
        APPLICATIONS
            .map(PathBuf::from)
            .into_iter()
            .find(|p| p.is_file())
    };
    CHROMIUM
        .iter()
        .find_map(|name| find(name))
        .or_else(application)
}

/// Playwright's own, with the libraries it needs where they may be installed.
fn playwright(machine: Machine) -> Outcome<()> {
    step("fetching Playwright's Chromium (about 1 min, once)", || {
        let mut npx = Command::new("npx");
        npx.current_dir(root().join("end2end"))
            .args(["playwright", "install", "chromium"]);
        if machine.installs() {
            npx.arg("--with-deps");
        }
        run(&mut npx)
    })
}
