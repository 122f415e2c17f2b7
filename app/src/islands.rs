//! The parts of pages that live: rendered on the server, woken in the browser.
//! Nothing else of the interface is in the wasm module.

pub mod connection;
pub mod copy;
pub mod keys;
pub mod list;
pub mod progress;
pub mod submit;
pub mod workload;
