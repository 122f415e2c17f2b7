//! A button that copies a text. Without scripts it is not shown; what it
//! copies stands on the page or in the address bar.

use leptos::prelude::*;

use crate::components::moving;

/// Copies `text`, or the page's address where it is empty.
#[island]
pub fn CopyButton(
    /// What to copy; empty for the address of the page.
    text: String,
    /// Its name.
    label: String,
    /// Its name for a moment after it worked.
    done: String,
) -> impl IntoView {
    let copied = RwSignal::new(false);
    let click = move |_| {
        #[cfg(feature = "hydrate")]
        crate::live::browser::copy(&text, copied);
        #[cfg(not(feature = "hydrate"))]
        let _ = (&text, copied);
    };
    view! {
        <button type="button" class="button needs-script" on:click=click>
            {moving::text(move || if copied.get() { done.clone() } else { label.clone() })}
        </button>
    }
}
