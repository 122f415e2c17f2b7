//! The wasm entry: wakes the islands of a page that the server rendered.

// Without this use the linker would drop the crate that holds the islands.
use app as _;

/// Called by the loader script once the module is there.
#[wasm_bindgen::prelude::wasm_bindgen]
pub fn hydrate() {
    leptos::mount::hydrate_islands();
}
