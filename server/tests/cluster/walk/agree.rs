//! What kubectl and the apiserver say, held against what Rollbook says.

use domain::history::{History, history};
use domain::status::status;
use serde_json::Value;

use super::Walk;
use super::record::Record;
use crate::rig::until;

/// Holds everything against everything after a step.
pub async fn check(rig: &Walk<'_>, record: &mut Record, what: &str) {
    let printed = same_revisions(rig, what).await;
    let entry = rig.entry(rig.name).unwrap();
    let history = history(&entry.workload, &entry.own());
    let live = rig.live(rig.name);
    let stored = stored(rig, &live);
    current(&history, &printed, &stored, &live, what);
    record.said(same_status(rig, what).await);
    assert_eq!(
        history.previous_different.as_deref(),
        previous(&stored, &live),
        "{what}"
    );
    record.take(&history, &stored, &live, rig.port.now());
    record.hold(&history, &stored, what);
}

/// Numbers and causes that `kubectl rollout history` prints.
fn printed(rig: &Walk<'_>) -> Vec<(i64, String)> {
    rig.kubectl(&["rollout", "history", &rig.ds()])
        .lines()
        .filter_map(|line| {
            let (number, cause) = line.trim().split_once(' ').unwrap_or((line.trim(), ""));
            Some((number.parse().ok()?, cause.trim().to_owned()))
        })
        .collect()
}

/// The adapter may be a moment behind kubectl, never for long.
async fn same_revisions(rig: &Walk<'_>, what: &str) -> Vec<(i64, String)> {
    let ours = || {
        let entry = rig.entry(rig.name).unwrap();
        let mut rows: Vec<(i64, String)> = history(&entry.workload, &entry.own())
            .revisions
            .iter()
            .map(|row| {
                let cause = row.change_cause.clone().unwrap_or_else(|| "<none>".into());
                (row.revision, cause)
            })
            .collect();
        rows.reverse();
        rows
    };
    let mut theirs = Vec::new();
    until(&format!("the same revisions after {what}"), || {
        theirs = printed(rig);
        ours() == theirs
    })
    .await;
    theirs
}

/// The workload's ControllerRevisions as the apiserver holds them.
fn stored(rig: &Walk<'_>, live: &Value) -> Vec<Value> {
    let mut all = rig.get("controllerrevisions").unwrap();
    let uid = &live["metadata"]["uid"];
    let mut own = all["items"].as_array_mut().map(std::mem::take).unwrap();
    own.retain(|item| item["metadata"]["ownerReferences"][0]["uid"] == *uid);
    for item in &mut own {
        let template = item["data"]["spec"]["template"].as_object_mut().unwrap();
        template.remove("$patch");
    }
    own.sort_by_key(|item| item["revision"].as_i64());
    own
}

/// Current has the highest number, and its template is the live one.
fn current(
    history: &History,
    printed: &[(i64, String)],
    stored: &[Value],
    live: &Value,
    what: &str,
) {
    let current = history
        .current()
        .unwrap_or_else(|| panic!("{what}: nothing is current"));
    let highest = printed.last().map(|(n, _)| *n);
    assert_eq!(Some(current.revision), highest, "{what}");
    let found = stored.last().unwrap();
    assert_eq!(found["metadata"]["name"], *current.name, "{what}");
    let template = &found["data"]["spec"]["template"];
    assert_eq!(*template, live["spec"]["template"], "{what}");
}

/// What `kubectl rollout status` says; under OnDelete it says an error.
pub fn said(rig: &Walk<'_>) -> String {
    let words = ["rollout", "status", &rig.ds(), "--watch=false"];
    match rig.cluster.kubectl(&words) {
        Ok(said) => said.trim().to_owned(),
        Err(failure) => failure.to_string(),
    }
}

/// kubectl's own words, read at one generation and counters.
pub async fn same_status(rig: &Walk<'_>, what: &str) -> String {
    let mut message = String::new();
    until(&format!("the same status after {what}"), || {
        let said = said(rig);
        rig.entry(rig.name).is_ok_and(|e| {
            message = status(&e.workload).message;
            said == message || said.contains(&format!("error: {message}"))
        })
    })
    .await;
    message
}

/// A template without the time of a restart, the only annotation here.
pub fn plain(template: &Value) -> Value {
    let mut template = template.clone();
    let metadata = template["metadata"].as_object_mut().unwrap();
    metadata.remove("annotations");
    metadata.remove("creationTimestamp");
    template
}

/// The newest that brings something else than what is live; a restart alone
/// does not count.
fn previous<'a>(stored: &'a [Value], live: &Value) -> Option<&'a str> {
    let live = plain(&live["spec"]["template"]);
    stored
        .iter()
        .rev()
        .find(|item| plain(&item["data"]["spec"]["template"]) != live)
        .map(|item| item["metadata"]["name"].as_str().unwrap())
}
