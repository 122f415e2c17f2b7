//! Each state of semantics.md 7.4, and a cluster to stage them.

#![expect(clippy::unwrap_used, reason = "tests")]

mod budget;
mod counts;

use jiff::SignedDuration;
use serde_json::json;

use super::*;
use crate::node::{Node, NodeReady, Taint, ZONE};
use crate::placement::Rules;
use crate::pod::tests::{at, dying, failed, pod, unready, unscheduled, waiting};
use crate::pod::{Phase, Pod, Truth};
use crate::status::tests::workload;
use crate::workload::{AtATime, Share, UpdateStrategy, Workload};

/// A cluster with one workload, at second 100. `h2` is the current revision.
#[derive(Debug)]
pub(crate) struct Cluster {
    pub workload: Workload,
    pub pods: Vec<Pod>,
    pub nodes: Option<Vec<Node>>,
    pub second: i64,
    /// Since when it is watched.
    pub moved: i64,
}

impl Cluster {
    /// Nodes `n1` to `n<count>`, all well, and no pods.
    pub fn new(count: usize) -> Self {
        let mut workload = workload(2, 2, 0, 0, 0);
        workload.template_generation = Some(2);
        workload.selector.match_labels = [("app".to_owned(), "foo".to_owned())].into();
        Self {
            workload,
            pods: vec![],
            nodes: Some((1..=count).map(|n| node(&format!("n{n}"))).collect()),
            second: 100,
            moved: 0,
        }
    }

    pub fn with(mut self, pods: impl IntoIterator<Item = Pod>) -> Self {
        self.pods.extend(pods);
        self
    }

    pub fn node(&mut self, name: &str) -> &mut Node {
        let mut nodes = self.nodes.as_mut().unwrap().iter_mut();
        nodes.find(|n| n.name == name).unwrap()
    }

