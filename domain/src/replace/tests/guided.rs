//! The guide: what is next, when it waits, when it ends; and what holds however
//! nodes and board behave.

use std::collections::BTreeSet;

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::board::{Cell, NodeState};
use crate::findings::Finding;
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

/// What is seen of the workload, as a test changes it.
#[derive(Clone)]
struct Seen {
    uid: String,
    generation: i64,
    fresh: bool,
    cells: Vec<Cell>,
    findings: Vec<Finding>,
}

impl Seen {
    fn sight(&self) -> Sight<'_> {
        Sight {
            uid: &self.uid,
            generation: self.generation,
            fresh: self.fresh,
            cells: &self.cells,
            findings: &self.findings,
        }
    }

    /// A way through all nodes.
    fn all(&self, at_a_time: usize) -> Guide {
        let nodes = self.cells.iter().map(|cell| cell.node.clone()).collect();
        Guide::new(self.sight(), ("uid-foo", 2), &nodes, at_a_time)
    }
}

fn seen(states: &[(&str, NodeState)]) -> Seen {
    Seen {
        uid: "uid-foo".into(),
        generation: 2,
        fresh: true,
        cells: states
            .iter()
            .map(|(node, state)| cell(node, *state))
            .collect(),
        findings: vec![],
    }
}

fn trouble(node: &str, words: &str) -> Finding {
    serde_json::from_value(json!({
        "cause": "evicted", "certainty": "likely", "next": "makeRoom",
        "evidence": {"kind": "Pod", "name": "x", "field": "y", "message": words},
        "nodes": {"count": 1, "names": [node]},
    }))
    .unwrap()
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
    let mut seen = seen(&[
        ("n1", OldAvailable),
        ("n2", NewAvailable),
        ("n3", OldUnavailable),
        ("n4", OldAvailable),
    ]);
    let mut guide = seen.all(1);
    assert_eq!(guide.chosen(), ["n3", "n1", "n4"]);
    for (at, node) in [(2, "n3"), (0, "n1"), (3, "n4")] {
        assert_eq!(deleted(guide.step(seen.sight())), [node]);
        // Not seen yet, seen, and then the new one comes.
        assert_eq!(guide.step(seen.sight()), Step::Wait);
        for state in [Terminating, Missing, NewStarting] {
            seen.cells[at].state = state;
            assert_eq!(guide.step(seen.sight()), Step::Wait);
        }
        seen.cells[at].state = NewAvailable;
    }
    assert_eq!(guide.done(&seen.cells), 3);
    assert_eq!(guide.step(seen.sight()), Step::End(End::Done));
}

#[test]
fn only_what_can_go_goes() {
    let mut seen = seen(&[
        ("n1", OldAvailable),
        ("n2", OldAvailable),
        ("n3", OldAvailable),
        ("n4", NewAvailable),
        ("n5", OldAvailable),
    ]);
    seen.cells[1].node_ready = Some(false);
    seen.cells[4].left = true;
    assert_eq!(seen.all(9).chosen(), ["n1", "n3"]);
    let some = BTreeSet::from(["n2", "n3", "n9"].map(ToOwned::to_owned));
    let some = Guide::new(seen.sight(), ("uid-foo", 2), &some, 9);
    assert_eq!(some.chosen(), ["n3"]);
    let old: Vec<&str> = seen
        .cells
        .iter()
        .filter(|c| is_old(c))
        .map(|c| &*c.node)
        .collect();
    assert_eq!(old, ["n1", "n2", "n3"], "those that cannot go are told");
}

#[test]
fn what_others_replace_counts_too() {
    let mut seen = seen(&[
        ("n1", OldAvailable),
        ("n2", OldAvailable),
        ("n3", OldAvailable),
    ]);
    let mut guide = seen.all(2);
    seen.cells[0].state = Terminating;
    assert_eq!(deleted(guide.step(seen.sight())), ["n2"]);
    assert_eq!(guide.step(seen.sight()), Step::Wait);
    seen.cells[0].state = NewFailing;
    assert_eq!(
        guide.step(seen.sight()),
        failed("n1", Failure::Trouble, None)
    );
}

