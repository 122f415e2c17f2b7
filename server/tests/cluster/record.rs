//! The record against a real control plane: what it says of what happened is
//! held against what the test did and when, with the recorder killed at any
//! moment.

use std::collections::BTreeSet;
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::Arc;
use std::time::Duration;

use app::cluster::Cluster as Port;
use app::record::{Failure, Record, State};
use domain::record::timeline::{Grade, Outcome, Row, Rule, Timeline};
use domain::record::{Archived, Bounds, By, Fact, Known, Period, Watch};
use domain::template::{Digest, Template};
use domain::time::Time;
use jiff::SignedDuration;
use serde_json::json;
use server::config::Record as Place;
use server::record::chores;
use server::record::store::Store;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use xtask::postgres::Postgres;

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
    the_walk(&rig, "told", &place(&path)).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn postgres_keeps_the_same() {
    let rig = share().await;
    let mut server = Postgres::start("record").unwrap();
    let place = Place::Url(server.url());
    the_walk(&rig, "told-too", &place).await;
    away(&rig, &mut server, &place).await;
}

/// The database is gone for a while: live pages go on, the record says that it
/// is behind, and nothing is missing from it afterwards.
async fn away(rig: &Rig, server: &mut Postgres, place: &Place) {
    let recorder = Recorder::start(rig, place.clone()).await;
    rig.two("away").await;
    recorder.told("away", |t| t.periods.len() == 2).await;
    server.crash().unwrap();
    for image in ["i:3", "i:4", "i:5"] {
        rig.image("away", image);
        rig.settled("away").await;
    }
    until("it is behind", || {
        matches!(recorder.record.state(), State::Behind(..))
    })
    .await;
    assert!(recorder.port.health().is_live());
    let asked = recorder
        .record
        .timeline(&Rig::key("away"), None, recorder.port.now())
        .await;
    assert!(matches!(asked, Err(Failure::Database { .. })), "{asked:?}");
    server.restart().unwrap();
    until("it is up to date", || {
        recorder.record.state() == State::Fine
    })
    .await;
    let told = recorder.told("away", |t| t.periods.len() == 5).await;
    for row in &told.periods[..4] {
        assert_eq!(row.start.grade, Grade::Observed, "{row:#?}");
    }
    assert!(
        told.gaps.is_empty(),
        "it watched all the time: {:?}",
        told.gaps
    );
    recorder.end().await;
    let checked = open(place).await.check().await.unwrap();
    assert_eq!(checked.wrong, Vec::<String>::new());
}

async fn open(place: &Place) -> Store {
    match place {
        Place::Url(url) => Store::open(url).await.unwrap(),
        Place::File(path) => Store::file(path).await.unwrap(),
        Place::None => unreachable!(),
    }
}

