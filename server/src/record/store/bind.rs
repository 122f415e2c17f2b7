//! A record is of one cluster: two of them have workloads of one name.
//!
//! A cluster is named by the uid of its namespace kube-system, or, for an account
//! that may not read that, by its address. Two uids that differ are two clusters.
//! An address may be another one's tomorrow, and one cluster has several: where
//! one of two names is an address and they differ, a workload tells. Its uid is
//! random and comes once.

use std::collections::HashSet;

use app::record::Failure;
use sqlx::Row as _;

use super::{Store, failed};
use crate::kube::client::ADDRESS;

impl Store {
    /// Makes it the record of the cluster of this name, in which workloads with
    /// these uids are.
    ///
    /// # Errors
    /// When it is another one's or may be, or the database cannot be read.
    pub async fn bind(&self, cluster: &str, there: &HashSet<String>) -> Result<(), Failure> {
        let own = if let Some(own) = self.bound().await? {
            own
        } else {
            let first =
                "INSERT INTO cluster (one, uid) VALUES (1, $1) ON CONFLICT (one) DO NOTHING";
            self.change(first, &[cluster]).await?;
            let row = self.row(sqlx::query("SELECT uid FROM cluster")).await?;
            row.try_get("uid").map_err(failed)?
        };
        let weak = |name: &str| name.starts_with(ADDRESS);
        if own == cluster {
            return Ok(());
        }
        if !weak(&own) && !weak(cluster) {
            return Err(Failure::OtherCluster { uid: own });
        }
        let rows = sqlx::query("SELECT uid FROM workload WHERE gone_at IS NULL");
        let rows = self.rows(rows).await?;
        let same = rows.iter().any(|row| {
            row.try_get("uid")
                .is_ok_and(|uid: String| there.contains(&uid))
        });
        let empty = rows.is_empty() && weak(&own) && self.holds_nothing().await?;
        if !same && !empty {
            return Err(Failure::UnclearCluster);
        }
        if empty || (weak(&own) && !weak(cluster)) {
            let better = "UPDATE cluster SET uid = $1 WHERE uid = $2";
            self.change(better, &[cluster, &own]).await?;
        }
        Ok(())
    }

    /// The name that it has.
    async fn bound(&self) -> Result<Option<String>, Failure> {
        let rows = self.rows(sqlx::query("SELECT uid FROM cluster")).await?;
        let name = |row: &sqlx::any::AnyRow| row.try_get("uid").map_err(failed);
        rows.first().map(name).transpose()
    }

    /// There is no workload in it, not even one that is gone.
    async fn holds_nothing(&self) -> Result<bool, Failure> {
        let any = sqlx::query("SELECT uid FROM workload LIMIT 1");
        Ok(self.rows(any).await?.is_empty())
    }

    async fn change(&self, sql: &'static str, values: &[&str]) -> Result<(), Failure> {
        let mut transaction = self.transaction().await?;
        let mut query = sqlx::query(sql);
        for value in values {
            query = query.bind((*value).to_owned());
        }
        transaction.run(query).await?;
        transaction.commit().await
    }
}
