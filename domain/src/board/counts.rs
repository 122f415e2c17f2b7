//! The counters of the status, worked out from pods and nodes as the controller
//! does (DC updateDaemonSetStatus), and held against those that it reported.

use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use super::spot::Spot;
use super::{Board, Seen};
use crate::workload::Counts;

/// So long the two may differ because events are on their way: the controller
/// writes its status a moment after what it counts.
const SETTLES: SignedDuration = SignedDuration::from_secs(5);

/// The controller looks at one pod a node, the first in its order: beside an
/// old pod, a surged one counts for nothing yet. Nodes that are gone are not
/// counted at all.
pub(super) fn counts(seen: &Seen<'_>, spots: &[Spot<'_>]) -> Counts {
    let mut counts = Counts::default();
    for spot in spots.iter().filter(|spot| !spot.left) {
        let pod = spot.present().next();
        if !spot.run {
            counts.misscheduled += u32::from(pod.is_some());
            continue;
        }
        counts.desired += 1;
        let Some(pod) = pod else { continue };
        counts.scheduled += 1;
        counts.ready += u32::from(pod.is_ready());
        counts.available += u32::from(seen.is_available(pod));
        counts.updated += u32::from(seen.is_updated(pod));
    }
    counts
}

/// A counter of the status.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Counter {
    /// `desiredNumberScheduled`.
    Desired,
    /// `currentNumberScheduled`.
    Scheduled,
    /// `updatedNumberScheduled`.
    Updated,
    /// `numberReady`.
    Ready,
    /// `numberAvailable`.
    Available,
    /// `numberMisscheduled`.
    Misscheduled,
}

/// A counter that is not what pods and nodes show.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Differs {
    /// Which.
    pub counter: Counter,
    /// What the status says.
    pub status: u32,
    /// What pods and nodes show.
    pub board: u32,
}

/// Which of two views is behind.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Lags {
    /// The controller has not caught up with what is there.
    Status,
    /// Pods or nodes are not seen as they change.
    Board,
    /// It cannot be told yet: events are still on their way.
    Either,
}

/// The status and the board do not say the same.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Disagreement {
    /// In what.
    pub differs: Vec<Differs>,
    /// Which of them is behind.
    pub lags: Lags,
}

impl Board {
    /// How the counters of the status differ from what is seen; `None` where
    /// they agree. `observed` says that the status is of the latest spec, `fresh`
    /// that pods and nodes are seen as they change, and `lasted` how long the two
    /// have differed. Without nodes only what pods tell is compared.
    ///
    /// What is seen live is right within moments. The controller, though, writes its
    /// status only when it has something to do: a taint that lets old pods be is in
    /// no counter until it looks for another reason (DC syncNodeUpdate).
    pub fn disagreement(
        &self,
        status: Counts,
        observed: bool,
        fresh: bool,
        lasted: SignedDuration,
    ) -> Option<Disagreement> {
        let board = self.counts;
        let all = [
            (Counter::Desired, status.desired, board.desired),
            (Counter::Scheduled, status.scheduled, board.scheduled),
            (Counter::Updated, status.updated, board.updated),
            (Counter::Ready, status.ready, board.ready),
            (Counter::Available, status.available, board.available),
            (
                Counter::Misscheduled,
                status.misscheduled,
                board.misscheduled,
            ),
        ];
        let of_pods = |counter| {
            matches!(
                counter,
                Counter::Updated | Counter::Ready | Counter::Available
            )
        };
        let differs: Vec<Differs> = all
            .into_iter()
            .filter(|(counter, status, board)| {
                status != board && (self.nodes_known || of_pods(*counter))
            })
            .map(|(counter, status, board)| Differs {
                counter,
                status,
                board,
            })
            .collect();
        if differs.is_empty() {
            return None;
        }
        let lags = if !fresh {
            Lags::Board
        } else if !observed || lasted >= SETTLES {
            Lags::Status
        } else {
            Lags::Either
        };
        Some(Disagreement { differs, lags })
    }
}
