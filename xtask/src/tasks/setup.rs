//! What the chores need on this machine, looked for before anything is built.
//! Prefers what is there; on Debian and Ubuntu as root it installs what apt
//! has; all else that is missing is told at once, each with what to run.

mod browser;
mod machine;
mod wasm;

use std::path::PathBuf;

use xtask::cluster::binaries::Binaries;
use xtask::postgres::programs;
use xtask::run::{Outcome, fail, find};
use xtask::stop;

use machine::{Machine, apt};
pub use wasm::{TARGET, Wasm};

/// How much a chore needs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// Rollbook is built: a C compiler, the standard library for the browser.
    Build,
    /// It runs on a control plane: Go too, where that is not built yet.
    Cluster,
    /// A browser is driven: Node and a Chromium too.
    Browser,
    /// All tests run: PostgreSQL's server too.
    Tests,
}

/// What a chore works with.
pub struct Tools {
    /// The compiler for the browser.
    pub wasm: Wasm,
    /// An installed Chromium; without one the driver brings its own.
    pub chromium: Option<PathBuf>,
}

/// Everything that `demo` and `test` need.
///
/// # Errors
/// When something is missing or cannot be built.
pub fn all() -> Outcome<()> {
    let tools = prepare(Level::Tests)?;
    Binaries::ensure()?;
    tools.wasm.ready()
}

/// Finds all that a chore needs.
///
/// # Errors
/// With everything that is missing and what to run.
pub fn prepare(level: Level) -> Outcome<Tools> {
    let machine = Machine::here();
    let mut missing = Missing::default();
    missing.hear(compiler(machine));
    if level >= Level::Cluster {
        missing.hear(Binaries::check());
    }
    let wasm = missing.hear(wasm::find_compiler(machine));
    let mut chromium = None;
    if level >= Level::Browser {
        let node = missing.hear(browser::node(machine)).is_some();
        chromium = missing.hear(browser::chromium(machine, node)).flatten();
    }
    if level >= Level::Tests {
        missing.hear(postgres(machine));
    }
    stop::check()?;
    match wasm {
        Some(wasm) if missing.0.is_empty() => Ok(Tools { wasm, chromium }),
        _ => fail(missing.told()),
    }
}

/// Sentences about what is missing.
#[derive(Default)]
struct Missing(Vec<String>);

impl Missing {
    fn hear<T>(&mut self, found: Outcome<T>) -> Option<T> {
        found.map_err(|failure| self.0.push(failure.0)).ok()
    }

    fn told(&self) -> String {
        let each = |text: &String| format!("\n- {}", text.trim_end().replace('\n', "\n  "));
        let lines: String = self.0.iter().map(each).collect();
        format!("something is missing on this machine.{lines}")
    }
}

/// The C compiler: cryptography of the server is partly written in C.
fn compiler(machine: Machine) -> Outcome<()> {
    let named = std::env::var_os("CC").is_some();
    if named
        || ["cc", "gcc", "clang"]
            .iter()
            .any(|name| find(name).is_some())
    {
        return Ok(());
    }
    fail(format!(
        "a C compiler is missing. {}",
        machine.way(
            "apt-get install build-essential",
            "xcode-select --install",
            "Install gcc or clang"
        )
    ))
}

/// The server of PostgreSQL, in which a record can be kept too.
fn postgres(machine: Machine) -> Outcome<()> {
    let mut why = String::new();
    if programs().is_err() && machine.installs() {
        why = browser::tried(apt(&["postgresql"], "about 1 min, once"));
    }
    match programs() {
        Ok(_) => Ok(()),
        Err(_) => fail(format!(
            "PostgreSQL's server is missing: the tests keep a record in it. {}{why}",
            machine.way(
                "apt-get install postgresql",
                "brew install postgresql@17",
                "Install PostgreSQL 14 or newer"
            )
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn all_that_is_missing_is_told_at_once() {
        let mut missing = Missing::default();
        assert_eq!(missing.hear(Ok(1)), Some(1));
        assert_eq!(missing.hear(fail::<()>("Go is missing.")), None);
        missing.hear(fail::<()>("Node is missing.\nbecause"));
        assert_eq!(
            missing.told(),
            "something is missing on this machine.\n- Go is missing.\n- Node is missing.\n  because"
        );
    }
}
