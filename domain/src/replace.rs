//! Replacing old pods by hand, as `OnDelete` asks: what one order says, what
//! must still be true when it arrives, and every way it can end. [`Guide`] leads
//! through many, one order after another.

mod guide;
mod reason;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::pod::Pod;
use crate::rollback::is_name;
use crate::workload::{Key, Kind, UpdateStrategy, Workload};

pub use guide::{End, Event, Failure, Guide, MOST, Sight, Step, Target, is_old, may_go};
pub use reason::{Outcome, Reason};

/// An order to delete one old pod, so that its node gets one with the live
/// template. It names all that the person saw; each part is tested.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    /// Namespace of the workload and of the pod.
    pub namespace: String,
    /// Kind of the workload.
    #[serde(default)]
    pub kind: Kind,
    /// Name of the workload.
    pub name: String,
    /// uid of the workload.
    pub uid: String,
    /// Generation of the workload: the template that the new pod will have.
    pub generation: i64,
    /// The node.
    pub node: String,
    /// Name of the pod on it.
    pub pod: String,
    /// uid of that pod.
    pub pod_uid: String,
    /// Ask the apiserver, change nothing.
    #[serde(default)]
    pub dry_run: bool,
    /// Anything else that was sent; see [`crate::rollback::Order::unknown`].
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
}

impl From<Reason> for Report {
    fn from(reason: Reason) -> Self {
        let outcome = reason.outcome();
        let changed = match outcome {
            Outcome::Unknown => None,
            _ => Some(reason == Reason::Deleted),
        };
        Self {
            outcome,
            reason,
            message: String::new(),
            changed,
        }
    }
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
        ("node", &order.node),
        ("pod", &order.pod),
    ]
    .into_iter()
    .find(|(_, value)| !is_name(value))
    .map(|(field, _)| field);
    // An empty one would be no precondition at all.
    let empty = [("uid", &order.uid), ("podUid", &order.pod_uid)]
        .into_iter()
        .find(|(_, value)| value.is_empty())
        .map(|(field, _)| field);
    match unknown.or(name).or(empty) {
        Some(field) => Err(Reason::Invalid {
            field: field.to_owned(),
        }),
        None => Ok(()),
    }
}

/// The pod of an order, freshly read.
#[derive(Clone, Copy, Debug)]
pub enum Found<'a> {
    /// There is none of that name.
    Nothing,
    /// There is one that nobody controls.
    Stray,
    /// There is one.
    Pod(&'a Pod),
}

/// Holds an order against the cluster as it is now: `live` and the pod freshly
/// read. `hash` is that of the revision which holds the live template, `None`
/// where the controller has not recorded it.
///
/// # Errors
/// The first thing that is not as the order says. Whatever changed of the
/// workload comes before the pod: a pod that is gone is only the work of an
/// earlier order as long as it asked for the same template.
pub fn check(
    order: &Order,
    live: Option<&Workload>,
    hash: Option<&str>,
    found: Found<'_>,
) -> Result<(), Reason> {
    check_order(order)?;
    let live = live.ok_or(Reason::WorkloadGone)?;
    if live.uid != order.uid {
        return Err(Reason::Recreated);
    }
    if live.deleting_since.is_some() {
        return Err(Reason::Deleting);
    }
    if live.generation != order.generation {
        return Err(Reason::Moved {
            seen: order.generation,
            now: live.generation,
        });
    }
    let strategy = match &live.strategy {
        UpdateStrategy::OnDelete => None,
        UpdateStrategy::RollingUpdate { .. } => Some("RollingUpdate"),
        UpdateStrategy::Other { name } => Some(name.as_str()),
    };
    if let Some(strategy) = strategy {
        return Err(Reason::NotOnDelete {
            strategy: strategy.to_owned(),
        });
    }
    // A controller that has not seen the template would make another old pod.
    let hash = hash
        .filter(|_| live.observed())
        .ok_or(Reason::NotObserved)?;
    let pod = match found {
        Found::Nothing => return Err(Reason::PodGone),
        Found::Stray => return Err(Reason::NotOwned),
        Found::Pod(pod) => pod,
    };
    if pod.uid != order.pod_uid {
        return Err(Reason::PodReplaced);
    }
    if pod.controller_uid != live.uid {
        return Err(Reason::NotOwned);
    }
    if pod.node.as_ref() != Some(&order.node) {
        return Err(Reason::OtherNode {
            node: pod.node.clone(),
        });
    }
    if pod.is_updated(Some(hash), live.template_generation) {
        return Err(Reason::UpToDate);
    }
    match pod.deletion {
        Some(_) => Err(Reason::PodEnding),
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests;
