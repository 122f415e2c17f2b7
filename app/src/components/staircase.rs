//! The staircase as an SVG: rendered on the server, read aloud as one sentence;
//! each bar is a link to its line.

use domain::record::timeline::{Grade, Moment, Outcome, Row, Timeline};
use domain::staircase::{Bar, Lost, Staircase, Tail, Unknown};
use domain::time::Time;
use leptos::prelude::*;

use crate::i18n::Lang;
use crate::time;

mod aloud;
mod lanes;

use aloud::sentence;
use lanes::lanes;

/// Width of the picture, in its own units.
const WIDTH: f64 = 1180.0;
/// Where bars begin, after the names of the lanes.
const LEFT: f64 = 190.0;
/// Height of a lane.
const LANE_HEIGHT: f64 = 34.0;
/// Height of a bar.
const BAR: f64 = 22.0;
/// Narrowest bar that has room for its duration.
const ROOM: f64 = 96.0;

/// Which bar of the picture a period is, the newest first.
pub fn bar_of(stairs: Option<&Staircase>, row: &Row) -> Option<usize> {
    let mut bars = stairs?.bars.iter().rev();
    bars.position(|bar| bar.generation == row.generation)
}

/// The picture. `before` is the address of the part of the timeline that ends
/// before a generation.
pub fn picture(
    lang: Lang,
    timeline: &Timeline,
    stairs: &Staircase,
    before: impl Fn(i64) -> String,
    now: Time,
) -> AnyView {
    let row = |bar: &Bar| {
        timeline
            .periods
            .iter()
            .find(|row| row.generation == bar.generation)
    };
    let rows: Vec<&Row> = stairs.bars.iter().filter_map(row).collect();
    let height = f64::from(u32::try_from(stairs.lanes.len()).unwrap_or(1)) * LANE_HEIGHT + 30.0;
    let sentence = sentence(lang, timeline, stairs, &rows, now);
    let lanes = lanes(lang, stairs, &rows);
    let blind = stairs
        .blind
        .iter()
        .map(|blind| {
            let (x, right) = (across(blind.left), across(blind.right));
            view! {
                <rect class="stair-blind" x=x y=0 width=(right - x).max(3.0) height=height - 30.0>
                    <title>{lang.nobody_watched()}</title>
                </rect>
            }
        })
        .collect_view();
    let bars = stairs
        .bars
        .iter()
        .zip(&rows)
        .enumerate()
        .map(|(at, (bar, row))| step(lang, stairs, at, bar, row, now))
        .collect_view();
    let ways = stairs
        .bars
        .iter()
        .enumerate()
        .map(|(at, bar)| way(lang, stairs, at, bar))
        .collect_view();
    let unknown = stairs
        .unknown
        .iter()
        .map(|block| not_known(lang, stairs, block))
        .collect_view();
    let tails = stairs
        .tails
        .iter()
        .map(|tail| still_old(lang, stairs, tail))
        .collect_view();
    let dates = dates(lang, stairs, &rows, height, now);
    let first = stairs.bars.first().filter(|_| stairs.earlier > 0);
    let earlier = first.map(|first| {
        let url = before(first.generation);
        view! { <a href=url>{lang.show_earlier(stairs.earlier)}</a> }
    });
    let box_of = format!("0 0 {WIDTH} {height}");
    view! {
        <div class="staircase">
            <p class="staircase-note small muted">
                {earlier} <span>{lang.wider_means_longer()}</span>
            </p>
            <span class="visually-hidden" role="img" aria-label=sentence></span>
            <svg viewBox=box_of role="group" aria-label=lang.periods_drawn()>
                <g aria-hidden="true">
                    <defs>
                        <pattern
                            id="hatch"
                            width="6"
                            height="6"
                            patternUnits="userSpaceOnUse"
                            patternTransform="rotate(45)"
                        >
                            <line class="stair-hatch" x1="0" y1="0" x2="0" y2="6"></line>
                        </pattern>
                    </defs>
                    {lanes} {blind} {tails} {unknown} {ways}
                </g>
                {bars}
                <g aria-hidden="true">{dates}</g>
            </svg>
        </div>
    }
    .into_any()
}

