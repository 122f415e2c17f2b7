//! A real cluster with the adapter on it, and kubectl beside it.

mod objects;

use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use app::cluster::Cluster as Port;
use app::error::ApiError;
use app::model;
use clap::Parser;
use domain::fleet::Entry;
use domain::rollback::{Order, Outcome, Report};
use domain::workload::Key;
use kube::Client;
use serde_json::{Value, json};
use server::config::Config;
use tokio_util::sync::CancellationToken;
use xtask::cluster::{Cluster, Options};

/// Everything a test needs; the cluster ends with the last who holds it.
pub struct Rig {
    pub cluster: Arc<Cluster>,
    pub port: Arc<dyn Port>,
    /// Somebody else, who asks and edits beside Rollbook and kubectl.
    pub client: Client,
    stop: CancellationToken,
}

impl Drop for Rig {
    fn drop(&mut self) {
        self.stop.cancel();
    }
}

/// The cluster of the quiet tests that run right now.
static SHARED: Mutex<Weak<Cluster>> = Mutex::new(Weak::new());
static NEXT: AtomicU32 = AtomicU32::new(1);

/// A cluster for a test that stops parts of it.
pub async fn start(name: &str) -> Rig {
    let options = Options::test(name);
    with(move || Arc::new(Cluster::start(options).expect("a cluster"))).await
}

/// A cluster of that kind, with an audit log by that policy.
pub async fn start_audited(options: Options, policy: Value) -> Rig {
    with(move || Arc::new(audited(options, &policy))).await
}

/// A cluster that tests share which stop no part of it. Objects of one
/// test have names that no other test uses.
pub async fn share() -> Rig {
    with(|| {
        let mut shared = SHARED.lock().unwrap_or_else(PoisonError::into_inner);
        shared.upgrade().unwrap_or_else(|| {
            // The last one may still be ending in its folder.
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let options = Options::test(&format!("shared-{number}"));
            let cluster = Arc::new(audited(options, &patches()));
            *shared = Arc::downgrade(&cluster);
            cluster
        })
    })
    .await
}

/// Records how each patch of a DaemonSet was answered.
fn patches() -> Value {
    json!({
        "apiVersion": "audit.k8s.io/v1", "kind": "Policy", "omitStages": ["RequestReceived"],
        "rules": [{"level": "Metadata", "verbs": ["patch"],
            "resources": [{"group": "apps", "resources": ["daemonsets"]}]}],
    })
}

/// A cluster with an audit log.
fn audited(options: Options, policy: &Value) -> Cluster {
    let name = format!("{}-{}.json", options.name, std::process::id());
    let path = std::env::temp_dir().join(name);
    std::fs::write(&path, policy.to_string()).unwrap();
    let cluster = Cluster::start(Options {
        audit: Some(path.clone()),
        ..options
    });
    std::fs::remove_file(path).unwrap();
    cluster.expect("a cluster")
}

async fn with(cluster: impl FnOnce() -> Arc<Cluster> + Send + 'static) -> Rig {
    let cluster = tokio::task::spawn_blocking(cluster).await.unwrap();
    let config = config(&cluster.kubeconfig(), &[]);
    let connection = server::kube::client::connect(&config).await.unwrap();
    let (port, stop) = connect(&cluster.kubeconfig(), &[]).await;
    Rig {
        cluster,
        port,
        client: connection.client,
        stop,
    }
}

/// Connects with a kubeconfig and further arguments.
pub async fn connect(kubeconfig: &Path, more: &[&str]) -> (Arc<dyn Port>, CancellationToken) {
    let config = config(kubeconfig, more);
    let stop = CancellationToken::new();
    let connected = server::kube::connect(&config, stop.clone()).await;
    let port = connected.unwrap().cluster;
    until("the first picture", || port.health().is_live()).await;
    (port, stop)
}

