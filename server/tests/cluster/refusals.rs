//! Each way in which the cluster is no longer, or never was, as an order says,
//! staged for real. Nothing is changed, and the report says so.

use domain::rollback::{Order, Reason};
use serde_json::{Value, json};

use super::rig::{Rig, daemon_set, share, side_by_side, until};

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_as_the_order_says_is_refused() {
    let rig = share().await;
    side_by_side!(&rig; moved, renumbered, pruned, target_replaced);
    side_by_side!(&rig; replaced, deleting, unreadable, not_owned, invalid_order, words_of_the_apiserver);
}

/// Somebody edits between look and click.
async fn moved(rig: &Rig) {
    rig.two("moved").await;
    let order = rig.order("moved", 1);
    rig.patch("moved", &json!({"spec": {"minReadySeconds": 1}}));
    let report = rig.refused(order, "moved").await;
    assert_eq!(report.reason, Reason::Moved { seen: 2, now: 3 });
    assert_eq!(report.generation, Some(3), "the one to look at");
}

/// A target that is the live one already, and one that carries another number.
async fn renumbered(rig: &Rig) {
    rig.two("renumbered").await;
    let order = rig.order("renumbered", 1);
    rig.kubectl(&["rollout", "undo", "ds/renumbered"]);
    rig.settled("renumbered").await;
    rig.refused(order.clone(), "alreadyThere").await;
    rig.image("renumbered", "i:9");
    rig.settled("renumbered").await;
    let report = rig.refused(order, "renumbered").await;
    assert_eq!(report.reason, Reason::Renumbered { seen: 1, now: 3 });
}

/// The target is gone.
async fn pruned(rig: &Rig) {
    rig.two("pruned-target").await;
    let order = rig.order("pruned-target", 1);
    rig.delete(&format!("controllerrevisions/{}", order.to));
    rig.refused(order, "pruned").await;
}

/// Another ControllerRevision has the target's name.
async fn target_replaced(rig: &Rig) {
    rig.two("target").await;
    let order = rig.order("target", 1);
    let path = format!("controllerrevisions/{}", order.to);
    let mut other = rig.get(&path).unwrap();
    rig.delete(&path);
    let metadata = other["metadata"].as_object_mut().unwrap();
    for field in ["uid", "resourceVersion", "creationTimestamp"] {
        metadata.remove(field);
    }
    rig.create(&other);
    rig.refused(order.clone(), "targetReplaced").await;
    let nothing_seen = Order {
        to_uid: None,
        dry_run: true,
        ..order
    };
    let report = rig.send(nothing_seen).await;
    assert_eq!(report.reason, Reason::DryRun { mutated: false });
}

/// The workload was replaced, then it is gone.
async fn replaced(rig: &Rig) {
    rig.two("replaced").await;
    let order = rig.order("replaced", 1);
    rig.delete("daemonsets/replaced");
    rig.create(&daemon_set("replaced", "i:1"));
    rig.refused(order.clone(), "replaced").await;
    rig.delete("daemonsets/replaced");
    rig.refused(order, "workloadGone").await;
}

/// Being deleted.
async fn deleting(rig: &Rig) {
    rig.two("deleting").await;
    let order = rig.order("deleting", 1);
    let hold = |finalizers: Value| {
        rig.patch("deleting", &json!({"metadata": {"finalizers": finalizers}}));
    };
    hold(json!(["test.rollbook.dev/hold"]));
    rig.delete("daemonsets/deleting");
    rig.refused(order, "deleting").await;
    hold(Value::Null);
}

/// An order for a revision made by hand, as a page would send it.
fn by_hand(rig: &Rig, owner: &str, name: &str) -> Order {
    let entry = rig.entry(owner).unwrap();
    let revision = entry.revision(name).unwrap();
    Order {
        to: name.into(),
        to_uid: Some(revision.uid.clone()),
        to_revision: Some(revision.number),
        ..rig.order(owner, 1)
    }
}

