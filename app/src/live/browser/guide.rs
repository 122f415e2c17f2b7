//! The way through the nodes that wait under `OnDelete`: the server says what to
//! delete and when to wait (`pages::replace::guided`), the tab asks it step by
//! step, and deletes pod by pod. When the tab is closed nobody asks any more.

use std::cell::Cell;
use std::time::Duration;

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DomParser, Element, Headers, HtmlInputElement, RequestInit, Response, SupportedType,
};

use super::{all, live};
use crate::live::Connection;

/// Between two steps.
const PACE: Duration = Duration::from_secs(1);
/// Steps that may come to nothing before it ends.
const PATIENCE: u32 = 5;

thread_local! {
    static RUNNING: Cell<bool> = const { Cell::new(false) };
    static STOPPED: Cell<bool> = const { Cell::new(false) };
}

/// Listens to the controls.
pub fn wake() {
    window_event_listener(ev::click, |event| {
        let Some(target) = element(event.target()) else {
            return;
        };
        let on = |selector: &str| target.closest(selector).ok().flatten();
        if let Some(button) = on("[data-delete]") {
            // The form is for those without scripts.
            event.prevent_default();
            let node = button.get_attribute("data-delete").unwrap_or_default();
            start(&[node], "1");
        } else if on("[data-guide=start]").is_some() {
            let pace = input("[data-guide=pace]").map(|field| field.value());
            start(&chosen(), &pace.unwrap_or_default());
        } else if on("[data-guide=stop]").is_some() {
            STOPPED.set(true);
        }
    });
    window_event_listener(ev::change, |event| {
        let Some(target) = element(event.target()) else {
            return;
        };
        let is = |selector: &str| target.matches(selector).unwrap_or_default();
        if is("[data-guide=choose]") {
            choose(&event_target_value(&event));
        } else if is("#nodes input") {
            set_choice("some");
        }
        tell();
    });
    window_event_listener(ev::beforeunload, |event| {
        if RUNNING.get() {
            event.prevent_default();
        }
    });
    set_interval(tell, PACE);
    tell();
}

fn element(target: Option<web_sys::EventTarget>) -> Option<Element> {
    target?.dyn_into().ok()
}

fn one(selector: &str) -> Option<Element> {
    all(selector).next()
}

fn input(selector: &str) -> Option<HtmlInputElement> {
    one(selector)?.dyn_into().ok()
}

fn boxes() -> impl Iterator<Item = HtmlInputElement> {
    all("#nodes input").filter_map(|field| field.dyn_into().ok())
}

fn chosen() -> Vec<String> {
    let chosen = boxes().filter(HtmlInputElement::checked);
    chosen.map(|field| field.value()).collect()
}

/// Takes all nodes, those of a zone, or none.
fn choose(choice: &str) {
    for field in boxes() {
        let zone = field.get_attribute("data-zone").unwrap_or_default();
        let of_zone = choice.strip_prefix("zone ").is_some_and(|of| of == zone);
        field.set_checked(choice == "all" || of_zone);
    }
}

fn set_choice(value: &str) {
    if let Some(list) = one("[data-guide=choose]") {
        // Fails only for a name that is none.
        let _ = js_sys::Reflect::set(&list, &"value".into(), &value.into());
    }
}

/// Why nothing can be deleted now.
fn off() -> Option<String> {
    let guide = one("#guide")?;
    let connection = live().connection.get_untracked();
    let is_live = connection.as_ref().is_some_and(Connection::is_live);
    match (RUNNING.get(), is_live) {
        (true, _) => guide.get_attribute("data-busy"),
        (false, false) => guide.get_attribute("data-not-live"),
        (false, true) => None,
    }
}

/// Says how many are chosen, and whether anything can be deleted.
fn tell() {
    let number = chosen().len();
    let pace = input("[data-guide=pace]").map_or(1, |field| pace(&field.value()));
    let off = off();
    if let Some(said) = one("[data-guide=selected]") {
        let words = said.get_attribute("data-words").unwrap_or_default();
        write(&said, &words.replace("{n}", &number.to_string()));
    }
    if let Some(button) = one("[data-guide=start]") {
        let name = match (number, pace) {
            (0, _) => "data-none",
            (1, _) => "data-one",
            (_, 1) => "data-singly",
            _ => "data-several",
        };
        let words = button.get_attribute(name).unwrap_or_default();
        let words = words.replace("{n}", &number.to_string());
        write(&button, &words.replace("{k}", &pace.to_string()));
        switch(&button, number == 0 || off.is_some(), off.as_deref());
    }
    for button in all("[data-delete]") {
        switch(&button, off.is_some(), off.as_deref());
    }
}

fn pace(value: &str) -> u32 {
    value.parse().unwrap_or(1).max(1)
}

