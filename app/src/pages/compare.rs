//! Any two revisions, under a link that names them by object, because numbers
//! move.

use domain::diff::{Line, Row};
use domain::history::History;
use domain::record::kept::KeptTemplate;
use domain::workload::Key;
use leptos::prelude::*;

use crate::components::changes;
use crate::components::diff::DiffTable;
use crate::components::head::{Breadcrumb, Title};
use crate::components::icon::{Glyph, Icon};
use crate::components::panel::ErrorPage;
use crate::error::ApiError;
use crate::i18n::Lang;
use crate::islands::copy::CopyButton;
use crate::model::{self, Comparison, DiffOptions, LIVE};
use crate::{time, urls};

/// How the page is asked to look; all of it stands in the address.
#[derive(Clone, Copy)]
struct Look {
    columns: bool,
    noise: bool,
    reveal: bool,
}

impl Look {
    fn of_route() -> Self {
        let is = |name: &str, value: &str| super::query_part(name).as_deref() == Some(value);
        Self {
            columns: is("layout", "split"),
            noise: is("noise", "show"),
            reveal: is("values", "show"),
        }
    }

    fn url(self, key: &Key, from: &str, to: &str) -> String {
        let mut url = urls::compare(key, from, to);
        for (on, part) in [
            (self.columns, "&layout=split"),
            (self.noise, "&noise=show"),
            (self.reveal, "&values=show"),
        ] {
            if on {
                url.push_str(part);
            }
        }
        url
    }
}

/// The page.
#[component]
pub fn ComparePage() -> impl IntoView {
    let frame = super::frame();
    let lang = frame.lang;
    let key = super::key_of_route();
    let look = Look::of_route();
    let history = super::lookup(|cluster| Ok(model::workload(cluster, &key)?.history));
    // What cannot be seen is told below.
    let (from, to) = ends(history.ok().as_ref());
    let from = super::in_cluster(&key, from);
    let to = super::in_cluster(&key, to);
    let names = [from.clone(), to.clone()];
    let content = {
        let own = key.clone();
        let page = move |kept| page(&own, [&from, &to], kept, look, lang);
        super::with_kept(&key, &[&names[0], &names[1]], page)
    };
    view! {
        <Title text=format!("{}: {}", key.name, lang.compare_revisions())/>
        <Breadcrumb key lang below=true/>
        {content}
    }
}

fn page(
    key: &Key,
    [from, to]: [&str; 2],
    kept: Result<Vec<KeptTemplate>, ApiError>,
    look: Look,
    lang: Lang,
) -> impl IntoView + use<> {
    let options = DiffOptions {
        hide_noise: !look.noise,
        reveal: look.reveal,
        ..DiffOptions::default()
    };
    let found = kept.and_then(|kept| {
        super::lookup(|cluster| {
            // Of one that is gone there are only templates.
            let history = model::workload(cluster, key).ok().map(|own| own.history);
            let comparison = model::comparison(cluster, key, from, to, &kept, options)?;
            let restore = kept.iter().find(|kept| kept.is_called(to));
            let restore = restore.is_some_and(|kept| super::own(key, kept));
            Ok((history, comparison, restore))
        })
    });
    match found {
        Ok((history, comparison, restore)) => {
            let key = key.clone();
            view! { <Compared key history comparison restore look lang/> }.into_any()
        }
        Err(error) => {
            super::status(error.http_status());
            view! { <ErrorPage error lang/> }.into_any()
        }
    }
}

/// The two ends that are asked for; by default from what is live to the newest
/// that is different.
fn ends(history: Option<&History>) -> (String, String) {
    let from = super::query_part("from").unwrap_or_else(|| LIVE.to_owned());
    let to = super::query_part("to").or_else(|| history?.previous_different.clone());
    // With nothing different to show, the live template is shown as it is.
    (from, to.unwrap_or_else(|| LIVE.to_owned()))
}

#[component]
fn Compared(
    key: Key,
    history: Option<History>,
    comparison: Comparison,
    /// The later side can be restored.
    restore: bool,
    look: Look,
    lang: Lang,
) -> impl IntoView {
    let frame = super::frame();
    let hidden = comparison.diff.rows.iter().any(hides);
    let (from, to) = (comparison.from.name.clone(), comparison.to.name.clone());
    let row = history.as_ref().and_then(|history| history.row(&to));
    let back = row
        .filter(|row| !row.current && !row.identical_to_current && row.problem.is_none())
        .map(|row| frame.back_button(&key, row));
    let restore = restore.then(|| super::revision::restore_link(&frame, &key, &to));
    let count = comparison.changes.len();
    let sides = [comparison.from.clone(), comparison.to.clone()];
    view! {
        <div class="head">
            <h1>{lang.compare_revisions()}</h1>
            <div class="head-actions">
                <CopyButton
                    text=String::new()
                    label=lang.copy_link().to_owned()
                    done=lang.copied().to_owned()
                />
                {back}
                {restore}
            </div>
        </div>
        {history
            .clone()
            .map(|history| view! { <Pickers history sides=sides.clone() look lang/> })}
        <section class="panel" aria-labelledby="changes">
            <div class="panel-head">
                <h2 id="changes">{lang.changes_count(count)}</h2>
                <span class="muted">
                    {lang.going(&side_name(lang, &comparison.from), &side_name(lang, &comparison.to))}
                </span>
            </div>
            {if comparison.changes.is_empty() {
                view! { <p class="row muted">{lang.identical()}</p> }.into_any()
            } else {
                changes::summary(lang, &comparison.changes).into_any()
            }}
        </section>
        <section class="panel" aria-label=lang.template_diff()>
            <div class="panel-head">
                <h2>{lang.template_diff()}</h2>
                <b class="removed-text">{format!("−{}", comparison.diff.removed)}</b>
                <b class="added-text">{format!("+{}", comparison.diff.added)}</b>
                <span class="spacer"></span>
                <Tools key look from to noise=comparison.diff.noise hidden lang/>
            </div>
            <DiffTable diff=comparison.diff columns=look.columns lang/>
        </section>
        <p class="muted small foot">{lang.diff_foot()}</p>
    }
}

