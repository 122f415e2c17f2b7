//! What changed in the span before a moment: the strip, and the same as a list.

use std::collections::HashSet;

use domain::record::changes::{Change, Changes, What};
use domain::record::timeline::{Gap, Grade};
use domain::time::Time;
use jiff::SignedDuration;
use leptos::prelude::*;

use crate::components::strip::{self, picture};
use crate::components::{changes, told};
use crate::i18n::Lang;
use crate::{time, urls};

/// Changes listed before the rest is folded.
const OPEN: usize = 12;
/// Spans without a watch that are named.
const GAPS: usize = 3;

/// How far back one looks.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Span {
    /// An hour.
    Hour,
    /// A day.
    #[default]
    Day,
    /// Seven days.
    Week,
    /// Ninety days.
    Quarter,
}

impl Span {
    const ALL: [Self; 4] = [Self::Hour, Self::Day, Self::Week, Self::Quarter];

    /// Its name in the address.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Hour => "1h",
            Self::Day => "24h",
            Self::Week => "7d",
            Self::Quarter => "90d",
        }
    }

    /// The one of that name, or a day.
    pub fn of(slug: Option<&str>) -> Self {
        let named = Self::ALL.into_iter().find(|span| Some(span.slug()) == slug);
        named.unwrap_or_default()
    }

    /// How long it is.
    pub fn length(self) -> SignedDuration {
        SignedDuration::from_hours(match self {
            Self::Hour => 1,
            Self::Day => 24,
            Self::Week => 24 * 7,
            Self::Quarter => 24 * 90,
        })
    }

    fn name(self, lang: Lang) -> &'static str {
        match self {
            Self::Hour => lang.changed_hour(),
            Self::Day => lang.changed_day(),
            Self::Week => lang.changed_week(),
            Self::Quarter => lang.changed_quarter(),
        }
    }
}

/// The panel. `at` is the moment of the address, where it has one.
pub fn panel(
    lang: Lang,
    told: &Changes,
    at: Option<Time>,
    span: Span,
    now: Time,
) -> impl IntoView + use<> {
    let workloads: HashSet<&str> = told.changes.iter().map(|c| c.uid.as_str()).collect();
    let head = if told.changes.is_empty() {
        lang.changed_nothing().to_owned()
    } else {
        lang.changed_count(told.changes.len(), workloads.len())
    };
    let spans = Span::ALL
        .into_iter()
        .map(|one| {
            let current = (one == span).then_some("true");
            view! {
                <a class="filter-chip" href=urls::then(at, one.slug()) aria-current=current>
                    {one.name(lang)}
                </a>
            }
        })
        .collect_view();
    let rest = [
        (told.more > 0).then(|| lang.changed_more(told.more)),
        (told.unchanged > 0).then(|| lang.changed_rest(told.unchanged)),
        (told.unsure > 0).then(|| lang.changed_unsure(told.unsure)),
        (told.forgotten > 0).then(|| lang.changed_forgotten(told.forgotten)),
        blind(lang, told, now),
    ];
    let rest: Vec<String> = rest.into_iter().flatten().collect();
    let rest =
        (!rest.is_empty()).then(|| view! { <p class="row muted small">{rest.join(" ")}</p> });
    view! {
        <section class="panel" aria-labelledby="changed-head">
            <div class="panel-head">
                <h2 id="changed-head">{lang.changed_title()}</h2>
                <span class="muted">{head}</span>
                <span class="spacer"></span>
                <nav class="spans" aria-label=lang.changed_span()>
                    {spans}
                </nav>
            </div>
            {picture(lang, told, now)}
            {list(lang, told, now)}
            {rest}
        </section>
    }
}

fn list(lang: Lang, told: &Changes, now: Time) -> Option<impl IntoView + use<>> {
    let lines = |from: usize, to: usize| {
        told.changes
            .iter()
            .enumerate()
            .take(to)
            .skip(from)
            .map(|(at, change)| line(lang, at, change, now))
            .collect_view()
    };
    let all = told.changes.len();
    let folded = all.saturating_sub(OPEN);
    let rest = (folded > 0).then(|| {
        view! {
            <details class="changed-rest">
                <summary class="row">{lang.changed_all(folded)}</summary>
                <ol class="changed-list" start=OPEN + 1 aria-label=lang.changed_all(folded)>
                    {lines(OPEN, all)}
                </ol>
            </details>
        }
    });
    (all > 0).then(|| {
        view! {
            <ol class="changed-list" aria-label=lang.changed_title()>
                {lines(0, OPEN)}
            </ol>
            {rest}
        }
    })
}

fn line(lang: Lang, at: usize, change: &Change, now: Time) -> impl IntoView + use<> {
    let gone = (!change.there).then_some(change.uid.as_str());
    let url = match change.generation {
        Some(generation) => urls::period(&change.key, gone, generation),
        None => urls::life(&change.key, gone),
    };
    let name = view! { <a href=url><b>{change.key.name.clone()}</b></a> };
    // From when until when is said above it already.
    let how = match (change.when.grade, change.what) {
        (Grade::NotKnown, _) => Some(lang.nobody_watched().to_owned()),
        (_, What::Created) => None,
        _ => told::how(lang, change.when, now),
    };
    let class = match change.what {
        What::Back => "mark mark-violet",
        _ => "chip",
    };
    // Of a restart its kind says it all.
    let chips = (change.what != What::Restarted).then(|| changes::chips(lang, &change.changes));
    let missing = (change.missing_before > 0).then(
        || view! { <p class="muted small">{lang.unknown_periods(change.missing_before)}</p> },
    );
    let who = (change.what != What::Deleted)
        .then(|| told::who(lang, change.by.as_ref(), change.cause.as_ref()));
    view! {
        <li id=strip::id(at)>
            <div>
                <span class="strong">{strip::when(lang, change, now)}</span>
                {how.map(|how| view! { <p class="muted small">{how}</p> })}
            </div>
            <div>{name} <p class="muted small">{change.key.namespace.clone()}</p></div>
            <div>
                <p class="chips">
                    <span class=class>{strip::what(lang, change.what)}</span>
                    {numbers(change)}
                    {chips}
                </p>
                {missing}
            </div>
            <div>{who}</div>
        </li>
    }
}

/// `1 → 2`, as far as the numbers are known.
fn numbers(change: &Change) -> Option<impl IntoView + use<>> {
    let to = change.revision?;
    let from = change.from_revision.map(|from| {
        view! { {from} " " <span class="arrow">"→"</span> " " }
    });
    Some(view! { <span>{from} {to}</span> })
}

/// When nobody watched, for those who do not see it: the last few spans, of those
/// that ended at once the longest.
fn blind(lang: Lang, told: &Changes, now: Time) -> Option<String> {
    let mut gaps: Vec<&Gap> = told.gaps.iter().map(|one| &one.gap).collect();
    gaps.sort_by_key(|gap| (std::cmp::Reverse(gap.to), gap.from));
    gaps.dedup_by_key(|gap| gap.to);
    let more = gaps.len().saturating_sub(GAPS);
    let mut spans: Vec<String> = gaps
        .iter()
        .take(GAPS)
        .map(|gap| time::from_to(lang, gap.from, gap.to, now))
        .collect();
    if more > 0 {
        spans.push(lang.and_more(more));
    }
    (!spans.is_empty()).then(|| lang.changed_blind(&spans.join(", ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_span_that_is_not_known_is_a_day() {
        assert_eq!(Span::of(None), Span::Day);
        assert_eq!(Span::of(Some("1 year")), Span::Day);
        for span in Span::ALL {
            assert_eq!(Span::of(Some(span.slug())), span);
        }
    }
}