/// The command line with a kubeconfig and further arguments.
pub fn config(kubeconfig: &Path, more: &[&str]) -> Config {
    let words = ["rollbook", "--kubeconfig", kubeconfig.to_str().unwrap()];
    Config::try_parse_from(words.iter().chain(more)).unwrap()
}

/// Waits until it is so, at most a minute: the machine may be busy.
pub async fn until(what: &str, mut is_so: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !is_so() {
        assert!(
            begin.elapsed() < Duration::from_mins(1),
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

/// Runs scenarios side by side, each on a thread of its own: kubectl blocks.
macro_rules! side_by_side {
    ($rig:expr; $($scenario:path),+ $(,)?) => {{
        let runtime = &tokio::runtime::Handle::current();
        let rig = $rig;
        tokio::task::block_in_place(|| {
            std::thread::scope(|scope| {
                $( scope.spawn(move || runtime.block_on($scenario(rig))); )+
            });
        });
    }};
}
pub(crate) use side_by_side;

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

    /// The adapter has seen what the controller has made of the latest spec.
    pub async fn settled(&self, name: &str) {
        let generation = self.generation(name);
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
        self.begin(&daemon_set(name, "i:1")).await;
        self.image(name, "i:2");
        self.settled(name).await;
    }

    /// A new workload with revision 1.
    pub async fn begin(&self, object: &Value) {
        let name = object["metadata"]["name"].as_str().unwrap();
        self.create(object);
        until("it is seen", || self.entry(name).is_ok()).await;
        self.settled(name).await;
    }

    /// A ControllerRevision made by hand that belongs to the workload, and is
    /// seen.
    pub async fn revision_by_hand(&self, owner: &str, name: &str, number: i64, data: &Value) {
        let uid = self.entry(owner).unwrap().workload.uid.clone();
        self.create(&json!({
            "apiVersion": "apps/v1", "kind": "ControllerRevision", "revision": number,
            "metadata": {"name": name, "labels": {"app": owner}, "ownerReferences": [
                {"apiVersion": "apps/v1", "kind": "DaemonSet", "name": owner, "uid": uid, "controller": true}]},
            "data": data
        }));
        until("it is seen", || {
            self.entry(owner).is_ok_and(|e| e.revision(name).is_some())
        })
        .await;
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
        self.port.rollback(order, None).await
    }

    /// HTTP codes that Rollbook's writes of a workload were answered with so
    /// far, dry runs aside, as a shared cluster records them.
    pub fn answers(&self, name: &str) -> Vec<u64> {
        let log = std::fs::read_to_string(self.cluster.logs().join("audit.log"));
        let log = log.unwrap_or_default();
        let entries = log
            .lines()
            .filter_map(|line| serde_json::from_str::<Value>(line).ok());
        let ours = entries.filter(|entry| {
            let uri = entry["requestURI"].as_str().unwrap_or_default();
            entry["objectRef"]["name"] == name
                && uri.contains("fieldManager=rollbook")
                && !uri.contains("dryRun")
        });
        ours.filter_map(|entry| entry["responseStatus"]["code"].as_u64())
            .collect()
    }

    /// Sends an order that must not be carried out: the report says so and
    /// with which code, and the workload is what it was.
    pub async fn refused(&self, order: Order, expected: &str) -> Report {
        self.refused_by(&*self.port, order, expected).await
    }

    /// The same by another server.
    pub async fn refused_by(&self, port: &dyn Port, order: Order, expected: &str) -> Report {
        let name = order.name.clone();
        let before = self.kept(&name);
        let report = port.rollback(order, None).await;
        assert_eq!(code(&report), expected, "{name}: {report:?}");
        assert_eq!(report.changed, Some(false), "{name}: {report:?}");
        assert_ne!(report.outcome, Outcome::RolledBack, "{name}");
        assert_eq!(self.kept(&name), before, "{name} after {expected}");
        report
    }
}

/// The stable name of what happened.
pub fn code(report: &Report) -> String {
    serde_json::to_value(report).unwrap()["code"]
        .as_str()
        .unwrap()
        .to_owned()
}
