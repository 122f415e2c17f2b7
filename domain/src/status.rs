//! `kubectl rollout status` for DaemonSets, in its own words.

use serde::{Deserialize, Serialize};

use crate::workload::{UpdateStrategy, Workload};

/// What kubectl would say about a rollout, and the numbers it says it from.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// Nothing is left to do for the generation that is looked at. For
    /// OnDelete, where kubectl has no answer: all desired nodes run the
    /// template and are available.
    pub done: bool,
    /// kubectl's words, never translated. For OnDelete its error text.
    pub message: String,
    /// Nodes that should run it.
    pub desired: u32,
    /// Nodes whose pod has the current template.
    pub updated: u32,
    /// Nodes whose pod is ready.
    pub ready: u32,
    /// Nodes whose pod is available, of whatever template.
    pub available: u32,
    /// `metadata.generation`.
    pub generation: i64,
    /// `status.observedGeneration`.
    pub observed_generation: i64,
    /// The strategy is OnDelete: pods move when somebody deletes them.
    pub on_delete: bool,
}

/// The status of a workload as it stands (KS DaemonSetStatusViewer).
pub fn status(workload: &Workload) -> Status {
    let counts = workload.counts;
    let (done, message) = rule(workload);
    Status {
        done,
        message,
        desired: counts.desired,
        updated: counts.updated,
        ready: counts.ready,
        available: counts.available,
        generation: workload.generation,
        observed_generation: workload.observed_generation,
        on_delete: workload.strategy == UpdateStrategy::OnDelete,
    }
}

/// The checks in kubectl's order (semantics.md 4.1).
fn rule(workload: &Workload) -> (bool, String) {
    let name = &workload.key.name;
    let counts = workload.counts;
    let all_updated = counts.updated >= counts.desired;
    let all_available = counts.available >= counts.desired;
    if !matches!(workload.strategy, UpdateStrategy::RollingUpdate { .. }) {
        return (
            workload.observed() && all_updated && all_available,
            "rollout status is only available for RollingUpdate strategy type".into(),
        );
    }
    if !workload.observed() {
        (
            false,
            "Waiting for daemon set spec update to be observed...".into(),
        )
    } else if !all_updated {
        (
            false,
            format!(
                "Waiting for daemon set \"{name}\" rollout to finish: {} out of {} new pods have been updated...",
                counts.updated, counts.desired
            ),
        )
    } else if !all_available {
        (
            false,
            format!(
                "Waiting for daemon set \"{name}\" rollout to finish: {} of {} updated pods are available...",
                counts.available, counts.desired
            ),
        )
    } else {
        (
            true,
            format!("daemon set \"{name}\" successfully rolled out"),
        )
    }
}

/// Where the rollout of one write stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Following {
    /// The data is older than the write: nothing can be said yet.
    Behind,
    /// The data is of this write.
    This,
    /// The spec was changed again since.
    Overtaken,
}

/// Is this status about the write that returned `generation`? A stale status
/// must never read as done (semantics.md 4.4).
pub fn following(status: &Status, generation: i64) -> Following {
    match status.generation.cmp(&generation) {
        std::cmp::Ordering::Less => Following::Behind,
        std::cmp::Ordering::Equal => Following::This,
        std::cmp::Ordering::Greater => Following::Overtaken,
    }
}

#[cfg(test)]
pub(crate) mod tests;
