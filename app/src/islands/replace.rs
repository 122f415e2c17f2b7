//! Old pods under `OnDelete`: wakes the way through the nodes, which the server
//! drew and the tab drives.

use leptos::prelude::*;

/// Nothing to see.
#[island]
pub fn GuideRun() -> impl IntoView {
    #[cfg(feature = "hydrate")]
    crate::live::browser::guide::wake();
}
