//! Heads of pages: the document's title, breadcrumbs, and the lines under a
//! workload's name.

use domain::health::Health;
use domain::owner::Owner;
use domain::workload::{AtATime, Key, UpdateStrategy};
use leptos::prelude::*;

use crate::components::owner::OwnerBadge;
use crate::components::verdict;
use crate::i18n::Lang;
use crate::urls;

/// The document's title.
#[component]
pub fn Title(
    /// What the page is about.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    let frame = crate::pages::frame();
    let is_old = matches!(frame.health, Health::Stale { .. });
    view! { <leptos_meta::Title text=verdict::title(frame.lang, &text, is_old)/> }
}

/// Where the page lies.
#[component]
pub fn Breadcrumb(
    /// The workload.
    key: Key,
    /// Language.
    lang: Lang,
    /// Link to the workload too: on pages below its own.
    #[prop(optional)]
    below: bool,
) -> impl IntoView {
    let namespace = format!("/?namespace={}", urls::encode(&key.namespace));
    let own = urls::workload(&key);
    view! {
        <nav class="crumbs" aria-label=lang.nav_breadcrumb()>
            <ol>
                <li>
                    <a href="/">{lang.workloads()}</a>
                </li>
                <li>
                    <a href=namespace>{key.namespace.clone()}</a>
                </li>
                {below
                    .then(|| {
                        view! {
                            <li>
                                <a href=own>{key.name.clone()}</a>
                            </li>
                        }
                    })}
            </ol>
        </nav>
    }
}

/// Kind, namespace, owner and strategy.
#[component]
pub fn Particulars(
    /// The workload.
    key: Key,
    /// Who manages it.
    owner: Option<Owner>,
    /// How a changed template reaches the nodes.
    strategy: UpdateStrategy,
    /// How many nodes at a time.
    at_a_time: AtATime,
    /// Language.
    lang: Lang,
) -> impl IntoView {
    view! {
        <p class="particulars">
            <span class="chip chip-line">{key.kind.to_string()}</span>
            <span>{lang.namespace_word()} " " <b>{key.namespace.clone()}</b></span>
            {owner.map(|owner| view! { <OwnerBadge owner=Some(owner) lang full=true/> })}
            <span>{strategy_words(lang, &strategy, at_a_time)}</span>
        </p>
    }
}

/// `RollingUpdate, 3 at a time`.
pub fn strategy_words(lang: Lang, strategy: &UpdateStrategy, at_a_time: AtATime) -> String {
    match (strategy, at_a_time) {
        (UpdateStrategy::OnDelete, _) => "OnDelete".to_owned(),
        (UpdateStrategy::Other { name }, _) => name.clone(),
        (_, AtATime::Unavailable(n)) => lang.rolling_unavailable(n),
        (_, AtATime::Surge(n)) => lang.rolling_surge(n),
        (_, AtATime::None) => "RollingUpdate".to_owned(),
    }
}
