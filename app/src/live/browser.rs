//! The browser's side: one `EventSource` a tab, and the few calls of the
//! browser that islands need.

use std::cell::OnceCell;

use domain::health::{Health, STALE_AFTER_SECONDS};
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use web_sys::{EventSource, MessageEvent};

use super::{Connection, Live, merge};
use crate::model::{Beat, Delta, Workload, Workloads};

thread_local! {
    static LIVE: OnceCell<Live> = const { OnceCell::new() };
}

/// The tab's signals. The first call opens the stream that fits the page.
pub fn live() -> Live {
    LIVE.with(|cell| {
        cell.get_or_init(|| {
            let live = Live::new();
            open(&live);
            live
        })
        .clone()
    })
}

/// The stream that fits the page's address.
fn stream_url() -> String {
    let path = window().location().pathname().unwrap_or_default();
    let mut parts = path.split('/').skip(1);
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        // The path is encoded already.
        (Some("ns"), Some(namespace), Some("daemonsets"), Some(name)) => {
            format!("/live?view=workload&namespace={namespace}&name={name}")
        }
        (Some(""), None, ..) => "/live?view=workloads".to_owned(),
        _ => "/live?view=health".to_owned(),
    }
}

fn open(live: &Live) {
    let Ok(source) = EventSource::new(&stream_url()) else {
        return;
    };
    let heard = ArcRwSignal::new(js_sys::Date::now());
    listen(&source, "health", &heard, {
        let live = live.clone();
        move |beat: Beat| {
            live.connection
                .set(Some(Connection::Server(beat.health.clone())));
            live.beat.set(Some(beat));
        }
    });
    listen(&source, "workloads", &heard, {
        let list = live.workloads.clone();
        move |snapshot: Workloads| list.set(Some(snapshot))
    });
    listen(&source, "delta", &heard, {
        let list = live.workloads.clone();
        move |delta: Delta| {
            list.update(|list| {
                if let Some(list) = list {
                    list.now = delta.now;
                    merge(&mut list.workloads, delta);
                }
            });
        }
    });
    listen(&source, "workload", &heard, {
        let one = live.workload.clone();
        move |workload: Workload| one.set(Some(workload))
    });
    watch_silence(live.clone(), heard);
    // The tab's own lifetime is the stream's.
    std::mem::forget(source);
}

/// Hands events of one name on, parsed; what does not parse is dropped, for
/// the next snapshot repairs it.
fn listen<T: serde::de::DeserializeOwned>(
    source: &EventSource,
    name: &str,
    heard: &ArcRwSignal<f64>,
    on: impl Fn(T) + 'static,
) {
    let heard = heard.clone();
    let handler = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        heard.set(js_sys::Date::now());
        let parsed = event
            .data()
            .as_string()
            .and_then(|text| serde_json::from_str(&text).ok());
        if let Some(value) = parsed {
            on(value);
        }
    });
    // Fails only for a foreign target, which this is not.
    let _ = source.add_event_listener_with_callback(name, handler.as_ref().unchecked_ref());
    handler.forget();
}

/// Says so when the server itself falls silent: no proxy and no broken socket
/// may leave an old picture looking fresh.
fn watch_silence(live: Live, heard: ArcRwSignal<f64>) {
    set_interval(
        move || {
            let seconds = seconds_since(heard.get_untracked());
            let silent = seconds >= STALE_AFTER_SECONDS;
            let was = matches!(live.connection.get_untracked(), Some(Connection::Silent(_)));
            if silent {
                live.connection.set(Some(Connection::Silent(seconds)));
            } else if was {
                live.connection.set(
                    live.beat
                        .get_untracked()
                        .map(|beat| Connection::Server(beat.health)),
                );
            }
            // Ages on the page move on between beats.
            if let Some(mut beat) = live.beat.get_untracked()
                && !silent
                && beat.health == Health::Live
            {
                beat.now = beat.now.after(jiff::SignedDuration::from_secs(1));
                live.beat.set(Some(beat));
            }
        },
        std::time::Duration::from_secs(1),
    );
}

#[expect(
    clippy::cast_possible_truncation,
    reason = "a tab is not open for 292 billion years"
)]
fn seconds_since(millis: f64) -> i64 {
    ((js_sys::Date::now() - millis) / 1000.0) as i64
}

/// Copies `text`, or the page's address where it is empty.
pub fn copy(text: &str, copied: RwSignal<bool>) {
    let text = if text.is_empty() {
        window().location().href().unwrap_or_default()
    } else {
        text.to_owned()
    };
    let clipboard = window().navigator().clipboard();
    let promise = clipboard.write_text(&text);
    leptos::task::spawn_local(async move {
        if wasm_bindgen_futures::JsFuture::from(promise).await.is_ok() {
            copied.set(true);
            set_timeout(move || copied.set(false), std::time::Duration::from_secs(2));
        }
    });
}

/// Puts a query into the address bar without loading the page.
pub fn replace_query(query: &str) {
    let path = window().location().pathname().unwrap_or_default();
    if let Ok(history) = window().history() {
        let url = format!("{path}{query}");
        // Refused only for a foreign origin, which this is not.
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&url));
    }
}
