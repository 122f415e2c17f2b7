//! A cluster for programs in other languages: prints where it is as one line
//! of JSON, takes orders line by line, and ends when its input ends.

use std::io::BufRead as _;

use clap::Args;
use serde_json::json;
use xtask::cluster::{Cluster, Component, Options, Pace};
use xtask::run::{Outcome, fail};

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
}

/// Runs it.
///
/// # Errors
/// When it does not start.
pub fn run(arguments: &Arguments) -> Outcome<()> {
    let cluster = Cluster::start(Options {
        name: arguments.name.clone(),
        nodes: arguments.nodes,
        pace: Pace::Fast,
        folder: None,
        keep: false,
    })?;
    if arguments.story {
        super::story::play(&cluster)?;
    }
    let kubectl = cluster
        .kubectl_command()
        .get_program()
        .to_string_lossy()
        .into_owned();
    println!(
        "{}",
        json!({"kubeconfig": cluster.kubeconfig(), "kubectl": kubectl, "folder": cluster.folder()})
    );
    for line in std::io::stdin().lock().lines() {
        let Ok(line) = line else { break };
        let answer = match order(&cluster, &line) {
            Ok(()) => json!({"ok": true}),
            Err(failure) => json!({"ok": false, "error": failure.to_string()}),
        };
        println!("{answer}");
    }
    Ok(())
}

/// `freeze|thaw|kill|restart COMPONENT`
fn order(cluster: &Cluster, line: &str) -> Outcome<()> {
    let (verb, name) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
    let component = match name {
        "etcd" => Component::Etcd,
        "apiserver" => Component::Apiserver,
        "controller-manager" => Component::ControllerManager,
        "scheduler" => Component::Scheduler,
        "kwok" => Component::Kwok,
        _ => return fail(format!("no such component: {name}")),
    };
    match verb {
        "freeze" => cluster.freeze(component),
        "thaw" => cluster.thaw(component),
        "kill" => cluster.kill(component),
        "restart" => cluster.restart(component),
        _ => fail(format!("no such order: {verb}")),
    }
}
