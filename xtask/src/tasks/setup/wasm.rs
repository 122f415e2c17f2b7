//! A compiler for the browser: cargo's own with the standard library for it,
//! or Debian's with one built from Debian's source.

use std::path::{Path, PathBuf};
use std::process::Command;

use xtask::run::{Doing, Outcome, cache, fail, find, output, step};

use super::machine::{Machine, System, apt};

/// What the browser's part is built for.
pub const TARGET: &str = "wasm32-unknown-unknown";
/// Debian's compiler and all it needs.
const PACKAGES: [&str; 4] = ["rustc-web", "rust-web-src", "rust-web-llvm", "lld-22"];
/// Where Debian's packages keep the source of the standard library.
const SOURCES: [&str; 2] = ["/usr/lib/rustlib/src", "/usr/src/rustc-web"];
/// Debian's compiler.
const RUSTC: &str = "/usr/bin/rustc";

/// A compiler that can build for the browser.
pub struct Wasm {
    /// Another `rustc` than cargo's own, if any.
    pub rustc: Option<PathBuf>,
    /// A folder with the standard library for the browser, if it is not
    /// rustc's own.
    pub sysroot: Option<PathBuf>,
}

impl Wasm {
    const OWN: Self = Self {
        rustc: None,
        sysroot: None,
    };

    /// Debian's, with the library in the cache.
    fn debian() -> Outcome<Self> {
        let rustc = PathBuf::from(RUSTC);
        Ok(Self {
            sysroot: Some(cache().join("wasm-std").join(version_key(&rustc)?)),
            rustc: Some(rustc),
        })
    }

    /// Builds the standard library where it is not there yet.
    ///
    /// # Errors
    /// When it cannot be built.
    pub fn ready(&self) -> Outcome<()> {
        match (&self.rustc, &self.sysroot) {
            (Some(rustc), Some(sysroot)) if !has_std(sysroot) => step(
                "building the standard library for the browser (about 40 s, once)",
                || build_std(rustc, sysroot),
            ),
            _ => Ok(()),
        }
    }
}

/// Finds one: what is there before anything is fetched.
///
/// # Errors
/// When there is none and none can be installed.
pub fn find_compiler(machine: Machine) -> Outcome<Wasm> {
    if has_std(&sysroot_of("rustc")?) {
        return Ok(Wasm::OWN);
    }
    if debian_compiler() {
        let wasm = Wasm::debian()?;
        if wasm.sysroot.as_deref().is_some_and(has_std) {
            return Ok(wasm);
        }
    }
    let rustup = find("rustup").is_some();
    let mut words = Vec::new();
    if rustup {
        match add_target() {
            Ok(()) => return Ok(Wasm::OWN),
            Err(failure) => words.push(failure.0),
        }
    }
    let debian = machine.system == System::Debian;
    if debian && machine.installs() && !debian_compiler() {
        let installed = apt(&PACKAGES, "about 30 s, once");
        words.extend(installed.err().map(|failure| failure.0));
    }
    if debian_compiler() {
        return Wasm::debian();
    }
    let (why, way) = if !rustup {
        let way = "Get rustup from https://rustup.rs and run this again";
        ("there is no rustup to add it", way.to_owned())
    } else if debian {
        let packages = format!("apt-get install {}", PACKAGES.join(" "));
        ("rustup cannot add it", machine.way(&packages, "", ""))
    } else {
        let way = "Run this again where it reaches its server";
        ("rustup cannot add it", way.to_owned())
    };
    words.insert(
        0,
        format!("the standard library for the browser is missing, and {why}. {way}"),
    );
    fail(words.join("\n"))
}

/// Adds it to cargo's own compiler.
fn add_target() -> Outcome<()> {
    step(
        "adding the standard library for the browser (about 10 s, once)",
        || {
            output(Command::new("rustup").args(["target", "add", TARGET]))?;
            if has_std(&sysroot_of("rustc")?) {
                Ok(())
            } else {
                fail("rustup added it to another compiler than cargo's")
            }
        },
    )
}

