//! One revision: the whole pod template, readable and as YAML.

use domain::template::ContainerImage;
use domain::workload::Key;
use domain::yaml;
use leptos::prelude::*;
use serde_json::Value;

use crate::components::changes;
use crate::components::head::{Breadcrumb, Title};
use crate::components::icon::{Glyph, Icon};
use crate::components::panel::ErrorPage;
use crate::i18n::Lang;
use crate::islands::copy::CopyButton;
use crate::model::{self, Revision};
use crate::{time, urls};

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
    let found = super::lookup(|cluster| model::revision(cluster, &key, &name, reveal));
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
                {can_go
                    .then(|| {
                        view! {
                            <a
                                class="button button-back"
                                role="button"
                                href=urls::rollback(&key, Some(&row.name))
                                data-key="r"
                            >
                                <Icon glyph=Glyph::Back size=14/>
                                {lang.roll_back_to_number(row.revision)}
                            </a>
                        }
                    })}
            </div>
        </div>
        {row
            .change_cause
            .clone()
            .map(|cause| {
                view! { <p class="cause-text">{domain::text::visible(&cause).into_owned()}</p> }
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
                    <Described template=template.clone() images=row.images.clone() lang/>
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

/// Field by field: each container, then the pod. Every field of the template
/// appears, for each is listed under its own name.
#[component]
fn Described(template: Value, images: Vec<ContainerImage>, lang: Lang) -> impl IntoView {
    let _ = images;
    let spec = template.get("spec").cloned().unwrap_or_default();
    let lists = [
        ("containers", lang.containers()),
        ("initContainers", lang.init_containers()),
        ("ephemeralContainers", lang.ephemeral_containers()),
    ];
    let containers = lists
        .into_iter()
        .flat_map(|(field, title)| {
            let items = spec
                .get(field)
                .and_then(Value::as_array)
                .cloned()
                .unwrap_or_default();
            items.into_iter().map(move |container| (title, container))
        })
        .map(|(title, container)| {
            let name = container
                .get("name")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned();
            view! {
                <section class="panel described" aria-label=format!("{title}: {name}")>
                    <div class="panel-head">
                        <h2 class="mono">{name.clone()}</h2>
                        <span class="muted">{title}</span>
                    </div>
                    <dl>{fields(lang, &container, &["name"])}</dl>
                </section>
            }
        })
        .collect_view();
    let but = ["containers", "initContainers", "ephemeralContainers"];
    let metadata = template.get("metadata").cloned().unwrap_or_default();
    view! {
        {containers}
        <section class="panel described" aria-labelledby="pod">
            <div class="panel-head">
                <h2 id="pod">{lang.pod()}</h2>
            </div>
            <dl>
                {annotations(lang, &metadata)} {fields(lang, &metadata, &["annotations", "creationTimestamp"])}
                {fields(lang, &spec, &but)}
            </dl>
        </section>
    }
}

/// Annotations by name and size: they can hold whole manifests.
fn annotations(lang: Lang, metadata: &Value) -> impl IntoView + use<> {
    let list = metadata
        .get("annotations")
        .and_then(Value::as_object)
        .cloned()
        .unwrap_or_default();
    (!list.is_empty()).then(|| {
        let items = list
            .into_iter()
            .map(|(name, value)| {
                let size = value.as_str().map_or(0, str::len);
                view! { <li><span class="mono">{name}</span> " " <span class="muted small">{lang.bytes(size)}</span></li> }
            })
            .collect_view();
        view! {
            <div>
                <dt>{lang.annotations()}</dt>
                <dd>
                    <ul class="bare">{items}</ul>
                </dd>
            </div>
        }
    })
}

/// Members of an object, each with its own name and a readable value.
fn fields(lang: Lang, object: &Value, but: &[&str]) -> impl IntoView + use<> {
    object
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(key, value)| !but.contains(&key.as_str()) && !value.is_null())
        .map(|(key, value)| {
            let content = match (key.as_str(), value) {
                ("env", Value::Array(items)) => environment(items).into_any(),
                (_, Value::String(text)) => view! { <span class="mono">{domain::text::visible(text).into_owned()}</span> }.into_any(),
                (_, Value::Bool(_) | Value::Number(_)) => {
                    view! { <span class="mono">{value.to_string()}</span> }.into_any()
                }
                _ => view! { <pre>{domain::text::visible(&yaml::to_string(value)).into_owned()}</pre> }.into_any(),
            };
            let name = field_name(lang, key);
            view! {
                <div>
                    <dt>{name}</dt>
                    <dd>{content}</dd>
                </div>
            }
        })
        .collect_view()
}

/// People's words for the common fields; Kubernetes' own for the rest.
fn field_name(lang: Lang, key: &str) -> String {
    match key {
        "image" => lang.image().to_owned(),
        "env" => lang.environment().to_owned(),
        "command" => lang.command().to_owned(),
        "args" => lang.arguments().to_owned(),
        "ports" => lang.ports().to_owned(),
        "volumeMounts" => lang.mounts().to_owned(),
        "resources" => lang.resources().to_owned(),
        "volumes" => lang.volumes().to_owned(),
        "labels" => lang.labels().to_owned(),
        "lifecycle" => lang.lifecycle().to_owned(),
        other => other.to_owned(),
    }
}

fn environment(items: &[Value]) -> impl IntoView + use<> {
    let rows = items
        .iter()
        .map(|item| {
            let name = item
                .get("name")
                .and_then(Value::as_str)
                .unwrap_or_default()
                .to_owned();
            let value = match (item.get("value"), item.get("valueFrom")) {
                (Some(Value::String(text)), _) => domain::text::visible(text).into_owned(),
                (None, Some(from)) => yaml::to_string(from).replace('\n', " ").trim().to_owned(),
                (Some(other), _) => other.to_string(),
                (None, None) => String::new(),
            };
            view! {
                <tr>
                    <th scope="row">{name}</th>
                    <td>{value}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="env mono">
            <tbody>{rows}</tbody>
        </table>
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
                            <a class="button small-button" href=url>
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
