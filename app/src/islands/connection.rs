//! Whether what is on the page is true right now: a word in the top bar, and a
//! strip over the page when it is not.

use domain::health::Health;
use domain::time::Time;
use leptos::prelude::*;

use crate::components::icon::{Glyph, Icon};
use crate::components::moving::{flag, maybe, text};
use crate::i18n::Lang;
use crate::live::{Connection, live};
use crate::model::Given;
use crate::time;

/// The word in the top bar.
#[island]
pub fn ConnectionState(
    /// As the page was rendered.
    health: Given<Health>,
    /// The apiserver's time then.
    now: Time,
    /// Language.
    lang: Lang,
) -> impl IntoView {
    let live = live();
    let connection = live.connection_from(health.0);
    let beat = live.beat;
    let is_live = {
        let connection = connection.clone();
        move || connection().is_live()
    };
    let told = Memo::new(move |_| {
        let now = beat.get().map_or(now, |beat| beat.now);
        let age = |span: String| Some(format!(" · {span}"));
        match connection() {
            Connection::Silent(seconds) => (lang.stale(), age(lang.seconds(seconds))),
            Connection::Gone(_) => (lang.deleted(), None),
            Connection::Server(Health::Live) => (lang.live(), None),
            Connection::Server(Health::Starting) => (lang.starting(), None),
            Connection::Server(Health::Refused { .. }) => (lang.refused(), None),
            Connection::Server(Health::Stale { since, .. }) => (
                lang.stale(),
                age(time::duration(lang, time::span(since, now))),
            ),
        }
    });
    // The age is seen and not spoken: a word a second would drown all else.
    view! {
        <span role="status" class="connection" class:is-live=flag(is_live)>
            <span class="dot" aria-hidden="true"></span>
            <span class="connection-text">
                {text(move || told.get().0.to_owned())}
                <span aria-hidden="true">{maybe(move || told.get().1)}</span>
            </span>
        </span>
    }
}

/// The strip over the page.
#[island]
pub fn StaleStrip(
    /// As the page was rendered.
    health: Given<Health>,
    /// The apiserver's time then.
    now: Time,
    /// The cluster's name.
    cluster: String,
    /// Language.
    lang: Lang,
) -> impl IntoView {
    let live = live();
    let connection = live.connection_from(health.0);
    let beat = live.beat;
    #[cfg(feature = "hydrate")]
    Effect::new({
        let connection = connection.clone();
        move |_| crate::live::browser::old(connection().is_old())
    });
    let told = Memo::new(move |_| {
        let now = beat.get().map_or(now, |beat| beat.now);
        match connection() {
            Connection::Server(Health::Live | Health::Starting) => None,
            Connection::Server(Health::Refused { missing }) => {
                Some((lang.strip_refused(&missing.verb, &missing.resource), None))
            }
            Connection::Server(Health::Stale {
                since,
                words,
                silent,
            }) => {
                let at = time::clock(since);
                let words = if silent {
                    lang.strip_cluster(&cluster, &at)
                } else {
                    lang.strip_watch(&cluster, &words, &at)
                };
                let age = time::duration(lang, time::span(since, now));
                Some((words, Some(lang.ago(&age))))
            }
            Connection::Gone(at) => Some((lang.strip_gone(&time::clock(at)), None)),
            Connection::Silent(seconds) => {
                Some((lang.strip_server().to_owned(), Some(lang.seconds(seconds))))
            }
        }
    });
    let words = Memo::new(move |_| told.get().map(|(words, _)| words));
    view! {
        <div class="strip" class:hidden=flag(move || told.get().is_none())>
            <Icon glyph=Glyph::Plug size=18/>
            <span role="alert">{maybe(move || words.get())}</span>
            <span aria-hidden="true">{maybe(move || told.get().and_then(|(_, age)| age))}</span>
            <a class="button" role="button" href="">
                {lang.try_now()}
            </a>
        </div>
    }
}
