//! Rules of one pod, and small pods for the tests of others.

#![expect(clippy::unwrap_used, reason = "tests")]

use serde_json::json;

use super::*;

pub(crate) fn at(second: i64) -> Time {
    Time::from_second(1_800_000_000 + second)
}

/// A bound, running pod of `uid-foo` with that hash, ready since second 0.
pub(crate) fn pod(name: &str, node: &str, hash: &str) -> Pod {
    Pod {
        name: name.into(),
        uid: format!("uid-{name}"),
        controller_uid: "uid-foo".into(),
        hash: Some(hash.into()),
        template_generation: None,
        node: Some(node.into()),
        bound: true,
        phase: Phase::Running,
        created_at: at(-60),
        deletion: None,
        finalizers: vec![],
        ready: Some(Ready {
            status: Truth::True,
            since: Some(at(0)),
            reason: None,
        }),
        unscheduled: None,
        failed: None,
        restarts: 0,
        trouble: None,
    }
}

/// The same, not ready since that second.
pub(crate) fn unready(mut pod: Pod, since: i64) -> Pod {
    pod.ready = Some(Ready {
        status: Truth::False,
        since: Some(at(since)),
        reason: Some("ContainersNotReady".into()),
    });
    pod
}

/// The same, with a container `c` that waits for that.
pub(crate) fn waiting(pod: Pod, reason: &str, message: &str) -> Pod {
    let mut pod = unready(pod, 0);
    pod.trouble = Some(Box::new(Trouble {
        container: "c".into(),
        waiting: Some(Waiting {
            reason: reason.into(),
            message: message.into(),
        }),
        ..Trouble::default()
    }));
    pod
}

/// The same, being deleted since that second with a grace of 30 s.
pub(crate) fn dying(mut pod: Pod, since: i64) -> Pod {
    pod.deletion = Some(Deletion {
        deadline: at(since + 30),
        grace_seconds: 30,
    });
    pod
}

/// The same, without a node because the scheduler found none.
pub(crate) fn unscheduled(pod: Pod, message: &str) -> Pod {
    let mut pod = unready(pod, 0);
    pod.bound = false;
    pod.phase = Phase::Pending;
    pod.ready = None;
    pod.unscheduled = Some(Box::new(Unscheduled {
        reason: "Unschedulable".into(),
        message: message.into(),
        since: Some(at(0)),
    }));
    pod
}

/// The same, failed for that reason.
pub(crate) fn failed(pod: Pod, reason: &str, message: &str) -> Pod {
    let mut pod = unready(pod, 0);
    pod.phase = Phase::Failed;
    pod.failed = Some(Box::new(Failed {
        reason: reason.into(),
        message: message.into(),
    }));
    pod
}

#[test]
fn updated_is_by_hash_or_by_template_generation() {
    let mut it = pod("a", "n", "h1");
    it.template_generation = Some(4);
    assert!(it.is_updated(Some("h1"), Some(9)));
    assert!(it.is_updated(Some("h2"), Some(4)), "the API was upgraded");
    assert!(it.is_updated(None, Some(4)));
    assert!(!it.is_updated(Some("h2"), Some(5)));
    assert!(!it.is_updated(None, None));
    it.template_generation = None;
    assert!(!it.is_updated(None, None), "nothing equals nothing");
    it.hash = Some(String::new());
    assert!(!it.is_updated(Some(""), None));
}

#[test]
fn only_a_number_as_the_controller_writes_it_is_a_generation() {
    assert_eq!(generation("12"), Some(12));
    for text in ["", "012", "+12", "1e3", "x", "99999999999999999999"] {
        assert_eq!(generation(text), None, "{text}");
    }
}

#[test]
fn available_means_ready_for_long_enough() {
    let it = pod("a", "n", "h");
    assert!(it.is_available(0, at(-5)), "no minReadySeconds: at once");
    assert!(!it.is_available(10, at(9)));
    assert!(it.is_available(10, at(10)), "the last moment counts");
    assert!(!unready(it.clone(), 0).is_available(0, at(99)));
    assert!(dying(it.clone(), 5).is_available(0, at(6)));
    let mut timeless = it;
    timeless.ready = Some(Ready {
        status: Truth::True,
        ..Ready::default()
    });
    assert!(timeless.is_available(0, at(0)));
    assert!(!timeless.is_available(1, at(99)));
}

