//! Which nodes a DaemonSet wants (DC `NodeShouldRunDaemonPod`). The status only
//! counts them; to say on which node a pod is missing, or is one too many, the
//! rule itself is needed.

use serde_json::Value;

use crate::node::Node;
use crate::selector::Labels;
use crate::template::Template;

mod affinity;
mod toleration;

use affinity::Term;
use toleration::Toleration;

/// What a DaemonSet wants of a node.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Placement {
    /// A pod should run there.
    pub run: bool,
    /// A pod that is there may go on: a taint with the effect `NoSchedule` only
    /// keeps new ones away.
    pub stay: bool,
}

/// What a template says about nodes, read once. Reading is total: what is not
/// as Kubernetes has it selects nothing, as with the controller, which ignores
/// errors here.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    node_name: Option<String>,
    node_selector: Labels,
    /// `None`: no required affinity, any node will do.
    terms: Option<Vec<Term>>,
    tolerations: Vec<Toleration>,
}

impl Rules {
    /// The rules of a template.
    pub fn of(template: &Template) -> Self {
        Self::read(&template.value())
    }

    /// The rules of a template's JSON.
    pub fn read(template: &Value) -> Self {
        let spec = template.get("spec").unwrap_or(&Value::Null);
        let node_name = spec.get("nodeName").and_then(Value::as_str);
        let host_network = spec.get("hostNetwork").and_then(Value::as_bool);
        Self {
            node_name: node_name
                .filter(|name| !name.is_empty())
                .map(ToOwned::to_owned),
            node_selector: labels(spec.get("nodeSelector")),
            terms: affinity::terms(spec.get("affinity")),
            tolerations: toleration::all(spec.get("tolerations"), host_network.unwrap_or_default()),
        }
    }

    /// What a DaemonSet with these rules wants of `node`. Cordoned and not
    /// ready nodes are wanted like any other: the controller tolerates their
    /// taints on behalf of each DaemonSet.
    pub fn on(&self, node: &Node) -> Placement {
        let fits = self.node_name.as_ref().is_none_or(|n| *n == node.name)
            && self
                .node_selector
                .iter()
                .all(|(key, value)| node.labels.get(key) == Some(value))
            && self
                .terms
                .as_ref()
                .is_none_or(|terms| terms.iter().any(|term| term.matches(node)));
        Placement {
            run: fits && self.tolerates(node, &["NoSchedule", "NoExecute"]),
            stay: fits && self.tolerates(node, &["NoExecute"]),
        }
    }

    /// No taint with one of these effects is without its toleration.
    fn tolerates(&self, node: &Node, effects: &[&str]) -> bool {
        node.taints
            .iter()
            .filter(|taint| effects.contains(&taint.effect.as_str()))
            .all(|taint| self.tolerations.iter().any(|t| t.tolerates(taint)))
    }
}

/// A text member, empty where there is none.
fn text(value: &Value, key: &str) -> String {
    let text = value.get(key).and_then(Value::as_str);
    text.unwrap_or_default().to_owned()
}

/// Members with a text value.
fn labels(value: Option<&Value>) -> Labels {
    value
        .and_then(Value::as_object)
        .into_iter()
        .flatten()
        .filter_map(|(key, value)| Some((key.clone(), value.as_str()?.to_owned())))
        .collect()
}

#[cfg(test)]
mod tests;
