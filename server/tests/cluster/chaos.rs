//! Storms: parts of the control plane are killed and frozen in the middle of
//! rollouts, and the wire to it is slow, deaf or cut. Meanwhile nothing that is shown
//! is old without a sign; afterwards it is what a fresh list says, and neither the
//! apiserver nor our own processor was kept busy.

mod agree;
mod answers;
mod fake;
mod sea;
mod storms;
mod witness;

use std::io::Write as _;
use std::time::{Duration, Instant, SystemTime};

use sea::Sea;
use storms::Storm;

use super::walk::{Dice, number};

/// Storms in CI's form; `ROLLBOOK_CHAOS` makes them more.
const STORMS: u64 = 4;
/// How long all may take to be well again on a machine that is busy. What is
/// promised, and printed, is five seconds.
const RECOVERY: Duration = Duration::from_secs(45);

/// The seed of the day, or what `ROLLBOOK_SEED` says.
fn seed() -> u64 {
    let seed = number("ROLLBOOK_SEED").unwrap_or_else(|| {
        let clock = SystemTime::UNIX_EPOCH.elapsed().unwrap();
        clock.as_secs() / (24 * 60 * 60)
    });
    // Past what the harness captures: whoever reads the log can repeat it.
    let mut log = std::io::stderr().lock();
    let _ = writeln!(log, "chaos: ROLLBOOK_SEED={seed} repeats it");
    seed
}

#[tokio::test(flavor = "multi_thread")]
async fn in_every_storm_what_is_old_says_so() {
    let storms = number("ROLLBOOK_CHAOS").unwrap_or(STORMS);
    // A small seed alone would deal much the same cards each day.
    let mut dice = Dice(seed().wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let sea = Sea::new().await;
    let mut deck = Vec::new();
    for number in 0..storms {
        if deck.is_empty() {
            deck = storms::shuffled(&mut dice);
        }
        if let Some(storm) = deck.pop() {
            weather(&sea, storm, number, &mut dice).await;
        }
    }
}

/// One storm in the middle of a rollout, and the calm after it.
async fn weather(sea: &Sea, storm: Storm, number: u64, dice: &mut Dice) {
    let what = format!("storm {number}, {storm:?}");
    let before = sea.cost();
    let begin = Instant::now();
    let witness = witness::Witness::begin(sea);
    // The rollout has begun, and is not over.
    tokio::time::sleep(Duration::from_millis(300 + dice.roll(700))).await;
    storm.rage(sea, dice, &what).await;
    let over = Instant::now();
    let mark = witness.stop_writing().await;
    while !sea.port.health().is_live() {
        assert!(over.elapsed() < RECOVERY, "{what}: {:?}", sea.port.health());
        tokio::time::sleep(Duration::from_millis(25)).await;
    }
    let live = over.elapsed();
    agree::with_a_fresh_list(sea, mark, &what).await;
    let took = begin.elapsed();
    let seen = witness.end().await;
    let cost = sea.cost() - before;
    println!(
        "{what}: {took:.1?} in all, live {live:.1?} and as a fresh list {:.1?} after it; \
         {seen}; {cost}",
        over.elapsed()
    );
    assert_eq!(seen.untold, Vec::<String>::new(), "{what}");
    assert!(!storm.blinds() || seen.stale > 0, "{what}: nobody was told");
    cost.is_modest(took, &what);
}
