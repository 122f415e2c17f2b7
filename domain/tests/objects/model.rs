//! Workloads and revisions from Kubernetes' JSON, and a small model of the
//! DaemonSet controller that makes a history of templates.

use domain::history::{History, history, own};
use domain::revision::{Revision, Stored};
use domain::selector::{Labels, Selector};
use domain::template::Template;
use domain::time::Time;
use domain::workload::{Counts, Key, Share, UpdateStrategy, Workload};
use serde_json::{Value, json};

const TEMPLATE_GENERATION: &str = "deprecated.daemonset.template.generation";
const CHANGE_CAUSE: &str = "kubernetes.io/change-cause";

fn text(value: &Value) -> Option<String> {
    value.as_str().map(ToOwned::to_owned)
}

fn time(value: &Value) -> Time {
    value.as_str().unwrap().parse().unwrap()
}

fn generation(metadata: &Value) -> Option<i64> {
    let annotation = &metadata["annotations"][TEMPLATE_GENERATION];
    annotation.as_str()?.parse().ok()
}

fn labels(metadata: &Value) -> Labels {
    serde_json::from_value(metadata["labels"].clone()).unwrap_or_default()
}

fn share(value: &Value) -> Share {
    match value.as_str().and_then(|text| text.strip_suffix('%')) {
        Some(percent) => Share::Percent(percent.parse().unwrap()),
        None => Share::Nodes(u32::try_from(value.as_u64().unwrap()).unwrap()),
    }
}

fn strategy(strategy: &Value) -> UpdateStrategy {
    let rolling = &strategy["rollingUpdate"];
    match strategy["type"].as_str() {
        Some("OnDelete") => UpdateStrategy::OnDelete,
        _ => UpdateStrategy::RollingUpdate {
            max_unavailable: share(&rolling["maxUnavailable"]),
            max_surge: share(&rolling["maxSurge"]),
        },
    }
}

/// A DaemonSet as the apiserver returns it.
pub fn workload(object: &Value) -> Workload {
    let (metadata, spec, status) = (&object["metadata"], &object["spec"], &object["status"]);
    let count = |field: &str| u32::try_from(status[field].as_u64().unwrap()).unwrap();
    Workload {
        key: Key::daemon_set(
            text(&metadata["namespace"]).unwrap(),
            text(&metadata["name"]).unwrap(),
        ),
        uid: text(&metadata["uid"]).unwrap(),
        generation: metadata["generation"].as_i64().unwrap(),
        observed_generation: status["observedGeneration"].as_i64().unwrap(),
        template_generation: generation(metadata),
        created_at: time(&metadata["creationTimestamp"]),
        deleting_since: None,
        selector: serde_json::from_value(spec["selector"].clone()).unwrap(),
        template: Template::new(spec["template"].clone()).unwrap(),
        strategy: strategy(&spec["updateStrategy"]),
        min_ready_seconds: 0,
        history_limit: u32::try_from(spec["revisionHistoryLimit"].as_u64().unwrap()).unwrap(),
        counts: Counts {
            desired: count("desiredNumberScheduled"),
            scheduled: count("currentNumberScheduled"),
            updated: count("updatedNumberScheduled"),
            ready: count("numberReady"),
            available: count("numberAvailable"),
            misscheduled: count("numberMisscheduled"),
        },
        change_cause: text(&metadata["annotations"][CHANGE_CAUSE]),
        applied: false,
        last_note: None,
        owner: None,
        writers: Vec::new(),
    }
}

/// A ControllerRevision as the apiserver returns it.
pub fn revision(object: &Value) -> Revision {
    let metadata = &object["metadata"];
    let owners = metadata["ownerReferences"].as_array();
    let controller = owners
        .into_iter()
        .flatten()
        .find(|owner| owner["controller"] == json!(true));
    Revision {
        name: text(&metadata["name"]).unwrap(),
        uid: text(&metadata["uid"]).unwrap(),
        number: object["revision"].as_i64().unwrap(),
        created_at: time(&metadata["creationTimestamp"]),
        labels: labels(metadata),
        change_cause: text(&metadata["annotations"][CHANGE_CAUSE]),
        template_generation: generation(metadata),
        controller_uid: controller.and_then(|owner| text(&owner["uid"])),
        stored: match Template::from_revision_data(object["data"].clone()) {
            Ok(template) => Stored::Template(template),
            Err(reason) => Stored::Unreadable {
                reason: reason.to_string(),
                raw: object["data"].to_string().into(),
            },
        },
    }
}

/// A DaemonSet with its controller (semantics.md 1.2): templates are equal
/// here when their JSON is, as the controller compares them.
pub struct Controlled {
    pub workload: Workload,
    pub revisions: Vec<Revision>,
    live: Value,
}

impl Controlled {
    /// Created with this template and selector.
    pub fn new(template: &Value, selector: &Value) -> Self {
        let object = json!({
            "metadata": {"name": "w", "namespace": "n", "uid": "uid-w", "generation": 1,
                "creationTimestamp": "2026-01-01T00:00:00Z", "annotations": {TEMPLATE_GENERATION: "1"}},
            "spec": {"selector": selector, "template": template, "revisionHistoryLimit": 100,
                "updateStrategy": {"type": "OnDelete"}},
            "status": {"observedGeneration": 0, "desiredNumberScheduled": 3, "currentNumberScheduled": 3,
                "updatedNumberScheduled": 3, "numberReady": 3, "numberAvailable": 3, "numberMisscheduled": 0},
        });
        let mut workload = workload(&object);
        workload.selector = serde_json::from_value::<Selector>(selector.clone()).unwrap();
        let mut controlled = Self {
            workload,
            revisions: Vec::new(),
            live: template.clone(),
        };
        controlled.sync();
        controlled
    }

    /// Somebody sets a template, and the controller sees it.
    pub fn set(&mut self, template: &Value) {
        if self.live != *template {
            self.live = template.clone();
            self.workload.template = Template::new(template.clone()).unwrap();
            self.workload.generation += 1;
            *self.workload.template_generation.as_mut().unwrap() += 1;
        }
        self.sync();
    }

    fn sync(&mut self) {
        let live = &self.live;
        let same = |r: &Revision| r.template().unwrap().value() == *live;
        let old = self.revisions.iter().filter(|r| !same(r));
        let wanted = old.map(|r| r.number).max().unwrap_or(0) + 1;
        match self.revisions.iter_mut().find(|r| same(r)) {
            Some(found) => found.number = found.number.max(wanted),
            None => self.record(wanted),
        }
        self.workload.observed_generation = self.workload.generation;
    }

    fn record(&mut self, number: i64) {
        let generation = self.workload.template_generation.unwrap();
        let name = format!("w-{generation}");
        self.revisions.push(Revision {
            uid: format!("uid-{name}"),
            name,
            number,
            created_at: self
                .workload
                .created_at
                .after(jiff::SignedDuration::from_secs(generation)),
            labels: labels(&self.live["metadata"]),
            change_cause: None,
            template_generation: Some(generation),
            controller_uid: Some(self.workload.uid.clone()),
            stored: Stored::Template(self.workload.template.clone()),
        });
    }

    pub fn history(&self) -> History {
        history(&self.workload, &own(&self.workload, &self.revisions))
    }
}
