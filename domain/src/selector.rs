//! Label selectors, as `kubectl rollout history` applies them before it looks
//! at owners.

use std::collections::BTreeMap;
use std::fmt;

use serde::{Deserialize, Serialize};

/// Labels of an object.
pub type Labels = BTreeMap<String, String>;

/// A `metav1.LabelSelector`: all parts must hold. The empty selector matches
/// everything (apimachinery `LabelSelectorAsSelector`).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", default)]
pub struct Selector {
    /// Each label must have exactly this value.
    pub match_labels: Labels,
    /// Each requirement must hold.
    pub match_expressions: Vec<Requirement>,
}

/// One `matchExpressions` entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Requirement {
    /// The label looked at.
    pub key: String,
    /// `In`, `NotIn`, `Exists` or `DoesNotExist`.
    pub operator: String,
    /// Values for `In` and `NotIn`.
    #[serde(default)]
    pub values: Vec<String>,
}

impl Selector {
    /// Does an object with these labels match?
    pub fn matches(&self, labels: &Labels) -> bool {
        self.match_labels
            .iter()
            .all(|(key, value)| labels.get(key) == Some(value))
            && self.match_expressions.iter().all(|r| r.matches(labels))
    }
}

impl fmt::Display for Selector {
    /// As the apiserver takes it in `labelSelector` (apimachinery
    /// `labels.Requirement.String`).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let labels = self.match_labels.iter().map(|(k, v)| format!("{k}={v}"));
        let others = self.match_expressions.iter().map(ToString::to_string);
        f.write_str(&labels.chain(others).collect::<Vec<_>>().join(","))
    }
}

impl fmt::Display for Requirement {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (key, values) = (&self.key, self.values.join(","));
        match self.operator.as_str() {
            "In" => write!(f, "{key} in ({values})"),
            "NotIn" => write!(f, "{key} notin ({values})"),
            "DoesNotExist" => write!(f, "!{key}"),
            // Of an operator that is not known, all that may match.
            _ => f.write_str(key),
        }
    }
}

impl Requirement {
    /// An operator this code does not know matches nothing: showing too little
    /// is safer than offering a foreign revision. `NotIn` also matches objects
    /// without the label (apimachinery `labels.Requirement.Matches`).
    fn matches(&self, labels: &Labels) -> bool {
        let value = labels.get(&self.key);
        match self.operator.as_str() {
            "In" => value.is_some_and(|v| self.values.contains(v)),
            "NotIn" => value.is_none_or(|v| !self.values.contains(v)),
            "Exists" => value.is_some(),
            "DoesNotExist" => value.is_none(),
            _ => false,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels(pairs: &[(&str, &str)]) -> Labels {
        pairs
            .iter()
            .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
            .collect()
    }

    fn requirement(operator: &str, values: &[&str]) -> Selector {
        Selector {
            match_labels: Labels::new(),
            match_expressions: vec![Requirement {
                key: "tier".into(),
                operator: operator.into(),
                values: values.iter().map(|v| (*v).to_owned()).collect(),
            }],
        }
    }

    #[test]
    fn a_selector_is_written_as_the_apiserver_takes_it() {
        let mut selector = requirement("In", &["a", "b"]);
        selector.match_labels = labels(&[("app", "x"), ("part", "")]);
        assert_eq!(selector.to_string(), "app=x,part=,tier in (a,b)");
        assert_eq!(requirement("NotIn", &["a"]).to_string(), "tier notin (a)");
        assert_eq!(requirement("Exists", &[]).to_string(), "tier");
        assert_eq!(requirement("DoesNotExist", &[]).to_string(), "!tier");
        assert_eq!(Selector::default().to_string(), "");
    }

    #[test]
    fn every_label_must_match() {
        let selector = Selector {
            match_labels: labels(&[("app", "a"), ("tier", "x")]),
            match_expressions: vec![],
        };
        assert!(selector.matches(&labels(&[("app", "a"), ("tier", "x"), ("more", "1")])));
        assert!(!selector.matches(&labels(&[("app", "a")])));
        assert!(!selector.matches(&labels(&[("app", "a"), ("tier", "y")])));
    }

    #[test]
    fn expressions_count_too() {
        let here = labels(&[("tier", "x")]);
        let none = Labels::new();
        assert!(requirement("In", &["x", "y"]).matches(&here));
        assert!(!requirement("In", &["y"]).matches(&here));
        assert!(!requirement("In", &["x"]).matches(&none));
        assert!(requirement("NotIn", &["y"]).matches(&here));
        assert!(!requirement("NotIn", &["x"]).matches(&here));
        assert!(requirement("NotIn", &["x"]).matches(&none));
        assert!(requirement("Exists", &[]).matches(&here));
        assert!(!requirement("Exists", &[]).matches(&none));
        assert!(requirement("DoesNotExist", &[]).matches(&none));
        assert!(!requirement("DoesNotExist", &[]).matches(&here));
        assert!(!requirement("Gt", &["1"]).matches(&here));
    }

    #[test]
    fn the_empty_selector_matches_everything() {
        assert!(Selector::default().matches(&Labels::new()));
    }
}
