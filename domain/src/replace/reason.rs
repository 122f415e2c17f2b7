//! How an order to replace a pod ended, and why.

use serde::{Deserialize, Serialize};

/// How an order ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// The pod is deleted (with `dryRun`: would be).
    Replaced,
    /// The pod is gone or ending already; nothing was written.
    AlreadyThere,
    /// Something is not as the order says, or is not allowed; nothing was
    /// written.
    Refused,
    /// The cluster could not do it; nothing was written.
    Failed,
    /// The answer was lost and the cluster does not tell whether it was
    /// written.
    Unknown,
}

/// Why it ended so. A stable name for programs; the sentence is for people.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(
    rename_all = "camelCase",
    rename_all_fields = "camelCase",
    tag = "code"
)]
pub enum Reason {
    /// Deleted; the controller makes the new one.
    Deleted,
    /// Would be deleted.
    DryRun,
    /// There is no pod of that name any more.
    PodGone,
    /// Somebody deleted it already; it is ending.
    PodEnding,
    /// The order itself cannot be used.
    Invalid {
        /// Which field.
        field: String,
    },
    /// This server was started with `--read-only`.
    ReadOnly,
    /// This server's own view of the cluster is old.
    Stale,
    /// The spec was changed since the person looked.
    Moved {
        /// Generation the person saw.
        seen: i64,
        /// Generation now.
        now: i64,
    },
    /// Another workload has the name now.
    Recreated,
    /// The workload is gone.
    WorkloadGone,
    /// The workload is being deleted; its controller makes no new pod.
    Deleting,
    /// The controller replaces pods by itself.
    NotOnDelete {
        /// `spec.updateStrategy.type`.
        strategy: String,
    },
    /// The controller has not handled the live template.
    NotObserved,
    /// Another pod has the name now.
    PodReplaced,
    /// The pod is not of this workload.
    NotOwned,
    /// The pod is not on that node.
    OtherNode {
        /// Where it is, if it is anywhere.
        node: Option<String>,
    },
    /// The pod has the live template.
    UpToDate,
    /// Admission said no.
    Denied {
        /// The webhook's or policy's own words.
        words: String,
    },
    /// The credentials may not.
    Forbidden {
        /// The apiserver's own words.
        words: String,
        /// The verb that is missing.
        verb: String,
        /// The resource it is missing on.
        resource: String,
    },
    /// The credentials are not accepted.
    Unauthorized,
    /// The apiserver could not be reached; nothing was sent.
    Unreachable {
        /// What the connection said.
        words: String,
    },
    /// The apiserver answered with an error.
    ServerError {
        /// The apiserver's own words.
        words: String,
    },
    /// Sent, but no answer came.
    NoAnswer {
        /// What the connection said.
        words: String,
    },
}

impl Reason {
    /// The outcome it belongs to.
    pub fn outcome(&self) -> Outcome {
        match self {
            Self::Deleted | Self::DryRun => Outcome::Replaced,
            Self::PodGone | Self::PodEnding => Outcome::AlreadyThere,
            Self::Unreachable { .. } | Self::ServerError { .. } => Outcome::Failed,
            Self::NoAnswer { .. } => Outcome::Unknown,
            _ => Outcome::Refused,
        }
    }

    /// HTTP status of an answer with this reason.
    pub fn http_status(&self) -> u16 {
        match self {
            Self::Deleted | Self::DryRun | Self::PodGone | Self::PodEnding => 200,
            Self::Invalid { .. } => 400,
            Self::Unauthorized => 401,
            Self::ReadOnly | Self::Forbidden { .. } => 403,
            Self::WorkloadGone => 404,
            Self::Moved { .. }
            | Self::Recreated
            | Self::Deleting
            | Self::NotOnDelete { .. }
            | Self::NotObserved
            | Self::PodReplaced
            | Self::NotOwned
            | Self::OtherNode { .. }
            | Self::UpToDate => 409,
            Self::Denied { .. } => 422,
            Self::ServerError { .. } => 502,
            Self::Stale | Self::Unreachable { .. } => 503,
            Self::NoAnswer { .. } => 504,
        }
    }
}
