//! What can only be known by having looked before: whether a rollout is under
//! way, and when it last moved. Kubernetes gives DaemonSets no deadline and no
//! condition for it, so the one who watches must keep the clock.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::findings::{Brief, Told};
use crate::status::status;
use crate::time::Time;
use crate::workload::{Counts, Workload};

mod pace;

pub use pace::Pace;

use pace::Marks;

/// A cause that is not told any more holds on for so long: pods that are tried
/// again show it and do not, in turns.
const LETS_GO_AFTER: SignedDuration = SignedDuration::from_secs(30);
/// A node that finishes lets go of it at once. What the nodes and what the status
/// tell of that come apart by so much at most.
const APART: SignedDuration = SignedDuration::from_secs(5);

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

impl Most {
    fn of(counts: Counts) -> Self {
        Self {
            updated: counts.updated,
            available: counts.available,
        }
    }
}

/// Why a rollout cannot come to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Held {
    why: Brief,
    /// Since when it is not told any more.
    gone: Option<Time>,
}

/// Memory of one workload, from one look to the next.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Progress {
    uid: String,
    generation: i64,
    desired: u32,
    most: Most,
    done: bool,
    /// A rollout was seen that has not been done since.
    pub rolling: bool,
    /// When a node last finished or the spec changed, or when this workload
    /// was first looked at.
    pub moved_at: Time,
    /// Which of the three.
    pub moved_by: Moved,
    /// When the spec was seen to change; `None` where that was before the first
    /// look, or where it is not why nodes are behind.
    pub started_at: Option<Time>,
    marks: Marks,
    why: Option<Brief>,
    held: Option<Held>,
}

impl Progress {
    /// The memory after looking at `workload` at `now`.
    ///
    /// A rollout begins when fewer nodes are updated than desired, and ends
    /// when kubectl's rule says done; in between, nodes that are updated but
    /// not yet available belong to the rollout rather than being a failure.
    pub fn next(before: Option<&Self>, workload: &Workload, now: Time) -> Self {
        let counts = workload.counts;
        let before = before.filter(|b| b.uid == workload.uid);
        let behind = workload.observed() && counts.updated < counts.desired;
        let done = status(workload).done;
        let rolling = behind || (before.is_some_and(|b| b.rolling) && !done);
        let mut next = match before {
            None => Self::begin(workload, now, Moved::FirstLook),
            Some(b) if b.generation != workload.generation => Self {
                started_at: Some(now),
                ..Self::begin(workload, now, Moved::Spec)
            },
            // A pod was lost or a node came after all was done: this is not the
            // rollout that was.
            Some(b) if rolling && b.done => Self {
                why: b.why.clone(),
                ..Self::begin(workload, now, Moved::FirstLook)
            },
            Some(b) => b.go_on(workload, now),
        };
        // Until then the counters are those of the template before.
        if workload.observed() {
            next.marks.mark(now, finished(counts));
        }
        Self {
            done,
            rolling,
            ..next
        }
    }

    fn begin(workload: &Workload, now: Time, moved_by: Moved) -> Self {
        Self {
            uid: workload.uid.clone(),
            generation: workload.generation,
            desired: workload.counts.desired,
            most: Most::of(workload.counts),
            rolling: false,
            done: false,
            moved_at: now,
            moved_by,
            started_at: None,
            marks: Marks::default(),
            why: None,
            held: None,
        }
    }

    /// The same rollout, or none, one look later.
    fn go_on(&self, workload: &Workload, now: Time) -> Self {
        let most = Most::of(workload.counts);
        let mut next = self.clone();
        next.desired = workload.counts.desired;
        if next.desired < self.desired {
            // Of fewer nodes fewer can have finished.
            (next.most, next.marks) = (most, Marks::default());
        } else if most > self.most {
            (next.moved_at, next.moved_by, next.most) = (now, Moved::Node, most);
        }
        next
    }

    /// The memory after hearing at `now` what the nodes tell; what they told of
    /// another generation is passed over.
    #[must_use]
    pub fn hear(&self, told: &Told, now: Time) -> Self {
        let mut next = self.clone();
        if told.uid != self.uid || told.generation != self.generation {
            return next;
        }
        next.why.clone_from(&told.why);
        next.held = match (told.why.clone().filter(|_| told.holds), next.held) {
            (Some(why), _) => Some(Held { why, gone: None }),
            (None, Some(held)) => Some(Held {
                gone: held.gone.or(Some(now)),
                ..held
            }),
            (None, None) => None,
        };
        next
    }

    /// The most decisive thing that was found.
    pub fn why(&self) -> Option<&Brief> {
        self.why.as_ref()
    }

    /// Why the rollout cannot come to its end, whoever waits.
    pub fn held(&self, now: Time) -> Option<&Brief> {
        let held = self.held.as_ref()?;
        let finish = self.marks.last_finish();
        let finished = |at: Time| finish.is_some_and(|finish| finish > at.after(-APART));
        let gone = |at: Time| now.since(at) >= LETS_GO_AFTER || finished(at);
        (!held.gone.is_some_and(gone)).then_some(&held.why)
    }

    /// How fast it goes.
    pub fn pace(&self) -> Option<Pace> {
        self.marks.pace()
    }

    /// The longest time between two nodes, where enough of them finished to
    /// compare with.
    pub fn longest_pause(&self) -> Option<SignedDuration> {
        self.marks.longest_pause()
    }
}

/// Nodes on the template whose pod is available, at least: any that is not
/// available may be one of them.
pub fn finished(counts: Counts) -> u32 {
    let unavailable = counts.desired.saturating_sub(counts.available);
    counts
        .updated
        .min(counts.desired)
        .saturating_sub(unavailable)
}

#[cfg(test)]
mod tests;
