//! Parts of the page that the server draws, each marked with `data-drawn` and an
//! id: when their workload changes the page is fetched again, and they are put in
//! the place of what stood there.

use std::cell::{Cell, RefCell};
use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    DomParser, Element, FocusOptions, Headers, HtmlElement, HtmlInputElement, RequestInit,
    Response, SupportedType, SvgElement,
};

use super::{all, dress};
use crate::live::DRAWN_HEADER;

/// The record is written a moment after the event.
const WRITTEN_AFTER: f64 = 1500.0;
/// Between two looks on average, however much happens: four repaints a second
/// (DESIGN.md 7). One may come right after another, for the two events of one edit
/// do: first the DaemonSet's, then that of its new ControllerRevision. The third
/// waits until both paces are over.
const PACE: f64 = 250.0;
/// For an answer, before it is asked for again.
const PATIENCE: f64 = 5000.0;

thread_local! {
    /// What was told to be there: the history and the nodes.
    static TOLD: RefCell<[String; 2]> = const { RefCell::new([String::new(), String::new()]) };
    /// When the next look is due, by the browser's clock.
    static NEXT: Cell<f64> = const { Cell::new(f64::INFINITY) };
    /// What was seen before this is not enough.
    static UNTIL: Cell<f64> = const { Cell::new(0.0) };
    /// When the last look began, and the one before it.
    static LAST: Cell<[f64; 2]> = const { Cell::new([0.0; 2]) };
    /// When the look began that the page shows.
    static SHOWN: Cell<f64> = const { Cell::new(0.0) };
}

/// Looks at once where the page shows a history that is not this one, and again
/// once the record can be written; the `first` word tells no change by itself.
pub fn follow(drawn: &str, first: bool) {
    TOLD.with_borrow_mut(|told| drawn.clone_into(&mut told[usize::from(is_board(drawn))]));
    let mut parts = all("[data-drawn]").peekable();
    if parts.peek().is_none() {
        return;
    }
    let old = parts
        .filter_map(|part| part.get_attribute("data-drawn"))
        .any(|of| {
            let (of, _) = of.split_once('+').unwrap_or((&of, ""));
            !of.is_empty() && is_board(of) == is_board(drawn) && of != drawn
        });
    if old {
        want(0.0);
    }
    if old || !first {
        want(WRITTEN_AFTER);
    }
}

/// It tells a picture of the nodes, and no history: digests of histories are
/// hexadecimal.
fn is_board(drawn: &str) -> bool {
    drawn.starts_with('n')
}

/// Looks again where a look came to nothing: the page may not say that it is live
/// and show what was.
pub fn check(drawn: &str) {
    let resting = js_sys::Date::now() - LAST.get()[0] > PATIENCE;
    if resting && NEXT.get().is_infinite() {
        follow(drawn, true);
    }
}

/// Wants a look that begins so many milliseconds from now, or later.
fn want(after: f64) {
    let at = js_sys::Date::now() + after;
    UNTIL.set(UNTIL.get().max(at));
    plan(at);
}

fn plan(at: f64) {
    let [last, before] = LAST.get();
    // No two begin at once: which of two answers is the older must be known.
    let at = at.max(last + 1.0).max(before + 2.0 * PACE);
    if at >= NEXT.get() {
        return;
    }
    NEXT.set(at);
    let wait = (at - js_sys::Date::now()).max(0.0);
    let look = move || {
        // Another that is due earlier took its place.
        if at.total_cmp(&NEXT.get()).is_ne() {
            return;
        }
        let begun = js_sys::Date::now();
        NEXT.set(f64::INFINITY);
        LAST.set([begun, LAST.get()[0]]);
        if UNTIL.get() > begun {
            plan(UNTIL.get());
        }
        leptos::task::spawn_local(async move {
            // A server that is silent is told of elsewhere.
            let _ = draw(begun).await;
        });
    };
    set_timeout(look, Duration::from_secs_f64(wait / 1000.0));
}

