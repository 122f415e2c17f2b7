//! What changed, as chips for a line and as a summary one can say aloud.

use domain::summary::{Area, Change, Chip, Chips, Sign};
use leptos::prelude::*;

use super::image;
use crate::i18n::Lang;

/// The name of an area; fields of Kubernetes keep their own.
fn area_name(lang: Lang, area: &Area) -> String {
    match area {
        Area::Image => lang.image().to_owned(),
        Area::Container => lang.area_container().to_owned(),
        Area::InitContainer => lang.area_init_container().to_owned(),
        Area::Env => lang.environment().to_owned(),
        Area::Command => lang.command().to_owned(),
        Area::Args => lang.arguments().to_owned(),
        Area::Port => lang.ports().to_owned(),
        Area::Request => lang.area_request().to_owned(),
        Area::Limit => lang.area_limit().to_owned(),
        Area::Mount => lang.mounts().to_owned(),
        Area::Probe => lang.probes().to_owned(),
        Area::Volume => lang.volumes().to_owned(),
        Area::NodeSelector => "nodeSelector".to_owned(),
        Area::Affinity => "affinity".to_owned(),
        Area::Toleration => lang.area_tolerations().to_owned(),
        Area::ServiceAccount => "serviceAccountName".to_owned(),
        Area::Security => "securityContext".to_owned(),
        Area::Label => lang.labels().to_owned(),
        Area::Annotation => lang.annotations().to_owned(),
        Area::Order(_) => lang.area_order().to_owned(),
        Area::Field(field) => field.clone(),
        Area::Restart => lang.area_restart().to_owned(),
    }
}

/// The area, and of an amount also which one.
fn title(lang: Lang, change: &Change) -> String {
    match change.area {
        Area::Limit if !change.name.is_empty() => lang.limit_of(&change.name),
        Area::Request if !change.name.is_empty() => lang.request_of(&change.name),
        _ => area_name(lang, &change.area),
    }
}

/// The short name on a chip.
fn chip_name(lang: Lang, area: &Area) -> String {
    match area {
        Area::Env => "env".to_owned(),
        Area::Command => "command".to_owned(),
        Area::Args => "args".to_owned(),
        Area::Limit | Area::Request => "resources".to_owned(),
        Area::Toleration => "tolerations".to_owned(),
        Area::Volume => "volumes".to_owned(),
        Area::Mount => "mounts".to_owned(),
        Area::Port => "ports".to_owned(),
        Area::Label => "labels".to_owned(),
        Area::Annotation => "annotations".to_owned(),
        Area::Container => "container".to_owned(),
        Area::InitContainer => "init container".to_owned(),
        other => area_name(lang, other),
    }
}

/// A chip in a few words.
pub fn chip_text(lang: Lang, chip: &Chip) -> String {
    let resource = chip.area == Area::Limit;
    if let Some((name, value)) = chip.only.as_ref().filter(|_| resource) {
        return format!("{name} {value}");
    }
    let mut text = chip_name(lang, &chip.area);
    for (sign, n) in [("+", chip.added), ("−", chip.removed), ("~", chip.changed)] {
        if n > 0 {
            text = format!("{text} {sign}{n}");
        }
    }
    text
}

/// `1.16.2 → 1.17.1` with the name before it; what did not change is said
/// once.
fn image_change(from: Option<&str>, to: Option<&str>) -> impl IntoView + use<> {
    let parts = |image: Option<&str>| image.map(image::parts);
    let (a, b) = (parts(from), parts(to));
    let one_name = match (&a, &b) {
        (Some((x, _)), Some((y, _))) if x == y => Some(x.clone()),
        _ => None,
    };
    let only_tags = one_name.is_some();
    // Two registries, one name and one tag: only the whole shows the change.
    let whole = a == b;
    let text = |image: Option<&str>, parts: Option<(String, String)>| match (image, parts) {
        (Some(image), _) if whole => Some(image.to_owned()),
        (_, Some((_, tag))) if only_tags => Some(tag),
        (Some(_), Some((name, tag))) => Some(format!("{name} {tag}")),
        _ => None,
    };
    let (old, new) = (text(from, a), text(to, b));
    view! {
        <span class="image-change mono">
            {one_name.filter(|_| !whole).map(|name| view! { <span>{name}</span> })}
            {old.map(|old| view! { <del title=from.map(ToOwned::to_owned)>{old}</del> })}
            <span class="arrow" aria-hidden="true">
                "→"
            </span>
            {new.map(|new| view! { <ins title=to.map(ToOwned::to_owned)>{new}</ins> })}
        </span>
    }
}

/// Image first, then at most three chips, then how many more.
pub fn chips(lang: Lang, chips: &Chips) -> impl IntoView + use<> {
    let images = chips
        .images
        .iter()
        .map(|i| image_change(i.from.as_deref(), i.to.as_deref()))
        .collect_view();
    let rest = chips
        .chips
        .iter()
        .map(|chip| view! { <span class="chip chip-line">{chip_text(lang, chip)}</span> })
        .collect_view();
    let more = (chips.more > 0).then(|| {
        view! { <span class="chip chip-line">{format!("+{}", chips.more)}</span> }
    });
    view! {
        {images}
        {rest}
        {more}
    }
}

/// The whole summary.
pub fn summary(lang: Lang, changes: &[Change]) -> impl IntoView + use<> {
    let items = changes
        .iter()
        .map(|change| {
            let (sign, class, word) = match change.sign {
                Sign::Added => ("+", "sign sign-added", lang.added()),
                Sign::Removed => ("−", "sign sign-removed", lang.removed()),
                Sign::Changed => ("~", "sign sign-changed", lang.changed()),
            };
            let of = change
                .container
                .clone()
                .unwrap_or_else(|| lang.pod().to_owned());
            view! {
                <li>
                    <span class=class role="img" aria-label=word>
                        {sign}
                    </span>
                    <span class="what">
                        <b>{title(lang, change)}</b>
                        " "
                        <span class="muted">{of}</span>
                    </span>
                    <span class="how">{how(lang, change)}</span>
                </li>
            }
        })
        .collect_view();
    view! {
        <ul class="summary" aria-label=lang.summary_of_changes()>
            {items}
        </ul>
    }
}

fn how(lang: Lang, change: &Change) -> impl IntoView + use<> {
    if change.area == Area::Image {
        return image_change(change.from.as_deref(), change.to.as_deref()).into_any();
    }
    let word = match change.sign {
        Sign::Added => lang.added(),
        Sign::Removed => lang.removed(),
        Sign::Changed => lang.changed(),
    };
    let amount = matches!(change.area, Area::Limit | Area::Request);
    let name = (!change.name.is_empty() && !amount)
        .then(|| view! { <span class="mono">{change.name.clone()}</span> });
    let whole = change.from.is_none() && change.to.is_none();
    let values = if change.hidden && whole {
        view! {
            {word}
            " "
            <span class="chip chip-line">{lang.value_hidden()}</span>
        }
        .into_any()
    } else {
        let old = change
            .from
            .clone()
            .map(|v| view! { <del class="mono">{v}</del> });
        let new = change
            .to
            .clone()
            .map(|v| view! { <ins class="mono">{v}</ins> });
        let arrow = (change.sign == Sign::Changed)
            .then(|| view! { <span class="arrow" aria-hidden="true">"→"</span> });
        view! {
            {(change.sign != Sign::Changed).then(|| view! { {word} " " })}
            {old}
            {arrow}
            {new}
        }
        .into_any()
    };
    view! {
        {name}
        " "
        {values}
    }
    .into_any()
}
