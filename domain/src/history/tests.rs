//! A small model of the DaemonSet controller makes the histories, so that what
//! is deduced can be held against what happened.

#![expect(clippy::unwrap_used, reason = "tests")]

use proptest::prelude::*;
use serde_json::json;

use super::*;
use crate::ledger::Grade;
use crate::note::Note;
use crate::selector::Selector;
use crate::status::tests::workload;
use crate::template::{RESTARTED_AT, Template};
use crate::workload::Writer;

/// A DaemonSet with its controller (semantics.md 1.2: number rule, pruning).
pub(crate) struct Model {
    pub workload: Workload,
    pub revisions: Vec<Revision>,
    /// Each number each revision ever carried, by revision name.
    log: Vec<(String, i64)>,
    second: i64,
}

pub(crate) fn template(content: u32, restart: u32) -> Template {
    let mut value = json!({
        "metadata": {"labels": {"app": "foo"}},
        "spec": {"containers": [{"name": "c", "image": format!("i:{content}")}]},
    });
    if restart > 0 {
        value["metadata"]["annotations"] = json!({ RESTARTED_AT: restart.to_string() });
    }
    Template::new(value).unwrap()
}

impl Model {
    pub(crate) fn new() -> Self {
        let mut workload = workload(0, 0, 3, 3, 3);
        workload.template_generation = Some(0);
        workload.selector = Selector {
            match_labels: [("app".to_owned(), "foo".to_owned())].into(),
            match_expressions: vec![],
        };
        let mut model = Self {
            workload,
            revisions: vec![],
            log: vec![],
            second: 0,
        };
        model.set(template(0, 0), None);
        model
    }

    /// A spec change, without the controller.
    pub(crate) fn edit(&mut self, template: Template) {
        if !template.same_as(&self.workload.template) || self.workload.generation == 0 {
            self.workload.template = template;
            self.workload.generation += 1;
            *self.workload.template_generation.as_mut().unwrap() += 1;
        }
    }

    /// One sync of the controller.
    pub(crate) fn sync(&mut self, cause: Option<&str>) {
        self.second += 1;
        let live = self.workload.template.clone();
        let equal = |r: &Revision| r.template().is_some_and(|t| t.same_as(&live));
        let old = self.revisions.iter().filter(|r| !equal(r));
        let wanted = old.map(|r| r.number).max().unwrap_or(0) + 1;
        if let Some(found) = self.revisions.iter_mut().find(|r| equal(r)) {
            found.number = found.number.max(wanted);
            self.log.push((found.name.clone(), found.number));
        } else {
            let generation = self.workload.template_generation;
            let name = format!("foo-{}", generation.unwrap());
            self.log.push((name.clone(), wanted));
            self.revisions.push(Revision {
                uid: format!("uid-{name}"),
                name,
                number: wanted,
                created_at: Time::from_second(1_800_000_000 + self.second),
                labels: [("app".to_owned(), "foo".to_owned())].into(),
                change_cause: cause.map(ToOwned::to_owned),
                template_generation: generation,
                controller_uid: Some(self.workload.uid.clone()),
                stored: Stored::Template(live.clone()),
            });
        }
        self.workload.observed_generation = self.workload.generation;
        let limit = usize::try_from(self.workload.history_limit).unwrap();
        let mut old: Vec<_> = self.revisions.iter().filter(|r| !equal(r)).collect();
        old.sort_by(|a, b| a.order(b));
        let cut = old.len().saturating_sub(limit);
        let pruned: Vec<String> = old[..cut].iter().map(|r| r.name.clone()).collect();
        self.revisions.retain(|r| !pruned.contains(&r.name));
    }

    pub(crate) fn set(&mut self, template: Template, cause: Option<&str>) {
        self.edit(template);
        self.sync(cause);
    }

    pub(crate) fn history(&self) -> History {
        history(&self.workload, &own(&self.workload, &self.revisions))
    }
}

fn numbers(history: &History) -> Vec<i64> {
    history.revisions.iter().map(|r| r.revision).collect()
}