    /// What is seen, and the board of it.
    pub fn look<T>(&self, look: impl FnOnce(&Seen<'_>, &Board) -> T) -> T {
        let rules = Rules::of(&self.workload.template);
        let pods: Vec<&Pod> = self.pods.iter().collect();
        let nodes: Option<Vec<&Node>> = self.nodes.as_ref().map(|n| n.iter().collect());
        let progress = Progress::next(None, &self.workload, at(self.moved));
        let seen = Seen {
            workload: &self.workload,
            progress: &progress,
            rules: &rules,
            hash: Some("h2"),
            pods: &pods,
            nodes: nodes.as_deref(),
            now: at(self.second),
        };
        look(&seen, &Board::of(&seen))
    }

    pub fn board(&self) -> Board {
        self.look(|_, board| board.clone())
    }

    fn state(&self, node: &str) -> NodeState {
        self.board().cell(node).unwrap().state
    }

    pub fn surge(mut self, nodes: u32) -> Self {
        self.workload.strategy = UpdateStrategy::RollingUpdate {
            max_unavailable: Share::Nodes(0),
            max_surge: Share::Nodes(nodes),
        };
        self
    }
}

pub(crate) fn node(name: &str) -> Node {
    Node {
        name: name.into(),
        ready: NodeReady {
            status: Truth::True,
            since: Some(at(-999)),
            ..NodeReady::default()
        },
        ..Node::default()
    }
}

/// A node that the workload does not want.
pub(super) fn tainted(name: &str) -> Node {
    Node {
        taints: vec![Taint {
            key: "k".into(),
            effect: "NoSchedule".into(),
            ..Taint::default()
        }],
        ..node(name)
    }
}

pub(crate) fn new(node: &str) -> Pod {
    pod(&format!("new-{node}"), node, "h2")
}

pub(crate) fn old(node: &str) -> Pod {
    pod(&format!("old-{node}"), node, "h1")
}

fn starting(mut pod: Pod) -> Pod {
    pod.phase = Phase::Pending;
    waiting(pod, "ContainerCreating", "")
}

#[test]
fn each_state_has_its_condition() {
    let another = pod("another", "n1", "h2");
    let third = pod("third", "n1", "h1");
    let only_failed = failed(new("n1"), "OutOfcpu", "");
    let mut succeeded = unready(new("n1"), 0);
    succeeded.phase = Phase::Succeeded;
    let mut fresh = unscheduled(new("n1"), "");
    fresh.unscheduled = None;
    for (pods, state) in [
        (vec![], NodeState::Missing),
        (vec![new("n1")], NodeState::NewAvailable),
        (vec![starting(new("n1"))], NodeState::NewStarting),
        (vec![fresh], NodeState::NewStarting),
        (
            vec![waiting(new("n1"), "ErrImagePull", "")],
            NodeState::NewFailing,
        ),
        (
            vec![waiting(new("n1"), "ImageInspectError", "")],
            NodeState::NewFailing,
        ),
        (vec![only_failed], NodeState::NewFailing),
        (vec![succeeded], NodeState::NewFailing),
        (vec![unready(new("n1"), 0)], NodeState::NewNotReady),
        (vec![unscheduled(new("n1"), "x")], NodeState::NewUnscheduled),
        (vec![old("n1")], NodeState::OldAvailable),
        (vec![unready(old("n1"), 0)], NodeState::OldUnavailable),
        (vec![failed(old("n1"), "", "")], NodeState::OldUnavailable),
        (vec![dying(old("n1"), 9)], NodeState::Terminating),
        (
            vec![dying(old("n1"), 9), dying(new("n1"), 9)],
            NodeState::Terminating,
        ),
        (
            vec![dying(old("n1"), 9), new("n1")],
            NodeState::NewAvailable,
        ),
        (vec![old("n1"), starting(new("n1"))], NodeState::Surging),
        (vec![new("n1"), another.clone()], NodeState::Excess),
        (vec![old("n1"), third], NodeState::Excess),
        (vec![old("n1"), new("n1"), another], NodeState::Excess),
    ] {
        let cluster = Cluster::new(1).with(pods);
        assert_eq!(cluster.state("n1"), state, "{:#?}", cluster.pods);
    }
}

#[test]
fn min_ready_seconds_make_ready_wait() {
    let mut cluster = Cluster::new(1).with([new("n1")]);
    cluster.workload.min_ready_seconds = 101;
    assert_eq!(cluster.state("n1"), NodeState::NewReadyWaiting);
    assert_eq!(cluster.board().cell("n1").unwrap().since, Some(at(0)));
    cluster.second = 101;
    assert_eq!(cluster.state("n1"), NodeState::NewAvailable);
    assert_eq!(cluster.board().cell("n1").unwrap().since, Some(at(101)));
}

#[test]
fn a_template_generation_is_enough_to_be_new() {
    let mut cluster = Cluster::new(1).with([old("n1")]);
    cluster.pods[0].template_generation = Some(2);
    assert_eq!(cluster.state("n1"), NodeState::NewAvailable);
    assert_eq!(cluster.board().counts.updated, 1);
}

#[test]
fn nodes_that_should_not_run_it() {
    let mut cluster = Cluster::new(0).with([new("n1"), dying(old("n2"), 9)]);
    cluster.nodes = Some(vec![tainted("n1"), tainted("n2"), tainted("n3")]);
    let board = cluster.board();
    assert_eq!(board.cell("n1").unwrap().state, NodeState::Misscheduled);
    assert_eq!(board.cell("n2").unwrap().state, NodeState::Terminating);
    assert_eq!(board.cells.len(), 2);
    assert_eq!(board.excluded[0].node, "n3");
    assert_eq!(
        board.counts.misscheduled, 2,
        "the controller counts any pod"
    );
    assert_eq!(board.counts.desired, 0);
    assert_eq!(board.by_state()[&NodeState::Excluded], 1);
}

#[test]
fn a_node_that_is_gone_leaves_its_pod() {
    let cluster = Cluster::new(1).with([new("n1"), new("n2"), dying(old("n3"), 9)]);
    let board = cluster.board();
    let gone = board.cell("n2").unwrap();
    assert!(gone.left && gone.node_ready.is_none());
    assert_eq!(gone.state, NodeState::Misscheduled);
    assert_eq!(board.cell("n3").unwrap().state, NodeState::Terminating);
    assert_eq!((board.counts.desired, board.counts.misscheduled), (1, 0));
}

#[test]
fn pods_alone_are_enough() {
    let mut cluster = Cluster::new(0).with([new("n1"), old("n2"), unready(new("n3"), 0)]);
    cluster.nodes = None;
    cluster.workload.counts.desired = 9;
    let board = cluster.board();
    assert!(!board.nodes_known);
    assert_eq!(board.cells.len(), 3);
    assert!(
        board
            .cells
            .iter()
            .all(|c| !c.left && c.node_ready.is_none())
    );
    assert_eq!((board.counts.desired, board.counts.updated), (3, 2));
    assert_eq!((board.counts.ready, board.counts.misscheduled), (2, 0));
    let status = Counts {
        desired: 9,
        updated: 2,
        ready: 2,
        available: 2,
        ..Counts::default()
    };
    let settled = SignedDuration::ZERO;
    assert_eq!(board.disagreement(status, true, true, settled), None);
}

#[test]
fn pods_of_others_and_pods_without_a_node_stand_apart() {
    let mut foreign = new("n1");
    foreign.controller_uid = "uid-of-another".into();
    let mut lost = unscheduled(new("n2"), "0/3 nodes are available");
    lost.node = None;
    let board = Cluster::new(1).with([foreign, lost]).board();
    assert_eq!(board.cell("n1").unwrap().state, NodeState::Missing);
    assert_eq!(board.cells.len(), 1);
    assert_eq!(board.unplaced[0].pod, "new-n2");
    assert_eq!(board.unplaced[0].reason.as_deref(), Some("Unschedulable"));
}

#[test]
fn cells_are_in_a_natural_order_by_zone() {
    let mut cluster = Cluster::new(12);
    for (name, zone) in [("n10", "a"), ("n2", "a"), ("n1", "b10"), ("n11", "b9")] {
        cluster
            .node(name)
            .labels
            .insert(ZONE.to_owned(), zone.to_owned());
    }
    let board = cluster.board();
    let names: Vec<&str> = board.cells.iter().map(|c| c.node.as_str()).collect();
    assert_eq!(names[..6], ["n2", "n10", "n11", "n1", "n3", "n4"]);
    let zones: Vec<_> = board.cells.iter().map(|c| c.zone.as_deref()).collect();
    let first = [Some("a"), Some("a"), Some("b9"), Some("b10"), None];
    assert_eq!(zones[..5], first);
}

#[test]
fn a_cell_says_why() {
    let mut crashing = waiting(new("n1"), "CrashLoopBackOff", &"back-off ".repeat(99));
    crashing.restarts = 7;
    let mut cluster = Cluster::new(3).with([
        crashing,
        failed(
            new("n2"),
            "Evicted",
            "The node was low on resource: memory.\u{202e}",
        ),
        unready(new("n3"), 7),
    ]);
    cluster.node("n3").unschedulable = true;
    cluster.node("n3").ready.status = Truth::Unknown;
    let board = cluster.board();
    let cell = board.cell("n1").unwrap();
    assert_eq!(cell.reason.as_deref(), Some("CrashLoopBackOff"));
    assert!(cell.message.as_ref().unwrap().chars().count() <= 240);
    assert_eq!(cell.restarts, 7);
    let cell = board.cell("n2").unwrap();
    assert_eq!(cell.reason.as_deref(), Some("Evicted"));
    assert!(cell.message.as_ref().unwrap().ends_with("⟨U+202E⟩"));
    let cell = board.cell("n3").unwrap();
    assert_eq!(cell.reason.as_deref(), Some("ContainersNotReady"));
    assert_eq!((cell.cordoned, cell.node_ready), (true, Some(false)));
    assert_eq!(cell.since, Some(at(7)));
    assert_eq!(
        serde_json::to_value(cell).unwrap(),
        json!({"node": "n3", "state": "new-not-ready", "since": "2027-01-15T08:00:07Z",
            "pod": "new-n3", "podUid": "uid-new-n3", "revisionHash": "h2", "reason": "ContainersNotReady",
            "cordoned": true, "nodeReady": false})
    );
}

#[test]
fn every_state_has_its_own_slug() {
    for state in NodeState::ALL {
        assert_eq!(NodeState::from_slug(state.slug()), Some(state));
        assert_eq!(serde_json::to_value(state).unwrap(), json!(state.slug()));
    }
    assert_eq!(NodeState::from_slug("nonsense"), None);
}

#[test]
fn a_board_survives_the_wire() {
    let board = Cluster::new(3)
        .with([new("n1"), dying(old("n2"), 9)])
        .board();
    let wire = serde_json::to_string(&board).unwrap();
    assert_eq!(serde_json::from_str::<Board>(&wire).unwrap(), board);
    let tally = serde_json::to_string(&board.by_state()).unwrap();
    assert_eq!(tally, r#"{"new-available":1,"terminating":1,"missing":1}"#);
    assert_eq!(
        serde_json::from_str::<Tally>(&tally).unwrap(),
        board.by_state()
    );
}
