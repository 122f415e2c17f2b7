//! All workloads, what needs attention first.

use std::collections::BTreeMap;

use domain::fleet::Line;
use domain::list::{OwnerFilter, Query, Sort};
use domain::time::Time;
use domain::verdict::{Group, Verdict};
use leptos::prelude::*;

use crate::components::bar::NodesBar;
use crate::components::icon::{Glyph, Icon};
use crate::components::image::Images;
use crate::components::owner::{self, OwnerBadge};
use crate::components::verdict::{self, VerdictLine};
use crate::i18n::Lang;
use crate::live::live;
use crate::model::Workloads;
use crate::{time, urls};

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

/// The part that lives: head, filters and table.
#[expect(clippy::too_many_lines, reason = "one view")]
#[island]
pub fn WorkloadList(
    /// As the page was rendered.
    initial: Workloads,
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
    let model = Memo::new(move |_| fresh.get().unwrap_or_else(|| initial.clone()));
    let start = model.with_untracked(|m| m.now);
    let now = Signal::derive(move || beat.get().map_or(start, |beat| beat.now));
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
            {move || {
                model
                    .with(|m| {
                        let namespaces = namespaces(&m.workloads).len();
                        lang.list_headline(m.workloads.len(), namespaces)
                    })
            }} " " <b>{move || model.with(|m| m.cluster.clone())}</b>
        </p>
        {filters(lang, model, query)}
        <div
            class="panel table-panel"
            on:mouseenter=move |_| order.held.set(true)
            on:mouseleave=move |_| order.held.set(false)
        >
            {move || empty_state(lang, &model.get(), &query.get(), order)}
            <table class="list" aria-label="DaemonSets" class:hidden=move || order.shown.with(Vec::is_empty)>
                <thead>
                    <tr>
                        <th scope="col">{lang.column_verdict()}</th>
                        <th scope="col">{lang.column_name()}</th>
                        <th scope="col">{lang.column_revision_image()}</th>
                        <th scope="col">{lang.column_nodes()}</th>
                        <th scope="col" class="wide-only">
                            {lang.column_live_since()}
                        </th>
                        <th scope="col" class="wide-only">
                            {lang.owner()}
                        </th>
                    </tr>
                </thead>
                <tbody>
                    <For
                        each=move || order.shown.get()
                        key=|uid| uid.clone()
                        children=move |uid| {
                            let line = Memo::new(move |_| lines.with(|all| all.get(&uid).cloned()));
                            view! {
                                <tr data-line="">
                                    {move || line.get().map(|line| cells(lang, &line, now))}
                                </tr>
                            }
                        }
                    />
                </tbody>
            </table>
        </div>
        <p class="foot muted">
            <span>
                {move || {
                    lang.showing(order.shown.with(Vec::len), model.with(|m| m.workloads.len()))
                }}
            </span>
            <button
                type="button"
                class="button small-button needs-script"
                class:hidden=move || order.waiting.get() == 0
                on:click=move |_| order.refresh()
            >
                {move || lang.changed_order(order.waiting.get())}
            </button>
            <span class="spacer"></span>
            <span class="keys-hint needs-script">
                <kbd>"J"</kbd>
                <kbd>"K"</kbd>
                " "
                {lang.key_move()}
                " "
                <kbd>"?"</kbd>
                " "
                {lang.all_keys()}
            </span>
        </p>
    }
}

