//! The parts of pages that live: rendered on the server, woken in the browser.
//! Nothing else of the interface is in the wasm module.

#![expect(
    missing_docs,
    reason = "the macro makes structs of the props, which are documented"
)]

pub mod connection;
pub mod copy;
pub mod keys;
pub mod list;
pub mod progress;
pub mod replace;
pub mod submit;
pub mod workload;
