//! `cargo xtask chaos`: many storms over one cluster, where `cargo xtask test` has a
//! few.

use clap::Args;
use xtask::cluster::Cluster;
use xtask::cluster::binaries::Binaries;
use xtask::run::{Outcome, run as run_command, step};

use super::dist;
use super::setup::{self, Level};

/// How much of it.
#[derive(Args)]
pub struct Arguments {
    /// How many storms: each kind comes once in thirteen
    #[arg(long, default_value_t = 39)]
    storms: u64,
    /// Repeats those of an earlier run
    #[arg(long)]
    seed: Option<u64>,
}

/// Runs them.
///
/// # Errors
/// When something was old and did not say so, did not recover, or was kept busy.
pub fn run(arguments: &Arguments) -> Outcome<()> {
    setup::prepare(Level::Cluster)?;
    Binaries::ensure()?;
    let name = format!(
        "{} storms (about {} min)",
        arguments.storms,
        arguments.storms.div_ceil(5)
    );
    let result = step(&name, || {
        let mut command = dist::cargo_command();
        command
            .args(["test", "--package", "server", "--test", "cluster"])
            .args(["--", "chaos", "--nocapture"])
            .env("ROLLBOOK_CHAOS", arguments.storms.to_string());
        if let Some(seed) = arguments.seed {
            command.env("ROLLBOOK_SEED", seed.to_string());
        }
        run_command(&mut command)
    });
    // A test that was ended could not end its cluster.
    Cluster::sweep();
    result
}
