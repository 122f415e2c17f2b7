//! First figures, with kubectl on the same cluster in the same run as the
//! measure. What is measured and how is in `end2end/bench`; docs/BENCH.md
//! explains the rows. Nothing here fails because something is slow.

use std::process::Command;

use clap::Args;
use xtask::cluster::binaries::Binaries;
use xtask::cluster::{Cluster, Options};
use xtask::run::{Doing, Outcome, root, run as run_command, step};

use super::setup::{self, Level};
use super::{dist, web};

mod fleet;

/// How much is made.
#[derive(Args)]
pub struct Arguments {
    /// Measure only the record; no cluster is started
    #[arg(long)]
    record: bool,
    /// Measure a DaemonSet on thousands of nodes instead, with up to 1,000 viewers
    #[arg(long, conflicts_with = "record")]
    fleet: bool,
    /// Nodes of --fleet
    #[arg(long, default_value_t = 5000, requires = "fleet")]
    nodes: usize,
    /// Write docs/performance.md with what --fleet measured
    #[arg(long, requires = "fleet")]
    document: bool,
    /// DaemonSets
    #[arg(long, default_value_t = 500)]
    workloads: u32,
    /// Revisions of each
    #[arg(long, default_value_t = 10)]
    revisions: u32,
}

/// Builds what ships, measures it, prints a table and leaves all samples in
/// `target/bench.json`.
///
/// # Errors
/// When something cannot be built, started or asked.
pub fn run(arguments: &Arguments) -> Outcome<()> {
    if arguments.fleet {
        return fleet::run(arguments.nodes, arguments.document);
    }
    if arguments.record {
        let tools = setup::prepare(Level::Browser)?;
        web::build(&tools.wasm)?;
        dist::server()?;
        return step("measuring the record (about 5 min)", record);
    }
    let tools = setup::prepare(Level::Browser)?;
    Binaries::ensure()?;
    web::build(&tools.wasm)?;
    dist::server()?;
    let cluster = step("starting the control plane (about 5 s)", || {
        Cluster::start(Options::test("bench"))
    })?;
    let kubectl = cluster.kubectl_command();
    let results = dist::folder().join("bench.json");
    let mut command = Command::new("node");
    command
        .current_dir(root().join("end2end"))
        .arg("bench/run.mjs")
        .env("ROLLBOOK_BIN", dist::folder().join("release/rollbook"))
        .env("ROLLBOOK_KUBECTL", kubectl.get_program())
        .env("ROLLBOOK_KUBECONFIG", cluster.kubeconfig())
        .env("ROLLBOOK_RECORD", cluster.folder().join("record.db"))
        .env("BENCH_WORKLOADS", arguments.workloads.to_string())
        .env("BENCH_REVISIONS", arguments.revisions.to_string())
        .env("BENCH_RESULTS", &results);
    step("measuring the record (about 5 min)", record)?;
    if let Some(path) = tools.chromium {
        command.env("ROLLBOOK_CHROMIUM", path);
    }
    step("measuring (about 5 min)", || run_command(&mut command)).doing("the measurement")?;
    eprintln!("  all samples: {}", results.display());
    Ok(())
}

/// The record at its full size. It is made anew, in `target/bench`.
fn record() -> Outcome<()> {
    dist::cargo(&[
        "build",
        "--quiet",
        "--release",
        "--package",
        "domain",
        "--example",
        "history",
    ])?;
    let release = dist::folder().join("release");
    let mut command = Command::new("node");
    command
        .current_dir(root().join("end2end"))
        .arg("bench/record.mjs")
        .env("ROLLBOOK_BIN", release.join("rollbook"))
        .env("BENCH_HISTORY", release.join("examples/history"))
        .env("BENCH_FOLDER", dist::folder().join("bench"));
    run_command(&mut command).doing("the measurement of the record")
}
