//! The lanes of the staircase, each with what tells its template from the others.

use domain::record::timeline::Row;
use domain::staircase::{Lane, Staircase};
use domain::template::ContainerImage;
use leptos::prelude::*;

use super::{BAR, LEFT, WIDTH, top};
use crate::components::{changes, image};
use crate::i18n::Lang;

/// Characters of a lane's name.
const LABEL: usize = 24;

pub(super) fn lanes(lang: Lang, stairs: &Staircase, rows: &[&Row]) -> impl IntoView + use<> {
    stairs
        .lanes
        .iter()
        .enumerate()
        .map(|(at, lane)| {
            let y = top(stairs, at);
            let (name, tag) = telling(stairs, lane)
                .map(|first| image::parts(&first.image))
                .unwrap_or_default();
            let whole = lane
                .images
                .iter()
                .map(|i| i.image.clone())
                .collect::<Vec<_>>()
                .join(", ");
            let label = if tag.is_empty() { name } else { tag };
            let short: String = label.chars().take(LABEL).collect();
            // Two templates with one image differ in something else.
            let row = rows.iter().find(|row| row.generation == lane.generation);
            let twin =
                |other: &Lane| other.template != lane.template && other.images == lane.images;
            let beside = row
                .filter(|_| stairs.lanes.iter().any(twin))
                .and_then(|row| differs(lang, row))
                .unwrap_or_default();
            let room = LABEL.saturating_sub(short.chars().count());
            let beside: String = beside.chars().take(room).collect();
            let middle = y + BAR / 2.0;
            view! {
                <line class="stair-lane" x1=LEFT x2=WIDTH - 10.0 y1=middle y2=middle></line>
                <text class="stair-label mono" x=20 y=y + 15.0>
                    <title>{whole}</title>
                    {short}
                    <tspan class="stair-beside">" " {beside}</tspan>
                </text>
            }
        })
        .collect_view()
}

/// The image that tells a lane from the others; the first, where none does.
fn telling<'a>(stairs: &Staircase, lane: &'a Lane) -> Option<&'a ContainerImage> {
    let everywhere = |image: &&ContainerImage| {
        let has = |other: &Lane| other.images.contains(image);
        stairs.lanes.iter().all(has)
    };
    let mut own = lane.images.iter().filter(|image| !everywhere(image));
    own.next().or(lane.images.first())
}

/// What a template has that the one before it had not, in a word.
fn differs(lang: Lang, row: &Row) -> Option<String> {
    if row.restart_only {
        return Some(lang.restart_only().to_owned());
    }
    let chip = row.changes.chips.first()?;
    Some(match &chip.only {
        Some((_, value)) => value.clone(),
        None => changes::chip_text(lang, chip),
    })
}
