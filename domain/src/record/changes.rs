//! What changed when, across workloads: each period that began in a window of
//! time, and each workload that was deleted in it.

use std::collections::{BTreeSet, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::timeline::{Gap, Grade, Moment, PAUSE, begun, deleted, ordered};
use super::{By, Cause, Known, Period, Watch};
use crate::summary::{self, Chips};
use crate::template::{ContainerImage, Digest, Template};
use crate::time::Time;
use crate::workload::Key;

/// Changes told at most: the newest.
pub const MOST: usize = 200;

/// From when until when.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Window {
    /// Its first moment.
    pub from: Time,
    /// Its last.
    pub to: Time,
}

impl Window {
    /// Can it have happened in it?
    fn has(self, moment: Moment) -> bool {
        moment.not_before <= self.to && moment.at >= self.from
    }
}

/// What kind of change it was.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum What {
    /// The workload was created.
    Created,
    /// It got a template that it never had before, as far as is known.
    Changed,
    /// It got a template that it had had before.
    Back,
    /// It differs from the one before in the time of a restart only.
    Restarted,
    /// The workload was deleted.
    Deleted,
}

/// One change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// Which workload.
    #[serde(flatten)]
    pub key: Key,
    /// Its uid.
    pub uid: String,
    /// What kind of change it was.
    pub what: What,
    /// When.
    pub when: Moment,
    /// Template generation of the period that began; left out of a deletion.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub generation: Option<i64>,
    /// The number of the template before, as far as it was seen.
    pub from_revision: Option<i64>,
    /// The number of the template that it got, as far as it was seen.
    pub revision: Option<i64>,
    /// Its images; empty where it is not known.
    pub images: Vec<ContainerImage>,
    /// What differs from the template before, where both are known and follow
    /// each other.
    #[serde(default)]
    pub changes: Chips,
    /// So many templates right before this one are not known.
    #[serde(default)]
    pub missing_before: i64,
    /// Who did it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<By>,
    /// The change cause.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause: Option<Cause>,
    /// The workload has not been deleted since.
    pub there: bool,
}

/// A span in which nobody watched a namespace.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Unwatched {
    /// Which.
    pub namespace: String,
    /// When.
    #[serde(flatten)]
    pub gap: Gap,
}

/// All that changed in a window.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Changes {
    /// Its first moment.
    pub from: Time,
    /// Its last.
    pub to: Time,
    /// Since when Rollbook writes down what it sees of this cluster.
    pub recorded_since: Option<Time>,
    /// The newest first.
    pub changes: Vec<Change>,
    /// So many older ones are left out.
    pub more: usize,
    /// So many workloads were there and did not change.
    pub unchanged: usize,
    /// Of so many it is not known whether they changed: they were there when
    /// somebody first watched.
    pub unsure: usize,
    /// When nobody watched the namespaces of these changes.
    pub gaps: Vec<Unwatched>,
}

/// A period with those that tell more of it.
#[derive(Clone, Debug)]
pub struct Around {
    /// Its workload.
    pub known: Known,
    /// The known period before it.
    pub before: Option<Period>,
    /// The period itself.
    pub period: Period,
    /// The known period after it.
    pub next: Option<Period>,
    /// An earlier one had this very template.
    pub returned: bool,
}

/// What changes are told from.
#[derive(Clone, Debug, Default)]
pub struct Sources {
    /// Periods that may have begun in the window: at least the [`MOST`] newest
    /// of those that began in it for certain.
    pub periods: Vec<Around>,
    /// So many more began in it for certain.
    pub more: usize,
    /// The workloads of all of them, by uid.
    pub changed: HashSet<String>,
    /// Workloads that were deleted about then.
    pub deleted: Vec<Known>,
    /// So many workloads were there in the window, or some of it.
    pub workloads: usize,
    /// The templates that the periods name.
    pub templates: HashMap<Digest, Template>,
    /// The spans in which somebody watched.
    pub watches: Vec<Watch>,
}

