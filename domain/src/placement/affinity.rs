//! Required node affinity, as component-helpers `nodeaffinity` evaluates it:
//! one term must match, and of a term everything. Preferences do not count.

use serde_json::Value;

use super::text;
use crate::node::Node;

/// One of `nodeSelectorTerms`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Term {
    expressions: Vec<Expression>,
    fields: Vec<Expression>,
}

/// One requirement on a label or a field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Expression {
    key: String,
    operator: String,
    values: Vec<String>,
}

/// The terms of `spec.affinity`; `None` where nothing is required.
pub(super) fn terms(affinity: Option<&Value>) -> Option<Vec<Term>> {
    let required = affinity?
        .pointer("/nodeAffinity/requiredDuringSchedulingIgnoredDuringExecution")
        .filter(|required| !required.is_null())?;
    let terms = items(required, "nodeSelectorTerms").map(|term| Term {
        expressions: items(term, "matchExpressions").map(expression).collect(),
        fields: items(term, "matchFields").map(expression).collect(),
    });
    Some(terms.collect())
}

fn items<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> {
    let list = value.get(key).and_then(Value::as_array);
    list.into_iter().flatten()
}

fn expression(value: &Value) -> Expression {
    Expression {
        key: text(value, "key"),
        operator: text(value, "operator"),
        values: items(value, "values")
            .filter_map(Value::as_str)
            .map(ToOwned::to_owned)
            .collect(),
    }
}

impl Term {
    /// An empty term matches nothing.
    pub(super) fn matches(&self, node: &Node) -> bool {
        let empty = self.expressions.is_empty() && self.fields.is_empty();
        !empty
            && self
                .expressions
                .iter()
                .all(|e| e.on_label(node.labels.get(&e.key).map(String::as_str)))
            && self.fields.iter().all(|e| e.on_field(node))
    }
}

impl Expression {
    /// What the API would not accept matches nothing. `NotIn` also matches a
    /// node without the label (apimachinery `labels.Requirement.Matches`).
    fn on_label(&self, label: Option<&str>) -> bool {
        let listed = || label.is_some_and(|label| self.values.iter().any(|v| v == label));
        match self.operator.as_str() {
            "In" => listed(),
            "NotIn" => !self.values.is_empty() && !listed(),
            "Exists" => self.values.is_empty() && label.is_some(),
            "DoesNotExist" => self.values.is_empty() && label.is_none(),
            "Gt" => self
                .compared(label)
                .is_some_and(|(label, value)| label > value),
            "Lt" => self
                .compared(label)
                .is_some_and(|(label, value)| label < value),
            _ => false,
        }
    }

    /// Label and the one value as whole numbers.
    fn compared(&self, label: Option<&str>) -> Option<(i64, i64)> {
        let [value] = self.values.as_slice() else {
            return None;
        };
        Some((label?.parse().ok()?, value.parse().ok()?))
    }

    /// Fields take exactly one value; the only field that nodes have here is
    /// their name, any other is empty.
    fn on_field(&self, node: &Node) -> bool {
        let [value] = self.values.as_slice() else {
            return false;
        };
        let is_name = self.key == "metadata.name";
        let equal = *value == if is_name { node.name.as_str() } else { "" };
        match self.operator.as_str() {
            "In" => equal,
            "NotIn" => !equal,
            _ => false,
        }
    }
}
