//! A pod template as people read it: each container, then the pod. What has
//! no words of its own stands under its own name, so that nothing is left out.

use domain::describe;
use domain::text::visible;
use domain::yaml;
use leptos::prelude::*;
use serde_json::{Map, Value};

use crate::i18n::Lang;

/// Lists of containers, with what they are called.
const LISTS: [&str; 3] = ["containers", "initContainers", "ephemeralContainers"];

/// One row: a name and what stands beside it.
type Line = (String, AnyView);

/// All of it.
#[component]
pub fn Described(
    /// The pod template, with secret values hidden already.
    template: Value,
    /// Language.
    lang: Lang,
) -> impl IntoView {
    let none = Map::new();
    let spec = template
        .get("spec")
        .and_then(Value::as_object)
        .unwrap_or(&none);
    let titles = [
        lang.area_container(),
        lang.area_init_container(),
        lang.ephemeral_container(),
    ];
    let containers = LISTS
        .into_iter()
        .zip(titles)
        .flat_map(|(field, title)| {
            let items = spec.get(field).and_then(Value::as_array);
            items.into_iter().flatten().map(move |item| (title, item))
        })
        .map(|(title, item)| {
            let name = item.get("name").and_then(Value::as_str).unwrap_or_default();
            let id = format!("{title}: {name}");
            view! {
                <section class="panel described" aria-label=id>
                    <div class="panel-head">
                        <h2 class="mono">{visible(name).into_owned()}</h2>
                        <span class="muted">{title}</span>
                    </div>
                    {rows(container(lang, item))}
                </section>
            }
        })
        .collect_view();
    let metadata = template
        .get("metadata")
        .and_then(Value::as_object)
        .unwrap_or(&none);
    let groups = [
        ("pod", lang.pod(), pod(lang, metadata, spec)),
        ("volumes", lang.volumes(), volumes(spec)),
        ("scheduling", lang.scheduling(), scheduling(spec)),
    ];
    let groups = groups
        .into_iter()
        .filter(|(_, _, lines)| !lines.is_empty())
        .map(|(id, title, lines)| {
            view! {
                <section class="panel described" aria-labelledby=id>
                    <div class="panel-head">
                        <h2 id=id>{title}</h2>
                    </div>
                    {rows(lines)}
                </section>
            }
        })
        .collect_view();
    view! {
        {containers}
        {groups}
    }
}

fn rows(lines: Vec<Line>) -> impl IntoView {
    let items = lines
        .into_iter()
        .map(|(name, content)| {
            view! {
                <div>
                    <dt>{name}</dt>
                    <dd>{content}</dd>
                </div>
            }
        })
        .collect_view();
    view! { <dl>{items}</dl> }
}

fn mono(text: &str) -> AnyView {
    view! { <span class="mono">{visible(text).into_owned()}</span> }.into_any()
}

fn list(lines: Vec<String>) -> AnyView {
    let items = lines
        .iter()
        .map(|line| view! { <li class="mono">{visible(line).into_owned()}</li> })
        .collect_view();
    view! { <ul class="bare">{items}</ul> }.into_any()
}

fn each(value: &Value, say: fn(&Value) -> String) -> AnyView {
    match value {
        Value::Array(items) => list(items.iter().map(say).collect()),
        other => as_it_stands(other),
    }
}

/// Scalars as they read, the rest as YAML.
fn as_it_stands(value: &Value) -> AnyView {
    match value {
        Value::Object(_) | Value::Array(_) => {
            view! { <pre>{visible(&yaml::to_string(value)).into_owned()}</pre> }.into_any()
        }
        scalar => mono(&describe::plain(scalar)),
    }
}

/// Fields of an object, those that say nothing left out.
fn present(object: &Map<String, Value>) -> impl Iterator<Item = (&str, &Value)> {
    object
        .iter()
        .filter(|(_, value)| !describe::is_empty(value))
        .map(|(key, value)| (key.as_str(), value))
}

/// The fields of a container that most people look for, in their order.
const FIRST: [&str; 11] = [
    "image",
    "command",
    "args",
    "ports",
    "env",
    "envFrom",
    "volumeMounts",
    "resources",
    "livenessProbe",
    "readinessProbe",
    "startupProbe",
];

