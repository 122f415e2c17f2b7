//! Going back: what is ordered, what must still be true, what is sent, and
//! every way it can end.

mod reason;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::note::{self, Note};
use crate::record::kept::KeptTemplate;
use crate::revision::{Revision, Stored};
use crate::template::{Digest, Template};
use crate::workload::{Key, Kind, Workload};

pub use reason::{Outcome, Reason};

/// Field manager of all that Rollbook writes, so that `managedFields` tells.
pub const FIELD_MANAGER: &str = "rollbook";

/// An order to go back, naming what the person saw. Each part of the sight
/// that is sent is tested; what is left out is taken as it is when the order
/// arrives.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    /// Namespace of the workload.
    pub namespace: String,
    /// Its kind.
    #[serde(default)]
    pub kind: Kind,
    /// Its name.
    pub name: String,
    /// ControllerRevision whose template is wanted, or the digest of a template
    /// that Rollbook's record keeps.
    pub to: String,
    /// uid of that ControllerRevision when the person looked.
    #[serde(default)]
    pub to_uid: Option<String>,
    /// Number of that ControllerRevision when the person looked.
    #[serde(default)]
    pub to_revision: Option<i64>,
    /// uid of the workload when the person looked.
    #[serde(default)]
    pub uid: Option<String>,
    /// Generation of the workload when the person looked.
    #[serde(default)]
    pub generation: Option<i64>,
    /// Why; at most [`note::REASON_MAX`] characters.
    #[serde(default)]
    pub reason: Option<String>,
    /// Ask the apiserver, change nothing.
    #[serde(default)]
    pub dry_run: bool,
    /// Anything else that was sent. An order that says what is not understood
    /// is refused: it may be a precondition, misspelt.
    #[serde(flatten, skip_serializing)]
    pub unknown: BTreeMap<String, Value>,
}

impl Order {
    /// The workload that is meant.
    pub fn key(&self) -> Key {
        Key {
            namespace: self.namespace.clone(),
            kind: self.kind,
            name: self.name.clone(),
        }
    }

    /// The digest, where the wanted template is one that the record keeps.
    pub fn kept(&self) -> Option<Digest> {
        self.to.parse().ok()
    }

    /// The reason, trimmed, its lines ended as Unix ends them: forms send
    /// them otherwise.
    pub fn reason(&self) -> String {
        let reason = self.reason.as_deref().unwrap_or_default();
        reason.trim().replace("\r\n", "\n")
    }
}

/// What became of an order.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// How it ended.
    pub outcome: Outcome,
    /// Why, with its particulars.
    #[serde(flatten)]
    pub reason: Reason,
    /// The sentence for people; in the language of the request.
    #[serde(default)]
    pub message: String,
    /// Did anything in the cluster change? `null` when that is not known.
    pub changed: Option<bool>,
    /// Generation to follow: of the write, or of the workload as it is.
    pub generation: Option<i64>,
    /// Something that went wrong beside the rollback itself, which stands: the
    /// Event could not be written.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event_problem: Option<String>,
}

impl Report {
    /// A report without a write.
    pub fn unchanged(reason: Reason, generation: Option<i64>) -> Self {
        let changed = match reason.outcome() {
            Outcome::Unknown => None,
            _ => Some(false),
        };
        Self {
            outcome: reason.outcome(),
            reason,
            message: String::new(),
            changed,
            generation,
            event_problem: None,
        }
    }
}

