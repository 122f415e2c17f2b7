//! Panels for what is empty, missing or refused: what, why in the API's own
//! words, and what to do (DESIGN.md 7).

use domain::health::Missing;
use leptos::prelude::*;

use super::icon::{Glyph, Icon};
use crate::error::ApiError;
use crate::i18n::Lang;
use crate::islands::copy::CopyButton;
use crate::pages::Refresh;

/// A panel with a glyph, a heading and what follows.
#[component]
pub fn StatePanel(
    /// Glyph.
    glyph: Glyph,
    /// Class of its colour.
    tone: &'static str,
    /// Heading.
    #[prop(into)]
    title: String,
    /// What to say and do.
    children: Children,
) -> impl IntoView {
    view! {
        <section class="panel state">
            <span class=tone>
                <Icon glyph size=28/>
            </span>
            <h1>{title}</h1>
            {children()}
        </section>
    }
}

/// A sentence above what it is about.
pub fn notice(words: String) -> impl IntoView {
    view! {
        <p class="notice">
            <Icon glyph=Glyph::NotObserved/>
            <span>{words}</span>
        </p>
    }
}

/// The page for a question that has no answer.
#[component]
pub fn ErrorPage(
    /// Why.
    error: ApiError,
    /// Language.
    lang: Lang,
) -> impl IntoView {
    let title = match &error {
        ApiError::NoWorkload { .. } => lang.no_such_workload().to_owned(),
        ApiError::NoRevision { .. } => lang.no_such_revision().to_owned(),
        ApiError::Unreadable { .. } => lang.cannot_be_read().to_owned(),
        ApiError::Forbidden { missing } => lang.may_not_see(&missing.resource),
        ApiError::NotReady { .. } => lang.cluster_silent().to_owned(),
        ApiError::NoRecord { .. } | ApiError::NotRecorded { .. } | ApiError::NotKept { .. } => {
            lang.no_record().to_owned()
        }
        ApiError::Invalid { .. } => lang.address_invalid().to_owned(),
    };
    let (glyph, tone) = match &error {
        ApiError::Forbidden { .. } => (Glyph::Lock, "tone-red"),
        ApiError::NotReady { .. } => (Glyph::Plug, "tone-amber"),
        _ => (Glyph::Empty, "tone-slate"),
    };
    let missing = match &error {
        ApiError::Forbidden { missing } => Some(missing.clone()),
        _ => None,
    };
    let passing = error.is_passing();
    view! {
        // Read by the browser's part: a page without an answer follows no
        // workload, and loads itself again once there may be one.
        <div data-error=if passing { "passing" } else { "lasting" }>
        {passing.then(|| view! { <Refresh moving=true lang/> })}
        <StatePanel glyph tone title>
            {match missing {
                Some(missing) => view! { <MissingRule missing lang/> }.into_any(),
                None => view! { <p class="muted">{error.sentence(lang)}</p> }.into_any(),
            }}
            <p class="actions">
                <a class="button" href="">
                    {lang.try_again()}
                </a>
                <a class="button" href="/">
                    {lang.back_to_workloads()}
                </a>
            </p>
        </StatePanel>
        </div>
    }
}

/// The refused call and the rule that would allow it.
#[component]
fn MissingRule(missing: Missing, lang: Lang) -> impl IntoView {
    let (name, group) = missing
        .resource
        .split_once('.')
        .unwrap_or((missing.resource.as_str(), ""));
    let rule = format!("apiGroups: [\"{group}\"], resources: [{name}], verbs: [get, list, watch]");
    let place = missing
        .namespace
        .as_ref()
        .map(|namespace| lang.in_namespace(namespace));
    let call = format!("{} {}", missing.verb, missing.resource);
    view! {
        <p class="muted">{lang.refused_one_call()}</p>
        <pre class="evidence">
            <b>{call}</b>
            {place.map(|place| format!(" {place}"))}
            {missing.user.clone().map(|user| format!("\n{}", lang.as_user(&user)))}
        </pre>
        <p class="muted">{lang.ask_for_rule()}</p>
        <pre class="evidence">{rule.clone()}</pre>
        <p class="actions">
            <CopyButton text=rule label=lang.copy_for_admin().to_owned() done=lang.copied().to_owned()/>
        </p>
    }
}
