//! Formatting, clippy for each crate with its own features, and the seams.

use std::fs;
use std::path::{Path, PathBuf};

use xtask::run::{Doing, Outcome, fail, root, step};

use super::dist::cargo;
use super::seams;

/// Crates and the features each is linted with: linting the workspace at once
/// would join `ssr` and `hydrate` and test neither.
const CRATES: [&[&str]; 6] = [
    &["--package", "domain", "--all-targets"],
    &["--package", "app", "--features", "ssr", "--all-targets"],
    &["--package", "app", "--features", "hydrate"],
    &["--package", "frontend"],
    &["--package", "server", "--all-targets"],
    &["--package", "xtask", "--all-targets"],
];

/// Folders with Rust code.
const CODE: [&str; 5] = ["domain", "app", "server", "frontend", "xtask"];

/// Runs all.
///
/// # Errors
/// With what is wrong.
pub fn run() -> Outcome<()> {
    step("formatting (a second)", || {
        cargo(&["fmt", "--all", "--check"])
    })?;
    step("each module says why it exists", || {
        CODE.iter()
            .try_for_each(|folder| openings(&root().join(folder)))
    })?;
    step("seams between the crates (a second)", seams::check)?;
    for features in CRATES {
        step(
            &format!("clippy {} (up to 1 min from cold)", features.join(" ")),
            || {
                let mut arguments = vec!["clippy", "--quiet"];
                arguments.extend(features);
                arguments.extend(["--", "-D", "warnings"]);
                cargo(&arguments)
            },
        )?;
    }
    Ok(())
}

/// Every file of a folder begins with `//!`.
fn openings(folder: &Path) -> Outcome<()> {
    for entry in fs::read_dir(folder).doing("cannot read the code")? {
        let path: PathBuf = entry.doing("cannot read the code")?.path();
        if path.is_dir() {
            openings(&path)?;
        } else if path.extension().is_some_and(|end| end == "rs") {
            let text = fs::read_to_string(&path).doing("cannot read the code")?;
            if !text.starts_with("//!") {
                return fail(format!(
                    "{} does not begin with `//!`: say in a sentence why the module exists",
                    path.display()
                ));
            }
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_module_without_a_reason_is_named() {
        let folder = std::env::temp_dir().join(format!("rb-openings-{}", std::process::id()));
        fs::create_dir_all(folder.join("deep")).unwrap();
        fs::write(folder.join("good.rs"), "//! Why.\n").unwrap();
        assert!(openings(&folder).is_ok());
        fs::write(folder.join("deep/bad.rs"), "use std::fs;\n").unwrap();
        assert!(openings(&folder).unwrap_err().0.contains("deep/bad.rs"));
        fs::remove_dir_all(&folder).unwrap();
    }
}
