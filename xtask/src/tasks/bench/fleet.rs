//! The table P1 to P16: a DaemonSet on thousands of nodes that KWOK plays, and
//! up to a thousand viewers. What is measured and how is in
//! `end2end/bench/fleet.mjs`; docs/performance.md is made of its results.

use std::path::Path;
use std::process::Command;

use xtask::cluster::binaries::Binaries;
use xtask::cluster::{Cluster, Component, Options};
use xtask::run::{Doing, Outcome, output, root, run as run_command, step};

use super::super::setup::{self, Level};
use super::super::{dist, web};

/// Builds what ships and measures it on a cluster of so many nodes.
///
/// # Errors
/// When something cannot be built or started. A figure that cannot be taken is
/// a row that says so.
pub fn run(nodes: usize, document: bool) -> Outcome<()> {
    let tools = setup::prepare(Level::Browser)?;
    Binaries::ensure()?;
    web::build(&tools.wasm)?;
    dist::server()?;
    let agreed = step("the verdict beside kubectl's rule (10,000 traces)", || {
        Ok(agrees())
    })?;
    let what = format!("starting a control plane with {nodes} nodes (5,000 take 5 min)");
    let cluster = step(&what, || {
        Cluster::start(Options {
            nodes,
            ..Options::test("fleet")
        })
    })?;
    let results = dist::folder().join("fleet.json");
    step("measuring (about 20 min)", || {
        measure(&cluster, tools.chromium.as_deref(), &agreed, &results)
    })?;
    eprintln!("  all samples: {}", results.display());
    if document {
        let mut command = Command::new("node");
        command
            .current_dir(root().join("end2end"))
            .arg("bench/fleet/document.mjs")
            .arg(&results);
        run_command(&mut command).doing("docs/performance.md")?;
    }
    Ok(())
}

fn measure(
    cluster: &Cluster,
    chromium: Option<&Path>,
    agreed: &str,
    results: &Path,
) -> Outcome<()> {
    let pids: Vec<String> = [Component::ControllerManager, Component::Scheduler]
        .into_iter()
        .filter_map(|component| cluster.pid(component))
        .map(|pid| pid.to_string())
        .collect();
    let kubectl = cluster.kubectl_command();
    let mut command = Command::new("node");
    command
        .current_dir(root().join("end2end"))
        .arg("bench/fleet.mjs")
        .env("ROLLBOOK_BIN", dist::folder().join("release/rollbook"))
        .env("ROLLBOOK_KUBECTL", kubectl.get_program())
        .env("ROLLBOOK_KUBECONFIG", cluster.kubeconfig())
        .env("ROLLBOOK_RECORD", cluster.folder().join("record.db"))
        .env("BENCH_NODES", cluster.nodes().to_string())
        .env("BENCH_CONTROLLERS", pids.join(" "))
        .env("BENCH_AGREED", agreed)
        .env("BENCH_WASM", root().join("target/site/pkg"))
        .env("BENCH_RESULTS", results);
    if let Some(path) = chromium {
        command.env("ROLLBOOK_CHROMIUM", path);
    }
    run_command(&mut command).doing("the measurement")
}

/// Empty where they agree, else how they do not.
fn agrees() -> String {
    let mut cargo = dist::cargo_command();
    cargo.args([
        "test",
        "--quiet",
        "--package",
        "domain",
        "--lib",
        "agrees_with_kubectl",
    ]);
    match output(&mut cargo) {
        Ok(said) if said.contains("1 passed") => String::new(),
        Ok(_) => "the test agrees_with_kubectl is not there".to_owned(),
        Err(failure) => failure.0,
    }
}
