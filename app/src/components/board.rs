//! The node board: a cell a node. Size tells old from new, the mark inside what
//! is wrong, and colour repeats both (DESIGN.md 4); the shapes are in
//! `style/board.css`.

use std::collections::BTreeMap;

use domain::board::{Cell, NodeState};
use leptos::prelude::*;

use crate::i18n::Lang;

pub mod card;
pub mod map;
pub mod query;
pub mod table;

use query::{Group, View};

/// With so many nodes or fewer each is a tile with its name.
const TILES: usize = 24;
/// With so many or fewer each is a cell one can point at.
pub const CELLS: usize = 600;

/// What parts of the board have in common.
#[derive(Clone, Debug)]
pub struct Context {
    /// Language.
    pub lang: Lang,
    /// What is shown of it.
    pub view: View,
    /// Numbers of revisions by their hash.
    pub numbers: BTreeMap<String, i64>,
    /// A rollout runs: nodes on the live template are new, and not just current.
    pub rolling: bool,
}

impl Context {
    /// The words for a state.
    pub fn state(&self, state: NodeState) -> &'static str {
        let lang = self.lang;
        match state {
            NodeState::NewAvailable if !self.rolling => lang.state_current_available(),
            NodeState::NewAvailable => lang.state_new_available(),
            NodeState::NewReadyWaiting => lang.state_new_ready_waiting(),
            NodeState::NewStarting => lang.state_new_starting(),
            NodeState::NewNotReady => lang.state_new_not_ready(),
            NodeState::NewUnscheduled => lang.state_new_unscheduled(),
            NodeState::NewFailing => lang.state_new_failing(),
            NodeState::OldAvailable => lang.old_available(),
            NodeState::OldUnavailable => lang.state_old_unavailable(),
            NodeState::Terminating => lang.state_terminating(),
            NodeState::Surging => lang.state_surging(),
            NodeState::Missing => lang.state_missing(),
            NodeState::Misscheduled => lang.state_misscheduled(),
            NodeState::Excess => lang.state_excess(),
            NodeState::Excluded => lang.state_excluded(),
        }
    }

    /// The number of the revision that a cell's pod was made of.
    pub fn number(&self, cell: &Cell) -> Option<i64> {
        let hash = cell.revision_hash.as_ref()?;
        self.numbers.get(hash).copied()
    }

    /// What a cell is called: `node-3: New, failing, revision 10`.
    fn label(&self, cell: &Cell) -> String {
        let revision = self.number(cell).map(|n| self.lang.cell_revision(n));
        let revision = revision.unwrap_or_default();
        self.lang
            .cell_label(&cell.node, self.state(cell.state), &revision)
    }
}

/// The mark of a state.
pub fn mark(state: NodeState) -> impl IntoView {
    view! { <i class="cell" data-state=state.slug() aria-hidden="true"></i> }
}

/// Nodes that are shown together.
struct Part<'a> {
    /// Heading; `None` where all are one group.
    name: Option<String>,
    /// What the grid is called.
    label: String,
    cells: Vec<&'a Cell>,
}

/// The board of these cells, in groups.
pub fn board(context: &Context, cells: &[&Cell]) -> impl IntoView + use<> {
    let all = cells.len();
    let parts = parts(context, cells);
    parts
        .into_iter()
        .map(|part| {
            let head = part
                .name
                .clone()
                .map(|name| head(context, name, &part.cells));
            let grid = if all > CELLS {
                map::map(context, &part.label, &part.cells).into_any()
            } else {
                grid(context, part.label, &part.cells, all <= TILES).into_any()
            };
            view! {
                <div class="board-part">
                    {head}
                    {grid}
                </div>
            }
        })
        .collect_view()
}

