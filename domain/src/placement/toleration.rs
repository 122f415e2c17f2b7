//! Tolerations of a template, and those that the controller adds to each
//! DaemonSet (DX `AddOrUpdateDaemonPodTolerations`).

use serde_json::Value;

use super::text;
use crate::node::Taint;

/// One toleration. For how long is not looked at.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Toleration {
    key: String,
    operator: String,
    value: String,
    effect: String,
}

/// Taints that every DaemonSet tolerates: key below `node.kubernetes.io/`, and
/// effect.
const AUTOMATIC: [(&str, &str); 6] = [
    ("not-ready", "NoExecute"),
    ("unreachable", "NoExecute"),
    ("disk-pressure", "NoSchedule"),
    ("memory-pressure", "NoSchedule"),
    ("pid-pressure", "NoSchedule"),
    ("unschedulable", "NoSchedule"),
];

/// With `hostNetwork` this one too.
const HOST_NETWORK: (&str, &str) = ("network-unavailable", "NoSchedule");

/// `spec.tolerations` with what the controller adds.
pub(super) fn all(own: Option<&Value>, host_network: bool) -> Vec<Toleration> {
    let own = own.and_then(Value::as_array).into_iter().flatten();
    let added = AUTOMATIC
        .into_iter()
        .chain(host_network.then_some(HOST_NETWORK));
    own.filter(|t| t.is_object())
        .map(|t| Toleration {
            key: text(t, "key"),
            operator: text(t, "operator"),
            value: text(t, "value"),
            effect: text(t, "effect"),
        })
        .chain(added.map(|(key, effect)| Toleration {
            key: format!("node.kubernetes.io/{key}"),
            operator: "Exists".into(),
            value: String::new(),
            effect: effect.into(),
        }))
        .collect()
}

impl Toleration {
    /// The rule of api `core/v1` `ToleratesTaint`: an empty effect means all,
    /// an empty key all keys, an empty operator `Equal`. An operator that is
    /// not known tolerates nothing.
    pub(super) fn tolerates(&self, taint: &Taint) -> bool {
        let applies = (self.effect.is_empty() || self.effect == taint.effect)
            && (self.key.is_empty() || self.key == taint.key);
        applies
            && match self.operator.as_str() {
                "" | "Equal" => self.value == taint.value,
                "Exists" => true,
                _ => false,
            }
    }
}
