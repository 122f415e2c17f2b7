//! A cluster for programs in other languages: prints where it is as one line
//! of JSON, and ends when its input ends or it gets a signal.

use std::path::PathBuf;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde_json::json;
use xtask::cluster::{Cluster, Options, Pace};
use xtask::run::Outcome;
use xtask::stop;

/// How quickly pods start.
#[derive(Clone, Copy, ValueEnum)]
enum Stages {
    /// At once
    Fast,
    /// After a believable while
    Demo,
}

/// What kind of cluster.
#[derive(Args)]
pub struct Arguments {
    /// Its name
    #[arg(long, default_value = "e2e")]
    name: String,
    /// How many nodes
    #[arg(long, default_value_t = 3)]
    nodes: usize,
    /// Play the demo's story on it
    #[arg(long)]
    story: bool,
    /// A Rollbook that watches the story; its record is then in the folder
    #[arg(long, requires = "story")]
    watcher: Option<PathBuf>,
    /// How quickly pods start
    #[arg(long, value_enum, default_value_t = Stages::Fast)]
    stages: Stages,
    /// File with an audit policy
    #[arg(long)]
    audit: Option<PathBuf>,
    /// A further flag of a program: PROGRAM=FLAG=VALUE
    #[arg(long)]
    extra_arg: Vec<String>,
}

/// Runs it.
///
/// # Errors
/// When it does not start.
pub fn run(arguments: &Arguments) -> Outcome<()> {
    let cluster = Cluster::start(Options {
        name: arguments.name.clone(),
        nodes: arguments.nodes,
        pace: match arguments.stages {
            Stages::Fast => Pace::Fast,
            Stages::Demo => Pace::Demo,
        },
        folder: None,
        keep: false,
        audit: arguments.audit.clone(),
        extra_args: arguments.extra_arg.clone(),
    })?;
    if arguments.story {
        super::story::play(&cluster, arguments.watcher.as_deref())?;
    }
    let kubectl = cluster
        .kubectl_command()
        .get_program()
        .to_string_lossy()
        .into_owned();
    println!(
        "{}",
        json!({
            "kubeconfig": cluster.kubeconfig(),
            "kubectl": kubectl,
            "folder": cluster.folder(),
            "record": arguments.watcher.as_ref().map(|_| super::story::record(&cluster)),
            "logs": cluster.logs(),
        })
    );
    until_the_end();
    Ok(())
}

/// Until the input ends or a signal comes.
fn until_the_end() {
    let (sender, ended) = mpsc::channel::<()>();
    // Reading cannot be interrupted, so a thread does it that nobody waits
    // for; its end closes the channel.
    std::thread::spawn(move || {
        let _sender = sender;
        // Whatever is said, only the end counts.
        let _ = std::io::copy(&mut std::io::stdin().lock(), &mut std::io::sink());
    });
    let pause = Duration::from_millis(100);
    while !stop::asked() && ended.recv_timeout(pause) == Err(RecvTimeoutError::Timeout) {}
}
