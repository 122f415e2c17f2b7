//! One sentence that a tired person can act on, as data: which of the few
//! states a workload is in. Words and colours are the page's.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::findings::Brief;
use crate::progress::Progress;
use crate::time::Time;
use crate::workload::{UpdateStrategy, Workload};

mod group;

pub use group::Group;

/// A rollout that has not moved for so long is called stuck, unless somebody
/// chose another time. Kubernetes gives DaemonSets no deadline.
pub const STUCK_AFTER: SignedDuration = SignedDuration::from_mins(10);

/// A pause between two nodes that is shorter is never called slow.
const SLOW_AFTER: SignedDuration = SignedDuration::from_mins(1);
/// Slow is who takes so many times as long as the slowest of the nodes before.
const SLOWER: i32 = 2;

/// The state of a workload, as far as its own status tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Verdict {
    /// A rollout is under way that cannot come to its end, or no node finished
    /// for a long time.
    Stuck {
        /// Since when, at least, no node finished.
        since: Time,
        /// Nodes on the current template.
        updated: u32,
        /// Nodes that should run it.
        desired: u32,
        /// Why, where its nodes are watched and tell.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<Brief>,
    },
    /// No rollout, but pods that are not available.
    NotReady {
        /// Nodes without an available pod.
        nodes: u32,
        /// Why, where its nodes are watched and tell.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        why: Option<Brief>,
    },
    /// OnDelete: nodes wait for somebody to delete their pod.
    OnDelete {
        /// Nodes that still run an older template.
        old: u32,
    },
    /// The controller has not handled the latest spec.
    NotObserved {
        /// `metadata.generation`.
        generation: i64,
        /// `status.observedGeneration`.
        observed: i64,
    },
    /// `metadata.deletionTimestamp` is set: the controller does not act on it.
    Deleting {
        /// Since when.
        since: Time,
    },
    /// A rollout is under way, and a node takes much longer than those before.
    Slow {
        /// Since when no node finished.
        since: Time,
        /// The longest time between two nodes before, in seconds.
        longest: i64,
        /// It goes back to a template that was current before.
        back: bool,
        /// Nodes on the current template.
        updated: u32,
        /// Nodes that should run it.
        desired: u32,
    },
    /// Going back to a template that was current before.
    RollingBack {
        /// Nodes on the current template.
        updated: u32,
        /// Nodes that should run it.
        desired: u32,
    },
    /// Going to a new template.
    Rolling {
        /// Nodes on the current template.
        updated: u32,
        /// Nodes that should run it.
        desired: u32,
    },
    /// No node should run it.
    NoNodes,
    /// All nodes run the current template and are available.
    Healthy,
}

impl Verdict {
    /// Will it change by itself, soon?
    pub fn is_moving(&self) -> bool {
        matches!(
            self,
            Self::Rolling { .. }
                | Self::RollingBack { .. }
                | Self::Slow { .. }
                | Self::NotObserved { .. }
        )
    }

    /// The group it is filtered and sorted by.
    pub fn group(&self) -> Group {
        match self {
            Self::Stuck { .. } => Group::Stuck,
            Self::NotReady { .. } => Group::NotReady,
            Self::OnDelete { .. } => Group::OnDelete,
            Self::NotObserved { .. } => Group::NotObserved,
            Self::RollingBack { .. } | Self::Rolling { .. } | Self::Slow { .. } => Group::Rolling,
            Self::Healthy => Group::Healthy,
            Self::Deleting { .. } | Self::NoNodes => Group::Other,
        }
    }
}

/// The verdict on a workload at `now`. `back` says that its current template
/// had been current before; a rollout that is held by what time will not cure is
/// stuck at once, and one that has not moved for `stuck_after` is, too.
pub fn verdict(
    workload: &Workload,
    progress: &Progress,
    back: bool,
    stuck_after: SignedDuration,
    now: Time,
) -> Verdict {
    let counts = workload.counts;
    let (updated, desired) = (counts.updated, counts.desired);
    if let Some(since) = workload.deleting_since {
        return Verdict::Deleting { since };
    }
    if !workload.observed() {
        return Verdict::NotObserved {
            generation: workload.generation,
            observed: workload.observed_generation,
        };
    }
    if desired == 0 {
        return Verdict::NoNodes;
    }
    if !matches!(workload.strategy, UpdateStrategy::RollingUpdate { .. }) && updated < desired {
        return Verdict::OnDelete {
            old: desired - updated,
        };
    }
    if progress.rolling {
        return rolling(progress, back, stuck_after, now, (updated, desired));
    }
    if counts.available < desired {
        return Verdict::NotReady {
            nodes: desired - counts.available,
            why: progress.why().cloned(),
        };
    }
    Verdict::Healthy
}

/// The verdict on a rollout that is under way.
fn rolling(
    progress: &Progress,
    back: bool,
    stuck_after: SignedDuration,
    now: Time,
    (updated, desired): (u32, u32),
) -> Verdict {
    let since = progress.moved_at;
    let still = now.since(since);
    let held = progress.held(now);
    if held.is_some() || still >= stuck_after {
        return Verdict::Stuck {
            since,
            updated,
            desired,
            why: held.or(progress.why()).cloned(),
        };
    }
    let longest = progress.longest_pause();
    if let Some(longest) = longest.filter(|longest| still > (*longest * SLOWER).max(SLOW_AFTER)) {
        return Verdict::Slow {
            since,
            longest: longest.as_secs(),
            back,
            updated,
            desired,
        };
    }
    if back {
        Verdict::RollingBack { updated, desired }
    } else {
        Verdict::Rolling { updated, desired }
    }
}

#[cfg(test)]
mod tests;
