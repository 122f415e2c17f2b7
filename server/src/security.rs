//! What every request must pass before it reaches a page.

pub mod headers;
pub mod host;
pub mod origin;
