//! What the chores need on this machine. Prefers what is there; on Debian as
//! root it installs what is missing; elsewhere it says the command and stops.

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

use xtask::cluster::binaries::Binaries;
use xtask::run::{Doing, Outcome, cache, fail, find, output, root, run, step};

const TARGET: &str = "wasm32-unknown-unknown";

/// Everything that `demo` and `test` need.
pub fn all() -> Outcome<()> {
    Binaries::ensure()?;
    wasm()?;
    node()?;
    chromium().map(|_| ())
}

/// May packages be installed here?
fn debian_root() -> bool {
    let root = output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0");
    root && Path::new("/etc/debian_version").exists() && find("apt-get").is_some()
}

fn apt(packages: &[&str], time: &str) -> Outcome<()> {
    step(
        &format!("installing {} ({time})", packages.join(" ")),
        || {
            let quiet = |command: &mut Command| {
                output(command.env("DEBIAN_FRONTEND", "noninteractive")).map(|_| ())
            };
            quiet(Command::new("apt-get").args(["update", "-qq"]))?;
            quiet(
                Command::new("apt-get")
                    .args(["install", "-y", "-qq", "--no-install-recommends"])
                    .args(packages),
            )
        },
    )
}

/// A compiler that can build for the browser.
pub struct Wasm {
    /// Another `rustc` than cargo's own, if any.
    pub rustc: Option<PathBuf>,
    /// A folder with the standard library for the browser, if it is not
    /// rustc's own.
    pub sysroot: Option<PathBuf>,
}

/// Finds or makes one.
///
/// # Errors
/// When there is none and none can be installed.
pub fn wasm() -> Outcome<Wasm> {
    if has_std(&sysroot_of("rustc")?) {
        return Ok(Wasm {
            rustc: None,
            sysroot: None,
        });
    }
    if find("rustup").is_some() {
        let added = Command::new("rustup")
            .args(["target", "add", TARGET])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status();
        if added.is_ok_and(|status| status.success()) {
            return Ok(Wasm {
                rustc: None,
                sysroot: None,
            });
        }
    }
    let rustc = PathBuf::from("/usr/bin/rustc");
    let source = Path::new("/usr/lib/rustlib/src/rust/library/Cargo.lock");
    let linker = find("rust-lld").is_some() || find("lld-22").is_some();
    if !(rustc.exists() && linker && (source.exists() || has_web_source())) {
        if !debian_root() {
            return fail(format!(
                "the standard library for the browser is missing. Run: rustup target add {TARGET}"
            ));
        }
        apt(
            &["rustc-web", "rust-web-src", "rust-web-llvm", "lld-22"],
            "about 30 s, once",
        )?;
    }
    let sysroot = cache().join("wasm-std").join(version_key(&rustc)?);
    if !has_std(&sysroot) {
        step(
            "building the standard library for the browser (about 40 s, once)",
            || build_std(&rustc, &sysroot),
        )?;
    }
    Ok(Wasm {
        rustc: Some(rustc),
        sysroot: Some(sysroot),
    })
}

fn has_web_source() -> bool {
    Path::new("/usr/lib/rustlib/src").exists() || Path::new("/usr/src/rustc-web").exists()
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

/// Node and the packages of the browser tests.
///
/// # Errors
/// When Node is missing or its packages cannot be installed.
pub fn node() -> Outcome<()> {
    if find("node").is_none() || find("npm").is_none() {
        if !debian_root() {
            return fail(
                "Node or npm is missing: the browser tests run on them. Install Node 20 or newer with npm",
            );
        }
        apt(&["nodejs", "npm"], "about 1 min, once")?;
    }
    let folder = root().join("end2end");
    let installed = folder.join("node_modules/.package-lock.json");
    let fresh = |path: &Path| std::fs::metadata(path).and_then(|m| m.modified()).ok();
    if fresh(&installed) >= fresh(&folder.join("package-lock.json")) && installed.exists() {
        return Ok(());
    }
    step(
        "installing the packages of the browser tests (about 10 s)",
        || {
            run(Command::new("npm")
                .current_dir(&folder)
                .env("PLAYWRIGHT_SKIP_BROWSER_DOWNLOAD", "1")
                .args(["ci", "--no-audit", "--no-fund", "--silent"]))
        },
    )
}

/// A Chromium: an installed one, else the distribution's, else Playwright's
/// own (`None`).
///
/// # Errors
/// When none is there and none can be installed.
pub fn chromium() -> Outcome<Option<PathBuf>> {
    let names = [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
    ];
    let installed = || names.iter().find_map(|name| find(name));
    if let Some(path) = std::env::var_os("ROLLBOOK_CHROMIUM").map(PathBuf::from) {
        return Ok(Some(path));
    }
    if let Some(path) = installed() {
        return Ok(Some(path));
    }
    if debian_root() {
        apt(&["chromium"], "about 30 s, once")?;
        if let Some(path) = installed() {
            return Ok(Some(path));
        }
    }
    step("fetching Playwright's Chromium (about 1 min, once)", || {
        run(Command::new("npx")
            .current_dir(root().join("end2end"))
            .args(["playwright", "install", "chromium"]))
    })
    .map(|()| None)
    .or_else(|_| fail("no Chromium found and none could be fetched. Install Chromium or Google Chrome, or name one in ROLLBOOK_CHROMIUM"))
}
