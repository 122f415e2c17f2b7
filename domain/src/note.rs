//! The one annotation that Rollbook leaves on a workload it rolled back.
//!
//! The DaemonSet controller copies all annotations of a DaemonSet to the next
//! *new* ControllerRevision (DU snapshot), so a plain "rolled back by" would
//! turn up on a template it is not about. A note therefore names the workload
//! and the template generation that it speaks of, and is believed only on the
//! workload itself and only while both are still true (ADR 0004).

use serde::{Deserialize, Serialize};

use crate::text::shorten;

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
    /// uid of the workload.
    pub uid: String,
    /// `metadata.generation` that the write makes.
    pub generation: i64,
    /// Template generation that the write makes. The server counts it up with
    /// each change of the template, so nobody has changed it since while they
    /// are equal.
    pub template_generation: i64,
    /// ControllerRevision that was current before, where one was recorded.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Its number then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from_revision: Option<i64>,
    /// ControllerRevision whose template was taken, or the digest of one that
    /// only Rollbook's record kept.
    pub to: String,
    /// Its number before the rollback; 0 where that is not known.
    pub to_revision: i64,
    /// Why, as typed; may be empty.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub reason: String,
    /// Digest of the template that was asked for. Admission and defaulting may
    /// have made another one of it.
    pub template: String,
}

impl Note {
    /// Reads an annotation value; anything else than a note is no note.
    pub fn parse(value: &str) -> Option<Self> {
        let mut note: Self = serde_json::from_str(value).ok()?;
        // Anybody may write an annotation, of any length.
        note.reason = shorten(&note.reason, REASON_MAX).into_owned();
        Some(note)
    }

    /// Does the note speak of what this workload runs now?
    pub fn holds(&self, uid: &str, template_generation: Option<i64>) -> bool {
        self.uid == uid && template_generation == Some(self.template_generation)
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn note() -> Note {
        Note {
            id: "order-1".into(),
            uid: "uid-ds".into(),
            generation: 5,
            template_generation: 3,
            from: Some("ds-b".into()),
            from_revision: Some(2),
            to: "ds-a".into(),
            to_revision: 1,
            reason: "it broke".into(),
            template: "sha256:00".into(),
        }
    }

    #[test]
    fn it_survives_the_annotation() {
        let note = note();
        assert_eq!(
            Note::parse(&serde_json::to_string(&note).unwrap()),
            Some(note)
        );
    }

    #[test]
    fn it_holds_only_for_the_write_it_describes() {
        let note = note();
        assert!(note.holds("uid-ds", Some(3)));
        // Somebody edited the template since, or went back to it later.
        assert!(!note.holds("uid-ds", Some(4)));
        assert!(!note.holds("uid-ds", None));
        // The manifest was taken to another workload, note and all.
        assert!(!note.holds("another", Some(3)));
    }

    #[test]
    fn foreign_text_is_no_note() {
        for text in ["", "null", "{}", "[1]", "{\"id\":3}", "rolled back"] {
            assert_eq!(Note::parse(text), None, "{text}");
        }
    }
}
