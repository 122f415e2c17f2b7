//! The revision history of a workload: which revisions there are, which one is
//! current, and what each changed.

use crate::time::Time;
use jiff::SignedDuration;
use serde::{Deserialize, Serialize};

use crate::ledger::{self, Gone, Was};
use crate::revision::{Revision, Stored};
use crate::summary::{self, Chips};
use crate::template::ContainerImage;
use crate::workload::{Key, Kind, Workload};

/// What is known about the current revision.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum CurrentState {
    /// A revision holds the live template and has the highest number.
    Recorded,
    /// The controller has not handled the latest spec: the highest number may
    /// be the previous template.
    Pending,
    /// The controller has, and yet no revision with the highest number holds
    /// the live template.
    NotRecorded,
    /// There are no revisions.
    NoHistory,
}

/// A revision that a row is compared with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Base {
    /// Object name.
    pub name: String,
    /// Number.
    pub revision: i64,
}

/// One revision in the history.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Row {
    /// Its number now.
    pub revision: i64,
    /// Object name.
    pub name: String,
    /// Object uid.
    pub uid: String,
    /// Change cause kept when the revision was created.
    pub change_cause: Option<String>,
    /// The revision created before this one carries the same words, so they
    /// may have been copied along (semantics.md 5).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cause_same_as: Option<i64>,
    /// When the template was first recorded. Not when it went live.
    pub created_at: Time,
    /// Since when it is current, where the cluster tells.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub current_since: Option<Time>,
    /// It is the current revision.
    pub current: bool,
    /// Another revision with the template that is live.
    pub identical_to_current: bool,
    /// Differs from `base` only in the time of a restart.
    pub restart_only: bool,
    /// An earlier number, where it can be told.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub was: Option<Was>,
    /// It had been current under a lower number before.
    #[serde(default)]
    pub returned: bool,
    /// Images of its containers.
    pub images: Vec<ContainerImage>,
    /// Why it cannot be read, in Kubernetes' field names.
    pub problem: Option<String>,
    /// The readable revision before it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub base: Option<Base>,
    /// What changed against `base`.
    #[serde(default)]
    pub changes: Chips,
}

/// What the controller takes from a change of the template to the revision made
/// of it is far less, but both times are cut to the second. A controller that
/// was late makes a time unknown, never wrong.
const CONTROLLER_TAKES: SignedDuration = SignedDuration::from_secs(1);

/// The history of one workload.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct History {
    /// Its namespace.
    pub namespace: String,
    /// Its kind.
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// Its uid.
    pub uid: String,
    /// Its `metadata.generation`.
    pub generation: i64,
    /// What is known about the current revision.
    pub current_state: CurrentState,
    /// Images of the live template.
    pub images: Vec<ContainerImage>,
    /// Name of the newest revision that would bring something else than what
    /// is live; restarts do not count.
    pub previous_different: Option<String>,
    /// Newest first: by number, then age, then name.
    pub revisions: Vec<Row>,
    /// Numbers that no revision carries any more, newest first.
    pub gone: Vec<Gone>,
    /// `spec.revisionHistoryLimit`.
    pub history_limit: u32,
}

impl History {
    /// Which workload.
    pub fn key(&self) -> Key {
        Key {
            namespace: self.namespace.clone(),
            kind: self.kind,
            name: self.name.clone(),
        }
    }

    /// The current row.
    pub fn current(&self) -> Option<&Row> {
        self.revisions.iter().find(|row| row.current)
    }

    /// The row of that ControllerRevision.
    pub fn row(&self, name: &str) -> Option<&Row> {
        self.revisions.iter().find(|row| row.name == name)
    }
}

/// Which of the workload's own revisions is current (semantics.md 1.2).
/// `revisions` in [`Revision::order`].
pub fn current<'a>(
    workload: &Workload,
    revisions: &[&'a Revision],
) -> (CurrentState, Option<&'a Revision>) {
    let Some(highest) = revisions.last().map(|r| r.number) else {
        return (CurrentState::NoHistory, None);
    };
    if !workload.observed() {
        return (CurrentState::Pending, None);
    }
    let found = revisions
        .iter()
        .rev()
        .take_while(|r| r.number == highest)
        .find(|r| r.template().is_some_and(|t| t.same_as(&workload.template)));
    match found {
        Some(revision) => (CurrentState::Recorded, Some(revision)),
        None => (CurrentState::NotRecorded, None),
    }
}

/// The revisions of a workload among those of its namespace, oldest number
/// first.
pub fn own<'a>(
    workload: &Workload,
    revisions: impl IntoIterator<Item = &'a Revision>,
) -> Vec<&'a Revision> {
    let mut own: Vec<_> = revisions
        .into_iter()
        .filter(|r| r.belongs_to(workload))
        .collect();
    own.sort_by(|a, b| a.order(b));
    own
}

