//! A real control plane with a story, and Rollbook on it.

use std::io::{BufRead as _, BufReader, ErrorKind};
use std::net::{Ipv4Addr, TcpListener};
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::Instant;

use clap::Args;
use xtask::cluster::binaries::Binaries;
use xtask::cluster::{Cluster, Options, Pace};
use xtask::run::{Doing, Outcome, cache, fail, own_group, step, wait};
use xtask::stop;

use super::setup::{self, Level};
use super::{dist, story, web};

/// How many ports are tried where the one asked for is taken.
const PORTS: u16 = 20;

/// What kind of demo.
#[derive(Args)]
pub struct Arguments {
    /// How many nodes, spread over three zones
    #[arg(long, default_value_t = 24)]
    nodes: usize,
    /// Leave the cluster running at the end, and take it up again next time
    #[arg(long)]
    keep: bool,
    /// Only end the cluster that was kept
    #[arg(long, conflicts_with_all = ["keep", "nodes", "port"])]
    end: bool,
    /// Port of Rollbook; where it is taken, the next free one
    #[arg(long, default_value_t = 7777)]
    port: u16,
}

/// Runs it until Ctrl-C.
///
/// # Errors
/// When something cannot be built or started.
pub fn run(arguments: &Arguments) -> Outcome<()> {
    if arguments.end {
        return step("ending the cluster that was kept", || {
            Cluster::clear(&folder())
        });
    }
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
    let ended = wait(&mut server).doing("cannot wait for rollbook")?;
    if arguments.keep {
        eprintln!(
            "\n• leaving the cluster running: `cargo xtask demo --keep` takes it up again, `cargo xtask demo --end` ends it"
        );
    } else {
        eprintln!("\n• ending what was started");
    }
    drop(cluster);
    if ended.success() {
        Ok(())
    } else {
        fail(format!("rollbook ended with {ended}"))
    }
}

/// Where the demo's cluster lives.
fn folder() -> PathBuf {
    cache().join("demo")
}

/// The cluster that was kept, or a new one with the story told.
fn cluster(arguments: &Arguments) -> Outcome<Cluster> {
    let options = Options {
        name: "rollbook-demo".into(),
        nodes: arguments.nodes,
        pace: Pace::Demo,
        folder: Some(folder()),
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
        let about = 5 + options.nodes / 40;
        let cluster = step(
            &format!("starting the control plane (about {about} s)"),
            || Cluster::start(options),
        )?;
        story::play(&cluster, Some(&dist::folder().join("release/rollbook")))?;
        cluster
    };
    if arguments.keep {
        cluster.keep();
    }
    Ok(cluster)
}

/// Starts Rollbook; prints its link once it listens, and how to look at the
/// same cluster with kubectl.
fn serve(cluster: &Cluster, port: u16) -> Outcome<Child> {
    let program = dist::folder().join("release/rollbook");
    let mut command = Command::new(&program);
    command
        .arg("--kubeconfig")
        .arg(cluster.kubeconfig())
        .arg("--record")
        .arg(story::record(cluster))
        .arg("--port")
        .arg(free_from(port)?.to_string())
        // Nobody watches a demo for ten minutes to see what stuck looks like.
        .args(["--stuck-after", "1m"])
        .env("RUST_LOG", "warn")
        .stdin(Stdio::null())
        .stdout(Stdio::piped());
    own_group(&mut command);
    let mut child = command.spawn().doing("cannot start rollbook")?;
    let out = child.stdout.take();
    let line = out.and_then(|out| BufReader::new(out).lines().next());
    let Some(Ok(line)) = line else {
        let status = child.wait().doing("cannot wait for rollbook")?;
        stop::check()?;
        return fail(format!(
            "rollbook ended with {status} before it listened; why, it says above"
        ));
    };
    cluster.record(child.id(), &program)?;
    println!("\n  {line}\n");
    println!(
        "  kubectl on the same cluster: export KUBECONFIG='{}'; alias kubectl='{}'\n",
        cluster.kubeconfig().display(),
        cluster.kubectl_command().get_program().display()
    );
    Ok(child)
}

/// The port, or the next one that nobody listens on. Why another one cannot be
/// used Rollbook says itself.
fn free_from(port: u16) -> Outcome<u16> {
    let taken = |port: &u16| {
        TcpListener::bind((Ipv4Addr::LOCALHOST, *port))
            .is_err_and(|error| error.kind() == ErrorKind::AddrInUse)
    };
    let last = port.saturating_add(PORTS - 1);
    (port..=last).find(|port| !taken(port)).map_or_else(
        || {
            fail(format!(
                "the ports {port} to {last} are all taken: name another one with --port"
            ))
        },
        Ok,
    )
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    #[test]
    fn a_port_that_is_taken_is_passed_over() {
        let held = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
        let port = held.local_addr().unwrap().port();
        assert!(free_from(port).unwrap() > port);
        drop(held);
        assert_eq!(free_from(port).unwrap(), port);
    }
}
