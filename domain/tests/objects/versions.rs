//! Histories in the forms of several Kubernetes versions. The form differs:
//! up to 1.33 a stored template has a null creation time, later it has not,
//! and new fields come; what it means does not.

use domain::history::{CurrentState, History, history, own};
use domain::ledger::{Gone, Grade, Was};
use domain::revision::Revision;
use domain::rollback::{Order, Target, plan};
use domain::status::status;
use domain::template::Template;
use domain::workload::{AtATime, Workload};
use serde_json::Value;

use super::model;

/// The objects of a version.
struct Cluster {
    workload: Workload,
    revisions: Vec<Revision>,
    objects: Value,
}

impl Cluster {
    fn of(version: &str) -> Self {
        let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/objects/fixtures");
        let text = std::fs::read_to_string(format!("{folder}/{version}.json")).unwrap();
        let objects: Value = serde_json::from_str(&text).unwrap();
        assert_eq!(objects["kubernetes"], version);
        let revisions = objects["controllerRevisions"].as_array().unwrap();
        Self {
            workload: model::workload(&objects["daemonSet"]),
            revisions: revisions.iter().map(model::revision).collect(),
            objects,
        }
    }

    fn history(&self) -> History {
        history(&self.workload, &own(&self.workload, &self.revisions))
    }

    fn revision(&self, name: &str) -> &Revision {
        self.revisions.iter().find(|r| r.name == name).unwrap()
    }

    /// The patch of an order back to a revision.
    fn patch(&self, name: &str) -> Value {
        let order = Order {
            namespace: "monitoring".into(),
            name: "node-agent".into(),
            to: name.into(),
            ..Order::default()
        };
        let target = self.revision(name);
        let plan = plan(
            &order,
            Some(&self.workload),
            Some(Target::Revision(target)),
            None,
            "id",
        );
        plan.unwrap().patch
    }
}

fn numbers(history: &History) -> Vec<i64> {
    history.revisions.iter().map(|r| r.revision).collect()
}

/// 1.30, nulls on both sides: the walk of the page on rollback.
#[test]
fn back_to_one_made_it_three() {
    let cluster = Cluster::of("1.30");
    assert!(null_in(&cluster.objects["daemonSet"]["spec"]["template"]));
    let history = cluster.history();
    assert_eq!(history.current_state, CurrentState::Recorded);
    assert_eq!(numbers(&history), [3, 2]);
    let current = history.current().unwrap();
    let was = Was {
        revision: 1,
        grade: Grade::Inferred,
    };
    assert_eq!((current.was, current.returned), (Some(was), true));
    assert_eq!(current.change_cause.as_deref(), Some("agent 1.0"));
    assert_eq!(
        cluster.workload.change_cause.as_deref(),
        Some("agent 1.1"),
        "left behind"
    );
    let gone = Gone {
        first: 1,
        last: 1,
        now: Some(3),
    };
    assert_eq!(history.gone, [gone]);
    assert_eq!(
        history.previous_different.as_deref(),
        Some("node-agent-7c9b6d5f44")
    );
    let said = status(&cluster.workload);
    assert_eq!(
        said.message,
        "daemon set \"node-agent\" successfully rolled out"
    );
}

fn null_in(template: &Value) -> bool {
    let metadata = template["metadata"].as_object().unwrap();
    metadata.get("creationTimestamp") == Some(&Value::Null)
}

/// 1.33: a restart, a sidecar among the init containers, OnDelete.
#[test]
fn a_restart_is_no_other_version() {
    let cluster = Cluster::of("1.33");
    let history = cluster.history();
    assert_eq!(numbers(&history), [3, 2, 1]);
    let restart = history.current().unwrap();
    assert!(restart.restart_only);
    assert_eq!(restart.base.as_ref().unwrap().revision, 2);
    assert_eq!(
        history.previous_different.as_deref(),
        Some("node-agent-54d8f6b7c9")
    );
    let images: Vec<&str> = restart
        .images
        .iter()
        .map(|i| i.container.as_str())
        .collect();
    assert_eq!(images, ["agent", "proxy"]);
    assert_eq!(cluster.workload.strategy.at_a_time(3), AtATime::None);
    let said = status(&cluster.workload);
    assert!(!said.done && said.on_delete);
}