/// Tells them.
pub fn changes(sources: Sources, window: Window, now: Time) -> Changes {
    // Those that began within the cut of Kubernetes' times before the window are
    // not told; so who changed is known best from what is, where all is.
    let mut uids = match sources.more {
        0 => HashSet::new(),
        _ => sources.changed,
    };
    let mut unsure: HashSet<String> = HashSet::new();
    let mut told = Vec::new();
    for around in &sources.periods {
        let change = change(around, &sources.templates);
        if !window.has(change.when) {
            continue;
        }
        // It was there when somebody first looked, and may be far older.
        let first = around.before.is_none() && change.what != What::Created;
        let unknown = change.when.grade == Grade::NotKnown && change.when.not_before < window.from;
        if first && unknown {
            unsure.insert(change.uid);
        } else {
            uids.insert(change.uid.clone());
            told.push(change);
        }
    }
    let gone = sources.deleted.iter().filter_map(deletion);
    let gone = gone.filter(|change| window.has(change.when));
    told.extend(gone.inspect(|change| {
        uids.insert(change.uid.clone());
    }));
    unsure.retain(|uid| !uids.contains(uid));
    told.sort_by(|a, b| (b.when.at, &a.key, b.generation).cmp(&(a.when.at, &b.key, a.generation)));
    let more = sources.more + told.len().saturating_sub(MOST);
    told.truncate(MOST);
    let namespaces: BTreeSet<&String> = told.iter().map(|c| &c.key.namespace).collect();
    let gaps = namespaces.into_iter().flat_map(|namespace| {
        let sees = sources.watches.iter().filter(|w| w.sees(namespace));
        let seen = told
            .iter()
            .filter(|c| c.key.namespace == *namespace && c.when.grade == Grade::Observed)
            .map(|change| change.when.at)
            .collect::<Vec<_>>();
        let gaps = blind(sees, &seen, window, now).into_iter();
        gaps.map(|gap| Unwatched {
            namespace: namespace.clone(),
            gap,
        })
    });
    let gaps = gaps.collect();
    Changes {
        from: window.from,
        to: window.to,
        recorded_since: sources.watches.iter().map(|watch| watch.from).min(),
        more,
        unchanged: sources
            .workloads
            .saturating_sub(uids.len())
            .saturating_sub(unsure.len()),
        unsure: unsure.len(),
        changes: told,
        gaps,
    }
}

fn change(around: &Around, templates: &HashMap<Digest, Template>) -> Change {
    let place = usize::from(around.before.is_some());
    let all = [&around.before, &Some(around.period.clone()), &around.next];
    let mut periods: Vec<Period> = all.into_iter().flatten().cloned().collect();
    ordered(&mut periods);
    let period = &periods[place];
    let before = around.before.as_ref();
    let missing = before.map_or(0, |before| period.generation - before.generation - 1);
    let of = |period: &Period| templates.get(&period.template?);
    let (old, new) = (before.filter(|_| missing == 0).and_then(of), of(period));
    let (chips, restart) = match (old, new) {
        (Some(old), Some(new)) => (
            summary::chips(&summary::summary(&old.value(), &new.value())),
            !old.same_as(new) && old.same_content_as(new),
        ),
        _ => (Chips::default(), false),
    };
    let last = |period: &Period| period.numbers.keys().next_back().copied();
    Change {
        key: around.known.key.clone(),
        uid: around.known.uid.clone(),
        what: match () {
            () if period.generation == around.known.first() => What::Created,
            () if around.returned => What::Back,
            () if restart => What::Restarted,
            () => What::Changed,
        },
        when: begun(period, &around.known),
        generation: Some(period.generation),
        from_revision: before.filter(|_| missing == 0).and_then(last),
        revision: last(period),
        images: new.map(|t| t.images().to_vec()).unwrap_or_default(),
        changes: chips,
        missing_before: missing,
        by: period.by.clone(),
        cause: period.cause.clone(),
        there: around.known.gone.is_none(),
    }
}

fn deletion(known: &Known) -> Option<Change> {
    Some(Change {
        key: known.key.clone(),
        uid: known.uid.clone(),
        what: What::Deleted,
        when: deleted(known)?,
        generation: None,
        from_revision: None,
        revision: None,
        images: Vec::new(),
        changes: Chips::default(),
        missing_before: 0,
        by: None,
        cause: None,
        there: false,
    })
}

