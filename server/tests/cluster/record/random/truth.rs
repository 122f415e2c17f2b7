//! What is told, held against what was done.

use domain::record::By;
use domain::record::then::Ran;
use domain::record::timeline::{Gap, Grade, Moment, Outcome, PAUSE, Row, Timeline};
use domain::time::Time;
use jiff::SignedDuration;

use super::SLACK;
use super::log::Log;
use super::walker::{Did, Life};

/// A watch vouches for less than it saw, and a beat comes every few seconds.
const VOUCHES: SignedDuration = SignedDuration::from_secs(14);

/// Is it told to the end? The controller and the garbage collector may still be
/// at work.
pub fn whole(life: &Life, log: &Log, told: &Timeline) -> bool {
    let there = |row: &Row| {
        let now = row.name.as_ref().zip(row.template);
        let now = now.and_then(|(name, digest)| log.carries(&life.uid, name, digest));
        let now = now.filter(|_| life.gone.is_none());
        let other = now.filter(|now| row.revision.is_some_and(|then| then != *now));
        row.in_cluster == now.is_some() && row.now == other
    };
    let newest = told.periods[0].generation;
    told.gone.is_some() == life.gone.is_some()
        && (newest == life.last() || life.gone.is_some())
        && told.periods.iter().all(there)
}

/// Holds a timeline against what was done.
pub fn truthful(life: &Life, log: &Log, told: &Timeline) {
    for row in &told.periods {
        period(life, log, row);
    }
    for pair in told.periods.windows(2) {
        let (next, row) = (&pair[0], &pair[1]);
        assert_eq!(row.end.unwrap().at, next.start.at, "{row:#?}");
        assert_eq!(row.missing_after, next.generation - row.generation - 1);
    }
    if let (Some(told), Some(gone)) = (told.gone, life.gone) {
        contains(told, gone);
    }
    let oldest = told.periods.last().unwrap().generation;
    let missing = oldest - life.first;
    assert!(told.missing_before >= missing, "{told:#?}");
    assert!(told.missing_before == missing || told.missing_before_at_most);
    if life.first == 1 {
        assert_eq!(told.missing_before, missing);
    }
}

/// It was within these bounds; what was done is itself known between two
/// moments.
fn contains(told: Moment, (before, after): (Time, Time)) {
    let context = || format!("{told:?} {before} {after}");
    assert!(told.not_before <= after.after(SLACK), "{}", context());
    assert!(told.at.after(SLACK) >= before, "{}", context());
    if told.grade == Grade::Observed {
        let late = after.after(SignedDuration::from_secs(5));
        assert!(told.at <= late, "{}", context());
    }
}

fn period(life: &Life, log: &Log, row: &Row) {
    let place = life.at(row.generation);
    let did = &life.did[place];
    // The first one is dated by the second.
    let second = SignedDuration::from_secs(i64::from(place == 0));
    contains(row.start, (did.before.after(-second), did.after));
    if let Some(digest) = row.template {
        assert_eq!(digest, did.digest, "{row:#?}");
    }
    if let Some(By::Manager { name }) = &row.by {
        assert_eq!(name, did.manager, "{row:#?}");
    }
    if let Some(earlier) = row.back_to {
        let earlier = life.at(earlier);
        assert!(earlier < place && life.did[earlier].digest == did.digest);
    }
    assert_eq!(row.current, row.end.is_none(), "{row:#?}");
    let ended = life.ended(place);
    assert_eq!(row.end.is_some(), ended.is_some(), "{row:#?}");
    if let (Some(end), Some(ended)) = (row.end, ended) {
        contains(end, ended);
    }
    if let Some(name) = &row.name {
        let span = held(did, ended, row.revision);
        let carried = log.carried(&life.uid, name, did.digest, row.revision, span);
        assert!(carried, "{row:#?}");
    }
    if let Some(cause) = &row.cause {
        assert!(did.causes.contains(&cause.text), "{row:#?}");
        let came = did.came.as_ref() == Some(&cause.text);
        assert!(cause.own != Some(true) || came, "{row:#?}");
    }
    let done = log.done(&life.uid, row.generation);
    match row.outcome {
        Outcome::Done => assert!(done, "{row:#?}"),
        Outcome::Overtaken => assert!(!done && place + 1 < life.did.len(), "{row:#?}"),
        Outcome::Running => assert!(row.current, "{row:#?}"),
        Outcome::PutBack | Outcome::NotKnown => {}
    }
}

/// What is told as a gap was not watched, and what was not watched for long is
/// told.
pub fn gaps(life: &Life, up: &[(Time, Time)], told: &Timeline) {
    for gap in &told.gaps {
        for (from, to) in up {
            let over = (*to).min(gap.to).since((*from).max(gap.from));
            assert!(over <= VOUCHES, "{gap:?} {up:?}");
        }
    }
    let began = life.did[0].after;
    for pair in up.windows(2) {
        let from = pair[0].1.max(began);
        let to = life.gone.map_or(pair[1].0, |(gone, _)| gone.min(pair[1].0));
        // A watch begins a moment before it is known to be written down.
        let long = PAUSE + SignedDuration::from_secs(5);
        let over = |gap: &Gap| gap.to.min(to).since(gap.from.max(from)) > PAUSE;
        assert!(
            to.since(from) < long || told.gaps.iter().any(over),
            "{up:?}"
        );
    }
}

/// One that is missing lived while nobody watched.
pub fn unseen(life: &Life, up: &[(Time, Time)]) {
    let began = life.did[0].before;
    let gone = life.gone.unwrap().1;
    let moment = SignedDuration::from_secs(1);
    for (from, to) in up {
        let over = (*to).min(gone).since((*from).max(began));
        assert!(over <= moment, "{} {began} {gone} {up:?}", life.uid);
    }
}

/// When a revision held a template. One that a late controller made of it after its
/// end has no number in it.
fn held(did: &Did, ended: Option<(Time, Time)>, number: Option<i64>) -> (Time, Time) {
    let numbered = ended.filter(|_| number.is_some());
    let until = numbered.map_or(Time::from_millis(i64::MAX / 2), |(_, after)| after);
    (did.before, until)
}

/// What is certain of a moment was so.
pub fn ran(life: &Life, log: &Log, told: &Ran, at: Time) {
    let place = life.at(told.generation.unwrap());
    let did = &life.did[place];
    assert!(did.before <= at.after(SLACK), "{at} {told:#?}");
    let ended = life.ended(place);
    let until = ended.map_or(at, |(_, after)| after);
    assert!(until.after(SLACK) >= at, "{at} {until} {told:#?}");
    assert_eq!(told.template, Some(did.digest), "{at}");
    if let Some(name) = &told.name {
        let span = held(did, ended, told.revision);
        let carried = log.carried(&life.uid, name, did.digest, None, span);
        assert!(carried, "{told:#?}");
    }
}
