//! What the scheduler misses on a node, read from its message: it is written
//! nowhere else.

use serde::{Deserialize, Serialize};

use super::Next;

/// What a node lacks for a pod, in the words of the scheduler.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum Lack {
    /// So much of a resource.
    Resource {
        /// As `cpu`, `memory`, `nvidia.com/gpu`.
        name: String,
    },
    /// Room for one more pod.
    Pods,
    /// A port that the pod asks for is taken.
    Ports,
    /// A volume cannot be used there.
    Volume,
    /// The pod does not tolerate a taint.
    Taint {
        /// As the scheduler writes it, `key: value`.
        taint: String,
    },
    /// A scheduling gate is not removed.
    Gate,
}

impl Lack {
    /// All that a message of the scheduler names. What it says about nodes that
    /// the pod is not meant for names nothing of these.
    pub(super) fn all(reason: &str, message: &str) -> Vec<Self> {
        let mut lacks: Vec<Self> = after(message, "Insufficient ")
            .map(|rest| {
                let end = rest.find([',', ' ', '\n']).unwrap_or(rest.len());
                let name = rest[..end].trim_end_matches(['.', ';']);
                Self::Resource {
                    name: name.to_owned(),
                }
            })
            .collect();
        lacks.extend(after(message, "taint {").filter_map(|rest| {
            let (taint, _) = rest.split_once('}')?;
            let taint = taint.trim().trim_end_matches(':').to_owned();
            Some(Self::Taint { taint })
        }));
        for (words, lack) in [
            ("Too many pods", Self::Pods),
            ("free ports", Self::Ports),
            ("volume node affinity conflict", Self::Volume),
            ("max volume count", Self::Volume),
        ] {
            if message.contains(words) {
                lacks.push(lack);
            }
        }
        if reason == "SchedulingGated" {
            lacks.push(Self::Gate);
        }
        lacks.sort();
        lacks.dedup();
        lacks
    }

    pub(super) fn next(&self) -> Next {
        match self {
            Self::Resource { .. } | Self::Pods | Self::Ports => Next::MakeRoom,
            Self::Volume => Next::CheckVolumes,
            Self::Taint { .. } => Next::Tolerate,
            Self::Gate => Next::CheckScheduler,
        }
    }
}

/// What follows each occurrence of `words`.
fn after<'a>(text: &'a str, words: &'a str) -> impl Iterator<Item = &'a str> {
    text.match_indices(words)
        .map(move |(at, _)| &text[at + words.len()..])
}