/// The walk of the Kubernetes page, then a time without a recorder, a deletion
/// and a namesake.
async fn the_walk(rig: &Rig, name: &str, place: &Place) {
    let recorder = Recorder::start(rig, place.clone()).await;
    let mut object = daemon_set(name, "i:1");
    object["metadata"]["annotations"] = json!({"kubernetes.io/change-cause": "first"});
    rig.begin(&object).await;
    let patch = json!({
        "metadata": {"annotations": {"kubernetes.io/change-cause": "second"}},
        "spec": {"template": {"spec": {"containers": [{"name": "c", "image": "i:2"}]}}},
    });
    rig.kubectl(&["patch", &format!("ds/{name}"), "-p", &patch.to_string()]);
    rig.settled(name).await;
    recorder
        .told(name, |t| {
            newest(t).revision == Some(2) && newest(t).outcome == Outcome::Done
        })
        .await;
    rig.send(rig.order(name, 1)).await;
    rig.settled(name).await;
    let told = recorder
        .told(name, |t| {
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

    ran_then(&recorder, name, &told).await;

    // Nobody watches: an edit and a deletion are bounded, not guessed.
    recorder.end().await;
    let begin = rig.port.now();
    rig.image(name, "i:4");
    rig.settled(name).await;
    let recorder = Recorder::start(rig, place.clone()).await;
    let told = recorder
        .told(name, |t| {
            t.periods.len() == 4 && newest(t).outcome == Outcome::Done
        })
        .await;
    let fourth = newest(&told);
    assert!(
        fourth.start.not_before <= begin && fourth.start.at >= begin,
        "{fourth:?}"
    );
    assert_eq!((fourth.by.clone(), fourth.outcome), (None, Outcome::Done));
    rig.delete(&format!("daemonsets/{name}"));
    let told = recorder.told(name, |t| t.gone.is_some()).await;
    assert_eq!(told.gone.unwrap().grade, Grade::Observed);
    assert!(!newest(&told).current);
    // A namesake is another: its own history.
    rig.begin(&daemon_set(name, "i:1")).await;
    let other = recorder.told(name, |t| t.gone.is_none()).await;
    assert_ne!(other.uid, told.uid);
    assert_eq!(other.periods.len(), 1);
    let lives = open(place).await.lives(&Rig::key(name)).await;
    assert_eq!(lives.unwrap().len(), 2);
    recorder.end().await;
}

/// In the midst of each period, that one ran; before the first, none.
async fn ran_then(recorder: &Recorder, name: &str, told: &Timeline) {
    let ran = async |at: Time| {
        let then = recorder.record.then(at).await.unwrap();
        then.into_iter().find(|ran| ran.key.name == name)
    };
    let second = SignedDuration::from_secs(1);
    assert_eq!(ran(told.created_at.after(-second)).await, None);
    for row in &told.periods {
        let end = row.end.map_or(recorder.port.now(), |end| end.at);
        let middle = row.start.at.after(end.since(row.start.at) / 2);
        if middle < told.created_at.after(second * 2) {
            continue;
        }
        let ran = ran(middle).await.unwrap();
        assert_eq!(
            (ran.generation, ran.revision),
            (row.generation, row.revision)
        );
        assert_eq!(ran.images, [row.images[0].image.clone()]);
    }
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

/// A workload with two periods, as facts.
fn facts() -> Vec<Fact> {
    let at = |second| Time::from_second(1_800_000_000 + second);
    let template = |image: &str| {
        let spec = json!({"spec": {"containers": [{"name": "c", "image": image}]}});
        Template::new(spec).unwrap()
    };
    let known = Known {
        uid: "u".into(),
        key: Rig::key("crash"),
        created_at: at(0),
        gone: None,
    };
    let mut facts = vec![Fact::Workload(known)];
    for (generation, image) in [(1, "i:1"), (2, "i:2")] {
        let template = template(image);
        let mut period = Period::new("u", generation, Bounds::dated(at(generation)));
        period.template = Some(template.digest());
        facts.push(Fact::Template(Archived::from(&template)));
        facts.push(Fact::Period(period));
    }
    facts.push(Fact::Watch(Watch {
        id: "w".into(),
        from: at(0),
        to: at(9),
        namespaces: Vec::new(),
    }));
    facts
}

/// Many periods, as lines of an export.
fn many(periods: i64) -> String {
    let mut all = facts();
    for generation in 3..periods {
        let dated = Bounds::dated(Time::from_second(1_800_000_000 + generation));
        all.push(Fact::Period(Period::new("u", generation, dated)));
    }
    let line = |fact: &Fact| serde_json::to_string(fact).unwrap() + "\n";
    all.iter().map(line).collect()
}

/// A process that writes is killed at many moments: the record is sound each
/// time, and at last complete, with nothing twice.
fn killed_at_any_moment(record: &str) {
    let rollbook = |chore: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_rollbook"));
        command
            .args(["record", chore])
            .env("ROLLBOOK_RECORD", record);
        command.stdin(Stdio::piped()).stdout(Stdio::piped());
        command.spawn().unwrap()
    };
    let check = || {
        let checked = rollbook("check").wait_with_output().unwrap();
        let said = String::from_utf8_lossy(&checked.stdout).trim().to_owned();
        assert!(checked.status.success(), "{said}");
        said
    };
    let lines = many(3000);
    let feed = |child: &mut Child| {
        let (mut stdin, lines) = (child.stdin.take().unwrap(), lines.clone());
        // A killed one does not read to the end.
        std::thread::spawn(move || stdin.write_all(lines.as_bytes()))
    };
    // Two that find nothing make it together.
    let both = [rollbook("import"), rollbook("import")];
    for making in both {
        assert!(making.wait_with_output().unwrap().status.success());
    }
    let mut sizes = BTreeSet::new();
    for moment in 1..=12 {
        let mut writing = rollbook("import");
        let fed = feed(&mut writing);
        std::thread::sleep(Duration::from_millis(moment * 60));
        writing.kill().unwrap();
        writing.wait().unwrap();
        let _ = fed.join().unwrap();
        sizes.insert(check());
    }
    println!("found after a kill: {sizes:#?}");
    // All of it by two at once.
    let mut both = [rollbook("import"), rollbook("import")];
    let fed = both.each_mut().map(feed);
    for mut writing in both {
        assert!(writing.wait().unwrap().success());
    }
    for fed in fed {
        fed.join().unwrap().unwrap();
    }
    assert_eq!(check(), "1 workloads, 2999 periods, 2 templates");
}

#[test]
fn a_writing_process_may_be_killed_at_any_moment() {
    let folder = std::env::temp_dir().join(format!("rollbook-kill-{}", std::process::id()));
    killed_at_any_moment(folder.join("x.db").to_str().unwrap());
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn one_that_writes_to_postgres_too() {
    let server = Postgres::start("kill").unwrap();
    killed_at_any_moment(&server.url());
}

/// What is exported is taken in elsewhere, again without harm; what is no fact,
/// or not what it says, is refused with its line.
#[tokio::test(flavor = "multi_thread")]
async fn a_record_moves_by_export_and_import() {
    let folder = std::env::temp_dir().join(format!("rollbook-move-{}", std::process::id()));
    let from = Store::file(&folder.join("from.db")).await.unwrap();
    from.write(&facts()).await.unwrap();
    let mut lines = String::new();
    let mut export = |fact: Fact| {
        lines.push_str(&serde_json::to_string(&fact).unwrap());
        lines.push('\n');
    };
    from.export(&mut export).await.unwrap();
    let to = Store::file(&folder.join("to.db")).await.unwrap();
    for _ in 0..2 {
        chores::import(&to, lines.as_bytes()).await.unwrap();
        assert_eq!(to.check().await.unwrap(), from.check().await.unwrap());
    }
    let forged = lines.replace("i:1", "i:9");
    let refused = chores::import(&to, forged.as_bytes()).await.unwrap_err();
    assert!(
        refused.to_string().contains("not what its digest says"),
        "{refused}"
    );
    let refused = chores::import(&to, "{}\n".as_bytes()).await.unwrap_err();
    assert!(
        refused.to_string().starts_with("line 1 is not a fact"),
        "{refused}"
    );
    std::fs::remove_dir_all(&folder).unwrap();
}