/// 1.34 after an upgrade: live and new revisions without the null, old ones
/// with it. The controller compared bytes and recorded the same template once
/// more; it means the same, and going back to it changes nothing.
#[test]
fn an_upgrade_is_no_change() {
    let cluster = Cluster::of("1.34");
    let [old, new] = ["node-agent-84c7d6f9b5", "node-agent-9b5d7c6f84"];
    let stored = |name: &str| {
        let all = cluster.objects["controllerRevisions"].as_array().unwrap();
        let found = all.iter().find(|r| r["metadata"]["name"] == name);
        null_in(&found.unwrap()["data"]["spec"]["template"])
    };
    assert!(stored(old) && !stored(new));
    let history = cluster.history();
    assert_eq!(numbers(&history), [3, 2, 1]);
    assert_eq!(history.current().unwrap().name, new);
    let twin = history.row(old).unwrap();
    assert!(twin.identical_to_current && !twin.current);
    let row = history.current().unwrap();
    assert!(row.changes.chips.is_empty() && row.changes.images.is_empty());
    assert!(!row.restart_only, "not even a restart");
    assert_eq!(
        history.previous_different.as_deref(),
        Some("node-agent-7d6f8c9b55")
    );
    // There are more numbers than template generations: nothing is deduced.
    assert!(
        history
            .revisions
            .iter()
            .all(|r| r.was.is_none() && !r.returned)
    );
    // What is sent goes back to the stored form, without the directive.
    let patch = cluster.patch("node-agent-7d6f8c9b55");
    let sent = &patch[2]["value"];
    assert!(null_in(sent) && sent.get("$patch").is_none(), "{sent}");
}

/// 1.37 in the middle of an edit: fields that this program does not know, data
/// that is no template, an orphan and a namesake's revision.
#[test]
fn what_is_new_and_what_is_odd() {
    let cluster = Cluster::of("1.37");
    let history = cluster.history();
    assert_eq!(history.current_state, CurrentState::Pending);
    assert_eq!(history.current(), None);
    assert_eq!(numbers(&history), [4, 3, 2], "no orphan, no namesake's");
    let odd = history.row("node-agent-odd").unwrap();
    assert_eq!(
        odd.problem.as_deref(),
        Some("spec.template.spec.containers is not a list")
    );
    let live = history.row("node-agent-77d9f8c6b5").unwrap();
    assert!(live.identical_to_current);
    assert_eq!(
        live.base.as_ref().unwrap().revision,
        2,
        "not against the odd one"
    );
    assert_eq!(
        history.previous_different.as_deref(),
        Some("node-agent-5f4d8c7b96")
    );
    assert_eq!(history.gone[0].last, 1);
    let said = status(&cluster.workload);
    assert_eq!(
        said.message,
        "Waiting for daemon set spec update to be observed..."
    );
    assert_eq!(cluster.workload.strategy.at_a_time(24), AtATime::Surge(3));
    // Fields of tomorrow are sent as they were stored.
    let patch = cluster.patch("node-agent-5f4d8c7b96");
    let container = &patch[2]["value"]["spec"]["containers"][0];
    let kept = serde_json::json!({"a": [1, null, {"b": true}]});
    assert_eq!(container["someFieldOfTomorrow"], kept);
}

/// Each stored template is kept whole, whatever its form.
#[test]
fn nothing_stored_is_lost() {
    for version in ["1.30", "1.33", "1.34", "1.37"] {
        let cluster = Cluster::of(version);
        for object in cluster.objects["controllerRevisions"].as_array().unwrap() {
            let mut data = object["data"]["spec"]["template"].clone();
            let Some(template) = model::revision(object).template().map(Template::value) else {
                continue;
            };
            data.as_object_mut().unwrap().remove("$patch");
            assert_eq!(template, data, "{version}");
        }
    }
}
