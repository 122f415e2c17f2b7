//! Histories whose truth is known, seen by an observer that is interrupted at
//! any moment.

#![expect(clippy::unwrap_used, reason = "tests")]

use jiff::SignedDuration;
use proptest::prelude::*;
use serde_json::json;

use super::book::Book;
use super::observer::{Before, Observer};
use super::timeline::{Grade, Outcome, Sources, Timeline, timeline};
use super::*;
use crate::fleet::Entry;
use crate::progress::Progress;
use crate::revision::{Revision, Stored};
use crate::status::tests::workload;
use crate::workload::{Workload, Writer};

/// What a process that starts finds.
fn before(book: &Book) -> Vec<Before> {
    let fresh = |namespace: &str| {
        let sees = book.watches.values().filter(|w| w.sees(namespace));
        sees.map(|w| w.to).max()
    };
    book.known
        .values()
        .filter(|known| known.gone.is_none())
        .filter_map(|known| {
            let periods = book.periods.values().filter(|p| p.workload == known.uid);
            Some(Before {
                known: known.clone(),
                period: periods.max_by_key(|p| p.generation)?.clone(),
                kept: book
                    .kept
                    .values()
                    .filter(|k| k.workload == known.uid && k.gone.is_none())
                    .cloned()
                    .collect(),
                fresh: fresh(&known.key.namespace)?,
            })
        })
        .collect()
}

fn told(book: &Book, uid: &str, now: Time) -> Timeline {
    let template = |json: &str| Template::new(serde_json::from_str(json).unwrap()).unwrap();
    let sources = Sources {
        part: None,
        known: book.known[uid].clone(),
        periods: book
            .periods
            .values()
            .filter(|p| p.workload == uid)
            .cloned()
            .collect(),
        kept: book.kept.values().cloned().collect(),
        watches: book.watches.values().cloned().collect(),
        templates: book
            .templates
            .iter()
            .map(|(digest, archived)| (*digest, template(&archived.json)))
            .collect(),
    };
    timeline(&sources, now)
}

fn at(millis: i64) -> Time {
    Time::from_second(1_800_000_000).after(SignedDuration::from_millis(millis))
}

fn cut(time: Time) -> Time {
    let millis = time.since(Time::EPOCH).as_millis();
    Time::from_second(i64::try_from(millis / 1000).unwrap())
}

/// A DaemonSet, its controller and the truth of its history.
struct World {
    clock: Time,
    workload: Workload,
    revisions: Vec<Revision>,
    /// Start and digest of each template generation.
    truth: Vec<(Time, Digest)>,
    writers: Vec<String>,
    made: u32,
}

fn template(version: u8) -> Template {
    Template::new(json!({"spec":{"containers":[{"name":"c","image":format!("i:{version}")}]}}))
        .unwrap()
}

impl World {
    fn new() -> Self {
        let mut workload = workload(1, 0, 3, 0, 0);
        workload.created_at = cut(at(0));
        workload.template = template(0);
        Self {
            clock: at(300),
            truth: vec![(at(300), workload.template.digest())],
            writers: vec!["kubectl-create".into()],
            revisions: Vec::new(),
            workload,
            made: 0,
        }
    }

    fn edit(&mut self, version: u8, who: &str) {
        let template = template(version);
        if template.same_as(&self.workload.template) {
            return;
        }
        self.workload.generation += 1;
        *self.workload.template_generation.as_mut().unwrap() += 1;
        self.truth.push((self.clock, template.digest()));
        self.writers.push(who.into());
        self.workload.template = template;
        self.workload.counts.updated = 0;
        self.workload.writers = vec![Writer {
            manager: who.into(),
            at: Some(cut(self.clock)),
        }];
    }

