//! Pieces that pages are made of.

#[cfg(feature = "ssr")]
pub mod back;
pub mod bar;
#[cfg(feature = "ssr")]
pub mod board;
#[cfg(feature = "ssr")]
pub mod changes;
#[cfg(feature = "ssr")]
pub mod diff;
#[cfg(feature = "ssr")]
pub mod head;
pub mod icon;
pub mod image;
#[cfg(feature = "ssr")]
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
