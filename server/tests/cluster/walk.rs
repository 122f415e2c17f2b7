//! A random walk: seeded steps on a real workload, and after each the history
//! agrees with kubectl's own output and with the rules.

use domain::history::{CurrentState, history};
use domain::status::status;
use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::RwLock;
use xtask::cluster::Component;

use super::rig::{Rig, code, daemon_set, start, until};

/// Steps of each walk in CI's form; `ROLLBOOK_WALK` makes it longer.
const STEPS: u64 = 80;

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

/// One workload on its walk.
struct Walk<'a> {
    rig: &'a Rig,
    name: &'a str,
    /// Held alone by whoever freezes the controllers of all.
    calm: &'a RwLock<()>,
}

impl std::ops::Deref for Walk<'_> {
    type Target = Rig;

    fn deref(&self) -> &Rig {
        self.rig
    }
}

impl Walk<'_> {
    fn ds(&self) -> String {
        format!("ds/{}", self.name)
    }
}

fn number(name: &str, default: u64) -> u64 {
    let text = std::env::var(name).ok();
    text.and_then(|n| n.parse().ok()).unwrap_or(default)
}

/// Three walks side by side, each on a seed of its own.
#[tokio::test(flavor = "multi_thread")]
async fn the_history_agrees_with_kubectl_at_every_step() {
    let steps = number("ROLLBOOK_WALK", STEPS);
    let seed = number("ROLLBOOK_SEED", 20_261_123);
    let rig = start("walk").await;
    let calm = RwLock::new(());
    let names = ["w0", "w1", "w2"];
    // kubectl blocks, so each walk has a thread of its own.
    let runtime = Handle::current();
    let walk = |name, seed| {
        let walk = Walk {
            rig: &rig,
            name,
            calm: &calm,
        };
        runtime.block_on(walk_of(&walk, seed, steps));
    };
    tokio::task::block_in_place(|| {
        std::thread::scope(|scope| {
            for (name, seed) in names.into_iter().zip(seed..) {
                let walk = &walk;
                scope.spawn(move || walk(name, seed));
            }
        });
    });
}

async fn walk_of(rig: &Walk<'_>, seed: u64, steps: u64) {
    let mut object = daemon_set(rig.name, "i:0");
    object["spec"]["revisionHistoryLimit"] = Value::from(4);
    rig.cluster
        .feed(&["create", "-f", "-"], &object.to_string())
        .unwrap();
    until("it is seen", || rig.entry(rig.name).is_ok()).await;
    rig.settled(rig.name).await;
    let mut dice = Dice(seed);
    for number in 0..steps {
        let kind = dice.roll(11);
        let step = if kind == 10 {
            let _alone = rig.calm.write().await;
            frozen(rig, &mut dice).await
        } else {
            let _calm = rig.calm.read().await;
            step(rig, kind, &mut dice).await
        };
        let what = format!("{}, seed {seed}, step {number}: {step}", rig.name);
        println!("{what}");
        let _calm = rig.calm.read().await;
        rig.settled(rig.name).await;
        agree(rig, &what).await;
    }
}