/// The walk of the Kubernetes page on DaemonSet rollback.
#[test]
fn back_to_one_makes_it_three() {
    let mut model = Model::new();
    model.set(template(1, 0), Some("two"));
    model.set(template(0, 0), None);
    let history = model.history();
    assert_eq!(numbers(&history), [3, 2]);
    let current = history.current().unwrap();
    assert_eq!(current.revision, 3);
    assert!(current.returned);
    assert_eq!(
        current.was,
        Some(Was {
            revision: 1,
            grade: Grade::Inferred
        })
    );
    assert_eq!(current.base.as_ref().unwrap().revision, 2);
    assert_eq!(current.current_since, None, "the cluster does not tell");
    assert_eq!(
        history.gone,
        [Gone {
            first: 1,
            last: 1,
            now: Some(3)
        }]
    );
    assert_eq!(history.previous_different.as_deref(), Some("foo-2"));
}

#[test]
fn while_the_controller_is_behind_nothing_is_current() {
    let mut model = Model::new();
    model.set(template(1, 0), None);
    model.edit(template(2, 0));
    let history = model.history();
    assert_eq!(history.current_state, CurrentState::Pending);
    assert!(history.current().is_none());
    // kubectl's undo would go one step too far here.
    assert_eq!(history.previous_different.as_deref(), Some("foo-2"));
    model.edit(template(1, 0));
    let history = model.history();
    assert!(history.row("foo-2").unwrap().identical_to_current);
    assert_eq!(history.previous_different.as_deref(), Some("foo-1"));
}

#[test]
fn a_live_template_without_revision_is_not_recorded() {
    let mut model = Model::new();
    model.set(template(1, 0), None);
    model.edit(template(2, 0));
    model.workload.observed_generation = model.workload.generation;
    assert_eq!(model.history().current_state, CurrentState::NotRecorded);
    model.revisions.clear();
    assert_eq!(model.history().current_state, CurrentState::NoHistory);
}

#[test]
fn a_lower_number_with_the_live_template_is_identical_not_current() {
    let mut model = Model::new();
    let mut twin = model.revisions[0].clone();
    model.set(template(1, 0), None);
    model.set(template(0, 0), None);
    twin.name = "foo-twin".into();
    twin.uid = "uid-twin".into();
    twin.number = 2;
    model.revisions.push(twin);
    let history = model.history();
    assert_eq!(numbers(&history), [3, 2, 2], "both with number 2 are shown");
    let twin = history.row("foo-twin").unwrap();
    assert!(twin.identical_to_current && !twin.current);
}

#[test]
fn restarts_are_marked_and_skipped_as_previous() {
    let mut model = Model::new();
    model.set(template(1, 0), Some("new image"));
    model.set(template(1, 7), Some("new image"));
    let history = model.history();
    let restart = history.row("foo-3").unwrap();
    assert!(restart.restart_only);
    assert_eq!(restart.cause_same_as, Some(2));
    assert!(!history.row("foo-2").unwrap().restart_only);
    assert_eq!(history.previous_different.as_deref(), Some("foo-1"));
}

#[test]
fn strangers_and_orphans_are_not_shown() {
    let mut model = Model::new();
    for (name, controller, app) in [
        ("orphan", None, "foo"),
        ("namesake", Some("uid-before"), "foo"),
        ("relabelled", Some("uid-foo"), "bar"),
    ] {
        let mut other = model.revisions[0].clone();
        other.name = name.into();
        other.uid = name.into();
        other.number = 9;
        other.controller_uid = controller.map(ToOwned::to_owned);
        other.labels = [("app".to_owned(), app.to_owned())].into();
        model.revisions.push(other);
    }
    assert_eq!(numbers(&model.history()), [1]);
}

#[test]
fn data_that_cannot_be_read_is_listed() {
    let mut model = Model::new();
    model.set(template(1, 0), None);
    model.revisions[0].stored = Stored::Unreadable {
        reason: "there is no spec.template".into(),
        raw: "{}".into(),
    };
    let history = model.history();
    assert_eq!(
        history.row("foo-1").unwrap().problem.as_deref(),
        Some("there is no spec.template")
    );
    assert_eq!(history.row("foo-2").unwrap().base, None);
    assert_eq!(history.previous_different, None);
}

