//! The browser's side: one `EventSource` a tab, and the few calls of the
//! browser that islands need.

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use domain::health::{Health, STALE_AFTER_SECONDS};
use domain::time::Time;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use wasm_bindgen::closure::Closure;
use wasm_bindgen_futures::JsFuture;
use web_sys::{Element, EventSource, MessageEvent};

use super::{Connection, Live, merge};
use crate::i18n::Lang;
use crate::model::{Beat, Delta, Followed, Workloads};
use crate::urls;

mod drawn;
mod dress;
pub mod guide;
mod tab;

pub use tab::{old, tab};

/// A stream that was refused (by a proxy, say) or that hangs is not opened again
/// by the browser itself: after so many seconds of silence it is opened anew, and
/// then has as long to speak.
const REOPEN_AFTER_SECONDS: u32 = 10;

thread_local! {
    /// Tells the picture of the nodes that the server has now.
    static NODES: RefCell<String> = const { RefCell::new(String::new()) };
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

/// How a page without an answer is marked; `None` on a page with one.
fn error_of_page() -> Option<String> {
    let marked = document().query_selector("[data-error]").ok()??;
    marked.get_attribute("data-error")
}

/// The stream that fits the page's address.
fn stream_url(error: Option<&str>) -> String {
    if error.is_some() {
        return "/live?view=health".to_owned();
    }
    let path = window().location().pathname().unwrap_or_default();
    let mut parts = path.split('/').skip(1);
    match (parts.next(), parts.next(), parts.next(), parts.next()) {
        // The path is encoded already.
        (Some("ns"), Some(namespace), Some("daemonsets"), Some(name)) => {
            let nodes = document().get_element_by_id("nodes").is_some();
            format!("/live?view=workload&namespace={namespace}&name={name}&nodes={nodes}")
        }
        (Some(""), None, ..) => "/live?view=workloads".to_owned(),
        _ => "/live?view=health".to_owned(),
    }
}

fn open(live: &Live) {
    let heard = ArcRwSignal::new(js_sys::Date::now());
    // The tab's own lifetime is the stream's.
    let source = Rc::new(RefCell::new(connect(live, &heard)));
    watch_silence(live.clone(), heard.clone());
    let live = live.clone();
    set_interval(
        move || {
            if seconds_since(heard.get_untracked()) >= i64::from(REOPEN_AFTER_SECONDS) {
                if let Some(old) = source.take() {
                    old.close();
                }
                source.replace(connect(&live, &heard));
            }
        },
        std::time::Duration::from_secs(u64::from(REOPEN_AFTER_SECONDS)),
    );
}

/// Opens the stream, with a full snapshot to come.
fn connect(live: &Live, heard: &ArcRwSignal<f64>) -> Option<EventSource> {
    let error = error_of_page();
    let source = EventSource::new(&stream_url(error.as_deref())).ok()?;
    let passing = error.as_deref() == Some("passing");
    listen(&source, "health", heard, {
        let live = live.clone();
        move |beat: Beat| {
            if passing && beat.health.is_live() {
                // Refused only where there is no document.
                let _ = window().location().reload();
            }
            connected(&live, Some(said(&live, &beat)));
            beaten(&live, beat);
        }
    });
    listen(&source, "workloads", heard, {
        let list = live.workloads.clone();
        move |snapshot: Workloads| list.set(Some(snapshot))
    });
    listen(&source, "delta", heard, {
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
    listen(&source, "workload", heard, {
        let (one, gone) = (live.workload.clone(), live.gone.clone());
        move |workload: Followed| {
            gone.set(None);
            drawn::follow(&workload.drawn, one.get_untracked().is_none());
            one.set(Some(workload));
        }
    });
    listen(&source, "nodes", heard, |drawn: String| {
        drawn::follow(&drawn, true);
        NODES.set(drawn);
    });
    listen(&source, "gone", heard, {
        let gone = live.gone.clone();
        move |at: Time| gone.set(Some(at))
    });
    Some(source)
}

/// What the server says of this page. It is told of its workload before the
/// beat, so that the two are never apart.
fn said(live: &Live, beat: &Beat) -> Connection {
    match live.gone.get_untracked() {
        Some(at) if beat.health.is_live() => Connection::Gone(at),
        _ => Connection::Server(beat.health.clone()),
    }
}

/// Islands are told by their signal, what the server drew by hand.
fn connected(live: &Live, connection: Option<Connection>) {
    if let Some(connection) = &connection {
        dress::switch(connection.off_reason(lang()));
    }
    live.connection.set(connection);
}

fn beaten(live: &Live, beat: Beat) {
    let connection = live.connection.get_untracked();
    // What is not true any more does not count on.
    if connection.is_some_and(|connection| connection.is_live()) {
        dress::count(beat.now);
        live.workload.with_untracked(|one| {
            if let Some(one) = one {
                drawn::check(&one.drawn);
                NODES.with_borrow(|drawn| drawn::check(drawn));
            }
        });
    }
    live.beat.set(Some(beat));
}

/// The language of the page.
fn lang() -> Lang {
    let root = document().document_element();
    let tag = root.and_then(|root| root.get_attribute("lang"));
    let slug = tag.as_deref().and_then(|tag| tag.split('-').next());
    slug.and_then(Lang::from_slug).unwrap_or_default()
}

/// All elements that match.
fn all(selector: &str) -> impl Iterator<Item = Element> {
    let found = document().query_selector_all(selector).ok();
    let length = found.as_ref().map_or(0, web_sys::NodeList::length);
    (0..length).filter_map(move |at| found.as_ref()?.item(at)?.dyn_into().ok())
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
                connected(&live, Some(Connection::Silent(seconds)));
            } else if was {
                let beat = live.beat.get_untracked();
                connected(&live, beat.map(|beat| said(&live, &beat)));
            }
            // Ages on the page move on between beats.
            if let Some(mut beat) = live.beat.get_untracked()
                && !silent
                && beat.health == Health::Live
            {
                beat.now = beat.now.after(jiff::SignedDuration::from_secs(1));
                beaten(&live, beat);
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
        if JsFuture::from(promise).await.is_ok() {
            copied.set(true);
            set_timeout(move || copied.set(false), std::time::Duration::from_secs(2));
        }
    });
}

/// The links that lead back to this page after a choice must lead to what it
/// shows now.
fn lead_back_to(url: &str) {
    for link in all("a[href*='&back=']") {
        let href = link.get_attribute("href").unwrap_or_default();
        if let Some((head, _)) = href.split_once("&back=") {
            // Fails only for a name that is none.
            let _ = link.set_attribute("href", &format!("{head}&back={}", urls::encode(url)));
        }
    }
}

/// Puts a query into the address bar without loading the page.
pub fn replace_query(query: &str) {
    let path = window().location().pathname().unwrap_or_default();
    if let Ok(history) = window().history() {
        let url = format!("{path}{query}");
        lead_back_to(&url);
        // Refused only for a foreign origin, which this is not.
        let _ = history.replace_state_with_url(&wasm_bindgen::JsValue::NULL, "", Some(&url));
    }
}
