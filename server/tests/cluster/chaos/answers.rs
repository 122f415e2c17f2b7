//! Whatever the apiserver answers: what cannot be seen is told, nobody is asked too
//! often, and it is well again soon after. What a real apiserver does not do when it
//! is asked to comes from a fake.

use std::time::{Duration, Instant};

use domain::health::Health;
use domain::rollback::Order;
use domain::time::Time;
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;

use super::RECOVERY;
use super::fake::{Fake, Mood};
use crate::rig::{Rig, code, until};
use crate::web::start;

/// How long each lasts.
const LASTS: Duration = Duration::from_secs(7);

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_answered_is_told_and_passes() {
    let fake = Fake::new("answers").await;
    let (web, port) = start(&fake.kubeconfig, &[]).await;
    until("the first picture", || port.health().is_live()).await;
    let generation = || port.fleet().entries[&Rig::key("faked")].workload.generation;
    let refusals = [
        (Mood::TooMany, "429"),
        (Mood::Unavailable, "503"),
        (Mood::Unauthorized, "Unauthorized"),
    ];
    for (mood, words) in refusals {
        let (before, begin) = (fake.asked(), Instant::now());
        let old = generation();
        let edited = fake.edit();
        fake.set(mood);
        until("it is told", || !port.health().is_live()).await;
        let told = begin.elapsed();
        let health = port.health();
        assert!(
            matches!(&health, Health::Stale { words: said, .. } if said.contains(words)),
            "{mood:?}: {health:?}"
        );
        let (_, list) = web.json("/api/workloads").await;
        assert!(list["health"]["stale"]["since"].is_string(), "{list}");
        assert_eq!(code(&port.rollback(Order::default(), None).await), "stale");
        tokio::time::sleep(LASTS.saturating_sub(begin.elapsed())).await;
        assert_eq!((generation(), port.health().is_live()), (old, false));
        let asked = fake.asked() - before;
        modest(asked, begin.elapsed(), mood);
        let back = Instant::now();
        fake.set(Mood::Well);
        until("it is well again", || port.health().is_live()).await;
        println!(
            "{mood:?}: told after {told:.1?}, {asked} requests, live {:.1?} after it",
            back.elapsed()
        );
        assert_eq!(generation(), edited, "with what was missed");
    }
    let moods = [
        Mood::GoneInPages,
        Mood::GoneAtStart,
        Mood::GoneInStream,
        Mood::Fleeting,
    ];
    for mood in moods {
        let (before, begin) = (fake.asked(), Instant::now());
        fake.set(mood);
        let edited = fake.edit();
        tokio::time::sleep(LASTS).await;
        // A list brings it, where one comes to its end.
        let shown = generation() == edited;
        assert!(
            shown || !port.health().is_live(),
            "{mood:?}: it is old and does not say so"
        );
        let asked = fake.asked() - before;
        modest(asked, begin.elapsed(), mood);
        let back = Instant::now();
        fake.set(Mood::Well);
        until("it is well again", || {
            assert!(back.elapsed() < RECOVERY, "{mood:?}");
            port.health().is_live() && generation() == edited
        })
        .await;
        println!(
            "{mood:?}: {asked} requests, live {:.1?} after it",
            back.elapsed()
        );
    }
}

/// Two watches, each begun anew by a list after a wait that doubles.
fn modest(asked: u64, took: Duration, mood: Mood) {
    let most = 24 + 2 * took.as_secs();
    assert!(asked <= most, "{mood:?}: {asked} requests in {took:?}");
}

/// The clock of this machine is wrong, and is set meanwhile: what is told of time is
/// the apiserver's.
#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_is_wrong_is_not_believed() {
    let fake = Fake::new("clock").await;
    fake.ahead(SignedDuration::from_hours(26));
    let (web, port) = start(&fake.kubeconfig, &[]).await;
    until("the first picture", || port.health().is_live()).await;
    let ahead = |time: Time, by: SignedDuration| {
        let told = time.since(Time::from(Timestamp::now()));
        (told - by).abs() < SignedDuration::from_secs(20)
    };
    for hours in [26, -5, 0, 700] {
        let by = SignedDuration::from_hours(hours);
        fake.ahead(by);
        until("its time is taken", || ahead(port.now(), by)).await;
        assert!(port.health().is_live(), "a clock is no reason to be stale");
    }
    // Also since when it is old.
    fake.set(Mood::Unavailable);
    until("it is told", || !port.health().is_live()).await;
    let Health::Stale { since, .. } = port.health() else {
        panic!("{:?}", port.health());
    };
    assert!(ahead(since, SignedDuration::from_hours(700)), "{since}");
    let (_, list): (_, Value) = web.json("/api/workloads").await;
    let told = list["health"]["stale"]["since"].as_str().unwrap();
    let told: Timestamp = told.parse().unwrap();
    assert!(
        ahead(told.into(), SignedDuration::from_hours(700)),
        "{told}"
    );
}
