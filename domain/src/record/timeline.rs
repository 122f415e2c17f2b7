//! The history as it can truthfully be told: what was written down, in order,
//! each fact with how it is known.

mod gaps;
mod outcome;
mod told;

use std::collections::HashMap;

use super::compared::Compared;
use super::part::Part;
use super::{Bounds, CLOCK, CUT, Kept, Known, Period, Watch};
use crate::summary::Chips;
use crate::template::{Digest, Template};
use crate::time::Time;

pub use gaps::PAUSE;
use gaps::Watched;
use outcome::{outcome, put_back, stood_still};
pub use told::{Gap, Grade, Life, Moment, Outcome, Row, Rule, Timeline, Went};

/// What a timeline is told from.
#[derive(Clone, Debug)]
pub struct Sources {
    /// The workload.
    pub known: Known,
    /// Others that had its name, the latest first.
    pub others: Vec<Known>,
    /// Its periods, in any order.
    pub periods: Vec<Period>,
    /// Its ControllerRevisions, gone ones too.
    pub kept: Vec<Kept>,
    /// The spans in which somebody watched.
    pub watches: Vec<Watch>,
    /// The templates that the periods name.
    pub templates: HashMap<Digest, Template>,
    /// The part that is told, where it is not all.
    pub part: Option<Part>,
}

impl From<&Known> for Life {
    fn from(known: &Known) -> Self {
        Self {
            uid: known.uid.clone(),
            created_at: known.created_at,
            gone: deleted(known),
        }
    }
}

/// Tells it.
pub fn timeline(sources: &Sources, now: Time) -> Timeline {
    let mut periods = sources.periods.clone();
    periods.sort_by_key(|period| period.generation);
    ordered(&mut periods);
    let known = &sources.known;
    let gone = deleted(known);
    let part = sources.part.as_ref();
    let sees = |watch: &&Watch| watch.sees(&known.key.namespace);
    let watches: Vec<&Watch> = sources.watches.iter().filter(sees).collect();
    let first = part.map(|part| part.oldest);
    let first = first.or(periods.first().map(|first| first.generation));
    // What was brought in again by an import is there.
    let forgotten = known
        .forgotten
        .filter(|past| first.is_none_or(|first| first >= past.below));
    let since = watches.iter().map(|watch| watch.from).min();
    let since = since.max(since.and(forgotten).map(|past| past.until));
    let watched = Watched::by(&watches, known, &periods, since, now);
    let mut compared = Compared::new(&sources.templates);
    let mut rows: Vec<Row> = Vec::with_capacity(periods.len());
    for at in 0..periods.len() {
        let row = row(sources, &periods, at, gone, &watched);
        let (changes, restart_only) = compared.pair(before(&periods, at), periods[at].template);
        rows.push(Row {
            changes,
            restart_only,
            ..row
        });
    }
    put_back(&mut rows);
    rows.reverse();
    rows.retain(|row| part.is_none_or(|part| part.has(row.generation)));
    let kept_from = forgotten.map_or(known.first(), |past| past.below.max(known.first()));
    let missing_before = first.map_or(0, |first| first - kept_from);
    Timeline {
        key: known.key.clone(),
        uid: known.uid.clone(),
        created_at: known.created_at,
        gone,
        others: sources.others.iter().map(Life::from).collect(),
        recorded_since: since,
        missing_before,
        // What was removed had been there, and so was all that came after it.
        missing_before_at_most: missing_before > 0 && kept_from == known.first(),
        forgotten,
        periods: rows,
        earlier: part.map_or(0, |part| part.earlier),
        gaps: watched.gaps,
    }
}

/// Periods begin in their order: a bound of one is a bound of its neighbours.
pub(super) fn ordered(periods: &mut [Period]) {
    for at in 1..periods.len() {
        let least = periods[at - 1].start.not_before;
        let start = &mut periods[at].start;
        start.not_before = start.not_before.max(least).min(start.not_after);
    }
    for at in (1..periods.len()).rev() {
        let most = periods[at].start.not_after;
        let start = &mut periods[at - 1].start;
        start.not_after = start.not_after.min(most).max(start.not_before);
    }
}

