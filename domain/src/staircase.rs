//! The history as a staircase: a lane for each distinct template, the first one
//! seen at the bottom; a bar for each period. A new template climbs, a rollback
//! falls into the lane that it came from.
//!
//! A bar is as wide as the logarithm of its duration, for a minute and a month
//! must both be seen.

use crate::record::timeline::{Row, Timeline};
use crate::template::{ContainerImage, Digest};
use crate::time::Time;

/// Periods shown at most.
pub const BARS: usize = 12;
/// Lanes shown at most.
pub const LANES: usize = 7;
/// Fewer known periods make no staircase.
const LEAST: usize = 3;
/// Share of the width that every bar has.
const FLOOR: f64 = 1.4;

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
    /// Before it lie periods that are not known.
    pub after_unknown: bool,
    /// The bar, by its place among them, that had this template before.
    pub back_to: Option<usize>,
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
    pub blind: Vec<Blind>,
    /// Known periods that are older than the first bar.
    pub earlier: usize,
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
    let earlier = known.len() - shown.len();
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
    let weights: Vec<f64> = shown.iter().map(|row| weight(row, now)).collect();
    let whole: f64 = weights.iter().sum();
    let mut bars: Vec<Bar> = Vec::with_capacity(shown.len());
    let mut left = 0.0;
    let mut last = shown.first().map_or(0, |row| row.generation - 1);
    for (row, weight) in shown.iter().zip(&weights) {
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
            after_unknown: row.generation > last + 1,
            back_to: bars.iter().rposition(|bar| bar.lane == lane),
        });
        last = row.generation;
        left = right;
    }
    let blind = blind(timeline, shown, &bars, now);
    Some(Staircase {
        lanes,
        bars,
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

fn span(row: &Row, now: Time) -> (Time, Time) {
    (row.start.at, row.end.map_or(now, |end| end.at))
}

fn weight(row: &Row, now: Time) -> f64 {
    let (from, to) = span(row, now);
    let seconds = to.since(from).as_secs_f64().max(0.0);
    FLOOR + (seconds / 60.0).ln_1p()
}

/// Gaps at their place within the bars.
fn blind(timeline: &Timeline, shown: &[&Row], bars: &[Bar], now: Time) -> Vec<Blind> {
    let place = |at: Time| {
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
    };
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
