//! From Kubernetes objects to the domain. Total: an odd annotation or value
//! never loses an object.

mod pods;

use domain::note::{self, Note};
use domain::owner::{self, Signals};
use domain::revision::{Revision, Stored};
use domain::template::Template;
use domain::time::Time;
use domain::workload::{Counts, Key, Share, UpdateStrategy, Workload, Writer};
use k8s_openapi::apimachinery::pkg::apis::meta::v1::{
    ManagedFieldsEntry, ObjectMeta, Time as ApiTime,
};
use k8s_openapi::apimachinery::pkg::util::intstr::IntOrString;
use serde_json::{Value, json};

use super::partial::{DaemonSetPart, RevisionPart, Status, Strategy};
pub use pods::{node, pod};

const CHANGE_CAUSE: &str = "kubernetes.io/change-cause";
/// Longest change cause that is kept, in characters.
const CAUSE_MAX: usize = 2000;
const TEMPLATE_GENERATION: &str = "deprecated.daemonset.template.generation";

/// A DaemonSet; `None` only without a name, which the apiserver never sends.
pub fn workload(part: DaemonSetPart) -> Option<Workload> {
    let DaemonSetPart {
        metadata,
        spec,
        status,
    } = part;
    let key = Key::daemon_set(
        metadata.namespace.clone().unwrap_or_default(),
        metadata.name.clone()?,
    );
    let template = Template::new(spec.template)
        .or_else(|_| placeholder())
        .ok()?;
    let template_generation = number(&metadata, TEMPLATE_GENERATION);
    let last_note = annotation(&metadata, note::KEY).and_then(Note::parse);
    let signals = signals(&key, &metadata);
    Some(Workload {
        uid: metadata.uid.clone().unwrap_or_default(),
        generation: metadata.generation.unwrap_or_default(),
        observed_generation: status.observed_generation,
        template_generation,
        created_at: time(metadata.creation_timestamp.as_ref()),
        deleting_since: metadata.deletion_timestamp.as_ref().map(|t| time(Some(t))),
        selector: spec.selector,
        template,
        strategy: strategy(spec.update_strategy),
        min_ready_seconds: small(spec.min_ready_seconds.unwrap_or_default()),
        // The apiserver's default (DF).
        history_limit: small(spec.revision_history_limit.unwrap_or(10)),
        counts: counts(&status),
        change_cause: change_cause(&metadata),
        applied: signals.applied(),
        last_note,
        owner: owner::owner_of(&signals),
        writers: writers(&metadata),
        key,
    })
}

/// Validation never lets a DaemonSet without containers in; if one comes all
/// the same it is shown with an empty template rather than left out.
fn placeholder() -> Result<Template, domain::template::NotATemplate> {
    Template::new(json!({"spec": {"containers": [{"name": "unknown"}]}}))
}

/// A ControllerRevision.
pub fn revision(part: RevisionPart) -> Option<Revision> {
    let RevisionPart {
        metadata,
        revision,
        data,
    } = part;
    let stored = match Template::from_revision_data(data.clone()) {
        Ok(template) => Stored::Template(template),
        Err(reason) => Stored::Unreadable {
            reason: reason.to_string(),
            raw: raw(&data),
        },
    };
    Some(Revision {
        name: metadata.name.clone()?,
        uid: metadata.uid.clone().unwrap_or_default(),
        number: revision,
        created_at: time(metadata.creation_timestamp.as_ref()),
        change_cause: change_cause(&metadata),
        template_generation: number(&metadata, TEMPLATE_GENERATION),
        controller_uid: controller(&metadata).map(|(_, _, uid)| uid),
        labels: metadata.labels.unwrap_or_default(),
        stored,
    })
}

/// The text of data that is no template, without what looks like a secret, and
/// bounded: 64 KiB show enough.
fn raw(data: &Value) -> std::sync::Arc<str> {
    let text = domain::secrets::masked_data(data).to_string();
    domain::text::shorten(&text, 64 * 1024).into()
}

