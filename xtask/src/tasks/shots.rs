//! Pictures of every page of the demo's story, to be looked at, and those of
//! the README. What is taken and how is in `end2end/shots.mjs`.

use std::process::Command;

use clap::Args;
use xtask::cluster::binaries::Binaries;
use xtask::cluster::{Cluster, Options};
use xtask::run::{Doing, Outcome, root, run as run_command, step};

use super::setup::{self, Level, Tools};
use super::{dist, story, web};

/// Which pictures, of what.
#[derive(Args)]
pub struct Arguments {
    /// A Rollbook with the demo's story that runs already; without, one is
    /// started
    #[arg(long)]
    url: Option<String>,
    /// Only those of the README, into docs/images; for the last one it rolls back
    #[arg(long)]
    readme: bool,
}

/// Takes them: into `target/shots`, or docs/images.
///
/// # Errors
/// When something cannot be built, started or shown.
pub fn run(arguments: &Arguments) -> Outcome<()> {
    let tools = setup::prepare(Level::Browser)?;
    let mut command = Command::new("node");
    command.current_dir(root().join("end2end")).arg("shots.mjs");
    let folder = if arguments.readme {
        command.env("SHOTS_README", "1");
        root().join("docs/images")
    } else {
        dist::folder().join("shots")
    };
    command.env("SHOTS_FOLDER", folder);
    if let Some(path) = &tools.chromium {
        command.env("ROLLBOOK_CHROMIUM", path);
    }
    let cluster = match &arguments.url {
        Some(url) => {
            command.env("SHOTS_URL", url);
            None
        }
        None => Some(cluster(&tools, &mut command)?),
    };
    let taken = step("taking pictures (about 1 min)", || {
        run_command(&mut command)
    });
    drop(cluster);
    taken.doing("the pictures")
}

/// One with the story told, and the command told where it is.
fn cluster(tools: &Tools, command: &mut Command) -> Outcome<Cluster> {
    Binaries::ensure()?;
    web::build(&tools.wasm)?;
    dist::server()?;
    let cluster = step("starting the control plane (about 5 s)", || {
        Cluster::start(Options {
            nodes: 24,
            ..Options::test("demo")
        })
    })?;
    let program = dist::folder().join("release/rollbook");
    story::play(&cluster, Some(&program))?;
    command
        .env("ROLLBOOK_BIN", program)
        .env("ROLLBOOK_RECORD", story::record(&cluster))
        .env("ROLLBOOK_KUBECONFIG", cluster.kubeconfig());
    Ok(cluster)
}
