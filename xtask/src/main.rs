//! `cargo xtask NAME`: every chore of the project.

mod tasks;

use std::process::ExitCode;

use clap::{Parser, Subcommand};
use xtask::run::{Doing, Outcome};
use xtask::stop;

#[derive(Parser)]
#[command(name = "cargo xtask", about = "Every chore of the project")]
struct Arguments {
    #[command(subcommand)]
    task: Task,
}

#[derive(Subcommand)]
enum Task {
    /// Set up what is missing on this machine
    Setup,
    /// Build the site: wasm, script, style, compressed and hashed
    Web,
    /// A real control plane with a story, and Rollbook on it
    Demo(tasks::demo::Arguments),
    /// Every test: unit, property, real control plane, real browser
    Test,
    /// Many storms over a real control plane, where `test` has a few
    Chaos(tasks::chaos::Arguments),
    /// Formatting, clippy, and the seams between the crates
    Lint,
    /// The one binary to ship
    Dist,
    /// Figures, with kubectl on the same cluster beside them
    Bench(tasks::bench::Arguments),
    /// Pictures of every page of the demo's story
    Shots(tasks::shots::Arguments),
    /// A cluster for other programs: prints JSON, ends when standard input ends
    Cluster(tasks::serve::Arguments),
}

fn main() -> ExitCode {
    match run(Arguments::parse().task) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("\nxtask: {failure}");
            ExitCode::FAILURE
        }
    }
}

fn run(task: Task) -> Outcome<()> {
    // Ctrl-C, SIGTERM and the end of the terminal: what was started is ended
    // first. See `xtask::stop`.
    ctrlc::set_handler(stop::ask).doing("cannot listen for signals")?;
    match task {
        Task::Setup => tasks::setup::all(),
        Task::Web => tasks::web::run(),
        Task::Demo(arguments) => tasks::demo::run(&arguments),
        Task::Test => tasks::test::run(),
        Task::Chaos(arguments) => tasks::chaos::run(&arguments),
        Task::Lint => tasks::lint::run(),
        Task::Dist => tasks::dist::run(),
        Task::Bench(arguments) => tasks::bench::run(&arguments),
        Task::Shots(arguments) => tasks::shots::run(&arguments),
        Task::Cluster(arguments) => tasks::serve::run(&arguments),
    }
}
