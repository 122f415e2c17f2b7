//! Where a line of the ledger leads.

use domain::history::Row;
use domain::workload::Key;
use leptos::prelude::*;

use super::Context;
use crate::components::back::BackLink;
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
        let label = lang.roll_back_to_this_of(row.revision);
        view! {
            <BackLink
                name=lang.roll_back_to_this()
                url=urls::rollback(key, Some(&row.name))
                off=context.off.clone().or(why)
                label=Some(label)
            />
        }
    });
    view! {
        {compare}
        {back}
    }
    .into_any()
}
