//! Each row of semantics.md 7.5, the traps of 7.1, and states that are no
//! finding.

#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::board::any::any_cluster;
use crate::board::tests::{Cluster, new, node, old};
use crate::pod::tests::{at, dying, failed, unready, unscheduled, waiting};
use crate::pod::{Exit, Phase, Pod, Truth};
use crate::workload::{UpdateStrategy, Writer};

mod brief;
mod nodes;
mod pods;

fn event(kind: &str, name: &str, reason: &str, message: &str) -> Event {
    Event {
        reason: reason.into(),
        message: message.into(),
        kind: kind.into(),
        name: name.into(),
        count: 3,
        last_at: at(90),
    }
}

fn look(cluster: &Cluster, events: &[Event]) -> Vec<Finding> {
    cluster.look(|seen, board| findings(seen, board, events))
}

/// The only finding.
fn only(cluster: &Cluster, events: &[Event]) -> Finding {
    let mut all = look(cluster, events);
    assert_eq!(all.len(), 1, "{all:#?}");
    all.remove(0)
}

fn one(pod: Pod) -> Cluster {
    Cluster::new(2).with([pod, new("n2")])
}

fn starting(mut pod: Pod, since: i64) -> Pod {
    pod = waiting(pod, "ContainerCreating", "");
    pod.phase = Phase::Pending;
    pod.created_at = at(since);
    pod
}

fn crashing(exit: &str, code: i32) -> Pod {
    let mut pod = waiting(new("n1"), "CrashLoopBackOff", "back-off 5m0s");
    pod.restarts = 9;
    pod.trouble.as_mut().unwrap().exit = Some(Exit {
        code,
        reason: exit.into(),
        at: None,
    });
    pod
}

#[test]
fn states_that_pass_are_no_finding() {
    let mut fresh = unscheduled(new("n1"), "Insufficient cpu");
    fresh.unscheduled.as_mut().unwrap().since = Some(at(97));
    let mut not_looked_at = unscheduled(new("n1"), "");
    (not_looked_at.unscheduled, not_looked_at.created_at) = (None, at(97));
    let mut restarted = unready(new("n1"), 95);
    restarted.restarts = 1;
    for pod in [
        new("n1"),
        old("n1"),
        starting(new("n1"), 97),
        starting(new("n1"), -100),
        fresh,
        not_looked_at,
        unready(new("n1"), 60),
        restarted,
        unready(old("n1"), -999),
        waiting(old("n1"), "CrashLoopBackOff", ""),
        dying(old("n1"), 60),
        dying(waiting(new("n1"), "ErrImagePull", ""), 60),
    ] {
        let cluster = one(pod);
        assert_eq!(look(&cluster, &[]), [], "{:#?}", cluster.pods[0]);
    }
    assert_eq!(look(&Cluster::new(3), &[]), [], "no pod made yet");
    let mut waits = one(new("n1"));
    waits.workload.min_ready_seconds = 999;
    assert_eq!(look(&waits, &[]), [], "it says itself how long it waits");
    let mut just_written = one(new("n1"));
    just_written.workload.generation = 9;
    // As managedFields tell it who writes the same fields again.
    just_written.workload.writers = vec![Writer {
        manager: "kubectl".into(),
        at: Some(at(-900)),
    }];
    just_written.moved = 90;
    assert_eq!(look(&just_written, &[]), []);
}

#[test]
fn pods_cannot_be_created() {
    let cluster = Cluster::new(3).with([new("n1")]);
    for (message, why, stands) in [
        (
            "pods \"foo-\" is forbidden: exceeded quota: q, requested: cpu=1",
            Refusal::Quota,
            false,
        ),
        (
            "pods \"foo-\" is forbidden: failed quota: q: must specify cpu",
            Refusal::Quota,
            false,
        ),
        (
            "pods \"foo-\" is forbidden: maximum cpu usage per Container is 1",
            Refusal::Limits,
            true,
        ),
        (
            "admission webhook \"policy.example\" denied the request: exceeded quota",
            Refusal::Admission,
            true,
        ),
        (
            "ValidatingAdmissionPolicy 'p' with binding 'b' denied request: no",
            Refusal::Admission,
            true,
        ),
        (
            "Internal error occurred: failed calling webhook \"w\": timeout",
            Refusal::WebhookDown,
            false,
        ),
        (
            "pods \"foo-\" is forbidden: violates PodSecurity \"restricted:latest\": x",
            Refusal::PodSecurity,
            true,
        ),
        (
            "pods \"foo-\" is forbidden: error looking up service account ns/a: not found",
            Refusal::ServiceAccount,
            true,
        ),
        (
            "pods \"foo-\" is forbidden: no PriorityClass with name p was found",
            Refusal::PriorityClass,
            true,
        ),
        ("something else", Refusal::Other, false),
    ] {
        let message = format!("Error creating: {message}");
        let found = only(
            &cluster,
            &[event("DaemonSet", "foo", "FailedCreate", &message)],
        );
        assert_eq!(found.cause, Cause::CannotCreate { why }, "{message}");
        assert_eq!(found.stands(), stands, "{message}");
        assert_eq!(found.nodes.names, ["n2", "n3"]);
        assert_eq!(
            (found.evidence.count, found.evidence.last_at),
            (Some(3), Some(at(90)))
        );
    }
}

