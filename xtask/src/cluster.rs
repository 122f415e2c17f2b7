//! Real control planes on this machine: etcd, kube-apiserver,
//! kube-controller-manager and kube-scheduler as plain processes, with KWOK
//! playing the nodes. Several run side by side, each in a folder of its own.

pub mod binaries;
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
use binaries::Binaries;
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
        }
    }
}

/// A running cluster. Dropping it ends its processes and removes its folder,
/// unless it is kept.
#[derive(Debug)]
pub struct Cluster {
    options: Options,
    folder: PathBuf,
    binaries: Binaries,
}

impl Cluster {
    /// Starts one, building the programs first where they are missing.
    ///
    /// # Errors
    /// When a program cannot be built or the cluster does not become ready.
    pub fn start(options: Options) -> Outcome<Self> {
        let binaries = Binaries::ensure()?;
        let folder = match &options.folder {
            Some(folder) => folder.clone(),
            None => std::env::temp_dir().join(format!(
                "rollbook-{}-{}",
                options.name,
                std::process::id()
            )),
        };
        process::end_all(&folder.join("work").join("clusters").join(&options.name));
        if folder.exists() {
            fs::remove_dir_all(&folder).doing("cannot clear the folder of an old cluster")?;
        }
        fs::create_dir_all(&folder).doing("cannot make a folder for the cluster")?;
        // From here on dropping cleans up, whatever fails.
        let cluster = Self {
            options,
            folder,
            binaries,
        };
        let starting = lock::Lock::take(&cache().join("starting.lock"))?;
        cluster.create()?;
        cluster
            .wait_until("the apiserver is ready", Duration::from_mins(1), || {
                cluster.kubectl(&["get", "--raw", "/readyz"]).is_ok()
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

    /// Takes up one that was kept running, if it still answers.
    pub fn resume(options: &Options) -> Option<Self> {
        let folder = options.folder.clone()?;
        let cluster = Self {
            options: Options {
                keep: true,
                ..options.clone()
            },
            folder,
            binaries: Binaries::ensure().ok()?,
        };
        let alive = cluster.kubectl(&["get", "--raw", "/readyz"]).is_ok();
        let cluster = Self {
            options: options.clone(),
            folder: cluster.folder.clone(),
            binaries: cluster.binaries.clone(),
        };
        if alive {
            Some(cluster)
        } else {
            std::mem::forget(cluster);
            None
        }
    }

    fn create(&self) -> Outcome<()> {
        let ports = ports::free(7)?;
        let config = self.folder.join("kwokctl.yaml");
        fs::write(&config, stages::config(self.options.pace)?).doing("cannot write the config")?;
        let mut command = self.kwokctl();
        command.args(["create", "cluster", "--runtime", "binary", "--wait", "60s"]);
        command.args(["--disable-qps-limits", "--quiet-pull"]);
        command.arg("--config").arg(&config);
        command.arg("--kubeconfig").arg(self.kubeconfig());
        for (flag, program) in [
            ("--etcd-binary", "etcd"),
            ("--kube-apiserver-binary", "kube-apiserver"),
            (
                "--kube-controller-manager-binary",
                "kube-controller-manager",
            ),
            ("--kube-scheduler-binary", "kube-scheduler"),
            ("--kwok-controller-binary", "kwok"),
        ] {
            command.arg(flag).arg(self.binaries.path(program));
        }
        for (flag, port) in [
            "--kube-apiserver-port",
            "--etcd-port",
            "--controller-port",
            "--kube-controller-manager-port",
            "--kube-scheduler-port",
        ]
        .iter()
        .zip(&ports)
        {
            command.args([flag.to_owned(), &port.to_string() as &str]);
        }
        // Without a lease to renew, stopping and continuing a controller does
        // not make it give up.
        command.args(["--extra-args", "kube-controller-manager=leader-elect=false"]);
        command.args(["--extra-args", "kube-scheduler=leader-elect=false"]);
        output(&mut command).map(|_| ())
    }

    fn kwokctl(&self) -> Command {
        let mut command = Command::new(self.binaries.path("kwokctl"));
        command
            .env("KWOK_WORKDIR", self.folder.join("work"))
            .arg("--name")
            .arg(&self.options.name)
            .stdin(Stdio::null());
        command
    }

    /// Folder of kwokctl's files: pids, logs, keys.
    fn work(&self) -> PathBuf {
        self.folder
            .join("work")
            .join("clusters")
            .join(&self.options.name)
    }

    /// Folder with the log of each process.
    pub fn logs(&self) -> PathBuf {
        self.work().join("logs")
    }

    /// Its kubeconfig.
    pub fn kubeconfig(&self) -> PathBuf {
        self.folder.join("kubeconfig")
    }

    /// Folder that the cluster lives in.
    pub fn folder(&self) -> &Path {
        &self.folder
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
    /// When it is not so in time.
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
            std::thread::sleep(Duration::from_millis(50));
        }
        fail(format!("{what}: not within {} s", limit.as_secs()))
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

    /// Ends a process at once (SIGKILL).
    ///
    /// # Errors
    /// When there is none.
    pub fn kill(&self, component: Component) -> Outcome<()> {
        process::kill_for_restart(&self.work(), component)
    }

    /// Starts a killed process again, as it was.
    ///
    /// # Errors
    /// When it does not start.
    pub fn restart(&self, component: Component) -> Outcome<()> {
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
}

impl Drop for Cluster {
    fn drop(&mut self) {
        if self.options.keep {
            return;
        }
        process::end_all(&self.work());
        // Etcd may still write for a moment; a folder left over in the
        // temporary folder does no harm.
        for _ in 0..20 {
            if fs::remove_dir_all(&self.folder).is_ok() || !self.folder.exists() {
                break;
            }
            std::thread::sleep(Duration::from_millis(50));
        }
    }
}
