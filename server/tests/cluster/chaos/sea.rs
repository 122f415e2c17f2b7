//! The cluster that the storms are over, and a server behind a wire of its own.

use std::fmt;
use std::ops::Sub;
use std::sync::Arc;
use std::time::Duration;

use app::cluster::Cluster as Port;
use domain::rollback::Order;
use domain::workload::Key;
use serde_json::{Value, json};
use tokio::runtime::Runtime;
use xtask::cluster::{Component, Options};

use super::storms::etcd;
use crate::rig::{Rig, daemon_set, start_audited, until};
use crate::web::{Web, start};
use crate::wire::Wire;

/// Nodes of the cluster.
const NODES: usize = 6;
/// As whom the server asks, so that the audit log tells its requests from others.
const WHO: &str = "rollbook-in-the-storm";

pub struct Sea {
    pub rig: Rig,
    pub wire: Wire,
    /// What the server sees.
    pub port: Arc<dyn Port>,
    pub web: Web,
    /// Where the server runs, and nothing else.
    runtime: Option<Runtime>,
}

impl Drop for Sea {
    fn drop(&mut self) {
        // Dropping it would wait, which may not be done here.
        let _ = self.runtime.take().map(Runtime::shutdown_background);
    }
}

impl Sea {
    pub const NAME: &str = "tossed";

    pub async fn new() -> Self {
        let kinds =
            |group: &str, resources: &[&str]| json!({"group": group, "resources": resources});
        let policy = json!({
            "apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"],
            "rules": [{"level": "Metadata", "verbs": ["list", "watch"], "resources": [
                kinds("", &["pods", "nodes"]), kinds("apps", &["daemonsets", "controllerrevisions"])]}],
        });
        let options = Options {
            nodes: NODES,
            ..Options::test("chaos")
        };
        let rig = start_audited(options, policy).await;
        let mut object = daemon_set(Self::NAME, "i:1");
        object["spec"]["updateStrategy"]["rollingUpdate"]["maxUnavailable"] = json!(1);
        rig.begin(&object).await;

        let (wire, path) = Wire::new(&rig, "chaos");
        let text = std::fs::read_to_string(&path).unwrap();
        let mut kubeconfig: Value = serde_json::from_str(&text).unwrap();
        let user = &mut kubeconfig["users"][0]["user"];
        (user["as"], user["as-groups"]) = (json!(WHO), json!(["system:masters"]));
        std::fs::write(&path, kubeconfig.to_string()).unwrap();
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(1)
            .enable_all()
            .build()
            .unwrap();
        let started = runtime.spawn(async move { start(&path, &[]).await });
        let (web, port) = started.await.unwrap();
        let sea = Self {
            rig,
            wire,
            port,
            web,
            runtime: Some(runtime),
        };
        until("the first picture", || sea.port.health().is_live()).await;
        assert!(sea.cost().lists >= 2, "the audit log tells");
        sea
    }

    pub fn key() -> Key {
        Rig::key(Self::NAME)
    }

    pub fn page() -> String {
        format!("/ns/default/daemonsets/{}", Self::NAME)
    }

    /// Somebody wants it back to what it is: only asked for where nothing may be
    /// sent.
    pub fn order(&self) -> Order {
        let entry = self.port.fleet().entries[&Self::key()].clone();
        let target = entry.revisions.first().unwrap();
        Order {
            namespace: "default".into(),
            name: Self::NAME.into(),
            to: target.name.clone(),
            dry_run: true,
            ..Order::default()
        }
    }

    /// Makes etcd forget all that was.
    pub async fn compact(&self) {
        let folder = self.rig.cluster.logs();
        let config = std::fs::read_to_string(folder.with_file_name("kwok.yaml")).unwrap();
        let (_, rest) = config.split_once("etcdPort: ").unwrap();
        let port = rest.lines().next().unwrap().trim();
        let url = format!("http://127.0.0.1:{port}").parse().unwrap();
        let client = kube::Client::try_from(kube::Config::new(url)).unwrap();
        let status = etcd(&client, "/v3/maintenance/status", json!({})).await;
        let revision = &status["header"]["revision"];
        let body = json!({"revision": revision, "physical": true});
        etcd(&client, "/v3/kv/compaction", body).await;
    }

    /// How the parts of the control plane are, for the words of a failure.
    pub fn parts(&self) -> String {
        let cluster = &self.rig.cluster;
        let all = [
            Component::Etcd,
            Component::Apiserver,
            Component::ControllerManager,
            Component::Kwok,
        ];
        let part = |component: Component| {
            let (name, pid) = (component.name(), cluster.pid(component));
            let log = std::fs::read_to_string(cluster.logs().join(format!("{name}.log")));
            let log = log.unwrap_or_default();
            let lines: Vec<&str> = log.lines().collect();
            let end = lines[lines.len().saturating_sub(8)..].join("\n");
            format!("{name}, pid {pid:?}:\n{end}\n")
        };
        all.map(part).concat()
    }

    /// What the server has cost so far.
    pub fn cost(&self) -> Cost {
        let log = std::fs::read_to_string(self.rig.cluster.logs().join("audit.log")).unwrap();
        let of = |verb: &str, stage: &str| {
            let entries = log
                .lines()
                .filter(|line| line.contains(WHO))
                .filter_map(|line| serde_json::from_str::<Value>(line).ok())
                .filter(|entry| entry["verb"] == verb && entry["stage"] == stage);
            entries.count() as u64
        };
        let metrics = self.runtime.as_ref().unwrap().metrics();
        Cost {
            lists: of("list", "ResponseComplete"),
            watches: of("watch", "ResponseStarted"),
            came: self.wire.came(),
            busy: metrics.worker_total_busy_duration(0),
        }
    }
}

/// What a server costs the apiserver and the machine.
pub struct Cost {
    /// Lists that the apiserver answered, each page by itself.
    lists: u64,
    watches: u64,
    /// Connections, also those that came to nothing.
    came: u64,
    /// How long its only thread was not idle.
    busy: Duration,
}

impl Sub for Cost {
    type Output = Self;

    fn sub(self, before: Self) -> Self {
        Self {
            lists: self.lists - before.lists,
            watches: self.watches - before.watches,
            came: self.came - before.came,
            busy: self.busy.saturating_sub(before.busy),
        }
    }
}

impl fmt::Display for Cost {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            lists,
            watches,
            came,
            busy,
        } = self;
        write!(
            out,
            "{lists} lists, {watches} watches, {came} connections, {busy:.1?} busy"
        )
    }
}

impl Cost {
    /// No list storm and no hot loop. Four watches are begun anew as often as a wait
    /// that doubles lets them, a watch lasts five seconds, and a probe is sent every
    /// second and a half.
    pub fn is_modest(&self, took: Duration, what: &str) {
        let seconds = took.as_secs() + 1;
        assert!(self.lists <= 16 + 2 * seconds, "{what}: {self}");
        assert!(self.watches <= 16 + 3 * seconds, "{what}: {self}");
        assert!(self.came <= 16 + 5 * seconds, "{what}: {self}");
        assert!(self.busy < took / 2, "{what}: {self}");
    }
}