#[test]
fn it_ends_at_the_first_that_does_not_come_back() {
    let begun = |state: NodeState| {
        let mut seen = seen(&[("n1", OldAvailable), ("n2", OldAvailable)]);
        let mut guide = seen.all(1);
        assert_eq!(deleted(guide.step(seen.sight())), ["n1"]);
        seen.cells[0].state = state;
        (guide, seen)
    };
    let (mut guide, mut seen) = begun(NewFailing);
    seen.cells[0].reason = Some("ErrImagePull".into());
    seen.cells[0].message = Some("not found".into());
    let ended = failed("n1", Failure::Trouble, Some("ErrImagePull: not found"));
    assert_eq!(guide.step(seen.sight()), ended);
    // It comes back after all: whoever stopped decides anew.
    seen.cells[0].state = NewAvailable;
    assert_eq!(guide.step(seen.sight()), ended);

    let (mut guide, mut seen) = begun(Missing);
    assert_eq!(guide.step(seen.sight()), Step::Wait);
    seen.findings = vec![trouble("n2", "it waits"), trouble("n1", "exceeded quota")];
    assert_eq!(
        guide.step(seen.sight()),
        failed("n1", Failure::Trouble, Some("exceeded quota"))
    );

    let (mut guide, seen) = begun(Excluded);
    assert_eq!(guide.step(seen.sight()), failed("n1", Failure::Gone, None));
    let (mut guide, mut seen) = begun(Missing);
    seen.cells.remove(0);
    assert_eq!(guide.step(seen.sight()), failed("n1", Failure::Gone, None));
    let (mut guide, mut seen) = begun(OldAvailable);
    seen.cells[0].pod_uid = Some("uid-another".into());
    assert_eq!(
        guide.step(seen.sight()),
        failed("n1", Failure::OldAgain, None)
    );
}

#[test]
fn it_ends_when_it_does_not_see_what_it_began_with() {
    let begun = seen(&[("n1", OldAvailable)]);
    let ends = |change: &dyn Fn(&mut Seen)| {
        let mut now = begun.clone();
        change(&mut now);
        begun.all(1).step(now.sight())
    };
    assert_eq!(ends(&|now| now.fresh = false), Step::End(End::Stale));
    assert_eq!(ends(&|now| now.generation = 3), Step::End(End::Changed));
    let other = |now: &mut Seen| now.uid = "uid-bar".into();
    assert_eq!(ends(&other), Step::End(End::Changed));
    let mut stopped = begun.all(1);
    stopped.end(End::Stopped);
    assert_eq!(stopped.step(begun.sight()), Step::End(End::Stopped));
    assert_eq!(stopped.ended(), Some(&End::Stopped));
}

#[test]
fn what_came_of_a_step_is_told() {
    let mut seen = seen(&[
        ("n1", OldAvailable),
        ("n2", OldAvailable),
        ("n3", OldAvailable),
    ]);
    let mut guide = seen.all(3);
    let Step::Delete(targets) = guide.step(seen.sight()) else {
        panic!("three pods");
    };
    let answers = [
        (Some(Outcome::Replaced), String::new()),
        (Some(Outcome::AlreadyThere), String::new()),
    ];
    // It was stopped before the third one.
    guide.answered(answers);
    // The page keeps it meanwhile.
    let kept = serde_json::to_string(&guide).unwrap();
    let mut guide: Guide = serde_json::from_str(&kept).unwrap();
    seen.cells[0].state = NewAvailable;
    assert_eq!(guide.step(seen.sight()), Step::Wait);
    assert_eq!(guide.step(seen.sight()), Step::Wait);
    let told = [
        Event::Deleted(targets[0].clone()),
        Event::DeletedBefore(targets[1].clone()),
        Event::Back("n1".into()),
    ];
    assert_eq!(guide.log(), told);
    for outcome in [None, Some(Outcome::Refused), Some(Outcome::Unknown)] {
        let mut guide = seen.all(1);
        assert_eq!(deleted(guide.step(seen.sight())), ["n2"]);
        guide.answered([(outcome, "no".into())]);
        let refused = End::Refused {
            node: "n2".into(),
            words: "no".into(),
        };
        assert_eq!(guide.step(seen.sight()), Step::End(refused));
    }
}

#[test]
fn a_node_that_can_go_no_more_is_spared() {
    let mut seen = seen(&[("n1", OldAvailable), ("n2", OldAvailable)]);
    let mut guide = seen.all(1);
    seen.cells[0].node_ready = Some(false);
    assert_eq!(deleted(guide.step(seen.sight())), ["n2"]);
    seen.cells[1].state = NewAvailable;
    assert_eq!(guide.step(seen.sight()), Step::End(End::Done));
    assert_eq!((guide.done(&seen.cells), guide.chosen().len()), (1, 2));
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
        let mut seen = seen(&states);
        let mut guide = seen.all(at_a_time);
        let limit = at_a_time.max(1);
        let mut sent: Vec<String> = Vec::new();
        let (mut failed, mut done) = (false, false);
        for (happens, quick) in turns {
            let chosen = |cell: &&Cell| guide.chosen().contains(&cell.node);
            failed |= seen.cells.iter().filter(chosen).any(|cell| {
                cell.state == NewFailing || (cell.state == Excluded && sent.contains(&cell.node))
            });
            let step = guide.step(seen.sight());
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
