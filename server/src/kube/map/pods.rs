//! Pods and nodes.

use domain::node::{self, Node, NodeReady};
use domain::pod::{
    self, Container, Deletion, Exit, Failed, Phase, Pod, Ready, Trouble, Truth, Unscheduled,
    Waiting,
};
use domain::revision::HASH;

use super::{controller, small, time};
use crate::kube::partial::{self, Condition, NodePart, PodPart, PodStatus};

/// A pod; `None` for one that nobody controls, and without a name.
pub fn pod(part: PodPart) -> Option<Pod> {
    let PodPart {
        metadata,
        spec,
        status,
    } = part;
    let (_, _, controller_uid) = controller(&metadata)?;
    let label = |name: &str| metadata.labels.as_ref()?.get(name).cloned();
    let bound = spec.node_name.as_ref().is_some_and(|name| !name.is_empty());
    Some(Pod {
        controller_uid,
        hash: label(HASH),
        template_generation: label("pod-template-generation")
            .as_deref()
            .and_then(pod::generation),
        node: pod::target_node(spec.node_name.as_deref(), spec.affinity.as_ref()),
        bound,
        phase: Phase::from(status.phase.as_str()),
        created_at: time(metadata.creation_timestamp.as_ref()),
        deletion: metadata.deletion_timestamp.as_ref().map(|at| Deletion {
            deadline: time(Some(at)),
            grace_seconds: small(metadata.deletion_grace_period_seconds.unwrap_or_default()),
        }),
        ready: condition(&status.conditions, "Ready").map(ready),
        unscheduled: condition(&status.conditions, "PodScheduled")
            .filter(|condition| condition.status == "False")
            .map(|condition| Box::new(unscheduled(condition))),
        failed: failed(&status),
        restarts: restarts(&status),
        trouble: trouble(status),
        name: metadata.name?,
        uid: metadata.uid.unwrap_or_default(),
        finalizers: metadata.finalizers.unwrap_or_default(),
    })
}

fn condition<'a>(all: &'a [Condition], kind: &str) -> Option<&'a Condition> {
    all.iter().find(|condition| condition.kind == kind)
}

fn ready(condition: &Condition) -> Ready {
    Ready {
        status: Truth::from(condition.status.as_str()),
        since: condition
            .last_transition_time
            .as_ref()
            .map(|t| time(Some(t))),
        reason: condition.reason.clone(),
    }
}

fn unscheduled(condition: &Condition) -> Unscheduled {
    Unscheduled {
        reason: condition.reason.clone().unwrap_or_default(),
        message: pod::kept(condition.message.as_deref().unwrap_or_default()),
        since: condition
            .last_transition_time
            .as_ref()
            .map(|t| time(Some(t))),
    }
}

/// `status.reason` is only set where the pod as a whole failed.
fn failed(status: &PodStatus) -> Option<Box<Failed>> {
    let reason = status.reason.clone()?;
    let message = pod::kept(status.message.as_deref().unwrap_or_default());
    Some(Box::new(Failed { reason, message }))
}

fn restarts(status: &PodStatus) -> u32 {
    let all = status.container_statuses.iter();
    let all = all.chain(&status.init_container_statuses);
    all.fold(0, |sum: u32, container| {
        sum.saturating_add(container.restart_count)
    })
}

fn trouble(status: PodStatus) -> Option<Box<Trouble>> {
    let init = status.init_container_statuses.into_iter();
    let others = status.container_statuses.into_iter();
    let all: Vec<Container> = init
        .map(|status| container(status, true))
        .chain(others.map(|status| container(status, false)))
        .collect();
    Trouble::first(&all).map(Box::new)
}

fn container(status: partial::Container, init: bool) -> Container {
    let ended = status.state.terminated.or(status.last_state.terminated);
    Container {
        name: status.name,
        init,
        ready: status.ready,
        running: status.state.running.is_some(),
        waiting: status.state.waiting.map(|waiting| Waiting {
            reason: waiting.reason,
            message: pod::kept(&waiting.message),
        }),
        exit: ended.map(|ended| Exit {
            code: ended.exit_code,
            reason: ended.reason,
            at: ended.finished_at.as_ref().map(|at| time(Some(at))),
        }),
    }
}

/// A node; `None` only without a name.
pub fn node(part: NodePart) -> Option<Node> {
    let NodePart {
        metadata,
        spec,
        status,
    } = part;
    let ready = condition(&status.conditions, "Ready").map(|condition| NodeReady {
        status: Truth::from(condition.status.as_str()),
        since: condition
            .last_transition_time
            .as_ref()
            .map(|t| time(Some(t))),
        reason: condition.reason.clone().unwrap_or_default(),
        message: pod::kept(condition.message.as_deref().unwrap_or_default()),
    });
    let pressure = status
        .conditions
        .iter()
        .filter(|condition| condition.kind.ends_with("Pressure") && condition.status == "True");
    let taint = |taint: partial::Taint| node::Taint {
        key: taint.key,
        value: taint.value,
        effect: taint.effect,
    };
    Some(Node {
        name: metadata.name?,
        uid: metadata.uid.unwrap_or_default(),
        labels: metadata.labels.unwrap_or_default(),
        unschedulable: spec.unschedulable,
        taints: spec.taints.into_iter().map(taint).collect(),
        ready: ready.unwrap_or_default(),
        pressure: pressure.map(|condition| condition.kind.clone()).collect(),
    })
}