#[test]
fn an_event_of_another_time_or_workload_says_nothing() {
    let missing = Cluster::new(1);
    let told = event("DaemonSet", "foo", "FailedCreate", "exceeded quota");
    let old_one = Event {
        last_at: at(-9999),
        ..told.clone()
    };
    let foreign = Event {
        name: "bar".into(),
        ..told.clone()
    };
    assert_eq!(look(&missing, &[old_one, foreign]), []);
    assert_eq!(
        look(&one(new("n1")), std::slice::from_ref(&told)),
        [],
        "all nodes have one"
    );
    let mut came_since = new("n1");
    came_since.created_at = at(95);
    let partly = Cluster::new(2).with([came_since]);
    assert_eq!(only(&partly, &[told]).certainty, Certainty::Likely);
}

#[test]
fn a_surge_that_cannot_be_created_misses_no_node() {
    let cluster = Cluster::new(2).surge(1).with([old("n1"), old("n2")]);
    let told = event("DaemonSet", "foo", "FailedCreate", "violates PodSecurity");
    let found = only(&cluster, &[told]);
    assert_eq!(found.nodes.count, 2);
    assert!(found.stands());
}

#[test]
fn clocks_that_differ() {
    let mut cluster = one(new("n1"));
    cluster.workload.min_ready_seconds = 10;
    cluster.workload.counts.available = 2;
    cluster.pods[0].ready.as_mut().unwrap().since = Some(at(160));
    let found = only(&cluster, &[]);
    let clock = Clock::Node;
    assert_eq!(found.cause, Cause::ClockSkew { clock });
    assert_eq!(found.evidence.message, at(160).to_string());
    // Both are available since 10, and the controller counts one.
    let mut cluster = one(new("n1"));
    cluster.workload.min_ready_seconds = 10;
    cluster.workload.counts.available = 1;
    cluster.second = 39;
    assert_eq!(look(&cluster, &[]), [], "not yet");
    cluster.second = 40;
    let found = only(&cluster, &[]);
    let clock = Clock::Controller;
    assert_eq!(found.cause, Cause::ClockSkew { clock });
    assert_eq!((found.nodes.count, found.certainty), (1, Certainty::Likely));
}

#[test]
fn on_delete_waits_for_a_person() {
    let mut cluster = Cluster::new(2).with([old("n1"), new("n2")]);
    cluster.workload.strategy = UpdateStrategy::OnDelete;
    let found = only(&cluster, &[]);
    assert_eq!(
        (found.cause.clone(), found.next),
        (Cause::WaitsForPerson, Next::DeleteOldPods)
    );
    assert_eq!(found.nodes.names, ["n1"]);
    assert_eq!(found.evidence.message, "OnDelete");
    assert!(found.stands());
    cluster.pods[0] = waiting(old("n1"), "CrashLoopBackOff", "");
    let all = look(&cluster, &[]);
    assert_eq!(all.len(), 2, "an old pod that nobody replaces is asked");
    assert_eq!(all[0].cause, Cause::WaitsForPerson);
    cluster.pods[0] = new("n1");
    assert_eq!(look(&cluster, &[]), []);
}

#[test]
fn the_controller_does_not_act() {
    let mut cluster = one(new("n1"));
    cluster.workload.generation = 9;
    let found = only(&cluster, &[]);
    let (generation, observed) = (9, 2);
    assert_eq!(
        found.cause,
        Cause::ControllerBehind {
            generation,
            observed
        }
    );
    assert_eq!((found.certainty, found.since), (Certainty::Likely, None));
    // It may just not have come by yet.
    cluster.moved = 90;
    assert_eq!(look(&cluster, &[]), []);
    cluster.moved = 85;
    only(&cluster, &[]);
    cluster.workload.deleting_since = Some(at(9));
    let found = only(&cluster, &[]);
    assert_eq!((found.cause, found.since), (Cause::Deleting, Some(at(9))));
    let mut cluster = one(new("n1"));
    cluster.workload.selector = crate::selector::Selector::default();
    assert_eq!(only(&cluster, &[]).cause, Cause::EmptySelector);
    let told = event(
        "DaemonSet",
        "foo",
        "SelectingAll",
        "This daemon set is selecting all pods.",
    );
    let found = only(&one(new("n1")), &[told]);
    assert_eq!(found.cause, Cause::EmptySelector);
    assert_eq!(found.evidence.field, "event SelectingAll");
}

