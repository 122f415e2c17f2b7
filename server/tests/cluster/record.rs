//! The record against a real control plane: what it says of what happened is
//! held against what the test did and when, with the recorder killed at any
//! moment.

mod behind;
mod files;
mod found;
mod kept;
mod lost;
mod random;
mod replicas;
mod rights;
mod then;
mod went;

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;

use app::cluster::Cluster as Port;
use app::record::{Failure, Record, State};
use domain::record::By;
use domain::record::timeline::{Grade, Outcome, Row, Rule, Timeline};
use domain::time::Time;
use jiff::SignedDuration;
use serde_json::json;
use server::config::{Config, Record as Place};
use server::kube::Connected;
use server::record::store::Store;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use xtask::postgres::Postgres;

use super::rig::{Rig, config, daemon_set, share, until};

/// A server's recorder on a cluster.
struct Recorder {
    port: Arc<dyn Port>,
    record: Arc<dyn Record>,
    writing: JoinHandle<()>,
    stop: CancellationToken,
}

impl Recorder {
    async fn start(rig: &Rig, place: Place) -> Self {
        Self::start_with(config(&rig.cluster.kubeconfig(), &[]), place).await
    }

    async fn start_with(config: Config, place: Place) -> Self {
        let recorder = Self::begin(&config, place).await;
        until("it records", || {
            recorder.port.health().is_live() && recorder.record.state() == State::Fine
        })
        .await;
        recorder
    }

    /// One that may never come to record.
    async fn begin(config: &Config, place: Place) -> Self {
        let stop = CancellationToken::new();
        let connected = server::kube::connect(config, stop.clone()).await;
        let Connected {
            cluster: port,
            watching,
            ..
        } = connected.unwrap();
        let begun = server::record::start(
            port.clone(),
            watching,
            Some(place),
            config.retention(),
            stop.clone(),
        );
        let (kept, writing) = begun;
        Self {
            port,
            record: Arc::new(kept),
            writing,
            stop,
        }
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
        let told = self.record.timeline(&key, None, None, self.port.now());
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

/// One of each database, with a name of its own for what a scenario does; the
/// server ends with its place.
fn both(rig: &Rig, name: &str) -> [(String, Place, Option<Postgres>); 2] {
    let server = Postgres::start(name).unwrap();
    let url = Place::Url(server.url());
    [
        (name.to_owned(), place(&file(rig, name)), None),
        (format!("{name}-too"), url, Some(server)),
    ]
}

/// It, for `--record`.
fn argument(place: &Place) -> String {
    match place {
        Place::Url(url) => url.clone(),
        Place::File(path) => path.to_str().unwrap().to_owned(),
        Place::None => "none".to_owned(),
    }
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
        .timeline(&Rig::key("away"), None, None, recorder.port.now())
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
    frozen(rig, server, &recorder).await;
    recorder.end().await;
    let checked = open(place).await.check().await.unwrap();
    assert_eq!(checked.wrong, Vec::<String>::new());
}

/// The database hangs: it neither answers nor refuses.
async fn frozen(rig: &Rig, server: &Postgres, recorder: &Recorder) {
    server.freeze().unwrap();
    let begin = rig.port.now();
    rig.image("away", "i:6");
    rig.settled("away").await;
    let end = rig.port.now();
    until("it is behind", || {
        matches!(recorder.record.state(), State::Behind(..))
    })
    .await;
    let asked = recorder
        .record
        .timeline(&Rig::key("away"), None, None, recorder.port.now())
        .await;
    assert!(matches!(asked, Err(Failure::Database { .. })), "{asked:?}");
    server.thaw().unwrap();
    until("it is up to date", || {
        recorder.record.state() == State::Fine
    })
    .await;
    let told = recorder.told("away", |t| t.periods.len() == 6).await;
    let start = newest(&told).start;
    assert_eq!(start.grade, Grade::Observed);
    // It has the time at which it was seen, not the one at which it was written.
    let slack = SignedDuration::from_secs(2);
    assert!(
        start.at.after(slack) >= begin && start.at <= end.after(slack),
        "{start:?}"
    );
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
        let (then, _) = recorder.record.then(at, recorder.port.now()).await.unwrap();
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
            (Some(row.generation), row.revision)
        );
        assert_eq!(ran.images, [row.images[0].image.clone()]);
    }
}
