//! What cannot be: facts that contradict themselves or name what is not there.

use std::collections::HashSet;

use super::{Bounds, CLOCK, Fact};
use crate::template::Digest;

/// What is wrong with a fact, a sentence each, where these workloads (by uid)
/// and these templates are there.
#[expect(clippy::implicit_hasher, reason = "sets of our own")]
pub fn wrong(fact: &Fact, known: &HashSet<String>, templates: &HashSet<Digest>) -> Vec<String> {
    let mut wrong = Vec::new();
    match fact {
        Fact::Period(period) => {
            let which = format!("period {} of {}", period.generation, period.workload);
            if !known.contains(&period.workload) {
                wrong.push(format!("{which} has no workload"));
            }
            if period
                .template
                .is_some_and(|digest| !templates.contains(&digest))
            {
                wrong.push(format!("the template of {which} is missing"));
            }
            // Two clocks may have told it, each wrong by a little.
            let Bounds {
                not_before,
                not_after,
            } = period.start;
            if not_before > not_after.after(CLOCK * 2) {
                wrong.push(format!("{which} begins after it began"));
            }
        }
        Fact::Revision(kept) if !known.contains(&kept.workload) => {
            wrong.push(format!("revision {} has no workload", kept.uid));
        }
        Fact::Watch(watch) if watch.from > watch.to => {
            wrong.push(format!("watch {} ends before it begins", watch.id));
        }
        _ => {}
    }
    wrong
}