#[test]
fn pruned_numbers_are_gaps() {
    let mut model = Model::new();
    model.workload.history_limit = 2;
    for content in 1..6 {
        model.set(template(content, 0), None);
    }
    let history = model.history();
    assert_eq!(numbers(&history), [6, 5, 4]);
    assert_eq!(
        history.gone,
        [Gone {
            first: 1,
            last: 3,
            now: None
        }]
    );
}

#[test]
fn live_since_is_told_where_the_cluster_knows() {
    let mut model = Model::new();
    model.set(template(1, 0), None);
    let history = model.history();
    let current = history.current().unwrap();
    assert_eq!(current.current_since, Some(current.created_at));
    assert_eq!(history.row("foo-1").unwrap().current_since, None);
    // Made again long after the template was written: somebody deleted it.
    let written = current.created_at.after(-SignedDuration::from_mins(1));
    model.workload.writers = vec![Writer {
        manager: "kubectl".into(),
        at: Some(written),
    }];
    assert_eq!(model.history().current().unwrap().current_since, None);
    // Rollbook's own note, written by Rollbook, tells for a re-used one.
    model.set(template(0, 0), None);
    let at = Time::from_second(1_800_000_999);
    model.workload.last_note = Some(Note {
        id: "x".into(),
        uid: model.workload.uid.clone(),
        generation: model.workload.generation,
        from: None,
        from_revision: None,
        to: "foo-1".into(),
        to_revision: 1,
        reason: String::new(),
        template_generation: 3,
        template: model.workload.template.digest().to_string(),
    });
    model.workload.writers = vec![Writer {
        manager: crate::rollback::FIELD_MANAGER.into(),
        at: Some(at),
    }];
    let history = model.history();
    let current = history.current().unwrap();
    assert_eq!(current.current_since, Some(at));
    assert_eq!(
        current.was,
        Some(Was {
            revision: 1,
            grade: Grade::Recorded
        })
    );
}

#[test]
fn nothing_is_deduced_about_adopted_revisions() {
    let mut model = Model::new();
    model.set(template(1, 0), None);
    model.set(template(0, 0), None);
    model.workload.created_at = Time::from_second(1_900_000_000);
    assert!(
        model
            .history()
            .revisions
            .iter()
            .all(|r| r.was.is_none() && !r.returned)
    );
}

proptest! {
    /// Whatever happens, at each step: the current revision has the live
    /// template and the highest number; a deduced number was really carried by
    /// that revision; a revision said to have returned did; rows and gone
    /// numbers together cover each number once.
    #[test]
    fn what_is_deduced_is_true(
        limit in 0..5u32,
        steps in proptest::collection::vec((0..5u32, 0..2u32, proptest::bool::weighted(0.8)), 1..40),
    ) {
        let mut model = Model::new();
        model.workload.history_limit = limit;
        for (content, restart, synced) in steps {
            model.edit(template(content, restart));
            if synced {
                model.sync(None);
            }
            let history = model.history();
            if model.workload.observed() {
                prop_assert_eq!(history.current_state, CurrentState::Recorded);
                let current = history.current().unwrap();
                let highest = history.revisions.iter().map(|r| r.revision).max();
                prop_assert_eq!(Some(current.revision), highest);
            } else {
                prop_assert!(history.current().is_none());
            }
            for row in &history.revisions {
                let carried: Vec<i64> = model.log.iter()
                    .filter(|(name, _)| *name == row.name).map(|(_, n)| *n).collect();
                if let Some(was) = row.was {
                    prop_assert!(was.revision < row.revision);
                    prop_assert!(carried.contains(&was.revision), "{:?} {:?}", row, carried);
                }
                if row.returned {
                    prop_assert!(carried.iter().any(|n| *n < row.revision));
                }
            }
            let mut covered: Vec<i64> = history.revisions.iter().map(|r| r.revision).collect();
            covered.extend(history.gone.iter().flat_map(|g| g.first..=g.last));
            covered.sort_unstable();
            let highest = covered.last().copied().unwrap_or(0);
            prop_assert_eq!(covered, (1..=highest).collect::<Vec<_>>());
            if let Some(previous) = history.previous_different.as_deref() {
                let revision = model.revisions.iter().find(|r| r.name == previous).unwrap();
                prop_assert!(!revision.template().unwrap().same_content_as(&model.workload.template));
            }
        }
    }
}
