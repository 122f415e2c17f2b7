//! A way to the rollback page that switches itself off while nothing could be
//! written, on pages that otherwise stand still.

use domain::health::Health;
use leptos::prelude::*;

use crate::components::ledger::back_link;
use crate::i18n::Lang;
use crate::live::{live, off_reason};
use crate::model::Given;

/// The button.
#[island]
pub fn BackButton(
    /// Number of the revision it leads back to.
    revision: i64,
    /// The page it opens.
    url: String,
    /// How fresh the page was when it was rendered.
    health: Given<Health>,
    /// Nothing may be written.
    read_only: bool,
    /// Language.
    lang: Lang,
) -> impl IntoView {
    let off = off_reason(&live(), health.0, read_only, lang);
    let text = lang.roll_back_to_number(revision);
    view! { <span class="primary-back">{back_link(text, None, None, url, None, off)}</span> }
}
