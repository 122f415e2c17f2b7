//! What can only be known by having looked before: whether a rollout is under
//! way, and when it last moved. Kubernetes gives DaemonSets no deadline and no
//! condition for it, so the one who watches must keep the clock.

use serde::{Deserialize, Serialize};

use crate::status::status;
use crate::time::Time;
use crate::workload::Workload;

/// What the clock of a rollout counts from.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Moved {
    /// The first look: what was before is not known.
    #[default]
    FirstLook,
    /// The spec changed.
    Spec,
    /// A node finished.
    Node,
}

/// The furthest that a rollout was seen to come: with as many nodes updated,
/// more available ones are further. A pod that comes and goes, as a crashing one
/// does, is no movement.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Most {
    updated: u32,
    available: u32,
}

/// Memory of one workload, from one look to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    uid: String,
    generation: i64,
    most: Most,
    /// A rollout was seen that has not been done since.
    pub rolling: bool,
    /// When a node last finished or the spec changed, or when this workload
    /// was first looked at.
    pub moved_at: Time,
    /// Which of the three.
    pub moved_by: Moved,
}

impl Progress {
    /// The memory after looking at `workload` at `now`.
    ///
    /// A rollout begins when fewer nodes are updated than desired, and ends
    /// when kubectl's rule says done; in between, nodes that are updated but
    /// not yet available belong to the rollout rather than being a failure.
    pub fn next(before: Option<&Self>, workload: &Workload, now: Time) -> Self {
        let counts = workload.counts;
        let most = Most {
            updated: counts.updated,
            available: counts.available,
        };
        let before = before.filter(|b| b.uid == workload.uid);
        let behind = workload.observed() && counts.updated < counts.desired;
        let rolling = behind || (before.is_some_and(|b| b.rolling) && !status(workload).done);
        let (moved_at, moved_by, most) = match before {
            None => (now, Moved::FirstLook, most),
            Some(b) if b.generation != workload.generation => (now, Moved::Spec, most),
            Some(b) if most > b.most => (now, Moved::Node, most),
            Some(b) => (b.moved_at, b.moved_by, b.most),
        };
        Self {
            uid: workload.uid.clone(),
            generation: workload.generation,
            most,
            rolling,
            moved_at,
            moved_by,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::status::tests::workload;

    fn at(second: i64) -> Time {
        Time::from_second(1_800_000_000 + second)
    }

    #[test]
    fn the_last_pods_of_a_rollout_still_belong_to_it() {
        let first = Progress::next(None, &workload(2, 2, 3, 1, 3), at(0));
        assert!(first.rolling);
        let all_updated = Progress::next(Some(&first), &workload(2, 2, 3, 3, 2), at(5));
        assert!(all_updated.rolling);
        let done = Progress::next(Some(&all_updated), &workload(2, 2, 3, 3, 3), at(9));
        assert!(!done.rolling);
        let broken_later = Progress::next(Some(&done), &workload(2, 2, 3, 3, 2), at(99));
        assert!(!broken_later.rolling);
    }

    #[test]
    fn the_clock_starts_again_with_each_node_and_each_spec() {
        let first = Progress::next(None, &workload(2, 2, 3, 1, 3), at(0));
        assert_eq!((first.moved_at, first.moved_by), (at(0), Moved::FirstLook));
        let still = Progress::next(Some(&first), &workload(2, 2, 3, 1, 2), at(60));
        assert_eq!(still.moved_at, at(0), "losing a node is no movement");
        assert_eq!(still.moved_by, Moved::FirstLook);
        let node = Progress::next(Some(&still), &workload(2, 2, 3, 2, 2), at(70));
        assert_eq!((node.moved_at, node.moved_by), (at(70), Moved::Node));
        let spec = Progress::next(Some(&node), &workload(3, 3, 3, 0, 2), at(80));
        assert_eq!((spec.moved_at, spec.moved_by), (at(80), Moved::Spec));
    }

    #[test]
    fn a_pod_that_comes_and_goes_is_no_movement() {
        let mut progress = Progress::next(None, &workload(2, 2, 3, 1, 3), at(0));
        for second in 1..20 {
            let available = if second % 2 == 0 { 3 } else { 2 };
            progress = Progress::next(
                Some(&progress),
                &workload(2, 2, 3, 1, available),
                at(second),
            );
        }
        assert_eq!(progress.moved_at, at(0));
        let node = Progress::next(Some(&progress), &workload(2, 2, 3, 2, 2), at(30));
        assert_eq!(node.moved_at, at(30));
        let available = Progress::next(Some(&node), &workload(2, 2, 3, 2, 3), at(40));
        assert_eq!(available.moved_at, at(40), "the new pod became available");
    }

    #[test]
    fn a_recreated_namesake_starts_afresh() {
        let first = Progress::next(None, &workload(2, 2, 3, 1, 3), at(0));
        let mut other = workload(2, 2, 3, 3, 2);
        other.uid = "another".into();
        let next = Progress::next(Some(&first), &other, at(60));
        assert!(!next.rolling);
        assert_eq!(next.moved_at, at(60));
    }
}
