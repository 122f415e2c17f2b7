//! One workload in the list.

use domain::fleet::Line;
use domain::time::Time;
use domain::verdict::{Group, Verdict};
use leptos::prelude::*;

use crate::components::bar::NodesBar;
use crate::components::image::Images;
use crate::components::moving::maybe;
use crate::components::owner::OwnerBadge;
use crate::components::verdict::{self, VerdictLine};
use crate::i18n::Lang;
use crate::{time, urls};

/// The cells of one workload.
pub fn cells(lang: Lang, line: &Line, now: Signal<Time>) -> impl IntoView + use<> {
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
        <td role="cell" class="cell-verdict">
            <VerdictLine verdict=line.verdict.clone() lang/>
            <span class="note muted small">
                {maybe(move || verdict::note(lang, &noted, now.get()))}
            </span>
        </td>
        <td role="cell" class="cell-name">
            <a href=urls::workload(&line.key()) title=line.name.clone()>
                {line.name.clone()}
            </a>
            <span class="muted small">
                {line.namespace.clone()}
                {line
                    .owner
                    .clone()
                    .map(|owner| {
                        view! {
                            <span class="narrow-only">
                                " · " <OwnerBadge owner=Some(owner) lang/>
                            </span>
                        }
                    })}
            </span>
        </td>
        <td role="cell" class="cell-revision">
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
        <td role="cell" class="cell-nodes">
            <NodesBar counts lang thin=calm/>
            <span class="small">
                <b>{lang.number(counts.ready)} " / " {lang.number(counts.desired)}</b>
                " "
                <span class="muted">{lang.ready()}</span>
            </span>
        </td>
        <td role="cell" class="cell-since wide-only">{since(lang, line, now)}</td>
        <td role="cell" class="cell-owner wide-only">
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
    let (head, tail) = match (finished, at) {
        (true, Some(at)) => (
            time::absolute(lang, at, now.get_untracked()),
            maybe(move || Some(lang.ago(&ago(at)))),
        ),
        (true, None) => (lang.not_known().to_owned(), maybe(|| None)),
        (false, Some(at)) => (
            lang.not_yet().to_owned(),
            maybe(move || Some(lang.started_ago(&ago(at)))),
        ),
        (false, None) => (lang.not_yet().to_owned(), maybe(|| None)),
    };
    view! {
        <span>{head}</span>
        <span class="muted small">{tail}</span>
    }
}
