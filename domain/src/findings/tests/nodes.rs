//! Rows that are the node's, and pods that do not go.

use super::*;

#[test]
fn a_node_runs_short() {
    let mut cluster = one(unready(new("n1"), 90));
    cluster.node("n1").pressure = vec!["DiskPressure".into()];
    cluster.node("n2").pressure = vec!["DiskPressure".into()];
    let found = only(&cluster, &[]);
    assert_eq!(found.nodes.names, ["n1"], "n2 is well off with it");
    assert_eq!(found.evidence.kind, Object::Node);
}

#[test]
fn a_pod_that_does_not_go() {
    let mut held = dying(old("n1"), 40);
    let cluster = one(held.clone());
    assert_eq!(look(&cluster, &[]), [], "30 s of grace, and 30 s more");
    held = dying(old("n1"), 39);
    held.finalizers = vec!["example.com/wait".into()];
    let mut cluster = one(held);
    cluster.second = 100;
    let found = only(&cluster, &[]);
    assert_eq!(found.since, Some(at(39)));
    assert_eq!(found.next, Next::CheckFinalizers);
    assert!(found.stands());
    cluster.pods[0].finalizers.clear();
    let found = only(&cluster, &[]);
    assert_eq!(found.next, Next::CheckNode);
    assert!(!found.stands());
    cluster.pods[0].phase = Phase::Failed;
    assert_eq!(look(&cluster, &[]), [], "it ended, the next one is made");
}

/// Three nodes, one of them dead with its pod terminating for ever.
fn dead() -> Cluster {
    let mut cluster = Cluster::new(3).with([dying(old("n1"), -500), old("n2"), new("n3")]);
    let ready = &mut cluster.node("n1").ready;
    ready.status = Truth::Unknown;
    ready.since = Some(at(-600));
    ready.message = "Kubelet stopped posting node status.".into();
    cluster
}

#[test]
fn dead_nodes_eat_the_budget() {
    let mut cluster = dead();
    let found = only(&cluster, &[]);
    assert_eq!(found.cause, Cause::DeadNodes { blocks: true });
    assert_eq!(found.nodes.names, ["n1"]);
    assert_eq!(found.since, Some(at(-600)));
    assert_eq!(
        found.evidence.message,
        "Kubelet stopped posting node status."
    );
    cluster.workload.strategy = UpdateStrategy::RollingUpdate {
        max_unavailable: crate::workload::Share::Nodes(2),
        max_surge: crate::workload::Share::Nodes(0),
    };
    assert_eq!(
        only(&cluster, &[]).cause,
        Cause::DeadNodes { blocks: false }
    );
    cluster.node("n1").ready.since = Some(at(60));
    assert_eq!(look(&cluster, &[]), [], "it may only start anew");
}

#[test]
fn a_dead_node_that_is_no_longer_wanted_eats_it_too() {
    let mut cluster = dead();
    cluster.node("n1").taints = vec![crate::node::Taint {
        key: "node.kubernetes.io/unreachable".into(),
        effect: "NoSchedule".into(),
        ..crate::node::Taint::default()
    }];
    assert_eq!(only(&cluster, &[]).cause, Cause::DeadNodes { blocks: true });
    let mut alive = unready(new("n1"), -500);
    alive.trouble = waiting(new("n1"), "CrashLoopBackOff", "").trouble;
    cluster.pods[0] = alive;
    let found = only(&cluster, &[]);
    assert_eq!(
        found.cause,
        Cause::DeadNodes { blocks: true },
        "its words are old"
    );
    cluster.node("n1").taints.clear();
    assert_eq!(only(&cluster, &[]), found, "wanted or not");
}

#[test]
fn a_dead_node_whose_pod_is_not_ours_is_no_cause() {
    let mut cluster = one(new("n1"));
    cluster.nodes.as_mut().unwrap().push(node("n3"));
    let other = cluster.node("n3");
    other.ready.status = Truth::False;
    other.taints = vec![crate::node::Taint {
        key: "k".into(),
        effect: "NoSchedule".into(),
        ..crate::node::Taint::default()
    }];
    assert_eq!(look(&cluster, &[]), []);
}
