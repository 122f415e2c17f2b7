//! The button that sends an order: at most once a page, and only while what
//! the page shows is true. Without scripts it is a plain button; the server
//! checks both again.

use domain::health::Health;
use leptos::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::components::moving::{maybe, part};
use crate::i18n::Lang;
use crate::live::{live, off_reason};
use crate::model::Given;

/// The button.
#[island]
pub fn SubmitOnce(
    /// Its name.
    label: String,
    /// Why it is off whatever comes; the page must be made anew.
    off: Option<String>,
    /// How fresh the page was when it was rendered.
    health: Given<Health>,
    /// The generation that the person sees, and the address of the same page
    /// made anew.
    seen: (i64, String),
    /// Language.
    lang: Lang,
) -> impl IntoView {
    let live = live();
    let not_live = off_reason(&live, health.0, lang);
    let fresh = live.workload;
    let sent = RwSignal::new(false);
    let why = Memo::new(move |_| off.clone().or_else(|| not_live.get()));
    let (generation, again) = seen;
    let moved = Memo::new(move |_| {
        let now = fresh.with(|fresh| fresh.as_ref().map(|w| w.line.generation))?;
        (now != generation && !sent.get()).then(|| lang.moved_meanwhile(generation, now))
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
            aria-disabled=maybe(move || is_off().then(|| "true".to_owned()))
            aria-describedby="off-reason"
            on:click=click
        >
            <Icon glyph=Glyph::Back size=14/>
            {label}
        </button>
        <p class="off-reason small" id="off-reason">
            {maybe(move || why.get())}
        </p>
        <p class="off-reason small tone-amber" aria-live="polite">
            {part(move || {
                moved
                    .get()
                    .map(|words| view! { {words} " " <a href=again.clone()>{lang.review_again()}</a> })
            })}
        </p>
    }
}
