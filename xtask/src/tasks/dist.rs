//! The one binary to ship.

use std::path::PathBuf;
use std::process::Command;

use xtask::run::{Doing, Outcome, root, step};

use super::setup::{self, Level};
use super::web;

/// Builds it with the site inside.
///
/// # Errors
/// When a build fails.
pub fn run() -> Outcome<()> {
    web::build(&setup::prepare(Level::Build)?.wasm)?;
    server()?;
    let path = folder().join("release/rollbook");
    let size = std::fs::metadata(&path)
        .doing("cannot find the binary")?
        .len();
    println!("{} ({} kB)", path.display(), size / 1000);
    Ok(())
}

/// The server's release build.
///
/// # Errors
/// When it fails.
pub fn server() -> Outcome<()> {
    step("building the server (about 3 min from cold)", || {
        cargo(&["build", "--quiet", "--release", "--package", "server"])
    })
}

/// Where cargo builds to.
pub fn folder() -> PathBuf {
    std::env::var_os("CARGO_TARGET_DIR").map_or_else(
        || root().join("target"),
        // A relative one means the repository: that is where cargo is run.
        |path| root().join(path),
    )
}

/// Cargo in the repository.
///
/// # Errors
/// When it fails.
pub fn cargo(arguments: &[&str]) -> Outcome<()> {
    run_in_root(Command::new("cargo").args(arguments))
}

fn run_in_root(command: &mut Command) -> Outcome<()> {
    xtask::run::run(command.current_dir(root()))
}
