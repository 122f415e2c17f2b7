//! The seams between the crates: what `domain` and `app` may reach. The rule
//! is that of docs/ARCHITECTURE.md.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;
use xtask::run::{Doing, Failure, Outcome, fail, output, root};

/// Families of crates that reach a cluster or a database: the crate itself and
/// those named after it.
const FAMILIES: [&str; 6] = [
    "kube",
    "k8s-openapi",
    "sqlx",
    "diesel",
    "sea-orm",
    "rusqlite",
];

/// Other crates that reach the outside.
const OUTSIDE: [&str; 10] = [
    "attohttpc",
    "curl",
    "hyper-util",
    "isahc",
    "libsqlite3-sys",
    "mongodb",
    "postgres",
    "reqwest",
    "tokio-postgres",
    "ureq",
];

/// What `domain` must not reach either.
const FRAMES: [&str; 5] = ["leptos", "axum", "tokio", "tower", "leptos_axum"];

/// Async runtimes that neither may name itself.
const RUNTIMES: [&str; 5] = [
    "tokio",
    "async-std",
    "smol",
    "async-executor",
    "futures-executor",
];

/// A package that is reached, and with which features.
struct Reached {
    name: String,
    features: BTreeSet<String>,
}

/// Checks all.
///
/// # Errors
/// With the first seam that is broken.
pub fn check() -> Outcome<()> {
    for package in ["domain", "app"] {
        let reached = tree(package)?;
        if let Some(name) = forbidden(package, &reached) {
            return fail(format!(
                "{package} reaches {name}: the seam of docs/ARCHITECTURE.md is broken. `cargo tree -p {package} --all-features -i {name}` shows how"
            ));
        }
    }
    let text = output(Command::new("cargo").current_dir(root()).args([
        "metadata",
        "--format-version=1",
        "--no-deps",
        "--offline",
    ]))?;
    let metadata: Value = serde_json::from_str(&text).doing("cannot read cargo's metadata")?;
    for package in ["domain", "app"] {
        if let Some(runtime) = named_runtime(&metadata, package)? {
            return fail(format!(
                "{package}/Cargo.toml names {runtime}: it must not know how it is run"
            ));
        }
    }
    Ok(())
}

/// The first that a package must not reach.
fn forbidden<'a>(package: &str, reached: &'a [Reached]) -> Option<&'a str> {
    reached
        .iter()
        .find(|found| {
            let name = found.name.as_str();
            let family = |root: &str| {
                name.strip_prefix(root)
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
            };
            FAMILIES.iter().any(|root| family(root))
                || OUTSIDE.contains(&name)
                // leptos_axum brings the types of hyper; its client would be
                // a way out.
                || (name == "hyper" && found.features.contains("client"))
                || (package == "domain" && FRAMES.contains(&name))
        })
        .map(|found| found.name.as_str())
}

/// The async runtime that a manifest names, also under another name, for tests
/// or for one target only.
fn named_runtime(metadata: &Value, package: &str) -> Outcome<Option<String>> {
    let found = metadata["packages"]
        .as_array()
        .into_iter()
        .flatten()
        .find(|found| found["name"] == package)
        .ok_or_else(|| Failure(format!("cargo knows no package {package}")))?;
    Ok(found["dependencies"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|dependency| dependency["name"].as_str())
        .find(|name| RUNTIMES.contains(name))
        .map(ToOwned::to_owned))
}

/// All that a package reaches, with any feature, for any target.
fn tree(package: &str) -> Outcome<Vec<Reached>> {
    let text = output(
        Command::new("cargo")
            .current_dir(root())
            .args(["tree", "--package", package, "--all-features"])
            .args(["--target", "all", "--edges", "normal,build"])
            .args(["--prefix", "none", "--format", "{p}|{f}"]),
    )?;
    Ok(text.lines().filter_map(line).collect())
}

/// A line of the tree: `name v1.0 (more)|feature,feature`.
fn line(line: &str) -> Option<Reached> {
    let (package, features) = line.split_once('|')?;
    Some(Reached {
        name: package.split(' ').next()?.to_owned(),
        features: features
            .trim_end_matches(" (*)")
            .split(',')
            .map(ToOwned::to_owned)
            .collect(),
    })
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use super::*;

    fn found(package: &str, text: &str) -> Option<String> {
        let reached: Vec<Reached> = text.lines().filter_map(line).collect();
        forbidden(package, &reached).map(ToOwned::to_owned)
    }

    #[test]
    fn what_reaches_out_is_found() {
        assert_eq!(
            found("app", "app v0|\nkube-core v5|").as_deref(),
            Some("kube-core")
        );
        assert_eq!(found("app", "reqwest v1|json").as_deref(), Some("reqwest"));
        assert_eq!(found("app", "kubernetes-names v1|\nserde v1|"), None);
    }

    #[test]
    fn only_the_client_of_hyper_is_a_way_out() {
        assert_eq!(found("app", "hyper v1|default,server"), None);
        assert_eq!(
            found("app", "hyper v1|client,http1 (*)").as_deref(),
            Some("hyper")
        );
    }

    #[test]
    fn a_page_may_know_leptos_and_the_domain_may_not() {
        assert_eq!(found("app", "leptos v0|"), None);
        assert_eq!(found("domain", "leptos v0|").as_deref(), Some("leptos"));
    }

    #[test]
    fn a_runtime_is_found_under_another_name() {
        let metadata = json!({"packages": [
            {"name": "app", "dependencies": [{"name": "serde"}]},
            {"name": "domain", "dependencies": [{"name": "tokio", "rename": "t", "kind": "dev"}]},
        ]});
        assert_eq!(named_runtime(&metadata, "app").unwrap(), None);
        assert_eq!(
            named_runtime(&metadata, "domain").unwrap().as_deref(),
            Some("tokio")
        );
        assert!(named_runtime(&metadata, "gone").is_err());
    }
}
