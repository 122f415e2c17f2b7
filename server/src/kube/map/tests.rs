//! Objects as clusters send them, read into domain types; none makes it fail.

#![expect(clippy::panic, clippy::unwrap_used, reason = "tests")]

use domain::workload::AtATime;
use serde_json::json;

use super::*;

fn daemon_set(change: impl FnOnce(&mut Value)) -> Workload {
    let mut value = json!({
        "apiVersion": "apps/v1", "kind": "DaemonSet",
        "metadata": {
            "name": "foo", "namespace": "ns", "uid": "u", "generation": 3,
            "creationTimestamp": "2026-01-01T00:00:00Z",
            "annotations": {"deprecated.daemonset.template.generation": "2", "kubernetes.io/change-cause": "why"},
            "managedFields": [
                {"manager": "kubectl", "operation": "Update", "apiVersion": "apps/v1", "time": "2026-01-01T00:00:00Z",
                 "fieldsType": "FieldsV1", "fieldsV1": {"f:spec": {"f:template": {}}}},
                {"manager": "kube-controller-manager", "operation": "Update", "apiVersion": "apps/v1", "time": "2026-01-03T00:00:00Z",
                 "fieldsType": "FieldsV1", "fieldsV1": {"f:status": {}}, "subresource": "status"}]
        },
        "spec": {
            "selector": {"matchLabels": {"app": "foo"}},
            "template": {"metadata": {"creationTimestamp": null, "labels": {"app": "foo"}},
                         "spec": {"containers": [{"name": "c", "image": "i:1"}]}},
            "updateStrategy": {"type": "RollingUpdate", "rollingUpdate": {"maxUnavailable": "10%", "maxSurge": 0}},
            "revisionHistoryLimit": 4
        },
        "status": {"observedGeneration": 3, "desiredNumberScheduled": 24, "numberReady": 20, "numberAvailable": 19, "updatedNumberScheduled": 5}
    });
    change(&mut value);
    workload(serde_json::from_value(value).unwrap()).unwrap()
}

#[test]
fn all_that_pages_need_is_there() {
    let got = daemon_set(|_| ());
    assert_eq!(got.key, Key::daemon_set("ns", "foo"));
    assert_eq!(
        (
            got.generation,
            got.observed_generation,
            got.template_generation
        ),
        (3, 3, Some(2))
    );
    assert_eq!(got.strategy.at_a_time(24), AtATime::Unavailable(3));
    assert_eq!(
        (
            got.counts.desired,
            got.counts.ready,
            got.counts.available,
            got.counts.updated
        ),
        (24, 20, 19, 5)
    );
    assert_eq!(
        (got.history_limit, got.change_cause.as_deref()),
        (4, Some("why"))
    );
    assert_eq!(got.writer().unwrap().manager, "kubectl");
}

#[test]
fn odd_values_lose_nothing() {
    let got = daemon_set(|v| {
        v["metadata"]["annotations"] = json!({"deprecated.daemonset.template.generation": "many", "rollbook.dev/rollback": "{broken"});
        v["metadata"]["managedFields"] = Value::Null;
        v["spec"]["updateStrategy"] = json!({"type": "FromTheFuture"});
        v["spec"]["revisionHistoryLimit"] = json!(-1);
        v["status"] = json!({"numberReady": -3});
    });
    assert_eq!(got.template_generation, None);
    assert!(got.last_note.is_none() && got.writers.is_empty() && got.owner.is_none());
    assert_eq!(
        got.strategy,
        UpdateStrategy::Other {
            name: "FromTheFuture".into()
        }
    );
    assert_eq!((got.history_limit, got.counts.ready), (0, 0));
    let bare = workload(serde_json::from_value(json!({"metadata": {"name": "x"}})).unwrap());
    assert!(bare.is_some());
}

#[test]
fn a_change_cause_of_a_megabyte_is_cut_and_says_so() {
    let cause = |text: String| {
        let got = daemon_set(|v| v["metadata"]["annotations"] = json!({CHANGE_CAUSE: text}));
        got.change_cause.unwrap()
    };
    // Characters are counted, and none is cut in two.
    let long = cause("é".repeat(1 << 20));
    assert_eq!(long, format!("{}…", "é".repeat(1999)));
    let most = "é".repeat(2000);
    assert_eq!(cause(most.clone()), most, "and a shorter one is not");
}

fn controller_revision(data: Value) -> Revision {
    revision(serde_json::from_value(json!({
        "metadata": {"name": "foo-1", "namespace": "ns", "uid": "r", "creationTimestamp": "2026-01-01T00:00:00Z",
            "labels": {"app": "foo", "controller-revision-hash": "1"},
            "ownerReferences": [
                {"apiVersion": "v1", "kind": "X", "name": "x", "uid": "no", "controller": false},
                {"apiVersion": "apps/v1", "kind": "DaemonSet", "name": "foo", "uid": "u", "controller": true}]},
        "revision": 1, "data": data
    })).unwrap()).unwrap()
}

#[test]
fn both_forms_of_stored_data_equal_the_live_template() {
    let live = daemon_set(|_| ());
    for metadata in [
        json!({"creationTimestamp": null, "labels": {"app": "foo"}}),
        json!({"labels": {"app": "foo"}}),
    ] {
        let got = controller_revision(
            json!({"spec": {"template": {"$patch": "replace", "metadata": metadata,
            "spec": {"containers": [{"name": "c", "image": "i:1"}]}}}}),
        );
        assert!(got.belongs_to(&live));
        assert!(got.template().unwrap().same_as(&live.template));
    }
}

#[test]
fn data_that_is_no_template_is_kept_raw() {
    for data in [
        json!(null),
        json!("x"),
        json!({"spec": 3}),
        json!({"spec": {"template": {"spec": {}}}}),
    ] {
        let Stored::Unreadable { raw, .. } = controller_revision(data.clone()).stored else {
            panic!("read {data}");
        };
        assert_eq!(&*raw, data.to_string());
    }
}

#[test]
fn shares_are_read_in_all_forms() {
    assert_eq!(share(IntOrString::Int(-2)), Share::Nodes(0));
    assert_eq!(share(IntOrString::String("25%".into())), Share::Percent(25));
    assert_eq!(share(IntOrString::String("3".into())), Share::Nodes(3));
    assert_eq!(share(IntOrString::String("x%".into())), Share::Percent(0));
}
