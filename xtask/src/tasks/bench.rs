//! First figures, with kubectl on the same cluster in the same run as the
//! measure. What is measured and how is in `end2end/bench`; docs/BENCH.md
//! explains the rows. Nothing here fails because something is slow.

use std::process::Command;

use clap::Args;
use xtask::cluster::binaries::Binaries;
use xtask::cluster::{Cluster, Options};
use xtask::postgres::Postgres;
use xtask::run::{Doing, Outcome, root, run as run_command, step};

use super::setup::{self, Level};
use super::{dist, web};

mod fleet;

/// How much is made.
#[derive(Args)]
pub struct Arguments {
    /// Measure only the record
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

/// Builds what ships, measures it, prints tables and leaves all samples in
/// `target/bench.json` and `target/bench/record.json`.
///
/// # Errors
/// When something cannot be built, started or asked.
pub fn run(arguments: &Arguments) -> Outcome<()> {
    if arguments.fleet {
        return fleet::run(arguments.nodes, arguments.document);
    }
    let tools = setup::prepare(Level::Tests)?;
    Binaries::ensure()?;
    web::build(&tools.wasm)?;
    dist::server()?;
    step("measuring the record (about 20 min at first)", record)?;
    if arguments.record {
        return Ok(());
    }
    let cluster = start("bench", 3)?;
    let results = dist::folder().join("bench.json");
    let mut command = measure(&cluster, "bench/run.mjs");
    command
        .env("ROLLBOOK_RECORD", cluster.folder().join("record.db"))
        .env("BENCH_WORKLOADS", arguments.workloads.to_string())
        .env("BENCH_REVISIONS", arguments.revisions.to_string())
        .env("BENCH_RESULTS", &results);
    if let Some(path) = tools.chromium {
        command.env("ROLLBOOK_CHROMIUM", path);
    }
    step("measuring (about 5 min)", || run_command(&mut command)).doing("the measurement")?;
    eprintln!("  all samples: {}", results.display());
    Ok(())
}

fn start(name: &str, nodes: usize) -> Outcome<Cluster> {
    step("starting the control plane (about 5 s)", || {
        Cluster::start(Options {
            nodes,
            ..Options::test(name)
        })
    })
}

/// A measurement with what ships, on a cluster.
fn measure(cluster: &Cluster, script: &str) -> Command {
    let mut command = Command::new("node");
    command
        .current_dir(root().join("end2end"))
        .arg(script)
        .env("ROLLBOOK_BIN", dist::folder().join("release/rollbook"))
        .env("ROLLBOOK_KUBECTL", cluster.kubectl_command().get_program())
        .env("ROLLBOOK_KUBECONFIG", cluster.kubeconfig());
    command
}

/// The record at its full size, in a file and in a PostgreSQL of its own. The
/// files are kept in `target/bench` for the next time.
fn record() -> Outcome<()> {
    let example = ["--package", "domain", "--example", "history"];
    dist::cargo(&[&["build", "--quiet", "--release"], &example[..]].concat())?;
    // What is asked is not about pods: no node makes any.
    let cluster = start("record", 0)?;
    let postgres = Postgres::start("bench")?;
    let history = dist::folder().join("release/examples/history");
    let mut command = measure(&cluster, "bench/record.mjs");
    command
        .env("BENCH_HISTORY", history)
        .env("BENCH_ETCD", cluster.etcd()?)
        .env("BENCH_POSTGRES", postgres.url())
        .env("BENCH_FOLDER", dist::folder().join("bench"));
    run_command(&mut command).doing("the measurement of the record")
}