#[test]
fn the_node_of_a_pod_that_waits_is_in_its_affinity() {
    let by = |terms: Value| {
        json!({"nodeAffinity": {"requiredDuringSchedulingIgnoredDuringExecution":
            {"nodeSelectorTerms": terms}}})
    };
    let field = |values: Value| {
        by(json!([{"matchExpressions": []},
            {"matchFields": [{"key": "metadata.name", "operator": "In", "values": values}]}]))
    };
    let of = |affinity: Value| target_node(None, Some(&affinity));
    assert_eq!(of(field(json!(["n1"]))).as_deref(), Some("n1"));
    assert_eq!(of(field(json!(["n1", "n2"]))), None);
    assert_eq!(of(field(json!([]))), None);
    assert_eq!(of(field(json!([7]))), None);
    assert_eq!(
        of(by(json!([{"matchFields":
            [{"key": "metadata.name", "operator": "NotIn", "values": ["n1"]}]}]))),
        None
    );
    for bad in [
        json!(null),
        json!(3),
        json!({"nodeAffinity": []}),
        by(json!({})),
    ] {
        assert_eq!(of(bad), None);
    }
    assert_eq!(
        target_node(Some("n9"), Some(&field(json!(["n1"])))).as_deref(),
        Some("n9")
    );
    assert_eq!(target_node(Some(""), None), None);
}

#[test]
fn the_container_to_blame_is_the_broken_one() {
    let waits = |name: &str, reason: &str| Container {
        name: name.into(),
        waiting: Some(Waiting {
            reason: reason.into(),
            ..Waiting::default()
        }),
        ..Container::default()
    };
    let ended = Container {
        name: "ended".into(),
        exit: Some(Exit {
            code: 1,
            ..Exit::default()
        }),
        ..Container::default()
    };
    let fine = Container {
        name: "fine".into(),
        ready: true,
        running: true,
        ..Container::default()
    };
    let unready = Container {
        name: "unready".into(),
        running: true,
        ..Container::default()
    };
    let starting = waits("starting", "ContainerCreating");
    let broken = waits("broken", "CrashLoopBackOff");
    let blame = |all: &[&Container]| {
        let all: Vec<Container> = all.iter().map(|c| (*c).clone()).collect();
        Trouble::first(&all).map(|t| t.container)
    };
    let all = [&fine, &unready, &starting, &ended, &broken];
    for (last, name) in [(5, "broken"), (4, "ended"), (3, "starting"), (2, "unready")] {
        assert_eq!(blame(&all[..last]).as_deref(), Some(name));
    }
    assert_eq!(blame(&all[..1]), None);
    assert_eq!(blame(&[]), None);
}

#[test]
fn deletion_began_a_grace_period_before_its_time() {
    let it = dying(pod("a", "n", "h"), 100);
    assert_eq!(it.deletion.unwrap().since(), at(100));
    let mut gone = it.clone();
    gone.phase = Phase::Succeeded;
    assert!(gone.is_gone());
    assert!(!it.is_gone(), "it may still run");
}

#[test]
fn a_pod_is_small() {
    let message = format!("Back-off pulling image {}", "x".repeat(5000));
    assert_eq!(kept(&message).chars().count(), MESSAGE_MAX);
    // What a broken pod with long names holds beside the struct itself.
    let mut it = waiting(pod(&"p".repeat(63), &"n".repeat(40), "5d5f7c9b8d"), "", "");
    it.uid = "u".repeat(36);
    it.controller_uid = "u".repeat(36);
    let text = 63 + 40 + 10 + 2 * 36 + "ContainersNotReady".len();
    let trouble = size_of::<Trouble>() + "ImagePullBackOff".len() + MESSAGE_MAX;
    let all = size_of_val(&it) + text + trouble;
    assert!(all <= 1024, "{all}");
}
