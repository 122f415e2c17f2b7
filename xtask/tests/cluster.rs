//! The clusters themselves: real, side by side, every way a pod can fare.

#![expect(clippy::expect_used, clippy::unwrap_used, reason = "tests")]

use std::time::Duration;

use xtask::cluster::{Cluster, Component, Options};

fn daemon_set(name: &str, tag: &str) -> String {
    format!(
        r#"{{"apiVersion":"apps/v1","kind":"DaemonSet","metadata":{{"name":"{name}","namespace":"default"}},
        "spec":{{"selector":{{"matchLabels":{{"app":"{name}"}}}},"template":{{"metadata":{{"labels":{{"app":"{name}"}}}},
        "spec":{{"containers":[{{"name":"c","image":"registry.example.com:5000/{name}:{tag}"}}]}}}}}}}}"#
    )
}

/// All values of a JSON path of the pods with this label, once each.
fn pods(cluster: &Cluster, app: &str, path: &str) -> Vec<String> {
    let selector = format!("app={app}");
    let template = format!("jsonpath={{range .items[*]}}{{{path}}}{{\"\\n\"}}{{end}}");
    let mut all: Vec<String> = cluster
        .kubectl(&["get", "pods", "-l", &selector, "-o", &template])
        .unwrap_or_default()
        .lines()
        .map(ToOwned::to_owned)
        .collect();
    all.sort();
    all.dedup();
    all
}

#[test]
fn pods_fare_as_their_tags_say() {
    let cluster = Cluster::start(Options::test("stages")).expect("a cluster");
    for (name, tag) in [
        ("fine", "1.0"),
        ("gone", "1.0-missing"),
        ("loop", "crash"),
        ("never", "unready"),
    ] {
        cluster.apply(&daemon_set(name, tag)).unwrap();
    }
    let reason = ".status.containerStatuses[0].state.waiting.reason";
    let soon = Duration::from_secs(30);
    let wait = |what: &str, is_so: &mut dyn FnMut() -> bool| {
        if let Err(failure) = cluster.wait_until(what, soon, is_so) {
            let state = cluster
                .kubectl(&["get", "pods", "-o", "wide"])
                .unwrap_or_default();
            unreachable!("{failure}\n{state}");
        }
    };
    let ready = ".status.conditions[?(@.type==\"Ready\")].status";
    wait("fine is ready", &mut || {
        pods(&cluster, "fine", ready) == ["True"]
    });
    wait("gone cannot pull", &mut || {
        pods(&cluster, "gone", reason).contains(&"ErrImagePull".into())
    });
    wait("gone backs off", &mut || {
        pods(&cluster, "gone", reason).contains(&"ImagePullBackOff".into())
    });
    wait("never runs", &mut || {
        pods(&cluster, "never", ".status.phase") == ["Running"]
    });
    assert_eq!(pods(&cluster, "never", ready), ["False"]);
    let restarts = ".status.containerStatuses[0].restartCount";
    wait("loop restarts", &mut || {
        pods(&cluster, "loop", restarts)
            .iter()
            .any(|n| n.parse::<u32>().is_ok_and(|n| n >= 2))
    });
    assert_eq!(pods(&cluster, "loop", reason), ["CrashLoopBackOff"]);
}

#[test]
fn processes_can_be_frozen_killed_and_restarted() {
    let cluster = Cluster::start(Options::test("process")).expect("a cluster");
    let other = Cluster::start(Options {
        nodes: 0,
        ..Options::test("beside")
    })
    .expect("one beside it");
    let observed = || {
        cluster
            .kubectl(&[
                "get",
                "ds",
                "x",
                "-o",
                "jsonpath={.status.observedGeneration}",
            ])
            .unwrap_or_default()
    };
    cluster.freeze(Component::ControllerManager).unwrap();
    cluster.apply(&daemon_set("x", "1")).unwrap();
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(observed(), "", "a frozen controller handles nothing");
    cluster.thaw(Component::ControllerManager).unwrap();
    cluster
        .wait_until("observed", Duration::from_secs(20), || observed() == "1")
        .unwrap();
    cluster.kill(Component::Apiserver).unwrap();
    assert!(
        cluster
            .kubectl(&["get", "ds", "--request-timeout=2s"])
            .is_err()
    );
    assert!(
        other.kubectl(&["get", "ds"]).is_ok(),
        "the other one is untouched"
    );
    cluster.restart(Component::Apiserver).unwrap();
    cluster
        .wait_until("answers again", Duration::from_secs(30), || {
            observed() == "1"
        })
        .unwrap();
}
