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
use web_sys::{DomParser, Element, EventSource, MessageEvent, Response, SupportedType};

use super::{Connection, Live, merge};
use crate::model::{Beat, Delta, Workload, Workloads};
use crate::urls;

/// A stream that was refused (by a proxy, say) or that hangs is not opened again
/// by the browser itself: after so many seconds of silence it is opened anew, and
/// then has as long to speak.
const REOPEN_AFTER_SECONDS: u32 = 10;

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
            format!("/live?view=workload&namespace={namespace}&name={name}")
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
            live.connection.set(Some(said(&live, &beat)));
            live.beat.set(Some(beat));
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
        move |workload: Workload| {
            gone.set(None);
            // The first one is what the page was made of.
            if one.get_untracked().is_some() {
                draw_timeline_soon();
            }
            one.set(Some(workload));
        }
    });
    listen(&source, "gone", heard, {
        let gone = live.gone.clone();
        move |at: Time| gone.set(Some(at))
    });
    Some(source)
}

/// The record is written a moment after the event.
const WRITTEN_AFTER: std::time::Duration = std::time::Duration::from_millis(1500);

/// The timeline is drawn by the server: it is fetched anew with its page, once
/// for all that happens until then.
fn draw_timeline_soon() {
    thread_local! {
        static SOON: std::cell::Cell<bool> = const { std::cell::Cell::new(false) };
    }
    if timeline(&document()).is_none() || SOON.replace(true) {
        return;
    }
    let draw = || async {
        SOON.set(false);
        let answer = JsFuture::from(window().fetch_with_str("")).await?;
        let text = JsFuture::from(answer.dyn_into::<Response>()?.text()?).await?;
        let page = DomParser::new()?.parse_from_string(
            &text.as_string().unwrap_or_default(),
            SupportedType::TextHtml,
        )?;
        if let (Some(old), Some(new)) = (timeline(&document()), timeline(&page))
            && old.inner_html() != new.inner_html()
        {
            let held = held_in(&old);
            old.replace_with_with_node_1(&new)?;
            if let Some(held) = held {
                hold_in(&new, &held);
            }
        }
        Ok::<(), wasm_bindgen::JsValue>(())
    };
    set_timeout(
        move || {
            leptos::task::spawn_local(async move {
                // A server that is silent is told of elsewhere.
                let _ = draw().await;
            });
        },
        WRITTEN_AFTER,
    );
}

/// The link in it that has the keyboard: its line, where it leads, and its name.
fn held_in(part: &Element) -> Option<[Option<String>; 3]> {
    let held = document().active_element()?;
    part.contains(Some(&held)).then(|| named(&held))
}

fn named(link: &Element) -> [Option<String>; 3] {
    let line = link.closest("li").ok().flatten().map(|line| line.id());
    let [to, name] = ["href", "aria-label"].map(|name| link.get_attribute(name));
    [line, to, name]
}

/// Gives the keyboard back to it.
fn hold_in(part: &Element, held: &[Option<String>; 3]) {
    let links = part.get_elements_by_tag_name("a");
    let mut links = (0..links.length()).filter_map(|at| links.item(at));
    let Some(link) = links.find(|link| named(link) == *held) else {
        return;
    };
    let focus = match link.dyn_into::<web_sys::HtmlElement>() {
        Ok(link) => link.focus(),
        Err(link) => match link.dyn_into::<web_sys::SvgElement>() {
            Ok(link) => link.focus(),
            Err(_) => Ok(()),
        },
    };
    // What cannot have it loses it, as it did before.
    let _ = focus;
}

fn timeline(document: &web_sys::Document) -> Option<Element> {
    document.get_element_by_id("timeline")
}

/// What the server says of this page. It is told of its workload before the
/// beat, so that the two are never apart.
fn said(live: &Live, beat: &Beat) -> Connection {
    match live.gone.get_untracked() {
        Some(at) if beat.health.is_live() => Connection::Gone(at),
        _ => Connection::Server(beat.health.clone()),
    }
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
                live.connection
                    .set(live.beat.get_untracked().map(|beat| said(&live, &beat)));
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
        if JsFuture::from(promise).await.is_ok() {
            copied.set(true);
            set_timeout(move || copied.set(false), std::time::Duration::from_secs(2));
        }
    });
}

/// The links that lead back to this page after a choice must lead to what it
/// shows now.
fn lead_back_to(url: &str) {
    let Ok(links) = document().query_selector_all("a[href*='&back=']") else {
        return;
    };
    for link in (0..links.length()).filter_map(|i| links.item(i)?.dyn_into::<Element>().ok()) {
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
