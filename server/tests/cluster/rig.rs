//! A real cluster with the adapter on it, and kubectl beside it.

use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};

use app::cluster::Cluster as Port;
use app::error::ApiError;
use app::model;
use clap::Parser;
use domain::fleet::Entry;
use domain::rollback::{Order, Report};
use domain::workload::Key;
use serde_json::{Value, json};
use server::config::Config;
use tokio_util::sync::CancellationToken;
use xtask::cluster::{Cluster, Options};

/// Everything a test needs; drops the cluster at its end.
pub struct Rig {
    pub cluster: Cluster,
    pub port: Arc<dyn Port>,
    stop: CancellationToken,
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// Starts a cluster and connects to it.
pub async fn start(name: &str) -> Rig {
    let options = Options::test(name);
    let cluster = tokio::task::spawn_blocking(move || Cluster::start(options))
        .await
        .unwrap()
        .expect("a cluster");
    let (port, stop) = connect(&cluster.kubeconfig(), &[]).await;
    Rig {
        cluster,
        port,
        stop,
    }
}

/// Connects with a kubeconfig and further arguments.
pub async fn connect(kubeconfig: &Path, more: &[&str]) -> (Arc<dyn Port>, CancellationToken) {
    let path = kubeconfig.to_str().unwrap();
    let words = ["rollbook", "--kubeconfig", path];
    let config = Config::try_parse_from(words.iter().chain(more)).unwrap();
    let stop = CancellationToken::new();
    let (port, _) = server::kube::connect(&config, stop.clone()).await.unwrap();
    until("the first picture", || port.health().is_live()).await;
    (port, stop)
}

/// Waits until it is so, at most 30 s.
pub async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(
            begin.elapsed() < Duration::from_secs(30),
            "not in time: {what}"
        );
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
}

/// A DaemonSet with one container.
pub fn daemon_set(name: &str, image: &str) -> Value {
    json!({
        "apiVersion": "apps/v1", "kind": "DaemonSet",
        "metadata": {"name": name, "namespace": "default"},
        "spec": {
            "selector": {"matchLabels": {"app": name}},
            "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "100%"}},
            "template": {
                "metadata": {"labels": {"app": name}},
                "spec": {"containers": [{"name": "c", "image": image}]}
            }
        }
    })
}

impl Rig {
    pub fn key(name: &str) -> Key {
        Key::daemon_set("default", name)
    }

    pub fn entry(&self, name: &str) -> Result<Arc<Entry>, ApiError> {
        model::entry(self.port.as_ref(), &Self::key(name))
    }

    /// kubectl on the default namespace; fails the test when it fails.
    pub fn kubectl(&self, words: &[&str]) -> String {
        self.cluster.kubectl(words).unwrap()
    }

    /// The workload as kubectl reads it.
    pub fn live(&self, name: &str) -> Value {
        serde_json::from_str(&self.kubectl(&["get", "ds", name, "-o", "json"])).unwrap()
    }

    pub fn image(&self, name: &str, image: &str) {
        self.kubectl(&["set", "image", &format!("ds/{name}"), &format!("c={image}")]);
    }

    /// The adapter has seen what the controller has made of the latest spec.
    pub async fn settled(&self, name: &str) {
        let generation = self.live(name)["metadata"]["generation"].as_i64().unwrap();
        until(&format!("{name} is settled"), || {
            self.entry(name).is_ok_and(|entry| {
                entry.workload.observed_generation >= generation
                    && matches!(entry.current().0, domain::history::CurrentState::Recorded)
            })
        })
        .await;
    }

    /// A workload with revisions 1 and 2.
    pub async fn two(&self, name: &str) {
        self.cluster
            .feed(&["create", "-f", "-"], &daemon_set(name, "i:1").to_string())
            .unwrap();
        until("it is seen", || self.entry(name).is_ok()).await;
        self.settled(name).await;
        self.image(name, "i:2");
        self.settled(name).await;
    }

    /// An order back to the revision of that number, as a page would send it.
    pub fn order(&self, name: &str, number: i64) -> Order {
        let entry = self.entry(name).unwrap();
        let target = entry
            .revisions
            .iter()
            .find(|r| r.number == number)
            .unwrap_or_else(|| panic!("no revision {number}"));
        Order {
            namespace: "default".into(),
            name: name.into(),
            to: target.name.clone(),
            to_uid: Some(target.uid.clone()),
            to_revision: Some(number),
            uid: Some(entry.workload.uid.clone()),
            generation: Some(entry.workload.generation),
            reason: Some("a test".into()),
            ..Order::default()
        }
    }

    /// A kubeconfig for a bearer token.
    pub fn kubeconfig_of(&self, token: &str, name: &str) -> std::path::PathBuf {
        let of = |field: &str| {
            let path = format!("jsonpath={{.clusters[0].cluster.{field}}}");
            self.kubectl(&["config", "view", "--raw", "-o", &path])
        };
        let mut cluster = json!({"server": of("server")});
        match of("certificate-authority") {
            ca if ca.is_empty() => cluster["insecure-skip-tls-verify"] = json!(true),
            ca => cluster["certificate-authority"] = json!(ca),
        }
        let config = json!({
            "apiVersion": "v1", "kind": "Config", "current-context": "x",
            "clusters": [{"name": "x", "cluster": cluster}],
            "users": [{"name": "x", "user": {"token": token.trim()}}],
            "contexts": [{"name": "x", "context": {"cluster": "x", "user": "x"}}],
        });
        let path = self.cluster.folder().join(format!("{name}.yaml"));
        std::fs::write(&path, config.to_string()).unwrap();
        path
    }

    pub async fn send(&self, order: Order) -> Report {
        self.port.rollback(order).await
    }
}

/// The stable name of what happened.
pub fn code(report: &Report) -> String {
    serde_json::to_value(report).unwrap()["code"]
        .as_str()
        .unwrap()
        .to_owned()
}