fn write(element: &Element, words: &str) {
    if element.text_content().as_deref() != Some(words) {
        element.set_text_content(Some(words));
    }
}

/// Names of attributes are names: none of these calls fails.
fn switch(button: &Element, off: bool, why: Option<&str>) {
    for (name, value) in [("aria-disabled", off.then_some("true")), ("title", why)] {
        let _ = match value {
            Some(value) => button.set_attribute(name, value),
            None => button.remove_attribute(name),
        };
    }
}

/// Begins with these nodes, unless it is off.
fn start(nodes: &[String], at_a_time: &str) {
    let Some(guide) = one("#guide").filter(|_| off().is_none() && !nodes.is_empty()) else {
        return;
    };
    let of = |name: &str| guide.get_attribute(name).unwrap_or_default();
    // The generation that the page was loaded with: whoever came for one template
    // does not delete for another that came meanwhile.
    // Names of nodes and uids need no escape.
    let begin = format!(
        r#"{{"begin":{{"uid":"{}","generation":{},"nodes":["{}"],"atATime":{}}}}}"#,
        of("data-uid"),
        of("data-generation"),
        nodes.join("\",\""),
        pace(at_a_time),
    );
    STOPPED.set(false);
    set_running(true);
    leptos::task::spawn_local(async move {
        drive(begin).await;
        set_running(false);
    });
}

fn set_running(is: bool) {
    RUNNING.set(is);
    if let Some(guide) = one("#guide") {
        let _ = guide.toggle_attribute_with_force("data-running", is);
    }
    tell();
}

/// Goes on until the server says that it ended, or says nothing any more.
async fn drive(mut body: String) {
    let mut late = 0;
    show_lost(false);
    loop {
        if step(&body).await.is_none() {
            late += 1;
            if late >= PATIENCE {
                show_lost(true);
                return;
            }
            sleep().await;
            continue;
        }
        late = 0;
        let Some(run) = one("#run").filter(|run| !run.has_attribute("data-ended")) else {
            return;
        };
        let mut answers = Vec::new();
        for order in all("#run [data-order]") {
            if STOPPED.get() {
                break;
            }
            let order = order.get_attribute("data-order").unwrap_or_default();
            let answer = post("/api/replace", &order).await;
            let answer = answer.filter(|answer| js_sys::JSON::parse(answer).is_ok());
            answers.push(answer.unwrap_or_else(|| "null".into()));
        }
        if !STOPPED.get() {
            sleep().await;
        }
        body = format!(
            r#"{{"go":{{"run":{},"answers":[{}],"stop":{}}}}}"#,
            run.get_attribute("data-run").unwrap_or_default(),
            answers.join(","),
            STOPPED.get(),
        );
    }
}

/// One step: the part of the page that tells how far it is takes its place.
async fn step(body: &str) -> Option<()> {
    let path = window().location().pathname().ok()?;
    let text = post(&path, body).await?;
    let parser = DomParser::new().ok()?;
    let page = parser.parse_from_string(&text, SupportedType::TextHtml);
    let new = page.ok()?.get_element_by_id("run")?;
    let progress = new.get_attribute("data-progress")?;
    one("#run")?.replace_with_with_node_1(&new).ok()?;
    if let Some(log) = one("#run [role=log]") {
        log.set_scroll_top(log.scroll_height());
    }
    let ended = new.get_attribute("data-ended");
    for (place, words) in [
        ("progress", &progress),
        ("said", ended.as_ref().unwrap_or(&progress)),
    ] {
        if let Some(place) = one(&format!("[data-guide={place}]")) {
            write(&place, words);
        }
    }
    Some(())
}

fn show_lost(is: bool) {
    if let Some(lost) = one("[data-guide=lost]") {
        let _ = lost.class_list().toggle_with_force("hidden", !is);
    }
}

/// What an answer says, whatever its status; `None` where none came.
async fn post(url: &str, body: &str) -> Option<String> {
    let headers = Headers::new().ok()?;
    headers.set("content-type", "application/json").ok()?;
    let init = RequestInit::new();
    init.set_method("POST");
    init.set_headers(&headers);
    init.set_body(&JsValue::from_str(body));
    let answer = JsFuture::from(window().fetch_with_str_and_init(url, &init)).await;
    let answer: Response = answer.ok()?.dyn_into().ok()?;
    JsFuture::from(answer.text().ok()?).await.ok()?.as_string()
}

async fn sleep() {
    let pause = js_sys::Promise::new(&mut |done, _| {
        set_timeout(
            move || {
                // It takes any argument and throws nothing.
                let _ = done.call0(&JsValue::NULL);
            },
            PACE,
        );
    });
    let _ = JsFuture::from(pause).await;
}
