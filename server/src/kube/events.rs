//! A Kubernetes Event for each rollback, so that `kubectl describe` tells. It
//! is a convenience: the rollback stands without it.

use std::time::Duration;

use domain::rollback::{FIELD_MANAGER, Order, Plan};
use domain::text::{said, shorten, visible};
use domain::workload::Workload;
use k8s_openapi::api::core::v1::ObjectReference;
use kube::Client;
use kube::runtime::events::{Event, EventType, Recorder, Reporter};

use super::health::words;

/// Time for writing it.
const LIMIT: Duration = Duration::from_secs(3);
/// The API's own limit for the note is 1 kB.
const NOTE_MAX: usize = 900;

/// Writes the Event.
///
/// # Errors
/// The words of what went wrong.
pub async fn rolled_back(
    client: &Client,
    order: &Order,
    after: &Workload,
    plan: &Plan,
) -> Result<(), String> {
    let from = match (&plan.note.from, plan.note.from_revision) {
        (Some(name), Some(number)) => format!("{name} (revision {number})"),
        _ => "a template without a recorded revision".to_owned(),
    };
    let reason = match order.reason().as_str() {
        "" => "no reason given".to_owned(),
        reason => visible(reason).into_owned(),
    };
    let number = match plan.note.to_revision {
        0 => "number not known".to_owned(),
        number => format!("revision {number}"),
    };
    let note = format!(
        "Rolled back from {from} to the template of {} ({number}): {reason}",
        plan.note.to
    );
    let event = Event {
        type_: EventType::Normal,
        reason: "RolledBack".into(),
        note: Some(fit(&note)),
        action: "Rollback".into(),
        secondary: None,
    };
    let about = ObjectReference {
        api_version: Some("apps/v1".into()),
        kind: Some(after.key.kind.to_string()),
        namespace: Some(after.key.namespace.clone()),
        name: Some(after.key.name.clone()),
        uid: Some(after.uid.clone()),
        ..ObjectReference::default()
    };
    let reporter = Reporter {
        controller: FIELD_MANAGER.into(),
        instance: None,
    };
    let recorder = Recorder::new(client.clone(), reporter);
    match tokio::time::timeout(LIMIT, recorder.publish(&event, &about)).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(kube::Error::Api(status))) => Err(said(&status.message)),
        Ok(Err(error)) => Err(words(&error)),
        Err(_) => Err("no answer within 3 s".into()),
    }
}

/// Bytes count, not characters.
fn fit(note: &str) -> String {
    let mut max = NOTE_MAX;
    loop {
        let text = shorten(note, max);
        if text.len() <= NOTE_MAX + 100 {
            return text.into_owned();
        }
        max = max * 3 / 4;
    }
}
