//! What the tab shows when nobody looks at its page: title and icon.

use std::cell::{Cell, RefCell};

use leptos::prelude::*;

use super::lang;

thread_local! {
    /// What the page shows is from some time ago.
    static OLD: Cell<bool> = const { Cell::new(false) };
    /// The colour of what it shows.
    static TONE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// The page is about this now, in this tone.
pub fn tab(words: &str, tone: &str) {
    TONE.set(tone.to_owned());
    document().set_title(&format!("{words} · Rollbook"));
    dress(OLD.get());
}

/// Whether what the page shows is old; first of all as it was rendered.
pub fn old(is_old: bool) {
    OLD.set(is_old);
    dress(is_old);
}

/// Title and icon say that they are old, or do not.
fn dress(is_old: bool) {
    let mark = format!("{} · ", lang().stale());
    let title = document().title();
    let words = title.strip_prefix(&mark).unwrap_or(&title);
    let wanted = if is_old {
        format!("{mark}{words}")
    } else {
        words.to_owned()
    };
    if title != wanted {
        document().set_title(&wanted);
    }
    let colour = TONE.with_borrow(|tone| match tone.as_str() {
        _ if is_old => "-slate",
        "tone-red" => "-red",
        "tone-amber" => "-amber",
        "tone-blue" | "tone-violet" => "-blue",
        _ => "",
    });
    let icon = document().query_selector("link[rel=icon]").ok().flatten();
    let url = format!("/favicon{colour}.svg");
    if let Some(icon) = icon.filter(|icon| icon.get_attribute("href").as_ref() != Some(&url)) {
        // Fails only for a name that is none.
        let _ = icon.set_attribute("href", &url);
    }
}
