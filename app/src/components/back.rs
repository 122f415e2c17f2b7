//! A way to the page that asks before a rollback. It stays visible and says why
//! when it is off.

use leptos::prelude::*;

use super::icon::{Glyph, Icon};

/// Whether a way back is off.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Off {
    /// It is on.
    No,
    /// Until the page is live; then the tab switches it on (`live::browser`).
    Passing(&'static str),
    /// As long as the page is as it is.
    Lasting(String),
}

impl Off {
    /// Off for a reason of its own, else as the page.
    #[must_use]
    pub fn or(self, own: Option<String>) -> Self {
        own.map_or(self, Self::Lasting)
    }
}

/// The link.
#[component]
pub fn BackLink(
    /// Its words.
    #[prop(into)]
    name: String,
    /// The page it opens.
    url: String,
    /// Whether it is off.
    off: Off,
    /// Its name, where the words alone do not tell it from others.
    #[prop(optional_no_strip)]
    label: Option<String>,
    /// What describes it while it is on.
    #[prop(optional_no_strip)]
    about: Option<String>,
    /// What it is announced as.
    #[prop(default = "button")]
    role: &'static str,
    /// As high as the text of a line.
    #[prop(default = true)]
    small: bool,
) -> impl IntoView {
    let class = if small {
        "button small-button button-back"
    } else {
        "button button-back"
    };
    let switched = (!matches!(off, Off::Lasting(_))).then(|| (url.clone(), about.clone()));
    let (to, described) = switched.unzip();
    let why = match off {
        Off::No => None,
        Off::Passing(why) => Some(why.to_owned()),
        Off::Lasting(why) => Some(why),
    };
    let is_off = why.is_some();
    view! {
        <a
            class=class
            role=role
            href=(!is_off).then_some(url)
            aria-disabled=is_off.then_some("true")
            tabindex=is_off.then_some("0")
            title=why.or(about)
            data-back=to
            data-about=described.flatten()
            data-key="r"
            aria-label=label
        >
            <Icon glyph=Glyph::Back size=14/>
            {name}
        </a>
    }
}
