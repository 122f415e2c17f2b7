//! One sentence that a tired person can act on, as data: which of the few
//! states a workload is in. Words and colours are the page's.

use crate::time::Time;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::progress::Progress;
use crate::workload::{UpdateStrategy, Workload};

/// A rollout that has not moved for so long is called stuck, unless somebody
/// chose another time. Kubernetes gives DaemonSets no deadline.
pub const STUCK_AFTER: SignedDuration = SignedDuration::from_mins(10);

/// The state of a workload, as far as its own status tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Verdict {
    /// A rollout is under way and no node finished since.
    Stuck {
        /// Since when at least.
        since: Time,
        /// Nodes on the current template.
        updated: u32,
        /// Nodes that should run it.
        desired: u32,
    },
    /// No rollout, but pods that are not available.
    NotReady {
        /// Nodes without an available pod.
        nodes: u32,
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

/// Groups that the list is filtered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Group {
    /// See [`Verdict::Stuck`].
    Stuck,
    /// See [`Verdict::NotReady`].
    NotReady,
    /// See [`Verdict::OnDelete`].
    OnDelete,
    /// See [`Verdict::NotObserved`].
    NotObserved,
    /// Rolling or rolling back.
    Rolling,
    /// See [`Verdict::Healthy`].
    Healthy,
    /// Being deleted, or without nodes.
    Other,
}

impl Group {
    /// All, in the order that needs attention first.
    pub const ALL: [Self; 7] = [
        Self::Stuck,
        Self::NotReady,
        Self::OnDelete,
        Self::NotObserved,
        Self::Rolling,
        Self::Healthy,
        Self::Other,
    ];

    /// Its name in a URL.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Stuck => "stuck",
            Self::NotReady => "not-ready",
            Self::OnDelete => "on-delete",
            Self::NotObserved => "not-observed",
            Self::Rolling => "rolling",
            Self::Healthy => "healthy",
            Self::Other => "other",
        }
    }

    /// The group of that name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.slug() == slug)
    }
}

impl Verdict {
    /// Will it change by itself, soon?
    pub fn is_moving(&self) -> bool {
        matches!(
            self,
            Self::Rolling { .. } | Self::RollingBack { .. } | Self::NotObserved { .. }
        )
    }

    /// The group it is filtered and sorted by.
    pub fn group(&self) -> Group {
        match self {
            Self::Stuck { .. } => Group::Stuck,
            Self::NotReady { .. } => Group::NotReady,
            Self::OnDelete { .. } => Group::OnDelete,
            Self::NotObserved { .. } => Group::NotObserved,
            Self::RollingBack { .. } | Self::Rolling { .. } => Group::Rolling,
            Self::Healthy => Group::Healthy,
            Self::Deleting { .. } | Self::NoNodes => Group::Other,
        }
    }
}

/// The verdict on a workload at `now`. `back` says that its current template
/// had been current before; a rollout that has not moved for `stuck_after` is
/// stuck.
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
        return if now.since(progress.moved_at) >= stuck_after {
            Verdict::Stuck {
                since: progress.moved_at,
                updated,
                desired,
            }
        } else if back {
            Verdict::RollingBack { updated, desired }
        } else {
            Verdict::Rolling { updated, desired }
        };
    }
    if counts.available < desired {
        return Verdict::NotReady {
            nodes: desired - counts.available,
        };
    }
    Verdict::Healthy
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::status::{status, tests::workload};

    fn at(minute: i64) -> Time {
        Time::from_second(1_800_000_000 + minute * 60)
    }

    fn look(workload: &Workload, back: bool) -> Verdict {
        let progress = Progress::next(None, workload, at(0));
        verdict(workload, &progress, back, STUCK_AFTER, at(0))
    }

    #[test]
    fn each_state_has_its_verdict() {
        assert_eq!(look(&workload(2, 2, 3, 3, 3), false), Verdict::Healthy);
        assert_eq!(
            look(&workload(2, 2, 3, 1, 3), false),
            Verdict::Rolling {
                updated: 1,
                desired: 3
            }
        );
        assert_eq!(
            look(&workload(2, 2, 3, 1, 3), true),
            Verdict::RollingBack {
                updated: 1,
                desired: 3
            }
        );
        assert_eq!(
            look(&workload(2, 2, 3, 3, 1), false),
            Verdict::NotReady { nodes: 2 }
        );
        assert_eq!(
            look(&workload(3, 2, 3, 3, 3), false),
            Verdict::NotObserved {
                generation: 3,
                observed: 2
            }
        );
        assert_eq!(look(&workload(2, 2, 0, 0, 0), false), Verdict::NoNodes);
        let mut on_delete = workload(2, 2, 3, 1, 3);
        on_delete.strategy = UpdateStrategy::OnDelete;
        assert_eq!(look(&on_delete, false), Verdict::OnDelete { old: 2 });
        let mut deleting = workload(3, 2, 3, 1, 3);
        deleting.deleting_since = Some(at(-1));
        assert_eq!(look(&deleting, false), Verdict::Deleting { since: at(-1) });
    }

    #[test]
    fn stuck_is_said_after_ten_minutes_and_no_sooner() {
        let rolling = workload(2, 2, 3, 1, 3);
        let progress = Progress::next(None, &rolling, at(0));
        assert_eq!(
            verdict(&rolling, &progress, false, STUCK_AFTER, at(9)).group(),
            Group::Rolling
        );
        assert_eq!(
            verdict(&rolling, &progress, false, STUCK_AFTER, at(10)),
            Verdict::Stuck {
                since: at(0),
                updated: 1,
                desired: 3
            }
        );
    }

    #[test]
    fn every_group_has_its_own_slug() {
        for group in Group::ALL {
            assert_eq!(Group::from_slug(group.slug()), Some(group));
        }
        assert_eq!(Group::from_slug("nonsense"), None);
    }

    proptest! {
        /// Healthy is never said when kubectl would still wait, and while
        /// anything is rolling kubectl waits too.
        #[test]
        fn agrees_with_kubectl(trace in proptest::collection::vec(
            (1..4i64, 0..4i64, 0..4u32, 0..4u32, 0..4u32), 1..12)) {
            let mut progress: Option<Progress> = None;
            for (step, (generation, observed, desired, updated, available)) in
                trace.into_iter().enumerate()
            {
                let now = at(i64::try_from(step).unwrap_or_default());
                let seen = workload(generation, observed, desired, updated, available);
                let next = Progress::next(progress.as_ref(), &seen, now);
                let done = status(&seen).done;
                match verdict(&seen, &next, false, STUCK_AFTER, now) {
                    Verdict::Healthy | Verdict::NoNodes => prop_assert!(done || desired == 0),
                    _ => prop_assert!(!done),
                }
                progress = Some(next);
            }
        }
    }
}
