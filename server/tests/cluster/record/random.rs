//! A random walk whose recorder is killed at any moment, held against what was
//! done.

use domain::record::By;
use domain::record::timeline::{Grade, Timeline};
use domain::template::Digest;
use domain::time::Time;
use jiff::SignedDuration;

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

/// Steps of one random walk.
const STEPS: u64 = 80;

#[tokio::test(flavor = "multi_thread")]
async fn a_recorder_that_is_killed_at_random_never_says_what_is_not_so() {
    let rig = start("record").await;
    let path = file(&rig, "random");
    let mut recorder = Some(Recorder::start(&rig, place(&path)).await);
    let mut did = Vec::new();
    let seed = std::env::var("ROLLBOOK_SEED")
        .ok()
        .and_then(|seed| seed.parse().ok());
    let mut state: u64 = seed.unwrap_or(20_261_125);
    let mut random = |below: u64| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1);
        (state >> 33) % below
    };
    let begin = rig.port.now();
    rig.begin(&daemon_set("walk", "i:0")).await;
    let digest = |rig: &Rig| rig.entry("walk").unwrap().workload.template.digest();
    did.push(Did {
        before: begin,
        after: rig.port.now(),
        digest: digest(&rig),
        // The test itself: a client without a name.
        manager: "unknown",
    });
    let mut watched = true;
    for _ in 0..STEPS {
        let before = rig.port.now();
        let generation = rig.entry("walk").unwrap().workload.template_generation;
        let manager = match random(8) {
            0..3 => {
                rig.image("walk", &format!("i:{}", random(5)));
                "unknown"
            }
            3 => {
                // kubectl refuses a second one within a second.
                let _ = rig.cluster.kubectl(&["rollout", "restart", "ds/walk"]);
                "kubectl-rollout"
            }
            4 => {
                let names = rig.kubectl(&["get", "controllerrevisions", "-o", "name"]);
                let names: Vec<&str> = names.lines().collect();
                let count = u64::try_from(names.len()).unwrap();
                let one = usize::try_from(random(count)).unwrap();
                rig.kubectl(&["delete", names[one]]);
                ""
            }
            5 => {
                let _ = rig.cluster.kubectl(&["rollout", "undo", "ds/walk"]);
                "kubectl"
            }
            6 => {
                if let Some(recorder) = recorder.take() {
                    if random(2) == 0 {
                        recorder.kill();
                    } else {
                        recorder.end().await;
                    }
                    watched = false;
                } else {
                    recorder = Some(Recorder::start(&rig, place(&path)).await);
                }
                ""
            }
            _ => {
                let edit = format!(r#"{{"spec":{{"minReadySeconds":{}}}}}"#, random(3));
                rig.kubectl(&["patch", "ds/walk", "-p", &edit]);
                ""
            }
        };
        rig.settled("walk").await;
        let entry = rig.entry("walk").unwrap();
        if entry.workload.template_generation != generation {
            did.push(Did {
                before,
                after: rig.port.now(),
                digest: entry.workload.template.digest(),
                manager,
            });
        }
        if let Some(recorder) = &recorder {
            let count = i64::try_from(did.len()).unwrap();
            let told = recorder
                .told("walk", |t| newest(t).generation == count)
                .await;
            truthful(&did, &told);
        }
    }
    assert!(!watched, "it was killed at least once");
    println!("{} templates in {STEPS} steps", did.len());
}
