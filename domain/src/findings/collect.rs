//! Many nodes, one cause: what is seen node by node becomes one finding each
//! cause.

use std::cmp::Reverse;

use super::{Cause, Certainty, Event, Evidence, Finding, NAMED, Nodes, Object};
use crate::board::natural;
use crate::text::said;
use crate::time::Time;

/// A cause seen at one place.
pub(super) struct Case<'a> {
    pub cause: Cause,
    pub evidence: Evidence,
    pub since: Option<Time>,
    pub certainty: Certainty,
    pub node: Option<&'a str>,
}

/// All that was seen.
#[derive(Default)]
pub(super) struct Cases<'a> {
    groups: Vec<Group<'a>>,
}

struct Group<'a> {
    finding: Finding,
    nodes: Vec<&'a str>,
}

impl Evidence {
    /// A field of an object and what it says.
    pub(super) fn field(kind: Object, name: &str, field: &str, message: &str) -> Self {
        Self {
            kind,
            name: name.to_owned(),
            field: field.to_owned(),
            message: said(message),
            count: None,
            last_at: None,
        }
    }

    /// An event about an object.
    pub(super) fn event(kind: Object, event: &Event) -> Self {
        Self {
            count: Some(event.count),
            last_at: Some(event.last_at),
            ..Self::field(
                kind,
                &event.name,
                &format!("event {}", event.reason),
                &event.message,
            )
        }
    }
}

impl<'a> Cases<'a> {
    /// Adds what is seen; the evidence that came first stays.
    pub fn add(&mut self, case: Case<'a>) {
        let at = self
            .groups
            .iter()
            .position(|group| group.finding.cause == case.cause);
        let Some(group) = at.and_then(|at| self.groups.get_mut(at)) else {
            self.groups.push(Group::of(case));
            return;
        };
        let finding = &mut group.finding;
        finding.since = match (finding.since, case.since) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        if case.certainty < finding.certainty {
            finding.certainty = case.certainty;
            finding.evidence = case.evidence;
        }
        group.nodes.extend(case.node);
    }

    /// Adds what is seen on many nodes at once, or on so many whose names are
    /// not known.
    pub fn add_all(&mut self, case: Case<'a>, nodes: Vec<&'a str>, unnamed: u32) {
        let mut group = Group::of(case);
        group.nodes.extend(nodes);
        group.finding.nodes.count = unnamed;
        self.groups.push(group);
    }

    /// The findings in order.
    pub fn into_findings(mut self) -> Vec<Finding> {
        self.join();
        let mut findings: Vec<Finding> = self.groups.into_iter().map(Group::close).collect();
        findings.sort_by_key(|f| {
            (
                !f.cause.is_of_workload(),
                !f.stands(),
                f.certainty,
                Reverse(f.nodes.count),
            )
        });
        findings
    }
}

impl Cases<'_> {
    /// A kubelet that waits before it tries again does not say what went wrong, and
    /// another one just has: it is one cause.
    fn join(&mut self) {
        let (known, vague): (Vec<_>, Vec<_>) = std::mem::take(&mut self.groups)
            .into_iter()
            .partition(|group| !group.finding.cause.is_vague());
        self.groups = known;
        for group in vague {
            let mut groups = self.groups.iter_mut();
            match groups.find(|known| known.finding.cause.says_more(&group.finding.cause)) {
                Some(known) => known.nodes.extend(group.nodes),
                None => self.groups.push(group),
            }
        }
    }
}

impl<'a> Group<'a> {
    fn of(case: Case<'a>) -> Self {
        Self {
            nodes: case.node.into_iter().collect(),
            finding: Finding {
                next: case.cause.next(),
                cause: case.cause,
                evidence: case.evidence,
                since: case.since,
                nodes: Nodes::default(),
                certainty: case.certainty,
            },
        }
    }

    fn close(self) -> Finding {
        let Self {
            mut finding,
            mut nodes,
        } = self;
        nodes.sort_by(|a, b| natural(a, b));
        nodes.dedup();
        let count = u32::try_from(nodes.len()).unwrap_or(u32::MAX);
        finding.nodes.count = finding.nodes.count.max(count);
        finding.nodes.names = nodes
            .iter()
            .take(NAMED)
            .map(|name| (*name).to_owned())
            .collect();
        finding
    }
}
