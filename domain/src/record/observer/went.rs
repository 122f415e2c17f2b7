//! Why a ControllerRevision went: the controller deletes for two reasons only,
//! and leaves something else behind for each (semantics.md 2).

use std::collections::HashMap;

use super::super::{Kept, Why};
use crate::workload::Workload;

/// Why this one went while it was watched, by those that are left; `None` where it
/// cannot be told. `alone` is one with which no other went. What went while nobody
/// watched may have been removed by hand, whatever is left.
pub(super) fn why(
    gone: &Kept,
    left: &HashMap<String, Kept>,
    workload: &Workload,
    alone: bool,
) -> Option<Why> {
    // Whoever deletes the workload takes its revisions along.
    if workload.deleting_since.is_some() {
        return None;
    }
    let number = |kept: &Kept| kept.numbers.keys().next_back().copied();
    let twin = |other: &Kept| {
        gone.template.is_some() && other.template == gone.template && number(other) > number(gone)
    };
    if left.values().any(twin) {
        return Some(Why::Duplicate);
    }
    let live = workload.template.digest();
    let old = || left.values().filter(|kept| kept.template != Some(live));
    let limit = usize::try_from(workload.history_limit).unwrap_or(usize::MAX);
    let left = old().count();
    if left < limit {
        return alone.then_some(Why::Deleted);
    }
    let oldest = old().all(|kept| number(kept) > number(gone));
    // Nodes that still run a template protect its revision: a later one is pruned
    // instead, until as many are left as are kept.
    let rolling = !workload.observed() || workload.counts.updated < workload.counts.desired;
    (oldest || (rolling && left == limit)).then_some(Why::Pruned)
}
