//! How fast nodes come to a template, by the last ten of them.

use std::collections::VecDeque;

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::time::Time;

/// Nodes that a pace is made of, where so many finished.
const LAST: u32 = 10;
/// So many nodes must have finished one after another before one that takes
/// long can be told from the others.
const ENOUGH: usize = 3;

/// So many nodes since then.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Pace {
    /// Nodes that finished: the last ten, fewer where it is not so many yet, or more
    /// where they finish many at once.
    pub nodes: u32,
    /// When the first of them could begin.
    pub since: Time,
}

impl Pace {
    /// The time for `left` more nodes, as of `now`. It grows while none
    /// finishes: that is what it says.
    pub fn time_left(self, left: u32, now: Time) -> SignedDuration {
        let span = now.since(self.since).max(SignedDuration::ZERO);
        let seconds = span.as_secs().saturating_mul(i64::from(left)) / i64::from(self.nodes.max(1));
        SignedDuration::from_secs(seconds)
    }
}

/// A moment at which so many nodes had finished.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Mark {
    at: Time,
    finished: u32,
}

/// The last moments at which that number rose; the first only tells when the
/// second could begin.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Marks(VecDeque<Mark>);

impl Marks {
    /// So many nodes have finished at `now`. A number that falls is a pod that is
    /// made again.
    pub fn mark(&mut self, now: Time, finished: u32) {
        let rose = self.0.back().is_none_or(|last| finished > last.finished);
        if !rose {
            return;
        }
        self.0.push_back(Mark { at: now, finished });
        // The second mark is enough to begin with.
        while self
            .0
            .get(1)
            .is_some_and(|next| finished - next.finished >= LAST)
        {
            self.0.pop_front();
        }
    }

    pub fn pace(&self) -> Option<Pace> {
        let (first, last) = (self.0.front()?, self.0.back()?);
        let nodes = last.finished - first.finished;
        (nodes > 0).then_some(Pace {
            nodes,
            since: first.at,
        })
    }

    /// When the last node finished that was seen to.
    pub fn last_finish(&self) -> Option<Time> {
        self.pace()?;
        self.0.back().map(|last| last.at)
    }

    pub fn longest_pause(&self) -> Option<SignedDuration> {
        let pauses = self.0.iter().zip(self.0.iter().skip(1));
        let longest = pauses.map(|(a, b)| b.at.since(a.at)).max()?;
        (self.0.len() > ENOUGH).then_some(longest)
    }
}
