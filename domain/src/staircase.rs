//! The history as a staircase: a lane for each distinct template, the first one
//! seen at the bottom; a bar for each period. A new template climbs, a rollback
//! falls into the lane that it came from.
//!
//! A bar is as wide as the logarithm of its duration, for a minute and a month
//! must both be seen.

use crate::record::timeline::{Row, Timeline};
use crate::template::{ContainerImage, Digest};
use crate::time::Time;

mod tails;

use tails::Tails;

/// Periods shown at most.
pub const BARS: usize = 12;
/// Lanes shown at most.
pub const LANES: usize = 7;
/// Fewer known periods make no staircase.
const LEAST: usize = 3;
/// What every bar weighs, however short it was; and what is not known.
const FLOOR: f64 = 1.4;
/// What is shorter, as a part of the width, cannot be seen.
const SEEN: f64 = 0.004;

/// A template.
#[derive(Clone, Debug, PartialEq)]
pub struct Lane {
    /// Which.
    pub template: Digest,
    /// What it runs.
    pub images: Vec<ContainerImage>,
    /// Template generation of the first period shown in it.
    pub generation: i64,
}

/// A period. Places are parts of the whole width, from 0 to 1.
#[derive(Clone, Debug, PartialEq)]
pub struct Bar {
    /// Its template generation.
    pub generation: i64,
    /// Its lane; 0 is the lowest.
    pub lane: usize,
    /// Where it begins.
    pub left: f64,
    /// Where it ends.
    pub right: f64,
    /// Generation of the earlier period that had this very template.
    pub back_to: Option<i64>,
    /// The bar, by its place among them, that had it before: none where that is
    /// older than the first one.
    pub same: Option<usize>,
}

/// Periods of which nothing is known.
#[derive(Clone, Debug, PartialEq)]
pub struct Unknown {
    /// The bar that comes after them, by its place among them.
    pub before: usize,
    /// Where it begins.
    pub left: f64,
    /// Where it ends.
    pub right: f64,
    /// Why, and how many.
    pub lost: Lost,
}

/// Why nothing is known of periods.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lost {
    /// Nobody saw so many.
    Unseen(i64),
    /// Nobody saw what there was, and there were no more than so many.
    AtMost(i64),
    /// The record keeps them no more.
    Removed,
}

/// Nodes that still ran the template of an earlier bar.
#[derive(Clone, Debug, PartialEq)]
pub struct Tail {
    /// The lane of that template.
    pub lane: usize,
    /// Where, and which share of the nodes, as far as it was seen.
    pub points: Vec<(f64, f64)>,
}

/// A span in which nobody watched.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Blind {
    /// Where it begins.
    pub left: f64,
    /// Where it ends.
    pub right: f64,
}

/// All of it.
#[derive(Clone, Debug, PartialEq)]
pub struct Staircase {
    /// Lowest first.
    pub lanes: Vec<Lane>,
    /// Oldest first.
    pub bars: Vec<Bar>,
    /// Oldest first.
    pub unknown: Vec<Unknown>,
    /// Oldest first; only such as can be seen.
    pub tails: Vec<Tail>,
    /// Oldest first.
    pub blind: Vec<Blind>,
    /// Known periods that are older than the first bar.
    pub earlier: usize,
}

impl Staircase {
    /// Does this bar come after periods that are not known?
    pub fn after_unknown(&self, bar: usize) -> bool {
        self.unknown.iter().any(|unknown| unknown.before == bar)
    }
}

