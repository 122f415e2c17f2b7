//! Which pods are asked why they do not work, and what is left of those that
//! are gone.

use std::collections::{HashMap, HashSet};

use jiff::SignedDuration;

use super::collect::{Case, Cases};
use super::look::Look;
use super::{Cause, Certainty, Event, Evidence, Object};
use crate::board::{Board, NodeState, Seen};
use crate::pod::Pod;
use crate::workload::UpdateStrategy;

/// An event about a failed pod is of now if it is no older.
const FRESH: SignedDuration = SignedDuration::from_mins(10);

pub(super) fn look<'a>(
    cases: &mut Cases<'a>,
    seen: &Seen<'a>,
    board: &'a Board,
    events: &'a [Event],
) {
    let told = told(events);
    let spared = spared(seen, board);
    for pod in seen.own().filter(|pod| is_asked(seen, pod)) {
        let node = pod.node.as_deref();
        if node.is_some_and(|node| spared.contains(node)) {
            continue;
        }
        let pod_events = told.get(pod.name.as_str()).map_or(&[][..], Vec::as_slice);
        let look = Look {
            seen,
            pod,
            events: pod_events,
        };
        if let Some(case) = look.case() {
            cases.add(case);
        }
    }
    killed(cases, seen, board, events);
}

/// Events by the pod that they are about.
fn told(events: &[Event]) -> HashMap<&str, Vec<&Event>> {
    let mut told: HashMap<&str, Vec<&Event>> = HashMap::new();
    for event in events.iter().filter(|event| event.kind == "Pod") {
        told.entry(&event.name).or_default().push(event);
    }
    told
}

/// Nodes whose pods are not asked: what a dead node last said is old, and where
/// the workload should not run its pods go anyway.
fn spared<'a>(seen: &Seen<'a>, board: &'a Board) -> HashSet<&'a str> {
    let dead = seen.nodes.into_iter().flatten().filter(|n| !n.is_ready());
    let unwanted = board
        .cells
        .iter()
        .filter(|c| c.left || c.state == NodeState::Misscheduled);
    dead.map(|n| n.name.as_str())
        .chain(unwanted.map(|c| c.node.as_str()))
        .collect()
}

/// Pods that the rollout waits for. Old ones that do not work are replaced at
/// once, if anybody replaces them.
fn is_asked(seen: &Seen<'_>, pod: &Pod) -> bool {
    let rolling = matches!(seen.workload.strategy, UpdateStrategy::RollingUpdate { .. });
    pod.deletion.is_none() && !seen.is_available(pod) && (!rolling || seen.is_updated(pod))
}

/// Failed pods that the controller has deleted already (event
/// `FailedDaemonPod`), where nothing better is known of the node.
fn killed<'a>(cases: &mut Cases<'a>, seen: &Seen<'_>, board: &Board, events: &'a [Event]) {
    let name = &seen.workload.key.name;
    for event in events {
        let ours = event.kind == "DaemonSet" && event.name == *name;
        if !ours || event.reason != "FailedDaemonPod" || seen.now.since(event.last_at) > FRESH {
            continue;
        }
        let node = event
            .message
            .split_once(" on node ")
            .and_then(|(_, rest)| rest.split([',', ' ']).next());
        let cell = node.and_then(|node| board.cell(node));
        let waits = cell.is_some_and(|cell| {
            let state = cell.state;
            matches!(
                state,
                NodeState::Missing | NodeState::Terminating | NodeState::NewStarting
            )
        });
        if waits {
            cases.add(Case {
                cause: Cause::Refused {
                    reason: "FailedDaemonPod".into(),
                },
                evidence: Evidence::event(Object::DaemonSet, event),
                since: None,
                certainty: Certainty::Likely,
                node,
            });
        }
    }
}
