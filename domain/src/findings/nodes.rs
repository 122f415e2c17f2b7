//! Causes that are the node's: a dead one, one that runs short, and pods that
//! do not go.

use std::collections::HashSet;

use jiff::SignedDuration;

use super::collect::{Case, Cases};
use super::{Cause, Certainty, Evidence, Object};
use crate::board::{Board, NodeState, Seen};
use crate::node::Node;
use crate::pod::Pod;

/// A node is dead when it has not been ready for so long; one that only starts
/// anew may be back before.
const DEAD_AFTER: SignedDuration = SignedDuration::from_mins(1);

/// A pod that was to end is overdue so long after its grace period.
const OVERDUE_AFTER: SignedDuration = SignedDuration::from_secs(30);

pub(super) fn look<'a>(cases: &mut Cases<'a>, seen: &Seen<'a>, board: &Board) {
    let mut available = HashSet::new();
    for pod in seen.own() {
        if seen.is_available(pod) {
            available.extend(pod.node.as_deref());
        }
    }
    // Nodes that have nothing to do with this workload are no cause of it.
    let troubled: HashSet<&str> = board
        .cells
        .iter()
        .filter(|c| c.state == NodeState::Terminating || !available.contains(c.node.as_str()))
        .map(|c| c.node.as_str())
        .collect();
    let blocks = blocked_by_dead(board);
    let nodes = seen.nodes.into_iter().flatten();
    for &node in nodes.filter(|n| troubled.contains(n.name.as_str())) {
        let case = dead(seen, node, blocks).or_else(|| pressure(node));
        if let Some(case) = case {
            cases.add(case);
        }
    }
    let gone: HashSet<&str> = dead_names(seen).collect();
    for case in seen.own().filter_map(|pod| overdue(seen, pod, &gone)) {
        cases.add(case);
    }
}

/// Nodes that are not ready fill the budget, and others wait for it.
fn blocked_by_dead(board: &Board) -> bool {
    let waits = |c: &crate::board::Cell| c.state == NodeState::OldAvailable;
    let dead = board.budget.not_ready;
    dead > 0 && board.budget.is_filled_by(dead) && board.cells.iter().any(waits)
}

/// Names of nodes that are not ready.
fn dead_names<'a>(seen: &Seen<'a>) -> impl Iterator<Item = &'a str> {
    let nodes = seen.nodes.into_iter().flatten();
    nodes
        .filter(|node| !node.is_ready())
        .map(|node| node.name.as_str())
}

fn dead<'a>(seen: &Seen<'_>, node: &'a Node, blocks: bool) -> Option<Case<'a>> {
    let ready = &node.ready;
    let just_now = ready
        .since
        .is_some_and(|since| seen.now.since(since) < DEAD_AFTER);
    if node.is_ready() || just_now {
        return None;
    }
    let message = if ready.message.is_empty() {
        &ready.reason
    } else {
        &ready.message
    };
    Some(Case {
        cause: Cause::DeadNodes { blocks },
        evidence: Evidence::field(
            Object::Node,
            &node.name,
            "status.conditions[Ready]",
            message,
        ),
        since: ready.since,
        certainty: Certainty::Sure,
        node: Some(&node.name),
    })
}

fn pressure(node: &Node) -> Option<Case<'_>> {
    if node.pressure.is_empty() {
        return None;
    }
    Some(Case {
        cause: Cause::NodePressure {
            conditions: node.pressure.clone(),
        },
        evidence: Evidence::field(
            Object::Node,
            &node.name,
            "status.conditions",
            &node.pressure.join(", "),
        ),
        since: None,
        certainty: Certainty::Likely,
        node: Some(&node.name),
    })
}

/// A pod that should have ended. On a dead node that is no wonder, unless a
/// finalizer holds it, too. A pod that has ended and is only held by a finalizer
/// keeps nobody: the controller makes the next one (DC getNodesToDaemonPods).
fn overdue<'a>(seen: &Seen<'_>, pod: &'a Pod, dead: &HashSet<&str>) -> Option<Case<'a>> {
    let deletion = pod.deletion.filter(|_| !pod.is_terminal())?;
    let node = pod.node.as_deref();
    let late = seen.now.since(deletion.deadline) > OVERDUE_AFTER;
    let explained = pod.finalizers.is_empty() && node.is_some_and(|n| dead.contains(n));
    if !late || explained {
        return None;
    }
    let message = if pod.finalizers.is_empty() {
        deletion.deadline.to_string()
    } else {
        pod.finalizers.join(", ")
    };
    let field = if pod.finalizers.is_empty() {
        "metadata.deletionTimestamp"
    } else {
        "metadata.finalizers"
    };
    Some(Case {
        cause: Cause::NeverEnds {
            finalizers: pod.finalizers.clone(),
        },
        evidence: Evidence::field(Object::Pod, &pod.name, field, &message),
        since: Some(deletion.since()),
        certainty: Certainty::Sure,
        node,
    })
}
