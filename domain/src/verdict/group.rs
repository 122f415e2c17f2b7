//! Verdicts as the list is filtered and sorted by them.

use serde::{Deserialize, Serialize};

/// Groups that the list is filtered by.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Group {
    /// See [`super::Verdict::Stuck`].
    Stuck,
    /// See [`super::Verdict::NotReady`].
    NotReady,
    /// See [`super::Verdict::OnDelete`].
    OnDelete,
    /// See [`super::Verdict::NotObserved`].
    NotObserved,
    /// Rolling or rolling back.
    Rolling,
    /// See [`super::Verdict::Healthy`].
    Healthy,
    /// Being deleted, or without nodes.
    Other,
}

impl Group {
    /// All, in the order that needs attention first.
    pub const ALL: [Self; 7] = [
        Self::Stuck,
        Self::NotReady,
        Self::OnDelete,
        Self::NotObserved,
        Self::Rolling,
        Self::Healthy,
        Self::Other,
    ];

    /// Its name in a URL.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Stuck => "stuck",
            Self::NotReady => "not-ready",
            Self::OnDelete => "on-delete",
            Self::NotObserved => "not-observed",
            Self::Rolling => "rolling",
            Self::Healthy => "healthy",
            Self::Other => "other",
        }
    }

    /// The group of that name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.slug() == slug)
    }
}
