//! A cluster for programs in other languages: prints where it is as one line
//! of JSON, takes orders line by line, answers each with one line of JSON, and
//! ends when its input ends or it gets a signal.
//!
//! An order is `freeze|thaw|kill|restart COMPONENT`; components are `etcd`,
//! `apiserver`, `controller-manager`, `scheduler` and `kwok`.

use std::io::BufRead as _;
use std::path::PathBuf;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use clap::{Args, ValueEnum};
use serde_json::json;
use xtask::cluster::{Cluster, Component, Options, Pace};
use xtask::run::{Outcome, fail};
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
        super::story::play(&cluster)?;
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
            "logs": cluster.logs(),
        })
    );
    orders(&cluster);
    Ok(())
}

/// Carries out orders until the input ends or a signal comes.
fn orders(cluster: &Cluster) {
    let (sender, lines) = mpsc::channel();
    // Reading cannot be interrupted, so a thread waits for it that nobody
    // waits for.
    std::thread::spawn(move || {
        for line in std::io::stdin().lock().lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                return;
            }
        }
    });
    while !stop::asked() {
        let line = match lines.recv_timeout(Duration::from_millis(100)) {
            Ok(line) => line,
            Err(RecvTimeoutError::Timeout) => continue,
            Err(RecvTimeoutError::Disconnected) => return,
        };
        let answer = match order(cluster, &line) {
            Ok(()) => json!({"ok": true}),
            Err(failure) => json!({"ok": false, "error": failure.to_string()}),
        };
        println!("{answer}");
    }
}

fn order(cluster: &Cluster, line: &str) -> Outcome<()> {
    let (verb, component) = parse(line)?;
    match verb {
        Verb::Freeze => cluster.freeze(component),
        Verb::Thaw => cluster.thaw(component),
        Verb::Kill => cluster.kill(component),
        Verb::Restart => cluster.restart(component),
    }
}

/// What can be done to a component.
#[derive(Debug, PartialEq, Eq)]
enum Verb {
    Freeze,
    Thaw,
    Kill,
    Restart,
}

/// Reads one line.
fn parse(line: &str) -> Outcome<(Verb, Component)> {
    let (verb, name) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
    let verb = match verb {
        "freeze" => Verb::Freeze,
        "thaw" => Verb::Thaw,
        "kill" => Verb::Kill,
        "restart" => Verb::Restart,
        _ => return fail(format!("no such order: {verb}")),
    };
    let component = match name.trim() {
        "etcd" => Component::Etcd,
        "apiserver" => Component::Apiserver,
        "controller-manager" => Component::ControllerManager,
        "scheduler" => Component::Scheduler,
        "kwok" => Component::Kwok,
        other => return fail(format!("no such component: {other}")),
    };
    Ok((verb, component))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn orders_are_read() {
        let order = parse(" kill  apiserver ").ok();
        assert_eq!(order, Some((Verb::Kill, Component::Apiserver)));
        for line in ["", "kill", "kill -9", "end apiserver"] {
            assert!(parse(line).is_err(), "{line}");
        }
    }
}
