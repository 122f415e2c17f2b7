//! Where a line of the ledger leads.

use domain::history::Row;
use domain::workload::Key;
use leptos::prelude::*;

use super::Context;
use crate::components::icon::{Glyph, Icon};
use crate::components::moving::maybe;
use crate::urls;

pub(super) fn actions(context: &Context, key: &Key, row: &Row) -> impl IntoView + use<> {
    let lang = context.lang;
    if row.problem.is_some() {
        return view! {
            <a class="button small-button" href=urls::revision(key, &row.name)>
                {lang.open_raw()}
            </a>
        }
        .into_any();
    }
    let compare = match (row.current, &row.base) {
        (true, Some(base)) => Some(urls::compare(key, &base.name, &row.name)),
        (true, None) => None,
        (false, _) => Some(urls::compare(key, "live", &row.name)),
    };
    let compare = compare.map(|url| {
        view! {
            <a
                class="button small-button"
                href=url
                data-key="c"
                aria-label=lang.compare_of(row.revision)
            >
                {lang.compare()}
            </a>
        }
    });
    let back = (!row.current).then(|| {
        let why = row
            .identical_to_current
            .then(|| lang.off_identical().to_owned());
        let off = context.off;
        let url = urls::rollback(key, Some(&row.name));
        let label = lang.roll_back_to_this_of(row.revision);
        back_link(lang.roll_back_to_this(), Some(label), None, url, why, off)
    });
    view! {
        {compare}
        {back}
    }
    .into_any()
}

/// A way to the rollback page, which stays visible and says why when it is
/// off. `about` describes it while it is on.
pub fn back_link(
    name: impl Into<String>,
    label: Option<String>,
    about: Option<String>,
    url: String,
    why: Option<String>,
    off: Signal<Option<String>>,
) -> impl IntoView {
    let name = name.into();
    let why = Memo::new(move |_| why.clone().or_else(|| off.get()));
    view! {
        <a
            class="button small-button button-back"
            role="button"
            href=maybe(move || why.get().is_none().then(|| url.clone()))
            aria-disabled=maybe(move || why.get().map(|_| "true".to_owned()))
            tabindex=maybe(move || why.get().map(|_| "0".to_owned()))
            title=maybe(move || why.get().or_else(|| about.clone()))
            data-key="r"
            aria-label=label
        >
            <Icon glyph=Glyph::Back size=14/>
            {name}
        </a>
    }
}
