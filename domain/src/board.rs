//! The live board: what each node does with this workload, and what follows
//! from that for the rollout as a whole. The status of a DaemonSet only has
//! counters; which nodes they are about is worked out here from pods and nodes,
//! by the controller's own rules (semantics.md 7).

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::node::Node;
use crate::placement::Rules;
use crate::pod::Pod;
use crate::progress::Progress;
use crate::time::Time;
use crate::workload::{Counts, Workload};

mod budget;
mod cell;
mod counts;
mod order;
pub(crate) mod spot;
mod state;

pub use budget::{Budget, Use};
pub use cell::Cell;
pub use counts::{Counter, Differs, Disagreement, Lags};
pub use order::natural;
pub use state::NodeState;

use spot::Spot;

/// All that a board is made from, at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// The workload.
    pub workload: &'a Workload,
    /// What was seen of its rollout so far.
    pub progress: &'a Progress,
    /// Its template's [`Rules`]; whoever makes many boards keeps them.
    pub rules: &'a Rules,
    /// Label `controller-revision-hash` of the current revision; `None` while
    /// the controller has not recorded it.
    pub hash: Option<&'a str>,
    /// Pods; those of other controllers are passed over.
    pub pods: &'a [&'a Pod],
    /// All nodes of the cluster; `None` where they may not be watched.
    pub nodes: Option<&'a [&'a Node]>,
    /// Now, by the clock of the apiserver.
    pub now: Time,
}

impl<'a> Seen<'a> {
    /// Pods whose controller is this workload.
    pub fn own(&self) -> impl Iterator<Item = &'a Pod> {
        let uid = &self.workload.uid;
        self.pods
            .iter()
            .copied()
            .filter(move |pod| pod.controller_uid == *uid)
    }

    /// Does the pod have the live template? See [`Pod::is_updated`].
    pub fn is_updated(&self, pod: &Pod) -> bool {
        pod.is_updated(self.hash, self.workload.template_generation)
    }

    /// See [`Pod::is_available`].
    pub fn is_available(&self, pod: &Pod) -> bool {
        pod.is_available(self.workload.min_ready_seconds, self.now)
    }
}

/// The workload node by node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Board {
    /// One cell a node that should run a pod or has one, also one whose node is
    /// gone; by zone, then by name, numbers in names as numbers.
    pub cells: Vec<Cell>,
    /// Nodes that should not run it and do not, in the same order.
    pub excluded: Vec<Cell>,
    /// Pods that are on no node and meant for none.
    pub unplaced: Vec<Unplaced>,
    /// The status' counters, worked out anew; [`Self::disagreement`] compares.
    pub counts: Counts,
    /// How much of the budget is used.
    pub budget: Budget,
    /// The nodes were seen. Otherwise nodes without a pod are not on the board,
    /// each that has one counts as desired, and nobody is misscheduled.
    pub nodes_known: bool,
}

/// A pod without a node.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Unplaced {
    /// Its name.
    pub pod: String,
    /// Reason of its `PodScheduled` condition.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// What the scheduler said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
    /// When it was created.
    pub since: Time,
}

/// How many nodes are in each state; states without nodes are left out.
pub type Tally = BTreeMap<NodeState, u32>;

impl Board {
    /// The board of what is seen. Costs one pass over pods and nodes, and
    /// sorting.
    pub fn of(seen: &Seen<'_>) -> Self {
        let spots = Spot::all(seen);
        let counts = counts::counts(seen, &spots);
        let mut cells: Vec<Cell> = spots.iter().map(|spot| Cell::of(seen, spot)).collect();
        cells.sort_by(Cell::order);
        let (excluded, cells) = cells
            .into_iter()
            .partition(|cell| cell.state == NodeState::Excluded);
        let mut unplaced: Vec<Unplaced> = seen
            .own()
            .filter(|pod| pod.node.is_none())
            .map(Unplaced::of)
            .collect();
        unplaced.sort_by(|a, b| natural(&a.pod, &b.pod));
        Self {
            cells,
            excluded,
            unplaced,
            counts,
            budget: Budget::of(seen, &spots, counts.desired),
            nodes_known: seen.nodes.is_some(),
        }
    }

    /// Nodes by state, excluded ones too.
    pub fn by_state(&self) -> Tally {
        let mut tally = Tally::new();
        for cell in self.cells.iter().chain(&self.excluded) {
            *tally.entry(cell.state).or_default() += 1;
        }
        tally
    }

    /// The cell of a node.
    pub fn cell(&self, node: &str) -> Option<&Cell> {
        let mut all = self.cells.iter().chain(&self.excluded);
        all.find(|cell| cell.node == node)
    }
}

impl Unplaced {
    fn of(pod: &Pod) -> Self {
        let why = pod.unscheduled.as_deref();
        Self {
            pod: pod.name.clone(),
            reason: why.map(|why| why.reason.clone()),
            message: why.and_then(|why| cell::message(&why.message)),
            since: pod.created_at,
        }
    }
}

#[cfg(test)]
pub(crate) mod any;
#[cfg(test)]
mod model;
#[cfg(test)]
pub(crate) mod tests;
