//! All workloads, what needs attention first.

use std::collections::BTreeMap;

use domain::fleet::Line;
use domain::health::Missing;
use domain::list::{OwnerFilter, Query, Sort};
use domain::verdict::Group;
use leptos::ev::FocusEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::Node;

use crate::components::icon::{Glyph, Icon};
use crate::components::moving::{flag, part, text};
use crate::components::owner;
use crate::components::verdict::group_tone;
use crate::i18n::Lang;
use crate::live::live;
use crate::model::{Given, Workloads};
#[cfg(any(feature = "hydrate", test))]
use crate::urls;

mod filters;
mod row;

use filters::{filters, namespaces};

/// The filter of that name in a URL.
pub fn owner_filter(slug: &str) -> Option<OwnerFilter> {
    if slug == "none" {
        return Some(OwnerFilter::None);
    }
    owner::KINDS
        .into_iter()
        .find(|(_, name)| *name == slug)
        .map(|(kind, _)| OwnerFilter::Kind(kind))
}

/// A filter's name in a URL.
pub fn owner_slug(filter: Option<OwnerFilter>) -> &'static str {
    match filter {
        None => "",
        Some(OwnerFilter::None) => "none",
        Some(OwnerFilter::Kind(kind)) => owner::KINDS
            .into_iter()
            .find(|(of, _)| *of == kind)
            .map_or("", |(_, slug)| slug),
    }
}

/// The query as it stands in the address; empty parts are left out.
#[cfg(any(feature = "hydrate", test))]
fn to_url(query: &Query) -> String {
    let parts = [
        ("q", query.search.as_str()),
        ("namespace", query.namespace.as_deref().unwrap_or_default()),
        ("verdict", query.group.map_or("", Group::slug)),
        ("owner", owner_slug(query.owner)),
        (
            "sort",
            Some(query.sort)
                .filter(|sort| *sort != Sort::default())
                .map_or("", Sort::slug),
        ),
    ];
    let text = parts
        .into_iter()
        .filter(|(_, value)| !value.is_empty())
        .map(|(name, value)| format!("{name}={}", urls::encode(value)))
        .collect::<Vec<_>>()
        .join("&");
    if text.is_empty() {
        text
    } else {
        format!("?{text}")
    }
}

/// What the title of the list says, and in which colour: a tab that nobody looks at
/// tells what is stuck.
pub fn titled(lang: Lang, lines: &[Line]) -> (String, &'static str) {
    let groups = lines.iter().map(|line| line.verdict.group());
    match groups.filter(|group| *group == Group::Stuck).count() {
        0 => (lang.workloads().to_owned(), group_tone(Group::Healthy)),
        n => (
            lang.titled_stuck(lang.workloads(), n),
            group_tone(Group::Stuck),
        ),
    }
}

/// The part that lives: head, filters and table.
#[expect(clippy::too_many_lines, reason = "one view")]
#[island]
pub fn WorkloadList(
    /// As the page was rendered.
    initial: Given<Workloads>,
    /// Language.
    lang: Lang,
    /// Words searched for.
    search: String,
    /// Namespace filtered by.
    namespace: Option<String>,
    /// Group filtered by.
    verdict: Option<String>,
    /// Owner filtered by.
    owner: String,
    /// Order.
    sort: Sort,
) -> impl IntoView {
    let live = live();
    let query = RwSignal::new(Query {
        search,
        namespace,
        group: verdict.as_deref().and_then(Group::from_slug),
        owner: owner_filter(&owner),
        sort,
    });
    #[cfg(feature = "hydrate")]
    Effect::new(move |first: Option<()>| {
        let url = query.with(to_url);
        if first.is_some() {
            crate::live::browser::replace_query(&url);
        }
    });
    let fresh = live.workloads;
    let beat = live.beat;
    let model = Memo::new(move |_| fresh.get().unwrap_or_else(|| initial.0.clone()));
    let start = model.with_untracked(|m| m.now);
    let now = Signal::derive(move || beat.get().map_or(start, |beat| beat.now));
    #[cfg(feature = "hydrate")]
    Effect::new(move |_| {
        let (words, tone) = model.with(|m| titled(lang, &m.workloads));
        crate::live::browser::tab(&words, tone);
    });
    let order = stable_order(model, query);
    let lines = Memo::new(move |_| {
        model.with(|m| {
            m.workloads
                .iter()
                .map(|line| (line.uid.clone(), line.clone()))
                .collect::<BTreeMap<_, _>>()
        })
    });
    view! {
        <h1>{lang.workloads()}</h1>
        <p class="muted subhead">
            {text(move || {
                model
                    .with(|m| {
                        let namespaces = namespaces(&m.workloads).len();
                        lang.list_headline(m.workloads.len(), namespaces)
                    })
            })} " " <b>{text(move || model.with(|m| m.cluster.clone()))}</b>
        </p>
        {part(move || model.with(|m| missing(lang, &m.missing)))}
        {filters(lang, model, query)}
        // The way to the button that re-sorts is held too: it would be gone else.
        <div
            on:mouseenter=move |_| order.held.set(true)
            on:mouseleave=move |_| order.held.set(false)
            on:focusin=move |_| order.focused.set(true)
            on:focusout=move |event| order.focused.set(stays(&event))
        >
            <div class="panel table-panel">
                {part(move || empty_state(lang, &model.get(), &query.get(), order))}
                <table class="list" role="table" aria-label="DaemonSets" class:hidden=flag(move || order.shown.with(Vec::is_empty))>
                    <thead role="rowgroup">
                        <tr role="row">
                            <th role="columnheader" scope="col">{lang.column_verdict()}</th>
                            <th role="columnheader" scope="col">{lang.column_name()}</th>
                            <th role="columnheader" scope="col">{lang.column_revision_image()}</th>
                            <th role="columnheader" scope="col">{lang.column_nodes()}</th>
                            <th role="columnheader" scope="col" class="wide-only">
                                {lang.column_live_since()}
                            </th>
                            <th role="columnheader" scope="col" class="wide-only">
                                {lang.owner()}
                            </th>
                        </tr>
                    </thead>
                    <tbody role="rowgroup">
                        <For
                            each=move || order.shown.get()
                            key=|uid| uid.clone()
                            children=move |uid| {
                                let line = Memo::new(move |_| lines.with(|all| all.get(&uid).cloned()));
                                view! {
                                    <tr role="row" data-line="">
                                        {part(move || line.get().map(|line| row::cells(lang, &line, now)))}
                                    </tr>
                                }
                            }
                        />
                    </tbody>
                </table>
            </div>
            <p class="foot muted">
                <span>
                    {text(move || {
                        lang.showing(order.shown.with(Vec::len), model.with(|m| m.workloads.len()))
                    })}
                </span>
                <button
                    type="button"
                    class="button small-button needs-script"
                    class:hidden=flag(move || order.waiting.get() == 0)
                    on:click=move |_| order.refresh()
                >
                    {text(move || lang.changed_order(order.waiting.get()))}
                </button>
                <span class="spacer"></span>
                <span class="keys-hint needs-script">
                    <kbd>"J"</kbd>
                    <kbd>"K"</kbd>
                    " "
                    {lang.key_move()}
                </span>
            </p>
        </div>
    }
}

