//! The seams between the crates: what `domain` and `app` may reach. The rule
//! is that of docs/ARCHITECTURE.md.

use std::collections::BTreeSet;
use std::process::Command;

use serde_json::Value;
use xtask::run::{Doing, Failure, Outcome, fail, output, root};

/// What reaches a cluster, a database or a server. Each name stands for a
/// family: the crate itself and those named after it.
const OUTSIDE: [&str; 25] = [
    "attohttpc",
    "awc",
    "curl",
    "diesel",
    "gloo-net",
    "hyper",
    "isahc",
    "k8s-openapi",
    "kube",
    "libsqlite3-sys",
    "minreq",
    "mongodb",
    "mysql",
    "native-tls",
    "openssl",
    "postgres",
    "redis",
    "reqwest",
    "rusqlite",
    "rustls",
    "sea-orm",
    "sqlx",
    "surf",
    "tokio-postgres",
    "ureq",
];

/// Crates of such a family that are a way out only with a feature.
const WITH_FEATURE: [(&str, &str); 2] = [("hyper", "client"), ("tokio", "net")];

/// Reached all the same: docs/adr/0006-what-leptos-brings.md. `app` must not
/// name it.
const BROUGHT: (&str, &str) = ("app", "gloo-net");

/// Families that `domain` must not reach either: frames, runtimes, browsers.
const FRAMES: [&str; 15] = [
    "any_spawner",
    "axum",
    "futures",
    "gloo",
    "http",
    "js-sys",
    "leptos",
    "reactive_graph",
    "reactive_stores",
    "server_fn",
    "tachys",
    "tokio",
    "tower",
    "wasm-bindgen",
    "web-sys",
];

/// Families that neither may name itself: async runtimes.
const RUNTIMES: [&str; 6] = [
    "async-executor",
    "async-global-executor",
    "async-std",
    "futures-executor",
    "smol",
    "tokio",
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
        if let Some(name) = named(&metadata, package)? {
            return fail(format!(
                "{package}/Cargo.toml names {name}: it must know neither how it is run nor how the outside is reached"
            ));
        }
    }
    Ok(())
}

/// Is it of one of these families?
fn is_of(families: &[&str], name: &str) -> bool {
    families.iter().any(|root| {
        name.strip_prefix(root)
            .is_some_and(|rest| rest.is_empty() || rest.starts_with(['-', '_']))
    })
}

/// The first that a package must not reach.
fn forbidden<'a>(package: &str, reached: &'a [Reached]) -> Option<&'a str> {
    reached
        .iter()
        .find(|found| {
            let name = found.name.as_str();
            if package == "domain" && is_of(&FRAMES, name) {
                return true;
            }
            let with = WITH_FEATURE.iter().find(|(of, _)| *of == name);
            match with {
                Some((_, feature)) => found.features.contains(*feature),
                None => is_of(&OUTSIDE, name) && (package, name) != BROUGHT,
            }
        })
        .map(|found| found.name.as_str())
}

/// The first that a manifest names and must not, also under another name, for
/// tests or for one target only.
fn named(metadata: &Value, package: &str) -> Outcome<Option<String>> {
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
        .find(|name| is_of(&RUNTIMES, name) || is_of(&OUTSIDE, name))
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
    fn what_reaches_out_is_found_by_its_family() {
        for name in ["kube", "kube-core", "reqwest", "hyper-util", "rustls"] {
            let tree = format!("app v0|\n{name} v1|");
            assert_eq!(found("app", &tree).as_deref(), Some(name));
            assert_eq!(found("domain", &tree).as_deref(), Some(name));
        }
        assert_eq!(found("app", "kubernetes-names v1|\nserde v1|"), None);
    }

    #[test]
    fn some_are_a_way_out_only_with_a_feature() {
        assert_eq!(found("app", "hyper v1|default,server"), None);
        assert_eq!(found("app", "tokio v1|rt,sync"), None);
        let hyper = found("app", "hyper v1|client,http1 (*)");
        assert_eq!(hyper.as_deref(), Some("hyper"));
        assert_eq!(found("app", "tokio v1|net,rt").as_deref(), Some("tokio"));
    }

    #[test]
    fn what_leptos_brings_is_let_pass_in_app_alone() {
        let tree = "gloo-net v0|";
        assert_eq!(found("app", tree), None);
        assert_eq!(found("domain", tree).as_deref(), Some("gloo-net"));
        assert_eq!(
            found("app", "gloo-net-more v0|").as_deref(),
            Some("gloo-net-more")
        );
    }

    #[test]
    fn a_page_may_know_leptos_and_the_domain_may_not() {
        for name in [
            "leptos",
            "leptos_dom",
            "reactive_graph",
            "axum-core",
            "tokio-util",
        ] {
            let tree = format!("{name} v0|");
            assert_eq!(found("app", &tree), None);
            assert_eq!(found("domain", &tree).as_deref(), Some(name));
        }
    }

    #[test]
    fn what_a_manifest_names_is_found_under_another_name() {
        let of = |dependency: Value| {
            let packages =
                json!([{"name": "app", "dependencies": [{"name": "serde"}, dependency]}]);
            named(&json!({"packages": packages}), "app").unwrap()
        };
        assert_eq!(of(json!({"name": "leptos"})), None);
        let renamed = json!({"name": "tokio-util", "rename": "t", "kind": "dev"});
        assert_eq!(of(renamed).as_deref(), Some("tokio-util"));
        assert_eq!(of(json!({"name": "gloo-net"})).as_deref(), Some("gloo-net"));
        assert!(named(&json!({"packages": []}), "app").is_err());
    }
}
