//! Real control planes on this machine: etcd, kube-apiserver,
//! kube-controller-manager and kube-scheduler as plain processes, with KWOK
//! playing the nodes. Several run side by side, each in a folder of its own.

pub mod binaries;
mod create;
mod folder;
mod go;
mod lock;
mod nodes;
mod ports;
mod process;
mod stages;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

use crate::run::{Doing, Failure, Outcome, cache, fail, output};
use crate::stop;
use binaries::Binaries;
use folder::Folder;
use lock::Lock;
pub use process::Component;
pub use stages::Pace;

/// What kind of cluster.
#[derive(Clone, Debug)]
pub struct Options {
    /// Its name: of the kubeconfig's cluster and of its folder.
    pub name: String,
    /// How many nodes, spread over three zones.
    pub nodes: usize,
    /// How quickly pods start.
    pub pace: Pace,
    /// Folder to live in; by default a fresh one under the system's temporary
    /// folder.
    pub folder: Option<PathBuf>,
    /// Leave it running when the value is dropped.
    pub keep: bool,
    /// File with an audit policy (`audit.k8s.io/v1`); what it records is in
    /// `audit.log` of [`Cluster::logs`].
    pub audit: Option<PathBuf>,
    /// Further flags of the programs, each `PROGRAM=FLAG=VALUE`, for example
    /// `kube-apiserver=event-ttl=2m`.
    pub extra_args: Vec<String>,
}

impl Options {
    /// A small, fast cluster for tests.
    pub fn test(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            nodes: 3,
            pace: Pace::Fast,
            folder: None,
            keep: false,
            audit: None,
            extra_args: Vec::new(),
        }
    }
}

/// A running cluster. Dropping it ends its processes and removes its folder,
/// unless it is kept. Where the value is not dropped because its process was
/// killed, the next cluster that starts ends what was left.
#[derive(Debug)]
pub struct Cluster {
    options: Options,
    folder: Folder,
    binaries: Binaries,
}

impl Cluster {
    /// Starts one, building the programs first where they are missing.
    ///
    /// # Errors
    /// When a program cannot be built, another cluster lives in the folder,
    /// the cluster does not become ready, or this process is asked to end.
    pub fn start(options: Options) -> Outcome<Self> {
        let binaries = Binaries::ensure()?;
        let starting = Lock::take(&cache().join("cluster.lock"), "has started its cluster")?;
        Self::sweep();
        let path = options
            .folder
            .clone()
            .unwrap_or_else(|| Folder::temporary(&options.name));
        // From here on dropping cleans up, whatever fails.
        let cluster = Self {
            folder: Folder::claim(&path)?,
            options,
            binaries,
        };
        create::create(&cluster)?;
        cluster
            .wait_until("the apiserver is ready", Duration::from_mins(1), || {
                cluster.answers()
            })
            .map_err(|failure| {
                Failure(format!("{failure}\n{}", cluster.log_end("kube-apiserver")))
            })?;
        drop(starting);
        if cluster.options.nodes > 0 {
            cluster.add_nodes(0, cluster.options.nodes)?;
        }
        Ok(cluster)
    }

    /// Takes up the one that was kept running in the folder of the options, if
    /// it still answers.
    ///
    /// # Errors
    /// When the programs cannot be built.
    pub fn resume(options: &Options) -> Outcome<Option<Self>> {
        let Some(folder) = options.folder.as_deref().and_then(Folder::resume) else {
            return Ok(None);
        };
        let cluster = Self {
            options: options.clone(),
            folder,
            binaries: Binaries::ensure()?,
        };
        // One that does not answer is cleared here.
        Ok(cluster.answers().then_some(cluster))
    }

    /// Ends what programs left that were killed while they had a cluster.
    pub fn sweep() {
        folder::sweep(&std::env::temp_dir());
    }

    /// Ends the one that lives in a folder, if any, and removes the folder.
    ///
    /// # Errors
    /// When whoever started it still runs.
    pub fn clear(folder: &Path) -> Outcome<()> {
        if folder.exists() {
            folder::clear(Folder::claim(folder)?.path())?;
        }
        Ok(())
    }

    fn answers(&self) -> bool {
        self.kubectl(&["get", "--raw", "/readyz", "--request-timeout=5s"])
            .is_ok()
    }

    /// Folder of kwokctl's files: programs, logs, keys.
    fn work(&self) -> PathBuf {
        folder::work(self.folder.path(), &self.options.name)
    }

    /// Folder with the log of each process.
    pub fn logs(&self) -> PathBuf {
        self.work().join("logs")
    }

    /// The address of its etcd.
    ///
    /// # Errors
    /// When kwokctl did not write it down.
    pub fn etcd(&self) -> Outcome<String> {
        let config = self.work().join("kwok.yaml");
        let text = fs::read_to_string(config).doing("cannot read what kwokctl wrote")?;
        let port = text
            .lines()
            .find_map(|line| line.trim().strip_prefix("etcdPort: "));
        port.map_or_else(
            || fail("kwokctl does not say the port of etcd"),
            |port| Ok(format!("http://127.0.0.1:{port}")),
        )
    }

