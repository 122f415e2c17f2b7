//! A random walk: seeded steps on a real workload, and after each the history
//! agrees with kubectl's own output and with the rules.

use domain::history::{CurrentState, history};
use domain::status::status;
use serde_json::Value;
use xtask::cluster::Component;

use super::rig::{Rig, code, daemon_set, start, until};

/// Steps of CI's form; `ROLLBOOK_WALK` makes it longer.
const STEPS: u32 = 60;

/// A small generator (xorshift), so that a seed tells the whole walk.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_history_agrees_with_kubectl_at_every_step() {
    let steps = std::env::var("ROLLBOOK_WALK")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(STEPS);
    let seed = std::env::var("ROLLBOOK_SEED")
        .ok()
        .and_then(|n| n.parse().ok())
        .unwrap_or(20_261_123);
    let rig = start("walk").await;
    let mut object = daemon_set("w", "i:0");
    object["spec"]["revisionHistoryLimit"] = Value::from(4);
    rig.cluster
        .feed(&["create", "-f", "-"], &object.to_string())
        .unwrap();
    until("it is seen", || rig.entry("w").is_ok()).await;
    rig.settled("w").await;
    let mut dice = Dice(seed);
    for number in 0..steps {
        let step = step(&rig, &mut dice).await;
        let what = format!("seed {seed}, step {number}: {step}");
        println!("{what}");
        rig.settled("w").await;
        agree(&rig, &what).await;
    }
}

/// Takes one step; returns what it was.
async fn step(rig: &Rig, dice: &mut Dice) -> String {
    match dice.roll(10) {
        0..=2 => {
            let image = format!("i:{}", dice.roll(5));
            rig.image("w", &image);
            format!("image {image}")
        }
        3 => {
            // kubectl refuses a second restart within one second.
            let _ = rig.cluster.kubectl(&["rollout", "restart", "ds/w"]);
            "restart".into()
        }
        4 => {
            let n = dice.roll(3) + 1;
            rig.kubectl(&[
                "patch",
                "ds",
                "w",
                "-p",
                &format!(r#"{{"spec":{{"minReadySeconds":{n}}}}}"#),
            ]);
            format!("minReadySeconds {n}")
        }
        5 => {
            let cause = format!("kubernetes.io/change-cause=cause {}", dice.roll(1000));
            rig.kubectl(&["annotate", "ds", "w", "--overwrite", &cause]);
            cause
        }
        6 => {
            // Fails with one revision only, which is fine.
            let said = rig.cluster.kubectl(&["rollout", "undo", "ds/w"]);
            format!("undo by kubectl: {}", said.is_ok())
        }
        7 => {
            let entry = rig.entry("w").unwrap();
            let target =
                &entry.revisions[usize::try_from(dice.roll(entry.revisions.len() as u64)).unwrap()];
            let same = target.template().unwrap().same_as(&entry.workload.template);
            let report = rig.send(rig.order("w", target.number)).await;
            let expected = if same { "alreadyThere" } else { "rolledBack" };
            assert_eq!(code(&report), expected, "{report:?}");
            format!("undo by Rollbook to {}", target.number)
        }
        8 => {
            let entry = rig.entry("w").unwrap();
            let target =
                &entry.revisions[usize::try_from(dice.roll(entry.revisions.len() as u64)).unwrap()];
            rig.kubectl(&["delete", "controllerrevision", &target.name]);
            // Deleting one wakes no controller (semantics.md 8.21).
            rig.kubectl(&[
                "annotate",
                "ds",
                "w",
                "--overwrite",
                &format!("wake={}", dice.roll(1 << 30)),
            ]);
            let gone = target.uid.clone();
            until("the deletion is seen", || {
                rig.entry("w")
                    .is_ok_and(|e| e.revisions.iter().all(|r| r.uid != gone))
            })
            .await;
            format!("delete revision {}", target.number)
        }
        _ => {
            rig.cluster.freeze(Component::ControllerManager).unwrap();
            let image = format!("i:{}", dice.roll(5));
            let before = rig.live("w")["metadata"]["generation"].clone();
            rig.image("w", &image);
            let after = rig.live("w")["metadata"]["generation"].clone();
            until("the edit is seen", || {
                rig.entry("w").is_ok_and(|e| after == e.workload.generation)
            })
            .await;
            let entry = rig.entry("w").unwrap();
            if before != after {
                assert_eq!(entry.current().0, CurrentState::Pending);
                assert!(!status(&entry.workload).done);
            }
            rig.cluster.thaw(Component::ControllerManager).unwrap();
            format!("image {image} while the controllers are frozen")
        }
    }
}

/// Numbers and causes that `kubectl rollout history` prints.
fn printed(rig: &Rig) -> Vec<(i64, String)> {
    rig.kubectl(&["rollout", "history", "ds/w"])
        .lines()
        .filter_map(|line| {
            let (number, cause) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
            Some((number.parse().ok()?, cause.trim().to_owned()))
        })
        .collect()
}

async fn agree(rig: &Rig, what: &str) {
    // The adapter may be a moment behind kubectl, never for long.
    let ours = || {
        let entry = rig.entry("w").unwrap();
        let mut rows: Vec<(i64, String)> = history(&entry.workload, &entry.own())
            .revisions
            .iter()
            .map(|row| {
                let cause = row.change_cause.clone().unwrap_or_else(|| "<none>".into());
                (row.revision, cause)
            })
            .collect();
        rows.reverse();
        rows
    };
    until(&format!("the same revisions after {what}"), || {
        ours() == printed(rig)
    })
    .await;
    let entry = rig.entry("w").unwrap();
    let history = history(&entry.workload, &entry.own());
    let live = rig.live("w");
    // Current: the highest number, and its template is the live one.
    let current = history
        .current()
        .unwrap_or_else(|| panic!("{what}: nothing is current"));
    assert_eq!(
        Some(current.revision),
        printed(rig).last().map(|(n, _)| *n),
        "{what}"
    );
    let stored = rig.kubectl(&["get", "controllerrevision", &current.name, "-o", "json"]);
    let stored: Value = serde_json::from_str(&stored).unwrap();
    let mut template = stored["data"]["spec"]["template"].clone();
    template.as_object_mut().unwrap().remove("$patch");
    assert_eq!(template, live["spec"]["template"], "{what}");
    // Status: kubectl's own words, read at one generation and counters.
    until(&format!("the same status after {what}"), || {
        let said = rig
            .cluster
            .kubectl(&["rollout", "status", "ds/w", "--watch=false"])
            .unwrap_or_default();
        rig.entry("w")
            .is_ok_and(|e| said.trim() == status(&e.workload).message)
    })
    .await;
    // Previous: another template than the live one, where there is any.
    if let Some(name) = &history.previous_different {
        let revision = entry.revision(name).unwrap();
        assert!(
            !revision
                .template()
                .unwrap()
                .same_content_as(&entry.workload.template),
            "{what}"
        );
    }
}
