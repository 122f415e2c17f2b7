//! Admission that says no, changes what is written, or cannot be asked.

use domain::rollback::{Order, Outcome, Reason};
use serde_json::{Value, json};

use super::hook::Hook;
use super::rig::{Rig, code, share, side_by_side, until};
use super::web::serve;

const GROUP: &str = "admissionregistration.k8s.io/v1";

#[tokio::test(flavor = "multi_thread")]
async fn admission_has_the_last_word() {
    let rig = share().await;
    side_by_side!(&rig;
        denied_by_a_policy,
        denied_by_a_webhook,
        changed_on_the_way_in,
        a_webhook_that_cannot_be_asked,
    );
}

/// Updates of DaemonSets.
fn updates() -> Value {
    json!([{"apiGroups": ["apps"], "apiVersions": ["v1"], "operations": ["UPDATE"], "resources": ["daemonsets"]}])
}

/// Order a dry run to revision 1 until it ends so.
async fn until_dry(rig: &Rig, name: &str, what: &str, is_so: impl Fn(&Reason) -> bool) {
    let order = Order {
        dry_run: true,
        ..rig.order(name, 1)
    };
    for _ in 0..300 {
        if is_so(&rig.send(order.clone()).await.reason) {
            return;
        }
        tokio::time::sleep(std::time::Duration::from_millis(100)).await;
    }
    panic!("not in time: {what}");
}

/// A policy that denies images for a workload, with a reason and words.
fn deny(rig: &Rig, name: &str, reason: Option<&str>, words: &str) {
    let mut validation = json!({
        "expression": format!(
            "object.metadata.name != '{name}' || object.spec.template.spec.containers[0].image != 'i:1'"),
        "messageExpression": format!("'{words} to ' + object.spec.template.spec.containers[0].image"),
    });
    if let Some(reason) = reason {
        validation["reason"] = json!(reason);
    }
    rig.create(&json!({
        "apiVersion": GROUP, "kind": "ValidatingAdmissionPolicy", "metadata": {"name": name},
        "spec": {"matchConstraints": {"resourceRules": updates()}, "validations": [validation]},
    }));
    rig.create(&json!({
        "apiVersion": GROUP, "kind": "ValidatingAdmissionPolicyBinding", "metadata": {"name": name},
        "spec": {"policyName": name, "validationActions": ["Deny"]},
    }));
}

/// Words of a denial, as the report passes them on.
fn words(reason: &Reason) -> &str {
    match reason {
        Reason::Denied { words } => words,
        other => panic!("not denied: {other:?}"),
    }
}

/// A policy says no, in its own words and whatever reason it gives.
async fn denied_by_a_policy(rig: &Rig) {
    for (name, reason) in [
        ("denied", None),
        ("denied-invalid", Some("Invalid")),
        ("denied-forbidden", Some("Forbidden")),
        ("denied-too-large", Some("RequestEntityTooLarge")),
    ] {
        policy(rig, name, reason).await;
    }
}

async fn policy(rig: &Rig, name: &str, reason: Option<&str>) {
    rig.two(name).await;
    deny(rig, name, reason, "you cannot go back");
    // Until it is in force the dry run is accepted.
    until_dry(rig, name, "the policy is in force", |reason| {
        !matches!(reason, Reason::DryRun { .. })
    })
    .await;
    for dry_run in [true, false] {
        let order = Order {
            dry_run,
            ..rig.order(name, 1)
        };
        let report = rig.refused(order, "denied").await;
        assert_eq!(report.outcome, Outcome::Refused);
        let words = words(&report.reason);
        assert!(words.contains("you cannot go back to i:1"), "{words}");
    }
}

