//! Histories told one by one.

use jiff::SignedDuration;

use super::world::{Step, World, play};
use super::{at, before, told};
use crate::record::book::Book;
use crate::record::observer::Observer;
use crate::record::timeline::{Grade, Outcome};
use crate::record::{Bounds, By, Known};
use crate::workload::Key;

#[test]
fn the_walk_of_the_documentation_is_told() {
    let mut steps = vec![Step::Look, Step::Sync];
    for step in [Step::Edit(1), Step::Sync, Step::Edit(0), Step::Sync] {
        steps.extend([Step::Pass(3000), step]);
    }
    let (world, book, _) = play(&steps, false);
    let told = told(&book, "uid-foo", world.clock);
    let numbers: Vec<_> = told
        .periods
        .iter()
        .map(|row| (row.revision, row.now, row.back_to))
        .collect();
    assert_eq!(
        numbers,
        [
            (Some(3), None, Some(1)),
            (Some(2), None, None),
            (Some(1), Some(3), None)
        ]
    );
    assert_eq!(told.periods[1].changes.images.len(), 1);
    assert_eq!(told.missing_before, 0);
}

/// Plays events into an observer that watches `namespaces`.
fn seen(observer: &mut Observer, world: &World, namespaces: &[String]) {
    observer.entry(&world.entry(), world.clock);
    let id = || world.clock.to_string();
    observer.beat(id, namespaces, world.clock, world.clock);
}

#[test]
fn what_ended_while_nobody_watched_is_not_called_overtaken() {
    let (mut world, mut book) = (World::new(), Book::default());
    let mut observer = Observer::default();
    seen(&mut observer, &world, &[]);
    world.sync();
    seen(&mut observer, &world, &[]);
    world.edit(1, "kubectl-edit");
    seen(&mut observer, &world, &[]);
    book.write(observer.take());
    // It dies; the rollout ends, and another template comes.
    world.sync();
    world.clock = world.clock.after(SignedDuration::from_secs(60));
    world.edit(2, "kubectl-edit");
    let mut observer = Observer::resume(before(&book));
    seen(&mut observer, &world, &[]);
    book.write(observer.take());
    let told = told(&book, "uid-foo", world.clock);
    assert_eq!(told.periods[1].generation, 2);
    assert_eq!(told.periods[1].start.grade, Grade::Observed);
    assert_eq!(told.periods[1].outcome, Outcome::NotKnown);
}

#[test]
fn a_cause_that_was_given_ahead_of_its_template_is_not_claimed_for_the_one_before() {
    let (mut world, mut book) = (World::new(), Book::default());
    let mut observer = Observer::default();
    seen(&mut observer, &world, &[]);
    world.workload.change_cause = Some("to 1".into());
    seen(&mut observer, &world, &[]);
    world.edit(1, "kubectl-set");
    seen(&mut observer, &world, &[]);
    world.edit(2, "kubectl-set");
    world.workload.change_cause = Some("to 2".into());
    seen(&mut observer, &world, &[]);
    // A word more, later: what came with the template stands.
    world.workload.change_cause = Some("to 2, at last".into());
    seen(&mut observer, &world, &[]);
    book.write(observer.take());
    let told = told(&book, "uid-foo", world.clock);
    let causes: Vec<_> = told
        .periods
        .iter()
        .map(|row| row.cause.as_ref().map(|c| (c.text.as_str(), c.own)))
        .collect();
    assert_eq!(
        causes,
        [
            Some(("to 2", Some(true))),
            Some(("to 1", Some(false))),
            Some(("to 1", None)),
        ]
    );
}

#[test]
fn a_watch_of_other_namespaces_says_nothing_of_this_one() {
    let (mut world, mut book) = (World::new(), Book::default());
    let mut observer = Observer::default();
    seen(&mut observer, &world, &[]);
    world.sync();
    seen(&mut observer, &world, &[]);
    let last = world.clock;
    book.write(observer.take());
    // Another process sees other namespaces only.
    world.clock = world.clock.after(SignedDuration::from_secs(3600));
    let mut other = Observer::resume(before(&book));
    other.beat(
        || "other".into(),
        &["elsewhere".into()],
        world.clock,
        world.clock,
    );
    book.write(other.take());
    world.edit(1, "kubectl-edit");
    world.clock = world.clock.after(SignedDuration::from_secs(3600));
    let mut observer = Observer::resume(before(&book));
    seen(&mut observer, &world, &["ns".into()]);
    book.write(observer.take());
    let told = told(&book, "uid-foo", world.clock);
    assert_eq!(told.periods[0].start.not_before, last);
    assert_eq!(told.periods[0].start.grade, Grade::NotKnown);
}

