//! The guide: what is next, when it waits, when it ends; and what holds however
//! nodes and board behave.

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::board::{Cell, NodeState};
use crate::health::Health;
use NodeState::{
    Excluded, Missing, NewAvailable, NewFailing, NewStarting, OldAvailable, OldUnavailable,
    Terminating,
};

fn cell(node: &str, state: NodeState) -> Cell {
    serde_json::from_value(json!({
        "node": node, "state": state, "pod": format!("foo-{node}"), "podUid": format!("uid-{node}"),
        "nodeReady": true, "zone": if node < "n3" { "a" } else { "b" },
    }))
    .unwrap()
}

fn sight(states: &[(&str, NodeState)]) -> Sight {
    Sight {
        uid: "uid-foo".into(),
        cells: states
            .iter()
            .map(|(node, state)| cell(node, *state))
            .collect(),
        findings: vec![],
        pods: Health::Live,
        nodes: Health::Live,
    }
}

fn trouble(node: &str, words: &str) -> Trouble {
    let value = json!({"nodes": {"count": 1, "names": [node]}, "evidence": {"message": words}});
    serde_json::from_value(value).unwrap()
}

/// The nodes of a step's pods.
fn deleted(step: Step) -> Vec<String> {
    match step {
        Step::Delete(targets) => targets.into_iter().map(|target| target.node).collect(),
        other => panic!("{other:?}"),
    }
}

fn failed(node: &str, why: Failure, words: Option<&str>) -> Step {
    Step::End(End::Failed {
        node: node.into(),
        why,
        words: words.map(Into::into),
    })
}

#[test]
fn one_after_another_and_what_is_broken_first() {
    let mut seen = sight(&[
        ("n1", OldAvailable),
        ("n2", NewAvailable),
        ("n3", OldUnavailable),
        ("n4", OldAvailable),
    ]);
    let mut guide = Guide::new(&seen, &Choice::All, 1);
    assert_eq!(guide.chosen(), ["n3", "n1", "n4"]);
    for (at, node) in [(2, "n3"), (0, "n1"), (3, "n4")] {
        assert_eq!(deleted(guide.step(&seen)), [node]);
        // Not seen yet, seen, and then the new one comes.
        assert_eq!(guide.step(&seen), Step::Wait);
        for state in [Terminating, Missing, NewStarting] {
            seen.cells[at].state = state;
            assert_eq!(guide.step(&seen), Step::Wait);
        }
        seen.cells[at].state = NewAvailable;
    }
    assert_eq!(guide.done(&seen), 3);
    assert_eq!(guide.step(&seen), Step::End(End::Done));
}

#[test]
fn a_choice_takes_what_can_go() {
    let mut seen = sight(&[
        ("n1", OldAvailable),
        ("n2", OldAvailable),
        ("n3", OldAvailable),
        ("n4", NewAvailable),
        ("n5", OldAvailable),
    ]);
    seen.cells[1].node_ready = Some(false);
    seen.cells[4].left = true;
    let chosen = |choice: &Choice| Guide::new(&seen, choice, 9).chosen().to_vec();
    assert_eq!(chosen(&Choice::All), ["n1", "n3"]);
    assert_eq!(chosen(&Choice::Zone(Some("a".into()))), ["n1"]);
    assert_eq!(chosen(&Choice::Zone(None)), [""; 0]);
    let some = ["n2", "n3", "n9"].map(ToOwned::to_owned);
    assert_eq!(chosen(&Choice::Nodes(some.into())), ["n3"]);
    let old: Vec<&str> = seen.old().map(|cell| &*cell.node).collect();
    assert_eq!(old, ["n1", "n2", "n3"], "those that cannot go are told");
}

#[test]
fn what_others_replace_counts_too() {
    let mut seen = sight(&[
        ("n1", OldAvailable),
        ("n2", OldAvailable),
        ("n3", OldAvailable),
    ]);
    let mut guide = Guide::new(&seen, &Choice::All, 2);
    seen.cells[0].state = Terminating;
    assert_eq!(deleted(guide.step(&seen)), ["n2"]);
    assert_eq!(guide.step(&seen), Step::Wait);
    seen.cells[0].state = NewFailing;
    assert_eq!(guide.step(&seen), failed("n1", Failure::Trouble, None));
}

