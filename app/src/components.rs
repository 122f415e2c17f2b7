//! Pieces that pages are made of.

pub mod bar;
#[cfg(feature = "ssr")]
pub mod board;
pub mod changes;
#[cfg(feature = "ssr")]
pub mod diff;
pub mod head;
pub mod icon;
pub mod image;
pub mod ledger;
pub mod moving;
pub mod owner;
#[cfg(feature = "ssr")]
pub mod panel;
#[cfg(feature = "ssr")]
pub mod staircase;
#[cfg(feature = "ssr")]
pub mod strip;
#[cfg(feature = "ssr")]
pub mod told;
pub mod verdict;
