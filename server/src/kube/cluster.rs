//! `app::cluster::Cluster` for a real cluster.

use std::sync::Arc;

use app::cluster::{Cluster, Info};
use async_trait::async_trait;
use domain::fleet::Fleet;
use domain::health::Health;
use domain::rollback::{Order, Reason, Report};
use domain::time::Time;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::client::Connection;
use super::health::Monitor;
use super::{rollback, store};
use crate::config::Config;

/// The watches of one cluster and the way to write to it.
pub struct KubeCluster {
    connection: Connection,
    monitor: Monitor,
    fleet: watch::Receiver<Arc<Fleet>>,
    read_only: bool,
    namespaces: Vec<String>,
}

impl KubeCluster {
    /// Starts watching.
    pub fn start(connection: Connection, config: &Config, stop: CancellationToken) -> Self {
        let (monitor, fleet) = store::start(&connection.client, &config.namespaces, &stop);
        Self {
            connection,
            monitor,
            fleet,
            read_only: config.read_only,
            namespaces: config.namespaces.clone(),
        }
    }

    /// What streams follow.
    pub fn changes(&self) -> Changes {
        Changes {
            fleet: self.fleet.clone(),
            health: self.monitor.subscribe(),
        }
    }
}

/// Channels that tell when there is something new.
#[derive(Clone)]
pub struct Changes {
    /// Snapshots.
    pub fleet: watch::Receiver<Arc<Fleet>>,
    /// Health, on change only.
    pub health: watch::Receiver<Health>,
}

#[async_trait]
impl Cluster for KubeCluster {
    fn info(&self) -> Info {
        Info {
            name: self.connection.name.clone(),
            version: self.monitor.version(),
            read_only: self.read_only,
            namespaces: self.namespaces.clone(),
        }
    }

    fn health(&self) -> Health {
        self.monitor.health()
    }

    fn fleet(&self) -> Arc<Fleet> {
        self.fleet.borrow().clone()
    }

    fn now(&self) -> Time {
        self.monitor.now()
    }

    async fn rollback(&self, order: Order) -> Report {
        if self.read_only {
            return Report::unchanged(Reason::ReadOnly, None);
        }
        if !self.monitor.health().is_live() {
            return Report::unchanged(Reason::Stale, None);
        }
        rollback::run(&self.connection.client, &self.fleet(), &order).await
    }
}
