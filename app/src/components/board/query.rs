//! What is shown of the board: all of it stands in the address.

use domain::board::{Cell, NodeState, natural};
use domain::workload::Key;

use crate::urls;

/// What nodes are grouped by.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Group {
    /// By zone.
    #[default]
    Zone,
    /// By the revision of their pod.
    Revision,
    /// By state.
    State,
    /// Not at all.
    None,
}

impl Group {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 4] = [Self::Zone, Self::Revision, Self::State, Self::None];

    /// Its name in the address.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Zone => "zone",
            Self::Revision => "revision",
            Self::State => "state",
            Self::None => "none",
        }
    }

    fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|group| group.slug() == slug)
    }
}

/// What is shown of the board.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct View {
    /// Of this workload.
    pub key: Key,
    /// Only nodes in this state.
    pub state: Option<NodeState>,
    /// Only nodes whose pod was made of the revision of this number.
    pub revision: Option<i64>,
    /// Groups of the board.
    pub group: Group,
    /// Only nodes whose name has this in it.
    pub find: String,
    /// The node that is shown in detail.
    pub node: Option<String>,
    /// As a table rather than a board.
    pub table: bool,
    /// Page of the table, from 1.
    pub page: usize,
}

impl View {
    /// As the address has it; what it does not know it leaves out.
    pub fn of(key: Key, part: impl Fn(&str) -> Option<String>) -> Self {
        Self {
            key,
            state: part("state").and_then(|slug| NodeState::from_slug(&slug)),
            revision: part("revision").and_then(|number| number.parse().ok()),
            group: part("group")
                .and_then(|slug| Group::from_slug(&slug))
                .unwrap_or_default(),
            find: part("find").unwrap_or_default(),
            node: part("node"),
            table: part("view").as_deref() == Some("table"),
            page: part("page")
                .and_then(|page| page.parse().ok())
                .filter(|page| *page > 0)
                .unwrap_or(1),
        }
    }

    /// The parts of its address, empty ones too.
    pub fn parts(&self) -> [(&'static str, String); 7] {
        let group = Some(self.group).filter(|group| *group != Group::default());
        let page = Some(self.page).filter(|page| *page > 1);
        let number = |n: Option<i64>| n.map(|n| n.to_string()).unwrap_or_default();
        [
            ("state", self.state.map_or("", NodeState::slug).to_owned()),
            ("revision", number(self.revision)),
            ("group", group.map_or("", Group::slug).to_owned()),
            ("find", self.find.clone()),
            ("view", if self.table { "table" } else { "" }.to_owned()),
            (
                "page",
                page.map(|page| page.to_string()).unwrap_or_default(),
            ),
            ("node", self.node.clone().unwrap_or_default()),
        ]
    }

    /// The address that shows this.
    pub fn url(&self) -> String {
        let query = self
            .parts()
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| format!("{name}={}", urls::encode(&value)))
            .collect::<Vec<_>>()
            .join("&");
        let mark = if query.is_empty() { "" } else { "?" };
        format!("{}{mark}{query}#nodes", urls::workload(&self.key))
    }

    /// The same with one node in detail.
    pub fn at_node(&self, node: &str) -> String {
        let node = Some(node.to_owned());
        Self {
            node,
            ..self.clone()
        }
        .url()
    }

    /// Does it show this cell?
    pub fn shows(&self, cell: &Cell) -> bool {
        let found = self.find.trim().to_lowercase();
        self.state.is_none_or(|state| cell.state == state)
            && (found.is_empty() || cell.node.to_lowercase().contains(&found))
    }
}

/// What needs a person first, then what moves, then the rest, by name.
pub fn attention_first(cells: &mut [&Cell]) {
    let rank = |cell: &Cell| match cell.state {
        NodeState::NewFailing => 0,
        NodeState::NewNotReady => 1,
        NodeState::NewUnscheduled => 2,
        NodeState::Missing => 3,
        NodeState::OldUnavailable => 4,
        NodeState::Excess => 5,
        NodeState::Misscheduled => 6,
        NodeState::NewStarting => 7,
        NodeState::NewReadyWaiting => 8,
        NodeState::Surging => 9,
        NodeState::Terminating => 10,
        NodeState::NewAvailable => 11,
        NodeState::OldAvailable => 12,
        NodeState::Excluded => 13,
    };
    cells.sort_by(|a, b| {
        rank(a)
            .cmp(&rank(b))
            .then_with(|| natural(&a.node, &b.node))
    });
}

#[cfg(test)]
mod tests {
    use super::*;

    fn view(query: &str) -> View {
        let key = Key::daemon_set("ns", "foo");
        View::of(key, |name| {
            let parts = query.split('&').filter_map(|part| part.split_once('='));
            let mut found = parts.filter(|(key, _)| *key == name);
            found.next().map(|(_, value)| value.to_owned())
        })
    }

    #[test]
    fn the_address_and_the_view_are_one() {
        let asked =
            view("state=new-failing&revision=4&group=state&find=a&view=table&page=3&node=n-1");
        assert_eq!(
            asked.url(),
            "/ns/ns/daemonsets/foo?state=new-failing&revision=4&group=state&find=a&view=table&page=3&node=n-1#nodes"
        );
        assert_eq!(view("").url(), "/ns/ns/daemonsets/foo#nodes");
        assert_eq!(view("state=x&group=y&page=0").url(), view("").url());
    }

    #[test]
    fn a_hostile_name_stays_in_its_place() {
        assert_eq!(
            view("").at_node("a&state=\"x"),
            "/ns/ns/daemonsets/foo?node=a%26state%3D%22x#nodes"
        );
    }
}
