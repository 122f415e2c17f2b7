//! The same changes in the width of one line of the ledger: images first, then
//! a few chips, then how many more.

use serde::{Deserialize, Serialize};

use super::{Area, Change, Sign};

/// Chips shown before `+n`.
const MOST: usize = 3;

/// An image that came, went or is another.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ImageChange {
    /// Container.
    pub container: String,
    /// Image before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// Image after.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
}

/// What changed in one area.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Chip {
    /// The area.
    pub area: Area,
    /// The only change there, where it is a short one: `memory 512Mi`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub only: Option<(String, String)>,
    /// How many came.
    pub added: usize,
    /// How many went.
    pub removed: usize,
    /// How many are another.
    pub changed: usize,
}

/// Changes, short.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Chips {
    /// Images.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub images: Vec<ImageChange>,
    /// A few areas.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub chips: Vec<Chip>,
    /// Areas not shown.
    #[serde(default)]
    pub more: usize,
}

/// Shortens a summary.
pub fn chips(changes: &[Change]) -> Chips {
    let mut images = Vec::new();
    let mut all: Vec<Chip> = Vec::new();
    for change in changes {
        if change.area == Area::Image {
            images.push(ImageChange {
                container: change.container.clone().unwrap_or_default(),
                from: change.from.clone(),
                to: change.to.clone(),
            });
            continue;
        }
        // Requests and limits are one thing to a reader in a hurry.
        let area = match &change.area {
            Area::Request => Area::Limit,
            other => other.clone(),
        };
        let place = all.iter().position(|chip| chip.area == area);
        let index = place.unwrap_or(all.len());
        if place.is_none() {
            all.push(Chip {
                area,
                only: None,
                added: 0,
                removed: 0,
                changed: 0,
            });
        }
        let chip = &mut all[index];
        match change.sign {
            Sign::Added => chip.added += 1,
            Sign::Removed => chip.removed += 1,
            Sign::Changed => chip.changed += 1,
        }
        let first = chip.added + chip.removed + chip.changed == 1;
        chip.only = match &change.to {
            Some(to) if first && to.chars().count() <= 12 && !change.name.is_empty() => {
                let name = match change.area {
                    Area::Request => format!("{} request", change.name),
                    Area::Limit => format!("{} limit", change.name),
                    _ => change.name.clone(),
                };
                Some((name, to.clone()))
            }
            _ => None,
        };
    }
    let more = all.len().saturating_sub(MOST);
    all.truncate(MOST);
    Chips {
        images,
        chips: all,
        more,
    }
}
