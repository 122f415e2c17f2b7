//! A record is of one cluster: two of them have workloads of one name.

use app::record::Failure;
use sqlx::Row as _;

use super::{Store, failed};

impl Store {
    /// Makes it the record of this cluster, which is named by the uid of its
    /// kube-system namespace.
    ///
    /// # Errors
    /// When it is another one's, or the database cannot be read.
    pub async fn bind(&self, cluster: &str) -> Result<(), Failure> {
        let ask = || sqlx::query("SELECT uid FROM cluster");
        // Also where nothing can be written.
        if self.rows(ask()).await?.is_empty() {
            let mut transaction = self.transaction().await?;
            let first =
                "INSERT INTO cluster (one, uid) VALUES (1, $1) ON CONFLICT (one) DO NOTHING";
            transaction
                .run(sqlx::query(first).bind(cluster.to_owned()))
                .await?;
            transaction.commit().await?;
        }
        let row = self.row(ask()).await?;
        let own: String = row.try_get("uid").map_err(failed)?;
        if own == cluster {
            Ok(())
        } else {
            Err(Failure::OtherCluster { uid: own })
        }
    }
}
