//! The strip as an SVG: a lane for each workload that changed, a mark for each
//! moment. Rendered on the server; read aloud as one sentence, and mark by mark.

use domain::record::changes::{Change, Changes, Lane, Mark, Strip, What, strip};
use domain::record::timeline::Grade;
use domain::text::{shorten, visible};
use domain::time::Time;
use jiff::SignedDuration;
use leptos::prelude::*;

use super::{image, told};
use crate::i18n::Lang;
use crate::{time, urls};

/// Width of the picture, in its own units.
const WIDTH: f64 = 1180.0;
/// Where the window begins, after the names of the lanes.
const LEFT: f64 = 236.0;
/// Where it ends.
const RIGHT: f64 = WIDTH - 20.0;
/// Height of the line on which a mark is read.
const TOP: f64 = 30.0;
/// Height of a lane.
const LANE: f64 = 28.0;
/// Height of the line with the times.
const FOOT: f64 = 26.0;
/// Characters of a lane's name.
const NAME: usize = 27;
/// Characters of what is read of a mark.
const READ: usize = 138;
/// Changes in the sentence.
const SAID: usize = 12;
/// Times along the foot at most.
const TICKS: i64 = 9;
/// Steps between them, in minutes: the smallest that leaves few enough.
const STEPS: [i64; 12] = [5, 10, 15, 30, 60, 180, 360, 720, 1440, 2880, 10_080, 20_160];

/// The picture; nothing where nothing changed.
pub fn picture(lang: Lang, told: &Changes, now: Time) -> Option<impl IntoView + use<>> {
    let strip = strip(told);
    if strip.lanes.is_empty() {
        return None;
    }
    let foot = TOP + LANE * count(strip.lanes.len());
    let lanes = strip
        .lanes
        .iter()
        .enumerate()
        .map(|(at, lane)| lane_of(lang, told, lane, TOP + LANE * count(at), now))
        .collect_view();
    let undrawn =
        (strip.undrawn > 0).then(|| view! { <span>{lang.changed_undrawn(strip.undrawn)}</span> });
    let box_of = format!("0 0 {WIDTH} {}", foot + FOOT);
    Some(view! {
        <div class="strip-box">
            <span class="visually-hidden" role="img" aria-label=sentence(lang, told, now)></span>
            <svg viewBox=box_of role="group" aria-label=lang.changed_title()>
                <defs>
                    <pattern id="unwatched" width="6" height="6" patternUnits="userSpaceOnUse">
                        <path class="strip-hatch" d="M-1 7 7 -1M-1 1 1 -1M5 7 7 5"></path>
                    </pattern>
                </defs>
                <text class="strip-hint" x=20 y=18 aria-hidden="true">
                    {lang.changed_hint()}
                </text>
                {ticks(lang, told, foot, now)}
                {lanes}
            </svg>
            <p class="strip-legend small muted" aria-hidden="true">
                {legend(lang, &strip, told)} {undrawn}
            </p>
        </div>
    })
}

fn count(n: usize) -> f64 {
    f64::from(u32::try_from(n).unwrap_or_default())
}

fn across(part: f64) -> f64 {
    LEFT + part * (RIGHT - LEFT)
}

fn lane_of(lang: Lang, told: &Changes, lane: &Lane, y: f64, now: Time) -> impl IntoView + use<> {
    let middle = y + LANE / 2.0;
    let blind = lane
        .blind
        .iter()
        .map(|(from, to)| {
            let (x, width) = (across(*from), (across(*to) - across(*from)).max(2.0));
            view! {
                <rect class="strip-blind" x=x y=y + 2.0 width=width height=LANE - 4.0 fill="url(#unwatched)">
                    <title>{lang.nobody_watched()}</title>
                </rect>
            }
        })
        .collect_view();
    let marks = lane
        .marks
        .iter()
        .map(|mark| mark_of(lang, told, mark, middle, now))
        .collect_view();
    let name = &lane.key.name;
    let whole = format!("{}/{name}", lane.key.namespace);
    let short = shorten(name, NAME).into_owned();
    let room = NAME.saturating_sub(name.chars().count() + 1);
    let beside = (room > 3).then(|| shorten(&lane.key.namespace, room).into_owned());
    view! {
        <line class="strip-lane" x1=LEFT x2=RIGHT y1=middle y2=middle></line>
        {blind}
        <text class="strip-name" x=20 y=middle + 4.5 aria-hidden="true">
            <title>{whole}</title>
            {short}
            <tspan class="strip-beside">" " {beside}</tspan>
        </text>
        {marks}
    }
}

