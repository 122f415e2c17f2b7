//! Nodes that still ran an earlier template. A rollout that was overtaken leaves
//! some on each of two: how the next one took them, none but their sum tells.

use super::{SEEN, Tail};
use crate::record::timeline::{Outcome, Row, Rule, Timeline};
use crate::template::Digest;
use crate::time::Time;

/// Which share of the nodes ran which template, as far as that is known.
#[derive(Clone, Debug, Default, PartialEq)]
struct Nodes {
    /// Templates that ran.
    on: Vec<(Digest, f64)>,
    /// No other one did.
    all: bool,
}

/// Goes through the periods and tells the tails beside each.
pub(super) struct Tails<'a> {
    timeline: &'a Timeline,
    now: Time,
    before: Option<i64>,
    nodes: Nodes,
}

impl<'a> Tails<'a> {
    pub(super) fn of(timeline: &'a Timeline, now: Time) -> Self {
        Self {
            timeline,
            now,
            before: None,
            nodes: Nodes::default(),
        }
    }

    /// The tails beside the next period, the oldest first, from where its bar
    /// begins. `lane` finds the lane of a template, `place` a moment within the
    /// bars.
    pub(super) fn next(
        &mut self,
        row: &Row,
        lane: impl Fn(Digest) -> Option<usize>,
        place: impl Fn(Time) -> Option<f64>,
    ) -> Vec<Tail> {
        let follows = self.before.is_none_or(|last| last + 1 == row.generation);
        if !follows {
            self.nodes = Nodes::default();
        }
        // Of a new workload nothing else can run.
        let created = row.start.rule == Some(Rule::Created);
        self.nodes.all |= created && self.nodes.on.is_empty();
        self.before = Some(row.generation);
        let old: Vec<(Digest, f64)> = self
            .nodes
            .on
            .iter()
            .filter(|(template, share)| Some(*template) != row.template && *share > 0.0)
            .copied()
            .collect();
        let sole = self.nodes.all && old.len() == 1;
        let tails = old.iter().filter_map(|(template, share)| {
            let points = self.points(row, *share, sole, &place);
            let (first, last) = (points.first()?.0, points.last()?.0);
            Some(Tail {
                lane: lane(*template)?,
                points,
            })
            .filter(|_| last - first > SEEN)
        });
        let tails = tails.collect();
        self.nodes = left(row, &old, self.nodes.all);
        tails
    }

    /// How the nodes on one older template became fewer in a rollout: all of its
    /// `share` where it began, none where all nodes ran the new one. In between,
    /// what was seen of the new one tells of the old one where it is the `sole`.
    fn points(
        &self,
        row: &Row,
        share: f64,
        sole: bool,
        place: impl Fn(Time) -> Option<f64>,
    ) -> Vec<(f64, f64)> {
        let rollout = &row.rollout;
        let mut points = Vec::new();
        let mut add =
            |at: Option<Time>, share: f64| points.extend(at.and_then(&place).zip(Some(share)));
        add(Some(row.start.at), share);
        add(rollout.first_node, share);
        if let Some(all) = rollout.all_nodes {
            add(Some(all), 0.0);
        } else if let Some((last, reached)) = rollout.last.zip(reached(row)).filter(|_| sole) {
            let share = share.min(1.0 - reached);
            add(Some(last.at), share);
            // When the rest of a rollout that nobody watched got there is not
            // known.
            let went_on = matches!(row.outcome, Outcome::Running | Outcome::Overtaken);
            add(went_on.then(|| self.watched(last.at, row)), share);
        }
        points
    }

    /// How long a period was watched from a moment on, without a break.
    fn watched(&self, from: Time, row: &Row) -> Time {
        let end = row.end.map_or(self.now, |end| end.at);
        let breaks = self.timeline.gaps.iter().find(|gap| gap.to > from);
        breaks.map_or(end, |gap| gap.from.min(end)).max(from)
    }
}

/// The share of the nodes that ran a template, as last seen.
fn reached(row: &Row) -> Option<f64> {
    let last = row.rollout.last.filter(|last| last.desired > 0)?;
    Some(f64::from(last.updated.min(last.desired)) / f64::from(last.desired))
}

/// What runs where a period ends; `old` ran beside it where it began, and no
/// other where those are `all`.
fn left(row: &Row, old: &[(Digest, f64)], all: bool) -> Nodes {
    let Some(template) = row.template else {
        return Nodes::default();
    };
    if row.rollout.seen_done.is_some() {
        let on = vec![(template, 1.0)];
        return Nodes { on, all: true };
    }
    let Some(reached) = reached(row).filter(|_| row.outcome == Outcome::Overtaken) else {
        return Nodes::default();
    };
    let mut on = vec![(template, reached)];
    let sole = all && old.len() <= 1;
    on.extend(
        old.iter()
            .filter(|_| sole)
            .map(|(t, s)| (*t, s.min(1.0 - reached))),
    );
    Nodes { on, all: sole }
}
