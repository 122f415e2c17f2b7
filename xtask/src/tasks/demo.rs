//! A real control plane with a story, and Rollbook on it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use clap::Args;
use xtask::cluster::binaries::Binaries;
use xtask::cluster::{Cluster, Options, Pace};
use xtask::run::{Doing, Outcome, cache, end, fail, step};
use xtask::stop;

use super::setup::{self, Level};
use super::{dist, story, web};

/// What kind of demo.
#[derive(Args)]
pub struct Arguments {
    /// How many nodes, spread over three zones
    #[arg(long, default_value_t = 24)]
    nodes: usize,
    /// Leave the cluster running at the end, and take it up again next time
    #[arg(long)]
    keep: bool,
    /// Port of Rollbook
    #[arg(long, default_value_t = 7777)]
    port: u16,
}

/// Runs it until Ctrl-C.
///
/// # Errors
/// When something cannot be built or started.
pub fn run(arguments: &Arguments) -> Outcome<()> {
    let begin = Instant::now();
    let tools = setup::prepare(Level::Cluster)?;
    Binaries::ensure()?;
    web::build(&tools.wasm)?;
    dist::server()?;
    let cluster = cluster(arguments)?;
    let mut server = serve(&cluster, arguments.port)?;
    eprintln!(
        "  after {:.0} s. Ctrl-C ends it.",
        begin.elapsed().as_secs_f64()
    );
    let ended = wait(&mut server);
    if arguments.keep {
        eprintln!(
            "\n• leaving the cluster running: `cargo xtask demo --keep` takes it up again, `cargo xtask demo` begins anew"
        );
    } else {
        eprintln!("\n• ending what was started");
    }
    drop(cluster);
    ended
}

/// The cluster that was kept, or a new one with the story told.
fn cluster(arguments: &Arguments) -> Outcome<Cluster> {
    let options = Options {
        name: "rollbook-demo".into(),
        nodes: arguments.nodes,
        pace: Pace::Demo,
        folder: Some(cache().join("demo")),
        // Only once the story is told: half a story is not worth keeping.
        keep: false,
        audit: None,
        extra_args: Vec::new(),
    };
    let kept = if arguments.keep {
        Cluster::resume(&options)?
    } else {
        None
    };
    let mut cluster = if let Some(cluster) = kept {
        eprintln!("• taking up the cluster that was kept, with its nodes and its history");
        cluster
    } else {
        let cluster = step("starting the control plane (about 5 s)", || {
            Cluster::start(options)
        })?;
        step("telling the story (about 10 s)", || story::play(&cluster))?;
        cluster
    };
    if arguments.keep {
        cluster.keep();
    }
    Ok(cluster)
}

/// Starts Rollbook and prints its link once it listens.
fn serve(cluster: &Cluster, port: u16) -> Outcome<Child> {
    let program = dist::folder().join("release/rollbook");
    for port in port..port.saturating_add(20) {
        let mut child = Command::new(&program)
            .arg("--kubeconfig")
            .arg(cluster.kubeconfig())
            .arg("--port")
            .arg(port.to_string())
            .env("RUST_LOG", "warn")
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .spawn()
            .doing("cannot start rollbook")?;
        let out = child.stdout.take();
        let line = out.and_then(|out| BufReader::new(out).lines().next());
        if let Some(Ok(line)) = line {
            cluster.record(child.id(), &program)?;
            println!("\n  {line}\n");
            return Ok(child);
        }
        // The port was taken; the next one may be free.
        let _ = child.wait();
        stop::check()?;
    }
    fail(format!("no free port from {port} on"))
}

/// Waits for Ctrl-C, or for the server's own end.
fn wait(server: &mut Child) -> Outcome<()> {
    loop {
        if stop::asked() {
            // A terminal's Ctrl-C reaches the server too; another signal does not.
            return end(server, Duration::from_secs(6))
                .map(|_| ())
                .doing("cannot end rollbook");
        }
        if let Ok(Some(status)) = server.try_wait() {
            // It may have heard Ctrl-C before this process did.
            std::thread::sleep(Duration::from_millis(100));
            return if status.success() || stop::asked() {
                Ok(())
            } else {
                fail(format!("rollbook ended with {status}"))
            };
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}
