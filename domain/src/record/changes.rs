//! What changed when, across workloads: each period that began in a window of
//! time, and each workload that was deleted in it.

mod strip;

use std::collections::{BTreeMap, HashMap, HashSet};

use serde::{Deserialize, Serialize};

use super::compared::Compared;
use super::timeline::{Gap, Grade, Moment, PAUSE, begun, deleted, ordered};
use super::watching::gaps;
use super::{By, Cause, Known, Period, Watch};
use crate::summary::Chips;
use crate::template::{ContainerImage, Digest, Template};
use crate::time::Time;
use crate::workload::Key;

pub use strip::{Lane, Mark, Strip, strip};

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
    /// Since when the record keeps what was seen of these namespaces.
    pub recorded_since: Option<Time>,
    /// The newest first.
    pub changes: Vec<Change>,
    /// So many older ones are left out.
    pub more: usize,
    /// So many workloads were there and did not change.
    pub unchanged: usize,
    /// Of so many it is not known whether they changed: they were there when
    /// somebody first watched, or nobody looked since the end.
    pub unsure: usize,
    /// Of so many the record no longer keeps all of it.
    #[serde(default)]
    pub forgotten: usize,
    /// When nobody watched the namespaces of the workloads that were there.
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

/// A workload that was there in the window, or some of it.
#[derive(Clone, Debug)]
pub struct There {
    /// Its uid.
    pub uid: String,
    /// Its namespace.
    pub namespace: String,
    /// Until when its history was removed from the record.
    pub forgotten: Option<Time>,
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
    /// Workloads that were there in the window, or some of it.
    pub there: Vec<There>,
    /// Since when the record keeps what was seen of all that is told.
    pub recorded_since: Option<Time>,
    /// What ended before it may have been removed from the record.
    pub kept_since: Option<Time>,
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
        _ => sources.changed.clone(),
    };
    let mut unsure: HashSet<String> = HashSet::new();
    let mut told = Vec::new();
    let mut compared = Compared::new(&sources.templates);
    for around in &sources.periods {
        let period = placed(around);
        if !window.has(begun(&period, &around.known)) {
            continue;
        }
        let change = change(around, &period, &mut compared);
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
    let created = created(&told);
    let gone = sources
        .deleted
        .iter()
        .filter_map(|known| deletion(known, &created));
    let gone = gone.filter(|change| window.has(change.when));
    told.extend(gone.inspect(|change| {
        uids.insert(change.uid.clone());
    }));
    told.sort_by(|a, b| (b.when.at, &a.key, b.generation).cmp(&(a.when.at, &b.key, a.generation)));
    let more = sources.more + told.len().saturating_sub(MOST);
    told.truncate(MOST);
    let (mut unchanged, mut forgotten, mut unknown) = (0, 0, 0);
    let watched = watched(&sources, &told, window, now);
    for one in &sources.there {
        let seen_since = watched.get(&*one.namespace).is_some_and(|own| own.to_end);
        if one.forgotten.is_some_and(|until| until > window.from) {
            forgotten += 1;
        } else if uids.contains(&one.uid) {
            // It is told.
        } else if unsure.contains(&one.uid) || !seen_since {
            unknown += 1;
        } else {
            unchanged += 1;
        }
    }
    let gaps = watched.into_iter().flat_map(|(namespace, own)| {
        let namespace = namespace.to_owned();
        own.gaps.into_iter().map(move |gap| Unwatched {
            namespace: namespace.clone(),
            gap,
        })
    });
    Changes {
        from: window.from,
        to: window.to,
        recorded_since: sources.recorded_since,
        more,
        unchanged,
        unsure: unknown,
        forgotten,
        gaps: gaps.collect(),
        changes: told,
    }
}

/// How a namespace was watched.
struct Watched {
    /// So far as the record is kept.
    gaps: Vec<Gap>,
    /// To the end of the window or after it: a template generation that is seen
    /// then tells of all changes before, seen or not.
    to_end: bool,
}

/// Of each namespace of the workloads that were there.
fn watched<'a>(
    sources: &'a Sources,
    told: &[Change],
    window: Window,
    now: Time,
) -> BTreeMap<&'a str, Watched> {
    let to = window.to.min(now);
    let from = window.from.max(sources.kept_since.unwrap_or(window.from));
    let mut all = BTreeMap::new();
    for one in &sources.there {
        let namespace = one.namespace.as_str();
        all.entry(namespace).or_insert_with(|| {
            let sees = || sources.watches.iter().filter(|w| w.sees(namespace));
            let seen: Vec<Time> = told
                .iter()
                .filter(|c| c.key.namespace == namespace && c.when.grade == Grade::Observed)
                .map(|change| change.when.at)
                .collect();
            Watched {
                gaps: gaps(sees(), &seen, from, to),
                to_end: sees().any(|watch| to.since(watch.to) <= PAUSE),
            }
        });
    }
    all
}

/// The period, with bounds that those beside it allow.
fn placed(around: &Around) -> Period {
    let place = usize::from(around.before.is_some());
    let all = [&around.before, &Some(around.period.clone()), &around.next];
    let mut periods: Vec<Period> = all.into_iter().flatten().cloned().collect();
    ordered(&mut periods);
    periods.swap_remove(place)
}

fn change(around: &Around, period: &Period, compared: &mut Compared) -> Change {
    let before = around.before.as_ref();
    let missing = before.map_or(0, |before| period.generation - before.generation - 1);
    let old = before.filter(|_| missing == 0);
    let (chips, restart) = compared.pair(old.and_then(|p| p.template), period.template);
    let new = compared.template(period.template);
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
        from_revision: old.and_then(last),
        revision: last(period),
        images: new.map(|t| t.images().to_vec()).unwrap_or_default(),
        changes: chips,
        missing_before: missing,
        by: period.by.clone(),
        cause: period.cause.clone(),
        there: around.known.gone.is_none(),
    }
}

/// That one was deleted; before the next of its name was created.
fn deletion(known: &Known, created: &HashMap<Key, Vec<Time>>) -> Option<Change> {
    let mut when = deleted(known)?;
    let others = created.get(&known.key).into_iter().flatten();
    let next = others.filter(|at| **at > known.created_at).min();
    when.at = next.map_or(when.at, |next| when.at.min(*next));
    when.not_before = when.not_before.min(when.at);
    Some(Change {
        key: known.key.clone(),
        uid: known.uid.clone(),
        what: What::Deleted,
        when,
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

/// When workloads were created, by name.
fn created(told: &[Change]) -> HashMap<Key, Vec<Time>> {
    let mut all: HashMap<Key, Vec<Time>> = HashMap::new();
    for change in told.iter().filter(|change| change.what == What::Created) {
        all.entry(change.key.clone())
            .or_default()
            .push(change.when.at);
    }
    all
}

#[cfg(test)]
mod tests;
