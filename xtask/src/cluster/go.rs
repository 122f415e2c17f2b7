//! Go: the control plane is built with it.

use std::env::consts::{ARCH, OS};
use std::path::Path;
use std::process::Command;

use crate::run::{Outcome, fail, find, output, version};

/// Is there one that can build the module?
///
/// # Errors
/// When it is missing or too old, with what to run.
pub fn check(module: &Path, least: &str) -> Outcome<()> {
    // Asked in the module: a Go that fetches newer ones of itself answers with
    // the one that will build.
    let mut command = Command::new("go");
    command.current_dir(module).args(["env", "GOVERSION"]);
    let told = find("go").map(|_| output(&mut command));
    judge(told, least, &get(OS, ARCH, least))
}

fn judge(told: Option<Outcome<String>>, least: &str, get: &str) -> Outcome<()> {
    match told {
        None => fail(format!(
            "Go is missing: the control plane is built with it. {get}"
        )),
        Some(Ok(found)) if version(&found) >= version(least) => Ok(()),
        Some(Ok(found)) => fail(format!(
            "{} is too old: the control plane needs Go {least} or newer. {get}",
            found.trim()
        )),
        Some(Err(failure)) => fail(format!(
            "the Go that is installed cannot build the control plane, which needs {least} or newer. {get}\n{failure}"
        )),
    }
}

/// How to get it. Distributions often have an older one.
fn get(os: &str, arch: &str, least: &str) -> String {
    let arch = match arch {
        "x86_64" => "amd64",
        "aarch64" => "arm64",
        other => other,
    };
    match os {
        "macos" => "Run: brew install go".to_owned(),
        "linux" => format!(
            "Run: mkdir -p ~/.local/go{least} && curl -fsSL https://go.dev/dl/go{least}.linux-{arch}.tar.gz | tar -xz --strip-components=1 -C ~/.local/go{least} && export PATH=~/.local/go{least}/bin:$PATH"
        ),
        _ => format!("Get {least} or newer from https://go.dev/dl/"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_that_is_missing_or_too_old_is_told_with_the_way_to_another() {
        let said = |told| judge(told, "1.26.0", "Run: this").map_err(|failure| failure.0);
        assert_eq!(said(Some(Ok("go1.26.8\n".into()))), Ok(()));
        for told in [None, Some(Ok("go1.9\n".into())), Some(fail("broken"))] {
            let words = said(told).err().unwrap_or_default();
            assert!(words.contains("Run: this"), "{words}");
        }
    }

    #[test]
    fn each_system_gets_its_own_command() {
        assert!(get("linux", "aarch64", "1.26.0").contains("go1.26.0.linux-arm64.tar.gz"));
        assert_eq!(get("macos", "aarch64", "1.26.0"), "Run: brew install go");
        assert!(get("windows", "x86_64", "1.26.0").contains("https://"));
    }
}
