//! One entry of a workload's history: a ControllerRevision.

use std::cmp::Ordering;
use std::sync::Arc;

use crate::time::Time;

use crate::selector::Labels;
use crate::template::Template;
use crate::workload::Workload;

/// Label of a ControllerRevision and of the pods that were made of it
/// (`apps.DefaultDaemonSetUniqueLabelKey`).
pub const HASH: &str = "controller-revision-hash";

/// What a ControllerRevision stores.
#[derive(Clone, Debug)]
pub enum Stored {
    /// A pod template.
    Template(Template),
    /// Something else. It is listed, and cannot be rolled back to.
    Unreadable {
        /// Why, in Kubernetes' field names.
        reason: String,
        /// The raw JSON text of `data`.
        raw: Arc<str>,
    },
}

/// A ControllerRevision of `apps/v1`.
#[derive(Clone, Debug)]
pub struct Revision {
    /// Object name. With the uid this is what identifies a revision; the
    /// number moves.
    pub name: String,
    /// `metadata.uid`.
    pub uid: String,
    /// `revision`. Mutable: the controller raises it when the template becomes
    /// current again (DU constructHistory).
    pub number: i64,
    /// `metadata.creationTimestamp`: when the template was first seen, not when
    /// it went live.
    pub created_at: Time,
    /// `metadata.labels`.
    pub labels: Labels,
    /// Annotation `kubernetes.io/change-cause`, copied from the workload when
    /// the revision was created.
    pub change_cause: Option<String>,
    /// Template generation of the workload when the revision was created; not
    /// updated when it is renumbered (semantics.md 8.12).
    pub template_generation: Option<i64>,
    /// uid of the owner reference with `controller: true`.
    pub controller_uid: Option<String>,
    /// `data`.
    pub stored: Stored,
}

impl Revision {
    /// Label `controller-revision-hash`, which its pods carry too.
    pub fn hash(&self) -> Option<&str> {
        self.labels.get(HASH).map(String::as_str)
    }

    /// The template, where there is one.
    pub fn template(&self) -> Option<&Template> {
        match &self.stored {
            Stored::Template(template) => Some(template),
            Stored::Unreadable { .. } => None,
        }
    }

    /// Is it part of this workload's history? The controller's uid decides
    /// (apimachinery IsControlledBy), among those the selector matches (KH
    /// daemonSetHistory). Orphans and revisions of a namesake are not.
    pub fn belongs_to(&self, workload: &Workload) -> bool {
        self.controller_uid.as_deref() == Some(workload.uid.as_str())
            && workload.selector.matches(&self.labels)
    }

    /// By number; where two carry one number, by age and name, so that both
    /// keep their place (CH byRevision).
    pub fn order(&self, other: &Self) -> Ordering {
        (self.number, self.created_at, &self.name).cmp(&(
            other.number,
            other.created_at,
            &other.name,
        ))
    }
}