fn parts<'a>(context: &Context, cells: &[&'a Cell]) -> Vec<Part<'a>> {
    let lang = context.lang;
    let mut parts: Vec<Part> = Vec::new();
    for &cell in cells {
        let (name, label) = match context.view.group {
            Group::None => (None, lang.nodes_heading().to_owned()),
            Group::Zone => {
                if let Some(zone) = &cell.zone {
                    (Some(lang.zone_named(zone)), lang.board_zone(zone))
                } else {
                    let name = lang.no_zone();
                    (Some(name.to_owned()), lang.board_group(name))
                }
            }
            Group::State => {
                let name = context.state(cell.state);
                (Some(name.to_owned()), lang.board_group(name))
            }
            Group::Revision => {
                let name = context
                    .number(cell)
                    .map_or_else(|| lang.unknown().to_owned(), |n| lang.revision_number(n));
                let label = lang.board_group(&name);
                (Some(name), label)
            }
        };
        match parts.iter_mut().find(|part| part.name == name) {
            Some(part) => part.cells.push(cell),
            None => parts.push(Part {
                name,
                label,
                cells: vec![cell],
            }),
        }
    }
    // One zone for all is no grouping.
    if let ([only], Group::Zone) = (parts.as_mut_slice(), context.view.group)
        && only.cells.first().is_some_and(|cell| cell.zone.is_none())
    {
        only.name = None;
        lang.nodes_heading().clone_into(&mut only.label);
    }
    parts
}

fn head(context: &Context, name: String, cells: &[&Cell]) -> impl IntoView + use<> {
    let lang = context.lang;
    let count = |is: &dyn Fn(NodeState) -> bool| {
        let found = cells.iter().filter(|cell| is(cell.state)).count();
        u32::try_from(found).unwrap_or(u32::MAX)
    };
    let new = count(&is_new);
    let all = count(&|_| true);
    let trouble = count(&NodeState::needs_attention);
    let sum = match (context.view.group, context.rolling) {
        (Group::Zone, true) => lang.of_nodes_new(new, all),
        (Group::Zone, false) => lang.of_nodes_current(new, all),
        _ => lang.node_count(all),
    };
    view! {
        <h3 class="board-head">
            <b>{name}</b>
            <span class="muted">{sum}</span>
            {(trouble > 0).then(|| view! { <b class="tone-red">{lang.need_attention(trouble)}</b> })}
        </h3>
    }
}

/// Who looks for trouble is led there.
fn troubled(state: NodeState) -> bool {
    state.needs_attention() || state == NodeState::Missing
}

/// Its pod has the live template.
pub fn is_new(state: NodeState) -> bool {
    matches!(
        state,
        NodeState::NewAvailable
            | NodeState::NewReadyWaiting
            | NodeState::NewStarting
            | NodeState::NewNotReady
            | NodeState::NewUnscheduled
            | NodeState::NewFailing
    )
}

fn grid(context: &Context, label: String, cells: &[&Cell], tiles: bool) -> impl IntoView + use<> {
    let class = if tiles { "board-tiles" } else { "board-cells" };
    let cells = cells
        .iter()
        .map(|cell| {
            let url = context.view.at_node(&cell.node);
            let chosen = context.view.node.as_ref() == Some(&cell.node);
            let current = chosen.then_some("true");
            let (title, words) = if tiles {
                let state = context.state(cell.state);
                let words = view! {
                    <span class="tile-words">
                        <b>{cell.node.clone()}</b>
                        <span class="muted">{state}</span>
                    </span>
                };
                (None, Some(words))
            } else {
                (Some(cell.node.clone()), None)
            };
            view! {
                <span role="gridcell">
                    <a
                        href=url
                        class="node"
                        data-node=cell.node.clone()
                        aria-label=context.label(cell)
                        aria-current=current
                        data-troubled=troubled(cell.state).then_some("")
                        title=title
                    >
                        {mark(cell.state)}
                        {words}
                    </a>
                </span>
            }
        })
        .collect_view();
    view! {
        <div class=class role="grid" aria-label=label>
            <div role="row">{cells}</div>
        </div>
    }
}