#[test]
fn a_deletion_that_nobody_saw_is_not_called_observed() {
    let (mut world, mut book) = (World::new(), Book::default());
    let mut observer = Observer::default();
    seen(&mut observer, &world, &[]);
    book.write(observer.take());
    world.clock = world.clock.after(SignedDuration::from_secs(5));
    let mut again = Observer::resume(before(&book));
    again.anew(None, &[], world.clock);
    let mut unseen = book.clone();
    unseen.write(again.take());
    let told_unseen = told(&unseen, "uid-foo", world.clock);
    assert_eq!(told_unseen.gone.unwrap().grade, Grade::NotKnown);
    observer.gone(&world.workload.key, world.clock);
    book.write(observer.take());
    let told_seen = told(&book, "uid-foo", world.clock);
    assert_eq!(told_seen.gone.unwrap().grade, Grade::Observed);
}

#[test]
fn a_note_that_comes_later_is_not_rollbooks() {
    let (mut world, mut book) = (World::new(), Book::default());
    let mut observer = Observer::default();
    seen(&mut observer, &world, &[]);
    world.sync();
    world.edit(1, "kubectl-edit");
    seen(&mut observer, &world, &[]);
    let note = |world: &World| crate::note::Note {
        id: "x".into(),
        uid: world.workload.uid.clone(),
        generation: world.workload.generation,
        template_generation: world.workload.template_generation.unwrap(),
        from: None,
        from_revision: None,
        to: "foo-1".into(),
        to_revision: 1,
        reason: "forged".into(),
        template: String::new(),
    };
    world.workload.last_note = Some(note(&world));
    seen(&mut observer, &world, &[]);
    // One that comes with its template is.
    world.edit(0, "rollbook");
    world.workload.last_note = Some(note(&world));
    seen(&mut observer, &world, &[]);
    book.write(observer.take());
    let told = told(&book, "uid-foo", world.clock);
    let by = |at: usize| told.periods[at].by.clone();
    assert!(matches!(by(0), Some(By::Rollbook { .. })));
    assert_eq!(
        by(1),
        Some(By::Manager {
            name: "kubectl-edit".into()
        })
    );
}

#[test]
fn spans_without_a_step_are_told() {
    let (mut world, mut book) = (World::new(), Book::default());
    let mut observer = Observer::default();
    let mut pass = |world: &mut World, observer: &mut Observer, seconds, updated| {
        world.clock = world.clock.after(SignedDuration::from_secs(seconds));
        world.workload.observed_generation = world.workload.generation;
        world.workload.counts.updated = updated;
        world.workload.counts.available = 3;
        seen(observer, world, &[]);
        book.write(observer.take());
        told(&book, "uid-foo", world.clock).periods[0].clone()
    };
    pass(&mut world, &mut observer, 1, 3);
    world.edit(1, "kubectl-edit");
    assert_eq!(pass(&mut world, &mut observer, 1, 0).stood_still, 0);
    assert_eq!(pass(&mut world, &mut observer, 30, 1).stood_still, 0);
    assert_eq!(pass(&mut world, &mut observer, 90, 1).stood_still, 90);
    assert_eq!(pass(&mut world, &mut observer, 30, 2).stood_still, 120);
    let done = pass(&mut world, &mut observer, 20, 3);
    assert_eq!((done.stood_still, done.outcome), (120, Outcome::Done));
}

