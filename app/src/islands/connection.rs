//! Whether what is on the page is true right now: a word in the top bar, and a
//! strip over the page when it is not.

use domain::health::Health;
use domain::time::Time;
use leptos::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::i18n::Lang;
use crate::live::{Connection, live};
use crate::time;

/// The word in the top bar.
#[island]
pub fn ConnectionState(
    /// As the page was rendered.
    health: Health,
    /// The apiserver's time then.
    now: Time,
    /// Language.
    lang: Lang,
) -> impl IntoView {
    let live = live();
    let connection = live.connection;
    let beat = live.beat;
    let text = move || {
        let now = beat.get().map_or(now, |beat| beat.now);
        match connection
            .get()
            .unwrap_or_else(|| Connection::Server(health.clone()))
        {
            Connection::Silent(seconds) => (false, lang.stale_for(&lang.seconds(seconds))),
            Connection::Server(Health::Live) => (true, lang.live().to_owned()),
            Connection::Server(Health::Starting) => (false, lang.starting().to_owned()),
            Connection::Server(Health::Refused { .. }) => (false, lang.refused().to_owned()),
            Connection::Server(Health::Stale { since, .. }) => (
                false,
                lang.stale_for(&time::duration(lang, time::span(since, now))),
            ),
        }
    };
    let text = Memo::new(move |_| text());
    view! {
        <span role="status" class="connection" class:is-live=move || text.get().0>
            <span class="dot" aria-hidden="true"></span>
            <span class="connection-text">{move || text.get().1}</span>
        </span>
    }
}

/// The strip over the page.
#[island]
pub fn StaleStrip(
    /// As the page was rendered.
    health: Health,
    /// The apiserver's time then.
    now: Time,
    /// The cluster's name.
    cluster: String,
    /// Language.
    lang: Lang,
) -> impl IntoView {
    let live = live();
    let connection = live.connection;
    let beat = live.beat;
    let words = Memo::new(move |_| {
        let now = beat.get().map_or(now, |beat| beat.now);
        match connection
            .get()
            .unwrap_or_else(|| Connection::Server(health.clone()))
        {
            Connection::Server(Health::Live | Health::Starting | Health::Refused { .. }) => None,
            Connection::Server(Health::Stale { since, .. }) => Some(lang.strip_cluster(
                &cluster,
                &time::clock(since),
                &time::duration(lang, time::span(since, now)),
            )),
            Connection::Silent(seconds) => Some(lang.strip_server(&lang.seconds(seconds))),
        }
    });
    view! {
        <div role="alert" class="strip" class:hidden=move || words.get().is_none()>
            <Icon glyph=Glyph::Plug size=18/>
            <span>{move || words.get().unwrap_or_default()}</span>
            <a class="button" href="">
                {lang.try_now()}
            </a>
        </div>
    }
}
