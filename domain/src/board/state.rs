//! The states of a node (semantics.md 7.4). Conditions of the table overlap; so
//! they are tested in one order, and the first that holds is the state.

use serde::{Deserialize, Serialize};

use super::Seen;
use super::spot::Spot;
use crate::pod::{Pod, Trouble};

/// What a node does with the workload. "New" has the live template.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum NodeState {
    /// Its new pod is available.
    NewAvailable,
    /// Its new pod is ready, but not for minReadySeconds yet.
    NewReadyWaiting,
    /// Old and new side by side, neither being deleted.
    Surging,
    /// Its new pod is being started.
    NewStarting,
    /// Its new pod runs and is not ready.
    NewNotReady,
    /// No scheduler would give its new pod to the node.
    NewUnscheduled,
    /// Its new pod failed, or a container of it cannot start.
    NewFailing,
    /// It has only pods that are being deleted.
    Terminating,
    /// It should run a pod and has none.
    Missing,
    /// Its old pod is not available; it is replaced whatever the budget.
    OldUnavailable,
    /// Its old pod is available and waits its turn.
    OldAvailable,
    /// More than one old or more than one new pod.
    Excess,
    /// It should not run a pod and does; so does a node that is gone.
    Misscheduled,
    /// It should not run a pod and does not.
    Excluded,
}

impl NodeState {
    /// All, in the order in which bars stack them.
    pub const ALL: [Self; 14] = [
        Self::NewAvailable,
        Self::NewReadyWaiting,
        Self::Surging,
        Self::NewStarting,
        Self::NewNotReady,
        Self::NewUnscheduled,
        Self::NewFailing,
        Self::Terminating,
        Self::Missing,
        Self::OldUnavailable,
        Self::OldAvailable,
        Self::Excess,
        Self::Misscheduled,
        Self::Excluded,
    ];

    /// Its name in URLs and styles.
    pub fn slug(self) -> &'static str {
        match self {
            Self::NewAvailable => "new-available",
            Self::NewReadyWaiting => "new-ready-waiting",
            Self::Surging => "surging",
            Self::NewStarting => "new-starting",
            Self::NewNotReady => "new-not-ready",
            Self::NewUnscheduled => "new-unscheduled",
            Self::NewFailing => "new-failing",
            Self::Terminating => "terminating",
            Self::Missing => "missing",
            Self::OldUnavailable => "old-unavailable",
            Self::OldAvailable => "old-available",
            Self::Excess => "excess",
            Self::Misscheduled => "misscheduled",
            Self::Excluded => "excluded",
        }
    }

    /// The state of that name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.slug() == slug)
    }

    /// Nothing goes on there, and nothing is wrong.
    pub fn is_settled(self) -> bool {
        matches!(
            self,
            Self::NewAvailable | Self::OldAvailable | Self::Excluded
        )
    }

    /// A person may have to look, because it does not pass by itself soon as
    /// states of a healthy rollout do.
    pub fn needs_attention(self) -> bool {
        matches!(
            self,
            Self::NewNotReady
                | Self::NewUnscheduled
                | Self::NewFailing
                | Self::OldUnavailable
                | Self::Excess
                | Self::Misscheduled
        )
    }

    /// The state of a spot, and the pod it is about.
    ///
    /// The order: should not run comes before all that pods do; several pods
    /// before what one does; available and ready before failing, so that the
    /// states add up to the controller's counters.
    pub(super) fn of<'a>(seen: &Seen<'_>, spot: &Spot<'a>) -> (Self, Option<&'a Pod>) {
        let alive = spot.alive();
        let first = alive.first().copied();
        if first.is_none() {
            return match spot.pods.first() {
                Some(pod) => (Self::Terminating, Some(pod)),
                None if spot.run => (Self::Missing, None),
                None => (Self::Excluded, None),
            };
        }
        if !spot.run {
            return (Self::Misscheduled, first);
        }
        let (new, old): (Vec<&Pod>, Vec<&Pod>) =
            alive.into_iter().partition(|pod| seen.is_updated(pod));
        match (new.as_slice(), old.as_slice()) {
            ([_], [_]) => (Self::Surging, new.first().copied()),
            ([pod], []) => (Self::of_new(seen, pod), Some(pod)),
            ([], [pod]) if seen.is_available(pod) => (Self::OldAvailable, Some(pod)),
            ([], [pod]) => (Self::OldUnavailable, Some(pod)),
            _ => (Self::Excess, first),
        }
    }

    /// The state of a node with one pod, which has the live template.
    fn of_new(seen: &Seen<'_>, pod: &Pod) -> Self {
        let trouble = pod.trouble.as_deref();
        if seen.is_available(pod) {
            Self::NewAvailable
        } else if pod.is_ready() {
            Self::NewReadyWaiting
        } else if pod.is_terminal() || trouble.is_some_and(Trouble::is_broken) {
            Self::NewFailing
        } else if pod.unscheduled.is_some() && !pod.bound {
            Self::NewUnscheduled
        } else if pod.is_starting() {
            Self::NewStarting
        } else {
            Self::NewNotReady
        }
    }
}
