//! The server against a real control plane, with kubectl as witness.

#![expect(
    clippy::expect_used,
    clippy::panic,
    clippy::unwrap_used,
    reason = "tests"
)]

mod admission;
mod api;
mod board;
mod chaos;
mod hook;
mod http;
mod limits;
mod lost;
mod ondelete;
mod outages;
mod program;
mod race;
mod record;
mod refusals;
mod rig;
mod rights;
mod rules;
mod severed;
mod silence;
mod sizes;
mod spared;
mod verdict;
mod walk;
mod web;
mod wire;
mod written;