/// Is all of Debian's here that the library is built from?
fn debian_compiler() -> bool {
    let linker = find("rust-lld").is_some() || find("lld-22").is_some();
    let source = SOURCES.iter().any(|folder| Path::new(folder).exists());
    Path::new(RUSTC).exists() && linker && source
}

fn sysroot_of(rustc: &str) -> Outcome<PathBuf> {
    let text = output(Command::new(rustc).args(["--print", "sysroot"]))?;
    Ok(PathBuf::from(text.trim()))
}

fn has_std(sysroot: &Path) -> bool {
    let folder = sysroot.join("lib/rustlib").join(TARGET).join("lib");
    std::fs::read_dir(folder).is_ok_and(|mut entries| {
        entries.any(|entry| {
            entry.is_ok_and(|e| e.file_name().to_string_lossy().starts_with("libcore-"))
        })
    })
}

fn version_key(rustc: &Path) -> Outcome<String> {
    let text = output(Command::new(rustc).arg("--version"))?;
    Ok(text
        .trim()
        .chars()
        .map(|c| {
            if c.is_ascii_alphanumeric() || c == '.' {
                c
            } else {
                '-'
            }
        })
        .collect())
}

/// Builds `std` from the distribution's source in an empty crate, and puts the
/// libraries beside links to the compiler's own, so that nothing outside the
/// cache is written.
fn build_std(rustc: &Path, sysroot: &Path) -> Outcome<()> {
    let work = sysroot.with_extension("build");
    std::fs::create_dir_all(work.join("src")).doing("cannot make a folder for the build")?;
    std::fs::write(
        work.join("Cargo.toml"),
        "[package]\nname = \"empty\"\nversion = \"0.0.0\"\nedition = \"2021\"\n[workspace]\n",
    )
    .doing("cannot write the empty crate")?;
    std::fs::write(work.join("src/lib.rs"), "#![no_std]\n")
        .doing("cannot write the empty crate")?;
    output(
        Command::new("cargo")
            .current_dir(&work)
            .env("RUSTC", rustc)
            .env("RUSTC_BOOTSTRAP", "1")
            .env_remove("CARGO_TARGET_DIR")
            .args(["build", "-Z", "build-std=std,panic_abort", "--release"])
            .args(["--target", TARGET]),
    )?;
    let part = sysroot.with_extension("part");
    let own = part.join("lib/rustlib").join(TARGET).join("lib");
    std::fs::create_dir_all(&own).doing("cannot make the sysroot")?;
    let deps = work.join("target").join(TARGET).join("release/deps");
    for entry in std::fs::read_dir(deps).doing("cannot read the build")? {
        let path = entry.doing("cannot read the build")?.path();
        let name = path
            .file_name()
            .unwrap_or_default()
            .to_string_lossy()
            .into_owned();
        if path.extension().is_some_and(|end| end == "rlib") && !name.starts_with("libempty") {
            std::fs::copy(&path, own.join(&name)).doing("cannot copy a library")?;
        }
    }
    // Build scripts and macros need the host's libraries and linkers.
    let host = PathBuf::from(output(Command::new(rustc).args(["--print", "sysroot"]))?.trim())
        .join("lib/rustlib");
    for entry in std::fs::read_dir(&host).doing("cannot read the compiler's folder")? {
        let path = entry.doing("cannot read the compiler's folder")?.path();
        let name = path.file_name().unwrap_or_default().to_owned();
        if name != TARGET {
            link(&path, &part.join("lib/rustlib").join(name))?;
        }
    }
    std::fs::rename(&part, sysroot).doing("cannot put the sysroot in its place")?;
    // What is left of the build is only space.
    let _ = std::fs::remove_dir_all(&work);
    Ok(())
}

#[cfg(unix)]
fn link(from: &Path, to: &Path) -> Outcome<()> {
    std::os::unix::fs::symlink(from, to).doing("cannot link the compiler's libraries")
}

#[cfg(not(unix))]
fn link(_: &Path, _: &Path) -> Outcome<()> {
    fail("building the standard library needs a Unix system; use rustup")
}
