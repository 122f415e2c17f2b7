//! Boards of anything: pods and nodes that no cluster would have, and what must
//! hold even then.

#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;

use super::tests::{Cluster, node, tainted};
use super::*;
use crate::node::ZONE;
use crate::pod::tests::{at, dying, pod, unscheduled, waiting};
use crate::pod::{Phase, Ready, Truth};
use crate::workload::UpdateStrategy;

/// Any pod at all, also ones that no controller would make.
pub(crate) fn any_pod() -> impl Strategy<Value = Pod> {
    let place = prop::option::weighted(0.9, 0..5u8);
    let label = (0..3u8, prop::option::of(1..4i64));
    let ready = prop::option::of((0..3u8, prop::option::of(-50..200i64)));
    let words = prop::sample::select(vec![
        "",
        "CrashLoopBackOff",
        "ContainerCreating",
        "OOMKilled",
    ]);
    (
        place,
        label,
        0..5u8,
        ready,
        any::<[bool; 4]>(),
        words,
        -90..100i64,
    )
        .prop_map(
            |(
                place,
                (hash, generation),
                phase,
                ready,
                [bound, dies, late, breaks],
                words,
                made,
            )| {
                let name = format!("p{made}{place:?}{hash}");
                let mut it = pod(&name, "", &format!("h{hash}"));
                it.node = place.map(|n| format!("n{n}"));
                it.template_generation = generation;
                it.bound = bound;
                it.created_at = at(made);
                it.phase =
                    ["Pending", "Running", "Succeeded", "Failed", "?"][usize::from(phase)].into();
                it.ready = ready.map(|(status, since)| Ready {
                    status: ["True", "False", "Unknown"][usize::from(status)].into(),
                    since: since.map(at),
                    reason: None,
                });
                if breaks {
                    let status = it.ready.clone();
                    it = waiting(it, words, "message");
                    it.ready = status;
                }
                if late {
                    it.unscheduled = unscheduled(it.clone(), "Insufficient cpu").unscheduled;
                }
                if dies { dying(it, made) } else { it }
            },
        )
}

/// Any few nodes: wanted or not, well or not.
pub(crate) fn any_cluster() -> impl Strategy<Value = Cluster> {
    let nodes = prop::collection::btree_map(0..5u8, any::<[bool; 3]>(), 0..5);
    let nodes = prop::option::weighted(0.8, nodes);
    let pods = prop::collection::vec(any_pod(), 0..12);
    (nodes, pods, 0..40u32, any::<[bool; 2]>()).prop_map(|(nodes, pods, min, [surge, deleted])| {
        let mut cluster = Cluster::new(0).with(pods);
        cluster.workload.min_ready_seconds = min;
        cluster.nodes = nodes.map(|nodes| {
            let one = |(n, [wanted, well, zoned]): (u8, [bool; 3])| {
                let name = format!("n{n}");
                let mut it = if wanted { node(&name) } else { tainted(&name) };
                it.ready.status = if well { Truth::True } else { Truth::Unknown };
                if zoned {
                    it.labels.insert(ZONE.into(), format!("z{}", n % 2));
                }
                it
            };
            nodes.into_iter().map(one).collect()
        });
        if deleted {
            cluster.workload.strategy = UpdateStrategy::OnDelete;
        }
        if surge { cluster.surge(1) } else { cluster }
    })
}

/// The controller's loop, written down once more and in another way.
fn recount(seen: &Seen<'_>) -> (u32, u32) {
    let (mut updated, mut available) = (0, 0);
    for node in seen.nodes.unwrap_or_default() {
        let on = seen.rules.on(node);
        let first = seen
            .own()
            .filter(|p| p.node.as_ref() == Some(&node.name))
            .filter(|p| {
                !(p.deletion.is_some() && matches!(p.phase, Phase::Failed | Phase::Succeeded))
            })
            .min_by_key(|p| (!p.bound, p.created_at, p.name.clone()));
        let Some(pod) = first.filter(|_| on.run) else {
            continue;
        };
        updated += u32::from(
            pod.hash.as_deref() == seen.hash
                || pod.template_generation == seen.workload.template_generation,
        );
        let ready = pod.ready.as_ref().filter(|r| r.status == Truth::True);
        let min = i64::from(seen.workload.min_ready_seconds);
        available += u32::from(ready.is_some_and(|r| {
            min == 0 || r.since.is_some_and(|s| seen.now.since(s).as_secs() >= min)
        }));
    }
    (updated, available)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]

    #[test]
    fn a_board_of_anything_adds_up(cluster in any_cluster()) {
        cluster.look(|seen, board| {
            let counts = board.counts;
            for part in [counts.scheduled, counts.updated, counts.ready, counts.available] {
                prop_assert!(part <= counts.desired);
            }
            prop_assert!(counts.available <= counts.ready && counts.ready <= counts.scheduled);
            let mut names: Vec<&str> = board.cells.iter().chain(&board.excluded)
                .map(|c| c.node.as_str()).collect();
            names.sort_unstable();
            let all = names.len();
            names.dedup();
            prop_assert_eq!(names.len(), all, "a node is in one cell");
            let by_state: u32 = board.by_state().values().sum();
            prop_assert_eq!(usize::try_from(by_state).unwrap(), all);
            prop_assert!(board.budget.used as usize <= all);
            if seen.nodes.is_some() {
                prop_assert_eq!((counts.updated, counts.available), recount(seen));
            }
            // Where a node has one pod, its state says what the counters say.
            let single = |c: &&Cell| seen.own().filter(|p| p.node.as_ref() == Some(&c.node)).count() == 1;
            for cell in board.cells.iter().filter(single) {
                let own = seen.own().find(|p| p.node.as_ref() == Some(&cell.node)).unwrap();
                let is_new = matches!(cell.state, NodeState::NewAvailable);
                if is_new {
                    prop_assert!(seen.is_updated(own) && seen.is_available(own));
                }
            }
            Ok(())
        })?;
    }
}
