//! One who changes a workload at random, and takes down what was done.

use std::time::Duration;

use domain::template::{Digest, Template};
use domain::time::Time;
use k8s_openapi::api::apps::v1::{ControllerRevision, DaemonSet};
use kube::api::{DeleteParams, DynamicObject, ListParams, Patch, PatchParams};
use kube::core::ApiResource;
use kube::{Api, ResourceExt as _};
use serde_json::json;

use crate::rig::{Rig, daemon_set};

const CAUSE: &str = "kubernetes.io/change-cause";
const GENERATION: &str = "deprecated.daemonset.template.generation";

/// A template that the test gave: when, as the apiserver's clock has it, and
/// what came of it.
pub struct Did {
    pub before: Time,
    pub after: Time,
    pub digest: Digest,
    pub manager: &'static str,
    /// The change cause that came in the same write.
    pub came: Option<String>,
    /// All that the workload had during it.
    pub causes: Vec<String>,
}

/// One workload that had the name.
pub struct Life {
    pub uid: String,
    /// Its first template generation.
    pub first: i64,
    pub did: Vec<Did>,
    /// It was deleted between these.
    pub gone: Option<(Time, Time)>,
}

impl Life {
    /// What was done at that template generation.
    pub fn at(&self, generation: i64) -> usize {
        usize::try_from(generation - self.first).unwrap()
    }

    /// Between which moments that one ended.
    pub fn ended(&self, place: usize) -> Option<(Time, Time)> {
        let next = self.did.get(place + 1);
        next.map_or(self.gone, |next| Some((next.before, next.after)))
    }

    /// Its last template generation.
    pub fn last(&self) -> i64 {
        self.first + i64::try_from(self.did.len()).unwrap() - 1
    }
}

pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, below: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (self.0 >> 33) % below
    }

    pub fn millis(&mut self, from: u64, to: u64) -> Duration {
        Duration::from_millis(from + self.roll(to - from))
    }
}

/// One name, whose workloads are changed by this one only.
pub struct Walker<'a> {
    rig: &'a Rig,
    pub name: String,
    api: Api<DynamicObject>,
    dice: Dice,
    pub lives: Vec<Life>,
    cause: Option<String>,
}

impl<'a> Walker<'a> {
    pub async fn new(rig: &'a Rig, number: u64, seed: u64) -> Self {
        let kind = ApiResource::erase::<DaemonSet>(&());
        let mut walker = Self {
            rig,
            name: format!("walk-{number}"),
            api: Api::namespaced_with(rig.client.clone(), "default", &kind),
            dice: Dice(seed + number),
            lives: Vec::new(),
            cause: None,
        };
        walker.create(1).await;
        walker
    }

    /// A new one, whose manifest may bring a template generation.
    async fn create(&mut self, first: i64) {
        let before = self.rig.port.now();
        let mut object = daemon_set(&self.name, &format!("i:{}", self.dice.roll(3)));
        let annotations = &mut object["metadata"]["annotations"];
        if first > 1 {
            *annotations = json!({GENERATION: first.to_string()});
        }
        if let Some(cause) = &self.cause {
            annotations[CAUSE] = json!(cause);
        }
        self.rig.create(&object);
        let uid = self.api.get(&self.name).await.unwrap().uid().unwrap();
        self.lives.push(Life {
            uid,
            first,
            did: Vec::new(),
            gone: None,
        });
        self.note(before, "unknown", self.cause.clone()).await;
    }

    /// Takes down what came of the step that began at `before`.
    async fn note(&mut self, before: Time, manager: &'static str, came: Option<String>) {
        let object = self.api.get(&self.name).await.unwrap();
        let generation: i64 = object.annotations()[GENERATION].parse().unwrap();
        let cause = object.annotations().get(CAUSE).cloned();
        let life = self.lives.last_mut().unwrap();
        if generation > life.last() {
            assert_eq!(generation, life.last() + 1, "nobody else changes it");
            let template = Template::new(object.data["spec"]["template"].clone()).unwrap();
            life.did.push(Did {
                before,
                after: self.rig.port.now(),
                digest: template.digest(),
                manager,
                came: came.filter(|_| cause != self.cause || life.did.is_empty()),
                causes: Vec::new(),
            });
        }
        life.did.last_mut().unwrap().causes.extend(cause.clone());
        self.cause = cause;
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

    /// A template, now and then with a change cause.
    async fn edit(&mut self) -> (&'static str, Option<String>) {
        let manager = ["one", "another"][usize::from(self.dice.roll(2) == 0)];
        let image = format!("i:{}", self.dice.roll(5));
        let spec = json!({"containers": [{"name": "c", "image": image}]});
        let mut patch = json!({"spec": {"template": {"spec": spec}}});
        let cause = (self.dice.roll(4) == 0).then(|| format!("to {image}"));
        if let Some(cause) = &cause {
            patch["metadata"] = json!({"annotations": {CAUSE: cause}});
        }
        self.patch(manager, patch).await;
        (manager, cause)
    }

    /// A ControllerRevision is deleted by hand.
    async fn prune(&mut self) {
        let all: Api<ControllerRevision> = Api::namespaced(self.rig.client.clone(), "default");
        let own = ListParams::default().labels(&format!("app={}", self.name));
        let revisions = all.list(&own).await.unwrap().items;
        let count = u64::try_from(revisions.len()).unwrap().max(1);
        let which = usize::try_from(self.dice.roll(count)).unwrap();
        if let Some(one) = revisions.get(which) {
            // The controller may have been quicker.
            let _ = all.delete(&one.name_any(), &DeleteParams::default()).await;
        }
    }

    /// The workload is deleted, with its ControllerRevisions or without, and
    /// created anew.
    async fn recreate(&mut self) {
        let orphans = self.dice.roll(2) == 0;
        let how = if orphans {
            DeleteParams::orphan()
        } else {
            DeleteParams::background()
        };
        let before = self.rig.port.now();
        self.api.delete(&self.name, &how).await.unwrap();
        while self.api.get_opt(&self.name).await.unwrap().is_some() {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
        let life = self.lives.last_mut().unwrap();
        life.gone = Some((before, self.rig.port.now()));
        let last = life.last();
        // What an earlier one left is told by its age, in whole seconds.
        let pause = if orphans { 1100 } else { self.dice.roll(100) };
        tokio::time::sleep(Duration::from_millis(pause)).await;
        let first = [1, last][usize::from(self.dice.roll(2) == 0)];
        self.create(first).await;
    }

    pub async fn step(&mut self) {
        let before = self.rig.port.now();
        let (manager, came) = match self.dice.roll(60) {
            0..36 => self.edit().await,
            36..40 => {
                let cause = format!("word {}", self.dice.roll(3));
                let annotations = json!({"annotations": {CAUSE: cause}});
                self.patch("third", json!({"metadata": annotations})).await;
                ("", None)
            }
            40..46 => {
                self.prune().await;
                ("", None)
            }
            46..51 => {
                let seconds = self.dice.roll(3);
                let patch = json!({"spec": {"minReadySeconds": seconds}});
                self.patch("third", patch).await;
                ("", None)
            }
            51..56 => {
                self.kubectl("undo").await;
                ("kubectl", None)
            }
            56..58 => {
                self.kubectl("restart").await;
                ("kubectl-rollout", None)
            }
            _ => return self.recreate().await,
        };
        self.note(before, manager, came).await;
        tokio::time::sleep(self.dice.millis(0, 120)).await;
    }
}
