//! The record against a real control plane: what it says of what happened is
//! held against what the test did and when, with the recorder killed at any
//! moment.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use app::cluster::Cluster as Port;
use app::record::{Failure, Record, State};
use domain::record::By;
use domain::record::timeline::{Grade, Outcome, Row, Rule, Timeline};
use domain::template::Digest;
use domain::time::Time;
use jiff::SignedDuration;
use serde_json::json;
use server::config::Record as Place;
use server::record::store::Store;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

use super::rig::{Rig, config, daemon_set, share, start, until};

/// A server's recorder on a cluster.
struct Recorder {
    port: Arc<dyn Port>,
    record: Arc<dyn Record>,
    writing: JoinHandle<()>,
    stop: CancellationToken,
}

impl Recorder {
    async fn start(rig: &Rig, place: Place) -> Self {
        let config = config(&rig.cluster.kubeconfig(), &[]);
        let stop = CancellationToken::new();
        let (send, looks) = tokio::sync::mpsc::unbounded_channel();
        let connected = server::kube::connect(&config, Some(send), stop.clone()).await;
        let (port, _) = connected.unwrap();
        let (kept, writing) = server::record::start(port.clone(), looks, Some(place), stop.clone());
        let recorder = Self {
            port,
            record: Arc::new(kept),
            writing,
            stop,
        };
        until("it records", || {
            recorder.port.health().is_live() && recorder.record.state() == State::Fine
        })
        .await;
        recorder
    }

    /// Ends it in the midst of whatever it does.
    fn kill(self) {
        self.writing.abort();
        self.stop.cancel();
    }

    /// Ends it as a signal does.
    async fn end(self) {
        self.stop.cancel();
        self.writing.await.unwrap();
    }

    async fn timeline(&self, name: &str) -> Option<Timeline> {
        let key = Rig::key(name);
        let told = self.record.timeline(&key, None, self.port.now());
        told.await.unwrap()
    }

    /// The timeline, once it satisfies.
    async fn told(&self, name: &str, is_so: impl Fn(&Timeline) -> bool) -> Timeline {
        for _ in 0..600 {
            match self.timeline(name).await {
                Some(told) if is_so(&told) => return told,
                _ => tokio::time::sleep(Duration::from_millis(50)).await,
            }
        }
        panic!("not in time: {:#?}", self.timeline(name).await);
    }
}

fn file(rig: &Rig, name: &str) -> PathBuf {
    rig.cluster.folder().join(format!("{name}.db"))
}

fn place(path: &Path) -> Place {
    Place::File(path.to_owned())
}

fn newest(told: &Timeline) -> &Row {
    &told.periods[0]
}

