//! What is told, held against the truth.

use jiff::SignedDuration;

use super::play::LATE;
use super::told;
use super::world::{Life, Span, World};
use crate::record::book::Book;
use crate::record::then::ran;
use crate::record::timeline::{Grade, Moment, Outcome, PAUSE, Row, Rule, Timeline, ordered};
use crate::record::{By, CLOCK, CUT, Known, Period};
use crate::status::status;
use crate::time::Time;

/// Between two steps, and what the parts of a look take.
const SLACK: SignedDuration = SignedDuration::from_millis(20);

/// Whatever is said is true; whatever is not known is said to be so.
pub(super) fn truthful(world: &World, book: &Book) {
    for life in &world.lives {
        match book.known.get(&life.uid) {
            Some(known) => {
                let told = told(book, &life.uid, world.clock);
                history(world, life, known, &told);
                gaps(world, book, life, &told);
            }
            None => assert!(unseen(world, life), "{} is missing", life.uid),
        }
    }
    let known = book.known.keys();
    for uid in known {
        assert!(world.lives.iter().any(|life| life.uid == *uid), "{uid}");
    }
}

/// Nobody watched in all its life.
fn unseen(world: &World, life: &Life) -> bool {
    let began = life.spans[0].began;
    let gone = life.gone.unwrap_or(world.clock);
    let mut spans = world.watched.iter();
    spans.all(|(from, to)| *to <= began || *from >= gone)
}

fn history(world: &World, life: &Life, known: &Known, told: &Timeline) {
    let mut rows = told.periods.clone();
    rows.reverse();
    for row in &rows {
        period(world, life, row);
    }
    assert_eq!(told.gone.is_some(), life.gone.is_some());
    if let (Some(told), Some(gone)) = (told.gone, life.gone) {
        contains(told, gone);
    }
    for pair in rows.windows(2) {
        assert_eq!(pair[0].end.unwrap().at, pair[1].start.at);
        let between = pair[1].generation - pair[0].generation - 1;
        assert_eq!(pair[0].missing_after, between);
    }
    let last = i64::try_from(life.spans.len()).unwrap() + life.first - 1;
    if life.gone.is_none() {
        assert_eq!(rows.last().unwrap().generation, last);
    }
    let missing = rows[0].generation - life.first;
    assert!(known.first() <= life.first && told.missing_before >= missing);
    if !told.missing_before_at_most {
        assert_eq!(told.missing_before, missing);
    }
    // Of a generation that came with a manifest only the least is known where
    // more than the template was changed.
    if life.first == 1 || !life.more {
        assert_eq!(told.missing_before, missing);
    }
}

/// It was within these bounds, and shortly before the later one, where that is
/// said.
fn contains(told: Moment, truth: Time) {
    assert!(told.not_before <= truth.after(SLACK), "{told:?} {truth}");
    let latest = match told.rule {
        Some(Rule::Created) => told.at.after(CUT),
        _ => told.at,
    };
    assert!(latest.after(SLACK) >= truth, "{told:?} {truth}");
    if told.grade != Grade::NotKnown {
        let off = told.at.since(truth).abs();
        assert!(off <= CUT + CLOCK + SLACK, "{told:?} {truth}");
    }
}

fn period(world: &World, life: &Life, row: &Row) {
    let place = life.place(row.generation);
    let span = &life.spans[place];
    let last = place + 1 == life.spans.len();
    let context = format!("{row:#?}\n{span:#?}");
    contains(row.start, span.began);
    if let Some(digest) = row.template {
        assert_eq!(digest, span.digest, "{context}");
    }
    if let Some(earlier) = row.back_to {
        let earlier = life.place(earlier);
        assert!(life.spans[earlier].digest == span.digest && earlier < place);
    }
    assert_eq!(row.current, last && life.gone.is_none(), "{context}");
    let ended = life.ended(place);
    assert_eq!(row.end.is_some(), ended.is_some(), "{context}");
    if let (Some(end), Some(ended)) = (row.end, ended) {
        contains(end, ended);
    }
    match &row.by {
        Some(By::Manager { name }) => assert_eq!(*name, span.who, "{context}"),
        Some(By::Rollbook { .. }) => assert_eq!(span.who, "rollbook", "{context}"),
        None => {}
    }
    if let Some(cause) = &row.cause {
        assert!(span.causes.contains(&cause.text), "{context}");
        let came = span.came.as_ref() == Some(&cause.text);
        assert!(cause.own != Some(true) || came, "{context}");
        let before = life.spans[..place]
            .iter()
            .any(|s| s.causes.contains(&cause.text));
        assert!(cause.own != Some(false) || before, "{context}");
    }
    revision(world, life, row, span);
    outcome(world, life, row, place);
}

/// Which ControllerRevision held it, and what became of that one.
fn revision(world: &World, life: &Life, row: &Row, span: &Span) {
    let context = format!("{row:#?}\n{span:#?}\n{:#?}", world.revisions);
    if let Some(name) = &row.name {
        assert!(
            span.held.contains(name) || span.held.is_empty(),
            "{context}"
        );
    }
    if let Some(number) = row.revision {
        assert!(span.numbers.contains(&number), "{context}");
    }
    let own = world.revisions.iter().filter(|_| life.gone.is_none());
    let there = own
        .filter(|r| row.name.as_ref() == Some(&r.name))
        .find(|r| r.template().unwrap().digest() == span.digest);
    assert_eq!(row.in_cluster, there.is_some(), "{context}");
    let carries = there.map(|revision| revision.number);
    let now = carries.filter(|now| row.revision.is_some_and(|then| then != *now));
    assert_eq!(row.now, now, "{context}");
}