    /// The controller, which may be late.
    fn sync(&mut self) {
        let wanted = self
            .revisions
            .iter()
            .filter(|r| !r.template().unwrap().same_as(&self.workload.template))
            .map(|r| r.number)
            .max()
            .unwrap_or_default()
            + 1;
        let live = self.workload.template.clone();
        let found = self
            .revisions
            .iter_mut()
            .find(|r| r.template().unwrap().same_as(&live));
        if let Some(current) = found {
            current.number = current.number.max(wanted);
        } else {
            self.made += 1;
            self.revisions.push(Revision {
                name: format!("foo-{}", self.made),
                uid: format!("cr-{}", self.made),
                number: wanted,
                created_at: cut(self.clock),
                labels: crate::selector::Labels::default(),
                change_cause: self.workload.change_cause.clone(),
                template_generation: self.workload.template_generation,
                controller_uid: Some(self.workload.uid.clone()),
                stored: Stored::Template(live),
            });
        }
        self.workload.observed_generation = self.workload.generation;
        self.workload.counts.updated = 3;
        self.workload.counts.available = 3;
        self.revisions.sort_by(Revision::order);
        let limit = 4;
        if self.revisions.len() > limit {
            self.revisions.remove(0);
        }
    }

    fn entry(&self) -> Entry {
        Entry {
            workload: self.workload.clone(),
            revisions: self.revisions.iter().cloned().map(Into::into).collect(),
            progress: Progress::next(None, &self.workload, self.clock),
            stuck_after: SignedDuration::from_mins(10),
        }
    }
}

/// What happens, between two looks.
#[derive(Clone, Debug)]
enum Step {
    Edit(u8),
    Sync,
    /// One ControllerRevision that is not current is deleted by hand.
    Delete,
    Pass(u16),
    Look,
    Die,
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let step = prop_oneof![
        4 => (0..6u8).prop_map(Step::Edit),
        3 => Just(Step::Sync),
        1 => Just(Step::Delete),
        3 => (1..5000u16).prop_map(Step::Pass),
        4 => Just(Step::Look),
        1 => Just(Step::Die),
    ];
    proptest::collection::vec(step, 1..120)
}

/// One who looks, and the watch that it is in.
fn look(observer: &mut Observer, world: &World, watches: &mut u32, fresh: &mut bool) {
    if *fresh {
        observer.entry(&world.entry(), world.clock);
        observer.beat(String::new, &[], world.clock, world.clock);
    } else {
        observer.anew(None, std::slice::from_ref(&world.workload.uid), world.clock);
        observer.entry(&world.entry(), world.clock);
        *watches += 1;
        let id = watches.to_string();
        observer.beat(|| id, &[], world.clock, world.clock);
        *fresh = true;
    }
}

fn play(steps: &[Step], blind: bool) -> (World, Book, Vec<Fact>) {
    let (mut world, mut book, mut all) = (World::new(), Book::default(), Vec::new());
    let mut observer = Observer::default();
    let (mut watches, mut fresh) = (0, false);
    for step in steps {
        world.clock = world.clock.after(SignedDuration::from_millis(7));
        match step {
            Step::Edit(version) => world.edit(*version, "kubectl-edit"),
            Step::Sync => world.sync(),
            Step::Delete => {
                let live = &world.workload.template;
                let other = |r: &Revision| !r.template().unwrap().same_as(live);
                if let Some(place) = world.revisions.iter().position(other) {
                    world.revisions.remove(place);
                }
            }
            Step::Pass(millis) => {
                world.clock = world
                    .clock
                    .after(SignedDuration::from_millis((*millis).into()));
            }
            Step::Look => look(&mut observer, &world, &mut watches, &mut fresh),
            Step::Die => {
                observer = Observer::resume(before(&book));
                fresh = false;
            }
        }
        // A watch misses nothing while it runs; one that may have missed
        // something is none.
        if blind {
            observer.interrupted();
            fresh = false;
        } else if fresh {
            look(&mut observer, &world, &mut watches, &mut fresh);
        }
        let facts = observer.take();
        all.extend(facts.clone());
        book.write(facts);
    }
    world.sync();
    look(&mut observer, &world, &mut watches, &mut fresh);
    let facts = observer.take();
    all.extend(facts.clone());
    book.write(facts);
    (world, book, all)
}

