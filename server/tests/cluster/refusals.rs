//! Each way an order can end, staged for real.

use std::time::Duration;

use domain::rollback::Reason;
use serde_json::json;
use xtask::cluster::Component;

use super::rig::{Rig, code, daemon_set, start, until};

#[tokio::test(flavor = "multi_thread")]
async fn every_way_an_order_can_end() {
    let rig = start("refusals").await;
    moved(&rig).await;
    renumbered(&rig).await;
    pruned(&rig).await;
    replaced(&rig).await;
    deleting(&rig).await;
    no_template(&rig).await;
    denied(&rig).await;
    mutated(&rig).await;
    without_controllers(&rig).await;
    frozen_apiserver(&rig).await;
    apiserver_gone(&rig).await;
}

/// Moved: somebody edits between look and click.
async fn moved(rig: &Rig) {
    rig.two("moved").await;
    let order = rig.order("moved", 1);
    rig.kubectl(&[
        "patch",
        "ds",
        "moved",
        "-p",
        r#"{"spec":{"minReadySeconds":1}}"#,
    ]);
    let report = rig.send(order).await;
    assert_eq!(
        (code(&report).as_str(), report.changed, report.generation),
        ("moved", Some(false), Some(3))
    );
}

/// Renumbered, and a target that is the live one already.
async fn renumbered(rig: &Rig) {
    rig.two("renumbered").await;
    let order = rig.order("renumbered", 1);
    rig.kubectl(&["rollout", "undo", "ds/renumbered"]);
    rig.settled("renumbered").await;
    assert_eq!(code(&rig.send(order.clone()).await), "alreadyThere");
    rig.image("renumbered", "i:9");
    rig.settled("renumbered").await;
    assert_eq!(code(&rig.send(order).await), "renumbered");
}

/// Pruned.
async fn pruned(rig: &Rig) {
    rig.two("pruned").await;
    let order = rig.order("pruned", 1);
    rig.kubectl(&["delete", "controllerrevision", &order.to]);
    assert_eq!(code(&rig.send(order).await), "pruned");
}

/// Replaced, then gone.
async fn replaced(rig: &Rig) {
    rig.two("replaced").await;
    let order = rig.order("replaced", 1);
    rig.kubectl(&["delete", "ds", "replaced", "--wait"]);
    rig.cluster
        .feed(
            &["create", "-f", "-"],
            &daemon_set("replaced", "i:1").to_string(),
        )
        .unwrap();
    assert_eq!(code(&rig.send(order.clone()).await), "replaced");
    rig.kubectl(&["delete", "ds", "replaced", "--wait"]);
    assert_eq!(code(&rig.send(order).await), "workloadGone");
}

/// Being deleted.
async fn deleting(rig: &Rig) {
    rig.two("deleting").await;
    let order = rig.order("deleting", 1);
    rig.kubectl(&[
        "patch",
        "ds",
        "deleting",
        "-p",
        r#"{"metadata":{"finalizers":["test.rollbook.dev/hold"]}}"#,
    ]);
    rig.kubectl(&["delete", "ds", "deleting", "--wait=false"]);
    assert_eq!(code(&rig.send(order).await), "deleting");
    rig.kubectl(&[
        "patch",
        "ds",
        "deleting",
        "-p",
        r#"{"metadata":{"finalizers":null}}"#,
    ]);
}

/// The data of a revision is no template.
async fn no_template(rig: &Rig) {
    rig.two("broken").await;
    let uid = rig.entry("broken").unwrap().workload.uid.clone();
    let odd = json!({
        "apiVersion": "apps/v1", "kind": "ControllerRevision", "revision": 1,
        "metadata": {"name": "broken-odd", "labels": {"app": "broken"}, "ownerReferences": [
            {"apiVersion": "apps/v1", "kind": "DaemonSet", "name": "broken", "uid": uid, "controller": true}]},
        "data": {"spec": {"template": "not a template"}}
    });
    rig.cluster
        .feed(&["create", "-f", "-"], &odd.to_string())
        .unwrap();
    until("the odd one is seen", || {
        rig.entry("broken")
            .is_ok_and(|e| e.revision("broken-odd").is_some())
    })
    .await;
    let mut order = rig.order("broken", 1);
    order.to = "broken-odd".into();
    (order.to_uid, order.to_revision) = (None, None);
    assert_eq!(code(&rig.send(order.clone()).await), "unreadable");
    order.to = rig.order("moved", 1).to;
    assert_eq!(code(&rig.send(order).await), "notOwned");
}

