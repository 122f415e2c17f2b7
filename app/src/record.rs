//! What pages need of the record: the history that Rollbook itself kept. Pages
//! that show what is live need none of it.

use async_trait::async_trait;
use domain::record::changes::{Changes, Window};
use domain::record::images::Images;
use domain::record::kept::KeptTemplate;
use domain::record::then::{Ran, Reach};
use domain::record::timeline::Timeline;
use domain::rollback::{Order, Reason, Report};
use domain::time::Time;
use domain::workload::Key;

use crate::cluster::Cluster;
use crate::error::ApiError;

/// Why the record cannot be read or written.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Failure {
    /// The server was started with `--record none`.
    #[error("no record is kept: the server was started with --record none")]
    Off,
    /// It has not been opened yet.
    #[error("the record is not open yet")]
    Opening,
    /// The cluster does not say which one it is.
    #[error("the cluster does not say which one it is: {words}")]
    Cluster {
        /// Its own words.
        words: String,
    },
    /// The database does not answer or refuses.
    #[error("the record's database: {words}")]
    Database {
        /// Its own words.
        words: String,
    },
    /// Something in it is not what Rollbook wrote.
    #[error("the record is damaged: {what}")]
    Damaged {
        /// What.
        what: String,
    },
    /// The database will never take this, however often it is tried.
    #[error("the record does not take this: {what}")]
    Unfit {
        /// The database's own words.
        what: String,
    },
    /// It is the record of another cluster.
    #[error(
        "this is the record of another cluster (its kube-system namespace has the uid {uid}): \
         give each cluster its own with --record"
    )]
    OtherCluster {
        /// The other one.
        uid: String,
    },
    /// It may be the record of another cluster.
    #[error(
        "it cannot be told whether this is the record of this cluster: no workload of its is there, \
         and the uid of the namespace kube-system, which tells clusters apart, is not known to this \
         account or was not to the one that began the record. Let both get that namespace, or give \
         each cluster its own with --record"
    )]
    UnclearCluster,
    /// A newer Rollbook has changed its form.
    #[error(
        "the record was written by a newer Rollbook (its form {version} is not known to this one): \
         start that one, or keep another record with --record"
    )]
    Newer {
        /// Version of the form.
        version: i64,
    },
}

/// How the record fares.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum State {
    /// None is kept.
    #[default]
    Off,
    /// It is being opened.
    Opening,
    /// All that was seen is written.
    Fine,
    /// Nothing is written down since then, and why; what happens meanwhile will be
    /// a gap.
    Closed(Time, Failure),
    /// What was seen since then is not written yet, and why. It is kept in
    /// memory meanwhile.
    Behind(Time, Failure),
}

/// A record, read by pages.
#[async_trait]
pub trait Record: Send + Sync + 'static {
    /// How it fares.
    fn state(&self) -> State;

    /// The history of the workload of that name: of the one with this uid, or
    /// else of the latest. Of a long one the newest part, or that before a
    /// template generation.
    ///
    /// # Errors
    /// When there is no record, or it cannot be read.
    async fn timeline(
        &self,
        key: &Key,
        uid: Option<&str>,
        before: Option<i64>,
        now: Time,
    ) -> Result<Option<Timeline>, Failure>;

    /// A template that a workload of that name had at some time: by its digest, or
    /// by the ControllerRevision that held it.
    ///
    /// # Errors
    /// When there is no record, or it cannot be read.
    async fn kept(&self, key: &Key, name: &str) -> Result<Option<KeptTemplate>, Failure>;

    /// What every workload ran at a moment, by namespace and name, and what the
    /// record can have missed of it.
    ///
    /// # Errors
    /// When there is no record, or it cannot be read.
    async fn then(&self, at: Time, now: Time) -> Result<(Vec<Ran>, Reach), Failure>;

    /// One page, from 1, of the periods whose templates name an image with
    /// this text in it; of the images that run now, where it is empty.
    ///
    /// # Errors
    /// When there is no record, or it cannot be read.
    async fn images(&self, query: &str, page: usize) -> Result<Images, Failure>;

    /// What changed in a window, on all workloads.
    ///
    /// # Errors
    /// When there is no record, or it cannot be read.
    async fn changes(&self, window: Window, now: Time) -> Result<Changes, Failure>;
}

/// Carries out an order; a template that Kubernetes keeps no more comes from the
/// record, if this very workload had it, and not one of its name before.
pub async fn rollback(cluster: &dyn Cluster, record: &dyn Record, order: Order) -> Report {
    // Of what may not be seen the record is not asked either; the cluster says why.
    if order.kept().is_none() || !cluster.health().is_live() {
        return cluster.rollback(order, None).await;
    }
    let refused = |reason| Report::unchanged(reason, None);
    let live = cluster.fleet().entries.get(&order.key()).cloned();
    let own = |kept: &KeptTemplate| {
        live.as_ref()
            .is_none_or(|live| live.workload.uid == kept.workload)
    };
    match record.kept(&order.key(), &order.to).await {
        Ok(Some(kept)) if own(&kept) => cluster.rollback(order, Some(kept)).await,
        Ok(_) => refused(Reason::NotKept),
        Err(failure) => refused(Reason::NoRecord {
            words: failure.to_string(),
        }),
    }
}

impl From<Failure> for ApiError {
    fn from(failure: Failure) -> Self {
        Self::NoRecord {
            words: failure.to_string(),
        }
    }
}
