//! Facts as they add up: what is not written yet, or a whole record in memory.

use std::collections::BTreeMap;

use super::check::wrong;
use super::{Archived, Fact, Kept, Known, Period, Watch};
use crate::template::Digest;

/// Facts, joined where they are of one thing.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Book {
    /// By uid.
    pub known: BTreeMap<String, Known>,
    /// By workload and template generation.
    pub periods: BTreeMap<(String, i64), Period>,
    /// By uid.
    pub kept: BTreeMap<String, Kept>,
    /// By id.
    pub watches: BTreeMap<String, Watch>,
    /// By digest.
    pub templates: BTreeMap<Digest, Archived>,
}

fn put<K: Ord, V>(map: &mut BTreeMap<K, V>, key: K, value: V, join: impl Fn(&mut V, V)) {
    match map.get_mut(&key) {
        Some(mine) => join(mine, value),
        None => {
            map.insert(key, value);
        }
    }
}

impl Book {
    /// Takes facts in.
    pub fn write(&mut self, facts: impl IntoIterator<Item = Fact>) {
        for fact in facts {
            match fact {
                Fact::Workload(k) => put(&mut self.known, k.uid.clone(), k, Known::join),
                Fact::Period(p) => {
                    let key = (p.workload.clone(), p.generation);
                    put(&mut self.periods, key, p, Period::join);
                }
                Fact::Revision(k) => put(&mut self.kept, k.uid.clone(), k, Kept::join),
                Fact::Watch(w) => put(&mut self.watches, w.id.clone(), w, Watch::join),
                Fact::Template(t) => {
                    self.templates.entry(t.digest).or_insert(t);
                }
            }
        }
    }

    /// What cannot be, a sentence each.
    pub fn wrong(&self) -> Vec<String> {
        let known = self.known.keys().cloned().collect();
        let templates = self.templates.keys().copied().collect();
        let facts = self.facts();
        let wrong = facts.iter().map(|fact| wrong(fact, &known, &templates));
        wrong.flatten().collect()
    }

    /// All of them, templates before the periods that name them.
    pub fn facts(&self) -> Vec<Fact> {
        let known = self.known.values().cloned().map(Fact::Workload);
        let templates = self.templates.values().cloned().map(Fact::Template);
        let periods = self.periods.values().cloned().map(Fact::Period);
        let kept = self.kept.values().cloned().map(Fact::Revision);
        let watches = self.watches.values().cloned().map(Fact::Watch);
        known
            .chain(templates)
            .chain(periods)
            .chain(kept)
            .chain(watches)
            .collect()
    }
}
