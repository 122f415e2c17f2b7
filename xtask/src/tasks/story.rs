//! The demo's story, told by real API calls in order, so that the controllers
//! themselves make the history.

use std::fs;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::TcpStream;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use serde_json::{Value, json};
use xtask::cluster::Cluster;
use xtask::run::{Doing, Outcome, fail, own_group, root, signal, step};

/// How long one call of kubectl waits: between them this process looks whether
/// it was asked to end.
const GLANCE: &str = "--timeout=3s";

/// What a write prints: which generation it made.
const GENERATION: &str = "jsonpath={.metadata.generation}";

/// The file in which Rollbook keeps what it saw of the story.
pub fn record(cluster: &Cluster) -> PathBuf {
    cluster.folder().join("record.db")
}

/// Plays `end2end/cluster/story.yaml`, and lets a Rollbook watch it where one
/// is given. Workloads are told side by side.
///
/// # Errors
/// When a step fails.
pub fn play(cluster: &Cluster, rollbook: Option<&Path>) -> Outcome<()> {
    let about = 8 + cluster.nodes() / 5;
    step(&format!("telling the story (about {about} s)"), || {
        let watcher = rollbook
            .map(|program| Watcher::start(cluster, program))
            .transpose()?;
        tell_all(
            cluster,
            watcher.as_ref().map(|watcher| watcher.address.as_str()),
        )?;
        watcher.map_or(Ok(()), Watcher::end)
    })
}

/// A Rollbook that watches the story and writes it down. Dropping kills it.
struct Watcher {
    child: Child,
    /// Host and port.
    address: String,
}

impl Watcher {
    fn start(cluster: &Cluster, program: &Path) -> Outcome<Self> {
        let mut command = Command::new(program);
        command
            .arg("--kubeconfig")
            .arg(cluster.kubeconfig())
            .arg("--record")
            .arg(record(cluster))
            .args(["--port", "0"])
            .env("RUST_LOG", "error")
            .stdin(Stdio::null())
            .stdout(Stdio::piped());
        own_group(&mut command);
        let mut child = command.spawn().doing("cannot start rollbook")?;
        cluster.record(child.id(), program)?;
        let out = child.stdout.take();
        let mut watcher = Self {
            child,
            address: String::new(),
        };
        // It says where it is once it has seen the cluster.
        let line = out.and_then(|out| BufReader::new(out).lines().next());
        let line = line.and_then(Result::ok).unwrap_or_default();
        let Some((_, address)) = line.split_once("http://") else {
            return fail("rollbook ended before it watched; why, it says above");
        };
        address
            .trim_end_matches('/')
            .clone_into(&mut watcher.address);
        Ok(watcher)
    }

    fn end(mut self) -> Outcome<()> {
        signal("TERM", self.child.id());
        let status = self.child.wait().doing("cannot wait for rollbook")?;
        if status.success() {
            Ok(())
        } else {
            fail(format!("rollbook ended with {status}"))
        }
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        // It may have ended already.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn tell_all(cluster: &Cluster, rollbook: Option<&str>) -> Outcome<()> {
    let path = root().join("end2end/cluster/story.yaml");
    let text = fs::read_to_string(path).doing("cannot read the story")?;
    let story: Value = serde_norway::from_str(&text).doing("cannot read the story")?;
    cluster.feed(&["create", "-f", "-"], &namespaces(&story))?;
    std::thread::scope(|scope| {
        let tellers: Vec<_> = list(&story["workloads"])
            .iter()
            .filter(|workload| is_told(cluster, workload))
            .map(|workload| scope.spawn(move || tell(cluster, rollbook, workload)))
            .collect();
        tellers.into_iter().try_for_each(|teller| {
            teller
                .join()
                .unwrap_or_else(|_| fail("a part of the story broke off"))
        })
    })
}

/// Some are only worth seeing on many nodes.
fn is_told(cluster: &Cluster, workload: &Value) -> bool {
    let from = workload["from-nodes"].as_u64().unwrap_or_default();
    u64::try_from(cluster.nodes()).is_ok_and(|nodes| nodes >= from)
}

/// The namespaces that are not there from the start, as JSON text.
fn namespaces(story: &Value) -> String {
    let items: Vec<Value> = list(&story["namespaces"])
        .iter()
        .map(|name| json!({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name}}))
        .collect();
    json!({"apiVersion": "v1", "kind": "List", "items": items}).to_string()
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// One workload: its object, then its steps.
fn tell(cluster: &Cluster, rollbook: Option<&str>, workload: &Value) -> Outcome<()> {
    let object = &workload["object"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let namespace = text(&object["metadata"]["namespace"]);
    let name = text(&object["metadata"]["name"]);
    let told = Told {
        cluster,
        rollbook,
        namespace,
        target: format!("ds/{name}"),
    };
    let how = if workload["apply"].as_bool() == Some(true) {
        "apply"
    } else {
        "create"
    };
    let made = cluster.feed(&[how, "-f", "-", "-o", GENERATION], &object.to_string())?;
    told.observed(&made)?;
    list(&workload["steps"])
        .iter()
        .try_for_each(|step| told.step(step))
}

struct Told<'a> {
    cluster: &'a Cluster,
    /// Host and port of the Rollbook that watches.
    rollbook: Option<&'a str>,
    namespace: String,
    target: String,
}

impl Told<'_> {
    fn kubectl(&self, arguments: &[&str]) -> Outcome<String> {
        let mut all = vec!["-n", self.namespace.as_str()];
        all.extend(arguments);
        self.cluster.kubectl(&all)
    }

    /// One field of the object, by its `jsonpath=`.
    fn field(&self, path: &str) -> Outcome<String> {
        self.kubectl(&["get", &self.target, "-o", path])
    }