/// Whatever is said is true; whatever is not known is said to be so.
fn truthful(world: &World, told: &Timeline) {
    let slack = SignedDuration::from_millis(10);
    let mut rows = told.periods.clone();
    rows.reverse();
    for row in &rows {
        let index = usize::try_from(row.generation - 1).unwrap();
        let (began, digest) = world.truth[index];
        if let Some(told) = row.template {
            assert_eq!(told, digest, "template of {}", row.generation);
        }
        let start = row.start;
        assert!(
            start.not_before <= began.after(slack),
            "{row:?} began {began}"
        );
        let latest = match start.rule {
            Some(timeline::Rule::Created) => start.at.after(CUT),
            _ => start.at,
        };
        assert!(latest.after(slack) >= began, "{row:?} began {began}");
        if start.grade != Grade::NotKnown {
            let off = start.at.since(began).abs();
            assert!(off <= CUT + CLOCK + slack, "{row:?} began {began}");
        }
        if let Some(earlier) = row.back_to {
            let earlier = usize::try_from(earlier - 1).unwrap();
            assert_eq!(world.truth[earlier].1, digest);
            assert!(earlier < index);
        }
        if let (Some(end), 0) = (row.end, row.missing_after) {
            let ended = world.truth[index + 1].0;
            assert!(end.not_before <= ended.after(slack), "{row:?} {ended}");
            assert!(end.at.after(CUT).after(slack) >= ended, "{row:?} {ended}");
        }
        if let Some(By::Manager { name }) = &row.by {
            assert_eq!(*name, world.writers[index]);
        }
        assert_eq!(row.current, index + 1 == world.truth.len());
    }
    let last = told.periods.first().unwrap();
    assert_eq!(usize::try_from(last.generation).unwrap(), world.truth.len());
    let known = i64::try_from(rows.len()).unwrap();
    let missing: i64 = rows.iter().map(|row| row.missing_after).sum();
    assert_eq!(known + missing + told.missing_before, last.generation);
}

proptest! {
    #[test]
    fn what_is_told_is_true_however_often_it_was_interrupted(steps in steps()) {
        let (world, book, _) = play(&steps, true);
        truthful(&world, &told(&book, "uid-foo", world.clock));
    }

    #[test]
    fn while_it_watches_nothing_is_missed(steps in steps()) {
        let steps: Vec<Step> = std::iter::once(Step::Look)
            .chain(steps.into_iter().filter(|step| !matches!(step, Step::Die)))
            .collect();
        let (world, book, _) = play(&steps, false);
        let told = told(&book, "uid-foo", world.clock);
        truthful(&world, &told);
        prop_assert_eq!(told.periods.len(), world.truth.len());
        for row in told.periods.iter().filter(|row| row.generation > 1) {
            prop_assert_eq!(row.start.grade, Grade::Observed);
            prop_assert!(row.outcome != Outcome::NotKnown);
        }
        prop_assert!(told.gaps.is_empty());
    }

    /// Twice, in another order, by two: the book is the same.
    #[test]
    fn facts_can_be_written_in_any_order_and_again(steps in steps(), seed in 0u64..1000) {
        let (_, book, mut facts) = play(&steps, false);
        let again = facts.clone();
        facts.extend(again);
        let mut state = seed;
        for i in (1..facts.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
            let j = usize::try_from(state >> 33).unwrap() % (i + 1);
            facts.swap(i, j);
        }
        let mut other = Book::default();
        other.write(facts);
        prop_assert_eq!(other, book);
    }
}

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
    observer.beat(|| "w".into(), namespaces, world.clock, world.clock);
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
        uid: "u".into(),
        key: Key::daemon_set("ns", "foo"),
        created_at: at(0),
        seen: seen.map(at),
        gone,
        seen_gone: false,
        first: None,
        forgotten: None,
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