#[test]
fn it_ends_at_the_first_that_does_not_come_back() {
    let begun = |state: NodeState| {
        let mut seen = sight(&[("n1", OldAvailable), ("n2", OldAvailable)]);
        let mut guide = Guide::new(&seen, &Choice::All, 1);
        assert_eq!(deleted(guide.step(&seen)), ["n1"]);
        seen.cells[0].state = state;
        (guide, seen)
    };
    let (mut guide, mut seen) = begun(NewFailing);
    seen.cells[0].reason = Some("ErrImagePull".into());
    seen.cells[0].message = Some("not found".into());
    let ended = failed("n1", Failure::Trouble, Some("ErrImagePull: not found"));
    assert_eq!(guide.step(&seen), ended);
    // It comes back after all: whoever stopped decides anew.
    seen.cells[0].state = NewAvailable;
    assert_eq!(guide.step(&seen), ended);

    let (mut guide, mut seen) = begun(Missing);
    assert_eq!(guide.step(&seen), Step::Wait);
    seen.findings = vec![trouble("n2", "it waits"), trouble("n1", "exceeded quota")];
    assert_eq!(
        guide.step(&seen),
        failed("n1", Failure::Trouble, Some("exceeded quota"))
    );

    let (mut guide, seen) = begun(Excluded);
    assert_eq!(guide.step(&seen), failed("n1", Failure::Gone, None));
    let (mut guide, mut seen) = begun(Missing);
    seen.cells.remove(0);
    assert_eq!(guide.step(&seen), failed("n1", Failure::Gone, None));
    let (mut guide, mut seen) = begun(OldAvailable);
    seen.cells[0].pod_uid = Some("uid-another".into());
    assert_eq!(guide.step(&seen), failed("n1", Failure::OldAgain, None));
}

#[test]
fn it_ends_when_it_does_not_see_what_it_began_with() {
    let seen = sight(&[("n1", OldAvailable)]);
    let begun = || Guide::new(&seen, &Choice::All, 1);
    let stale = Sight {
        pods: Health::Starting,
        ..seen.clone()
    };
    assert_eq!(begun().step(&stale), Step::End(End::Stale));
    let other = Sight {
        uid: "uid-bar".into(),
        ..seen.clone()
    };
    assert_eq!(begun().step(&other), Step::End(End::Changed));
    let mut stopped = begun();
    stopped.end(End::Stopped);
    assert_eq!(stopped.step(&seen), Step::End(End::Stopped));
    assert_eq!(stopped.ended(), Some(&End::Stopped));
}

#[test]
fn a_node_that_can_go_no_more_is_spared() {
    let mut seen = sight(&[("n1", OldAvailable), ("n2", OldAvailable)]);
    let mut guide = Guide::new(&seen, &Choice::All, 1);
    seen.cells[0].node_ready = Some(false);
    assert_eq!(deleted(guide.step(&seen)), ["n2"]);
    seen.cells[1].state = NewAvailable;
    assert_eq!(guide.step(&seen), Step::End(End::Done));
    assert_eq!((guide.done(&seen), guide.chosen().len()), (1, 2));
}

#[test]
fn it_is_read_from_the_answer_of_the_api() {
    let answer = json!({
        "uid": "u", "excluded": [], "unplaced": [], "counts": {}, "budget": {}, "nodesKnown": true,
        "cells": [{"node": "n1", "state": "old-available", "pod": "p", "podUid": "q", "restarts": 2}],
        "findings": [{"cause": "waitsForPerson", "certainty": "sure", "next": "deleteOldPods",
            "evidence": {"kind": "DaemonSet", "name": "x", "field": "y", "message": "OnDelete"},
            "nodes": {"count": 1, "names": ["n1"]}}],
        "pods": "live", "nodes": {"refused": {"missing": {"verb": "list", "resource": "nodes", "words": "no"}}},
    });
    let seen: Sight = serde_json::from_value(answer).unwrap();
    assert!(seen.is_fresh());
    // That nodes wait for a person is a finding, and no failure.
    let mut guide = Guide::new(&seen, &Choice::All, 1);
    assert_eq!(deleted(guide.step(&seen)), ["n1"]);
    assert_eq!(guide.step(&seen), Step::Wait);
}