/// The newest revision whose template is not what is live, restarts aside
/// (semantics.md 8.9).
pub fn previous_different<'a>(
    workload: &Workload,
    revisions: &[&'a Revision],
) -> Option<&'a Revision> {
    revisions.iter().rev().copied().find(|r| {
        r.template()
            .is_some_and(|t| !t.same_content_as(&workload.template))
    })
}

/// Builds the history from `revisions`, as [`own`] returns them.
pub fn history(workload: &Workload, revisions: &[&Revision]) -> History {
    let (current_state, current) = current(workload, revisions);
    let numbers = ledger::numbers(workload, revisions, current);
    let mut rows: Vec<Row> = revisions
        .iter()
        .enumerate()
        .map(|(index, _)| row(workload, revisions, index, current, &numbers[index]))
        .collect();
    let gone = ledger::gone(revisions, &numbers);
    rows.reverse();
    History {
        namespace: workload.key.namespace.clone(),
        kind: workload.key.kind,
        name: workload.key.name.clone(),
        uid: workload.uid.clone(),
        generation: workload.generation,
        current_state,
        images: workload.template.images().to_vec(),
        previous_different: previous_different(workload, revisions).map(|r| r.name.clone()),
        revisions: rows,
        gone,
        history_limit: workload.history_limit,
    }
}

fn row(
    workload: &Workload,
    revisions: &[&Revision],
    index: usize,
    current: Option<&Revision>,
    number: &ledger::Number,
) -> Row {
    let revision = revisions[index];
    let is_current = current.is_some_and(|c| c.uid == revision.uid);
    let template = revision.template();
    let base = revisions[..index]
        .iter()
        .rev()
        .find_map(|r| r.template().map(|t| (*r, t)));
    let restart_only = match (template, base) {
        (Some(template), Some((_, before))) => {
            !template.same_as(before) && template.same_content_as(before)
        }
        _ => false,
    };
    let changes = match (template, base) {
        (Some(template), Some((_, before))) => {
            summary::chips(&summary::summary(&before.value(), &template.value()))
        }
        _ => Chips::default(),
    };
    Row {
        revision: revision.number,
        name: revision.name.clone(),
        uid: revision.uid.clone(),
        change_cause: revision.change_cause.clone(),
        cause_same_as: cause_same_as(revisions, revision),
        created_at: revision.created_at,
        current_since: is_current
            .then(|| current_since(workload, revision))
            .flatten(),
        current: is_current,
        identical_to_current: !is_current
            && template.is_some_and(|t| t.same_as(&workload.template)),
        restart_only,
        was: number.was,
        returned: number.returned,
        images: template.map(|t| t.images().to_vec()).unwrap_or_default(),
        problem: match &revision.stored {
            Stored::Template(_) => None,
            Stored::Unreadable { reason, .. } => Some(reason.clone()),
        },
        base: base.map(|(r, _)| Base {
            name: r.name.clone(),
            revision: r.number,
        }),
        changes,
    }
}

/// The number of the revision created just before this one, if both carry the
/// same change cause: the controller copies whatever the workload carries, so
/// a cause that was not changed with the template is copied along.
fn cause_same_as(revisions: &[&Revision], revision: &Revision) -> Option<i64> {
    let cause = revision.change_cause.as_deref()?;
    revisions
        .iter()
        .filter(|r| ledger::age(r) < ledger::age(revision))
        .max_by_key(|r| ledger::age(r))
        .filter(|r| r.change_cause.as_deref() == Some(cause))
        .map(|r| r.number)
}

/// Since when the current revision is current. Its creation, when it was made
/// for the template generation that is live; by Rollbook's own note when
/// Rollbook went back to it; otherwise the cluster does not tell.
///
/// A revision that somebody deleted is made again for the same generation, but
/// later than the template was written. When that was is known of the first
/// template; of a later one its manager tells, unless it has changed something
/// else in the very second in which the revision was made again.
pub fn current_since(workload: &Workload, current: &Revision) -> Option<Time> {
    let created_for_this = current.template_generation.is_some()
        && current.template_generation == workload.template_generation
        && current.created_at >= workload.created_at;
    let written_before = |at: Time| at.after(CONTROLLER_TAKES) < current.created_at;
    let writer = workload.writer();
    if created_for_this {
        // The first template is as old as the workload itself.
        let first = (workload.template_generation == Some(1)).then_some(workload.created_at);
        let written = first.or_else(|| writer.and_then(|w| w.at));
        return (!written.is_some_and(written_before)).then_some(current.created_at);
    }
    let writer = writer?;
    (workload.note().is_some() && writer.manager == crate::rollback::FIELD_MANAGER)
        .then_some(writer.at)
        .flatten()
}

#[cfg(test)]
pub(crate) mod tests;
