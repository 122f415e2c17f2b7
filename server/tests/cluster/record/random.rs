//! A random walk of several workloads that two recorders follow, one to the end
//! and one that is killed at any moment, held against what was done.

use std::cell::Cell;
use std::time::Duration;

use domain::record::By;
use domain::record::timeline::{Grade, Timeline};
use domain::template::{Digest, Template};
use domain::time::Time;
use futures::future::{join, join_all};
use jiff::SignedDuration;
use k8s_openapi::api::apps::v1::{ControllerRevision, DaemonSet};
use kube::api::{DeleteParams, DynamicObject, ListParams, Patch, PatchParams};
use kube::core::ApiResource;
use kube::{Api, ResourceExt as _};
use serde_json::json;

use super::{Recorder, file, newest, place};
use crate::rig::{Rig, daemon_set, start};

/// What the test did: when, as the apiserver's clock has it, and what came of
/// it.
struct Did {
    before: Time,
    after: Time,
    digest: Digest,
    manager: &'static str,
}

/// Holds a timeline against what was done.
fn truthful(did: &[Did], told: &Timeline) {
    // Two clocks are compared that are read a second apart.
    let slack = SignedDuration::from_millis(1500);
    for row in &told.periods {
        let truth = &did[usize::try_from(row.generation - 1).unwrap()];
        if let Some(digest) = row.template {
            assert_eq!(digest, truth.digest, "{row:#?}");
        }
        let start = row.start;
        assert!(
            start.not_before <= truth.after.after(slack),
            "{row:#?} {}",
            truth.after
        );
        assert!(
            start.at.after(slack) >= truth.before,
            "{row:#?} {}",
            truth.before
        );
        if start.grade == Grade::Observed {
            assert!(
                start.at <= truth.after.after(SignedDuration::from_secs(5)),
                "{row:#?}"
            );
        }
        if let Some(By::Manager { name }) = &row.by {
            assert_eq!(name, truth.manager, "{row:#?}");
        }
        if let Some(earlier) = row.back_to {
            let earlier = &did[usize::try_from(earlier - 1).unwrap()];
            assert_eq!(earlier.digest, truth.digest);
        }
    }
    let newest = newest(told);
    assert_eq!(usize::try_from(newest.generation).unwrap(), did.len());
    let missing: i64 = told.periods.iter().map(|row| row.missing_after).sum();
    let known = i64::try_from(told.periods.len()).unwrap();
    assert_eq!(known + missing + told.missing_before, newest.generation);
}

/// Steps of the walk in CI's form; `ROLLBOOK_WALK` makes it longer.
const STEPS: u64 = 1000;
/// Workloads that walk side by side.
const WALKERS: u64 = 10;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

struct Dice(u64);

impl Dice {
    fn roll(&mut self, below: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % below
    }

    fn millis(&mut self, from: u64, to: u64) -> Duration {
        Duration::from_millis(from + self.roll(to - from))
    }
}

/// One workload, changed by this one only.
struct Walker<'a> {
    rig: &'a Rig,
    name: String,
    api: Api<DynamicObject>,
    dice: Dice,
    did: Vec<Did>,
}

impl<'a> Walker<'a> {
    async fn new(rig: &'a Rig, number: u64, seed: u64) -> Self {
        let kind = ApiResource::erase::<DaemonSet>(&());
        let mut walker = Self {
            rig,
            name: format!("walk-{number}"),
            api: Api::namespaced_with(rig.client.clone(), "default", &kind),
            dice: Dice(seed + number),
            did: Vec::new(),
        };
        let before = rig.port.now();
        rig.create(&daemon_set(&walker.name, "i:0"));
        walker.note(before, "unknown").await;
        walker
    }

    /// Writes down what came of the step that began at `before`.
    async fn note(&mut self, before: Time, manager: &'static str) {
        let object = self.api.get(&self.name).await.unwrap();
        let generation = object.annotations()["deprecated.daemonset.template.generation"].parse();
        let generation: usize = generation.unwrap();
        if generation == self.did.len() {
            return;
        }
        assert_eq!(generation, self.did.len() + 1, "nobody else changes it");
        let template = Template::new(object.data["spec"]["template"].clone()).unwrap();
        self.did.push(Did {
            before,
            after: self.rig.port.now(),
            digest: template.digest(),
            manager,
        });
    }

    async fn patch(&self, manager: &str, patch: serde_json::Value) {
        let params = PatchParams {
            field_manager: Some(manager.to_owned()),
            ..PatchParams::default()
        };
        let patch = Patch::Merge(patch);
        self.api.patch(&self.name, &params, &patch).await.unwrap();
    }

