//! The demo's story, told by real API calls in order, so that the controllers
//! themselves make the history.

use std::fs;
use std::time::Duration;

use serde_json::Value;
use xtask::cluster::Cluster;
use xtask::run::{Doing, Outcome, fail, root};

/// Plays `end2end/cluster/story.yaml`. Workloads are told side by side.
///
/// # Errors
/// When a step fails.
pub fn play(cluster: &Cluster) -> Outcome<()> {
    let path = root().join("end2end/cluster/story.yaml");
    let text = fs::read_to_string(path).doing("cannot read the story")?;
    let story: Value = serde_norway::from_str(&text).doing("cannot read the story")?;
    for namespace in list(&story["namespaces"]) {
        let name = namespace.as_str().unwrap_or_default();
        if name != "kube-system" {
            cluster.kubectl(&["create", "namespace", name])?;
        }
    }
    std::thread::scope(|scope| {
        let tellers: Vec<_> = list(&story["workloads"])
            .iter()
            .map(|workload| scope.spawn(move || tell(cluster, workload)))
            .collect();
        tellers.into_iter().try_for_each(|teller| {
            teller
                .join()
                .unwrap_or_else(|_| fail("a part of the story broke off"))
        })
    })
}

fn list(value: &Value) -> &[Value] {
    value.as_array().map_or(&[], Vec::as_slice)
}

/// One workload: its object, then its steps.
fn tell(cluster: &Cluster, workload: &Value) -> Outcome<()> {
    let object = &workload["object"];
    let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
    let namespace = text(&object["metadata"]["namespace"]);
    let name = text(&object["metadata"]["name"]);
    let told = Told {
        cluster,
        namespace,
        target: format!("ds/{name}"),
    };
    let how = if workload["apply"].as_bool() == Some(true) {
        "apply"
    } else {
        "create"
    };
    cluster.feed(&[how, "-f", "-"], &object.to_string())?;
    told.observed()?;
    list(&workload["steps"])
        .iter()
        .try_for_each(|step| told.step(step))
}

struct Told<'a> {
    cluster: &'a Cluster,
    namespace: String,
    target: String,
}

impl Told<'_> {
    fn kubectl(&self, arguments: &[&str]) -> Outcome<String> {
        let mut all = vec!["-n", self.namespace.as_str()];
        all.extend(arguments);
        self.cluster.kubectl(&all)
    }

    /// The controller has handled the latest spec.
    fn observed(&self) -> Outcome<()> {
        let path = "jsonpath={.metadata.generation} {.status.observedGeneration}";
        self.cluster.wait_until(
            &format!("{} is observed", self.target),
            Duration::from_mins(1),
            || {
                self.kubectl(&["get", &self.target, "-o", path])
                    .is_ok_and(|text| text.split_once(' ').is_some_and(|(want, got)| want == got))
            },
        )
    }

    fn step(&self, step: &Value) -> Outcome<()> {
        let Some((verb, value)) = step.as_object().and_then(|map| map.iter().next()) else {
            return fail(format!(
                "{}: a step must have one verb: {step}",
                self.target
            ));
        };
        let text = value.as_str().unwrap_or_default();
        match verb.as_str() {
            "patch" => {
                self.kubectl(&[
                    "patch",
                    &self.target,
                    "--type=strategic",
                    "-p",
                    &value.to_string(),
                ])?;
                self.observed()
            }
            "undo" => {
                let to = format!("--to-revision={value}");
                self.kubectl(&["rollout", "undo", &self.target, &to])?;
                self.observed()
            }
            "restart" => {
                self.kubectl(&["rollout", "restart", &self.target])?;
                self.observed()
            }
            "rollout" => self
                .kubectl(&["rollout", "status", &self.target, "--timeout=60s"])
                .map(|_| ()),
            "delete-pods" => self.delete_pods(value.as_u64().unwrap_or(1)),
            "pause" => {
                std::thread::sleep(Duration::from_millis(value.as_u64().unwrap_or_default()));
                Ok(())
            }
            "label-nodes" => self.label_nodes(text),
            other => fail(format!("{}: no such step: {other}", self.target)),
        }
    }

    /// Deletes so many percent of the pods, by name.
    fn delete_pods(&self, percent: u64) -> Outcome<()> {
        let name = self.target.trim_start_matches("ds/");
        let selector = format!("app={name}");
        let pods = self.kubectl(&["get", "pods", "-l", &selector, "-o", "name"])?;
        let percent = usize::try_from(percent).unwrap_or(100);
        let count = pods.lines().count() * percent / 100;
        for pod in pods.lines().take(count) {
            self.kubectl(&["delete", pod, "--wait=false"])?;
        }
        Ok(())
    }

    /// `label=value` on the nodes of zone a.
    fn label_nodes(&self, label: &str) -> Outcome<()> {
        self.cluster
            .kubectl(&[
                "label",
                "nodes",
                "-l",
                "topology.kubernetes.io/zone=eu-1a",
                label,
                "--overwrite",
            ])
            .map(|_| ())
    }
}
