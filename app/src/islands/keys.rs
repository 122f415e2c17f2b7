//! The keyboard map (DESIGN.md 6) and its help. Keys only move and open;
//! nothing executes by a key.

use leptos::prelude::*;

use crate::i18n::Lang;

#[cfg(feature = "hydrate")]
mod board;

#[cfg(feature = "hydrate")]
pub use board::rove;

/// The help with its button, and in the browser the keys themselves.
#[island]
pub fn Keys(
    /// Language.
    lang: Lang,
) -> impl IntoView {
    let rows: [(&[&str], &'static str); 11] = [
        (&["/"], lang.key_jump()),
        (&["g", "w"], lang.key_workloads()),
        (&["j", "k"], lang.key_move()),
        (&["Enter"], lang.key_open()),
        (&["x"], lang.key_select()),
        (&["c"], lang.key_compare()),
        (&["r"], lang.key_roll_back()),
        (&["←", "↑", "↓", "→"], lang.key_board()),
        (&["n", "p"], lang.key_troubled()),
        (&["b"], lang.key_view()),
        (&["?"], lang.key_help()),
    ];
    #[cfg(feature = "hydrate")]
    Effect::new(|_| browser::listen());
    let open = |_| {
        #[cfg(feature = "hydrate")]
        browser::open_help();
    };
    view! {
        <footer class="keys-foot needs-script">
            <button type="button" class="all-keys" aria-haspopup="dialog" on:click=open>
                <kbd aria-hidden="true">"?"</kbd>
                {lang.all_keys()}
            </button>
        </footer>
        <p id="selecting" class="selecting" role="status" data-words=lang.selecting()></p>
        <dialog id="keys" class="keys" aria-label=lang.all_keys()>
            <h2>{lang.all_keys()}</h2>
            <dl>
                {rows
                    .into_iter()
                    .map(|(keys, what)| {
                        view! {
                            <div>
                                <dt>
                                    {keys
                                        .iter()
                                        .map(|key| view! { <kbd>{*key}</kbd> })
                                        .collect_view()}
                                </dt>
                                <dd>{what}</dd>
                            </div>
                        }
                    })
                    .collect_view()}
            </dl>
            <form method="dialog">
                <label class="check">
                    <input type="checkbox" id="letters" checked/>
                    {lang.key_letters()}
                </label>
                <button class="button">{lang.close()}</button>
            </form>
        </dialog>
    }
}

/// Shows which line is selected, after lines came or went too.
#[cfg(feature = "hydrate")]
pub fn mark_selected() {
    let place = document().query_selector("#selecting").ok().flatten();
    let selected = place.and_then(|place| place.get_attribute("data-selected"));
    let Ok(lines) = document().query_selector_all("[data-revision]") else {
        return;
    };
    for line in (0..lines.length()).filter_map(|i| lines.item(i)) {
        if let Some(line) = wasm_bindgen::JsCast::dyn_ref::<web_sys::Element>(&line) {
            let is = selected.is_some() && line.get_attribute("data-revision") == selected;
            let _ = line.class_list().toggle_with_force("is-selected", is);
        }
    }
}

#[cfg(feature = "hydrate")]
mod browser {
    use leptos::prelude::*;
    use std::cell::Cell;
    use wasm_bindgen::JsCast;
    use web_sys::{Element, HtmlDialogElement, HtmlElement, HtmlInputElement, KeyboardEvent};

    const LETTERS_OFF: &str = "rollbook-letters-off";

    pub fn listen() {
        restore_letters();
        super::rove();
        // The last island of the page: from here on it answers.
        if let Some(root) = document().document_element() {
            let _ = root.set_attribute("data-awake", "");
        }
        let after_g = Cell::new(false);
        window_event_listener(leptos::ev::keydown, move |event| {
            let was_g = after_g.take();
            if event.ctrl_key() || event.meta_key() || event.alt_key() || in_field(&event) {
                return;
            }
            let key = event.key();
            // The button leads to the help then: no single key is left (WCAG 2.1.4).
            if key.len() == 1 && key != " " && letters_off() {
                return;
            }
            if !was_g && super::board::press(&key) {
                event.prevent_default();
                return;
            }
            let done = match (key.as_str(), was_g) {
                ("g", false) => {
                    after_g.set(true);
                    true
                }
                ("w", true) => window().location().set_href("/").is_ok(),
                ("/", _) => focus("[data-key='/']"),
                ("?", _) => open_help(),
                ("j" | "ArrowDown", false) => step(1, &key),
                ("k" | "ArrowUp", false) => step(-1, &key),
                (" ", _) => press(),
                ("x", false) => select(),
                ("c" | "r", false) => click(&key),
                _ => false,
            };
            if done {
                event.prevent_default();
            }
        });
    }

    /// What had the keyboard in the help keeps it until the page is drawn without it.
    fn in_field(event: &KeyboardEvent) -> bool {
        let target = event.target();
        let Some(target) = target.and_then(|target| target.dyn_into::<Element>().ok()) else {
            return false;
        };
        let within = |selector| target.closest(selector).ok().flatten().is_some();
        within("input, textarea, select, [contenteditable], dialog")
            && !within("dialog:not([open])")
    }

    fn find(selector: &str) -> Option<HtmlElement> {
        let element = document().query_selector(selector).ok()??;
        element.dyn_into().ok()
    }

    fn focus(selector: &str) -> bool {
        find(selector).is_some_and(|element| element.focus().is_ok())
    }

    pub fn open_help() -> bool {
        find("#keys")
            .and_then(|element| element.dyn_into::<HtmlDialogElement>().ok())
            .is_some_and(|dialog| dialog.show_modal().is_ok())
    }

    /// Moves the focus along the lines of a list. Arrows scroll the page unless
    /// a line has the focus already.
    fn step(by: i32, key: &str) -> bool {
        let Ok(found) = document().query_selector_all("[data-line]") else {
            return false;
        };
        let lines: Vec<HtmlElement> = (0..found.length())
            .filter_map(|i| found.item(i)?.dyn_into().ok())
            .collect();
        let active = document().active_element();
        let here = lines.iter().position(|line| {
            let node: &web_sys::Node = line.as_ref();
            active.as_ref().is_some_and(|a| node.contains(Some(a)))
        });
        let next = match (here, by) {
            (None, _) if key.starts_with("Arrow") => return false,
            (None, 1) => 0,
            (None, _) => lines.len().saturating_sub(1),
            (Some(i), 1) => (i + 1).min(lines.len().saturating_sub(1)),
            (Some(i), _) => i.saturating_sub(1),
        };
        let Some(line) = lines.get(next) else {
            return false;
        };
        let target = line
            .query_selector("a[href]")
            .ok()
            .flatten()
            .and_then(|a| a.dyn_into::<HtmlElement>().ok());
        target.is_some_and(|target| target.focus().is_ok())
    }

    /// A link that is announced as a button answers to the space bar too.
    fn press() -> bool {
        document()
            .active_element()
            .filter(|active| active.matches("a[role=button]").unwrap_or_default())
            .and_then(|active| active.dyn_into::<HtmlElement>().ok())
            .map(|link| link.click())
            .is_some()
    }

    fn current_line() -> Option<Element> {
        document()
            .active_element()?
            .closest("[data-line]")
            .ok()
            .flatten()
    }

    /// The address of the workload whose line in the list has the focus.
    fn focused_workload() -> Option<String> {
        let line = current_line()?.closest(".list [data-line]").ok()??;
        line.query_selector("a").ok()??.get_attribute("href")
    }

    /// Follows a link by its key: that of the focused line first.
    fn click(key: &str) -> bool {
        let selector = format!("[data-key='{key}']");
        if let Some(workload) = focused_workload() {
            let page = if key == "c" { "compare" } else { "rollback" };
            return window()
                .location()
                .set_href(&format!("{workload}/{page}"))
                .is_ok();
        }
        let link = current_line()
            .and_then(|line| line.query_selector(&selector).ok().flatten())
            .or_else(|| document().query_selector(&selector).ok().flatten())
            .and_then(|element| element.dyn_into::<HtmlElement>().ok());
        if let Some(link) = &link {
            link.click();
        }
        link.is_some()
    }

    /// Selects a revision; the second one opens the comparison of both. What is
    /// selected is kept by name: lines move when a revision comes.
    fn select() -> bool {
        let line = current_line();
        let Some((line, name)) =
            line.and_then(|line| Some((line.clone(), line.get_attribute("data-revision")?)))
        else {
            return false;
        };
        let Some(place) = find("#selecting") else {
            return false;
        };
        match place.get_attribute("data-selected") {
            Some(other) if other != name => {
                let path = window().location().pathname().unwrap_or_default();
                let url = format!("{path}/compare?from={other}&to={name}");
                return window().location().set_href(&url).is_ok();
            }
            Some(_) => {
                place.set_text_content(None);
                // Fails only for a name that is none.
                let _ = place.remove_attribute("data-selected");
            }
            None => {
                let number = line.get_attribute("data-number").unwrap_or_default();
                let words = place.get_attribute("data-words").unwrap_or_default();
                place.set_text_content(Some(&words.replace("{}", &number)));
                let _ = place.set_attribute("data-selected", &name);
            }
        }
        super::mark_selected();
        true
    }

    fn storage() -> Option<web_sys::Storage> {
        window().local_storage().ok().flatten()
    }

    fn letters_off() -> bool {
        storage()
            .and_then(|s| s.get_item(LETTERS_OFF).ok().flatten())
            .is_some()
    }

    /// Keys that do nothing are not hinted at.
    fn mark_letters() {
        if let Some(root) = document().document_element() {
            // Fails only for a name that is none.
            let _ = root.toggle_attribute_with_force("data-letters-off", letters_off());
        }
    }

    fn restore_letters() {
        mark_letters();
        let Some(input) =
            find("#letters").and_then(|element| element.dyn_into::<HtmlInputElement>().ok())
        else {
            return;
        };
        input.set_checked(!letters_off());
        let box_ = input.clone();
        let changed = wasm_bindgen::closure::Closure::<dyn FnMut()>::new(move || {
            if let Some(storage) = storage() {
                // A browser that keeps nothing forgets the choice, no more.
                let _ = if box_.checked() {
                    storage.remove_item(LETTERS_OFF)
                } else {
                    storage.set_item(LETTERS_OFF, "1")
                };
            }
            mark_letters();
        });
        let _ = input.add_event_listener_with_callback("change", changed.as_ref().unchecked_ref());
        changed.forget();
    }
}
