//! What the list is filtered and sorted by.

use domain::fleet::Line;
use domain::list::{OwnerFilter, Query, Sort};
use domain::verdict::Group;
use leptos::prelude::*;

use super::owner_filter;
use crate::components::icon::{Glyph, Icon};
use crate::components::moving::{flag, maybe, text};
use crate::components::{owner, verdict};
use crate::i18n::Lang;
use crate::model::Workloads;

/// All namespaces, in order.
pub fn namespaces(lines: &[Line]) -> Vec<String> {
    let mut names: Vec<String> = lines.iter().map(|l| l.namespace.clone()).collect();
    names.sort();
    names.dedup();
    names
}

/// The form: works by itself, and without a load where scripts run.
pub fn filters(lang: Lang, model: Memo<Workloads>, query: RwSignal<Query>) -> impl IntoView {
    let counts = Memo::new(move |_| model.with(|m| query.with(|q| q.counts(&m.workloads))));
    let total = move || counts.with(|c| c.values().sum::<usize>());
    let chosen = Memo::new(move |_| query.with(|q| q.group));
    // Whichever button sends the form, the verdict stays what it was.
    let kept = move || maybe(move || Some(chosen.get().map_or("", Group::slug).to_owned()));
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
                class:hidden=flag(hidden)
                name="verdict"
                value=group.map_or("", Group::slug)
                aria-pressed=maybe(move || Some((chosen.get() == group).to_string()))
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
                <b>{text(move || count().to_string())}</b>
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
            <button class="visually-hidden" tabindex="-1" name="verdict" value=kept()>
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
                <button class="button no-script-only" name="verdict" value=kept()>
                    {lang.apply()}
                </button>
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
            view! { <option value=sort.slug() selected=flag(selected)>{name}</option> }
        })
        .collect_view();
    let owners = owner::KINDS
        .into_iter()
        .map(|(kind, slug)| {
            let selected = move || query.with(|q| q.owner == Some(OwnerFilter::Kind(kind)));
            view! { <option value=slug selected=flag(selected)>{owner::name(kind)}</option> }
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
                <option value="" selected=flag(move || namespace.get().is_empty())>
                    {lang.all()}
                </option>
                <For
                    each=move || names.get()
                    key=|name| name.clone()
                    children=move |name| {
                        let own = name.clone();
                        view! {
                            <option value=name.clone() selected=flag(move || namespace.get() == own)>
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
                <option value="" selected=flag(move || query.with(|q| q.owner.is_none()))>
                    {lang.any()}
                </option>
                {owners}
                <option
                    value="none"
                    selected=flag(move || query.with(|q| q.owner == Some(OwnerFilter::None)))
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