fn side_name(lang: Lang, side: &model::Side) -> String {
    match (side.name.as_str(), side.revision) {
        (LIVE, Some(n)) => lang.live_template_of(n),
        (_, Some(n)) => n.to_string(),
        (name, None) if name != LIVE => lang.kept_template().to_owned(),
        (_, None) => lang.live_template().to_owned(),
    }
}

/// Is a value kept back in this row?
fn hides(row: &Row) -> bool {
    let hides = |line: &Line| line.hidden.is_some();
    match row {
        Row::Same { line } | Row::Removed { line } | Row::Added { line } => hides(line),
        Row::Fold { lines, .. } => lines.iter().any(hides),
    }
}

/// Links, not scripts: each look has its own address.
#[component]
fn Tools(
    key: Key,
    look: Look,
    from: String,
    to: String,
    noise: usize,
    hidden: bool,
    lang: Lang,
) -> impl IntoView {
    let link = |look: Look| look.url(&key, &from, &to);
    let toggle = |name: &'static str, on: bool, url: String| {
        view! {
            <a
                class="toggle"
                role="button"
                href=url
                aria-pressed=if on { "true" } else { "false" }
            >
                {name}
            </a>
        }
    };
    let noise_name = if look.noise {
        lang.hide_noise().to_owned()
    } else {
        lang.show_noise_of(noise)
    };
    let values = if look.reveal {
        lang.hide_values()
    } else {
        lang.show_hidden()
    };
    view! {
        {(noise > 0 || look.noise)
            .then(|| {
                view! {
                    <a
                        class="button small-button"
                        role="button"
                        href=link(Look { noise: !look.noise, ..look })
                    >
                        {noise_name}
                    </a>
                }
            })}
        {(hidden || look.reveal)
            .then(|| {
                view! {
                    <a
                        class="button small-button"
                        role="button"
                        href=link(Look { reveal: !look.reveal, ..look })
                    >
                        {values}
                    </a>
                }
            })}
        <div class="toggles" role="group" aria-label=lang.diff_layout()>
            {toggle(lang.unified(), !look.columns, link(Look { columns: false, ..look }))}
            {toggle(lang.split(), look.columns, link(Look { columns: true, ..look }))}
        </div>
    }
}

#[component]
fn Pickers(history: History, sides: [model::Side; 2], look: Look, lang: Lang) -> impl IntoView {
    let (from, to) = (sides[0].name.clone(), sides[1].name.clone());
    let key = history.key();
    let now = super::frame().now;
    let options = |chosen: &str| {
        let live = match history.current() {
            Some(row) => lang.live_template_of(row.revision),
            None => lang.live_template().to_owned(),
        };
        let live = (LIVE.to_owned(), live);
        let rows = history
            .revisions
            .iter()
            .filter(|row| row.problem.is_none())
            .map(|row| {
                let created = time::absolute(lang, row.created_at, now);
                (row.name.clone(), lang.picker(row, &created))
            });
        let own = |name: &String| name != LIVE && history.row(name).is_none();
        let kept = sides.iter().filter(|side| own(&side.name)).map(|side| {
            let words = side.revision.map_or_else(
                || lang.kept_template().to_owned(),
                |n| lang.kept_template_of(n),
            );
            (side.name.clone(), words)
        });
        std::iter::once(live)
            .chain(kept)
            .chain(rows)
            .map(|(name, text)| {
                let selected = name == chosen;
                view! {
                    <option value=name selected=selected>
                        {text}
                    </option>
                }
            })
            .collect_view()
    };
    let swap = look.url(&key, &to, &from);
    view! {
        <form class="pickers" method="get" action=format!("{}/compare", urls::workload(&key))>
            <label class="picker">
                <span>{lang.from()}</span>
                <select name="from">{options(&from)}</select>
            </label>
            <a class="button swap" role="button" href=swap aria-label=lang.swap_sides() title=lang.swap_sides()>
                <Icon glyph=Glyph::Swap/>
            </a>
            <label class="picker">
                <span>{lang.to()}</span>
                <select name="to">{options(&to)}</select>
            </label>
            {[
                (look.columns, "layout", "split"),
                (look.noise, "noise", "show"),
                (look.reveal, "values", "show"),
            ]
                .into_iter()
                .filter(|(on, ..)| *on)
                .map(|(_, name, value)| view! { <input type="hidden" name=name value=value/> })
                .collect_view()}
            <button class="button">{lang.compare()}</button>
        </form>
    }
}