/// Admission says no, in its own words.
async fn denied(rig: &Rig) {
    rig.two("denied").await;
    for object in [
        json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicy", "metadata": {"name": "no-one"},
            "spec": {"matchConstraints": {"resourceRules": [{"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["UPDATE"], "resources": ["daemonsets"]}]},
                "validations": [{"expression": "object.metadata.name != 'denied' || object.spec.template.spec.containers[0].image != 'i:1'", "message": "i:1 is not allowed here"}]}}),
        json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": "no-one"},
            "spec": {"policyName": "no-one", "validationActions": ["Deny"]}}),
    ] {
        rig.cluster
            .feed(&["create", "-f", "-"], &object.to_string())
            .unwrap();
    }
    let mut report = rig
        .send(domain::rollback::Order {
            dry_run: true,
            ..rig.order("denied", 1)
        })
        .await;
    for _ in 0..100 {
        if code(&report) == "denied" {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        report = rig
            .send(domain::rollback::Order {
                dry_run: true,
                ..rig.order("denied", 1)
            })
            .await;
    }
    let real = rig.send(rig.order("denied", 1)).await;
    assert_eq!(code(&real), "denied");
    assert!(
        serde_json::to_string(&real)
            .unwrap()
            .contains("i:1 is not allowed here")
    );
}

/// Admission changes the template on the way in: the dry run says so before,
/// the report after, and what runs is a new revision.
async fn mutated(rig: &Rig) {
    rig.two("mutated").await;
    for object in [
        json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingAdmissionPolicy", "metadata": {"name": "label"},
            "spec": {"reinvocationPolicy": "Never",
                "matchConstraints": {"resourceRules": [{"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["UPDATE"], "resources": ["daemonsets"]}]},
                "matchConditions": [{"name": "one", "expression": "object.metadata.name == 'mutated'"}],
                "mutations": [{"patchType": "ApplyConfiguration", "applyConfiguration":
                    {"expression": "Object{spec: Object.spec{template: Object.spec.template{metadata: Object.spec.template.metadata{labels: {'added': 'here'}}}}}"}}]}}),
        json!({"apiVersion": "admissionregistration.k8s.io/v1", "kind": "MutatingAdmissionPolicyBinding", "metadata": {"name": "label"},
            "spec": {"policyName": "label"}}),
    ] {
        rig.cluster
            .feed(&["create", "-f", "-"], &object.to_string())
            .unwrap();
    }
    let dry = || domain::rollback::Order {
        dry_run: true,
        ..rig.order("mutated", 1)
    };
    let mut report = rig.send(dry()).await;
    for _ in 0..150 {
        if report.reason == (Reason::DryRun { mutated: true }) {
            break;
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
        report = rig.send(dry()).await;
    }
    assert_eq!(report.reason, Reason::DryRun { mutated: true });
    let real = rig.send(rig.order("mutated", 1)).await;
    assert_eq!(real.reason, Reason::RolledBack { mutated: true });
    assert_eq!(real.changed, Some(true));
    rig.settled("mutated").await;
    let entry = rig.entry("mutated").unwrap();
    assert_eq!(
        entry.revisions.len(),
        3,
        "the controller recorded a new one"
    );
    rig.kubectl(&["delete", "mutatingadmissionpolicybinding", "label"]);
}

/// Without the controllers the write still stands, and nothing is current.
async fn without_controllers(rig: &Rig) {
    rig.two("paused").await;
    rig.cluster.freeze(Component::ControllerManager).unwrap();
    let report = rig.send(rig.order("paused", 1)).await;
    assert_eq!(code(&report), "rolledBack");
    until("it is pending", || {
        rig.entry("paused")
            .is_ok_and(|e| e.current().0 == domain::history::CurrentState::Pending)
    })
    .await;
    rig.cluster.thaw(Component::ControllerManager).unwrap();
    rig.settled("paused").await;
}

/// The apiserver freezes in mid-request: the outcome is found out.
async fn frozen_apiserver(rig: &Rig) {
    rig.two("frozen").await;
    let order = rig.order("frozen", 1);
    rig.cluster.freeze(Component::Apiserver).unwrap();
    let port = rig.port.clone();
    let sent = tokio::spawn(async move { port.rollback(order).await });
    tokio::time::sleep(Duration::from_secs(2)).await;
    rig.cluster.thaw(Component::Apiserver).unwrap();
    let report = sent.await.unwrap();
    let there = rig.live("frozen")["metadata"]["generation"] == 3;
    assert_eq!(report.changed, Some(there), "{report:?}");
    until("live again", || rig.port.health().is_live()).await;
}

/// The apiserver is gone: said within five seconds, and nothing is sent.
async fn apiserver_gone(rig: &Rig) {
    let order = rig.order("moved", 1);
    rig.cluster.kill(Component::Apiserver).unwrap();
    let begin = std::time::Instant::now();
    until("it is stale", || !rig.port.health().is_live()).await;
    assert!(
        begin.elapsed() < Duration::from_secs(5),
        "{:?}",
        begin.elapsed()
    );
    assert_eq!(code(&rig.send(order).await), "stale");
    rig.cluster.restart(Component::Apiserver).unwrap();
    until("live again", || rig.port.health().is_live()).await;
}