/// Which lines are shown in which order. While the pointer is over the table
/// the order holds still, so that nobody clicks on a line that jumped.
#[derive(Clone, Copy)]
struct Order {
    model: Memo<Workloads>,
    query: RwSignal<Query>,
    shown: RwSignal<Vec<String>>,
    waiting: RwSignal<usize>,
    held: RwSignal<bool>,
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
    };
    order.refresh();
    #[cfg(feature = "hydrate")]
    Effect::new(move |last: Option<Query>| {
        let wanted = order.wanted();
        let asked = query.get();
        let held = order.held.get();
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

fn namespaces(lines: &[Line]) -> Vec<String> {
    let mut names: Vec<String> = lines.iter().map(|l| l.namespace.clone()).collect();
    names.sort();
    names.dedup();
    names
}

/// The form: works by itself, and without a load where scripts run.
fn filters(lang: Lang, model: Memo<Workloads>, query: RwSignal<Query>) -> impl IntoView {
    let counts = Memo::new(move |_| model.with(|m| query.with(|q| q.counts(&m.workloads))));
    let total = move || counts.with(|c| c.values().sum::<usize>());
    let chosen = Memo::new(move |_| query.with(|q| q.group));
    let chip = move |group: Option<Group>| {
        let count = move || match group {
            Some(group) => counts.with(|c| c.get(&group).copied().unwrap_or_default()),
            None => total(),
        };
        let name = group.map_or(lang.all(), |g| verdict::group_name(lang, g));
        // Without trouble there is no chip, unless it is the one chosen.
        let hidden = move || group.is_some() && count() == 0 && chosen.get() != group;
        view! {
            <button
                class="filter-chip"
                class:hidden=hidden
                name="verdict"
                value=group.map_or("", Group::slug)
                aria-pressed=move || if chosen.get() == group { "true" } else { "false" }
                on:click=move |event| {
                    event.prevent_default();
                    query.update(|q| q.group = group);
                }
            >
                {group
                    .map(|g| {
                        view! {
                            <span class=verdict::group_tone(g)>
                                <Icon glyph=verdict::group_glyph(g)/>
                            </span>
                        }
                    })}
                <span>{name}</span>
                <b>{count}</b>
            </button>
        }
    };
    view! {
        <form
            class="filters"
            action="/"
            method="get"
            on:submit=move |event| event.prevent_default()
        >
            // The first button is the one that Enter presses.
            <button class="visually-hidden" tabindex="-1" name="verdict" value=move || chosen.get().map_or("", Group::slug)>
                {lang.apply()}
            </button>
            <div class="filter-chips" role="group" aria-label=lang.filter_by_verdict()>
                {chip(None)}
                {Group::ALL.into_iter().map(|g| chip(Some(g))).collect_view()}
            </div>
            <div class="filter-fields">
                <label class="field search">
                    <Icon glyph=Glyph::Search size=14/>
                    <input
                        type="search"
                        name="q"
                        aria-label=lang.filter_workloads()
                        placeholder=lang.filter_placeholder()
                        prop:value=move || query.with(|q| q.search.clone())
                        value=query.with_untracked(|q| q.search.clone())
                        on:input=move |event| {
                            query.update(|q| q.search = event_target_value(&event));
                        }
                    />
                </label>
                {selects(lang, model, query)}
                <button class="button no-script-only">{lang.apply()}</button>
            </div>
        </form>
    }
}

fn selects(lang: Lang, model: Memo<Workloads>, query: RwSignal<Query>) -> impl IntoView {
    let names = Memo::new(move |_| model.with(|m| namespaces(&m.workloads)));
    let namespace = Memo::new(move |_| query.with(|q| q.namespace.clone().unwrap_or_default()));
    let sorts = Sort::ALL
        .into_iter()
        .map(|sort| {
            let name = match sort {
                Sort::Attention => lang.sort_attention(),
                Sort::Name => lang.sort_name(),
                Sort::Namespace => lang.sort_namespace(),
                Sort::Nodes => lang.sort_nodes(),
            };
            let selected = move || query.with(|q| q.sort == sort);
            view! { <option value=sort.slug() selected=selected>{name}</option> }
        })
        .collect_view();
    let owners = owner::KINDS
        .into_iter()
        .map(|(kind, slug)| {
            let selected = move || query.with(|q| q.owner == Some(OwnerFilter::Kind(kind)));
            view! { <option value=slug selected=selected>{owner::name(kind)}</option> }
        })
        .collect_view();
    view! {
        <label class="field">
            <span>{lang.namespace()}</span>
            <select
                name="namespace"
                on:change=move |event| {
                    let value = event_target_value(&event);
                    query.update(|q| q.namespace = Some(value).filter(|v| !v.is_empty()));
                }
            >
                <option value="" selected=move || namespace.get().is_empty()>
                    {lang.all()}
                </option>
                <For
                    each=move || names.get()
                    key=|name| name.clone()
                    children=move |name| {
                        let own = name.clone();
                        view! {
                            <option value=name.clone() selected=move || namespace.get() == own>
                                {name.clone()}
                            </option>
                        }
                    }
                />
            </select>
        </label>
        <label class="field">
            <span>{lang.owner()}</span>
            <select
                name="owner"
                on:change=move |event| {
                    let value = event_target_value(&event);
                    query.update(|q| q.owner = owner_filter(&value));
                }
            >
                <option value="" selected=move || query.with(|q| q.owner.is_none())>
                    {lang.any()}
                </option>
                {owners}
                <option
                    value="none"
                    selected=move || query.with(|q| q.owner == Some(OwnerFilter::None))
                >
                    {lang.none_seen()}
                </option>
            </select>
        </label>
        <span class="spacer"></span>
        <label class="field">
            <span>{lang.sort()}</span>
            <select
                name="sort"
                on:change=move |event| {
                    let value = event_target_value(&event);
                    query.update(|q| q.sort = Sort::from_slug(&value).unwrap_or_default());
                }
            >
                {sorts}
            </select>
        </label>
    }
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

fn cells(lang: Lang, line: &Line, now: Signal<Time>) -> impl IntoView + use<> {
    let calm = line.verdict == Verdict::Healthy;
    let noted = line.clone();
    let counts = line.counts;
    let number = |n: Option<i64>, class: &'static str| {
        let label = n.map_or_else(|| lang.unknown().to_owned(), |n| lang.revision_number(n));
        let text = n.map_or_else(|| "?".to_owned(), |n| n.to_string());
        view! { <span class=class role="img" aria-label=label>{text}</span> }
    };
    let rolling = line.from_revision.is_some();
    let current_class = match (line.revision, rolling) {
        (None, _) => "revision revision-unknown",
        (Some(_), true) => "revision revision-current",
        (Some(_), false) => "revision",
    };
    view! {
        <td class="cell-verdict">
            <VerdictLine verdict=line.verdict.clone() lang/>
            <span class="note muted small">
                {move || verdict::note(lang, &noted, now.get())}
            </span>
        </td>
        <td class="cell-name">
            <a href=urls::workload(&line.key()) title=line.name.clone()>
                {line.name.clone()}
            </a>
            <span class="muted small">{line.namespace.clone()}</span>
        </td>
        <td class="cell-revision">
            <span class="revisions">
                {line
                    .from_revision
                    .map(|n| {
                        view! {
                            {number(Some(n), "revision")}
                            <span class="arrow" aria-hidden="true">
                                "→"
                            </span>
                        }
                    })} {number(line.revision, current_class)}
            </span>
            <Images images=line.images.clone() lang/>
        </td>
        <td class="cell-nodes">
            <NodesBar counts lang thin=calm/>
            <span class="small">
                <b>{lang.number(counts.ready)} " / " {lang.number(counts.desired)}</b>
                " "
                <span class="muted">{lang.ready()}</span>
            </span>
        </td>
        <td class="cell-since wide-only">{since(lang, line, now)}</td>
        <td class="cell-owner wide-only">
            <OwnerBadge owner=line.owner.clone() lang/>
        </td>
    }
}

/// Since when all nodes run what is live, as far as the cluster tells.
fn since(lang: Lang, line: &Line, now: Signal<Time>) -> impl IntoView + use<> {
    let finished = matches!(
        line.verdict.group(),
        Group::Healthy | Group::NotReady | Group::Other
    );
    let at = line.current_since;
    let ago = move |at| time::duration(lang, time::span(at, now.get()));
    let (head, tail): (String, Box<dyn Fn() -> Option<String> + Send>) = match (finished, at) {
        (true, Some(at)) => (
            time::absolute(lang, at, now.get_untracked()),
            Box::new(move || Some(lang.ago(&ago(at)))),
        ),
        (true, None) => (lang.not_known().to_owned(), Box::new(|| None)),
        (false, Some(at)) => (
            lang.not_yet().to_owned(),
            Box::new(move || Some(lang.started_ago(&ago(at)))),
        ),
        (false, None) => (lang.not_yet().to_owned(), Box::new(|| None)),
    };
    view! {
        <span>{head}</span>
        <span class="muted small">{tail}</span>
    }
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
