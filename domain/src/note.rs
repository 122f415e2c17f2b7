//! The one annotation that Rollbook leaves on a workload it rolled back.
//!
//! The DaemonSet controller copies all annotations of a DaemonSet to the next
//! *new* ControllerRevision (DU snapshot), so a plain "rolled back by" would
//! turn up on a template it is not about. A note therefore names the template
//! and the template generation that it speaks of, and is believed only on the
//! workload itself and only while both are still true (ADR 0004).

use serde::{Deserialize, Serialize};

use crate::template::Template;

/// Annotation key.
pub const KEY: &str = "rollbook.dev/rollback";

/// Longest reason that is written down, in characters.
pub const REASON_MAX: usize = 1000;

/// One rollback: from, to and why.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Note {
    /// Identifies the order, so that an answer lost on the way can be told
    /// from a write that never happened.
    pub id: String,
    /// ControllerRevision that was current before, where one was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Its number then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_revision: Option<i64>,
    /// ControllerRevision whose template was taken.
    pub to: String,
    /// Its number before the rollback.
    pub to_revision: i64,
    /// Why, as typed; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// The template generation that the write made.
    pub template_generation: i64,
    /// Digest of the template that was written.
    pub template: String,
}

impl Note {
    /// Reads an annotation value; anything else than a note is no note.
    pub fn parse(value: &str) -> Option<Self> {
        serde_json::from_str(value).ok()
    }

    /// Does the note speak of what the workload runs now?
    pub fn holds(&self, template: &Template, template_generation: Option<i64>) -> bool {
        template_generation == Some(self.template_generation)
            && template.digest().to_string() == self.template
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use serde_json::json;

    use super::*;

    fn template(image: &str) -> Template {
        Template::new(json!({"spec":{"containers":[{"name":"c","image":image}]}})).unwrap()
    }

    fn note(about: &Template) -> Note {
        Note {
            id: "order-1".into(),
            from: Some("ds-b".into()),
            from_revision: Some(2),
            to: "ds-a".into(),
            to_revision: 1,
            reason: "it broke".into(),
            template_generation: 3,
            template: about.digest().to_string(),
        }
    }

    #[test]
    fn it_survives_the_annotation() {
        let note = note(&template("i:1"));
        assert_eq!(
            Note::parse(&serde_json::to_string(&note).unwrap()),
            Some(note)
        );
    }

    #[test]
    fn it_holds_only_for_the_write_it_describes() {
        let note = note(&template("i:1"));
        assert!(note.holds(&template("i:1"), Some(3)));
        // Somebody edited the template since, or went back to it later.
        assert!(!note.holds(&template("i:2"), Some(4)));
        assert!(!note.holds(&template("i:1"), Some(5)));
        assert!(!note.holds(&template("i:2"), Some(3)));
        assert!(!note.holds(&template("i:1"), None));
    }

    #[test]
    fn foreign_text_is_no_note() {
        for text in ["", "null", "{}", "[1]", "{\"id\":3}", "rolled back"] {
            assert_eq!(Note::parse(text), None, "{text}");
        }
    }
}