/// Anybody may write one, of any length, and it is in every list.
fn change_cause(metadata: &ObjectMeta) -> Option<String> {
    let cause = annotation(metadata, CHANGE_CAUSE)?;
    Some(domain::text::shorten(cause, CAUSE_MAX).into_owned())
}

fn annotation<'a>(metadata: &'a ObjectMeta, key: &str) -> Option<&'a str> {
    metadata.annotations.as_ref()?.get(key).map(String::as_str)
}

/// Unparsable is the same as absent (DX: "unparsable = ignored").
fn number(metadata: &ObjectMeta, key: &str) -> Option<i64> {
    annotation(metadata, key)?.parse().ok()
}

fn time(time: Option<&ApiTime>) -> Time {
    time.map(|time| time.0.into()).unwrap_or_default()
}

fn small(n: i64) -> u32 {
    u32::try_from(n.max(0)).unwrap_or(u32::MAX)
}

fn counts(status: &Status) -> Counts {
    Counts {
        desired: small(status.desired_number_scheduled),
        scheduled: small(status.current_number_scheduled),
        updated: small(status.updated_number_scheduled),
        ready: small(status.number_ready),
        available: small(status.number_available),
        misscheduled: small(status.number_misscheduled),
    }
}

fn strategy(strategy: Strategy) -> UpdateStrategy {
    match strategy.kind.as_deref() {
        None | Some("RollingUpdate") => {
            let rolling = strategy.rolling_update.unwrap_or_default();
            UpdateStrategy::RollingUpdate {
                // The apiserver's defaults (DF).
                max_unavailable: rolling.max_unavailable.map_or(Share::Nodes(1), share),
                max_surge: rolling.max_surge.map_or(Share::Nodes(0), share),
            }
        }
        Some("OnDelete") => UpdateStrategy::OnDelete,
        Some(other) => UpdateStrategy::Other {
            name: other.to_owned(),
        },
    }
}

fn share(value: IntOrString) -> Share {
    match value {
        IntOrString::Int(n) => Share::Nodes(small(n.into())),
        IntOrString::String(text) => match text.strip_suffix('%') {
            Some(percent) => Share::Percent(percent.trim().parse().unwrap_or_default()),
            None => Share::Nodes(text.trim().parse().unwrap_or_default()),
        },
    }
}

/// The first owner reference with `controller: true` (AM GetControllerOf):
/// kind, name, uid.
fn controller(metadata: &ObjectMeta) -> Option<(String, String, String)> {
    metadata
        .owner_references
        .iter()
        .flatten()
        .find(|reference| reference.controller == Some(true))
        .map(|r| (r.kind.clone(), r.name.clone(), r.uid.clone()))
}

fn managed(metadata: &ObjectMeta) -> impl Iterator<Item = &ManagedFieldsEntry> {
    metadata.managed_fields.iter().flatten()
}

fn signals(key: &Key, metadata: &ObjectMeta) -> Signals {
    Signals {
        namespace: key.namespace.clone(),
        group_kind: format!("apps/{}", key.kind),
        name: key.name.clone(),
        labels: metadata.labels.clone().unwrap_or_default(),
        annotations: metadata.annotations.clone().unwrap_or_default(),
        managers: managed(metadata)
            .filter_map(|entry| {
                Some((
                    entry.manager.clone()?,
                    entry.operation.clone().unwrap_or_default(),
                ))
            })
            .collect(),
        controller: controller(metadata).map(|(kind, name, _)| (kind, name)),
    }
}

/// The managers that own a part of the template.
fn writers(metadata: &ObjectMeta) -> Vec<Writer> {
    managed(metadata)
        .filter(|entry| {
            entry
                .fields_v1
                .as_ref()
                .is_some_and(|fields| fields.0.pointer("/f:spec/f:template").is_some())
        })
        .filter_map(|entry| {
            Some(Writer {
                manager: entry.manager.clone()?,
                at: entry.time.as_ref().map(|time| time.0.into()),
            })
        })
        .collect()
}

#[cfg(test)]
mod tests;
