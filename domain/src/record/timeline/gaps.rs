//! Spans in which nobody watched.

use std::collections::BTreeMap;

use super::Gap;
use crate::record::{Period, Watch};
use crate::time::Time;

/// A gap no longer than this is a moment's pause of the same watching.
pub const PAUSE: jiff::SignedDuration = jiff::SignedDuration::from_secs(30);

/// Moments at which something was seen to happen. When the `first` one of a
/// workload was seen is not known better than the second.
pub(super) fn seen(period: &Period, first: i64) -> impl Iterator<Item = Time> + use<> {
    let rollout = &period.rollout;
    let later = period.watched && period.generation != first;
    let began = later.then_some(period.start.not_after);
    let came = [
        began,
        rollout.observed,
        rollout.first_node,
        rollout.all_nodes,
        rollout.done,
        rollout.last.map(|last| last.at),
    ];
    came.into_iter().flatten()
}

/// The spans between two moments that no watch covers. A watch vouches for less
/// than it saw, for it may have been dead for a moment when it ended: what was
/// `seen` to happen in that moment was watched.
pub(super) fn gaps(watches: &[&Watch], seen: &[Time], from: Time, to: Time) -> Vec<Gap> {
    let spans: BTreeMap<Time, Time> = watches.iter().fold(BTreeMap::new(), |mut spans, watch| {
        let end = spans.entry(watch.from).or_insert(watch.to);
        *end = watch.to.max(*end);
        spans
    });
    let mut gaps = Vec::new();
    let mut covered = from;
    let start = spans.keys().next().copied().unwrap_or(to);
    for (begin, end) in spans {
        if begin > covered && covered < to && begin != start {
            let late = |at: &&Time| **at < begin && at.since(covered) <= PAUSE;
            let last = seen.iter().filter(late).max().copied();
            gaps.push(Gap {
                from: last.unwrap_or(covered).max(covered),
                to: begin.min(to),
            });
        }
        covered = covered.max(end);
    }
    gaps.retain(|gap| gap.to.since(gap.from) > PAUSE);
    gaps
}
