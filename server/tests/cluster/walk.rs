//! Random walks: seeded steps on real workloads. After each step the history
//! agrees with kubectl's own output, with the rules, and with what happened.

mod agree;
mod record;
mod steps;

use std::io::Write as _;
use std::time::SystemTime;

use serde_json::Value;
use tokio::runtime::Handle;
use tokio::sync::RwLock;

use super::rig::{Rig, daemon_set, start};
use record::Record;

/// Steps of each walk in CI's form; `ROLLBOOK_WALK` makes it longer.
const STEPS: u64 = 80;

/// Walks that are the same each time.
const SEEDS: [u64; 2] = [20_261_123, 20_261_124];

/// A small generator (xorshift), so that a seed tells the whole walk.
pub struct Dice(pub u64);

impl Dice {
    pub fn roll(&mut self, sides: u64) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0 % sides
    }

    /// One of several.
    pub fn of<'a, T>(&mut self, all: &'a [T]) -> &'a T {
        &all[usize::try_from(self.roll(all.len() as u64)).unwrap()]
    }
}

/// One workload on its walk.
struct Walk<'a> {
    rig: &'a Rig,
    name: &'a str,
    /// Held alone by whoever freezes the controllers of all.
    calm: &'a RwLock<()>,
}

impl std::ops::Deref for Walk<'_> {
    type Target = Rig;

    fn deref(&self) -> &Rig {
        self.rig
    }
}

impl Walk<'_> {
    fn ds(&self) -> String {
        format!("ds/{}", self.name)
    }
}

pub fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok()?.parse().ok()
}

/// Two seeds that stay and one from the clock; or as `ROLLBOOK_SEED` says.
fn seeds() -> [u64; 3] {
    if let Some(seed) = number("ROLLBOOK_SEED") {
        return [seed, seed + 1, seed + 2].map(|seed| seed.max(1));
    }
    let clock = SystemTime::UNIX_EPOCH.elapsed().unwrap();
    let seeds = [SEEDS[0], SEEDS[1], clock.as_secs()];
    // Past what the harness captures: whoever reads the log can walk it again.
    let mut log = std::io::stderr().lock();
    let _ = writeln!(
        log,
        "walk: seeds {seeds:?}; ROLLBOOK_SEED={} repeats the last",
        seeds[2]
    );
    seeds
}

/// Walks side by side, each on a seed of its own.
#[tokio::test(flavor = "multi_thread")]
async fn the_history_agrees_with_kubectl_at_every_step() {
    let steps = number("ROLLBOOK_WALK").unwrap_or(STEPS);
    let rig = start("walk").await;
    let calm = RwLock::new(());
    let names = ["w0", "w1", "w2"];
    // kubectl blocks, so each walk has a thread of its own.
    let runtime = Handle::current();
    let walk = |name, seed| {
        let walk = Walk {
            rig: &rig,
            name,
            calm: &calm,
        };
        runtime.block_on(walk_of(&walk, seed, steps));
    };
    tokio::task::block_in_place(|| {
        std::thread::scope(|scope| {
            for (name, seed) in names.into_iter().zip(seeds()) {
                let walk = &walk;
                scope.spawn(move || walk(name, seed));
            }
        });
    });
}

async fn walk_of(rig: &Walk<'_>, seed: u64, steps: u64) {
    let mut object = daemon_set(rig.name, "i:0");
    object["spec"]["revisionHistoryLimit"] = Value::from(4);
    let mut record = Record::new(rig.port.now());
    rig.begin(&object).await;
    let begin = format!("{}, seed {seed}, the beginning", rig.name);
    agree::check(rig, &mut record, &begin).await;
    let mut dice = Dice(seed);
    for number in 0..steps {
        let kind = dice.roll(steps::KINDS + 1);
        record.step_begins(rig.port.now());
        let step = if kind == steps::KINDS {
            let _alone = rig.calm.write().await;
            steps::frozen(rig, &mut dice).await
        } else {
            let _calm = rig.calm.read().await;
            steps::step(rig, kind, &mut dice).await
        };
        let what = format!("{}, seed {seed}, step {number}: {step}", rig.name);
        println!("{what}");
        let _calm = rig.calm.read().await;
        // Now and then kubectl is asked while the controller is still at it.
        if dice.roll(3) == 0 {
            record.said(agree::same_status(rig, &what).await);
        }
        rig.settled(rig.name).await;
        agree::check(rig, &mut record, &what).await;
    }
    record.end(rig.name);
    // What a walk of another seed or length meets is not known.
    if SEEDS.contains(&seed) && steps >= STEPS {
        record.has_met_all(rig.name);
    }
}
