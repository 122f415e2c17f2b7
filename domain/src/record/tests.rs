//! Histories whose truth is known, seen by an observer that is interrupted at
//! any moment.

#![expect(clippy::unwrap_used, reason = "tests")]

mod cases;
mod mended;
mod play;
mod truth;
mod went;
mod world;

use jiff::SignedDuration;
use proptest::prelude::*;

use super::book::Book;
use super::observer::Before;
use super::timeline::{Grade, Outcome, Sources, Timeline, timeline};
use super::*;
use crate::template::Template;
use play::{Step, play, steps};
use truth::{then, truthful};

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
        kept: book
            .kept
            .values()
            .filter(|k| k.workload == uid)
            .cloned()
            .collect(),
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

fn moments() -> impl Strategy<Value = Vec<i64>> {
    proptest::collection::vec(0..=1100i64, 40)
}

fn cut(time: Time) -> Time {
    let millis = time.since(Time::EPOCH).as_millis();
    Time::from_second(i64::try_from(millis / 1000).unwrap())
}

proptest! {
    #[test]
    fn what_is_told_is_true_however_often_it_was_interrupted(steps in steps()) {
        let (world, book, _) = play(&steps, true);
        truthful(&world, &book);
    }

    #[test]
    fn what_is_told_is_true_however_often_it_died(steps in steps()) {
        let (world, book, _) = play(&steps, false);
        truthful(&world, &book);
    }

    #[test]
    fn what_certainly_ran_at_a_moment_ran(steps in steps(), moments in moments()) {
        let (world, book, _) = play(&steps, false);
        let all = world.clock.since(at(0)).as_millis();
        for share in moments {
            let millis = i64::try_from(all).unwrap() * share / 1000;
            then(&world, &book, at(millis));
        }
    }

    #[test]
    fn while_it_watches_nothing_is_missed(steps in steps()) {
        let steps: Vec<Step> = std::iter::once(Step::Look)
            .chain(steps.into_iter().filter(|step| !matches!(step, Step::Die)))
            .collect();
        let (world, book, _) = play(&steps, false);
        truthful(&world, &book);
        for life in &world.lives {
            let told = told(&book, &life.uid, world.clock);
            prop_assert_eq!(told.periods.len(), life.spans.len());
            for row in told.periods.iter().filter(|row| row.generation > life.first) {
                prop_assert_eq!(row.start.grade, Grade::Observed);
                let last = row.generation == told.periods[0].generation;
                prop_assert!(row.outcome != Outcome::NotKnown || last && life.gone.is_some());
            }
            prop_assert!(told.gaps.is_empty());
        }
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
