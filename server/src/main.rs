//! The `rollbook` program.

use std::process::ExitCode;

use clap::Parser;
use server::config::Command;

fn main() -> ExitCode {
    let config = server::config::Config::parse();
    server::telemetry::init();
    // Two workers at least: with one, a page that streams can wait for itself.
    let workers = std::thread::available_parallelism().map_or(2, |n| n.get().max(2));
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .worker_threads(workers)
        .enable_all()
        .build();
    let result = match runtime {
        Ok(runtime) => {
            let result = match config.command {
                Some(Command::Record(command)) => runtime
                    .block_on(server::record::chores::run(command, config.record.as_ref()))
                    .map_err(server::Failure::Record),
                None => runtime.block_on(server::run(config)),
            };
            // What had to be waited for was: a look-up that hangs is not.
            runtime.shutdown_background();
            result
        }
        Err(error) => Err(server::Failure::Start(error.to_string())),
    };
    match result {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            eprintln!("rollbook: {failure}");
            ExitCode::FAILURE
        }
    }
}
