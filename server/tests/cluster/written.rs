//! What a rollback writes, and what it leaves alone.

use domain::history::{CurrentState, history};
use domain::rollback::{Order, Reason};
use serde_json::{Value, json};

use super::rig::{Rig, code, daemon_set, share, side_by_side, until};
use super::web::serve;

const NOTE: &str = "rollbook.dev/rollback";
const CAUSE: &str = "kubernetes.io/change-cause";

#[tokio::test(flavor = "multi_thread")]
async fn a_rollback_writes_the_template_and_its_note() {
    let rig = share().await;
    side_by_side!(&rig;
        nothing_else_of_the_object_changes,
        a_double_click_writes_once,
        the_reason_is_no_change_cause,
        a_copied_note_is_not_believed,
        a_note_that_is_old_is_not_believed,
    );
}

/// A DaemonSet with something in every corner that a rollback must not touch.
fn rich(name: &str) -> Value {
    let mut object = daemon_set(name, "i:1");
    object["metadata"]["labels"] = json!({"team": "red", "argocd.argoproj.io/instance": "x"});
    object["metadata"]["annotations"] = json!({
        CAUSE: "the first", "plain": "1",
        "kubectl.kubernetes.io/last-applied-configuration": "{\"kind\":\"DaemonSet\"}\n",
    });
    object["metadata"]["finalizers"] = json!(["test.rollbook.dev/hold"]);
    object["spec"]["minReadySeconds"] = json!(1);
    object["spec"]["revisionHistoryLimit"] = json!(7);
    object["spec"]["template"]["metadata"]["annotations"] = json!({"a": "1", "b/c": "2"});
    object["spec"]["template"]["spec"]["containers"][0]["env"] =
        json!([{"name": "A", "value": "1"}, {"name": "B", "value": ""}]);
    object
}

/// Adds to its template, takes from it and changes it.
fn edit() -> Value {
    json!({"metadata": {"annotations": {CAUSE: "the second"}}, "spec": {"template": {
        "metadata": {"annotations": {"a": null, "new": "3"}, "labels": {"tier": "x"}},
        "spec": {"hostNetwork": true, "containers": [{"name": "c", "image": "i:2", "env": [{"name": "C", "value": "3"}]}]},
    }}})
}

/// A copy without the members at these pointers, which are there.
fn without(object: &Value, pointers: &[&str]) -> Value {
    let mut copy = object.clone();
    for pointer in pointers {
        let (parent, member) = pointer.rsplit_once('/').unwrap();
        let parent = copy.pointer_mut(parent).unwrap().as_object_mut().unwrap();
        let member = member.replace("~1", "/");
        assert!(parent.remove(&member).is_some(), "{pointer}");
    }
    copy
}

/// The template is that of the target, whole, also where it has less than the
/// live one; there is one note, and all else is what it was.
async fn nothing_else_of_the_object_changes(rig: &Rig) {
    rig.begin(&rich("rich")).await;
    let first = rig.live("rich")["spec"]["template"].clone();
    rig.patch("rich", &edit());
    rig.settled("rich").await;
    let before = rig.kept("rich").unwrap();
    assert_ne!(before["spec"]["template"], first);
    let report = rig.send(rig.order("rich", 1)).await;
    assert_eq!(report.reason, Reason::RolledBack { mutated: false });
    assert_eq!((report.changed, report.generation), (Some(true), Some(3)));
    let after = rig.kept("rich").unwrap();

    assert_eq!(after["spec"]["template"], first, "the template, whole");
    assert_eq!(after["metadata"]["generation"], 3);
    let moved = [
        "/spec/template",
        "/metadata/generation",
        "/metadata/managedFields",
        "/metadata/annotations/deprecated.daemonset.template.generation",
    ];
    let after_all = without(
        &after,
        &[
            &moved[..],
            &["/metadata/annotations/rollbook.dev~1rollback"],
        ]
        .concat(),
    );
    assert_eq!(after_all, without(&before, &moved), "all else");
    note_says_what_happened(&after);
    let managers = after["metadata"]["managedFields"].as_array().unwrap();
    let ours = managers
        .iter()
        .find(|m| m["manager"] == "rollbook")
        .unwrap();
    assert_eq!(ours["operation"], "Update");
    let event = || {
        rig.kubectl(&[
            "get",
            "events",
            "--field-selector=involvedObject.name=rich",
            "-o",
            "json",
        ])
    };
    until("the event is there", || event().contains("\"RolledBack\"")).await;
    assert!(event().contains("(revision 1): a test"), "{}", event());
}

fn note_says_what_happened(after: &Value) {
    let note = after["metadata"]["annotations"][NOTE].as_str().unwrap();
    let note: Value = serde_json::from_str(note).unwrap();
    let told = ["fromRevision", "toRevision", "reason", "templateGeneration"];
    assert_eq!(
        told.map(|key| note[key].clone()),
        [json!(2), json!(1), json!("a test"), json!(3)]
    );
}