#[test]
fn one_cause_is_one_finding_and_the_decisive_comes_first() {
    let names: Vec<String> = (1..=12).map(|n| format!("n{n}")).collect();
    let mut cluster = Cluster::new(12).with(names.iter().map(|name| match name.as_str() {
        "n1" => waiting(
            new(name),
            "CreateContainerConfigError",
            "secret \"a\" not found",
        ),
        "n2" => dying(old(name), -999),
        "n3" => old(name),
        "n4" => waiting(new(name), "ErrImagePull", "i/o timeout"),
        _ => waiting(new(name), "CrashLoopBackOff", "back-off"),
    }));
    cluster.node("n2").ready.status = Truth::Unknown;
    let all = look(&cluster, &[]);
    let causes: Vec<&Cause> = all.iter().map(|f| &f.cause).collect();
    assert!(matches!(
        causes[..],
        [
            Cause::DeadNodes { blocks: true },
            Cause::Config { .. },
            Cause::Crash { .. },
            Cause::Image { .. }
        ]
    ));
    assert_eq!((all[2].nodes.count, all[3].nodes.count), (8, 1));
    assert_eq!(all[2].nodes.names, ["n5", "n6", "n7", "n8", "n9"]);
}

#[test]
fn a_kubelet_that_waits_to_try_again_has_the_cause_that_another_one_told() {
    let mut cluster = Cluster::new(2).with([
        waiting(new("n1"), "ImagePullBackOff", "Back-off pulling image"),
        waiting(new("n2"), "ErrImagePull", "i:9: not found"),
    ]);
    let found = only(&cluster, &[]);
    let cause = Cause::Image {
        container: "c".into(),
        why: ImageTrouble::NotFound,
    };
    assert_eq!((&found.cause, found.nodes.count), (&cause, 2));
    cluster.pods.pop();
    assert!(only(&cluster, &[]).cause.is_vague());
}

#[test]
fn words_of_the_cluster_are_made_inert_and_cross_the_wire() {
    let message = format!("secret \"a\u{202e}\" not found {}", "x".repeat(9000));
    let found = only(
        &one(waiting(new("n1"), "CreateContainerConfigError", &message)),
        &[],
    );
    assert!(found.evidence.message.contains("⟨U+202E⟩"));
    assert!(found.evidence.message.chars().count() <= 1000);
    let wire = serde_json::to_value(&found).unwrap();
    assert_eq!(
        wire["cause"],
        json!({"config": {"container": "c", "why": "objectMissing"}})
    );
    assert_eq!(wire["next"], json!("createMissing"));
    assert_eq!(serde_json::from_value::<Finding>(wire).unwrap(), found);
}

#[test]
fn pods_alone_are_enough() {
    let mut cluster = one(crashing("Error", 1));
    cluster.nodes = None;
    cluster.workload.counts.desired = 5;
    cluster.workload.counts.scheduled = 2;
    let told = event("DaemonSet", "foo", "FailedCreate", "exceeded quota");
    let all = look(&cluster, &[told]);
    assert_eq!(all.len(), 2);
    assert_eq!((all[0].nodes.count, all[0].nodes.names.len()), (3, 0));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(500))]

    #[test]
    fn anything_has_findings_that_add_up(
        cluster in any_cluster(),
        reasons in prop::collection::vec((0..7u8, 0..3u8, "[{}\" a-zé]{0,12}"), 0..6),
    ) {
        let known = ["FailedCreate", "SelectingAll", "FailedDaemonPod", "Failed", "Unhealthy",
            "FailedMount", "?"];
        let events: Vec<Event> = reasons.into_iter().map(|(reason, about, tail)| {
            let words = ["taint {", " on node ", "Insufficient "][usize::from(about)];
            let kind = if about == 0 { "DaemonSet" } else { "Pod" };
            event(kind, "foo", known[usize::from(reason)], &format!("{words}{tail}"))
        }).collect();
        let all = look(&cluster, &events);
        for finding in &all {
            prop_assert!(finding.nodes.names.len() <= NAMED);
            prop_assert!(finding.nodes.count as usize >= finding.nodes.names.len());
        }
        for (at, finding) in all.iter().enumerate() {
            prop_assert!(!all[..at].iter().any(|f| f.cause == finding.cause));
        }
        for text in events.iter().map(|e| &e.message) {
            Lack::all("", text);
        }
    }
}