pub(super) fn begun(period: &Period, known: &Known) -> Moment {
    let Bounds {
        not_before,
        not_after,
    } = period.start;
    let (at, grade, rule) = if period.generation == known.first() {
        (known.created_at, Grade::Inferred, Some(Rule::Created))
    } else if period.watched {
        (not_after, Grade::Observed, None)
    } else if not_after.since(not_before) <= CUT + CLOCK {
        let rule = if period.recorded {
            Rule::Recorded
        } else {
            Rule::Between
        };
        (not_after, Grade::Inferred, Some(rule))
    } else {
        (not_after, Grade::NotKnown, None)
    };
    Moment {
        at,
        not_before,
        grade,
        rule,
    }
}

/// The template of the period before, where that is known and they follow each
/// other.
fn before(periods: &[Period], at: usize) -> Option<Digest> {
    let before = &periods[at.checked_sub(1)?];
    let follows = before.generation + 1 == periods[at].generation;
    before.template.filter(|_| follows)
}

fn row(
    sources: &Sources,
    periods: &[Period],
    at: usize,
    gone: Option<Moment>,
    watched: &Watched,
) -> Row {
    let period = &periods[at];
    let next = periods.get(at + 1);
    let template = period.template.and_then(|d| sources.templates.get(&d));
    let back_to = period.template.and_then(|digest| {
        let earlier = periods[..at].iter().rev();
        let mut same = earlier.filter(|earlier| earlier.template == Some(digest));
        let before = || Some(*sources.part.as_ref()?.had.get(&digest)?);
        same.next().map(|same| same.generation).or_else(before)
    });
    let revision = period.numbers.keys().next_back().copied();
    let kept = held_by(sources, period);
    // With the workload they are deleted, or are nobody's.
    let there = kept.filter(|kept| kept.gone.is_none() && sources.known.gone.is_none());
    let carries = there.and_then(|kept| kept.numbers.keys().next_back().copied());
    let went = kept.and_then(|kept| {
        let (at, why) = (kept.gone?, kept.why);
        Some(Went { at, why })
    });
    let missing_after = next.map_or(0, |next| next.generation - period.generation - 1);
    let end = ended(period, next, &sources.known);
    let outcome = outcome(period, next, gone.is_some());
    Row {
        stood_still: stood_still(period, outcome, end.map(|end| end.at), watched),
        generation: period.generation,
        revision,
        now: carries.filter(|now| revision.is_some_and(|then| then != *now)),
        name: period.held.as_ref().map(|held| held.name.clone()),
        in_cluster: there.is_some(),
        went,
        template: period.template,
        images: template.map(|t| t.images().to_vec()).unwrap_or_default(),
        changes: Chips::default(),
        restart_only: false,
        back_to,
        start: begun(period, &sources.known),
        end,
        missing_after,
        current: next.is_none() && sources.known.gone.is_none(),
        by: period.by.clone(),
        cause: period.cause.clone(),
        outcome,
        rollout: period.rollout.clone(),
    }
}

/// When a period ended: with the one after it, or with its workload; `None` for
/// what goes on.
pub(super) fn ended(period: &Period, next: Option<&Period>, known: &Known) -> Option<Moment> {
    let Some(next) = next else {
        return deleted(known);
    };
    let mut end = begun(next, known);
    if next.generation - period.generation > 1 {
        end.not_before = period.start.not_before;
        end.grade = Grade::NotKnown;
        end.rule = None;
    }
    Some(end)
}

/// When a workload was deleted.
pub(super) fn deleted(known: &Known) -> Option<Moment> {
    known.gone.map(|bounds| Moment {
        at: bounds.not_after,
        not_before: bounds.not_before,
        grade: if known.seen_gone {
            Grade::Observed
        } else {
            Grade::NotKnown
        },
        rule: None,
    })
}

/// The ControllerRevision that held a template; one that was deleted by hand may
/// have been made again, under its name.
fn held_by<'a>(sources: &'a Sources, period: &Period) -> Option<&'a Kept> {
    let held = period.held.as_ref()?;
    let again = |kept: &&Kept| {
        kept.gone.is_none() && kept.name == held.name && kept.template == period.template
    };
    let mut all = sources.kept.iter();
    let kept = all.clone().find(again);
    kept.or_else(|| all.find(|kept| kept.uid == held.uid))
}