/// Fetches the page and puts its drawn parts in place.
async fn draw(begun: f64) -> Result<(), JsValue> {
    let (asked, headers) = (RequestInit::new(), Headers::new()?);
    headers.set(DRAWN_HEADER, &TOLD.with_borrow(|told| told.concat()))?;
    asked.set_headers(&headers);
    let answer = JsFuture::from(window().fetch_with_str_and_init("", &asked)).await?;
    let text = JsFuture::from(answer.dyn_into::<Response>()?.text()?).await?;
    let page = DomParser::new()?.parse_from_string(
        &text.as_string().unwrap_or_default(),
        SupportedType::TextHtml,
    )?;
    // An answer that was overtaken is the older one.
    if begun < SHOWN.replace(begun.max(SHOWN.get())) {
        return Ok(());
    }
    for old in all("[data-drawn]") {
        let new = page.get_element_by_id(&old.id());
        let Some(new) = new.filter(|new| new.has_attribute("data-drawn")) else {
            continue;
        };
        let [was, is] = [&old, &new].map(|part| part.get_attribute("data-drawn"));
        let is = is.unwrap_or_default();
        // The same history has the same parts: their ages count on by themselves.
        if !is.is_empty() && was.as_ref() == Some(&is) {
            continue;
        }
        // Whoever types goes on; it is looked at again.
        if is_typed_in(&old) {
            continue;
        }
        if old.inner_html() == new.inner_html() {
            old.set_attribute("data-drawn", &is)?;
            continue;
        }
        let held = held_in(&old);
        tick(&old, &new);
        old.replace_with_with_node_1(&new)?;
        dress::anew();
        if let Some(held) = held {
            hold_in(&new, &held);
        }
    }
    crate::islands::keys::mark_selected();
    crate::islands::keys::rove();
    Ok(())
}

/// What was ticked stays so.
fn tick(old: &Element, new: &Element) {
    let boxes = |part: &Element| {
        let found = part.query_selector_all("input[type=checkbox]").ok();
        let length = found.as_ref().map_or(0, web_sys::NodeList::length);
        (0..length).filter_map(move |at| found.as_ref()?.item(at)?.dyn_into().ok())
    };
    let ticked: Vec<String> = boxes(old)
        .filter(HtmlInputElement::checked)
        .map(|field| field.value())
        .collect();
    for field in boxes(new).filter(|field: &HtmlInputElement| ticked.contains(&field.value())) {
        field.set_checked(true);
    }
}

/// A field of it has the keyboard.
fn is_typed_in(part: &Element) -> bool {
    let held = document().active_element();
    held.is_some_and(|held| {
        part.contains(Some(&held))
            && held
                .matches("input:not([type=checkbox]), select")
                .unwrap_or_default()
    })
}

/// What has the keyboard in it: its line, where it leads, and its name.
type Held = [Option<String>; 3];

fn held_in(part: &Element) -> Option<Held> {
    let held = document().active_element()?;
    part.contains(Some(&held)).then(|| named(&held))
}

fn named(link: &Element) -> Held {
    let line = link.closest("li").ok().flatten().map(|line| line.id());
    let to = link.get_attribute("data-back");
    let to = to.or_else(|| link.get_attribute("href"));
    let name = link.get_attribute("aria-label");
    [line, to, name.or_else(|| link.text_content())]
}

/// Gives the keyboard back to it, else to what is most like it: a comparison leads
/// elsewhere and a number is another once a revision came, and the way back to what
/// is current now is gone.
fn hold_in(part: &Element, held: &Held) {
    let Ok(links) = part.query_selector_all("a, button, input") else {
        return;
    };
    let mut best = (0, None);
    let links = (0..links.length()).filter_map(|at| links.item(at)?.dyn_into::<Element>().ok());
    for link in links {
        let [line, to, name] = named(&link);
        let same = |a: Option<String>, b: &Option<String>, worth| {
            if a.is_some() && a == *b { worth } else { 0 }
        };
        let alike = same(to, &held[1], 4) + same(name, &held[2], 2);
        let alike = match (line == held[0], held[0].is_some()) {
            (false, _) => 0,
            (true, in_line) => alike + i32::from(in_line),
        };
        if alike > best.0 {
            best = (alike, Some(link));
        }
    }
    let Some(link) = best.1 else { return };
    let still = FocusOptions::new();
    still.set_prevent_scroll(true);
    // What cannot have it loses it, as it did before.
    let _ = match link.dyn_into::<HtmlElement>() {
        Ok(link) => link.focus_with_options(&still),
        Err(link) => match link.dyn_into::<SvgElement>() {
            Ok(link) => link.focus_with_options(&still),
            Err(_) => Ok(()),
        },
    };
}
