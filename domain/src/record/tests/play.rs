//! What happens to the world, and one who looks at it now and then.

use jiff::SignedDuration;
use proptest::prelude::*;

use super::before;
use super::world::World;
use crate::record::Fact;
use crate::record::book::Book;
use crate::record::observer::Observer;

/// What happens, between two looks.
#[derive(Clone, Debug)]
pub(super) enum Step {
    Edit(u8),
    /// With a change cause in the same write.
    Caused(u8, u8),
    /// A change cause alone; 0 takes it away.
    Annotate(u8),
    /// Rollbook's own.
    Back(u8),
    Spec,
    Sync,
    /// So many nodes follow and are available.
    Part(u8, u8),
    /// A ControllerRevision is deleted by hand.
    Delete(u8),
    /// The workload is deleted; its ControllerRevisions may stay.
    Remove(bool),
    /// It is created anew; its manifest may bring a template generation.
    Create(bool),
    Pass(u32),
    Look,
    Die,
}

pub(super) fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        8 => (0..6u8).prop_map(Step::Edit),
        2 => (0..6u8, 0..4u8).prop_map(|(version, cause)| Step::Caused(version, cause)),
        2 => (0..4u8).prop_map(Step::Annotate),
        2 => (0..6u8).prop_map(Step::Back),
        1 => Just(Step::Spec),
        4 => Just(Step::Sync),
        3 => (0..4u8, 0..4u8).prop_map(|(updated, available)| Step::Part(updated, available)),
        2 => (0..5u8).prop_map(Step::Delete),
        1 => any::<bool>().prop_map(Step::Remove),
        2 => any::<bool>().prop_map(Step::Create),
        6 => (1..5000u32).prop_map(Step::Pass),
        1 => (5000..200_000u32).prop_map(Step::Pass),
        8 => Just(Step::Look),
        2 => Just(Step::Die),
    ];
    proptest::collection::vec(step, 1..120)
}

/// One who looks, and the watch that it is in.
#[derive(Default)]
struct Watcher {
    observer: Observer,
    watches: u32,
    fresh: bool,
    /// Only what is older is certain.
    late: SignedDuration,
}

/// A watch that broke is noticed within so long.
pub(super) const LATE: SignedDuration = SignedDuration::from_secs(8);

const MOMENT: SignedDuration = SignedDuration::from_millis(7);

impl Watcher {
    fn look(&mut self, world: &mut World) {
        let observer = &mut self.observer;
        let there = world.there().then(|| world.workload.uid.clone());
        if !self.fresh {
            self.fresh = true;
            self.watches += 1;
            let there: Vec<String> = there.clone().into_iter().collect();
            observer.anew(None, &there, world.clock);
            world.watched.push((world.clock, world.clock));
        }
        if there.is_some() {
            observer.entry(&world.entry(), world.clock);
        }
        // What is seen first is called fresh a moment later.
        let watched = world.watched.last_mut().unwrap();
        if watched.0 == world.clock {
            world.clock = world.clock.after(MOMENT);
        }
        watched.1 = world.clock;
        let id = self.watches.to_string();
        observer.beat(|| id, &[], world.clock, world.clock.after(-self.late));
    }

    fn dies(&mut self, book: &Book) {
        self.observer = Observer::resume(before(book));
        self.fresh = false;
    }
}

fn happens(step: &Step, world: &mut World, watcher: &mut Watcher) {
    let cause = |number: u8| (number > 0).then(|| format!("cause {number}"));
    match step {
        Step::Pass(millis) => {
            let millis = SignedDuration::from_millis((*millis).into());
            world.clock = world.clock.after(millis);
        }
        Step::Create(brings) if !world.there() => world.create(*brings),
        _ if !world.there() => {}
        Step::Edit(version) => world.edit(*version, "kubectl-edit"),
        Step::Caused(version, number) => world.caused(*version, "kubectl-apply", cause(*number)),
        Step::Annotate(number) => {
            world.workload.change_cause = cause(*number);
            world.is();
        }
        Step::Back(version) => world.back(*version),
        Step::Spec => world.spec(),
        Step::Sync => world.sync(),
        Step::Part(updated, available) => world.part((*updated).into(), (*available).into()),
        Step::Delete(which) => {
            let which = usize::from(*which);
            if which < world.revisions.len() {
                world.revisions.remove(which);
                world.is();
            }
        }
        Step::Remove(orphan) => {
            world.remove(*orphan);
            if watcher.fresh {
                watcher.observer.gone(&world.workload.key, world.clock);
            }
        }
        Step::Create(_) | Step::Look | Step::Die => {}
    }
}

pub(super) fn play(steps: &[Step], blind: bool) -> (World, Book, Vec<Fact>) {
    let (mut world, mut book, mut all) = (World::new(), Book::default(), Vec::new());
    let mut watcher = Watcher::default();
    if !steps.len().is_multiple_of(3) {
        watcher.late = LATE;
    }
    for step in steps {
        world.clock = world.clock.after(MOMENT);
        happens(step, &mut world, &mut watcher);
        match step {
            Step::Look => watcher.look(&mut world),
            Step::Die => watcher.dies(&book),
            _ => {}
        }
        // A watch misses nothing while it runs; one that may have missed
        // something is none.
        if blind {
            watcher.observer.interrupted();
            watcher.fresh = false;
        } else if watcher.fresh {
            watcher.look(&mut world);
        }
        let facts = watcher.observer.take();
        all.extend(facts.clone());
        book.write(facts);
    }
    // It ends in the midst of a rollout, or not.
    if world.there() && steps.len().is_multiple_of(2) {
        world.sync();
    }
    watcher.look(&mut world);
    let facts = watcher.observer.take();
    all.extend(facts.clone());
    book.write(facts);
    (world, book, all)
}
