//! One node as the board shows it: its state, and in a few words why.

use std::cmp::Ordering;

use serde::{Deserialize, Serialize};

use super::spot::Spot;
use super::{NodeState, Seen, natural};
use crate::pod::Pod;
use crate::text::{said, shorten};
use crate::time::Time;

/// Longest message in a cell, in characters.
const MESSAGE_MAX: usize = 240;

/// A node and what it does with the workload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Cell {
    /// Name of the node.
    pub node: String,
    /// Its zone, where it says one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub zone: Option<String>,
    /// The state it is in.
    pub state: NodeState,
    /// Since when it is in that state, where the objects tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
    /// The pod that the state is about; of a surging pair the new one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod: Option<String>,
    /// That pod's `metadata.uid`: what tells it from another of its name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pod_uid: Option<String>,
    /// That pod's label `controller-revision-hash`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision_hash: Option<String>,
    /// Restarts of that pod's containers.
    #[serde(default, skip_serializing_if = "is_zero")]
    pub restarts: u32,
    /// Why, in the cluster's short form, as `ImagePullBackOff`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What the cluster says about it, of a bounded length.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// Somebody cordoned the node.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub cordoned: bool,
    /// The node is ready; `None` where the node is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node_ready: Option<bool>,
    /// The node is gone, and its pod is still there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub left: bool,
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde asks so")]
fn is_zero(n: &u32) -> bool {
    *n == 0
}

impl Cell {
    /// The cell of a spot.
    pub(super) fn of(seen: &Seen<'_>, spot: &Spot<'_>) -> Self {
        let (state, pod) = NodeState::of(seen, spot);
        let (reason, said) = pod.map_or((None, None), why);
        Self {
            node: spot.name.to_owned(),
            zone: spot.node.and_then(|n| n.zone()).map(ToOwned::to_owned),
            state,
            since: pod.and_then(|pod| since(seen, state, pod)),
            pod: pod.map(|pod| pod.name.clone()),
            pod_uid: pod.map(|pod| pod.uid.clone()),
            revision_hash: pod.and_then(|pod| pod.hash.clone()),
            restarts: pod.map_or(0, |pod| pod.restarts),
            reason: reason.map(ToOwned::to_owned),
            message: said.and_then(message),
            cordoned: spot.node.is_some_and(|n| n.unschedulable),
            node_ready: spot.node.map(crate::node::Node::is_ready),
            left: spot.left,
        }
    }

    /// By zone, nodes without one last, then by name.
    pub(super) fn order(&self, other: &Self) -> Ordering {
        let zone = match (&self.zone, &other.zone) {
            (Some(a), Some(b)) => natural(a, b),
            (a, b) => b.is_some().cmp(&a.is_some()),
        };
        zone.then_with(|| natural(&self.node, &other.node))
    }
}

/// What the cluster says, inert and of a bounded length; `None` for nothing.
pub(super) fn message(text: &str) -> Option<String> {
    let text = text.trim();
    (!text.is_empty()).then(|| shorten(&said(text), MESSAGE_MAX).into_owned())
}

/// Reason and message of a pod that is not ready: of the whole pod first, then
/// of the container to blame.
fn why(pod: &Pod) -> (Option<&str>, Option<&str>) {
    if let Some(failed) = &pod.failed {
        return (full(&failed.reason), Some(&failed.message));
    }
    if let Some(why) = &pod.unscheduled {
        return (full(&why.reason), Some(&why.message));
    }
    if pod.is_ready() {
        return (None, None);
    }
    let trouble = pod.trouble.as_deref();
    let waiting = trouble.and_then(|t| t.waiting.as_ref());
    if let Some(waiting) = waiting.filter(|w| !w.reason.is_empty()) {
        return (Some(&waiting.reason), Some(&waiting.message));
    }
    let exit = trouble
        .and_then(|t| t.exit.as_ref())
        .filter(|e| e.code != 0);
    let ready = pod.ready.as_ref().and_then(|ready| ready.reason.as_deref());
    (exit.and_then(|e| full(&e.reason)).or(ready), None)
}

fn full(text: &str) -> Option<&str> {
    (!text.is_empty()).then_some(text)
}

/// Since when a pod puts its node in that state.
fn since(seen: &Seen<'_>, state: NodeState, pod: &Pod) -> Option<Time> {
    let ready = pod.ready.as_ref().and_then(|ready| ready.since);
    match state {
        NodeState::NewAvailable | NodeState::OldAvailable => {
            pod.available_from(seen.workload.min_ready_seconds)
        }
        NodeState::NewReadyWaiting | NodeState::NewNotReady => ready,
        NodeState::NewFailing | NodeState::OldUnavailable => ready.or(Some(pod.created_at)),
        NodeState::NewUnscheduled => pod
            .unscheduled
            .as_ref()
            .and_then(|why| why.since)
            .or(Some(pod.created_at)),
        NodeState::NewStarting | NodeState::Surging => Some(pod.created_at),
        NodeState::Terminating => pod.deletion.map(crate::pod::Deletion::since),
        NodeState::Missing | NodeState::Excess | NodeState::Misscheduled | NodeState::Excluded => {
            None
        }
    }
}
