//! How fresh what is shown is, and what cannot be seen at all.

use crate::time::Time;
use serde::{Deserialize, Serialize};

/// Data older than this is called stale.
pub const STALE_AFTER_SECONDS: i64 = 5;

/// State of this server's own watches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Health {
    /// The first complete picture is not there yet.
    Starting,
    /// Each change is seen as it happens.
    Live,
    /// The cluster does not answer: what is shown is from `since`.
    Stale {
        /// Time of the data.
        since: Time,
        /// What the connection said.
        words: String,
        /// It does not answer at all; otherwise only a watch is broken.
        #[serde(default)]
        silent: bool,
    },
    /// The cluster answers, and refuses: the credentials may not watch.
    Refused {
        /// What is missing.
        missing: Missing,
    },
}

impl Health {
    /// May anything be written? Only on a picture that is true.
    pub fn is_live(&self) -> bool {
        *self == Self::Live
    }
}

/// A permission that the apiserver refused.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Missing {
    /// The verb.
    pub verb: String,
    /// The resource with its group, as `daemonsets.apps`.
    pub resource: String,
    /// The namespace; all of them where there is none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub namespace: Option<String>,
    /// As whom, where the apiserver said.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub user: Option<String>,
    /// The apiserver's own words.
    pub words: String,
}
