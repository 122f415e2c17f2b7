//! A template that Rollbook kept, beyond its ControllerRevision.

use std::collections::BTreeMap;

use super::{Kept, Period};
use crate::template::{Digest, Template};
use crate::time::Time;

/// It, and the number that people knew it by.
#[derive(Clone, Debug)]
pub struct KeptTemplate {
    /// Its digest, which is its name.
    pub digest: Digest,
    /// Itself.
    pub template: Template,
    /// uid of the workload that had it.
    pub workload: String,
    /// Template generation of the latest period that it had.
    pub generation: Option<i64>,
    /// The last number that it was seen under.
    pub number: Option<i64>,
    /// The ControllerRevision that held it.
    pub name: Option<String>,
}

impl KeptTemplate {
    /// Is it asked for by this name: its digest, or its ControllerRevision's?
    pub fn is_called(&self, name: &str) -> bool {
        self.name.as_deref() == Some(name) || name.parse() == Ok(self.digest)
    }
}

/// What is known of a template of a workload from its periods and its
/// ControllerRevisions, gone ones too; `None` where it never had this one.
pub fn kept(
    workload: &str,
    template: Template,
    periods: &[Period],
    revisions: &[Kept],
) -> Option<KeptTemplate> {
    let digest = template.digest();
    let ran = periods.iter().filter(|p| p.template == Some(digest));
    let held = revisions.iter().filter(|r| r.template == Some(digest));
    let name = held.clone().map(|r| r.name.clone()).next_back();
    let generation = ran.clone().map(|period| period.generation).max();
    let numbers: Vec<_> = ran
        .map(|p| &p.numbers)
        .chain(held.map(|r| &r.numbers))
        .collect();
    let last = |n: &BTreeMap<i64, Time>| n.keys().next_back().copied();
    (!numbers.is_empty()).then(|| KeptTemplate {
        digest,
        template,
        workload: workload.to_owned(),
        generation,
        number: numbers.into_iter().filter_map(last).max(),
        name,
    })
}
