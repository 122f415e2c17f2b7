//! Formatting, clippy for each crate with its own features, and the seams.

use std::process::Command;

use xtask::run::{Doing, Outcome, fail, output, root, step};

use super::dist::cargo;

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

/// What `app` and `domain` must not reach, with any feature.
const OUTSIDE: [&str; 16] = [
    "kube",
    "kube-client",
    "kube-core",
    "kube-runtime",
    "k8s-openapi",
    "sqlx",
    "sqlx-core",
    "rusqlite",
    "postgres",
    "tokio-postgres",
    "diesel",
    "sea-orm",
    "reqwest",
    "ureq",
    "isahc",
    "hyper-util",
];

/// What `domain` must not reach.
const FRAMES: [&str; 5] = ["leptos", "axum", "tokio", "tower", "leptos_axum"];

/// Async runtimes that neither may name itself.
const RUNTIMES: [&str; 4] = ["tokio", "async-std", "smol", "futures-executor"];

/// Runs all.
///
/// # Errors
/// With what is wrong.
pub fn run() -> Outcome<()> {
    step("formatting", || cargo(&["fmt", "--all", "--check"]))?;
    step("seams between the crates", seams)?;
    for features in CRATES {
        step(&format!("clippy {}", features.join(" ")), || {
            let mut arguments = vec!["clippy", "--quiet"];
            arguments.extend(features);
            arguments.extend(["--", "-D", "warnings"]);
            cargo(&arguments)
        })?;
    }
    Ok(())
}

fn seams() -> Outcome<()> {
    for (package, forbidden) in [
        ("domain", &FRAMES[..]),
        ("domain", &OUTSIDE),
        ("app", &OUTSIDE),
    ] {
        let reached = tree(package)?;
        if let Some(name) = forbidden
            .iter()
            .find(|name| reached.iter().any(|r| r == *name))
        {
            return fail(format!(
                "{package} reaches {name}: the seam of docs/ARCHITECTURE.md is broken. `cargo tree -p {package} --all-features -i {name}` shows how"
            ));
        }
    }
    for package in ["app", "domain"] {
        let path = root().join(package).join("Cargo.toml");
        let text = std::fs::read_to_string(path).doing("cannot read a manifest")?;
        let named = |runtime: &&&str| {
            text.lines().any(|line| {
                line.split(['=', '.', ' '])
                    .next()
                    .is_some_and(|name| name == **runtime)
            })
        };
        if let Some(runtime) = RUNTIMES.iter().find(named) {
            return fail(format!(
                "{package}/Cargo.toml names {runtime}: it must not know how it is run"
            ));
        }
    }
    Ok(())
}

/// Names of all packages that a package reaches, with any feature.
fn tree(package: &str) -> Outcome<Vec<String>> {
    let text = output(
        Command::new("cargo")
            .current_dir(root())
            .args([
                "tree",
                "--package",
                package,
                "--all-features",
                "--target",
                "all",
            ])
            .args([
                "--edges",
                "normal,build",
                "--prefix",
                "none",
                "--format",
                "{p}",
            ]),
    )?;
    Ok(text
        .lines()
        .filter_map(|line| line.split(' ').next())
        .map(ToOwned::to_owned)
        .collect())
}
