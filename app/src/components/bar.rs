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

/// The desired nodes in three parts. The status does not say which nodes are
/// unavailable; in a rollout they are those whose pod was just replaced.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Parts {
    /// Updated and available.
    pub done: u32,
    /// Without an available pod.
    pub missing: u32,
    /// The rest: available, and old.
    pub old: u32,
}

impl Parts {
    /// Of the counters of the status.
    pub fn of(counts: Counts) -> Self {
        let missing = counts.desired.saturating_sub(counts.available);
        let done = counts.updated.min(counts.desired).saturating_sub(missing);
        Self {
            done,
            missing,
            old: counts.desired - missing - done,
        }
    }
}

/// Widths of the parts in the 1,000 units of the drawing; a part that is there
/// is seen.
fn widths(counts: Counts) -> [u32; 3] {
    let desired = counts.desired;
    let Parts { done, missing, old } = Parts::of(counts);
    let parts = [done, missing, old];
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
    let stripes: String = (0..waiting / 25)
        .map(|i| format!("M{} 8 l12 -8", full + i * 25))
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

/// What the bar shows, in numbers that add up to the desired nodes.
pub fn legend(lang: Lang, counts: Counts) -> impl IntoView {
    let parts = Parts::of(counts);
    view! {
        <p class="legend">
            <span>
                <i class="swatch swatch-new" aria-hidden="true"></i>
                {lang.updated_available()} " " <b>{lang.number(parts.done)}</b>
            </span>
            {(parts.missing > 0)
                .then(|| {
                    view! {
                        <span class="tone-amber">
                            <i class="swatch swatch-missing" aria-hidden="true"></i>
                            {lang.not_available()} " " <b>{lang.number(parts.missing)}</b>
                        </span>
                    }
                })}
            {(parts.old > 0)
                .then(|| {
                    view! {
                        <span>
                            <i class="swatch swatch-old" aria-hidden="true"></i>
                            {lang.old_available()} " " <b>{lang.number(parts.old)}</b>
                        </span>
                    }
                })}
        </p>
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
        assert_eq!(widths(counts(4, 0, 3)), [0, 250, 750]);
        let bad = counts(24, 3, 21);
        assert_eq!(own_label(Lang::En, bad), "3 of 24 updated, 3 not available");
    }
}