/// One mark: a link to its period, with what is read while it is pointed at.
fn mark_of(lang: Lang, told: &Changes, mark: &Mark, y: f64, now: Time) -> impl IntoView + use<> {
    let of: Vec<&Change> = mark
        .changes
        .iter()
        .filter_map(|at| told.changes.get(*at))
        .collect();
    let newest = of.first()?;
    let x = across(mark.at);
    let words = say(lang, newest, now);
    let words = match of.len() {
        1 => words,
        n => lang.changed_several(n, &words),
    };
    let read = shorten(&words, READ).into_owned();
    let range = mark.from.map(|from| {
        let from = across(from);
        view! {
            <path class="strip-range" d=format!("M{from} {}v8M{from} {y}H{x}", y - 4.0)></path>
        }
    });
    let back = of.iter().any(|change| change.what == What::Back);
    let shape = match of.len() {
        1 => shape(newest.what, x, y).into_any(),
        n => several(n, back, x, y).into_any(),
    };
    let gone = (!newest.there).then_some(newest.uid.as_str());
    let url = match newest.generation {
        Some(generation) => urls::period(&newest.key, gone, generation),
        None => format!("#{}", id(mark.changes[0])),
    };
    Some(view! {
        <a class="strip-mark" href=url aria-label=words>
            {range}
            <rect class="strip-target" x=x - 13.0 y=y - 13.0 width=26 height=26 rx=5></rect>
            {shape}
            <text class="strip-read" x=20 y=18>
                {read}
            </text>
        </a>
    })
}

/// What a change looks like: its kind is told by its outline alone.
fn shape(what: What, x: f64, y: f64) -> impl IntoView + use<> {
    let (class, d) = match what {
        What::Changed => ("strip-changed", disc(x, y, 5.5)),
        What::Created => ("strip-created", disc(x, y, 5.0)),
        What::Back => ("strip-back", format!("M{} {y}l12 -7v14z", x - 7.0)),
        What::Restarted => (
            "strip-restarted",
            format!("M{x} {}l6 6 -6 6 -6 -6z", y - 6.0),
        ),
        What::Deleted => (
            "strip-deleted",
            format!("M{} {}l10 10m0 -10l-10 10", x - 5.0, y - 5.0),
        ),
    };
    view! { <path class=class d=d></path> }
}

fn disc(x: f64, y: f64, r: f64) -> String {
    format!(
        "M{} {y}a{r} {r} 0 1 0 {} 0a{r} {r} 0 1 0 -{} 0",
        x - r,
        r * 2.0,
        r * 2.0
    )
}

/// Several at once: how many, and an arrow where one of them went back.
fn several(n: usize, back: bool, x: f64, y: f64) -> impl IntoView + use<> {
    let class = if back {
        "strip-several is-back"
    } else {
        "strip-several"
    };
    let wide = if n > 9 { 24.0 } else { 20.0 };
    let arrow = back.then(|| {
        let d = format!("M{} {y}l5 -4v8z", x - wide / 2.0 - 6.0);
        view! { <path class="strip-back" d=d></path> }
    });
    view! {
        <rect class=class x=x - wide / 2.0 y=y - 9.0 width=wide height=18 rx=9></rect>
        <text class="strip-count" x=x y=y + 4.0 text-anchor="middle">
            {n}
        </text>
        {arrow}
    }
}

/// Times along the foot.
fn ticks(lang: Lang, told: &Changes, foot: f64, now: Time) -> impl IntoView + use<> {
    let whole = told.to.since(told.from).as_secs().max(1);
    let few = |step: &&i64| whole / (**step * 60) <= TICKS;
    let step = STEPS.iter().find(few).map_or(whole, |step| step * 60);
    let first = told.from.millis().div_euclid(1000).div_euclid(step) + 1;
    let mut ticks = Vec::new();
    let mut before = String::new();
    for n in 0..=TICKS {
        let at = Time::from_second((first + n).saturating_mul(step));
        let part = part(at.since(told.from), whole);
        if part > 1.0 {
            break;
        }
        let day = time::day(lang, at, now);
        let clock = time::clock(at).chars().take(5).collect::<String>();
        let fresh = std::mem::replace(&mut before, day.clone()) != day;
        let words = match (step >= 86_400, fresh) {
            (true, _) => day,
            (false, true) => format!("{day} {clock}"),
            (false, false) => clock,
        };
        let x = across(part);
        // The last one would be cut.
        let text = (part < 0.95).then(|| {
            view! { <text class="strip-time" x=x + 4.0 y=foot + 18.0>{words}</text> }
        });
        ticks.push(view! {
            <line class="strip-tick" x1=x x2=x y1=TOP y2=foot + 20.0></line>
            {text}
        });
    }
    view! { <g aria-hidden="true">{ticks}</g> }
}

