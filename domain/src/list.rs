//! Filtering and sorting the list, the same on the server and in the browser.

use std::cmp::Ordering;
use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::fleet::Line;
use crate::owner::OwnerKind;
use crate::verdict::Group;

/// Orders of the list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub enum Sort {
    /// What needs attention first, then by name.
    #[default]
    Attention,
    /// By name.
    Name,
    /// By namespace, then name.
    Namespace,
    /// Most nodes first.
    Nodes,
}

impl Sort {
    /// Which of two lines comes first.
    fn compare(self, a: &Line, b: &Line) -> Ordering {
        let first = match self {
            Self::Attention => a.verdict.group().cmp(&b.verdict.group()),
            Self::Name => Ordering::Equal,
            Self::Namespace => a.namespace.cmp(&b.namespace),
            Self::Nodes => b.counts.desired.cmp(&a.counts.desired),
        };
        first
            .then_with(|| a.name.cmp(&b.name))
            .then_with(|| a.namespace.cmp(&b.namespace))
    }

    /// All, in the order they are offered.
    pub const ALL: [Self; 4] = [Self::Attention, Self::Name, Self::Namespace, Self::Nodes];

    /// Its name in a URL.
    pub fn slug(self) -> &'static str {
        match self {
            Self::Attention => "attention",
            Self::Name => "name",
            Self::Namespace => "namespace",
            Self::Nodes => "nodes",
        }
    }

    /// The order of that name.
    pub fn from_slug(slug: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|sort| sort.slug() == slug)
    }
}

/// Owners that the list is filtered by, by name in a URL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OwnerFilter {
    /// Nobody is known to manage it.
    None,
    /// Managed by this kind of owner.
    Kind(OwnerKind),
}

/// What a person asked the list for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Query {
    /// Words that must all occur in name, namespace, images or change cause.
    pub search: String,
    /// Only this namespace.
    pub namespace: Option<String>,
    /// Only this group of verdicts.
    pub group: Option<Group>,
    /// Only this owner.
    pub owner: Option<OwnerFilter>,
    /// In this order.
    pub sort: Sort,
}

impl Query {
    /// Does the line pass all filters but the one on verdicts?
    fn passes_but_group(&self, line: &Line) -> bool {
        self.namespace
            .as_ref()
            .is_none_or(|namespace| *namespace == line.namespace)
            && self.owner.is_none_or(|wanted| match (wanted, &line.owner) {
                (OwnerFilter::None, owner) => owner.is_none(),
                (OwnerFilter::Kind(kind), owner) => owner.as_ref().is_some_and(|o| o.kind == kind),
            })
            && finds(&self.search, line)
    }

    /// The lines to show, in order.
    pub fn apply<'a>(&self, lines: impl IntoIterator<Item = &'a Line>) -> Vec<&'a Line> {
        let mut found: Vec<_> = lines
            .into_iter()
            .filter(|line| self.group.is_none_or(|g| g == line.verdict.group()))
            .filter(|line| self.passes_but_group(line))
            .collect();
        found.sort_by(|a, b| self.sort.compare(a, b));
        found
    }

    /// How many lines each group would show under the other filters.
    pub fn counts<'a>(&self, lines: impl IntoIterator<Item = &'a Line>) -> BTreeMap<Group, usize> {
        let mut counts = BTreeMap::new();
        for line in lines {
            if self.passes_but_group(line) {
                *counts.entry(line.verdict.group()).or_default() += 1;
            }
        }
        counts
    }
}

/// All words of the search occur somewhere, upper and lower case alike as far as
/// ASCII goes: what the browser would need for the rest is a fortieth of its module.
fn finds(search: &str, line: &Line) -> bool {
    let mut words = search
        .split_whitespace()
        .map(str::to_ascii_lowercase)
        .peekable();
    if words.peek().is_none() {
        return true;
    }
    let mut text = format!("{} {}", line.name, line.namespace);
    for image in &line.images {
        text.push(' ');
        text.push_str(&image.image);
    }
    if let Some(cause) = &line.change_cause {
        text.push(' ');
        text.push_str(cause);
    }
    let text = text.to_ascii_lowercase();
    words.all(|word| text.contains(&word))
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;
    use crate::progress::Moved;
    use crate::template::ContainerImage;
    use crate::verdict::Verdict;
    use crate::workload::{Counts, Kind};

    fn line(namespace: &str, name: &str, verdict: Verdict) -> Line {
        Line {
            namespace: namespace.into(),
            kind: Kind::DaemonSet,
            name: name.into(),
            uid: name.into(),
            verdict,
            revision: Some(1),
            from_revision: None,
            images: vec![ContainerImage {
                container: "c".into(),
                image: format!("registry.example.com/{name}:1.0"),
            }],
            counts: Counts::default(),
            created_at: "2026-01-01T00:00:00Z".parse().unwrap(),
            current_since: None,
            moved_at: "2026-01-01T00:00:00Z".parse().unwrap(),
            moved_by: Moved::default(),
            started_at: None,
            pace: None,
            change_cause: Some(format!("CHG-1 {name}")),
            owner: None,
            generation: 1,
        }
    }

    fn three() -> Vec<Line> {
        vec![
            line("b", "zeta", Verdict::Healthy),
            line("b", "alpha", Verdict::Healthy),
            line(
                "a",
                "mid",
                Verdict::NotReady {
                    nodes: 1,
                    why: None,
                },
            ),
        ]
    }

    fn names(query: &Query, lines: &[Line]) -> Vec<String> {
        query.apply(lines).iter().map(|l| l.name.clone()).collect()
    }

    #[test]
    fn attention_comes_first_then_names() {
        let lines = three();
        let sorted = |sort| {
            names(
                &Query {
                    sort,
                    ..Query::default()
                },
                &lines,
            )
        };
        assert_eq!(sorted(Sort::Attention), ["mid", "alpha", "zeta"]);
        assert_eq!(sorted(Sort::Name), ["alpha", "mid", "zeta"]);
        assert_eq!(sorted(Sort::Namespace), ["mid", "alpha", "zeta"]);
    }

    #[test]
    fn every_word_must_occur_in_name_image_or_cause() {
        let lines = three();
        let search = |text: &str| {
            names(
                &Query {
                    search: text.into(),
                    ..Query::default()
                },
                &lines,
            )
        };
        assert_eq!(search("ZETA"), ["zeta"]);
        assert_eq!(search("chg-1 mid"), ["mid"]);
        assert_eq!(search("example.com/alpha:1.0"), ["alpha"]);
        assert_eq!(search("  "), ["mid", "alpha", "zeta"]);
        assert!(search("zeta mid").is_empty());
    }

    #[test]
    fn counts_heed_the_other_filters() {
        let lines = three();
        let query = Query {
            namespace: Some("b".into()),
            group: Some(Group::NotReady),
            ..Query::default()
        };
        assert!(query.apply(&lines).is_empty());
        assert_eq!(query.counts(&lines), [(Group::Healthy, 2)].into());
    }

    #[test]
    fn every_order_has_its_own_slug() {
        for sort in Sort::ALL {
            assert_eq!(Sort::from_slug(sort.slug()), Some(sort));
        }
    }
}