/// Takes one step; returns what it was.
async fn step(rig: &Walk<'_>, kind: u64, dice: &mut Dice) -> String {
    match kind {
        0..=2 => {
            let image = format!("i:{}", dice.roll(5));
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
            rig.kubectl(&[
                "patch",
                "ds",
                rig.name,
                "-p",
                &format!(r#"{{"spec":{{"minReadySeconds":{n}}}}}"#),
            ]);
            format!("minReadySeconds {n}")
        }
        5 => {
            let cause = format!("kubernetes.io/change-cause=cause {}", dice.roll(1000));
            rig.kubectl(&["annotate", "ds", rig.name, "--overwrite", &cause]);
            cause
        }
        6 => {
            // Fails with one revision only, which is fine.
            let said = rig.cluster.kubectl(&["rollout", "undo", &rig.ds()]);
            format!("undo by kubectl: {}", said.is_ok())
        }
        7 => {
            let entry = rig.entry(rig.name).unwrap();
            let target =
                &entry.revisions[usize::try_from(dice.roll(entry.revisions.len() as u64)).unwrap()];
            let same = target.template().unwrap().same_as(&entry.workload.template);
            let report = rig.send(rig.order(rig.name, target.number)).await;
            let expected = if same { "alreadyThere" } else { "rolledBack" };
            assert_eq!(code(&report), expected, "{report:?}");
            format!("undo by Rollbook to {}", target.number)
        }
        8 => {
            let entry = rig.entry(rig.name).unwrap();
            let target =
                &entry.revisions[usize::try_from(dice.roll(entry.revisions.len() as u64)).unwrap()];
            rig.kubectl(&["delete", "controllerrevision", &target.name]);
            // Deleting one wakes no controller (semantics.md 8.21).
            rig.kubectl(&[
                "annotate",
                "ds",
                rig.name,
                "--overwrite",
                &format!("wake={}", dice.roll(1 << 30)),
            ]);
            let gone = target.uid.clone();
            until("the deletion is seen", || {
                rig.entry(rig.name)
                    .is_ok_and(|e| e.revisions.iter().all(|r| r.uid != gone))
            })
            .await;
            format!("delete revision {}", target.number)
        }
        _ => {
            // The history goes on under either strategy.
            let kind = ["OnDelete", "RollingUpdate"][usize::try_from(dice.roll(2)).unwrap()];
            let patch = format!(
                r#"{{"spec":{{"updateStrategy":{{"$retainKeys":["type"],"type":"{kind}"}}}}}}"#
            );
            rig.kubectl(&["patch", "ds", rig.name, "-p", &patch]);
            format!("strategy {kind}")
        }
    }
}

/// An edit that the controller does not see for a while.
async fn frozen(rig: &Walk<'_>, dice: &mut Dice) -> String {
    rig.cluster.freeze(Component::ControllerManager).unwrap();
    let image = format!("i:{}", dice.roll(5));
    let before = rig.live(rig.name)["metadata"]["generation"].clone();
    rig.image(rig.name, &image);
    let after = rig.live(rig.name)["metadata"]["generation"].clone();
    until("the edit is seen", || {
        rig.entry(rig.name)
            .is_ok_and(|e| after == e.workload.generation)
    })
    .await;
    let entry = rig.entry(rig.name).unwrap();
    if before != after {
        assert_eq!(entry.current().0, CurrentState::Pending);
        assert!(!status(&entry.workload).done);
    }
    rig.cluster.thaw(Component::ControllerManager).unwrap();
    format!("image {image} while the controllers are frozen")
}

/// Numbers and causes that `kubectl rollout history` prints.
fn printed(rig: &Walk<'_>) -> Vec<(i64, String)> {
    rig.kubectl(&["rollout", "history", &rig.ds()])
        .lines()
        .filter_map(|line| {
            let (number, cause) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
            Some((number.parse().ok()?, cause.trim().to_owned()))
        })
        .collect()
}

async fn agree(rig: &Walk<'_>, what: &str) {
    // The adapter may be a moment behind kubectl, never for long.
    let ours = || {
        let entry = rig.entry(rig.name).unwrap();
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
    let entry = rig.entry(rig.name).unwrap();
    let history = history(&entry.workload, &entry.own());
    let live = rig.live(rig.name);
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
        // Under OnDelete kubectl says it as an error.
        let said = match rig
            .cluster
            .kubectl(&["rollout", "status", &rig.ds(), "--watch=false"])
        {
            Ok(said) => said,
            Err(failure) => failure.to_string(),
        };
        rig.entry(rig.name).is_ok_and(|e| {
            let message = status(&e.workload).message;
            said.trim() == message || said.contains(&format!("error: {message}"))
        })
    })
    .await;
    // Previous: the newest that brings something else than what is live; a
    // restart alone does not count.
    let all = rig.kubectl(&["get", "controllerrevisions", "-o", "json"]);
    let all: Value = serde_json::from_str(&all).unwrap();
    let uid = &live["metadata"]["uid"];
    let plain = |template: &Value| {
        let mut template = template.clone();
        if let Some(metadata) = template["metadata"].as_object_mut() {
            metadata.remove("annotations");
            metadata.remove("creationTimestamp");
        }
        template.as_object_mut().unwrap().remove("$patch");
        template
    };
    let different = all["items"]
        .as_array()
        .unwrap()
        .iter()
        .filter(|item| item["metadata"]["ownerReferences"][0]["uid"] == *uid)
        .filter(|item| plain(&item["data"]["spec"]["template"]) != plain(&live["spec"]["template"]))
        .max_by_key(|item| item["revision"].as_i64())
        .map(|item| item["metadata"]["name"].as_str().unwrap());
    assert_eq!(history.previous_different.as_deref(), different, "{what}");
}
