//! Why a rollout is stuck: causes with their evidence and the next step, read
//! from the objects and from nothing else (semantics.md 7.5). Words belong to
//! the pages; here is plain data.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::board::{Board, Seen};
use crate::time::Time;

mod brief;
mod cause;
mod collect;
mod lack;
mod look;
mod nodes;
mod pods;
mod words;
mod workload;

pub use brief::{Brief, Told};
pub use cause::{Cause, Clock, Next};
pub use lack::Lack;
pub use words::{ConfigTrouble, ImageTrouble, Refusal, StartTrouble};

use collect::Cases;

/// Nodes that a finding names at most.
pub const NAMED: usize = 5;

/// For so long after it began a state may pass by itself: the scheduler, the
/// controller and a rollout with surge take a few seconds.
const PATIENCE: SignedDuration = SignedDuration::from_secs(15);

/// An event of Kubernetes about the workload, a pod of it or its node. The
/// caller bounds how many there are and how long each is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// `reason`, as `FailedCreate`.
    pub reason: String,
    /// `message` (`note` in `events.k8s.io`).
    pub message: String,
    /// Kind of the object it is about.
    pub kind: String,
    /// Name of the object it is about.
    pub name: String,
    /// How often it happened.
    pub count: u32,
    /// When it last did.
    pub last_at: Time,
}

/// How sure it is that the cause is the cause.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Certainty {
    /// The cluster says so itself.
    Sure,
    /// It fits what is seen; another cause would, too.
    Likely,
}

/// Kinds of objects that are evidence.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Object {
    /// The workload itself.
    DaemonSet,
    /// One of its pods.
    Pod,
    /// A node.
    Node,
}

/// Where in the cluster it is written.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Evidence {
    /// Kind of the object.
    pub kind: Object,
    /// Its name.
    pub name: String,
    /// The field, as `status.conditions[PodScheduled]`; of an event its reason,
    /// as `event FailedCreate`.
    pub field: String,
    /// What it says, inert and of a bounded length.
    pub message: String,
    /// Of an event: how often.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub count: Option<u32>,
    /// Of an event: when last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_at: Option<Time>,
}

/// Nodes that a cause is seen on.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Nodes {
    /// How many.
    pub count: u32,
    /// The first five by name.
    pub names: Vec<String>,
}

/// One cause, wherever it is seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Finding {
    /// What keeps the rollout.
    pub cause: Cause,
    /// Where it is written; of many objects the first.
    pub evidence: Evidence,
    /// Since when, at the earliest; `None` where the objects do not tell.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub since: Option<Time>,
    /// On which nodes; none where it is about the workload as a whole.
    pub nodes: Nodes,
    /// How sure that is.
    pub certainty: Certainty,
    /// What a person can do about it.
    pub next: Next,
}

impl Finding {
    /// Time will not cure it: somebody has to change something. A rollout with
    /// such a finding is stuck at once.
    pub fn stands(&self) -> bool {
        self.certainty == Certainty::Sure && self.cause.stands()
    }
}

/// All that can be found, the most decisive first: what holds for the workload
/// as a whole, then what time will not cure, then what is on most nodes. States
/// that a healthy rollout passes through are no finding.
pub fn findings(seen: &Seen<'_>, board: &Board, events: &[Event]) -> Vec<Finding> {
    let mut cases = Cases::default();
    workload::look(&mut cases, seen, board, events);
    nodes::look(&mut cases, seen, board);
    pods::look(&mut cases, seen, board, events);
    cases.into_findings()
}

#[cfg(test)]
mod tests;
