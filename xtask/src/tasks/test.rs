//! Every test: unit, property, against the real control plane, in the real
//! browser.

use std::process::Command;

use xtask::cluster::binaries::Binaries;
use xtask::run::{Outcome, root, run as run_command, step};

use super::dist::cargo;
use super::{setup, web};

/// Runs all, the quick ones first.
///
/// # Errors
/// With the first that fails.
pub fn run() -> Outcome<()> {
    Binaries::ensure()?;
    web::build()?;
    setup::node()?;
    let chromium = setup::chromium()?;
    step("unit and property tests", || {
        cargo(&["test", "--quiet", "--package", "domain"])?;
        cargo(&["test", "--quiet", "--package", "app", "--features", "ssr"])
    })?;
    step("tests of the clusters themselves", || {
        cargo(&["test", "--package", "xtask"])
    })?;
    step(
        "tests of the server, against the real control plane",
        || cargo(&["test", "--package", "server"]),
    )?;
    step("building the server for the browser tests", || {
        cargo(&[
            "build",
            "--quiet",
            "--package",
            "server",
            "--package",
            "xtask",
        ])
    })?;
    step("browser tests", || {
        let mut command = Command::new("npx");
        command
            .current_dir(root().join("end2end"))
            .args(["playwright", "test"])
            .env("ROLLBOOK_BIN", root().join("target/debug/rollbook"))
            .env("ROLLBOOK_XTASK", root().join("target/debug/xtask"));
        if let Some(path) = chromium {
            command.env("ROLLBOOK_CHROMIUM", path);
        }
        run_command(&mut command)
    })
}