fn across(part: f64) -> f64 {
    LEFT + part * (WIDTH - LEFT - 10.0)
}

/// The top of the bars of a lane; the lowest lane is the first.
fn top(stairs: &Staircase, lane: usize) -> f64 {
    let above = stairs.lanes.len().saturating_sub(lane + 1);
    f64::from(u32::try_from(above).unwrap_or_default()) * LANE_HEIGHT + 8.0
}

/// Nodes that still ran a template while the next one came: as thick as their
/// share.
fn still_old(lang: Lang, stairs: &Staircase, tail: &Tail) -> impl IntoView + use<> {
    let middle = top(stairs, tail.lane) + BAR / 2.0;
    let edge = |side: f64| {
        let point = move |(x, share): &(f64, f64)| {
            format!("{:.1},{:.1}", across(*x), middle + side * share * BAR / 4.0)
        };
        tail.points.iter().map(point).collect::<Vec<_>>()
    };
    let mut points = edge(-1.0);
    points.extend(edge(1.0).into_iter().rev());
    view! {
        <polygon class="stair-tail" points=points.join(" ")>
            <title>{lang.nodes_still_old()}</title>
        </polygon>
    }
}

/// Periods of which nothing is known, in the lane of what came after them.
fn not_known(lang: Lang, stairs: &Staircase, block: &Unknown) -> impl IntoView + use<> {
    let lane = stairs.bars.get(block.before).map_or(0, |bar| bar.lane);
    let (x, right, y) = (across(block.left), across(block.right), top(stairs, lane));
    let title = lost(lang, block.lost);
    let label = match block.lost {
        Lost::Unseen(1) => "?".to_owned(),
        Lost::Unseen(count) => format!("{count} ?"),
        Lost::AtMost(count) => format!("≤ {count} ?"),
        Lost::Removed => "…".to_owned(),
    };
    view! {
        <g class="stair-unknown">
            <title>{title}</title>
            <rect
                x=x + 1.0
                y=y
                width=(right - x - 2.0).max(4.0)
                height=BAR
                rx=4
                fill="url(#hatch)"
            ></rect>
            <text class="stair-span" x=x + 7.0 y=y + 15.5>
                {label}
            </text>
        </g>
    }
}

fn lost(lang: Lang, lost: Lost) -> String {
    match lost {
        Lost::Unseen(count) => lang.stair_unknown(count),
        Lost::AtMost(count) => lang.stair_unknown_at_most(count),
        Lost::Removed => lang.not_kept_before().to_owned(),
    }
}

/// What leads to a bar: the step up, or the way back to its template. Nothing is
/// known of it where what came before is not.
fn way(lang: Lang, stairs: &Staircase, at: usize, bar: &Bar) -> impl IntoView + use<> {
    let (x, y) = (across(bar.left), top(stairs, bar.lane));
    let before = at.checked_sub(1).filter(|_| !stairs.after_unknown(at));
    let before = before.and_then(|before| stairs.bars.get(before));
    let riser = before.filter(|_| bar.back_to.is_none()).map(|before| {
        let from = top(stairs, before.lane) + BAR / 2.0;
        view! { <line class="stair-riser" x1=x + 8.0 x2=x + 8.0 y1=from y2=y + BAR></line> }
    });
    let back = bar.back_to.is_some();
    let same = back.then(|| {
        // One that is not drawn is somewhere to the left.
        let earlier = bar.same.and_then(|earlier| stairs.bars.get(earlier));
        let (from, middle) = (across(earlier.map_or(0.0, |e| e.right)), y + BAR / 2.0);
        let words = (x - from >= ROOM).then(|| {
            view! {
                <text class="stair-same-words" x=f64::midpoint(from, x) y=y + BAR + 5.0>
                    {lang.same_template()}
                </text>
            }
        });
        view! {
            <line class="stair-same" x1=from x2=x y1=middle y2=middle>
                <title>{lang.same_template()}</title>
            </line>
            {words}
        }
    });
    let fall = before.filter(|_| back).map(|before| {
        let from = top(stairs, before.lane) + BAR / 2.0;
        let to = if from < y { y - 2.0 } else { y + BAR + 2.0 };
        let head = if from < y { to - 5.0 } else { to + 5.0 };
        let x = x + 10.0;
        let path = format!("M {} {from} Q {x} {from} {x} {to}", x - 8.0);
        let tip = format!("{},{head} {},{head} {x},{to}", x - 4.0, x + 4.0);
        view! {
            <path class="stair-fall" d=path></path>
            <polygon class="stair-tip" points=tip></polygon>
        }
    });
    view! {
        {riser}
        {same}
        {fall}
    }
}