/// The staircase of a timeline; `None` with too few known periods.
pub fn staircase(timeline: &Timeline, now: Time) -> Option<Staircase> {
    let known: Vec<&Row> = timeline
        .periods
        .iter()
        .rev()
        .filter(|row| row.template.is_some())
        .collect();
    if known.len() < LEAST {
        return None;
    }
    let shown = latest(&known);
    let kept_before = usize::try_from(timeline.earlier).unwrap_or_default();
    let earlier = known.len() - shown.len() + kept_before;
    let mut lanes: Vec<Lane> = Vec::new();
    for row in shown {
        if let Some(template) = row.template
            && lanes.iter().all(|lane| lane.template != template)
        {
            lanes.push(Lane {
                template,
                images: row.images.clone(),
                generation: row.generation,
            });
        }
    }
    let missing = missing(timeline, shown, earlier);
    let weights: Vec<f64> = shown.iter().map(|row| weight(row, now)).collect();
    let gaps = f64::from(u32::try_from(missing.iter().flatten().count()).unwrap_or_default());
    let whole = weights.iter().sum::<f64>() + gaps * FLOOR;
    let mut bars: Vec<Bar> = Vec::with_capacity(shown.len());
    let mut unknown = Vec::new();
    let mut left = 0.0;
    for ((row, weight), missing) in shown.iter().zip(&weights).zip(missing) {
        if let Some(lost) = missing {
            let right = left + FLOOR / whole;
            unknown.push(Unknown {
                before: bars.len(),
                left,
                right,
                lost,
            });
            left = right;
        }
        let lane = lanes
            .iter()
            .position(|lane| Some(lane.template) == row.template)
            .unwrap_or_default();
        let right = (left + weight / whole).min(1.0);
        bars.push(Bar {
            generation: row.generation,
            lane,
            left,
            right,
            back_to: row.back_to,
            same: bars.iter().rposition(|bar| bar.lane == lane),
        });
        left = right;
    }
    let place = |at| place(shown, &bars, at, now);
    let blind = blind(timeline, place);
    let lane = |template| lanes.iter().position(|lane| lane.template == template);
    let mut told = Tails::of(timeline, now);
    let tails = known
        .iter()
        .flat_map(|row| told.next(row, lane, place))
        .collect();
    Some(Staircase {
        lanes,
        bars,
        unknown,
        tails,
        blind,
        earlier,
    })
}

/// The newest of them that fit.
fn latest<'a, 'b>(known: &'b [&'a Row]) -> &'b [&'a Row] {
    let mut first = known.len();
    let mut templates: Vec<Option<Digest>> = Vec::new();
    while first > 0 && known.len() - first < BARS {
        let template = known[first - 1].template;
        if !templates.contains(&template) {
            if templates.len() == LANES {
                break;
            }
            templates.push(template);
        }
        first -= 1;
    }
    &known[first..]
}

/// Before each of them: what was there and is not known.
fn missing(timeline: &Timeline, shown: &[&Row], earlier: usize) -> Vec<Option<Lost>> {
    let mut last = None;
    let mut missing = Vec::with_capacity(shown.len());
    for row in shown {
        let before = match last {
            Some(last) => row.generation - last - 1,
            // What is kept and not drawn is told beside the picture.
            None if earlier > 0 => 0,
            None => timeline.missing_before,
        };
        let forgotten = last.is_none() && earlier == 0 && timeline.forgotten.is_some();
        let at_most = last.is_none() && timeline.missing_before_at_most;
        let unseen = (before > 0).then_some(if at_most {
            Lost::AtMost(before)
        } else {
            Lost::Unseen(before)
        });
        missing.push(if forgotten {
            Some(Lost::Removed)
        } else {
            unseen
        });
        last = Some(row.generation);
    }
    missing
}

fn span(row: &Row, now: Time) -> (Time, Time) {
    (row.start.at, row.end.map_or(now, |end| end.at))
}

fn weight(row: &Row, now: Time) -> f64 {
    let (from, to) = span(row, now);
    let seconds = to.since(from).as_secs_f64().max(0.0);
    FLOOR + (seconds / 60.0).ln_1p()
}

/// The place of a moment within the bars.
fn place(shown: &[&Row], bars: &[Bar], at: Time, now: Time) -> Option<f64> {
    let found = shown.iter().zip(bars).find(|(row, _)| {
        let (from, to) = span(row, now);
        from <= at && at <= to
    });
    found.map(|(row, bar)| {
        let (from, to) = span(row, now);
        let all = to.since(from).as_secs_f64();
        let part = if all > 0.0 {
            at.since(from).as_secs_f64() / all
        } else {
            0.0
        };
        bar.left + (bar.right - bar.left) * part
    })
}

/// Gaps at their place within the bars.
fn blind(timeline: &Timeline, place: impl Fn(Time) -> Option<f64>) -> Vec<Blind> {
    timeline
        .gaps
        .iter()
        .filter_map(|gap| {
            let left = place(gap.from).unwrap_or(0.0);
            Some(Blind {
                left,
                right: place(gap.to)?,
            })
        })
        .filter(|blind| blind.right > blind.left)
        .collect()
}

#[cfg(test)]
mod tests;
