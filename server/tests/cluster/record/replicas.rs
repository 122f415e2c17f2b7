//! One record and several who would write it: replicas, and another cluster.

use std::collections::HashSet;
use std::time::{Duration, Instant};

use app::record::{Failure, State};
use domain::record::changes::Window;
use domain::record::timeline::Grade;
use domain::record::{Fact, Known};
use server::config::Record as Place;
use server::record::store::Store;
use xtask::postgres::Postgres;

use super::{Recorder, file, newest, place};
use crate::rig::{Rig, config, share, until};

/// Within this another one writes: README, ADR 10.
const TAKEOVER: Duration = Duration::from_secs(10);

#[tokio::test(flavor = "multi_thread")]
async fn another_takes_over_and_misses_nothing() {
    let rig = share().await;
    let server = Postgres::start("replicas").unwrap();
    let url = || Place::Url(server.url());
    let first = Recorder::start(&rig, url()).await;
    let second = Recorder::start(&rig, url()).await;
    rig.two("heir").await;
    // Whoever does not write reads all the same.
    second
        .told("heir", |told| newest(told).revision == Some(2))
        .await;
    assert_eq!(second.record.state(), State::Fine);
    for turn in 3..6 {
        rig.image("heir", &format!("i:{turn}"));
        rig.settled("heir").await;
    }
    let begin = Instant::now();
    first.kill();
    rig.image("heir", "i:6");
    second.told("heir", |told| told.periods.len() == 6).await;
    let took = begin.elapsed();
    assert!(took <= TAKEOVER, "it took over after {took:?}");
    swept(&server, "i:1").await;
    for turn in 7..9 {
        rig.image("heir", &format!("i:{turn}"));
        rig.settled("heir").await;
    }
    let told = second.told("heir", |told| told.periods.len() == 8).await;
    for row in told.periods.iter().filter(|row| row.generation > 1) {
        assert_eq!(row.start.grade, Grade::Observed, "{row:#?}");
    }
    // What was handed out before is handed out again, for it may be kept no more.
    rig.image("heir", "i:1");
    rig.settled("heir").await;
    let told = second
        .told("heir", |told| newest(told).generation == 9)
        .await;
    let digest = newest(&told).template.unwrap().to_string();
    let kept = second.record.kept(&Rig::key("heir"), &digest).await;
    assert!(kept.unwrap().is_some(), "{told:#?}");
    second.end().await;
}

/// Removes the templates with an image, as one does that nothing names.
async fn swept(server: &Postgres, image: &str) {
    let pool = sqlx::AnyPool::connect(&server.url()).await.unwrap();
    for sql in [
        "DELETE FROM template WHERE digest IN (SELECT template FROM image WHERE image = $1)",
        "DELETE FROM image WHERE image = $1",
    ] {
        sqlx::query(sql)
            .bind(image.to_owned())
            .execute(&pool)
            .await
            .unwrap();
    }
    pool.close().await;
}

/// A process that hangs keeps its connection, and loses the lock all the same.
#[tokio::test(flavor = "multi_thread")]
async fn one_that_hangs_loses_the_lock() {
    let server = Postgres::start("hangs").unwrap();
    let [hanging, other] = [
        Store::open(&server.url()).await.unwrap(),
        Store::open(&server.url()).await.unwrap(),
    ];
    let mut seat = hanging.seat(&[]).await.unwrap();
    assert!(seat.leads().await.unwrap());
    assert!(seat.leads().await.unwrap(), "it stays its");
    let mut next = other.seat(&[]).await.unwrap();
    assert!(!next.leads().await.unwrap());
    let mut elsewhere = other.seat(&["elsewhere".to_owned()]).await.unwrap();
    assert!(
        elsewhere.leads().await.unwrap(),
        "what else is watched is another's"
    );
    let begin = Instant::now();
    while !next.leads().await.unwrap() {
        assert!(begin.elapsed() < TAKEOVER, "it has not lost it");
        // As replicas do.
        tokio::time::sleep(Duration::from_secs(2)).await;
    }
    let took = begin.elapsed();
    assert!(took <= TAKEOVER, "it lost it after {took:?}");
    assert!(seat.leads().await.is_err(), "it is told");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_is_of_one_cluster() {
    let rig = share().await;
    let path = file(&rig, "bound");
    let store = Store::file(&path).await.unwrap();
    for _ in 0..2 {
        store.bind("another", &HashSet::new()).await.unwrap();
    }
    let config = config(&rig.cluster.kubeconfig(), &[]);
    let recorder = Recorder::begin(&config, place(&path)).await;
    let (kept, port) = (&recorder.record, &recorder.port);
    let other = Failure::OtherCluster {
        uid: "another".to_owned(),
    };
    until(
        "it is told",
        || matches!(kept.state(), State::Closed(_, failure) if failure == other),
    )
    .await;
    // And nothing of it is told as this one's.
    let (key, now) = (Rig::key("any"), port.now());
    let window = Window { from: now, to: now };
    let told = kept.timeline(&key, None, None, now).await;
    assert_eq!(told.err().as_ref(), Some(&other));
    assert_eq!(kept.kept(&key, "any").await.err().as_ref(), Some(&other));
    assert_eq!(kept.then(now, now).await.err().as_ref(), Some(&other));
    assert_eq!(kept.images("", 1).await.err().as_ref(), Some(&other));
    assert_eq!(kept.changes(window, now).await.err().as_ref(), Some(&other));
    recorder.kill();
}

/// Who may not read which cluster it is writes nothing into a record that may be
/// another one's, and is not kept from its own.
#[tokio::test(flavor = "multi_thread")]
async fn who_cannot_tell_the_cluster_is_known_by_its_workloads() {
    let rig = share().await;
    rig.kubectl(&["create", "serviceaccount", "nameless"]);
    let resources = "--resource=daemonsets.apps,controllerrevisions.apps";
    let verbs = "--verb=get,list,watch";
    rig.kubectl(&["create", "clusterrole", "nameless", verbs, resources]);
    let whom = "--serviceaccount=default:nameless";
    let role = "--clusterrole=nameless";
    rig.kubectl(&["create", "clusterrolebinding", "nameless", role, whom]);
    let token = rig.kubectl(&["create", "token", "nameless"]);
    let config = config(&rig.kubeconfig_of(&token, "nameless"), &[]);

    // Another cluster's, and not empty.
    let path = file(&rig, "others");
    let store = Store::file(&path).await.unwrap();
    store.bind("another", &HashSet::new()).await.unwrap();
    let known = Known::new("uid-other", Rig::key("other"), rig.port.now());
    store.write(&[Fact::Workload(known)]).await.unwrap();
    let recorder = Recorder::begin(&config, place(&path)).await;
    let kept = &recorder.record;
    until("it is told", || {
        matches!(kept.state(), State::Closed(_, Failure::UnclearCluster))
    })
    .await;
    let told = kept.then(rig.port.now(), rig.port.now()).await;
    assert_eq!(told.err(), Some(Failure::UnclearCluster));
    recorder.kill();

    // This one's, begun by one who may.
    let path = file(&rig, "own");
    let recorder = Recorder::start(&rig, place(&path)).await;
    rig.two("nameless").await;
    recorder.told("nameless", |t| t.periods.len() == 2).await;
    recorder.end().await;
    let recorder = Recorder::start_with(config, place(&path)).await;
    rig.image("nameless", "i:3");
    recorder.told("nameless", |t| t.periods.len() == 3).await;
    recorder.end().await;
}