/// Where the wanted template was found.
#[derive(Clone, Copy, Debug)]
pub enum Target<'a> {
    /// In a ControllerRevision.
    Revision(&'a Revision),
    /// In Rollbook's record: Kubernetes keeps it no more.
    Kept(&'a KeptTemplate),
}

/// An order that may be sent.
#[derive(Clone, Debug)]
pub struct Plan {
    /// JSON Patch (RFC 6902) with its own preconditions.
    pub patch: Value,
    /// The template that is asked for.
    pub target: Template,
    /// uid that the patch tests.
    pub uid: String,
    /// Generation that the patch tests.
    pub generation: i64,
    /// The note of this order.
    pub note: Note,
    /// The note is written with the template, so that it tells whose write it
    /// was.
    pub noted: bool,
}

/// Looks at what the order says, without the cluster.
///
/// # Errors
/// [`Reason::Invalid`] with the field.
pub fn check_order(order: &Order) -> Result<(), Reason> {
    let unknown = order.unknown.keys().next().map(String::as_str);
    let name = [
        ("namespace", &order.namespace),
        ("name", &order.name),
        ("to", &order.to),
    ]
    .into_iter()
    .find(|(field, value)| !is_name(value) && (*field != "to" || order.kept().is_none()))
    .map(|(field, _)| field);
    let long = order.reason().chars().count() > note::REASON_MAX;
    match unknown.or(name).or(long.then_some("reason")) {
        Some(field) => Err(Reason::Invalid {
            field: field.to_owned(),
        }),
        None => Ok(()),
    }
}

/// May an object be called so? A DNS subdomain (RFC 1123), which cannot lead
/// anywhere else in a path.
pub(crate) fn is_name(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit();
    name.len() <= 253
        && name.starts_with(plain)
        && name.ends_with(plain)
        && name.chars().all(|c| plain(c) || c == '-' || c == '.')
}

/// Holds an order against the cluster as it is now: `live` and a target in a
/// ControllerRevision freshly read, `None` where there is none. `current` is the recorded current
/// revision, for the note. `id` identifies this order.
///
/// # Errors
/// The first thing that is not as the order says. Equality with the live
/// template comes before all that may have moved: a repeated order must find
/// its work done, not a conflict.
pub fn plan(
    order: &Order,
    live: Option<&Workload>,
    target: Option<Target<'_>>,
    current: Option<&Revision>,
    id: &str,
) -> Result<Plan, Reason> {
    check_order(order)?;
    let live = live.ok_or(Reason::WorkloadGone)?;
    if order.uid.as_ref().is_some_and(|uid| *uid != live.uid) {
        return Err(Reason::Replaced);
    }
    if live.deleting_since.is_some() {
        return Err(Reason::Deleting);
    }
    let target = target.ok_or(Reason::Pruned)?;
    let (template, number) = match target {
        Target::Revision(revision) => (stored(order, live, revision)?, Some(revision.number)),
        Target::Kept(kept) => (&kept.template, kept.number),
    };
    if template.same_as(&live.template) {
        return Err(Reason::AlreadyThere);
    }
    let number = number.unwrap_or_default();
    if let Some(seen) = order.to_revision.filter(|seen| *seen != number) {
        return Err(Reason::Renumbered { seen, now: number });
    }
    if let Some(seen) = order.generation.filter(|seen| *seen != live.generation) {
        return Err(Reason::Moved {
            seen,
            now: live.generation,
        });
    }
    let note = Note {
        id: id.to_owned(),
        uid: live.uid.clone(),
        generation: live.generation + 1,
        from: current.map(|c| c.name.clone()),
        from_revision: current.map(|c| c.number),
        to: order.to.clone(),
        to_revision: number,
        reason: order.reason(),
        template_generation: live.template_generation.unwrap_or_default() + 1,
        template: template.digest().to_string(),
    };
    Ok(Plan {
        patch: patch(live, template, &note),
        target: template.clone(),
        uid: live.uid.clone(),
        generation: live.generation,
        note,
        noted: live.template_generation.is_some(),
    })
}

/// The template of a ControllerRevision, if that is the one that was ordered.
fn stored<'a>(
    order: &Order,
    live: &Workload,
    revision: &'a Revision,
) -> Result<&'a Template, Reason> {
    let ordered = |uid: &String| *uid == revision.uid;
    if !order.to_uid.as_ref().is_none_or(ordered) {
        return Err(Reason::TargetReplaced);
    }
    if !revision.belongs_to(live) {
        return Err(Reason::NotOwned);
    }
    match &revision.stored {
        Stored::Template(template) => Ok(template),
        Stored::Unreadable { reason, .. } => Err(Reason::Unreadable {
            problem: reason.clone(),
        }),
    }
}

/// One request that carries its own preconditions (semantics.md 8.1 b): it
/// fails as a whole when the workload was replaced or its spec changed.
/// `replace` takes the stored template whole; a merge would keep what was
/// added since (product.md 3).
fn patch(live: &Workload, template: &Template, note: &Note) -> Value {
    // Reads of apps/v1 always carry the template generation annotation, so the
    // annotations object is there and adding one member touches no other.
    let pointer = format!("/metadata/annotations/{}", note::KEY.replace('/', "~1"));
    let mut operations = vec![
        json!({"op": "test", "path": "/metadata/uid", "value": live.uid}),
        json!({"op": "test", "path": "/metadata/generation", "value": live.generation}),
        json!({"op": "replace", "path": "/spec/template", "value": template.value()}),
    ];
    if live.template_generation.is_some()
        && let Ok(value) = serde_json::to_string(note)
    {
        operations.push(json!({"op": "add", "path": pointer, "value": value}));
    }
    Value::Array(operations)
}

/// Reads an unanswered write from the workload as it is afterwards:
/// `Some(true)` when it was carried out, `Some(false)` when it was not and can
/// not be any more, `None` when that cannot be told: it may still arrive, or
/// later changes hide what it did.
pub fn arrived(after: &Workload, plan: &Plan) -> Option<bool> {
    if after.uid != plan.uid {
        return None;
    }
    // Whatever admission made of the template, and whatever came after.
    let noted = after.last_note.as_ref();
    if noted.is_some_and(|note| note.id == plan.note.id) {
        return Some(true);
    }
    // Exactly one change of the spec since, so it was ours or it was not. Of
    // two, the first may have been ours and its note taken off by the second.
    if after.generation != plan.generation + 1 {
        return None;
    }
    match (after.template.same_as(&plan.target), plan.noted) {
        (false, true) => Some(false),
        (true, false) => Some(true),
        _ => None,
    }
}

#[cfg(test)]
mod tests;
