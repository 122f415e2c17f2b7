//! What the tab shows when nobody looks at its page: title and icon.

use leptos::prelude::*;

use super::live;
use crate::components::verdict;
use crate::i18n::Lang;
use crate::live::Connection;

/// Brings both up to date; to be called in an effect, which then follows whether the
/// page is old.
pub fn tab(lang: Lang, words: &str, tone: &str) {
    let connection = live().connection.get();
    let is_old = connection.as_ref().is_some_and(Connection::is_old);
    document().set_title(&verdict::title(lang, words, is_old));
    let colour = match tone {
        _ if is_old => "-slate",
        "tone-red" => "-red",
        "tone-amber" => "-amber",
        "tone-blue" | "tone-violet" => "-blue",
        _ => "",
    };
    let icon = document().query_selector("link[rel=icon]").ok().flatten();
    let url = format!("/favicon{colour}.svg");
    if let Some(icon) = icon.filter(|icon| icon.get_attribute("href").as_ref() != Some(&url)) {
        // Fails only for a name that is none.
        let _ = icon.set_attribute("href", &url);
    }
}
