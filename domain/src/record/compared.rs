//! Templates compared with those before them, for one telling: the text of each is
//! read once, and each pair compared once. Many periods have few templates.

use std::collections::HashMap;

use crate::summary::{self, Chips, Veiled};
use crate::template::{Digest, Template};

/// What was compared already.
pub(super) struct Compared<'a> {
    templates: &'a HashMap<Digest, Template>,
    veiled: HashMap<Digest, Veiled>,
    pairs: HashMap<(Digest, Digest), (Chips, bool)>,
}

impl<'a> Compared<'a> {
    /// Nothing yet.
    pub fn new(templates: &'a HashMap<Digest, Template>) -> Self {
        Self {
            templates,
            veiled: HashMap::new(),
            pairs: HashMap::new(),
        }
    }

    /// One of them, where it is known.
    pub fn template(&self, digest: Option<Digest>) -> Option<&'a Template> {
        self.templates.get(&digest?)
    }

    /// What differs between two templates, and whether that is the time of a
    /// restart only; nothing where one of them is not known.
    pub fn pair(&mut self, before: Option<Digest>, after: Option<Digest>) -> (Chips, bool) {
        let (Some(old), Some(new)) = (self.template(before), self.template(after)) else {
            return (Chips::default(), false);
        };
        let pair = (old.digest(), new.digest());
        if let Some(known) = self.pairs.get(&pair) {
            return known.clone();
        }
        for template in [old, new] {
            let veiled = || Veiled::of(&template.value());
            let digest = template.digest();
            self.veiled.entry(digest).or_insert_with(veiled);
        }
        let changes = summary::between(&self.veiled[&pair.0], &self.veiled[&pair.1]);
        let restart = !old.same_as(new) && old.same_content_as(new);
        let told = (summary::chips(&changes), restart);
        self.pairs.insert(pair, told.clone());
        told
    }
}
