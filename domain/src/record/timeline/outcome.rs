//! What became of a rollout.

use super::gaps::Watched;
use super::{Outcome, Row};
use crate::record::{By, Period, STANDSTILL};
use crate::time::Time;

pub(super) fn outcome(period: &Period, next: Option<&Period>, gone: bool) -> Outcome {
    match (period.rollout.seen_done, next) {
        (Some(_), _) => Outcome::Done,
        (None, Some(_)) if period.overtaken => Outcome::Overtaken,
        (None, None) if gone => Outcome::NotKnown,
        (None, None) if period.rollout.last.is_some() || period.watched => Outcome::Running,
        _ => Outcome::NotKnown,
    }
}

/// Seconds without a step, in spans of [`STANDSTILL`] or longer; the last span of
/// a rollout that did not get there goes on to its `end`, as far as somebody
/// watched without a break: after that a node may have come along. Where nothing
/// moves by itself nothing stands still.
pub(super) fn stood_still(
    period: &Period,
    outcome: Outcome,
    end: Option<Time>,
    watched: &Watched,
) -> i64 {
    if period.rollout.on_delete {
        return 0;
    }
    let mut spans = period.rollout.stalls.clone();
    let open = matches!(outcome, Outcome::Running | Outcome::Overtaken);
    if let Some(at) = period.rollout.moved.filter(|_| open) {
        let until = watched.until(at);
        let until = end.map_or(until, |end| end.min(until));
        if until.since(at) >= STANDSTILL {
            spans.insert(at, until);
        }
    }
    let mut until = Time::EPOCH;
    spans.into_iter().fold(0, |sum, (from, to)| {
        let from = from.max(until);
        until = until.max(to);
        sum + to.since(from).as_secs().max(0)
    })
}

/// Marks rollbacks whose template was taken away again by the manager that had
/// written the one before: it put back what is its own.
pub(super) fn put_back(rows: &mut [Row]) {
    for at in 1..rows.len().saturating_sub(1) {
        let (before, after) = (&rows[at - 1], &rows[at + 1]);
        let returned = before.template.is_some() && before.template == after.template;
        let next = before.generation + 2 == after.generation;
        // Whoever only thinks again does it by hand.
        let undone = matches!(&after.by, Some(By::Manager { name }) if !by_hand(name))
            && after.by == before.by
            && rows[at]
                .by
                .as_ref()
                .is_some_and(|by| Some(by) != after.by.as_ref());
        if rows[at].back_to.is_some() && returned && next && undone {
            rows[at].outcome = Outcome::PutBack;
        }
    }
}

/// Is it the manager of one of kubectl's verbs for a single change? An apply
/// brings what is written down somewhere, as an owner does.
fn by_hand(manager: &str) -> bool {
    let verb = manager.strip_prefix("kubectl-");
    manager == "kubectl" || verb.is_some_and(|verb| verb != "client-side-apply")
}
