//! When somebody watched a workload, and spans in which nobody did.

use super::Gap;
use crate::record::{Known, Period, Watch, watching};
use crate::time::Time;

/// A gap no longer than this is a moment's pause of the same watching.
pub const PAUSE: jiff::SignedDuration = jiff::SignedDuration::from_secs(30);

/// Moments at which something was seen to happen. When the `first` one of a
/// workload was seen is not known better than the second.
fn seen(period: &Period, first: i64) -> impl Iterator<Item = Time> + use<> {
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

/// How a workload was watched.
pub(super) struct Watched {
    /// Spans in which nobody did.
    pub(super) gaps: Vec<Gap>,
    /// The last proof that somebody did.
    last: Option<Time>,
}

impl Watched {
    /// As these watches tell it, of a workload that the record keeps `since` then.
    pub(super) fn by(
        watches: &[&Watch],
        known: &Known,
        periods: &[Period],
        since: Option<Time>,
        now: Time,
    ) -> Self {
        let last = watches.iter().map(|watch| watch.to.min(now)).max();
        Self {
            gaps: gaps(watches, known, periods, since, now),
            last,
        }
    }

    /// Until when it was watched without a break, from a moment at which it was.
    pub(super) fn until(&self, from: Time) -> Time {
        let breaks = self.gaps.iter().find(|gap| gap.to > from);
        let proved = self.last.unwrap_or(from);
        let until = breaks.map_or(proved, |gap| gap.from.min(proved));
        until.max(from)
    }
}

/// The gaps in the life of a workload, `since` the record keeps it.
fn gaps(
    watches: &[&Watch],
    known: &Known,
    periods: &[Period],
    since: Option<Time>,
    now: Time,
) -> Vec<Gap> {
    let Some(since) = since else {
        return Vec::new();
    };
    let began = known.first();
    let seen: Vec<Time> = periods.iter().flat_map(|p| seen(p, began)).collect();
    let until = known.gone.map_or(now, |gone| gone.not_after);
    let watches = watches.iter().copied();
    watching::gaps(watches, &seen, since.max(known.created_at), until)
}
