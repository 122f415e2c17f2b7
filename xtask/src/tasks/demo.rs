//! A real control plane with a story, and Rollbook on it.

use std::io::{BufRead as _, BufReader};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use clap::Args;
use xtask::cluster::{Cluster, Options, Pace};
use xtask::run::{Doing, Outcome, cache, fail, root, step};

use super::{dist, setup, story, web};

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
    setup::wasm()?;
    web::build()?;
    dist::server()?;
    let options = Options {
        name: "rollbook-demo".into(),
        nodes: arguments.nodes,
        pace: Pace::Demo,
        folder: Some(cache().join("demo")),
        keep: arguments.keep,
    };
    let kept = arguments.keep.then(|| Cluster::resume(&options)).flatten();
    let cluster = if let Some(cluster) = kept {
        cluster
    } else {
        let cluster = step("starting the control plane", || Cluster::start(options))?;
        step("telling the story (about 10 s)", || story::play(&cluster))?;
        cluster
    };
    let mut server = serve(&cluster, arguments.port)?;
    eprintln!(
        "  after {:.0} s. Ctrl-C ends it.",
        begin.elapsed().as_secs_f64()
    );
    let ended = wait(&mut server);
    eprintln!("\n• ending what was started");
    drop(cluster);
    ended
}

/// Starts Rollbook and prints its link once it listens.
fn serve(cluster: &Cluster, port: u16) -> Outcome<Child> {
    for port in port..port.saturating_add(20) {
        let mut child = Command::new(root().join("target/release/rollbook"))
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
            println!("\n  {line}\n");
            return Ok(child);
        }
        // The port was taken; the next one may be free.
        let _ = child.wait();
    }
    fail(format!("no free port from {port} on"))
}

/// Waits for Ctrl-C, which the server hears too, or for the server's own end.
fn wait(server: &mut Child) -> Outcome<()> {
    // The terminal sends Ctrl-C to both; this process only has to outlive it.
    static ENDED: AtomicBool = AtomicBool::new(false);
    xtask_signals(&ENDED);
    loop {
        if let Ok(Some(status)) = server.try_wait() {
            return if status.success() || ENDED.load(Ordering::Relaxed) {
                Ok(())
            } else {
                fail(format!("rollbook ended with {status}"))
            };
        }
        std::thread::sleep(Duration::from_millis(100));
    }
}

fn xtask_signals(ended: &'static AtomicBool) {
    // Without a handler the first Ctrl-C would end this process before it can
    // clean up.
    let _ = ctrlc::set_handler(move || ended.store(true, Ordering::Relaxed));
}
