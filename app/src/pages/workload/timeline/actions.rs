//! Where a line of the timeline leads.

use domain::record::timeline::{Row, Timeline};
use leptos::prelude::*;

use super::Live;
use crate::components::back::BackLink;
use crate::components::staircase;
use crate::i18n::Lang;
use crate::model::LIVE;
use crate::urls;

/// The ways to what it differs in, from what is live or, in a workload that is
/// gone, from the one before, and, where only the record keeps it, to open it and
/// have it back.
pub(super) fn actions(
    lang: Lang,
    timeline: &Timeline,
    at: usize,
    row: &Row,
    live: Option<&Live>,
) -> Option<AnyView> {
    let digest = row.template.filter(|_| !row.current)?.to_string();
    let key = &timeline.key;
    let number = staircase::number(row);
    let there = live.is_some();
    // The one right before it, where that is known.
    let before = || {
        let before = timeline.periods.get(at + 1)?;
        before.template.filter(|_| before.missing_after == 0)
    };
    let sides = if there {
        Some((digest.clone(), LIVE.to_owned(), lang.compare_then(&number)))
    } else {
        before().map(|before| {
            let label = lang.compare_before(&number);
            (before.to_string(), digest.clone(), label)
        })
    };
    let compare = sides.map(|(from, to, label)| {
        view! {
            <a class="button small-button" href=urls::compare(key, &from, &to) aria-label=label>
                {lang.compare()}
            </a>
        }
    });
    let open = (!row.in_cluster).then(|| {
        view! {
            <a
                class="button small-button"
                href=urls::revision(key, &digest)
                aria-label=lang.open_kept_of(&number)
            >
                {lang.open_kept()}
            </a>
        }
    });
    let back = if row.in_cluster {
        let words = || (lang.roll_back_to_this(), lang.back_to_then(&number));
        (live.map(|live| live.0) != row.template).then(words)
    } else {
        Some((lang.restore(), lang.restore_of(&number)))
    };
    let back = back.zip(live).map(|((words, label), (_, off))| {
        view! {
            <BackLink
                name=words
                url=urls::rollback(key, Some(&digest))
                off=off.clone()
                label=Some(label)
                role="link"
            />
        }
    });
    Some(view! { {compare} {open} {back} }.into_any())
}
