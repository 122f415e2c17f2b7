//! What can happen to a workload.

use std::sync::Arc;

use domain::history::CurrentState;
use domain::revision::Revision;
use domain::status::status;
use serde_json::{Value, json};
use xtask::cluster::Component;

use super::{Dice, Walk};
use crate::rig::{code, until};

/// Kinds of steps, without the one that freezes the controllers.
pub const KINDS: u64 = 15;

/// Takes one step; returns what it was.
pub async fn step(rig: &Walk<'_>, kind: u64, dice: &mut Dice) -> String {
    match kind {
        0..=2 => {
            let image = image(dice);
            rig.image(rig.name, &image);
            format!("image {image}")
        }
        3 => {
            // kubectl refuses a second restart within one second.
            let _ = rig.cluster.kubectl(&["rollout", "restart", &rig.ds()]);
            "restart".into()
        }
        4 => {
            let n = dice.roll(3) + 1;
            patch(rig, &json!({"spec": {"minReadySeconds": n}}));
            format!("minReadySeconds {n}")
        }
        5 => {
            let cause = format!("cause {}", dice.roll(1000));
            annotate(rig, "kubernetes.io/change-cause", &cause);
            cause
        }
        6 => {
            // Fails with one revision only, which is fine.
            let said = rig.cluster.kubectl(&["rollout", "undo", &rig.ds()]);
            format!("undo by kubectl: {}", said.is_ok())
        }
        7 => {
            let number = any(rig, dice).number;
            let to = format!("--to-revision={number}");
            rig.kubectl(&["rollout", "undo", &rig.ds(), &to]);
            format!("undo by kubectl to {number}")
        }
        8 | 9 => undo(rig, dice).await,
        10 => delete(rig, dice).await,
        11 => strategy(rig, dice),
        12 => env(rig, dice),
        13 => {
            let tier = *dice.of(&[None, Some("web"), Some("db")]);
            let labels = json!({"labels": {"tier": tier}});
            patch(rig, &json!({"spec": {"template": {"metadata": labels}}}));
            format!("label {tier:?}")
        }
        _ => volume(rig, dice),
    }
}

fn env(rig: &Walk<'_>, dice: &mut Dice) -> String {
    let name = *dice.of(&["A", "B"]);
    let value = dice.roll(3);
    let variable = match value {
        0 => json!({"$patch": "delete", "name": name}),
        n => json!({"name": name, "value": n.to_string()}),
    };
    let container = json!({"name": "c", "env": [variable]});
    patch(
        rig,
        &json!({"spec": {"template": {"spec": {"containers": [container]}}}}),
    );
    format!("env {name}={value}")
}

/// One of a few images; the last one never gets ready.
fn image(dice: &mut Dice) -> String {
    (*dice.of(&["i:0", "i:1", "i:2", "i:3", "i:unready"])).to_owned()
}

fn patch(rig: &Walk<'_>, patch: &Value) {
    rig.patch(rig.name, patch);
}

fn annotate(rig: &Walk<'_>, key: &str, value: &str) {
    patch(rig, &json!({"metadata": {"annotations": {key: value}}}));
}

/// Any of the workload's revisions.
fn any(rig: &Walk<'_>, dice: &mut Dice) -> Arc<Revision> {
    let entry = rig.entry(rig.name).unwrap();
    Arc::clone(dice.of(&entry.revisions))
}

async fn undo(rig: &Walk<'_>, dice: &mut Dice) -> String {
    let target = any(rig, dice);
    let live = rig.entry(rig.name).unwrap().workload.template.clone();
    let same = target.template().unwrap().same_as(&live);
    let report = rig.send(rig.order(rig.name, target.number)).await;
    let expected = if same { "alreadyThere" } else { "rolledBack" };
    assert_eq!(code(&report), expected, "{report:?}");
    assert_eq!(report.changed, Some(!same), "{report:?}");
    format!("undo by Rollbook to {}", target.number)
}

async fn delete(rig: &Walk<'_>, dice: &mut Dice) -> String {
    let target = any(rig, dice);
    rig.delete(&format!("controllerrevisions/{}", target.name));
    // Deleting one wakes no controller (semantics.md 8.21).
    annotate(rig, "wake", &dice.roll(1 << 30).to_string());
    until("the deletion is seen", || {
        rig.entry(rig.name)
            .is_ok_and(|e| e.revisions.iter().all(|r| r.uid != target.uid))
    })
    .await;
    format!("delete revision {}", target.number)
}

/// The history goes on under either strategy.
fn strategy(rig: &Walk<'_>, dice: &mut Dice) -> String {
    let kind = *dice.of(&["OnDelete", "RollingUpdate"]);
    patch(
        rig,
        &json!({"spec": {"updateStrategy": {"$retainKeys": ["type"], "type": kind}}}),
    );
    format!("strategy {kind}")
}

fn volume(rig: &Walk<'_>, dice: &mut Dice) -> String {
    let size = dice.roll(3);
    let volume = match size {
        0 => json!({"$patch": "delete", "name": "v"}),
        n => json!({"name": "v", "emptyDir": {"sizeLimit": format!("{n}Mi")}}),
    };
    patch(
        rig,
        &json!({"spec": {"template": {"spec": {"volumes": [volume]}}}}),
    );
    format!("volume {size}")
}

/// An edit that the controller does not see for a while.
pub async fn frozen(rig: &Walk<'_>, dice: &mut Dice) -> String {
    rig.cluster.freeze(Component::ControllerManager).unwrap();
    let image = image(dice);
    let before = rig.generation(rig.name);
    rig.image(rig.name, &image);
    let after = rig.generation(rig.name);
    until("the edit is seen", || {
        rig.entry(rig.name)
            .is_ok_and(|e| e.workload.generation == after)
    })
    .await;
    let entry = rig.entry(rig.name).unwrap();
    if before != after {
        assert_eq!(entry.current().0, CurrentState::Pending);
        let ours = status(&entry.workload);
        assert!(!ours.done);
        let said = super::agree::said(rig);
        assert!(said.contains(&ours.message), "{said} is not {ours:?}");
    }
    rig.cluster.thaw(Component::ControllerManager).unwrap();
    format!("image {image} while the controllers are frozen")
}
