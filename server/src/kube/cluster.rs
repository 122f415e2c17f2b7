//! `app::cluster::Cluster` for a real cluster.

use std::sync::Arc;
use std::time::Duration;

use app::cluster::{Cluster, Info};
use app::model::Nodes;
use async_trait::async_trait;
use domain::fleet::Fleet;
use domain::health::{Health, Missing};
use domain::record::kept::KeptTemplate;
use domain::replace as replacing;
use domain::rollback::{Order, Reason, Report};
use domain::time::Time;
use domain::workload::Key;
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;

use super::boards::Boards;
use super::client::{self, Connection};
use super::health::Monitor;
use super::looks::Watching;
use super::{replace, rollback, store};
use crate::config::Config;

/// The watches of one cluster and the way to write to it.
pub struct KubeCluster {
    connection: Connection,
    monitor: Monitor,
    fleet: watch::Receiver<Arc<Fleet>>,
    boards: Boards,
    read_only: bool,
    namespaces: Vec<String>,
}

/// How long a page waits for the nodes of a workload that nobody looked at
/// before.
const FIRST_PICTURE: Duration = Duration::from_secs(2);

impl KubeCluster {
    /// Starts watching.
    pub fn start(
        connection: Connection,
        config: &Config,
        stop: CancellationToken,
    ) -> (Self, Watching) {
        let (namespaces, stuck_after) = (config.scopes(), config.stuck_after);
        let started = store::start(&connection, &namespaces, stuck_after, &stop);
        let boards = Boards::new(
            &connection,
            started.fleet.clone(),
            started.tell,
            started.monitor.clone(),
            stop,
        );
        let cluster = Self {
            connection,
            boards,
            monitor: started.monitor,
            fleet: started.fleet,
            read_only: config.read_only,
            namespaces,
        };
        (cluster, started.watching)
    }

    /// What streams follow.
    pub fn changes(&self) -> Changes {
        Changes {
            fleet: self.fleet.clone(),
            health: self.monitor.subscribe(),
            boards: self.boards.clone(),
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
    /// The nodes of each workload.
    pub boards: Boards,
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

    fn complete(&self) -> bool {
        self.monitor.complete()
    }

    fn missing(&self) -> Vec<Missing> {
        self.monitor.missing()
    }

    fn fleet(&self) -> Arc<Fleet> {
        self.fleet.borrow().clone()
    }

    async fn nodes(&self, key: &Key) -> Option<Arc<Nodes>> {
        let mut looking = self.boards.look(key)?;
        let first = looking.board.wait_for(Option::is_some);
        let seen = tokio::time::timeout(FIRST_PICTURE, first)
            .await
            .ok()?
            .ok()?;
        seen.clone()
    }

    fn now(&self) -> Time {
        self.monitor.now()
    }

    async fn identity(&self) -> Result<String, String> {
        client::identity(&self.connection).await
    }

    async fn rollback(&self, order: Order, kept: Option<KeptTemplate>) -> Report {
        if self.read_only {
            return Report::unchanged(Reason::ReadOnly, None);
        }
        if !self.monitor.health().is_live() {
            return Report::unchanged(Reason::Stale, None);
        }
        if !self.namespaces.is_empty() && !self.namespaces.contains(&order.namespace) {
            let field = "namespace".to_owned();
            return Report::unchanged(Reason::Invalid { field }, None);
        }
        // On a task of its own: whoever ordered it may go away meanwhile, and
        // it must come to its end all the same.
        let (client, fleet) = (self.connection.client.clone(), self.fleet());
        let run = async move { rollback::run(&client, &fleet, &order, kept).await };
        tokio::spawn(run).await.unwrap_or_else(|error| {
            let words = error.to_string();
            Report::unchanged(Reason::NoAnswer { words }, None)
        })
    }

    async fn replace(&self, order: replacing::Order) -> replacing::Report {
        if self.read_only {
            return replacing::Reason::ReadOnly.into();
        }
        if !self.monitor.health().is_live() {
            return replacing::Reason::Stale.into();
        }
        if !self.namespaces.is_empty() && !self.namespaces.contains(&order.namespace) {
            let field = "namespace".to_owned();
            return replacing::Reason::Invalid { field }.into();
        }
        // As with a rollback: it comes to its end whoever goes away.
        let (client, fleet) = (self.connection.client.clone(), self.fleet());
        let run = async move { replace::run(&client, &fleet, &order).await };
        tokio::spawn(run).await.unwrap_or_else(|error| {
            let words = error.to_string();
            replacing::Reason::NoAnswer { words }.into()
        })
    }
}