    /// Asks kubectl, which waits for a while, until it says that it is so. The
    /// more nodes, the longer it may take.
    fn until(&self, what: &str, arguments: &[&str]) -> Outcome<()> {
        let nodes = u64::try_from(self.cluster.nodes()).unwrap_or_default();
        self.cluster.wait_until(
            &format!("{} {what}", self.target),
            Duration::from_secs(240 + nodes),
            || self.kubectl(arguments).is_ok(),
        )
    }

    /// A field of the status reaches a value.
    fn reaches(&self, field: &str, value: &str) -> Outcome<()> {
        let wanted = format!("--for=jsonpath={{.status.{field}}}={value}");
        let what = format!("reaches {field} {value}");
        self.until(&what, &["wait", &self.target, &wanted, GLANCE])
    }

    /// The controller has handled a generation of the spec.
    fn observed(&self, generation: &str) -> Outcome<()> {
        self.reaches("observedGeneration", generation)
    }

    /// A verb of `kubectl rollout` that writes, and its handling.
    fn rollout(&self, verb: &str, more: &[&str]) -> Outcome<()> {
        self.kubectl(&[&["rollout", verb, &self.target], more].concat())?;
        self.observed(&self.field(GENERATION)?)
    }

    /// Every pod is ready, of whichever revision.
    fn ready(&self) -> Outcome<()> {
        let desired = self.field("jsonpath={.status.desiredNumberScheduled}")?;
        self.reaches("numberReady", &desired)
    }

    fn step(&self, step: &Value) -> Outcome<()> {
        let Some((verb, value)) = step.as_object().and_then(|map| map.iter().next()) else {
            return fail(format!(
                "{}: a step must have one verb: {step}",
                self.target
            ));
        };
        let target = self.target.as_str();
        match verb.as_str() {
            "patch" => self.patch(value, "kubectl-patch"),
            "sync" => self.patch(value, "argocd-controller"),
            "roll-back" => self.roll_back(value),
            "undo" => self.rollout("undo", &[&format!("--to-revision={value}")]),
            "restart" => self.rollout("restart", &[]),
            "rollout" => self.until("is rolled out", &["rollout", "status", target, GLANCE]),
            "pods" => self.ready(),
            "delete-pods" => self.delete_pods(value.as_u64().unwrap_or(1)),
            "node-dies" => self.node_dies(value.as_str().unwrap_or_default()),
            other => fail(format!("{target}: no such step: {other}")),
        }
    }

    fn patch(&self, patch: &Value, manager: &str) -> Outcome<()> {
        let patch = patch.to_string();
        let words = ["patch", &self.target, "--type=strategic", "-p", &patch];
        let how = ["--field-manager", manager, "-o", GENERATION];
        self.observed(&self.kubectl(&[&words[..], &how].concat())?)
    }

    /// A rollback as a person orders it.
    fn roll_back(&self, number: &Value) -> Outcome<()> {
        let Some(rollbook) = self.rollbook else {
            return self.rollout("undo", &[&format!("--to-revision={number}")]);
        };
        let name = self.target.trim_start_matches("ds/");
        let path = format!("jsonpath={{.items[?(@.revision=={number})].metadata.name}}");
        let selector = format!("app={name}");
        let to = self.kubectl(&["get", "controllerrevisions", "-l", &selector, "-o", &path])?;
        let order = json!({
            "namespace": self.namespace, "name": name, "to": to, "reason": "INC-2214: no events from GPU nodes",
        });
        post(rollbook, "/api/rollback", &order)?;
        self.observed(&self.field(GENERATION)?)
    }

    /// The last that the kubelet of this node says is that it is not ready; KWOK
    /// lets it be.
    fn node_dies(&self, node: &str) -> Outcome<()> {
        self.kubectl(&["annotate", "node", node, "rollbook.dev/dead=yes"])?;
        let now = jiff::Timestamp::now().round(jiff::Unit::Second);
        let now = now.doing("cannot tell the time")?.to_string();
        let ready = json!({"status": {"conditions": [{
            "type": "Ready", "status": "False", "reason": "KubeletNotReady",
            "message": "container runtime is down",
            "lastHeartbeatTime": now, "lastTransitionTime": now,
        }]}});
        let patch = ready.to_string();
        self.kubectl(&["patch", "node", node, "--subresource=status", "-p", &patch])
            .map(|_| ())
    }

    /// Deletes so many percent of the pods, by name.
    fn delete_pods(&self, percent: u64) -> Outcome<()> {
        let name = self.target.trim_start_matches("ds/");
        let selector = format!("app={name}");
        let pods = self.kubectl(&["get", "pods", "-l", &selector, "-o", "name"])?;
        let percent = usize::try_from(percent).unwrap_or(100);
        let count = pods.lines().count() * percent / 100;
        let gone: Vec<&str> = pods.lines().take(count).collect();
        self.kubectl(&[&["delete", "--wait=false"], &gone[..]].concat())
            .map(|_| ())
    }
}

/// Posts JSON; fails unless the answer is 200.
fn post(address: &str, path: &str, body: &Value) -> Outcome<()> {
    let body = body.to_string();
    let length = body.len();
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: {address}\r\ncontent-type: application/json\r\n\
         content-length: {length}\r\nconnection: close\r\n\r\n{body}"
    );
    let mut answer = String::new();
    TcpStream::connect(address)
        .and_then(|mut stream| {
            stream.write_all(request.as_bytes())?;
            stream.read_to_string(&mut answer)
        })
        .doing("rollbook does not answer")?;
    match answer.split_whitespace().nth(1) {
        Some("200") => Ok(()),
        _ => fail(format!("rollbook refused: {answer}")),
    }
}
