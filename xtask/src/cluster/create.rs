//! Making a cluster: what kwokctl is told.

use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};

use super::{Cluster, ports, stages};
use crate::run::{Doing, Outcome, fail, own_group, wait};
use crate::stop;

/// Which flag names which of our own programs.
const PROGRAMS: [(&str, &str); 5] = [
    ("--etcd-binary", "etcd"),
    ("--kube-apiserver-binary", "kube-apiserver"),
    (
        "--kube-controller-manager-binary",
        "kube-controller-manager",
    ),
    ("--kube-scheduler-binary", "kube-scheduler"),
    ("--kwok-controller-binary", "kwok"),
];

/// What listens. kwokctl would choose ports too, but the same ones in two
/// clusters that start together.
const PORTS: [&str; 5] = [
    "--kube-apiserver-port",
    "--etcd-port",
    "--controller-port",
    "--kube-controller-manager-port",
    "--kube-scheduler-port",
];

/// Starts the processes of a cluster in its folder.
pub fn create(cluster: &Cluster) -> Outcome<()> {
    let folder = cluster.folder.path();
    let config = folder.join("kwokctl.yaml");
    let mut ports = ports::free(PORTS.len() + 1)?.into_iter();
    // There is no flag for this one, and kwokctl counts down from the same number in
    // each cluster: while one's etcd is away another would take its port.
    let peers = ports.next().unwrap_or_default();
    let text = stages::config(cluster.options.pace, peers)?;
    fs::write(&config, text).doing("cannot write the config")?;
    let said = folder.join("kwokctl.log");
    let log = fs::File::create(&said).doing("cannot write a log")?;
    let errors = log.try_clone().doing("cannot write a log")?;
    let mut command = Command::new(cluster.binaries.path("kwokctl"));
    command
        .env("KWOK_WORKDIR", folder.join("work"))
        .args(["--name", &cluster.options.name])
        .args(["create", "cluster", "--runtime", "binary", "--wait", "60s"])
        .args(["--disable-qps-limits", "--quiet-pull"])
        .arg("--config")
        .arg(&config)
        .arg("--kubeconfig")
        .arg(cluster.kubeconfig())
        .stdin(Stdio::null())
        .stdout(log)
        .stderr(errors);
    for (flag, program) in PROGRAMS {
        command.arg(flag).arg(cluster.binaries.path(program));
    }
    for (flag, port) in PORTS.iter().zip(ports) {
        command.args([flag, &*port.to_string()]);
    }
    for extra in extra_args(&cluster.options.extra_args) {
        command.args(["--extra-args", &extra]);
    }
    if let Some(policy) = &cluster.options.audit {
        command.arg("--kube-audit-policy").arg(policy);
    }
    // Interrupted half-way it could leave a process that is not in its list.
    own_group(&mut command);
    let mut child = command.spawn().doing("cannot run kwokctl")?;
    let status = wait(&mut child).doing("cannot wait for kwokctl")?;
    stop::check()?;
    if status.success() {
        plain_names(&cluster.kubeconfig())
    } else {
        let words = fs::read_to_string(said).unwrap_or_default();
        fail(format!(
            "kwokctl ended with {status}:\n{}",
            words.trim_end()
        ))
    }
}

/// People see the context's name: without the prefix that kwokctl gives it.
fn plain_names(kubeconfig: &Path) -> Outcome<()> {
    let text = fs::read_to_string(kubeconfig).doing("cannot read the kubeconfig")?;
    fs::write(kubeconfig, text.replace(": kwok-", ": ")).doing("cannot write the kubeconfig")
}

/// Without a lease to renew, stopping and continuing a controller does not
/// make it give up.
fn extra_args(more: &[String]) -> Vec<String> {
    ["kube-controller-manager", "kube-scheduler"]
        .map(|program| format!("{program}=leader-elect=false"))
        .into_iter()
        .chain(more.iter().cloned())
        .collect()
}