/// A webhook's denial, whatever HTTP code it gives: it comes before the write.
async fn denied_by_a_webhook(rig: &Rig) {
    rig.two("judged").await;
    let hook = Hook::new(rig);
    hook.register(rig, "judged", &["i:1"], "Fail").await;
    let before = rig.kept("judged");
    let mut wrong = Vec::new();
    for code in [0, 400, 401, 403, 404, 409, 422, 429, 500, 503] {
        hook.deny(code, "not on a Friday");
        for dry_run in [true, false] {
            let order = Order {
                dry_run,
                ..rig.order("judged", 1)
            };
            let report = rig.send(order).await;
            let denial = "\"hook.test.rollbook.dev\" denied the request: not on a Friday";
            let told = matches!(&report.reason, Reason::Denied { words } if words.contains(denial));
            if !told || report.changed != Some(false) {
                wrong.push(format!("{code}, dry run {dry_run}: {report:?}"));
            }
        }
    }
    assert_eq!(rig.kept("judged"), before);
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

/// Admission changes the template on the way in: the dry run says so before,
/// the report after, and what runs is a new revision.
async fn changed_on_the_way_in(rig: &Rig) {
    for name in ["mutated", "mutated-form"] {
        rig.two(name).await;
        label(rig, name).await;
    }
    let report = rig.send(rig.order("mutated", 1)).await;
    assert_eq!(report.reason, Reason::RolledBack { mutated: true });
    assert_eq!((report.changed, report.generation), (Some(true), Some(3)));
    rig.settled("mutated").await;
    let entry = rig.entry("mutated").unwrap();
    assert_eq!(entry.revisions.len(), 3, "the controller recorded it");
    let current = entry.current().1.unwrap().clone();
    assert_eq!(current.number, 3);
    let labels = &current.template().unwrap().value()["metadata"]["labels"];
    assert_eq!(labels["added"], "here");

    let web = serve(rig, &[]).await;
    let answer = web.form(&rig.order("mutated-form", 1)).await;
    assert_eq!(
        answer.headers()["location"],
        "/ns/default/daemonsets/mutated-form/progress?generation=3&mutated=true"
    );
}

/// A policy that adds a label to the template of a workload, in force.
pub async fn label(rig: &Rig, name: &str) {
    rig.create(&json!({
        "apiVersion": GROUP, "kind": "MutatingAdmissionPolicy", "metadata": {"name": name},
        "spec": {"reinvocationPolicy": "Never", "matchConstraints": {"resourceRules": updates()},
            "matchConditions": [{"name": "one", "expression": format!("object.metadata.name == '{name}'")}],
            "mutations": [{"patchType": "ApplyConfiguration", "applyConfiguration": {"expression":
                "Object{spec: Object.spec{template: Object.spec.template{metadata: Object.spec.template.metadata{labels: {'added': 'here'}}}}}"}}]},
    }));
    rig.create(&json!({
        "apiVersion": GROUP, "kind": "MutatingAdmissionPolicyBinding", "metadata": {"name": name},
        "spec": {"policyName": name},
    }));
    let mutated = Reason::DryRun { mutated: true };
    until_dry(rig, name, "it changes templates", |reason| {
        *reason == mutated
    })
    .await;
}

/// A webhook that must be asked and hangs up: the cluster could not do it, and
/// nothing was written.
async fn a_webhook_that_cannot_be_asked(rig: &Rig) {
    rig.two("unasked").await;
    let hook = Hook::new(rig);
    hook.register(rig, "unasked", &["i:1"], "Fail").await;
    for dry_run in [true, false] {
        let order = Order {
            dry_run,
            ..rig.order("unasked", 1)
        };
        let report = rig.refused(order, "serverError").await;
        assert_eq!(report.outcome, Outcome::Failed);
        let Reason::ServerError { words } = &report.reason else {
            panic!("{report:?}");
        };
        assert!(words.contains("failed calling webhook"), "{words}");
    }
    // Repaired, the same order goes through.
    rig.kubectl(&["delete", "validatingwebhookconfiguration", "hook-unasked"]);
    until("it is not asked any more", || {
        let set = ["set", "image", "ds/unasked", "c=i:1", "--dry-run=server"];
        rig.cluster.kubectl(&set).is_ok()
    })
    .await;
    assert_eq!(code(&rig.send(rig.order("unasked", 1)).await), "rolledBack");
}
