//! The upstream programs, built once from the module in `end2end/cluster`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use super::go;
use super::lock::Lock;
use crate::digest::digest;
use crate::run::{Doing, Outcome, cache, root, run, step};

/// The module: its versions are the only place where they stand.
const MODULE: &str = include_str!("../../../end2end/cluster/go.mod");

/// The word after this in the module.
fn of_module(start: &str) -> &'static str {
    MODULE
        .lines()
        .find_map(|line| line.trim().strip_prefix(start))
        .and_then(|rest| rest.split_whitespace().next())
        .unwrap_or_default()
}

/// The version of Kubernetes, without `v`.
pub fn version() -> &'static str {
    of_module("k8s.io/kubernetes v")
}

/// Linker flags: without the version the apiserver calls itself v0.0.0.
fn flags() -> String {
    let of = "-X k8s.io/component-base/version";
    let version = version();
    let mut parts = version.split('.');
    let mut part = || parts.next().unwrap_or_default();
    let (major, minor) = (part(), part());
    format!("-s -w {of}.gitVersion=v{version} {of}.gitMajor={major} {of}.gitMinor={minor}")
}

/// Where the module lies.
fn module() -> PathBuf {
    root().join("end2end/cluster")
}

/// A folder with all programs.
#[derive(Clone, Debug)]
pub struct Binaries {
    folder: PathBuf,
}

impl Binaries {
    /// The path of a program.
    pub fn path(&self, program: &str) -> PathBuf {
        self.folder.join(program)
    }

    /// Where they are or will be: a change of the module's `go.sum` makes new
    /// ones.
    fn place() -> Outcome<Self> {
        let sum = fs::read(module().join("go.sum")).doing("cannot read end2end/cluster/go.sum")?;
        let key = digest(&[&sum, flags().as_bytes()]);
        Ok(Self {
            folder: cache().join("cluster").join(key),
        })
    }

    fn built(&self) -> bool {
        self.path("etcd").is_file()
    }

    /// Are they there, or can they be built?
    ///
    /// # Errors
    /// When neither, with what to run.
    pub fn check() -> Outcome<()> {
        if Self::place()?.built() {
            return Ok(());
        }
        go::check(&module(), of_module("go "))
    }

    /// Finds them, or builds them: five to ten minutes, once.
    ///
    /// # Errors
    /// When Go is missing or the build fails.
    pub fn ensure() -> Outcome<Self> {
        let programs = Self::place()?;
        if programs.built() {
            return Ok(programs);
        }
        Self::check()?;
        let lock = programs.folder.with_extension("building");
        let _lock = Lock::take(&lock, "has built the control plane (5 to 10 minutes)")?;
        if !programs.built() {
            step(
                "building the control plane (etcd, apiserver, controllers, kubectl, kwok): 5 to 10 minutes, once",
                || build(&programs.folder),
            )?;
        }
        Ok(programs)
    }
}

/// Builds beside the place and moves it there, so that half a build is never
/// found.
fn build(folder: &Path) -> Outcome<()> {
    let part = folder.with_extension("part");
    if part.exists() {
        fs::remove_dir_all(&part).doing("cannot clear an unfinished build")?;
    }
    fs::create_dir_all(&part).doing("cannot make the cache folder")?;
    let mut command = Command::new("go");
    command
        .current_dir(module())
        .env("CGO_ENABLED", "0")
        .args(["build", "-trimpath"])
        .arg(format!("-ldflags={}", flags()))
        .arg("-o")
        .arg(&part)
        .arg("tool");
    run(&mut command)?;
    fs::rename(part.join("server"), part.join("etcd")).doing("cannot name etcd")?;
    fs::rename(&part, folder).doing("cannot put the programs in their place")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_are_those_of_the_module() {
        let numbers = |text: &str| text.split('.').all(|part| part.parse::<u32>().is_ok());
        assert!(numbers(version()), "{}", version());
        assert!(numbers(of_module("go ")));
        let flags = flags();
        assert!(flags.contains(&format!("gitVersion=v{} ", version())));
        assert!(flags.contains("gitMajor=1 "), "{flags}");
    }
}
