//! The bar of nodes, from the counters of the status alone: updated nodes at
//! full height, those without an available pod striped, old ones at half
//! height, so that none needs its colour.

use domain::workload::Counts;
use leptos::prelude::*;

use crate::i18n::Lang;

/// What the bar says, for those who do not see it.
fn own_label(lang: Lang, counts: Counts) -> String {
    lang.bar_label(
        counts.updated.min(counts.desired),
        counts.desired,
        counts.desired.saturating_sub(counts.available),
    )
}

/// Widths of updated, updated but not available, and old nodes in the 1,000
/// units of the drawing; a part that is there is seen. The status does not say
/// which nodes are unavailable: in a rollout those that were just replaced.
fn widths(counts: Counts) -> [u32; 3] {
    let desired = counts.desired;
    let updated = counts.updated.min(desired);
    let waiting = desired.saturating_sub(counts.available).min(updated);
    let parts = [updated - waiting, waiting, desired - updated];
    let scaled = parts.map(|nodes| {
        let share = u64::from(nodes) * 1000 / u64::from(desired.max(1));
        u32::try_from(share)
            .unwrap_or(1000)
            .max(if nodes > 0 { 12 } else { 0 })
    });
    // The largest part makes room for the smallest.
    let rest = |without: usize| {
        let others = scaled.iter().enumerate().filter(|(i, _)| *i != without);
        1000_u32.saturating_sub(others.map(|(_, width)| width).sum())
    };
    let largest = (0..3).max_by_key(|i| parts[*i]).filter(|_| desired > 0);
    let mut widths = scaled;
    if let Some(largest) = largest {
        widths[largest] = rest(largest);
    }
    widths
}

/// The bar.
#[component]
pub fn NodesBar(
    /// Counters of the status.
    counts: Counts,
    /// Language.
    lang: Lang,
    /// What it says, where that is not its own counts.
    #[prop(optional, into)]
    label: Option<String>,
    /// Thin, for healthy lines.
    #[prop(optional)]
    thin: bool,
) -> impl IntoView {
    let [full, waiting, half] = widths(counts);
    let stripes: String = (0..waiting / 10)
        .map(|i| format!("M{} 8 l5 -8", full + i * 10))
        .collect();
    let class = match (counts.desired, thin) {
        (0, _) => "bar bar-empty",
        (_, true) => "bar bar-thin",
        (_, false) => "bar",
    };
    view! {
        <svg
            class=class
            role="img"
            aria-label=label.unwrap_or_else(|| own_label(lang, counts))
            viewBox="0 0 1000 8"
            preserveAspectRatio="none"
        >
            <rect class="bar-new" x="0" y="0" width=full height="8"></rect>
            <rect class="bar-waiting" x=full y="0" width=waiting height="8"></rect>
            <path class="bar-stripes" d=stripes></path>
            <rect class="bar-old" x=full + waiting y="2" width=half height="4"></rect>
        </svg>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn counts(desired: u32, updated: u32, available: u32) -> Counts {
        Counts {
            desired,
            updated,
            available,
            ..Counts::default()
        }
    }

    #[test]
    fn one_node_of_many_is_still_seen() {
        assert_eq!(widths(counts(5000, 1, 5000)), [12, 0, 988]);
        assert_eq!(widths(counts(5000, 4999, 5000)), [988, 0, 12]);
        assert_eq!(widths(counts(5000, 5000, 4999)), [988, 12, 0]);
        assert_eq!(widths(counts(4, 2, 4)), [500, 0, 500]);
        assert_eq!(widths(counts(4, 4, 4)), [1000, 0, 0]);
        assert_eq!(widths(counts(4, 9, 9)), [1000, 0, 0]);
        assert_eq!(widths(counts(0, 0, 0)), [0, 0, 0]);
    }

    #[test]
    fn nodes_that_do_not_come_up_are_not_drawn_as_done() {
        assert_eq!(widths(counts(24, 3, 21)), [0, 125, 875]);
        assert_eq!(widths(counts(4, 2, 3)), [250, 250, 500]);
        let bad = counts(24, 3, 21);
        assert_eq!(own_label(Lang::En, bad), "3 of 24 updated, 3 not available");
    }
}
