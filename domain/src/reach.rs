//! How many nodes get a new pod when a template is set, as far as the counters
//! of the status and the revisions tell. The pods themselves are not looked at.

use crate::revision::Revision;
use crate::workload::Workload;

/// Nodes whose pod is replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Reach {
    /// At least so many.
    pub least: u32,
    /// At most so many.
    pub most: u32,
    /// Nodes that should run it.
    pub desired: u32,
}

impl Reach {
    /// The number is known.
    pub fn is_exact(self) -> bool {
        self.least == self.most
    }
}

/// The reach of setting the live template to that of `target`, one of the
/// workload's `own` revisions; `None` where none of them holds it.
///
/// The controller leaves a pod alone when it was made from the revision that is
/// to be current (DU `IsPodUpdated`). Nodes that are updated run the live
/// template, so they restart. The others run some older revision, and the
/// controller keeps every revision that a pod still runs: where the target is
/// the only older one, they run the target.
pub fn reach(workload: &Workload, own: &[&Revision], target: Option<&Revision>) -> Reach {
    let desired = workload.counts.desired;
    let updated = workload.counts.updated.min(desired);
    let range = |least, most| Reach {
        least,
        most,
        desired,
    };
    // No pod runs what no revision holds.
    let Some(target) = target else {
        return range(desired, desired);
    };
    if !workload.observed() {
        // The counters are of an earlier template.
        return range(0, desired);
    }
    if updated == desired {
        return range(desired, desired);
    }
    let live = |r: &Revision| r.template().is_some_and(|t| t.same_as(&workload.template));
    let mut others = own.iter().filter(|r| r.uid != target.uid && !live(r));
    if others.next().is_none() {
        range(updated, updated)
    } else {
        range(updated, desired)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::history::tests::Model;
    use crate::template::Template;
    use crate::workload::Counts;
    use serde_json::json;

    fn template(content: u32) -> Option<Template> {
        Template::new(json!({
            "metadata": {"labels": {"app": "foo"}},
            "spec": {"containers": [{"name": "c", "image": format!("i:{content}")}]},
        }))
        .ok()
    }

    /// A workload with so many templates, the last one live on `updated` of 24.
    fn of(templates: u32, updated: u32) -> Model {
        let mut model = Model::new();
        for content in 1..templates {
            if let Some(template) = template(content) {
                model.set(template, None);
            }
        }
        model.workload.counts = Counts {
            desired: 24,
            updated,
            available: 24,
            ..Counts::default()
        };
        model
    }

    fn back(model: &Model) -> (u32, u32) {
        let own: Vec<&Revision> = model.revisions.iter().collect();
        let reach = reach(&model.workload, &own, Some(own[0]));
        (reach.least, reach.most)
    }

    #[test]
    fn all_that_run_the_live_template_restart() {
        assert_eq!(back(&of(2, 24)), (24, 24));
        assert_eq!(back(&of(3, 24)), (24, 24));
    }

    #[test]
    fn those_that_run_the_target_already_are_left_alone() {
        assert_eq!(back(&of(2, 3)), (3, 3), "the rest can only run the target");
        assert_eq!(back(&of(3, 3)), (3, 24), "or another one");
        assert_eq!(back(&of(2, 0)), (0, 0));
    }

    #[test]
    fn nothing_is_known_before_the_controller_looked() {
        let mut model = of(2, 24);
        model.workload.generation += 1;
        assert_eq!(back(&model), (0, 24));
    }
}