/// One bar: the way to its line.
fn step(
    lang: Lang,
    stairs: &Staircase,
    at: usize,
    bar: &Bar,
    row: &Row,
    now: Time,
) -> impl IntoView + use<> {
    let (x, right, y) = (across(bar.left), across(bar.right), top(stairs, bar.lane));
    let kind = match (row.current, bar.back_to.is_some(), row.outcome) {
        (true, ..) => "is-current",
        (_, _, Outcome::PutBack) => "is-failed",
        (_, true, _) => "is-back",
        _ => "",
    };
    let class = format!("stair-bar of-{} {kind}", stairs.bars.len() - 1 - at);
    let number = number(row);
    let span = span(lang, row, now);
    let wide = right - x;
    let words = (wide >= ROOM).then(|| {
        view! { <text class="stair-span" x=x + 12.0 + 8.0 * f64::from(u32::try_from(number.len()).unwrap_or(1)) y=y + 15.5>{span.clone()}</text> }
    });
    let title = lang.stair_first(&number, &span);
    let label = title.clone();
    view! {
        <a href=format!("#p-{}", row.generation) class=class aria-label=label>
            <title>{title}</title>
            <rect x=x + 1.0 y=y width=(wide - 2.0).max(4.0) height=BAR rx=4></rect>
            <text class="stair-number" x=x + 7.0 y=y + 15.5>
                {number}
            </text>
            {words}
        </a>
    }
}

/// As many dates as do not touch.
fn dates(
    lang: Lang,
    stairs: &Staircase,
    rows: &[&Row],
    height: f64,
    now: Time,
) -> impl IntoView + use<> {
    let (mut free, mut before) = (0.0, String::new());
    let mut shown = Vec::new();
    for (bar, row) in stairs.bars.iter().zip(rows) {
        let x = across(bar.left);
        if x >= free {
            let at = time::absolute(lang, row.start.at, now);
            let mut at = at.trim_end_matches(" UTC").to_owned();
            // Minutes would not tell the two apart.
            if at == std::mem::replace(&mut before, at.clone()) {
                at = time::clock(row.start.at);
            }
            free = x + 105.0;
            if free <= WIDTH + 20.0 {
                shown.push((x, at));
            }
        }
    }
    let shown = shown
        .into_iter()
        .map(|(x, at)| view! { <text class="stair-date" x=x y=height - 8.0>{at}</text> })
        .collect_view();
    view! {
        <text class="stair-date" x=20 y=height - 8.0>
            {lang.templates_oldest_below()}
        </text>
        {shown}
    }
}

/// The number it had, or `?`.
pub fn number(row: &Row) -> String {
    row.revision
        .map_or_else(|| "?".to_owned(), |n| n.to_string())
}

/// How long it was, or has been, current.
pub fn span(lang: Lang, row: &Row, now: Time) -> String {
    let bounded = |moment: Moment| moment.grade == Grade::NotKnown;
    let end = match row.end {
        Some(end) if bounded(end) => end.not_before,
        Some(end) => end.at,
        None => now,
    };
    let span = time::lasted(lang, time::span(row.start.at, end));
    if bounded(row.start) || row.end.is_some_and(bounded) {
        lang.at_least(&span)
    } else {
        span
    }
}