    /// Its kubeconfig.
    pub fn kubeconfig(&self) -> PathBuf {
        self.folder.path().join("kubeconfig")
    }

    /// How many nodes it was started with.
    pub fn nodes(&self) -> usize {
        self.options.nodes
    }

    /// Folder that the cluster lives in.
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// kubectl of the same version, for this cluster.
    pub fn kubectl_command(&self) -> Command {
        let mut command = Command::new(self.binaries.path("kubectl"));
        command.arg("--kubeconfig").arg(self.kubeconfig());
        command
    }

    /// Runs kubectl and returns what it printed.
    ///
    /// # Errors
    /// When it fails, with its words.
    pub fn kubectl(&self, arguments: &[&str]) -> Outcome<String> {
        output(self.kubectl_command().args(arguments))
    }

    /// Creates or changes objects from YAML or JSON text.
    ///
    /// # Errors
    /// When the apiserver refuses.
    pub fn apply(&self, text: &str) -> Outcome<String> {
        self.feed(&["apply", "--server-side=false", "-f", "-"], text)
    }

    /// Runs kubectl with text on its standard input.
    ///
    /// # Errors
    /// When it fails, with its words.
    pub fn feed(&self, arguments: &[&str], text: &str) -> Outcome<String> {
        use std::io::Write as _;
        let mut child = self
            .kubectl_command()
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .doing("cannot run kubectl")?;
        if let Some(mut stdin) = child.stdin.take() {
            stdin
                .write_all(text.as_bytes())
                .doing("cannot write to kubectl")?;
        }
        let output = child.wait_with_output().doing("cannot wait for kubectl")?;
        if output.status.success() {
            Ok(String::from_utf8_lossy(&output.stdout).into_owned())
        } else {
            fail(format!(
                "kubectl {}: {}",
                arguments.join(" "),
                String::from_utf8_lossy(&output.stderr).trim_end()
            ))
        }
    }

    /// Adds nodes numbered from `first`.
    ///
    /// # Errors
    /// When the apiserver refuses.
    pub fn add_nodes(&self, first: usize, count: usize) -> Outcome<()> {
        self.feed(&["create", "-f", "-"], &nodes::list(first, count))
            .map(|_| ())
    }

    /// Asks until it is so.
    ///
    /// # Errors
    /// When it is not so in time, or this process is asked to end.
    pub fn wait_until(
        &self,
        what: &str,
        limit: Duration,
        mut is_so: impl FnMut() -> bool,
    ) -> Outcome<()> {
        let begin = Instant::now();
        while begin.elapsed() < limit {
            if is_so() {
                return Ok(());
            }
            stop::check()?;
            std::thread::sleep(Duration::from_millis(50));
        }
        fail(format!("{what}: not within {} s", limit.as_secs()))
    }

    /// The pid of a component's process, if it runs.
    pub fn pid(&self, component: Component) -> Option<u32> {
        process::pid(&self.work(), component)
    }

    /// Freezes a process (SIGSTOP).
    ///
    /// # Errors
    /// When there is none.
    pub fn freeze(&self, component: Component) -> Outcome<()> {
        process::signal(&self.work(), component, "STOP")
    }

    /// Lets a frozen process go on (SIGCONT).
    ///
    /// # Errors
    /// When there is none.
    pub fn thaw(&self, component: Component) -> Outcome<()> {
        process::signal(&self.work(), component, "CONT")
    }

    /// Ends a process at once (SIGKILL); it is gone when this returns.
    ///
    /// # Errors
    /// When there is none.
    pub fn kill(&self, component: Component) -> Outcome<()> {
        process::kill_for_restart(&self.work(), component)
    }

    /// Starts a killed process again, with the command line it had. It may take
    /// a moment until it answers.
    ///
    /// # Errors
    /// When it was not killed by [`Cluster::kill`] or does not start.
    pub fn restart(&self, component: Component) -> Outcome<()> {
        if component == Component::Kwok && self.pid(component).is_none() {
            // It would wait 40 s for the nodes of the one that was killed.
            self.kubectl(&["-n", "kube-node-lease", "delete", "leases", "--all"])?;
        }
        process::relaunch(&self.work(), component)
    }

    /// The end of a component's log, for the words of a failure.
    fn log_end(&self, component: &str) -> String {
        let text =
            fs::read_to_string(self.logs().join(format!("{component}.log"))).unwrap_or_default();
        let lines: Vec<&str> = text.lines().collect();
        lines[lines.len().saturating_sub(6)..].join("\n")
    }

    /// Leaves it running when the value is dropped.
    pub fn keep(&mut self) {
        self.options.keep = true;
    }

    /// Names a process that works on this cluster (Rollbook itself), so that
    /// it is ended with the cluster also where this process is killed.
    ///
    /// # Errors
    /// When it cannot be written down.
    pub fn record(&self, pid: u32, program: &Path) -> Outcome<()> {
        process::record(self.folder.path(), pid, program)
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.options.keep {
            self.folder.keep();
        } else {
            // What stays in the folder is cleared by the next cluster.
            let _ = folder::clear(self.folder.path());
        }
    }
}
