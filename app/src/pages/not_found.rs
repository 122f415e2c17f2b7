//! An address that leads nowhere.

use leptos::prelude::*;

use crate::components::head::Title;
use crate::components::icon::Glyph;
use crate::components::panel::StatePanel;

/// The page.
#[component]
pub fn NotFoundPage() -> impl IntoView {
    let lang = super::frame().lang;
    super::status(404);
    view! {
        <Title text=lang.not_found()/>
        <StatePanel glyph=Glyph::Search tone="tone-slate" title=lang.not_found()>
            <p class="muted">{lang.not_found_hint()}</p>
            <p class="actions">
                <a class="button button-ink" href="/">
                    {lang.back_to_workloads()}
                </a>
            </p>
        </StatePanel>
    }
}