/// A dry run writes nothing; of two equal orders one writes.
async fn a_double_click_writes_once(rig: &Rig) {
    rig.two("plain").await;
    let order = rig.order("plain", 1);
    let before = rig.kept("plain");
    let dry_run = Order {
        dry_run: true,
        ..order.clone()
    };
    let dry = rig.send(dry_run).await;
    assert_eq!(dry.reason, Reason::DryRun { mutated: false });
    assert_eq!((dry.changed, dry.generation), (Some(false), Some(2)));
    assert_eq!(rig.kept("plain"), before);
    let (first, second) = tokio::join!(rig.send(order.clone()), rig.send(order));
    let mut codes = [code(&first), code(&second)];
    codes.sort();
    assert_eq!(codes, ["alreadyThere", "rolledBack"]);
    assert_eq!(rig.generation("plain"), 3);
}

/// The reason goes into the note and the Event, never into the change cause:
/// that would turn up as the cause of the next edit (semantics.md 5).
async fn the_reason_is_no_change_cause(rig: &Rig) {
    let mut object = daemon_set("caused", "i:1");
    object["metadata"]["annotations"] = json!({CAUSE: "the first"});
    rig.begin(&object).await;
    rig.image("caused", "i:2");
    rig.settled("caused").await;
    let report = rig.send(rig.order("caused", 1)).await;
    assert_eq!(code(&report), "rolledBack");
    rig.settled("caused").await;
    assert_eq!(
        rig.live("caused")["metadata"]["annotations"][CAUSE],
        "the first"
    );
    rig.image("caused", "i:9");
    rig.settled("caused").await;
    let entry = rig.entry("caused").unwrap();
    let rows = history(&entry.workload, &entry.own()).revisions;
    assert_eq!(rows.len(), 3);
    for row in rows {
        assert_eq!(row.change_cause.as_deref(), Some("the first"), "{row:?}");
    }
    let printed = rig.kubectl(&["rollout", "history", "ds/caused"]);
    assert!(!printed.contains("a test"), "{printed}");
}

/// The controller copies the note to the next new ControllerRevision, where it
/// would speak of another template (ADR 0004).
async fn a_copied_note_is_not_believed(rig: &Rig) {
    rig.two("noted").await;
    let order = Order {
        reason: Some("because of the moon".into()),
        ..rig.order("noted", 1)
    };
    assert_eq!(code(&rig.send(order).await), "rolledBack");
    rig.settled("noted").await;
    let entry = rig.entry("noted").unwrap();
    let history_of = |entry: &domain::fleet::Entry| history(&entry.workload, &entry.own());
    let back = history_of(&entry).current().unwrap().clone();
    assert_eq!((back.was.unwrap().revision, back.returned), (1, true));
    assert!(entry.workload.note().is_some());

    rig.image("noted", "i:new");
    rig.settled("noted").await;
    let entry = rig.entry("noted").unwrap();
    let (state, current) = entry.current();
    assert_eq!(state, CurrentState::Recorded);
    let name = current.unwrap().name.clone();
    let path = format!(
        "jsonpath={{.metadata.annotations.{}}}",
        NOTE.replace('.', "\\.")
    );
    let copied = rig.kubectl(&["get", "controllerrevision", &name, "-o", &path]);
    assert!(
        copied.contains("the moon"),
        "the controller copied it: {copied}"
    );
    assert!(
        entry.workload.note().is_none(),
        "it is not about this template"
    );
    let row = history_of(&entry).current().unwrap().clone();
    assert_eq!((row.was, row.returned), (None, false), "it is new");
    let web = serve(rig, &[]).await;
    for page in [
        String::new(),
        format!("/revisions/{name}"),
        "/progress".to_owned(),
    ] {
        let page = format!("/ns/default/daemonsets/noted{page}");
        let (status, body) = web.get(&page).await;
        assert_eq!(status, 200, "{page}");
        assert!(
            !body.contains("the moon"),
            "{page} gives a reason that is not its own"
        );
    }
}

/// Going back to the same template by other means: the note on the workload is
/// of an earlier time.
async fn a_note_that_is_old_is_not_believed(rig: &Rig) {
    rig.two("stale-note").await;
    assert_eq!(
        code(&rig.send(rig.order("stale-note", 1)).await),
        "rolledBack"
    );
    rig.settled("stale-note").await;
    rig.image("stale-note", "i:2");
    rig.settled("stale-note").await;
    rig.image("stale-note", "i:1");
    rig.settled("stale-note").await;
    let annotations = rig.live("stale-note")["metadata"]["annotations"].clone();
    assert!(annotations[NOTE].is_string(), "it is still there");
    let entry = rig.entry("stale-note").unwrap();
    assert!(entry.workload.note().is_none());
    let history = history(&entry.workload, &entry.own());
    let row = history.current().unwrap();
    assert_eq!((row.revision, row.returned), (5, true));
    // Before this it was 3, as the note cannot know.
    assert!(
        row.was.is_none_or(|was| [1, 3].contains(&was.revision)),
        "{row:?}"
    );
    assert_eq!(row.current_since, None, "nobody wrote that down");
}
