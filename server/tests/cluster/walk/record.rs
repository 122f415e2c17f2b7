//! What happened on a walk, written down at each step, and the history's
//! deductions held against it: they may be unknown, never wrong.

use std::collections::{BTreeMap, BTreeSet};

use domain::history::{History, Row};
use domain::time::Time;
use serde_json::Value;

use super::agree::plain;

/// What happened so far.
pub struct Record {
    /// Numbers that each revision carried, by its name: it is made of the
    /// template, so a deleted one comes back under it.
    carried: BTreeMap<String, BTreeSet<i64>>,
    /// What was current after each step: name and number.
    current: Vec<(String, i64)>,
    /// The live template and its revision, and between which moments they
    /// became it.
    live: Value,
    uid: String,
    became: (Time, Time),
    begun: Time,
    /// Messages of rollouts that were not done.
    waited: BTreeSet<String>,
}

impl Record {
    pub fn new(now: Time) -> Self {
        Self {
            carried: BTreeMap::new(),
            current: Vec::new(),
            live: Value::Null,
            uid: String::new(),
            became: (now, now),
            begun: now,
            waited: BTreeSet::new(),
        }
    }

    /// A step begins.
    pub fn step_begins(&mut self, now: Time) {
        self.begun = now;
    }

    /// kubectl and Rollbook agreed on a message.
    pub fn said(&mut self, message: String) {
        if message.starts_with("Waiting") {
            self.waited.insert(message);
        }
    }

    /// Writes down what there is after a step.
    pub fn take(&mut self, history: &History, stored: &[Value], live: &Value, now: Time) {
        for item in stored {
            let name = item["metadata"]["name"].as_str().unwrap().to_owned();
            let number = item["revision"].as_i64().unwrap();
            self.carried.entry(name).or_default().insert(number);
        }
        let row = history.current().unwrap();
        self.current.push((row.name.clone(), row.revision));
        let template = &live["spec"]["template"];
        if self.live != *template {
            self.live = template.clone();
            self.became = (self.begun, now);
        } else if self.uid != row.uid {
            // Somebody deleted it and it was recorded anew, which is all that
            // the cluster tells of it from then on.
            self.became.1 = now;
        }
        self.uid.clone_from(&row.uid);
    }

    /// Holds the deductions of a history against what happened.
    pub fn hold(&self, history: &History, stored: &[Value], what: &str) {
        for row in &history.revisions {
            self.numbers(row, what);
        }
        restarts(history, stored, what);
        self.gone(history, what);
        let row = history.current().unwrap();
        if let Some(since) = row.current_since {
            let (before, after) = self.became;
            // Kubernetes keeps whole seconds.
            assert!(
                before.since(since).as_secs() < 1,
                "{what}: {row:?}, not before {before}"
            );
            assert!(since <= after, "{what}: {row:?}, not after {after}");
        }
    }

    /// A number that it was is one that it carried; one that returned had been
    /// current under a lower number.
    fn numbers(&self, row: &Row, what: &str) {
        if let Some(was) = row.was {
            assert!(was.revision < row.revision, "{what}: {row:?}");
            let carried = &self.carried[&row.name];
            assert!(
                carried.contains(&was.revision),
                "{what}: {row:?}, but {carried:?}"
            );
        }
        if row.returned {
            let mut before = self.current.iter().filter(|(name, _)| *name == row.name);
            assert!(before.any(|(_, n)| *n < row.revision), "{what}: {row:?}");
        }
    }

    /// Rows and gone numbers are all numbers up to the highest; a number that
    /// lives on elsewhere was carried by what is there.
    fn gone(&self, history: &History, what: &str) {
        let mut all: Vec<i64> = history.revisions.iter().map(|r| r.revision).collect();
        all.extend(history.gone.iter().flat_map(|run| run.first..=run.last));
        all.sort_unstable();
        let highest = *all.last().unwrap();
        assert_eq!(all, (1..=highest).collect::<Vec<_>>(), "{what}");
        for run in &history.gone {
            let Some(now) = run.now else { continue };
            let row = history.revisions.iter().find(|r| r.revision == now);
            let carried = &self.carried[&row.unwrap().name];
            let numbers: BTreeSet<i64> = (run.first..=run.last).collect();
            assert!(
                numbers.is_subset(carried),
                "{what}: {run:?}, but {carried:?}"
            );
        }
    }

    /// What the walk met.
    pub fn end(&self, name: &str) {
        println!("{name}: while it rolled out: {:#?}", self.waited);
        println!("{name}: renumbered {:?}", self.renumbered());
    }

    /// Revisions that carried more than one number.
    fn renumbered(&self) -> BTreeMap<&String, &BTreeSet<i64>> {
        let all = self.carried.iter();
        all.filter(|(_, numbers)| numbers.len() > 1).collect()
    }

    /// The walk met what it is for.
    pub fn has_met_all(&self, name: &str) {
        assert!(!self.waited.is_empty(), "{name}: no rollout was watched");
        assert!(
            !self.renumbered().is_empty(),
            "{name}: nothing was renumbered"
        );
    }
}

/// A restart alone: another template than the one before, restart times aside
/// the same.
fn restarts(history: &History, stored: &[Value], what: &str) {
    let mut before: Option<&Value> = None;
    for item in stored {
        let template = &item["data"]["spec"]["template"];
        let expected =
            before.is_some_and(|before| before != template && plain(before) == plain(template));
        let name = item["metadata"]["name"].as_str().unwrap();
        let row = history.row(name).unwrap();
        assert_eq!(row.restart_only, expected, "{what}: {row:?}");
        before = Some(template);
    }
}