    /// kubectl refuses now and then, as a second restart within a second.
    async fn kubectl(&self, verb: &'static str) {
        let (cluster, name) = (self.rig.cluster.clone(), format!("ds/{}", self.name));
        let run = move || drop(cluster.kubectl(&["rollout", verb, &name]));
        tokio::task::spawn_blocking(run).await.unwrap();
    }

    async fn step(&mut self) {
        let before = self.rig.port.now();
        let manager = match self.dice.roll(20) {
            0..13 => {
                let manager = ["one", "another"][usize::from(self.dice.roll(2) == 0)];
                let image = format!("i:{}", self.dice.roll(5));
                let spec = json!({"containers": [{"name": "c", "image": image}]});
                self.patch(manager, json!({"spec": {"template": {"spec": spec}}}))
                    .await;
                manager
            }
            13..15 => {
                let revisions: Api<ControllerRevision> =
                    Api::namespaced(self.rig.client.clone(), "default");
                let own = ListParams::default().labels(&format!("app={}", self.name));
                let all = revisions.list(&own).await.unwrap().items;
                let count = u64::try_from(all.len()).unwrap().max(1);
                let which = usize::try_from(self.dice.roll(count)).unwrap();
                if let Some(one) = all.get(which) {
                    // The controller may have been quicker.
                    let _ = revisions
                        .delete(&one.name_any(), &DeleteParams::default())
                        .await;
                }
                ""
            }
            15..17 => {
                let seconds = self.dice.roll(3);
                self.patch("third", json!({"spec": {"minReadySeconds": seconds}}))
                    .await;
                ""
            }
            17..19 => {
                self.kubectl("undo").await;
                "kubectl"
            }
            _ => {
                self.kubectl("restart").await;
                "kubectl-rollout"
            }
        };
        self.note(before, manager).await;
        tokio::time::sleep(self.dice.millis(0, 120)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_two_recorders_tell_of_a_walk_is_so() {
    let rig = &start("record").await;
    let seed = number("ROLLBOOK_SEED").unwrap_or(20_261_125);
    let steps = number("ROLLBOOK_WALK").unwrap_or(STEPS);
    let steady = Recorder::start(rig, place(&file(rig, "steady"))).await;
    let path = file(rig, "mortal");
    let (walking, blind) = (Cell::new(true), Cell::new(false));
    let walk = async {
        let walkers = (0..WALKERS).map(async |number| {
            let mut walker = Walker::new(rig, number, seed).await;
            for _ in 0..steps.div_ceil(WALKERS) {
                walker.step().await;
            }
            walker
        });
        let walkers = join_all(walkers).await;
        walking.set(false);
        walkers
    };
    let kill = async {
        let mut dice = Dice(seed);
        let mut deaths = 0;
        while walking.get() {
            let mortal = Recorder::start(rig, place(&path)).await;
            tokio::time::sleep(dice.millis(100, 3000)).await;
            if dice.roll(3) == 0 {
                mortal.end().await;
            } else {
                mortal.kill();
            }
            deaths += 1;
            tokio::time::sleep(dice.millis(0, 2000)).await;
        }
        deaths
    };
    let health = async {
        while walking.get() {
            blind.set(blind.get() || !steady.port.health().is_live());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let (walkers, (deaths, ())) = join(walk, join(kill, health)).await;
    assert!(deaths > 1, "it was killed at least twice");
    let mortal = Recorder::start(rig, place(&path)).await;
    let (mut seen, mut all, mut known) = (0, 0, 0);
    for walker in &walkers {
        let count = i64::try_from(walker.did.len()).unwrap();
        let whole = |told: &Timeline| newest(told).generation == count;
        let told = steady.told(&walker.name, whole).await;
        truthful(&walker.did, &told);
        let observed = told.periods.iter().filter(|row| row.generation > 1);
        seen += observed
            .filter(|row| row.start.grade == Grade::Observed)
            .count();
        all += walker.did.len() - 1;
        let told = mortal.told(&walker.name, whole).await;
        truthful(&walker.did, &told);
        known += told.periods.len() - 1;
    }
    println!(
        "{all} templates in {steps} steps: one recorder saw {seen}; one that died {deaths} times \
         knows of {known} and was never wrong; ROLLBOOK_SEED={seed} repeats it"
    );
    // On a machine that is too busy the watch is called stale, and rightly so.
    if !blind.get() {
        assert_eq!(seen, all, "while it watches nothing is missed");
    }
    assert!(known > all / 4, "it knows more than nothing");
    for (recorder, file) in [(steady, file(rig, "steady")), (mortal, path)] {
        recorder.end().await;
        let checked = super::open(&place(&file)).await.check().await.unwrap();
        assert_eq!(checked.wrong, Vec::<String>::new());
    }
}
