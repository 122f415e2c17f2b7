//! The one binary to ship.

use std::path::PathBuf;
use std::process::Command;

use xtask::run::{Doing, Outcome, root, run as run_command, step};

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

/// Runs cargo in the repository.
///
/// # Errors
/// When it fails.
pub fn cargo(arguments: &[&str]) -> Outcome<()> {
    run_command(cargo_command().args(arguments))
}

/// Cargo in the repository, as if a person ran it: without what the cargo that
/// runs this says about this package. Some build scripts look at it, and their
/// crates would be built anew each time the other way is taken.
pub fn cargo_command() -> Command {
    let mut command = Command::new("cargo");
    command.current_dir(root());
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        if text.starts_with("CARGO_PKG_") || text.starts_with("CARGO_MANIFEST_") {
            command.env_remove(&name);
        }
    }
    command
}
