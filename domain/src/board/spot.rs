//! Pods and node brought together: what is on one node, before it is judged.

use std::collections::BTreeMap;

use super::Seen;
use crate::node::Node;
use crate::pod::Pod;

/// A node by name, with the pods of the workload on it or meant for it.
#[derive(Debug)]
pub(crate) struct Spot<'a> {
    /// Name of the node.
    pub name: &'a str,
    /// The node, where it is known.
    pub node: Option<&'a Node>,
    /// The workload should run there. So it is taken to be where nodes are not
    /// known at all.
    pub run: bool,
    /// Nodes are known, and this one is not among them.
    pub left: bool,
    /// In the controller's order ([`Pod::order`]).
    pub pods: Vec<&'a Pod>,
}

impl<'a> Spot<'a> {
    /// All of them, one a node: nodes of the cluster and nodes of pods.
    pub fn all(seen: &Seen<'a>) -> Vec<Self> {
        let mut spots: BTreeMap<&str, Self> = BTreeMap::new();
        for &node in seen.nodes.into_iter().flatten() {
            let spot = Self {
                name: &node.name,
                node: Some(node),
                run: seen.rules.on(node).run,
                left: false,
                pods: Vec::new(),
            };
            spots.insert(&node.name, spot);
        }
        let known = seen.nodes.is_some();
        for pod in seen.own() {
            let Some(name) = pod.node.as_deref() else {
                continue;
            };
            let spot = spots.entry(name).or_insert_with(|| Self {
                name,
                node: None,
                run: !known,
                left: known,
                pods: Vec::new(),
            });
            spot.pods.push(pod);
        }
        let mut spots: Vec<Self> = spots.into_values().collect();
        for spot in &mut spots {
            spot.pods.sort_by(|a, b| a.order(b));
        }
        spots
    }

    /// Pods that nobody asked to delete.
    pub fn alive(&self) -> Vec<&'a Pod> {
        let alive = self.pods.iter().copied();
        alive.filter(|pod| pod.deletion.is_none()).collect()
    }

    /// Pods that the controller sees ([`Pod::is_gone`]).
    pub fn present(&self) -> impl Iterator<Item = &'a Pod> {
        self.pods.iter().copied().filter(|pod| !pod.is_gone())
    }
}
