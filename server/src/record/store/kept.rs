//! Templates that Kubernetes may keep no more.

use app::record::Failure;
use domain::record::kept::{KeptTemplate, kept};
use domain::record::{Kept, Period};
use domain::template::Digest;
use domain::workload::Key;

use super::Store;

impl Store {
    /// A template that a workload of that name had at some time, of the latest
    /// one that did: by its digest, or by the ControllerRevision that held it.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn kept(&self, key: &Key, name: &str) -> Result<Option<KeptTemplate>, Failure> {
        let digest: Option<Digest> = name.parse().ok();
        for known in self.lives(key).await? {
            let mut revisions: Vec<Kept> = self
                .bodies(
                    "SELECT body FROM revision WHERE workload = $1",
                    &[&known.uid],
                )
                .await?;
            revisions.sort_by(|one, other| latest(one).cmp(&latest(other)));
            let held = || {
                revisions
                    .iter()
                    .rev()
                    .find(|revision| revision.name == name)
            };
            let Some(digest) = digest.or_else(|| held()?.template) else {
                continue;
            };
            let periods: Vec<Period> = self
                .bodies(
                    "SELECT body FROM period WHERE workload = $1 AND template = $2",
                    &[&known.uid, &digest.to_string()],
                )
                .await?;
            let Some(template) = self.template(digest).await? else {
                continue;
            };
            if let Some(found) = kept(&known.uid, template, &periods, &revisions) {
                return Ok(Some(found));
            }
        }
        Ok(None)
    }
}

/// What is there comes after what is gone, and the higher number after the lower.
fn latest(kept: &Kept) -> impl Ord + use<'_> {
    let number = kept.numbers.keys().next_back();
    (kept.gone.is_none(), number, kept.seen, &kept.uid)
}
