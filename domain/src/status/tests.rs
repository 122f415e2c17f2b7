//! The rule of `kubectl rollout status`, word for word.

#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::selector::Selector;
use crate::template::Template;
use crate::workload::{Counts, Key, Share};

/// A workload with these numbers: generation, observed, desired, updated,
/// available.
pub(crate) fn workload(
    generation: i64,
    observed: i64,
    desired: u32,
    updated: u32,
    available: u32,
) -> Workload {
    Workload {
        key: Key::daemon_set("ns", "foo"),
        uid: "uid-foo".into(),
        generation,
        observed_generation: observed,
        template_generation: Some(generation),
        created_at: "2026-01-01T00:00:00Z".parse().unwrap(),
        deleting_since: None,
        selector: Selector::default(),
        template: Template::new(json!({"spec":{"containers":[{"name":"c","image":"i:1"}]}}))
            .unwrap(),
        strategy: UpdateStrategy::RollingUpdate {
            max_unavailable: Share::Nodes(1),
            max_surge: Share::Nodes(0),
        },
        min_ready_seconds: 0,
        history_limit: 10,
        counts: Counts {
            desired,
            scheduled: desired,
            updated,
            ready: available,
            available,
            misscheduled: 0,
        },
        change_cause: None,
        applied: false,
        last_note: None,
        owner: None,
        writers: Vec::new(),
    }
}

#[test]
fn messages_are_kubectls_own() {
    for (numbers, done, message) in [
        (
            (2, 1, 3, 3, 3),
            false,
            "Waiting for daemon set spec update to be observed...",
        ),
        (
            (2, 2, 3, 1, 3),
            false,
            "Waiting for daemon set \"foo\" rollout to finish: 1 out of 3 new pods have been updated...",
        ),
        (
            (2, 2, 3, 3, 2),
            false,
            "Waiting for daemon set \"foo\" rollout to finish: 2 of 3 updated pods are available...",
        ),
        (
            (2, 2, 3, 3, 3),
            true,
            "daemon set \"foo\" successfully rolled out",
        ),
        (
            (2, 2, 0, 0, 0),
            true,
            "daemon set \"foo\" successfully rolled out",
        ),
    ] {
        let (generation, observed, desired, updated, available) = numbers;
        let got = status(&workload(generation, observed, desired, updated, available));
        assert_eq!((got.done, got.message.as_str()), (done, message));
    }
}

#[test]
fn on_delete_has_kubectls_error_and_our_count() {
    let mut waiting = workload(2, 2, 3, 1, 3);
    waiting.strategy = UpdateStrategy::OnDelete;
    let got = status(&waiting);
    assert!(!got.done);
    assert!(got.on_delete);
    assert_eq!(
        got.message,
        "rollout status is only available for RollingUpdate strategy type"
    );
    let mut all = workload(2, 2, 3, 3, 3);
    all.strategy = UpdateStrategy::OnDelete;
    assert!(status(&all).done);
    all.observed_generation = 1;
    assert!(!status(&all).done);
}

#[test]
fn an_older_or_newer_generation_is_not_this_write() {
    let at = |generation| status(&workload(generation, generation, 1, 1, 1));
    assert_eq!(following(&at(4), 5), Following::Behind);
    assert_eq!(following(&at(5), 5), Following::This);
    assert_eq!(following(&at(6), 5), Following::Overtaken);
}

proptest! {
    /// Done exactly when observed, all updated and all available.
    #[test]
    fn done_is_kubectls_rule(generation in 1..9i64, observed in 0..9i64,
        desired in 0..9u32, updated in 0..9u32, available in 0..9u32) {
        let got = status(&workload(generation, observed, desired, updated, available));
        prop_assert_eq!(
            got.done,
            observed >= generation && updated >= desired && available >= desired
        );
        prop_assert_eq!(got.done, got.message.ends_with("successfully rolled out"));
    }
}
