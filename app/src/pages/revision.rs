//! One revision: the whole pod template, readable and as YAML.

use domain::workload::Key;
use domain::yaml;
use leptos::prelude::*;
use serde_json::Value;

use crate::components::changes;
use crate::components::head::{Breadcrumb, Title};
use crate::components::icon::{Glyph, Icon};
use crate::components::panel::ErrorPage;
use crate::error::ApiError;
use crate::i18n::Lang;
use crate::islands::copy::CopyButton;
use crate::model::{self, Revision};
use crate::{time, urls};

mod described;
mod kept;

use described::Described;
use kept::KeptPage;
pub use kept::restore_link;

/// The page.
#[component]
pub fn RevisionPage() -> impl IntoView {
    let frame = super::frame();
    let lang = frame.lang;
    let key = super::key_of_route();
    let name = leptos_router::hooks::use_params_map()
        .get_untracked()
        .get("revision")
        .unwrap_or_default();
    let reveal = super::query_part("values").as_deref() == Some("show");
    let name = super::in_cluster(&key, name);
    let found = super::lookup(|cluster| model::revision(cluster, &key, &name, reveal));
    if matches!(
        found,
        Err(ApiError::NoRevision { .. } | ApiError::NoWorkload { .. })
    ) {
        return view! { <KeptPage name reveal/> }.into_any();
    }
    let title = match &found {
        Ok(revision) => format!(
            "{}: {}",
            key.name,
            lang.revision_number(revision.row.revision)
        ),
        Err(_) => key.name.clone(),
    };
    let content = match found {
        Ok(revision) => view! { <OneRevision key=key.clone() revision reveal lang/> }.into_any(),
        Err(error) => {
            super::status(error.http_status());
            view! { <ErrorPage error lang/> }.into_any()
        }
    };
    view! {
        <Title text=title/>
        <Breadcrumb key lang below=true/>
        {content}
    }
    .into_any()
}

#[component]
fn OneRevision(key: Key, revision: Revision, reveal: bool, lang: Lang) -> impl IntoView {
    let frame = super::frame();
    let row = revision.row.clone();
    let can_go = !row.current && !row.identical_to_current && row.problem.is_none();
    let compare = (row.problem.is_none() && !row.current)
        .then(|| urls::compare(&key, model::LIVE, &row.name));
    let marks = view! {
        {row.current.then(|| view! { <span class="mark mark-ink">{lang.current()}</span> })}
        {row.was.map(|was| view! { <span class="mark mark-violet">{lang.was(was.revision)}</span> })}
        {row
            .restart_only
            .then(|| view! { <span class="chip chip-blue">{lang.restart_only()}</span> })}
        {row
            .identical_to_current
            .then(|| view! { <span class="chip chip-line">{lang.identical_to_current()}</span> })}
    };
    view! {
        <div class="head">
            <div>
                <h1>{lang.revision_of(row.revision, &key.name)}</h1>
                <p class="particulars">
                    {marks} <span class="mono">{row.name.clone()}</span>
                    <span>{lang.created_at(&time::absolute(lang, row.created_at, frame.now))}</span>
                    <span class="muted mono small">{row.uid.clone()}</span>
                </p>
            </div>
            <div class="head-actions">
                {compare
                    .map(|url| {
                        view! {
                            <a class="button" href=url data-key="c">
                                <Icon glyph=Glyph::Compare size=14/>
                                {lang.compare()}
                            </a>
                        }
                    })}
                {can_go.then(|| frame.back_button(&key, &row))}
            </div>
        </div>
        {row
            .change_cause
            .clone()
            .map(|cause| {
                view! {
                    <p class="cause-line">
                        <span class="muted small">{lang.column_cause()}</span>
                        <span class="cause-text">
                            {domain::text::visible(&cause).into_owned()}
                        </span>
                    </p>
                }
            })}
        {row
            .base
            .as_ref()
            .map(|base| {
                view! {
                    <section class="panel" aria-labelledby="changed">
                        <div class="panel-head">
                            <h2 id="changed">{lang.column_what_changed()}</h2>
                            <span class="muted">{lang.against(base.revision)}</span>
                            <span class="spacer"></span>
                            <a href=urls::compare(&key, &base.name, &row.name)>{lang.full_diff()}</a>
                        </div>
                        <p class="row chips">{changes::chips(lang, &row.changes)}</p>
                    </section>
                }
            })}
        {match (&revision.template, &revision.raw) {
            (Some(template), _) => {
                view! {
                    <Described template=template.clone() lang/>
                    <Yaml key row_name=row.name.clone() template=template.clone() hidden=revision.hidden reveal lang/>
                }
                    .into_any()
            }
            (None, raw) => {
                let words = row.problem.clone().unwrap_or_default();
                let raw = raw.clone().unwrap_or_default();
                view! {
                    <section class="panel" aria-labelledby="raw">
                        <div class="panel-head">
                            <h2 id="raw">{lang.cannot_be_read()}</h2>
                        </div>
                        <p class="row">{lang.unreadable_hint(&words)}</p>
                        <pre class="evidence block-pre">
                            {domain::text::visible(&raw).into_owned()}
                        </pre>
                    </section>
                }
                    .into_any()
            }
        }}
    }
}

#[component]
fn Yaml(
    key: Key,
    row_name: String,
    template: Value,
    hidden: usize,
    reveal: bool,
    lang: Lang,
) -> impl IntoView {
    let text = yaml::to_string(&template);
    let url = urls::revision(&key, &row_name);
    let toggle = match (hidden, reveal) {
        (0, false) => None,
        (_, true) => Some((url, lang.hide_values())),
        (_, false) => Some((format!("{url}?values=show"), lang.show_hidden())),
    };
    view! {
        <section class="panel" aria-labelledby="yaml">
            <div class="panel-head">
                <h2 id="yaml">{lang.as_yaml()}</h2>
                {(hidden > 0).then(|| view! { <span class="muted">{lang.values_hidden(hidden)}</span> })}
                <span class="spacer"></span>
                {toggle
                    .map(|(url, name)| {
                        view! {
                            <a class="button small-button" role="button" href=url>
                                {name}
                            </a>
                        }
                    })}
                <CopyButton
                    text=text.clone()
                    label=lang.copy_yaml().to_owned()
                    done=lang.copied().to_owned()
                />
            </div>
            <pre class="evidence block-pre" tabindex="0">
                {domain::text::visible(&text).into_owned()}
            </pre>
        </section>
    }
}