fn outcome(world: &World, life: &Life, row: &Row, place: usize) {
    let span = &life.spans[place];
    let context = format!("{row:#?}\n{span:#?}");
    match row.outcome {
        Outcome::Done => assert!(span.done.is_some(), "{context}"),
        Outcome::Overtaken => {
            assert!(
                span.done.is_none() && place + 1 < life.spans.len(),
                "{context}"
            );
        }
        Outcome::Running => {
            assert!(row.current && !status(&world.workload).done, "{context}");
        }
        Outcome::PutBack => {
            let (before, after) = (&life.spans[place - 1], &life.spans[place + 1]);
            assert!(before.digest == after.digest && after.who != span.who);
        }
        Outcome::NotKnown => {}
    }
    let rollout = &row.rollout;
    let ended = life.ended(place).unwrap_or(world.clock);
    for done in [rollout.done, rollout.seen_done].into_iter().flatten() {
        let first = span.done.unwrap();
        assert!(
            done.after(SLACK) >= first && done <= ended.after(SLACK),
            "{context}"
        );
    }
    let came = [rollout.observed, rollout.first_node, rollout.all_nodes];
    for at in came.into_iter().flatten() {
        assert!(
            at.after(SLACK) >= span.began && at <= ended.after(SLACK),
            "{context}"
        );
    }
    // What is called watched is as it was, not only no earlier.
    let exact = |told: Option<Time>, real: Option<Time>| {
        told.is_none_or(|told| real.is_some_and(|real| told.since(real).abs() <= SLACK))
    };
    let first = span.steps.first().copied();
    assert!(exact(rollout.first_node, first), "first {context}");
    assert!(exact(rollout.all_nodes, span.all), "all {context}");
    assert!(exact(rollout.done, span.done), "done {context}");
    assert!(exact(rollout.observed, span.observed), "seen {context}");
    for (from, to) in &rollout.stalls {
        let between = |at: &&Time| **at > from.after(SLACK) && at.after(SLACK) < *to;
        assert_eq!(span.steps.iter().find(between), None, "{context}");
    }
    let watched = world.watched.iter().map(|(from, to)| {
        let over = (*to).min(ended).since((*from).max(span.began));
        over.max(SignedDuration::ZERO) + SLACK
    });
    let watched: SignedDuration = watched.sum();
    assert!(row.stood_still <= watched.as_secs() + 1, "{context}");
}

/// What is told as a gap was not watched, and what was not watched for long is
/// told.
fn gaps(world: &World, book: &Book, life: &Life, told: &Timeline) {
    let began = life.spans[0].began;
    let until = life.gone.unwrap_or(world.clock);
    for gap in &told.gaps {
        for (from, to) in &world.watched {
            let over = (*to).min(gap.to).since((*from).max(gap.from));
            assert!(over <= SLACK + LATE, "{gap:?} {:?}", world.watched);
        }
    }
    // The last of them is the last that was watched.
    if life.gone.is_none() {
        let later = world.clock.after(SignedDuration::from_hours(1));
        let open = *super::told(book, &life.uid, later).gaps.last().unwrap();
        let least = world.clock.after(-(LATE + SLACK));
        assert!(open.to == later && open.from >= least, "{open:?}");
        assert!(open.from <= world.clock, "{open:?}");
    }
    for pair in world.watched.windows(2) {
        let (from, to) = (pair[0].1.max(began), pair[1].0.min(until));
        // Between two lives the end of the one is bounded, not known.
        if to.since(from) > PAUSE + SLACK + CUT {
            let within = |gap: &&crate::record::timeline::Gap| {
                gap.from <= from.after(SLACK) && gap.to.after(SLACK) >= to
            };
            assert!(
                told.gaps.iter().any(|gap| within(&gap)),
                "{from} {to} {:?}",
                told.gaps
            );
        }
    }
}

/// What is told of a moment as certain was so.
pub(super) fn then(world: &World, book: &Book, at: Time) {
    let watched = book.watches.values().map(|watch| watch.to).max().unwrap();
    for known in book.known.values() {
        let there = known.gone.is_none_or(|gone| gone.not_after > at);
        if known.created_at > at || !there {
            continue;
        }
        let own = book.periods.values().filter(|p| p.workload == known.uid);
        let mut periods: Vec<Period> = own.cloned().collect();
        periods.sort_by_key(|period| period.generation);
        ordered(&mut periods);
        let place = periods.iter().rposition(|p| p.start.not_after <= at);
        let period = place.map(|place| &periods[place]);
        let next = place.and_then(|place| periods.get(place + 1));
        let told = ran(known, period, next, Vec::new(), at, watched);
        if !told.certain {
            continue;
        }
        let life = world
            .lives
            .iter()
            .find(|life| life.uid == told.uid)
            .unwrap();
        let place = life.place(told.generation.unwrap());
        let span = &life.spans[place];
        let context = format!("{at} {told:#?} {span:#?}");
        assert!(span.began <= at.after(SLACK), "{context}");
        let ended = life.ended(place);
        assert!(ended.is_none_or(|end| end.after(SLACK) >= at), "{context}");
        if let Some(digest) = told.template {
            assert_eq!(digest, span.digest, "{context}");
        }
        if let Some(number) = told.revision {
            assert!(span.numbers.contains(&number), "{context}");
        }
    }
}
