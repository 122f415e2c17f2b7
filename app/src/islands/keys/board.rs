//! The node board by keyboard: one stop of the tab key, and keys that move from
//! cell to cell (DESIGN.md 6).

use std::cell::RefCell;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

thread_local! {
    /// The node that the stop of the tab key was left at.
    static STOP: RefCell<Option<String>> = const { RefCell::new(None) };
}

/// Nodes that are named because of their trouble, where cells are too many to point
/// at.
const NAMED: &str = ".nodes-troubled tbody a";
/// Cells, in the order of the board.
const CELLS: &str = ".board [role=gridcell] a";
/// Does what a key does on the board: whether it does anything.
pub fn press(key: &str) -> bool {
    if key == "b" {
        return other_view();
    }
    let cells = cells();
    let here = cells.iter().position(has_focus);
    if cells.is_empty() && matches!(key, "n" | "p") {
        return step(&all(NAMED), if key == "n" { 1 } else { -1 });
    }
    let to = match key {
        "n" => troubled(&cells, here, 1),
        "p" => troubled(&cells, here, -1),
        _ => here.and_then(|here| next(key, &cells, here)),
    };
    let Some(cell) = to.and_then(|to| cells.get(to)) else {
        return false;
    };
    cell.focus().is_ok() && stop_at(cell)
}

/// One stop of the tab key for the whole board: where it was left, at the node that
/// is shown, or at the first.
pub fn rove() {
    let cells = cells();
    let left = STOP.with_borrow(Clone::clone);
    let shown = |cell: &&HtmlElement| cell.has_attribute("aria-current");
    let was = |cell: &&HtmlElement| left.is_some() && cell.get_attribute("data-node") == left;
    let held = cells.iter().find(|cell| has_focus(cell));
    let stop = held.or_else(|| cells.iter().find(was));
    let stop = stop.or_else(|| cells.iter().find(shown)).or(cells.first());
    if let Some(stop) = stop {
        stop_at(stop);
    }
}

fn cells() -> Vec<HtmlElement> {
    all(CELLS)
}

/// Moves the focus by one among these, and around.
fn step(of: &[HtmlElement], by: isize) -> bool {
    let here = of.iter().position(has_focus);
    let next = match (here, by) {
        (None, 1) => of.first(),
        (None, _) => of.last(),
        (Some(here), 1) => of.get(here + 1).or(of.first()),
        (Some(here), _) => here.checked_sub(1).map_or(of.last(), |at| of.get(at)),
    };
    next.is_some_and(|next| next.focus().is_ok())
}

fn all(selector: &str) -> Vec<HtmlElement> {
    let found = document().query_selector_all(selector).ok();
    let length = found.as_ref().map_or(0, web_sys::NodeList::length);
    (0..length)
        .filter_map(|at| found.as_ref()?.item(at)?.dyn_into().ok())
        .collect()
}

fn has_focus(cell: &HtmlElement) -> bool {
    let active = document().active_element();
    active.is_some_and(|active| active.is_same_node(Some(cell)))
}

/// Moves the stop there.
fn stop_at(cell: &HtmlElement) -> bool {
    for other in cells() {
        other.set_tab_index(-1);
    }
    cell.set_tab_index(0);
    STOP.set(cell.get_attribute("data-node"));
    true
}

/// The cell that a key leads to from here.
fn next(key: &str, cells: &[HtmlElement], here: usize) -> Option<usize> {
    let top = |at: usize| cells.get(at).map(|cell| corner(cell).1);
    let row = top(here)?;
    match key {
        "ArrowRight" => Some(here + 1),
        "ArrowLeft" => here.checked_sub(1),
        "Home" => (0..=here).find(|at| top(*at) == Some(row)),
        "End" => (here..cells.len()).rev().find(|at| top(*at) == Some(row)),
        "ArrowDown" => {
            let below = (here..cells.len()).find(|at| top(*at).is_some_and(|y| y > row))?;
            nearest(cells, here, top(below)?)
        }
        "ArrowUp" => {
            let above = (0..here)
                .rev()
                .find(|at| top(*at).is_some_and(|y| y < row))?;
            nearest(cells, here, top(above)?)
        }
        "PageDown" => {
            let zone = grid(cells.get(here)?);
            (here..cells.len()).find(|at| grid(&cells[*at]) != zone)
        }
        "PageUp" => {
            let zone = grid(cells.get(here)?);
            let before = (0..here).rev().find(|at| grid(&cells[*at]) != zone)?;
            let zone = grid(&cells[before]);
            (0..=before).find(|at| grid(&cells[*at]) == zone)
        }
        _ => None,
    }
}

/// The cell of that row that is closest to this one's column.
fn nearest(cells: &[HtmlElement], here: usize, row: i32) -> Option<usize> {
    let column = corner(&cells[here]).0;
    let of_row = (0..cells.len()).filter(|at| corner(&cells[*at]).1 == row);
    of_row.min_by_key(|at| corner(&cells[*at]).0.abs_diff(column))
}

/// Left and top, in pixels.
fn corner(cell: &HtmlElement) -> (i32, i32) {
    (cell.offset_left(), cell.offset_top())
}

/// The grid of a cell, by its name.
fn grid(cell: &HtmlElement) -> Option<String> {
    let grid: Option<Element> = cell.closest("[role=grid]").ok().flatten();
    grid?.get_attribute("aria-label")
}

/// The next cell in trouble from here on, and around.
fn troubled(cells: &[HtmlElement], here: Option<usize>, by: isize) -> Option<usize> {
    let is = |cell: &HtmlElement| cell.has_attribute("data-troubled");
    let found: Vec<usize> = (0..cells.len()).filter(|at| is(&cells[*at])).collect();
    let (after, before) = match here {
        Some(here) => (
            found.iter().copied().find(|at| *at > here),
            found.iter().rev().copied().find(|at| *at < here),
        ),
        None => (None, None),
    };
    if by > 0 {
        after.or(found.first().copied())
    } else {
        before.or(found.last().copied())
    }
}

/// Board or table: the one that is not shown.
fn other_view() -> bool {
    let other = document().query_selector(".segments [aria-pressed=false]");
    let other = other
        .ok()
        .flatten()
        .and_then(|other| other.dyn_into::<HtmlElement>().ok());
    other.map(|other| other.click()).is_some()
}
