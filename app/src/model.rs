//! What pages and programs are given: plain answers, made from the fleet.

use domain::board::{Board, Disagreement};
use domain::diff::Diff;
use domain::findings::Finding;
use domain::fleet::Line;
use domain::health::{Health, Missing};
use domain::history::{History, Row};
use domain::note::Note;
use domain::record::then::{Ran, Reach};
use domain::status::Status;
use domain::summary::Change;
use domain::template::Digest;
use domain::time::Time;
use domain::workload::{AtATime, UpdateStrategy};
use serde::{Deserialize, Serialize};

/// The list of workloads.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Workloads {
    /// The cluster's name.
    pub cluster: String,
    /// By the apiserver's clock.
    pub now: Time,
    /// How fresh it is.
    pub health: Health,
    /// All workloads, by namespace and name.
    pub workloads: Vec<Line>,
    /// What the cluster does not let this server see beside them.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub missing: Vec<Missing>,
}

/// One workload, for its pages.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Workload {
    /// Its line in the list.
    pub line: Line,
    /// What kubectl would say.
    pub status: Status,
    /// Its revisions.
    pub history: History,
    /// How a changed template reaches the nodes.
    pub strategy: UpdateStrategy,
    /// How many nodes at a time.
    pub at_a_time: AtATime,
    /// `kubectl apply` manages it.
    pub applied: bool,
    /// What Rollbook wrote down at its last rollback, if it still holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Note>,
}

/// What open pages of one workload follow. Its history is drawn by the server
/// and fetched when `drawn` says that it is another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Followed {
    /// Its line in the list.
    pub line: Line,
    /// What kubectl would say.
    pub status: Status,
    /// How many nodes at a time, if any, and the field that says so.
    pub budget: (Option<u32>, String),
    /// What Rollbook wrote down at its last rollback, if it still holds.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<Noted>,
    /// The live template had been current before.
    pub back: bool,
    /// When the live template was first recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub created_at: Option<Time>,
    /// Tells one history from another, as those parts of the page are marked that
    /// are drawn of it.
    pub drawn: String,
}

/// What of a note the page says that follows its rollback.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Noted {
    /// `metadata.generation` that the write made.
    pub generation: i64,
    /// Number of the revision before the rollback; 0 where that is not known.
    pub to_revision: i64,
    /// Why, as typed; may be empty.
    pub reason: String,
}

/// The nodes of one workload.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Nodes {
    /// uid of the workload.
    pub uid: String,
    /// Tells this picture of them from others, as the parts of the page are marked
    /// that are drawn of it; begins with `n`.
    #[serde(skip)]
    pub drawn: String,
    /// What each does.
    #[serde(flatten)]
    pub board: Board,
    /// Where what is seen is not what the status says.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub disagreement: Option<Disagreement>,
    /// Why it does not come to its end, the most decisive first.
    pub findings: Vec<Finding>,
    /// How fresh the picture of its pods is.
    pub pods: Health,
    /// How fresh the picture of the nodes is.
    pub nodes: Health,
}

/// One revision with its template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Revision {
    /// Its row in the history.
    #[serde(flatten)]
    pub row: Row,
    /// The pod template; absent where it cannot be read. Values that look like
    /// secrets are hidden unless they were asked for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub template: Option<serde_json::Value>,
    /// How many values are hidden.
    pub hidden: usize,
    /// The raw `data`, where it cannot be read.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub raw: Option<String>,
}

/// A template that the record kept beyond its ControllerRevision.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Kept {
    /// Its digest.
    pub digest: Digest,
    /// uid of the workload that had it: one of this name that was deleted may have.
    pub uid: String,
    /// The last number that it was seen under.
    pub revision: Option<i64>,
    /// The ControllerRevision that held it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// The pod template. Values that look like secrets are hidden unless they
    /// were asked for.
    pub template: serde_json::Value,
    /// How many values are hidden.
    pub hidden: usize,
}

/// A side of a comparison.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Side {
    /// ControllerRevision, `live`, or the digest of a template from the record.
    pub name: String,
    /// Its number; for `live` that of the current revision, if it is recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<i64>,
}

/// What the record tells, with a word on how far it has come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Recorded<T> {
    /// What it tells.
    #[serde(flatten)]
    pub told: T,
    /// What was seen since is not written down yet.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behind: Option<Behind>,
}

/// The record does not take what is seen.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Behind {
    /// Since when.
    pub since: Time,
    /// Why, as a sentence.
    pub message: String,
}

/// What changes from one template to another.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Comparison {
    /// The earlier side.
    pub from: Side,
    /// The later side.
    pub to: Side,
    /// What one would say aloud.
    pub changes: Vec<Change>,
    /// Line by line.
    pub diff: Diff,
}

/// What an island starts with. Only the server ever writes it; without the code
/// for it the browser's module is smaller by 4 kB.
#[derive(Clone, Debug, Deserialize)]
#[serde(transparent)]
pub struct Given<T>(pub T);

impl<T: Serialize> Serialize for Given<T> {
    #[cfg(feature = "ssr")]
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }

    #[cfg(not(feature = "ssr"))]
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_unit()
    }
}

pub use domain::diff::Options as DiffOptions;

/// The name of the live template where a revision is asked for.
pub const LIVE: &str = "live";

/// What changed in a list since the last time, for the live stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Delta {
    /// New and changed lines.
    pub changed: Vec<Line>,
    /// uids of workloads that are gone.
    pub removed: Vec<String>,
    /// By the apiserver's clock.
    pub now: Time,
}

/// What every workload ran at a moment.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Then {
    /// The moment.
    pub at: Time,
    /// What the record can have missed of it.
    #[serde(flatten)]
    pub reach: Reach,
    /// By namespace and name.
    pub workloads: Vec<ThenLine>,
}

/// What one workload ran, and whether that is what it runs now.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ThenLine {
    /// What it ran.
    #[serde(flatten)]
    pub ran: Ran,
    /// It has this very template now; `null` where the workload is no more, or
    /// its template then is not known.
    pub same_now: Option<bool>,
    /// The workload is still there.
    pub there: Option<bool>,
    /// The ControllerRevision that held it is still in the cluster.
    pub in_cluster: bool,
}

/// The state of the connection, sent on each change and as a heartbeat.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Beat {
    /// How fresh the server's picture is.
    pub health: Health,
    /// By the apiserver's clock.
    pub now: Time,
}

#[cfg(feature = "ssr")]
mod make;

#[cfg(feature = "ssr")]
pub use make::{beat, comparison, entry, kept, place, revision, seen, workload, workloads};