/// The data of a revision is no template, or one that today's validation does
/// not let in.
async fn unreadable(rig: &Rig) {
    rig.two("broken").await;
    let good = &rig.live("broken")["spec"]["template"];
    let with = |pointer: &str, value: Value| {
        let mut template = good.clone();
        *template.pointer_mut(pointer).unwrap() = value;
        template
    };
    for (name, template, code) in [
        ("broken-text", json!("not a template"), "unreadable"),
        (
            "broken-list",
            with("/spec/containers", json!([])),
            "unreadable",
        ),
        (
            "broken-restart",
            with("/spec/restartPolicy", json!("Never")),
            "invalidTemplate",
        ),
        (
            "broken-name",
            with("/spec/containers/0/name", json!("Not_A_Label")),
            "invalidTemplate",
        ),
        (
            "broken-labels",
            with("/metadata/labels", json!({"app": "other"})),
            "invalidTemplate",
        ),
        (
            "broken-kind",
            with("/spec/containers/0/image", json!(3)),
            "invalidTemplate",
        ),
    ] {
        cannot_be_taken(rig, "broken", name, &template, code).await;
    }
}

/// A revision made by hand with something in the place of its template: the
/// dry run and the order end with this code.
async fn cannot_be_taken(rig: &Rig, owner: &str, name: &str, template: &Value, code: &str) {
    let data = json!({"spec": {"template": template}});
    rig.revision_by_hand(owner, name, 1, &data).await;
    for dry_run in [true, false] {
        let order = Order {
            dry_run,
            ..by_hand(rig, owner, name)
        };
        let report = rig.refused(order, code).await;
        println!("{name}: {:?}", report.reason);
    }
    rig.delete(&format!("controllerrevisions/{name}"));
    until("its deletion is seen", || {
        rig.entry(owner)
            .is_ok_and(|entry| entry.revision(name).is_none())
    })
    .await;
}

/// Where the apiserver cannot decode what a patch makes it quotes the whole
/// object: what is passed on is short and without secrets.
async fn words_of_the_apiserver(rig: &Rig) {
    let mut object = daemon_set("quoted", "i:1");
    let container = &mut object["spec"]["template"]["spec"]["containers"][0];
    container["env"] = json!([{"name": "PASSWORD", "value": "hunter2"}]);
    rig.begin(&object).await;
    let mut template = rig.live("quoted")["spec"]["template"].clone();
    template["spec"]["containers"][0]["image"] = json!(3);
    let data = json!({"spec": {"template": template}});
    rig.revision_by_hand("quoted", "quoted-odd", 1, &data).await;
    let order = by_hand(rig, "quoted", "quoted-odd");
    let report = rig.refused(order, "invalidTemplate").await;
    let told = serde_json::to_string(&report).unwrap();
    assert!(told.contains("containers.image of type string"), "{told}");
    assert!(!told.contains("hunter2"), "{told}");
    assert!(told.len() < 2000, "{} bytes", told.len());
}

/// A revision of another workload, and one of nobody.
async fn not_owned(rig: &Rig) {
    rig.two("owner").await;
    rig.two("stranger").await;
    rig.create(&json!({
        "apiVersion": "apps/v1", "kind": "ControllerRevision", "revision": 1,
        "metadata": {"name": "of-nobody", "labels": {"app": "nobody"}},
        "data": {"spec": {"template": rig.live("owner")["spec"]["template"]}},
    }));
    for to in [rig.order("stranger", 1).to, "of-nobody".to_owned()] {
        let order = Order {
            to,
            to_uid: None,
            to_revision: None,
            ..rig.order("owner", 1)
        };
        rig.refused(order, "notOwned").await;
    }
}

/// An order that cannot be used is not even read for.
async fn invalid_order(rig: &Rig) {
    rig.two("unused").await;
    let order = || rig.order("unused", 1);
    for (order, field) in [
        (
            Order {
                to: String::new(),
                ..order()
            },
            "to",
        ),
        (
            Order {
                to: "x".repeat(254),
                ..order()
            },
            "to",
        ),
        (
            Order {
                reason: Some("x".repeat(1001)),
                ..order()
            },
            "reason",
        ),
    ] {
        let report = rig.refused(order, "invalid").await;
        let field = field.to_owned();
        assert_eq!(report.reason, Reason::Invalid { field });
    }
}
