//! All that pages need from the outside, as one trait. The server implements it
//! with kube-rs; pages and server functions know nothing else of a cluster.

use std::sync::Arc;

use async_trait::async_trait;
use domain::fleet::Fleet;
use domain::health::{Health, Missing};
use domain::record::kept::KeptTemplate;
use domain::replace;
use domain::rollback::{Order, Report};
use domain::time::Time;
use domain::workload::Key;
use serde::{Deserialize, Serialize};

use crate::model::Nodes;

/// Which cluster this is and what this server may do to it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Info {
    /// Its name for people: the kubeconfig context's cluster.
    pub name: String,
    /// Its version, as `v1.37.2`, once it answered.
    pub version: Option<String>,
    /// Started with `--read-only`: nothing is ever written.
    pub read_only: bool,
    /// Namespaces that the watches are limited to; empty for all.
    pub namespaces: Vec<String>,
}

/// A cluster, read from shared watches and written to by orders.
#[async_trait]
pub trait Cluster: Send + Sync + 'static {
    /// Which cluster this is.
    fn info(&self) -> Info;

    /// How fresh the fleet is.
    fn health(&self) -> Health;

    /// Has everything that may be watched been seen whole at least once? Until
    /// then what is missing says nothing.
    fn complete(&self) -> bool;

    /// What the cluster does not let this server watch, while it shows the
    /// rest.
    fn missing(&self) -> Vec<Missing>;

    /// All workloads as last seen. Cheap: a pointer to a finished snapshot.
    fn fleet(&self) -> Arc<Fleet>;

    /// The nodes of a workload, as last seen. Whoever is the first to ask waits
    /// for the first picture, a few seconds at most; `None` when it does not come,
    /// or there is no such workload.
    async fn nodes(&self, key: &Key) -> Option<Arc<Nodes>>;

    /// The time by the apiserver's clock, estimated from its answers.
    fn now(&self) -> Time;

    /// What tells this cluster from all others: the uid of its namespace
    /// `kube-system`, or where that may not be seen a digest of its address.
    ///
    /// # Errors
    /// With the cluster's words, while it does not answer.
    async fn identity(&self) -> Result<String, String>;

    /// Carries out an order to go back, as [`domain::rollback`] says. Never
    /// fails otherwise than by its report, whose `message` is left empty. `kept`
    /// is the wanted template where the order names one by its digest.
    async fn rollback(&self, order: Order, kept: Option<KeptTemplate>) -> Report;

    /// Carries out an order to replace a pod, as [`domain::replace`] says. Never
    /// fails otherwise than by its report, whose `message` is left empty.
    async fn replace(&self, order: replace::Order) -> replace::Report;
}