/// The spans of a window, as far as it has passed, that no watch covers; before
/// the first one too. What was `seen` shortly after a watch's last sign was
/// watched, see [`super::timeline`].
fn blind<'a>(
    watches: impl Iterator<Item = &'a Watch>,
    seen: &[Time],
    window: Window,
    now: Time,
) -> Vec<Gap> {
    let to = window.to.min(now);
    let mut spans: Vec<(Time, Time)> = watches.map(|watch| (watch.from, watch.to)).collect();
    spans.sort_unstable();
    spans.push((to, to));
    let (mut gaps, mut covered) = (Vec::new(), window.from);
    for (from, until) in spans {
        let end = from.min(to);
        let late = |at: &&Time| **at < end && at.since(covered) <= PAUSE;
        let begin = seen.iter().filter(late).max().copied();
        let begin = begin.unwrap_or(covered).max(covered);
        if end.since(begin) > PAUSE {
            gaps.push(Gap {
                from: begin,
                to: end,
            });
        }
        covered = covered.max(until);
    }
    gaps
}

/// Workloads drawn at most: those that changed last.
const LANES: usize = 30;
/// Marks nearer to each other than this part of the width are one.
const NEAR: f64 = 0.018;

/// The strip: a lane for each workload that changed, a mark for each moment.
/// Places are parts of the window, from 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Strip {
    /// The one that changed last first.
    pub lanes: Vec<Lane>,
    /// So many workloads have no lane.
    pub undrawn: usize,
}

/// One workload's.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// Which.
    pub key: Key,
    /// Oldest first.
    pub marks: Vec<Mark>,
    /// Where nobody watched.
    pub blind: Vec<(f64, f64)>,
}

/// One change, or several that are too near to each other to be told apart.
#[derive(Clone, Debug, PartialEq)]
pub struct Mark {
    /// Places among the changes, the newest first.
    pub changes: Vec<usize>,
    /// When it happened, or the latest that it can have.
    pub at: f64,
    /// The earliest, where only the bounds are known.
    pub from: Option<f64>,
}

/// Draws it; nothing where nothing changed.
pub fn strip(told: &Changes) -> Strip {
    let whole = parts(told.to.since(told.from)).max(1.0);
    let place = |at: Time| (parts(at.since(told.from)) / whole).clamp(0.0, 1.0);
    let mut lanes: Vec<(&str, Lane)> = Vec::new();
    // Newest first: marks grow towards the past.
    for (index, change) in told.changes.iter().enumerate() {
        let found = lanes.iter().position(|(uid, _)| *uid == change.uid);
        let lane = found.unwrap_or_else(|| {
            let own = |one: &&Unwatched| one.namespace == change.key.namespace;
            let blind = told.gaps.iter().filter(own).map(|one| one.gap);
            let lane = Lane {
                key: change.key.clone(),
                marks: Vec::new(),
                blind: blind.map(|gap| (place(gap.from), place(gap.to))).collect(),
            };
            lanes.push((&change.uid, lane));
            lanes.len() - 1
        });
        let at = place(change.when.at);
        let bounds = change.when.grade == Grade::NotKnown;
        let from = bounds.then(|| place(change.when.not_before));
        let marks = &mut lanes[lane].1.marks;
        match marks.last_mut() {
            Some(last) if last.at - at < NEAR => {
                last.changes.push(index);
                last.from = match (last.from, from) {
                    (Some(a), Some(b)) => Some(a.min(b)),
                    (a, b) => a.or(b),
                };
            }
            _ => marks.push(Mark {
                changes: vec![index],
                at,
                from,
            }),
        }
    }
    let undrawn = lanes.len().saturating_sub(LANES);
    lanes.truncate(LANES);
    let lanes = lanes.into_iter().map(|(_, mut lane)| {
        lane.marks.reverse();
        lane
    });
    Strip {
        lanes: lanes.collect(),
        undrawn,
    }
}

/// Milliseconds as a length.
#[expect(clippy::cast_precision_loss, reason = "a place on a picture")]
fn parts(span: jiff::SignedDuration) -> f64 {
    span.as_millis() as f64
}

#[cfg(test)]
mod tests;
