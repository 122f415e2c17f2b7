//! The bar of nodes, from the counters of the status alone: updated nodes at
//! full height, old ones at half, so that neither needs its colour.

use domain::workload::Counts;
use leptos::prelude::*;

use crate::i18n::Lang;

/// What the bar says, for those who do not see it.
pub fn label(lang: Lang, counts: Counts) -> String {
    lang.bar_label(
        counts.updated.min(counts.desired),
        counts.desired.saturating_sub(counts.updated),
        counts.desired.saturating_sub(counts.available),
    )
}

/// Widths in the 1,000 units of the drawing; a part that is there is seen.
fn widths(counts: Counts) -> (u32, u32) {
    let desired = u64::from(counts.desired);
    let updated = u64::from(counts.updated.min(counts.desired));
    if desired == 0 {
        return (0, 0);
    }
    let full = u32::try_from(updated * 1000 / desired).unwrap_or(1000);
    let full = match (updated, desired - updated) {
        (0, _) => 0,
        (_, 0) => 1000,
        _ => full.clamp(12, 988),
    };
    (full, 1000 - full)
}

/// The bar.
#[component]
pub fn NodesBar(
    /// Counters of the status.
    counts: Counts,
    /// Language.
    lang: Lang,
    /// Thin, for healthy lines.
    #[prop(optional)]
    thin: bool,
) -> impl IntoView {
    let (full, half) = widths(counts);
    let class = match (counts.desired, thin) {
        (0, _) => "bar bar-empty",
        (_, true) => "bar bar-thin",
        (_, false) => "bar",
    };
    view! {
        <svg
            class=class
            role="img"
            aria-label=label(lang, counts)
            viewBox="0 0 1000 8"
            preserveAspectRatio="none"
        >
            <rect class="bar-new" x="0" y="0" width=full height="8"></rect>
            <rect class="bar-old" x=full y="2" width=half height="4"></rect>
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(desired: u32, updated: u32) -> Counts {
        Counts {
            desired,
            updated,
            ..Counts::default()
        }
    }

    #[test]
    fn one_node_of_many_is_still_seen() {
        assert_eq!(widths(counts(5000, 1)), (12, 988));
        assert_eq!(widths(counts(5000, 4999)), (988, 12));
        assert_eq!(widths(counts(4, 2)), (500, 500));
        assert_eq!(widths(counts(4, 4)), (1000, 0));
        assert_eq!(widths(counts(4, 9)), (1000, 0));
        assert_eq!(widths(counts(0, 0)), (0, 0));
    }
}