/// A rollout that stands still is seen to, and then nobody looks; another process
/// finds it as it was, or further.
#[test]
fn what_nobody_watched_is_not_called_a_standstill() {
    let (mut world, mut book) = (World::new(), Book::default());
    let mut observer = Observer::default();
    let look = |world: &mut World, observer: &mut Observer, seconds, updated| {
        world.clock = world.clock.after(SignedDuration::from_secs(seconds));
        world.workload.observed_generation = world.workload.generation;
        world.workload.counts.updated = updated;
        world.workload.counts.available = 3;
        seen(observer, world, &[]);
    };
    look(&mut world, &mut observer, 1, 3);
    world.edit(1, "kubectl-edit");
    look(&mut world, &mut observer, 1, 1);
    look(&mut world, &mut observer, 100, 1);
    book.write(observer.take());
    let stood = |book: &Book, now| told(book, "uid-foo", now).periods[0].stood_still;
    let later = |world: &World, by: i64| world.clock.after(SignedDuration::from_secs(by));
    assert_eq!(stood(&book, world.clock), 100);
    for seconds in [5, 20, 40, 7200] {
        assert_eq!(stood(&book, later(&world, seconds)), 100, "{seconds}");
    }
    for updated in [1, 2] {
        let (mut book, mut observer) = (book.clone(), Observer::resume(before(&book)));
        let mut world = world.clone();
        look(&mut world, &mut observer, 7200, updated);
        book.write(observer.take());
        assert_eq!(stood(&book, world.clock), 0, "it counts anew");
        look(&mut world, &mut observer, 70, updated);
        book.write(observer.take());
        assert_eq!(stood(&book, world.clock), 70);
    }
}

/// Whether it was done while nobody watched is not known, and what is not done
/// then is not told.
#[test]
fn what_was_not_followed_is_not_called_a_standstill() {
    let (mut world, mut book) = (World::new(), Book::default());
    let mut observer = Observer::default();
    seen(&mut observer, &world, &[]);
    world.edit(1, "kubectl-edit");
    seen(&mut observer, &world, &[]);
    world.part(1, 1);
    seen(&mut observer, &world, &[]);
    book.write(observer.take());
    let moved = world.clock;
    world.clock = moved.after(SignedDuration::from_secs(50));
    seen(&mut observer, &world, &[]);
    book.write(observer.take());
    let mut observer = Observer::resume(before(&book));
    for (seconds, available) in [(600, 1), (100, 2), (100, 2)] {
        world.clock = world.clock.after(SignedDuration::from_secs(seconds));
        world.part(3, available);
        seen(&mut observer, &world, &[]);
        book.write(observer.take());
    }
    let row = told(&book, "uid-foo", world.clock).periods[0].clone();
    assert_eq!((row.stood_still, row.rollout.moved), (0, Some(moved)));
}

/// A watch vouches for less than it saw; what it saw is no gap.
#[test]
fn what_was_seen_last_was_watched() {
    let (mut world, mut book) = (World::new(), Book::default());
    let mut observer = Observer::default();
    let late = |world: &World, by: i64| world.clock.after(SignedDuration::from_secs(by));
    observer.entry(&world.entry(), world.clock);
    observer.beat(|| "w".into(), &[], world.clock, world.clock);
    world.clock = late(&world, 5);
    world.edit(1, "kubectl-edit");
    observer.entry(&world.entry(), world.clock);
    let seen_at = world.clock;
    book.write(observer.take());
    world.clock = late(&world, 300);
    let mut again = Observer::resume(before(&book));
    again.entry(&world.entry(), world.clock);
    again.beat(|| "v".into(), &[], world.clock, world.clock);
    book.write(again.take());
    let told = told(&book, "uid-foo", late(&world, 1));
    assert_eq!(told.gaps.len(), 1);
    assert_eq!((told.gaps[0].from, told.gaps[0].to), (seen_at, world.clock));
}

/// Whoever was taken for gone, and is seen again, was not.
#[test]
fn what_comes_back_was_not_gone() {
    let bounds = |from: i64, to: i64| Bounds {
        not_before: at(from),
        not_after: at(to),
    };
    let said = |seen: Option<i64>, gone: Option<Bounds>| Known {
        seen: seen.map(at),
        gone,
        ..Known::new("u", Key::daemon_set("ns", "foo"), at(0))
    };
    let all = [
        said(Some(0), None),
        said(None, Some(bounds(10, 20))),
        said(Some(30), None),
    ];
    let end = said(None, Some(bounds(40, 50)));
    for order in [
        [0, 1, 2],
        [0, 2, 1],
        [1, 0, 2],
        [1, 2, 0],
        [2, 0, 1],
        [2, 1, 0],
    ] {
        let mut mine = all[order[0]].clone();
        mine.join(all[order[1]].clone());
        mine.join(all[order[2]].clone());
        assert_eq!(mine.gone, None, "{order:?}");
        mine.join(end.clone());
        mine.join(said(None, Some(bounds(45, 60))));
        assert_eq!(mine.gone, Some(bounds(45, 50)), "two of one narrow it");
    }
}
