//! The button that sends an order: at most once a page, and only while what
//! the page shows is true. Without scripts it is a plain button; the server
//! checks both again.

use leptos::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::i18n::Lang;
use crate::live::live;

/// The button.
#[island]
pub fn SubmitOnce(
    /// Its name.
    label: String,
    /// Why it is off, as the page was rendered.
    off: Option<String>,
    /// Language.
    lang: Lang,
) -> impl IntoView {
    let connection = live().connection;
    let sent = RwSignal::new(false);
    let why = Memo::new(move |_| {
        off.clone().or_else(|| match connection.get() {
            Some(connection) if !connection.is_live() => Some(lang.off_not_live().to_owned()),
            _ => None,
        })
    });
    let is_off = move || sent.get() || why.get().is_some();
    let click = move |event: leptos::ev::MouseEvent| {
        if is_off() {
            event.prevent_default();
        } else {
            sent.set(true);
        }
    };
    view! {
        <button
            type="submit"
            class="button button-rb wide"
            aria-disabled=move || if is_off() { Some("true") } else { None }
            aria-describedby="off-reason"
            on:click=click
        >
            <Icon glyph=Glyph::Back size=14/>
            {label}
        </button>
        <p class="off-reason small" id="off-reason">
            {move || why.get()}
        </p>
    }
}