fn container(lang: Lang, container: &Value) -> Vec<Line> {
    let none = Map::new();
    let object = container.as_object().unwrap_or(&none);
    let mut fields: Vec<(&str, &Value)> =
        present(object).filter(|(key, _)| *key != "name").collect();
    fields.sort_by_key(|(key, _)| {
        let place = FIRST.iter().position(|first| first == key);
        (place.unwrap_or(FIRST.len()), *key)
    });
    fields
        .into_iter()
        .map(|(key, value)| {
            let name = match key {
                "image" => lang.image(),
                "command" => lang.command(),
                "args" => lang.arguments(),
                "ports" => lang.ports(),
                "env" => lang.environment(),
                "volumeMounts" => lang.mounts(),
                "resources" => lang.resources(),
                "lifecycle" => lang.lifecycle(),
                "livenessProbe" => lang.liveness(),
                "readinessProbe" => lang.readiness(),
                "startupProbe" => lang.startup(),
                "securityContext" => lang.security(),
                other => other,
            };
            let content = match key {
                "command" | "args" => mono(&describe::words(value)),
                "ports" => each(value, describe::port),
                "env" => environment(value),
                "envFrom" => each(value, describe::env_from),
                "volumeMounts" => each(value, describe::mount),
                "resources" => list(describe::resources(value)),
                "livenessProbe" | "readinessProbe" | "startupProbe" => {
                    mono(&describe::probe(value))
                }
                "lifecycle" => lifecycle(value),
                "securityContext" => list(describe::pairs(value)),
                _ => as_it_stands(value),
            };
            (name.to_owned(), content)
        })
        .collect()
}

fn lifecycle(value: &Value) -> AnyView {
    let hooks = value.as_object().into_iter().flatten();
    list(
        hooks
            .map(|(name, hook)| format!("{name}: {}", describe::action(hook)))
            .collect(),
    )
}

fn environment(value: &Value) -> AnyView {
    let rows = value
        .as_array()
        .into_iter()
        .flatten()
        .map(|item| {
            let name = item.get("name").and_then(Value::as_str).unwrap_or_default();
            let words = match (item.get("value"), item.get("valueFrom")) {
                (Some(value), _) => describe::plain(value),
                (None, Some(from)) => describe::value_from(from),
                (None, None) => String::new(),
            };
            view! {
                <tr>
                    <th scope="row">{visible(name).into_owned()}</th>
                    <td>{visible(&words).into_owned()}</td>
                </tr>
            }
        })
        .collect_view();
    view! {
        <table class="env mono">
            <tbody>{rows}</tbody>
        </table>
    }
    .into_any()
}

/// Fields of the pod that say where it runs.
const SCHEDULING: [&str; 7] = [
    "nodeSelector",
    "tolerations",
    "affinity",
    "topologySpreadConstraints",
    "priorityClassName",
    "schedulerName",
    "nodeName",
];

fn scheduling(spec: &Map<String, Value>) -> Vec<Line> {
    SCHEDULING
        .into_iter()
        .filter_map(|key| {
            Some((
                key,
                spec.get(key).filter(|value| !describe::is_empty(value))?,
            ))
        })
        .map(|(key, value)| {
            let content = match key {
                "nodeSelector" => list(describe::pairs(value)),
                "tolerations" => each(value, describe::toleration),
                _ => as_it_stands(value),
            };
            (key.to_owned(), content)
        })
        .collect()
}

fn volumes(spec: &Map<String, Value>) -> Vec<Line> {
    spec.get("volumes")
        .and_then(Value::as_array)
        .into_iter()
        .flatten()
        .map(|volume| {
            let line = describe::volume(volume);
            let (name, words) = line.split_once(": ").unwrap_or((line.as_str(), ""));
            (visible(name).into_owned(), mono(words))
        })
        .collect()
}

/// Labels, annotations, and every field of the pod that no other part shows.
fn pod(lang: Lang, metadata: &Map<String, Value>, spec: &Map<String, Value>) -> Vec<Line> {
    let mut lines: Vec<Line> = present(metadata)
        .map(|(key, value)| match key {
            "labels" => (lang.labels().to_owned(), list(describe::pairs(value))),
            "annotations" => (lang.annotations().to_owned(), annotations(lang, value)),
            _ => (key.to_owned(), as_it_stands(value)),
        })
        .collect();
    lines.extend(
        present(spec)
            .filter(|(key, _)| {
                !LISTS.contains(key) && !SCHEDULING.contains(key) && *key != "volumes"
            })
            .map(|(key, value)| match key {
                "securityContext" => (lang.security().to_owned(), list(describe::pairs(value))),
                _ => (key.to_owned(), as_it_stands(value)),
            }),
    );
    lines
}

/// Annotations by name and size: they can hold whole manifests.
fn annotations(lang: Lang, value: &Value) -> AnyView {
    let items = value
        .as_object()
        .into_iter()
        .flatten()
        .map(|(name, value)| {
            let size = value.as_str().map_or(0, str::len);
            view! {
                <li>
                    <span class="mono">{visible(name).into_owned()}</span>
                    " "
                    <span class="muted small">{lang.bytes(size)}</span>
                </li>
            }
        })
        .collect_view();
    view! { <ul class="bare">{items}</ul> }.into_any()
}
