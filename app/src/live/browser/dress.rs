//! What changes in parts that the server drew while they stand: ways back go off
//! and on, and ages count on.

use std::cell::Cell;

use domain::time::Time;
use web_sys::Element;

use super::{all, lang};
use crate::time;

/// How ways back stand.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Ways {
    /// As the page was rendered: nothing was heard yet.
    Rendered,
    On,
    /// Off, and why.
    Off(&'static str),
}

thread_local! {
    static WAYS: Cell<Ways> = const { Cell::new(Ways::Rendered) };
    /// The apiserver's time, while the page is live.
    static NOW: Cell<Option<Time>> = const { Cell::new(None) };
}

/// Switches the page's ways back off for this reason, or on.
pub fn switch(off: Option<&'static str>) {
    let ways = off.map_or(Ways::On, Ways::Off);
    if WAYS.replace(ways) != ways {
        all("[data-back]").for_each(|link| one(&link, ways));
    }
}

/// Has the ages of the page's drawn parts count on.
pub fn count(now: Time) {
    NOW.set(Some(now));
    all("[data-drawn] [data-since]").for_each(|age| grow(&age, now));
}

/// Brings parts that were drawn anew to where the page is.
pub fn anew() {
    let ways = WAYS.get();
    all("[data-back]").for_each(|link| one(&link, ways));
    if let Some(now) = NOW.get() {
        count(now);
    }
}

/// Names of attributes are names: none of these calls fails.
fn one(link: &Element, ways: Ways) {
    match ways {
        Ways::Rendered => {}
        Ways::On => {
            let url = link.get_attribute("data-back").unwrap_or_default();
            let _ = link.set_attribute("href", &url);
            for name in ["aria-disabled", "tabindex", "title"] {
                let _ = link.remove_attribute(name);
            }
            if let Some(about) = link.get_attribute("data-about") {
                let _ = link.set_attribute("title", &about);
            }
        }
        Ways::Off(why) => {
            // The keyboard stays where it is: without an address it needs its place.
            for (name, value) in [("tabindex", "0"), ("aria-disabled", "true"), ("title", why)] {
                let _ = link.set_attribute(name, value);
            }
            let _ = link.remove_attribute("href");
        }
    }
}

fn grow(age: &Element, now: Time) {
    let since = age.get_attribute("data-since");
    let Some(since) = since.and_then(|since| since.parse().ok()) else {
        return;
    };
    let span = time::span(since, now);
    let words = if age.has_attribute("data-age") {
        time::kubectl_age(span)
    } else {
        time::duration(lang(), span)
    };
    if age.text_content().as_ref() != Some(&words) {
        age.set_text_content(Some(&words));
    }
}