/// Does the focus go to another place within the same part?
fn stays(event: &FocusEvent) -> bool {
    let within = event
        .current_target()
        .and_then(|part| part.dyn_into::<Node>().ok());
    let next = event
        .related_target()
        .and_then(|next| next.dyn_into::<Node>().ok());
    within.is_some_and(|part| part.contains(next.as_ref()))
}

/// Which lines are shown in which order. While the pointer or the focus is in
/// the table the order holds still, so that nobody meets a line that jumped.
#[derive(Clone, Copy)]
struct Order {
    model: Memo<Workloads>,
    query: RwSignal<Query>,
    shown: RwSignal<Vec<String>>,
    waiting: RwSignal<usize>,
    held: RwSignal<bool>,
    focused: RwSignal<bool>,
}

impl Order {
    fn wanted(self) -> Vec<String> {
        self.model.with(|m| {
            self.query.with(|q| {
                q.apply(&m.workloads)
                    .into_iter()
                    .map(|line| line.uid.clone())
                    .collect()
            })
        })
    }

    fn refresh(self) {
        self.shown.set(untrack(|| self.wanted()));
        self.waiting.set(0);
    }
}

fn stable_order(model: Memo<Workloads>, query: RwSignal<Query>) -> Order {
    let order = Order {
        model,
        query,
        shown: RwSignal::new(Vec::new()),
        waiting: RwSignal::new(0),
        held: RwSignal::new(false),
        focused: RwSignal::new(false),
    };
    order.refresh();
    #[cfg(feature = "hydrate")]
    Effect::new(move |last: Option<Query>| {
        let wanted = order.wanted();
        let asked = query.get();
        let held = order.held.get() || order.focused.get();
        let shown = order.shown.get_untracked();
        let moved = wanted
            .iter()
            .zip(&shown)
            .filter(|(a, b)| a != b)
            .count()
            .max(wanted.len().abs_diff(shown.len()));
        let mine = last.as_ref().is_some_and(|last| *last != asked);
        if moved == 0 {
            order.waiting.set(0);
        } else if held && !mine {
            order.waiting.set(moved);
        } else {
            order.shown.set(wanted);
            order.waiting.set(0);
        }
        asked
    });
    order
}

/// What is left out, so that a part never reads as the whole.
fn missing(lang: Lang, missing: &[Missing]) -> impl IntoView + use<> {
    missing
        .iter()
        .map(|missing| {
            let place = missing.namespace.clone().unwrap_or_default();
            view! {
                <p class="panel notice tone-amber">
                    <Icon glyph=Glyph::Lock/>
                    <span>{lang.missing_scope(&place, &missing.verb, &missing.resource)}</span>
                </p>
            }
        })
        .collect_view()
}

fn empty_state(
    lang: Lang,
    model: &Workloads,
    query: &Query,
    order: Order,
) -> Option<impl IntoView + use<>> {
    if !order.shown.with(Vec::is_empty) {
        return None;
    }
    let (glyph, title, hint) = if model.workloads.is_empty() {
        (
            Glyph::Empty,
            lang.no_daemonsets().to_owned(),
            lang.no_daemonsets_hint().to_owned(),
        )
    } else {
        (
            Glyph::Search,
            lang.nothing_matches(&query.search),
            lang.hidden_by_filter(model.workloads.len()),
        )
    };
    let clear = !model.workloads.is_empty();
    Some(view! {
        <div class="state state-inline">
            <span class="tone-slate">
                <Icon glyph size=28/>
            </span>
            <h2>{title}</h2>
            <p class="muted">{hint}</p>
            {clear
                .then(|| {
                    view! {
                        <a class="button" href="/">
                            {lang.clear_filter()}
                        </a>
                    }
                })}
        </div>
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_address_says_what_is_asked() {
        let query = Query {
            search: "a b&c".into(),
            namespace: Some("kube-system".into()),
            group: Some(Group::Stuck),
            owner: Some(OwnerFilter::None),
            sort: Sort::Name,
        };
        assert_eq!(
            to_url(&query),
            "?q=a%20b%26c&namespace=kube-system&verdict=stuck&owner=none&sort=name"
        );
        assert_eq!(to_url(&Query::default()), "");
    }
}
