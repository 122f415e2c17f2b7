//! Causes that are about the workload as a whole, or about pods that are not
//! there to be asked.

use jiff::SignedDuration;

use super::collect::{Case, Cases};
use super::words::Refusal;
use super::{Cause, Certainty, Clock, Event, Evidence, Object, PATIENCE};
use crate::board::{Board, NodeState, Seen};
use crate::progress::Moved;
use crate::selector::Selector;
use crate::workload::{AtATime, UpdateStrategy};

/// An event is of now if it is no older: the controller waits up to 1000 s
/// before it tries again (client-go rate limiter).
const FRESH: SignedDuration = SignedDuration::from_mins(20);

/// The status is written within a second; only a longer delay is told.
const STATUS_DELAY: SignedDuration = SignedDuration::from_secs(30);

pub(super) fn look<'a>(
    cases: &mut Cases<'a>,
    seen: &Seen<'_>,
    board: &'a Board,
    events: &'a [Event],
) {
    let found = [deleting(seen), empty_selector(seen, events), behind(seen)];
    for case in found.into_iter().flatten() {
        cases.add(case);
    }
    waits_for_person(cases, seen, board);
    cannot_create(cases, seen, board, events);
    late_status(cases, seen, board);
}

fn evidence(seen: &Seen<'_>, field: &str, message: &str) -> Evidence {
    Evidence::field(Object::DaemonSet, &seen.workload.key.name, field, message)
}

fn deleting<'a>(seen: &Seen<'_>) -> Option<Case<'a>> {
    let since = seen.workload.deleting_since?;
    Some(Case {
        cause: Cause::Deleting,
        evidence: evidence(seen, "metadata.deletionTimestamp", &since.to_string()),
        since: Some(since),
        certainty: Certainty::Sure,
        node: None,
    })
}

/// Events about the workload itself.
fn own<'a>(seen: &Seen<'_>, events: &'a [Event], reason: &str) -> Option<&'a Event> {
    let name = &seen.workload.key.name;
    events
        .iter()
        .filter(|e| e.reason == reason && e.kind == "DaemonSet" && e.name == *name)
        .max_by_key(|e| e.last_at)
}

fn empty_selector<'a>(seen: &Seen<'_>, events: &[Event]) -> Option<Case<'a>> {
    // The API lets no empty selector in; the event is for objects of old.
    let empty = seen.workload.selector == Selector::default();
    let event = own(seen, events, "SelectingAll");
    let evidence = match event {
        Some(event) => Evidence::event(Object::DaemonSet, event),
        None if empty => evidence(seen, "spec.selector", "{}"),
        None => return None,
    };
    Some(Case {
        cause: Cause::EmptySelector,
        evidence,
        since: None,
        certainty: Certainty::Sure,
        node: None,
    })
}

/// `managedFields` do not tell when the spec was written: their times stay where
/// they are when a manager writes the same fields again. So the time counts that
/// somebody watched.
fn behind<'a>(seen: &Seen<'_>) -> Option<Case<'a>> {
    let (workload, progress) = (seen.workload, seen.progress);
    let just_now = seen.now.since(progress.moved_at) < PATIENCE;
    if workload.observed() || just_now || workload.deleting_since.is_some() {
        return None;
    }
    let since = (progress.moved_by == Moved::Spec).then_some(progress.moved_at);
    let (generation, observed) = (workload.generation, workload.observed_generation);
    Some(Case {
        cause: Cause::ControllerBehind {
            generation,
            observed,
        },
        evidence: evidence(seen, "status.observedGeneration", &observed.to_string()),
        since,
        certainty: Certainty::Likely,
        node: None,
    })
}

fn nodes_in<'a>(board: &'a Board, states: &[NodeState]) -> Vec<&'a str> {
    let cells = board.cells.iter().filter(|c| states.contains(&c.state));
    cells.map(|cell| cell.node.as_str()).collect()
}

fn waits_for_person<'a>(cases: &mut Cases<'a>, seen: &Seen<'_>, board: &'a Board) {
    let name = match &seen.workload.strategy {
        UpdateStrategy::RollingUpdate { .. } => return,
        UpdateStrategy::OnDelete => "OnDelete",
        UpdateStrategy::Other { name } => name,
    };
    let old = nodes_in(board, &[NodeState::OldAvailable, NodeState::OldUnavailable]);
    if old.is_empty() {
        return;
    }
    let case = Case {
        cause: Cause::WaitsForPerson,
        evidence: evidence(seen, "spec.updateStrategy.type", name),
        since: None,
        certainty: Certainty::Sure,
        node: None,
    };
    cases.add_all(case, old, 0);
}

/// Pods that are missing, and an event that says why. With surge the pod that
/// cannot be created is missing on a node that still has its old one.
fn cannot_create<'a>(
    cases: &mut Cases<'a>,
    seen: &Seen<'_>,
    board: &'a Board,
    events: &'a [Event],
) {
    let Some(event) = own(seen, events, "FailedCreate") else {
        return;
    };
    let counts = seen.workload.counts;
    let mut nodes = nodes_in(board, &[NodeState::Missing]);
    let unnamed = if board.nodes_known {
        0
    } else {
        counts.desired.saturating_sub(counts.scheduled)
    };
    if nodes.is_empty()
        && matches!(board.budget.allowed, AtATime::Surge(_))
        && !board.budget.is_spent()
    {
        nodes = nodes_in(board, &[NodeState::OldAvailable, NodeState::OldUnavailable]);
    }
    let nothing = nodes.is_empty() && unnamed == 0;
    if nothing || seen.now.since(event.last_at) > FRESH {
        return;
    }
    // A pod that came since says that it is not always so.
    let since_then = seen.own().any(|pod| pod.created_at > event.last_at);
    let case = Case {
        cause: Cause::CannotCreate {
            why: Refusal::of(&event.message),
        },
        evidence: Evidence::event(Object::DaemonSet, event),
        since: None,
        certainty: if since_then {
            Certainty::Likely
        } else {
            Certainty::Sure
        },
        node: None,
    };
    cases.add_all(case, nodes, unnamed);
}

/// The controller counts minReadySeconds by its own clock.
fn late_status<'a>(cases: &mut Cases<'a>, seen: &Seen<'_>, board: &'a Board) {
    let workload = seen.workload;
    if workload.min_ready_seconds == 0 || !workload.observed() {
        return;
    }
    let available = board
        .cells
        .iter()
        .filter(|c| matches!(c.state, NodeState::NewAvailable | NodeState::OldAvailable))
        .filter(|c| c.since.is_some_and(|s| seen.now.since(s) >= STATUS_DELAY))
        .count();
    let available = u32::try_from(available).unwrap_or(u32::MAX);
    let late = available.saturating_sub(workload.counts.available);
    if late == 0 {
        return;
    }
    let counted = workload.counts.available.to_string();
    let case = Case {
        cause: Cause::ClockSkew {
            clock: Clock::Controller,
        },
        evidence: evidence(seen, "status.numberAvailable", &counted),
        since: None,
        certainty: Certainty::Likely,
        node: None,
    };
    cases.add_all(case, Vec::new(), late);
}
