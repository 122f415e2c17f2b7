//! A random walk of several workloads that two recorders follow, one to the end
//! and one that is killed at any moment, held against what was done.

mod log;
mod truth;
mod walker;

use std::cell::{Cell, RefCell};
use std::path::Path;
use std::pin::pin;
use std::time::Duration;

use domain::record::timeline::{Grade, Outcome, Timeline};
use domain::time::Time;
use futures::future::{Either, join, join_all, select};
use jiff::SignedDuration;

use super::{Recorder, file, place};
use crate::rig::{Rig, start};
use log::Log;
use truth::{gaps, ran, truthful, unseen, whole};
use walker::{Dice, Life, Walker};

/// What a watch takes to bring something.
const SLACK: SignedDuration = SignedDuration::from_millis(500);

/// Steps of the walk in CI's form; `ROLLBOOK_WALK` makes it longer.
const STEPS: u64 = 1000;
/// Names that walk side by side.
const WALKERS: u64 = 10;
/// Moments of which it is asked what ran.
const MOMENTS: u64 = 20;

/// When the one that dies was there.
type Up = RefCell<Vec<(Time, Time)>>;

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

/// The history of one of the workloads of a name, once it is told to the end;
/// `None` where it was never seen.
async fn told(recorder: &Recorder, name: &str, life: &Life, log: &Log) -> Option<Timeline> {
    let key = Rig::key(name);
    for _ in 0..600 {
        let now = recorder.port.now();
        let told = recorder.record.timeline(&key, Some(&life.uid), None, now);
        match told.await.unwrap() {
            None if life.gone.is_some() => return None,
            Some(told) if whole(life, log, &told) => return Some(told),
            _ => tokio::time::sleep(Duration::from_millis(50)).await,
        }
    }
    let told = recorder
        .record
        .timeline(&key, Some(&life.uid), None, recorder.port.now());
    panic!("not in time: {:#?}", told.await);
}

/// What is certain of random moments since `begin` was so; how many were.
async fn certain(
    recorder: &Recorder,
    walkers: &[Walker<'_>],
    log: &Log,
    begin: Time,
    dice: &mut Dice,
) -> usize {
    let all = recorder.port.now().since(begin).as_millis();
    let all = u64::try_from(all).unwrap();
    let mut certain = 0;
    for _ in 0..MOMENTS {
        let millis = i64::try_from(dice.roll(all)).unwrap();
        let at = begin.after(SignedDuration::from_millis(millis));
        let told = recorder.record.then(at).await.unwrap();
        for one in told.iter().filter(|one| one.certain) {
            let mut lives = walkers.iter().flat_map(|walker| &walker.lives);
            let life = lives.find(|life| life.uid == one.uid).unwrap();
            ran(life, log, one, at);
            certain += 1;
        }
    }
    certain
}

/// Dies and is started again while the walk goes on; how often.
async fn dies(rig: &Rig, path: &Path, walking: &Cell<bool>, up: &Up, mut dice: Dice) -> usize {
    let mut deaths = 0;
    while walking.get() {
        let mortal = Recorder::start(rig, place(path)).await;
        let born = rig.port.now();
        tokio::time::sleep(dice.millis(100, 3000)).await;
        up.borrow_mut().push((born, rig.port.now()));
        if dice.roll(3) == 0 {
            mortal.end().await;
        } else {
            mortal.kill();
        }
        deaths += 1;
        tokio::time::sleep(dice.millis(0, 2000)).await;
    }
    deaths
}

/// One that watched all the time missed nothing.
fn nothing_missed(life: &Life, told: &Timeline) {
    assert_eq!(told.periods.len(), life.did.len());
    assert_eq!((told.missing_before, &told.gaps), (0, &Vec::new()));
    assert!(told.gone.is_none_or(|gone| gone.grade == Grade::Observed));
    for row in &told.periods {
        let first = row.generation == life.first;
        assert!(first || row.start.grade == Grade::Observed, "{row:#?}");
        let last = row.generation == life.last();
        assert!(last || row.outcome != Outcome::NotKnown, "{row:#?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_two_recorders_tell_of_a_walk_is_so() {
    let rig = &start("record").await;
    let log = Log::default();
    // It follows until the other one has ended.
    match select(pin!(log.follow(rig)), pin!(walk(rig, &log))).await {
        Either::Left(..) => panic!("the cluster is not seen any more"),
        Either::Right(..) => {}
    }
}

async fn walk(rig: &Rig, log: &Log) {
    let seed = number("ROLLBOOK_SEED").unwrap_or(20_261_125);
    let steps = number("ROLLBOOK_WALK").unwrap_or(STEPS);
    let steady = Recorder::start(rig, place(&file(rig, "steady"))).await;
    let path = file(rig, "mortal");
    let (walking, blind, up) = (Cell::new(true), Cell::new(false), Up::default());
    let begin = rig.port.now();
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
    let kill = dies(rig, &path, &walking, &up, Dice(seed));
    let health = async {
        while walking.get() {
            blind.set(blind.get() || !steady.port.health().is_live());
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    let (walkers, (deaths, ())) = join(walk, join(kill, health)).await;
    assert!(deaths > 1, "it was killed at least twice");
    let mortal = Recorder::start(rig, place(&path)).await;
    let (mut all, mut known, mut lives) = (0, 0, 0);
    up.borrow_mut().push((rig.port.now(), rig.port.now()));
    for walker in &walkers {
        for life in &walker.lives {
            (all, lives) = (all + life.did.len(), lives + 1);
            let by_steady = told(&steady, &walker.name, life, log).await;
            let by_steady = by_steady.expect("it was seen");
            truthful(life, log, &by_steady);
            // On a machine that is too busy the watch is called stale, and rightly
            // so.
            if !blind.get() {
                nothing_missed(life, &by_steady);
            }
            match told(&mortal, &walker.name, life, log).await {
                Some(told) => {
                    truthful(life, log, &told);
                    gaps(life, &up.borrow(), &told);
                    known += told.periods.len();
                }
                None => unseen(life, &up.borrow()),
            }
        }
    }
    let sure = certain(&steady, &walkers, log, begin, &mut Dice(seed)).await;
    let half = certain(&mortal, &walkers, log, begin, &mut Dice(seed)).await;
    println!(
        "{all} templates of {lives} workloads in {steps} steps and {} s: one that died {deaths} \
         times knows of {known}; of {MOMENTS} moments {sure} answers and {half} are certain; \
         nothing is wrong; blind: {}; ROLLBOOK_SEED={seed} repeats it",
        rig.port.now().since(begin).as_secs(),
        blind.get(),
    );
    assert!(known > all / 4, "it knows more than nothing");
    // Which of the two is certain more often depends on the moments: a change that
    // was watched may have come seconds before, one that was read afterwards has
    // the time that its writer gave.
    assert!(sure > 0 && half > 0, "it is certain of more than nothing");
    for (recorder, file) in [(steady, file(rig, "steady")), (mortal, path)] {
        recorder.end().await;
        let checked = super::open(&place(&file)).await.check().await.unwrap();
        assert_eq!(checked.wrong, Vec::<String>::new());
    }
}
