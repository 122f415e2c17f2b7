//! How an order ended, and why.

use serde::{Deserialize, Serialize};

/// How an order ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// The template was set (with `dryRun`: would be).
    RolledBack,
    /// The workload has that template already; nothing was written.
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
    /// Written.
    RolledBack {
        /// Admission changed the template on the way in, so that it is not the
        /// target's.
        mutated: bool,
    },
    /// Would be written.
    DryRun {
        /// Admission would change the template on the way in.
        mutated: bool,
    },
    /// Equal already.
    AlreadyThere,
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
    Replaced,
    /// The workload is gone.
    WorkloadGone,
    /// The workload is being deleted; its controller does not act.
    Deleting,
    /// The ControllerRevision is gone.
    Pruned,
    /// The record keeps no such template of this workload.
    NotKept,
    /// The template is in the record only, which cannot be read.
    NoRecord {
        /// Why.
        words: String,
    },
    /// Another ControllerRevision has the name now.
    TargetReplaced,
    /// The ControllerRevision carries another number than the person saw.
    Renumbered {
        /// Number the person saw.
        seen: i64,
        /// Number now.
        now: i64,
    },
    /// The ControllerRevision belongs to something else.
    NotOwned,
    /// The ControllerRevision holds no pod template.
    Unreadable {
        /// Why, in Kubernetes' field names.
        problem: String,
    },
    /// Admission said no.
    Denied {
        /// The webhook's or policy's own words.
        words: String,
    },
    /// The template is not valid under today's rules.
    InvalidTemplate {
        /// The apiserver's own words.
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
            Self::RolledBack { .. } | Self::DryRun { .. } => Outcome::RolledBack,
            Self::AlreadyThere => Outcome::AlreadyThere,
            Self::Unreachable { .. } | Self::ServerError { .. } => Outcome::Failed,
            Self::NoAnswer { .. } => Outcome::Unknown,
            _ => Outcome::Refused,
        }
    }

    /// HTTP status of an answer with this reason.
    pub fn http_status(&self) -> u16 {
        match self {
            Self::RolledBack { .. } | Self::DryRun { .. } | Self::AlreadyThere => 200,
            Self::Invalid { .. } => 400,
            Self::ReadOnly | Self::Forbidden { .. } => 403,
            Self::Unauthorized => 401,
            Self::WorkloadGone | Self::Pruned | Self::NotKept => 404,
            Self::Moved { .. }
            | Self::Replaced
            | Self::Deleting
            | Self::TargetReplaced
            | Self::Renumbered { .. }
            | Self::NotOwned => 409,
            Self::Unreadable { .. } | Self::Denied { .. } | Self::InvalidTemplate { .. } => 422,
            Self::ServerError { .. } => 502,
            Self::Stale | Self::Unreachable { .. } | Self::NoRecord { .. } => 503,
            Self::NoAnswer { .. } => 504,
        }
    }
}
