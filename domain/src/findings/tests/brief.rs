//! What a board tells of a rollout in a word, and when it says that it is held up.

use super::*;
use crate::board::tests::Cluster;
use crate::node::NodeReady;

fn told(cluster: &Cluster) -> Told {
    cluster.look(|seen, board| Told::of(seen, board, &findings(seen, board, &[])))
}

fn brief(told: &Told) -> (&str, u32, bool) {
    let why = told.why.as_ref().unwrap();
    (&why.word, why.nodes, told.holds)
}

fn not_found(node: &str) -> Pod {
    waiting(new(node), "ErrImagePull", "i:2: not found")
}

#[test]
fn an_image_that_is_not_there_holds_once_the_budget_is_used() {
    let mut cluster = Cluster::new(3).with([not_found("n1"), old("n2"), old("n3")]);
    cluster.workload.counts.desired = 3;
    cluster.workload.counts.updated = 1;
    assert_eq!(brief(&told(&cluster)), ("ImagePullBackOff", 1, true));
    // As long as others may move they do.
    cluster.workload.strategy = UpdateStrategy::RollingUpdate {
        max_unavailable: crate::workload::Share::Nodes(2),
        max_surge: crate::workload::Share::Nodes(0),
    };
    assert_eq!(brief(&told(&cluster)), ("ImagePullBackOff", 1, false));
    // And when none is left it is what is waited for.
    cluster.workload.counts.updated = 3;
    assert_eq!(brief(&told(&cluster)), ("ImagePullBackOff", 1, true));
}

#[test]
fn a_further_trouble_makes_the_first_no_milder() {
    let mut cluster = Cluster::new(3).with([not_found("n1"), old("n2"), old("n3")]);
    cluster.node("n3").ready = NodeReady {
        status: Truth::False,
        since: Some(at(0)),
        ..NodeReady::default()
    };
    cluster.workload.counts.desired = 3;
    cluster.workload.counts.updated = 1;
    assert_eq!(brief(&told(&cluster)), ("ImagePullBackOff", 1, true));
}

#[test]
fn who_waits_for_a_person_is_not_held_up() {
    let mut cluster = Cluster::new(1).with([old("n1")]);
    cluster.workload.strategy = UpdateStrategy::OnDelete;
    assert_eq!(brief(&told(&cluster)), ("OnDelete", 1, false));
}

#[test]
fn names_out_of_the_cluster_stay_short_and_inert() {
    let long = format!("Insufficient \u{202e}{}", "x".repeat(200));
    let mut pod = unscheduled(new("n1"), &long);
    pod.unscheduled.as_mut().unwrap().since = Some(at(0));
    let told = told(&Cluster::new(1).with([pod]));
    let word = &told.why.unwrap().word;
    assert!(
        word.chars().count() <= 41 && !word.contains('\u{202e}'),
        "{word}"
    );
}
