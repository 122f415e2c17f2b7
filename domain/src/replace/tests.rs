//! Which order is carried out and which is refused; and what the guide never
//! does, whatever happens to the nodes meanwhile.

#![expect(clippy::panic, clippy::unwrap_used, reason = "tests")]

use serde_json::json;

use super::*;
use crate::pod::tests::{dying, pod};
use crate::status::tests::workload;

mod guided;

/// A workload whose live template is that of `h2`, and an old pod of it.
fn waiting() -> (Workload, Pod) {
    let mut live = workload(2, 2, 3, 0, 3);
    live.strategy = UpdateStrategy::OnDelete;
    live.template_generation = Some(2);
    (live, pod("foo-a", "n1", "h1"))
}

fn order(live: &Workload, pod: &Pod) -> Order {
    Order {
        namespace: "ns".into(),
        name: "foo".into(),
        uid: live.uid.clone(),
        generation: live.generation,
        node: "n1".into(),
        pod: pod.name.clone(),
        pod_uid: pod.uid.clone(),
        ..Order::default()
    }
}

fn checked(order: &Order, live: &Workload, found: Found<'_>) -> Result<(), Reason> {
    check(order, Some(live), Some("h2"), found)
}

#[test]
fn an_old_pod_is_deleted_when_all_is_as_it_was_seen() {
    let (live, pod) = waiting();
    let seen = order(&live, &pod);
    assert_eq!(checked(&seen, &live, Found::Pod(&pod)), Ok(()));
}

#[test]
fn what_changed_of_the_workload_refuses() {
    let (live, pod) = waiting();
    let seen = order(&live, &pod);
    let refused = |change: &dyn Fn(&mut Workload)| {
        let mut now = live.clone();
        change(&mut now);
        checked(&seen, &now, Found::Pod(&pod)).unwrap_err()
    };
    assert_eq!(
        check(&seen, None, None, Found::Nothing),
        Err(Reason::WorkloadGone)
    );
    assert_eq!(refused(&|w| w.uid = "other".into()), Reason::Recreated);
    assert_eq!(
        refused(&|w| w.deleting_since = Some(w.created_at)),
        Reason::Deleting
    );
    assert_eq!(
        refused(&|w| w.generation = 3),
        Reason::Moved { seen: 2, now: 3 }
    );
    let rolling = workload(2, 2, 3, 0, 3).strategy;
    assert_eq!(
        refused(&|w| w.strategy = rolling.clone()),
        Reason::NotOnDelete {
            strategy: "RollingUpdate".into()
        }
    );
    assert_eq!(refused(&|w| w.observed_generation = 1), Reason::NotObserved);
    assert_eq!(
        check(&seen, Some(&live), None, Found::Pod(&pod)),
        Err(Reason::NotObserved)
    );
}

#[test]
fn what_is_not_the_pod_that_was_seen_refuses() {
    let (live, pod) = waiting();
    let seen = order(&live, &pod);
    let refused = |change: &dyn Fn(&mut Pod)| {
        let mut now = pod.clone();
        change(&mut now);
        checked(&seen, &live, Found::Pod(&now)).unwrap_err()
    };
    assert_eq!(refused(&|p| p.uid = "other".into()), Reason::PodReplaced);
    assert_eq!(
        refused(&|p| p.controller_uid = "other".into()),
        Reason::NotOwned
    );
    assert_eq!(
        checked(&seen, &live, Found::Stray).unwrap_err(),
        Reason::NotOwned
    );
    let other = Some("n2".to_owned());
    assert_eq!(
        refused(&|p| p.node.clone_from(&other)),
        Reason::OtherNode {
            node: other.clone()
        }
    );
    assert_eq!(refused(&|p| p.hash = Some("h2".into())), Reason::UpToDate);
    // After an upgrade of the API its hash may be another one.
    assert_eq!(
        refused(&|p| p.template_generation = Some(2)),
        Reason::UpToDate
    );
}

#[test]
fn what_is_done_already_is_no_refusal() {
    let (live, pod) = waiting();
    let seen = order(&live, &pod);
    let ending = dying(pod, 0);
    for (found, reason) in [
        (Found::Nothing, Reason::PodGone),
        (Found::Pod(&ending), Reason::PodEnding),
    ] {
        let told = Report::from(checked(&seen, &live, found).unwrap_err());
        assert_eq!((told.outcome, told.reason), (Outcome::AlreadyThere, reason));
        assert_eq!(told.changed, Some(false));
    }
}

#[test]
fn an_order_that_is_not_whole_or_not_understood_is_refused() {
    let (live, pod) = waiting();
    let whole = order(&live, &pod);
    let field = |change: &dyn Fn(&mut Order)| {
        let mut order = whole.clone();
        change(&mut order);
        match check_order(&order).unwrap_err() {
            Reason::Invalid { field } => field,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(field(&|o| o.uid.clear()), "uid");
    assert_eq!(field(&|o| o.pod_uid.clear()), "podUid");
    assert_eq!(field(&|o| o.pod = "../nodes/n1".into()), "pod");
    assert_eq!(field(&|o| o.node = "n1,n2".into()), "node");
    let known = ["namespace", "kind", "name", "uid", "generation", "node"];
    let known = [&known[..], &["pod", "podUid", "dryRun"]].concat();
    let sent = serde_json::to_value(&whole).unwrap();
    let mut fields: Vec<&str> = sent.as_object().unwrap().keys().map(|k| &**k).collect();
    fields.sort_unstable();
    let mut sorted = known.clone();
    sorted.sort_unstable();
    assert_eq!(fields, sorted);
    let mut more = sent.clone();
    more["pods"] = json!(["foo-a", "foo-b"]);
    let more: Order = serde_json::from_value(more).unwrap();
    let invalid = Reason::Invalid {
        field: "pods".into(),
    };
    assert_eq!(check_order(&more), Err(invalid));
    // What was seen may not be left out.
    for field in ["uid", "generation", "node", "pod", "podUid"] {
        let mut less = sent.clone();
        less.as_object_mut().unwrap().remove(field);
        assert!(serde_json::from_value::<Order>(less).is_err(), "{field}");
    }
}

#[test]
fn a_report_says_whether_anything_changed() {
    let words = || "x".to_owned();
    for (reason, outcome, changed) in [
        (Reason::Deleted, Outcome::Replaced, Some(true)),
        (Reason::DryRun, Outcome::Replaced, Some(false)),
        (Reason::UpToDate, Outcome::Refused, Some(false)),
        (
            Reason::ServerError { words: words() },
            Outcome::Failed,
            Some(false),
        ),
        (Reason::NoAnswer { words: words() }, Outcome::Unknown, None),
    ] {
        let report = Report::from(reason);
        assert_eq!((report.outcome, report.changed), (outcome, changed));
    }
}
