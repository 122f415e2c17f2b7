//! Processes can be frozen, killed and restarted, and clusters do not touch
//! each other.

use std::fs;
use std::process::Command;
use std::time::Duration;

use xtask::cluster::{Cluster, Component, Options};

use crate::daemon_set;

#[test]
fn processes_can_be_frozen_killed_and_restarted() {
    let cluster = Cluster::start(Options::test("process")).expect("a cluster");
    let other = Cluster::start(Options {
        nodes: 0,
        ..Options::test("beside")
    })
    .expect("one beside it");
    let observed = || {
        let path = "jsonpath={.status.observedGeneration}";
        cluster
            .kubectl(&["get", "ds", "x", "-o", path])
            .unwrap_or_default()
    };
    cluster.freeze(Component::ControllerManager).unwrap();
    cluster.apply(&daemon_set("x", ":1")).unwrap();
    std::thread::sleep(Duration::from_secs(1));
    assert_eq!(observed(), "", "a frozen controller handles nothing");
    cluster.thaw(Component::ControllerManager).unwrap();
    cluster
        .wait_until("observed", Duration::from_secs(20), || observed() == "1")
        .unwrap();
    let old = cluster.pid(Component::Apiserver);
    assert!(old.is_some());
    assert!(cluster.restart(Component::Apiserver).is_err(), "it runs");
    cluster.kill(Component::Apiserver).unwrap();
    assert_eq!(cluster.pid(Component::Apiserver), None);
    assert!(cluster.kill(Component::Apiserver).is_err(), "it is gone");
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
    assert_ne!(cluster.pid(Component::Apiserver), old);
    cluster
        .wait_until("answers again", Duration::from_secs(30), || {
            observed() == "1"
        })
        .unwrap();
}

/// The other three, one after another: each comes back and does its work.
#[test]
fn every_process_comes_back_and_listens_on_loopback_only() {
    let cluster = Cluster::start(Options::test("back")).expect("a cluster");
    for component in [Component::Etcd, Component::Scheduler, Component::Kwok] {
        cluster.kill(component).unwrap();
        assert_eq!(cluster.pid(component), None);
        cluster.restart(component).unwrap();
        let name = format!("{component:?}").to_lowercase();
        // After etcd's death the apiserver's own watches of it take up to 50 s.
        let soon = Duration::from_mins(2);
        // An object is stored, its pods are placed and started.
        let object = daemon_set(&name, ":1");
        // Long enough for one call on a busy machine, short beside the two minutes.
        let words = ["apply", "--request-timeout=10s", "-f", "-"];
        let stored = || {
            let stored = cluster.feed(&words, &object);
            if let Err(why) = &stored {
                println!("{name} is not stored yet: {why}");
            }
            stored.is_ok()
        };
        cluster.wait_until("stored", soon, stored).unwrap();
        let path = "jsonpath={.status.numberReady}";
        let ready = || {
            cluster
                .kubectl(&["get", "ds", &name, "-o", path])
                .is_ok_and(|count| count == "3")
        };
        cluster
            .wait_until(&format!("{name} ready"), soon, ready)
            .unwrap();
    }
    #[cfg(target_os = "linux")]
    crate::listeners::are_on_loopback_only(
        &cluster,
        &[
            Component::Etcd,
            Component::Apiserver,
            Component::ControllerManager,
            Component::Scheduler,
            Component::Kwok,
        ],
    );
}

#[test]
fn writes_are_recorded_and_flags_are_passed_on() {
    let policy = std::env::temp_dir().join(format!("rb-policy-{}.yaml", std::process::id()));
    fs::write(
        &policy,
        "apiVersion: audit.k8s.io/v1\nkind: Policy\nrules:\n- { level: Metadata, verbs: [create] }\n",
    )
    .unwrap();
    let cluster = Cluster::start(Options {
        nodes: 0,
        audit: Some(policy.clone()),
        extra_args: vec!["kube-apiserver=event-ttl=7m".into()],
        ..Options::test("audit")
    })
    .expect("a cluster");
    fs::remove_file(policy).unwrap();
    cluster
        .kubectl(&["create", "configmap", "seen-by-audit"])
        .unwrap();
    let recorded = || {
        fs::read_to_string(cluster.logs().join("audit.log"))
            .is_ok_and(|text| text.contains("seen-by-audit"))
    };
    cluster
        .wait_until("recorded", Duration::from_secs(10), recorded)
        .unwrap();
    let pid = cluster.pid(Component::Apiserver).unwrap().to_string();
    let mut ps = Command::new("ps");
    let line = ps.args(["-ww", "-o", "command=", "-p", &pid]).output();
    let line = line.unwrap().stdout;
    assert!(String::from_utf8_lossy(&line).contains("--event-ttl=7m"));
}