#[tokio::test(flavor = "multi_thread")]
async fn the_walk_is_recorded_with_who_and_why() {
    let rig = share().await;
    let path = file(&rig, "walk");
    let recorder = Recorder::start(&rig, place(&path)).await;
    let mut object = daemon_set("told", "i:1");
    object["metadata"]["annotations"] = json!({"kubernetes.io/change-cause": "first"});
    rig.begin(&object).await;
    let patch = json!({
        "metadata": {"annotations": {"kubernetes.io/change-cause": "second"}},
        "spec": {"template": {"spec": {"containers": [{"name": "c", "image": "i:2"}]}}},
    });
    rig.kubectl(&["patch", "ds/told", "-p", &patch.to_string()]);
    rig.settled("told").await;
    recorder
        .told("told", |t| {
            newest(t).revision == Some(2) && newest(t).outcome == Outcome::Done
        })
        .await;
    rig.send(rig.order("told", 1)).await;
    rig.settled("told").await;
    let told = recorder
        .told("told", |t| {
            newest(t).revision == Some(3) && newest(t).outcome == Outcome::Done
        })
        .await;
    let [third, second, first] = &told.periods[..] else {
        panic!("{told:#?}");
    };
    assert_eq!((third.back_to, first.now), (Some(1), Some(3)), "1 became 3");
    assert_eq!((second.back_to, second.now), (None, None));
    assert!(third.current && !second.current && !first.current);
    assert_eq!(first.start.rule, Some(Rule::Created));
    assert_eq!(second.start.grade, Grade::Observed);
    assert_eq!(first.end, Some(second.start));
    assert!(
        matches!(&third.by, Some(By::Rollbook { reason, to_revision: 1, .. }) if reason == "a test"),
        "{:?}",
        third.by
    );
    assert!(
        matches!(&second.by, Some(By::Manager { name }) if name == "kubectl-patch"),
        "{:?}",
        second.by
    );
    let causes = [first, second, third].map(|row| {
        let cause = row.cause.clone().unwrap();
        (cause.text, cause.own)
    });
    assert_eq!(causes[0], ("first".into(), Some(true)));
    assert_eq!(causes[1], ("second".into(), Some(true)));
    assert_eq!(
        causes[2],
        ("second".into(), Some(false)),
        "it went back, its cause did not"
    );
    assert_eq!(second.changes.images.len(), 1);
    assert!(told.gaps.is_empty() && told.missing_before == 0);

    // Nobody watches: an edit and a deletion are bounded, not guessed.
    recorder.end().await;
    let begin = rig.port.now();
    rig.image("told", "i:4");
    rig.settled("told").await;
    let recorder = Recorder::start(&rig, place(&path)).await;
    let told = recorder.told("told", |t| t.periods.len() == 4).await;
    let fourth = newest(&told);
    assert!(
        fourth.start.not_before <= begin && fourth.start.at >= begin,
        "{fourth:?}"
    );
    assert_eq!(
        (fourth.by.clone(), fourth.outcome),
        (None, Outcome::NotKnown)
    );
    rig.delete("daemonsets/told");
    let told = recorder.told("told", |t| t.gone.is_some()).await;
    assert_eq!(told.gone.unwrap().grade, Grade::Observed);
    assert!(!newest(&told).current);
    // A namesake is another: its own history.
    rig.begin(&daemon_set("told", "i:1")).await;
    let other = recorder.told("told", |t| t.gone.is_none()).await;
    assert_ne!(other.uid, told.uid);
    assert_eq!(other.periods.len(), 1);
    let lives = Store::file(&path)
        .await
        .unwrap()
        .lives(&Rig::key("told"))
        .await;
    assert_eq!(lives.unwrap().len(), 2);
    recorder.end().await;
}

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
        manager: "kubectl-create",
    });
    let mut watched = true;
    for _ in 0..STEPS {
        let before = rig.port.now();
        let generation = rig.entry("walk").unwrap().workload.template_generation;
        let manager = match random(8) {
            0..3 => {
                // A client without a name.
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

/// A form of a newer Rollbook is refused with a sentence, and so is a folder
/// that cannot be written to; the file is its owner's only.
#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_cannot_be_used_is_told() {
    use std::os::unix::fs::PermissionsExt as _;
    let folder = std::env::temp_dir().join(format!("rollbook-unusable-{}", std::process::id()));
    let path = folder.join("deep/x.db");
    let store = Store::file(&path).await.unwrap();
    drop(store);
    let mode = |path: &Path| std::fs::metadata(path).unwrap().permissions().mode() & 0o777;
    assert_eq!(mode(&path), 0o600);
    assert_eq!(mode(path.parent().unwrap()), 0o700);
    sqlx::any::install_default_drivers();
    let pool = sqlx::AnyPool::connect(&format!("sqlite://{}", path.display()))
        .await
        .unwrap();
    let newer = "INSERT INTO _sqlx_migrations (version, description, success, checksum, execution_time) \
                 VALUES (99, 'later', TRUE, x'00', 0)";
    sqlx::query(newer).execute(&pool).await.unwrap();
    pool.close().await;
    let refused = Store::file(&path).await.err().unwrap();
    assert_eq!(refused, Failure::Newer { version: 99 });
    std::fs::write(&path, "not a database, whatever it is called").unwrap();
    let refused = Store::file(&path).await.err().unwrap();
    assert!(matches!(refused, Failure::Database { .. }), "{refused}");
    let nowhere = Store::file(Path::new("/proc/none/x.db"))
        .await
        .err()
        .unwrap();
    assert!(nowhere.to_string().contains("/proc/none"), "{nowhere}");
    std::fs::remove_dir_all(&folder).unwrap();
}