/// What may happen to one node between two looks.
#[derive(Clone, Copy, Debug)]
enum Happens {
    /// It goes on as it should, if its pod was deleted.
    On,
    Breaks,
    Heals,
    /// Somebody else deletes the pod.
    Deleted,
    Goes,
}

fn next(state: NodeState, happens: Happens, deleted: bool) -> NodeState {
    match (happens, state) {
        (Happens::On, OldAvailable | OldUnavailable) if deleted => Terminating,
        (Happens::Deleted, OldAvailable | OldUnavailable) => Terminating,
        (Happens::On, Terminating) => Missing,
        (Happens::On, Missing) => NewStarting,
        (Happens::On, NewStarting) | (Happens::Heals, NewFailing) => NewAvailable,
        (Happens::Breaks, NewStarting | NewAvailable) => NewFailing,
        (Happens::Goes, _) => Excluded,
        _ => state,
    }
}

fn any_happening() -> impl Strategy<Value = Happens> {
    prop_oneof![
        12 => Just(Happens::On),
        1 => Just(Happens::Breaks),
        1 => Just(Happens::Heals),
        1 => Just(Happens::Deleted),
        1 => Just(Happens::Goes),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn never_too_many_never_after_a_failure_never_twice(
        begin in prop::collection::vec(prop::sample::select(vec![OldAvailable, OldUnavailable, NewAvailable, Terminating]), 1..8),
        at_a_time in 0..4usize,
        turns in prop::collection::vec((prop::collection::vec(any_happening(), 8), any::<bool>()), 1..60),
    ) {
        let names: Vec<String> = (0..begin.len()).map(|n| format!("n{n}")).collect();
        let states: Vec<(&str, NodeState)> =
            names.iter().map(String::as_str).zip(begin).collect();
        let mut seen = sight(&states);
        let mut guide = Guide::new(&seen, &Choice::All, at_a_time);
        let limit = at_a_time.max(1);
        let mut sent: Vec<String> = Vec::new();
        let (mut failed, mut done) = (false, false);
        for (happens, quick) in turns {
            let chosen = |cell: &&Cell| guide.chosen().contains(&cell.node);
            failed |= seen.cells.iter().filter(chosen).any(|cell| {
                cell.state == NewFailing || (cell.state == Excluded && sent.contains(&cell.node))
            });
            let step = guide.step(&seen);
            if let Step::Delete(targets) = &step {
                prop_assert!(!failed, "after a failure");
                for target in targets {
                    prop_assert!(!sent.contains(&target.node), "twice");
                    let cell = seen.cells.iter().find(|cell| cell.node == target.node).unwrap();
                    prop_assert!(is_old(cell));
                    sent.push(target.node.clone());
                }
                let out = |cell: &&Cell| sent.contains(&cell.node) && cell.state != NewAvailable;
                prop_assert!(seen.cells.iter().filter(out).count() <= limit, "too many");
            }
            if !done && matches!(step, Step::End(End::Done)) {
                done = true;
                let open = |cell: &Cell| sent.contains(&cell.node) && cell.state != NewAvailable;
                prop_assert!(!seen.cells.iter().any(open), "not all are back");
            }
            prop_assert!(!failed || matches!(step, Step::End(_)));
            for (cell, happens) in seen.cells.iter_mut().zip(happens) {
                // A deletion may take a while to be seen.
                let deleted = quick && sent.contains(&cell.node);
                cell.state = next(cell.state, happens, deleted);
            }
        }
    }
}
