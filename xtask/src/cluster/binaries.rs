//! The upstream programs, built once from the module in `end2end/cluster`.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest as _, Sha256};

use super::lock::Lock;
use crate::run::{Doing, Outcome, cache, fail, find, root, run, step};

/// Linker flags: without the version the apiserver calls itself v0.0.0.
const FLAGS: &str = "-s -w -X k8s.io/component-base/version.gitVersion=v1.37.2 \
     -X k8s.io/component-base/version.gitMajor=1 \
     -X k8s.io/component-base/version.gitMinor=37";

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

    /// Finds them, or builds them: about five minutes, once for each change of
    /// the module's `go.sum`.
    ///
    /// # Errors
    /// When Go is missing or the build fails.
    pub fn ensure() -> Outcome<Self> {
        let module = root().join("end2end/cluster");
        let sum = fs::read(module.join("go.sum")).doing("cannot read end2end/cluster/go.sum")?;
        let mut hash = Sha256::new();
        hash.update(&sum);
        hash.update(FLAGS);
        let key: String = hash
            .finalize()
            .iter()
            .take(8)
            .map(|byte| format!("{byte:02x}"))
            .collect();
        let folder = cache().join("cluster").join(key);
        if folder.join("etcd").is_file() {
            return Ok(Self { folder });
        }
        if find("go").is_none() {
            return fail(
                "Go is missing: the control plane is built with it. Install Go 1.26 or newer from your distribution or go.dev, then run this again",
            );
        }
        let _lock = Lock::take(&folder.with_extension("building"))?;
        if !folder.join("etcd").is_file() {
            step(
                "building the control plane (etcd, apiserver, controllers, kubectl, kwok): about 5 minutes, once",
                || build(&module, &folder),
            )?;
        }
        Ok(Self { folder })
    }
}

/// Builds beside the place and moves it there, so that half a build is never
/// found.
fn build(module: &Path, folder: &Path) -> Outcome<()> {
    let part = folder.with_extension("part");
    if part.exists() {
        fs::remove_dir_all(&part).doing("cannot clear an unfinished build")?;
    }
    fs::create_dir_all(&part).doing("cannot make the cache folder")?;
    let mut command = Command::new("go");
    command
        .current_dir(module)
        .env("CGO_ENABLED", "0")
        .args(["build", "-trimpath"])
        .arg(format!("-ldflags={FLAGS}"))
        .arg("-o")
        .arg(&part)
        .arg("tool");
    run(&mut command)?;
    fs::rename(part.join("server"), part.join("etcd")).doing("cannot name etcd")?;
    fs::rename(&part, folder).doing("cannot put the programs in their place")
}
