//! Every way a pod can fare, as the tag of its image says.

use std::collections::BTreeSet;
use std::time::{Duration, Instant};

use serde_json::Value;
use xtask::cluster::{Cluster, Options};

use crate::daemon_set;

/// Long enough for a busy machine.
const SOON: Duration = Duration::from_secs(30);

/// One cluster for all: the machine is better used by pods than by clusters.
#[test]
fn pods_fare_as_their_tags_say() {
    let cluster = Cluster::start(Options::test("stages")).expect("a cluster");
    let begin = Instant::now();
    for (name, tag) in [
        ("lazy", ":1.0-slow"),
        ("fine", ":1.0"),
        ("gone", ":1.0-missing"),
        ("loop", ":1.0-crash"),
        ("never", ":1.0-unready"),
        // Names are not tags.
        ("missing", ""),
        ("crash", ":1.0@sha256:c0ffee"),
    ] {
        cluster.apply(&daemon_set(name, tag)).unwrap();
    }
    for name in ["missing", "crash"] {
        until(&cluster, name, "ready by name", is_ready);
    }
    nodes_are_ready_in_three_zones(&cluster);
    most_are_ready_at_once_and_deleted_ones_are_replaced(&cluster);
    some_run_and_never_get_ready(&cluster);
    a_crash_comes_again_and_again(&cluster);
    missing_images_fail_and_back_off_in_turn(&cluster);
    some_are_slow(&cluster, begin);
}

/// The pods of a DaemonSet, whole.
fn pods(cluster: &Cluster, app: &str) -> Vec<Value> {
    let text = cluster
        .kubectl(&["get", "pods", "-l", &format!("app={app}"), "-o", "json"])
        .unwrap();
    let list: Value = serde_json::from_str(&text).unwrap();
    list["items"].as_array().cloned().unwrap()
}

fn condition<'a>(pod: &'a Value, name: &str) -> Option<&'a str> {
    let all = pod["status"]["conditions"].as_array()?;
    all.iter().find(|c| c["type"] == name)?["status"].as_str()
}

fn container(pod: &Value) -> &Value {
    &pod["status"]["containerStatuses"][0]
}

fn waits_for(pod: &Value) -> &str {
    container(pod)["state"]["waiting"]["reason"]
        .as_str()
        .unwrap_or_default()
}

/// Waits until it is so of each of the three pods.
fn until(cluster: &Cluster, app: &str, what: &str, is_so: impl Fn(&Value) -> bool) -> Vec<Value> {
    let mut last = Vec::new();
    let result = cluster.wait_until(what, SOON, || {
        last = pods(cluster, app);
        last.len() == 3 && last.iter().all(&is_so)
    });
    assert!(result.is_ok(), "{what}: {last:#?}");
    last
}

fn is_ready(pod: &Value) -> bool {
    condition(pod, "Ready") == Some("True")
}

/// Pods that run have all that a kubelet would say.
fn assert_filled(pod: &Value) {
    let status = &pod["status"];
    for field in ["hostIP", "podIP", "startTime"] {
        assert!(status[field].is_string(), "{field}: {status:#}");
    }
    assert_eq!(condition(pod, "PodScheduled"), Some("True"), "{status:#}");
    assert_eq!(condition(pod, "Initialized"), Some("True"));
    assert_ne!(container(pod)["imageID"], "");
    assert!(container(pod)["state"]["running"]["startedAt"].is_string());
}

fn most_are_ready_at_once_and_deleted_ones_are_replaced(cluster: &Cluster) {
    let old = until(cluster, "fine", "ready", is_ready);
    old.iter().for_each(assert_filled);
    let uids = |pods: &[Value]| -> BTreeSet<String> {
        pods.iter()
            .map(|pod| pod["metadata"]["uid"].to_string())
            .collect()
    };
    cluster
        .kubectl(&["delete", "pods", "-l", "app=fine"])
        .unwrap();
    let new = until(cluster, "fine", "ready again", is_ready);
    assert!(uids(&old).is_disjoint(&uids(&new)));
}

fn missing_images_fail_and_back_off_in_turn(cluster: &Cluster) {
    let mut seen: Vec<String> = Vec::new();
    let begin = Instant::now();
    while seen.len() < 4 && begin.elapsed() < SOON {
        // One pod: each has its own beat.
        if let Some(pod) = pods(cluster, "gone").first() {
            let reason = waits_for(pod).to_owned();
            if !reason.is_empty() && seen.last() != Some(&reason) {
                seen.push(reason);
            }
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    // Where in its beat the pod is by now, nobody knows.
    let start = usize::from(
        seen.first()
            .is_some_and(|reason| reason == "ImagePullBackOff"),
    );
    let beat = ["ErrImagePull", "ImagePullBackOff"];
    let expected: Vec<&str> = (start..start + 4).map(|i| beat[i % 2]).collect();
    assert_eq!(seen, expected);
    for pod in pods(cluster, "gone") {
        assert_eq!(pod["status"]["phase"], "Pending");
        assert!(!is_ready(&pod));
        let message = container(&pod)["state"]["waiting"]["message"].as_str();
        assert!(message.unwrap().contains("gone:1.0-missing"), "{message:?}");
    }
}

fn a_crash_comes_again_and_again(cluster: &Cluster) {
    let restarts = |pod: &Value| container(pod)["restartCount"].as_u64().unwrap_or_default();
    let first = until(cluster, "loop", "crashed", |pod| {
        waits_for(pod) == "CrashLoopBackOff"
    });
    let most = first.iter().map(restarts).max().unwrap_or_default();
    let later = until(cluster, "loop", "crashed again", |pod| {
        restarts(pod) >= most + 2
    });
    for pod in later {
        assert!(!is_ready(&pod));
        let last = &container(&pod)["lastState"]["terminated"];
        assert_eq!(last["exitCode"], 1);
        assert_eq!(last["reason"], "Error");
    }
}

fn some_run_and_never_get_ready(cluster: &Cluster) {
    let running = |pod: &Value| pod["status"]["phase"] == "Running";
    until(cluster, "never", "running", running)
        .iter()
        .for_each(assert_filled);
    std::thread::sleep(Duration::from_secs(3));
    let pods = pods(cluster, "never");
    assert!(pods.iter().all(|pod| running(pod) && !is_ready(pod)));
}

fn some_are_slow(cluster: &Cluster, begin: Instant) {
    if begin.elapsed() < Duration::from_secs(25) {
        assert!(!pods(cluster, "lazy").iter().any(is_ready), "too early");
    }
    until(cluster, "lazy", "ready", is_ready);
    assert!(
        begin.elapsed() >= Duration::from_secs(28),
        "it was not slow"
    );
}

/// Spread over zones, ready, each with an address of its own.
fn nodes_are_ready_in_three_zones(cluster: &Cluster) {
    let zone = "{.metadata.labels.topology\\.kubernetes\\.io/zone}";
    let ready = "{.status.conditions[?(@.type==\"Ready\")].status}";
    let address = "{.status.addresses[?(@.type==\"InternalIP\")].address}";
    let path = format!("jsonpath={{range .items[*]}}{zone} {ready} {address};{{end}}");
    let nodes = || cluster.kubectl(&["get", "nodes", "-o", &path]).unwrap();
    let all = "eu-1a True 198.18.0.1;eu-1b True 198.18.0.2;eu-1c True 198.18.0.3;";
    let result = cluster.wait_until("nodes are ready", SOON, || nodes() == all);
    assert!(result.is_ok(), "{}", nodes());
}
