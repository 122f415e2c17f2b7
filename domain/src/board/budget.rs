//! How much of maxUnavailable or maxSurge is used, and by which nodes: what a
//! rollout waits for is on these nodes and on no other.

use serde::{Deserialize, Serialize};

use super::spot::Spot;
use super::{NodeState, Seen, natural};
use crate::pod::Pod;
use crate::workload::AtATime;

/// Nodes that are named at most.
const NAMED: usize = 20;

/// The budget of the rolling update.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Budget {
    /// How many nodes may move at a time, of the nodes that are desired.
    pub allowed: AtATime,
    /// How many do.
    pub used: u32,
    /// How many of these nodes are known not to be ready.
    pub not_ready: u32,
    /// Which, nodes that are not ready first; at most 20 are named.
    pub by: Vec<Use>,
}

/// A node that uses the budget.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Use {
    /// Its name.
    pub node: String,
    /// What it does.
    pub state: NodeState,
    /// The node is ready; `None` where the node is not known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub node_ready: Option<bool>,
    /// The node is gone, and its pod is still there.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub left: bool,
}

impl Budget {
    /// The budget over all spots, `desired` of which should run it. Where nodes
    /// are not known the status is asked for the number, too.
    pub(super) fn of(seen: &Seen<'_>, spots: &[Spot<'_>], desired: u32) -> Self {
        let desired = match seen.nodes {
            Some(_) => desired,
            None => desired.max(seen.workload.counts.desired),
        };
        let allowed = seen.workload.strategy.at_a_time(desired);
        let mut by: Vec<Use> = spots
            .iter()
            .filter(|spot| match allowed {
                AtATime::Unavailable(_) => is_unavailable(seen, spot),
                AtATime::Surge(_) => is_surging(seen, spot),
                AtATime::None => false,
            })
            .map(|spot| Use {
                node: spot.name.to_owned(),
                state: NodeState::of(seen, spot).0,
                node_ready: spot.node.map(crate::node::Node::is_ready),
                left: spot.left,
            })
            .collect();
        by.sort_by(|a, b| {
            let well = |u: &Use| u.node_ready != Some(false);
            well(a)
                .cmp(&well(b))
                .then_with(|| natural(&a.node, &b.node))
        });
        let well = by.iter().position(|u| u.node_ready != Some(false));
        let number = |n: usize| u32::try_from(n).unwrap_or(u32::MAX);
        let used = number(by.len());
        let not_ready = number(well.unwrap_or(by.len()));
        by.truncate(NAMED);
        Self {
            allowed,
            used,
            not_ready,
            by,
        }
    }

    /// No available old pod may be replaced now.
    pub fn is_spent(&self) -> bool {
        self.is_filled_by(self.used)
    }

    /// So many nodes are enough to use all of it.
    pub(crate) fn is_filled_by(&self, used: u32) -> bool {
        match self.allowed {
            AtATime::Unavailable(nodes) | AtATime::Surge(nodes) => used >= nodes,
            AtATime::None => false,
        }
    }
}

/// New and old pods that are not being deleted.
fn sides<'a>(seen: &Seen<'_>, spot: &Spot<'a>) -> (Vec<&'a Pod>, Vec<&'a Pod>) {
    let alive = spot.alive().into_iter();
    alive.partition(|pod| seen.is_updated(pod))
}

/// Without surge (DU rollingUpdate): a node counts unless its one pod is
/// available. So does one whose only pod is being deleted, and one that should
/// not run it but has a pod: the controller looks at all of them.
fn is_unavailable(seen: &Seen<'_>, spot: &Spot<'_>) -> bool {
    if !spot.run && spot.present().next().is_none() {
        return false;
    }
    match sides(seen, spot) {
        (new, old) if new.len() + old.len() == 1 => {
            !new.iter().chain(&old).any(|pod| seen.is_available(pod))
        }
        _ => true,
    }
}

/// With surge: a node counts while it has a new pod beside an old one that is
/// not available yet, or too many pods.
fn is_surging(seen: &Seen<'_>, spot: &Spot<'_>) -> bool {
    match sides(seen, spot) {
        (new, old) if new.len() > 1 || old.len() > 1 => true,
        (new, old) => !old.is_empty() && new.iter().any(|pod| !seen.is_available(pod)),
    }
}