/// Which part of a window, in seconds, has passed.
#[expect(clippy::cast_precision_loss, reason = "a place on a picture")]
fn part(passed: SignedDuration, whole: i64) -> f64 {
    passed.as_secs() as f64 / whole as f64
}

/// The shapes that are there, each with its name.
fn legend(lang: Lang, strip: &Strip, told: &Changes) -> impl IntoView + use<> {
    let all = [
        (What::Changed, lang.what_changed()),
        (What::Back, lang.what_back()),
        (What::Restarted, lang.what_restarted()),
        (What::Created, lang.what_created()),
        (What::Deleted, lang.what_deleted()),
    ];
    let there = |what: What| told.changes.iter().any(|change| change.what == what);
    let shapes = all
        .into_iter()
        .filter(|(what, _)| there(*what))
        .map(|(what, name)| key(shape(what, 11.0, 9.0).into_any(), name));
    let marks = || strip.lanes.iter().flat_map(|lane| &lane.marks);
    let more = marks().any(|mark| mark.changes.len() > 1).then(|| {
        key(
            several(2, false, 11.0, 9.0).into_any(),
            lang.legend_several(),
        )
    });
    let bounds = marks().any(|mark| mark.from.is_some()).then(|| {
        let range = view! { <path class="strip-range" d="M2 5v8M2 9H20"></path> };
        key(range.into_any(), lang.legend_bounds())
    });
    let blind = strip
        .lanes
        .iter()
        .any(|lane| !lane.blind.is_empty())
        .then(|| {
            let hatch = view! {
                <rect class="strip-blind" width="22" height="18" fill="url(#unwatched)"></rect>
            };
            key(hatch.into_any(), lang.nobody_watched())
        });
    shapes.chain(more).chain(bounds).chain(blind).collect_view()
}

fn key(shape: AnyView, name: &'static str) -> AnyView {
    view! {
        <span>
            <svg width="22" height="18" viewBox="0 0 22 18">
                {shape}
            </svg>
            {name}
        </span>
    }
    .into_any()
}

/// The place of a change in the list.
pub fn id(at: usize) -> String {
    format!("c-{at}")
}

/// `17 Mar 02:50:12`, or between which two moments.
pub fn when(lang: Lang, change: &Change, now: Time) -> String {
    match change.when.grade {
        Grade::NotKnown => time::from_to(lang, change.when.not_before, change.when.at, now),
        _ => time::to_second(lang, change.when.at, now),
    }
}

/// `1 to 2`, as far as the numbers are known.
pub fn numbers(lang: Lang, change: &Change) -> Option<String> {
    match (change.from_revision, change.revision) {
        (Some(from), Some(to)) => Some(lang.changed_from_to(&from.to_string(), &to.to_string())),
        (None, Some(to)) => Some(lang.revision_number(to)),
        _ => None,
    }
}

/// What kind of change it was, in a word.
pub fn what(lang: Lang, what: What) -> &'static str {
    match what {
        What::Created => lang.what_created(),
        What::Changed => lang.what_changed(),
        What::Back => lang.what_back(),
        What::Restarted => lang.what_restarted(),
        What::Deleted => lang.what_deleted(),
    }
}

/// All of a change in one line: when, where, what, who.
fn say(lang: Lang, change: &Change, now: Time) -> String {
    let mut parts = vec![
        when(lang, change, now),
        format!("{}/{}", change.key.namespace, change.key.name),
    ];
    let numbers = numbers(lang, change).unwrap_or_default();
    parts.push(
        format!("{} {numbers}", what(lang, change.what))
            .trim()
            .to_owned(),
    );
    let images = change.changes.images.iter().take(2);
    parts.extend(images.map(|one| {
        let [from, to] = [&one.from, &one.to].map(|image| {
            image.as_deref().map(|image| {
                let (name, tag) = image::parts(image);
                format!("{name} {tag}").trim().to_owned()
            })
        });
        match (from, to) {
            (Some(from), Some(to)) => lang.changed_from_to(&from, &to),
            (from, to) => from.or(to).unwrap_or_default(),
        }
    }));
    if change.by.is_some() {
        parts.push(told::author(lang, change.by.as_ref()));
    }
    if let Some(cause) = change
        .cause
        .as_ref()
        .filter(|cause| cause.own == Some(true))
    {
        parts.push(visible(&cause.text).into_owned());
    }
    parts.join(" · ")
}

fn sentence(lang: Lang, told: &Changes, now: Time) -> String {
    let mut said: Vec<String> = told
        .changes
        .iter()
        .take(SAID)
        .map(|change| say(lang, change, now).replace(" · ", ", "))
        .collect();
    let rest = told.changes.len().saturating_sub(SAID) + told.more;
    if rest > 0 {
        said.push(lang.and_more(rest));
    }
    lang.changed_picture(&said.join("; "))
}
