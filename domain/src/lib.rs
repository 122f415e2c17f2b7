//! What a rollout is: plain types and pure functions.
//!
//! Knows no cluster, no browser, and no clock but the one it is given. Rules
//! that come from Kubernetes name their source beside the code.

pub mod board;
pub mod describe;
pub mod diff;

pub mod findings;
pub mod fleet;
pub mod health;
pub mod history;
pub mod ledger;
pub mod list;
pub mod node;
pub mod note;
pub mod owner;
pub mod placement;
pub mod pod;
pub mod progress;
pub mod rail;
pub mod reach;
pub mod record;
pub mod replace;
pub mod revision;
pub mod rollback;
pub mod secrets;
pub mod selector;
pub mod staircase;
pub mod status;
pub mod summary;
pub mod template;
pub mod text;
pub mod time;
pub mod verdict;
pub mod workload;
pub mod yaml;
