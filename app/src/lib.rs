//! What people see: pages, components and thin server functions.
//!
//! Pages are rendered on the server; the few parts that live are islands, which
//! the browser wakes (ADR 0002). All that comes from outside is the one trait
//! in `cluster`.

// Views are types as deep as the page.
#![recursion_limit = "512"]

#[cfg(feature = "ssr")]
pub mod api;
#[cfg(feature = "ssr")]
pub mod cluster;
pub mod components;
pub mod error;
pub mod i18n;
pub mod islands;
pub mod live;
pub mod model;
#[cfg(feature = "ssr")]
pub mod pages;
#[cfg(feature = "ssr")]
pub mod prefs;
#[cfg(feature = "ssr")]
pub mod record;
#[cfg(feature = "ssr")]
pub mod shell;
pub mod time;
pub mod urls;
