//! Histories whose truth is known, seen by an observer that is interrupted at
//! any moment.

#![expect(clippy::unwrap_used, reason = "tests")]

mod cases;
mod went;
mod world;

use jiff::SignedDuration;
use proptest::prelude::*;

use super::book::Book;
use super::observer::Before;
use super::timeline::{Grade, Outcome, Sources, Timeline, timeline};
use super::*;
use crate::template::Template;
use world::{Step, World, play, steps};

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
        others: book
            .known
            .values()
            .filter(|other| other.uid != uid)
            .cloned()
            .collect(),
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
