//! Which namespaces are told: a record that several servers share holds more than
//! each of them may see.

use domain::record::Watch;
use domain::workload::Key;

/// Namespaces that are told; all of them, without a limit.
#[derive(Clone, Debug, Default)]
pub struct Scope {
    /// Names between commas, and before the first and after the last; a
    /// namespace's own name has none.
    only: String,
}

impl Scope {
    /// These only.
    pub fn only<'a>(namespaces: impl IntoIterator<Item = &'a str>) -> Self {
        let names = namespaces.into_iter().map(|name| format!("{name},"));
        Self {
            only: names.fold(",".to_owned(), |all, name| all + &name),
        }
    }

    /// Each of them; one without a name stands for all there may be.
    pub(super) fn each(&self) -> Vec<Option<&str>> {
        if self.only.is_empty() {
            return vec![None];
        }
        let names = self.only.split(',').filter(|name| !name.is_empty());
        names.map(Some).collect()
    }

    /// Is it one of them?
    pub fn has(&self, key: &Key) -> bool {
        self.only.is_empty() || self.only.contains(&format!(",{},", key.namespace))
    }

    /// Did it see one of them?
    pub(super) fn sees(&self, watch: &Watch) -> bool {
        let own = |name: &String| self.only.contains(&format!(",{name},"));
        let all = self.only.is_empty() || watch.namespaces.is_empty();
        all || watch.namespaces.iter().any(own)
    }

    /// A condition on a column, with the parameter of this number.
    pub(super) fn condition(column: &str, number: usize) -> String {
        format!(" AND (${number} = '' OR ${number} LIKE '%,' || {column} || ',%') ")
    }

    /// The value of that parameter.
    pub(super) fn parameter(&self) -> String {
        self.only.clone()
    }
}
