//! A real PostgreSQL server for tests, from the distribution's packages: its
//! own folder, a free port of 127.0.0.1, no password.
//!
//! It does not run as root; root lends it the account that came with the
//! package, or `nobody`.

use std::fs;
use std::net::{Ipv4Addr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::run::{Doing, Outcome, fail, find, output, own_group, signal, version};

/// How long it may take to start or to end.
const PATIENCE: Duration = Duration::from_secs(30);

/// Ends the server when the one that started it is gone: its end of the pipe is
/// closed then, however it went.
const GUARD: &str = "\"$@\" & server=$!; trap '' INT TERM; \
    cat > /dev/null; kill -INT $server; wait $server";

/// A server. Dropping ends it and removes what it kept.
pub struct Postgres {
    programs: PathBuf,
    folder: PathBuf,
    port: u16,
    guard: Child,
}

/// The folder of the server's programs; the newest where there are several.
///
/// # Errors
/// When it is not installed.
pub fn programs() -> Outcome<PathBuf> {
    let beside = |program: PathBuf| {
        let program = fs::canonicalize(program).ok()?;
        let folder = program.parent()?.to_path_buf();
        folder.join("initdb").is_file().then_some(folder)
    };
    if let Some(folder) = find("postgres").and_then(beside) {
        return Ok(folder);
    }
    // Debian keeps it out of PATH.
    let versions = fs::read_dir("/usr/lib/postgresql").into_iter().flatten();
    versions
        .flatten()
        .map(|entry| entry.path().join("bin"))
        .filter(|folder| folder.join("postgres").is_file())
        .max_by_key(|folder| version(&folder.to_string_lossy()))
        .map_or_else(|| fail("PostgreSQL's server is missing"), Ok)
}

impl Postgres {
    /// Starts one.
    ///
    /// # Errors
    /// When it is not installed or does not start, with its last words.
    pub fn start(name: &str) -> Outcome<Self> {
        let programs = programs()?;
        let own = format!("rb-postgres-{name}-{}", std::process::id());
        let folder = std::env::temp_dir().join(own);
        // What a killed run left; there is seldom anything.
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(&folder).doing("cannot make a folder for PostgreSQL")?;
        lend(&folder)?;
        let mut init = Command::new(programs.join("initdb"));
        init.args(["--auth=trust", "--username=rollbook", "--no-sync", "-D"]);
        output(humble(init.arg(folder.join("data")))?.current_dir(&folder))?;
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).doing("no free port")?;
        let port = listener.local_addr().doing("no free port")?.port();
        drop(listener);
        let guard = launch(&programs, &folder, port)?;
        let server = Self {
            programs,
            folder,
            port,
            guard,
        };
        server.ready()?;
        Ok(server)
    }

    /// Its address, with an account that may do everything.
    pub fn url(&self) -> String {
        format!("postgres://rollbook@127.0.0.1:{}/postgres", self.port)
    }

    /// Stops it at once, as a crash does: what was not written is lost.
    ///
    /// # Errors
    /// When it does not run.
    pub fn crash(&mut self) -> Outcome<()> {
        signal("QUIT", self.pid()?);
        self.ended()
    }

    /// Stops all its processes where they are, as a machine that hangs does:
    /// connections stay open, and nothing answers.
    ///
    /// # Errors
    /// When it does not run.
    pub fn freeze(&self) -> Outcome<()> {
        self.signal_all("STOP")
    }

    /// Lets them go on after [`Postgres::freeze`].
    ///
    /// # Errors
    /// When it does not run.
    pub fn thaw(&self) -> Outcome<()> {
        self.signal_all("CONT")
    }

    /// The first process first, so that it makes no more.
    fn signal_all(&self, name: &str) -> Outcome<()> {
        let first = self.pid()?;
        signal(name, first);
        let listed = output(Command::new("ps").args(["-A", "-o", "pid=,ppid="]))?;
        for line in listed.lines() {
            let mut numbers = line.split_whitespace().map(str::parse::<u32>);
            if let (Some(Ok(pid)), Some(Ok(parent))) = (numbers.next(), numbers.next())
                && parent == first
            {
                signal(name, pid);
            }
        }
        Ok(())
    }

    /// Its first process.
    fn pid(&self) -> Outcome<u32> {
        let path = self.folder.join("data/postmaster.pid");
        let text = fs::read_to_string(path).doing("PostgreSQL does not run")?;
        let first = text.lines().next();
        first
            .and_then(|line| line.trim().parse().ok())
            .map_or_else(|| fail("PostgreSQL does not say its pid"), Ok)
    }

    /// Starts it again after a crash, on the same port with what it kept.
    ///
    /// # Errors
    /// When it does not start.
    pub fn restart(&mut self) -> Outcome<()> {
        self.guard = launch(&self.programs, &self.folder, self.port)?;
        self.ready()
    }

    fn ready(&self) -> Outcome<()> {
        let begin = Instant::now();
        let port = self.port.to_string();
        loop {
            let mut ask = Command::new(self.programs.join("pg_isready"));
            ask.args(["-q", "-h", "127.0.0.1", "-p", &port]);
            if ask.status().is_ok_and(|status| status.success()) {
                return Ok(());
            }
            if begin.elapsed() > PATIENCE {
                let log = fs::read_to_string(self.folder.join("log")).unwrap_or_default();
                return fail(format!("PostgreSQL does not start:\n{log}"));
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }

    /// Lets the guard end the server, and waits for both.
    fn ended(&mut self) -> Outcome<()> {
        drop(self.guard.stdin.take());
        self.guard.wait().doing("cannot wait for PostgreSQL")?;
        Ok(())
    }
}

impl Drop for Postgres {
    fn drop(&mut self) {
        // One that is frozen would not hear it.
        let _ = self.thaw();
        // Both are gone then, or were before.
        let _ = self.ended();
        let _ = fs::remove_dir_all(&self.folder);
    }
}

fn launch(programs: &Path, folder: &Path, port: u16) -> Outcome<Child> {
    let log = fs::File::create(folder.join("log")).doing("cannot write PostgreSQL's log")?;
    let errors = log.try_clone().doing("cannot write PostgreSQL's log")?;
    let mut command = Command::new("sh");
    command
        .args(["-c", GUARD, "guard"])
        .arg(programs.join("postgres"))
        .arg("-D")
        .arg(folder.join("data"))
        .args(["-h", "127.0.0.1", "-p", &port.to_string()])
        // No socket beside the port, and no wait for the disk that a test
        // throws away.
        .args(["-c", "unix_socket_directories=", "-c", "fsync=off"])
        .stdin(Stdio::piped())
        .stdout(log)
        .stderr(errors);
    own_group(&mut command);
    humble(&mut command)?
        .current_dir(folder)
        .spawn()
        .doing("cannot start PostgreSQL")
}

/// The account for root to lend: uid and gid.
fn account() -> Outcome<Option<(u32, u32)>> {
    let ask = |words: &[&str]| {
        let said = output(Command::new("id").args(words)).ok()?;
        said.trim().parse::<u32>().ok()
    };
    if ask(&["-u"]) != Some(0) {
        return Ok(None);
    }
    for name in ["postgres", "nobody"] {
        if let (Some(uid), Some(gid)) = (ask(&["-u", name]), ask(&["-g", name])) {
            return Ok(Some((uid, gid)));
        }
    }
    fail("PostgreSQL does not run as root, and there is no account `postgres` or `nobody`")
}

/// Lets the account write in a folder.
fn lend(folder: &Path) -> Outcome<()> {
    if let Some((uid, gid)) = account()? {
        std::os::unix::fs::chown(folder, Some(uid), Some(gid))
            .doing("cannot lend the folder to PostgreSQL")?;
    }
    Ok(())
}

/// Runs a program under the account, where this is root.
fn humble(command: &mut Command) -> Outcome<&mut Command> {
    use std::os::unix::process::CommandExt as _;
    if let Some((uid, gid)) = account()? {
        command.uid(uid).gid(gid);
    }
    Ok(command)
}
