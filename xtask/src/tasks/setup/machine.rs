//! Which system this is: what can be installed here, and what a person is told
//! to run where it cannot.

use std::process::Command;
use std::sync::Once;

use xtask::run::{Outcome, find, output, step};

/// A system whose commands are known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum System {
    /// Debian itself.
    Debian,
    /// Its packages differ from Debian's: Chromium is no package there.
    Ubuntu,
    /// Another one with apt.
    Apt,
    /// macOS, with Homebrew.
    Mac,
    /// Any other.
    Other,
}

/// This machine.
#[derive(Clone, Copy, Debug)]
pub struct Machine {
    pub system: System,
    /// Whether packages may be installed without asking.
    pub root: bool,
}

impl Machine {
    /// Looks.
    pub fn here() -> Self {
        let release = std::fs::read_to_string("/etc/os-release").unwrap_or_default();
        Self {
            system: system(&release, find("apt-get").is_some()),
            root: output(Command::new("id").arg("-u")).is_ok_and(|id| id.trim() == "0"),
        }
    }

    /// May packages be installed here?
    pub fn installs(self) -> bool {
        self.root && matches!(self.system, System::Debian | System::Ubuntu)
    }

    /// What a person is told to do.
    pub fn way(self, apt: &str, mac: &str, otherwise: &str) -> String {
        match self.system {
            System::Debian | System::Ubuntu | System::Apt if self.root => format!("Run: {apt}"),
            System::Debian | System::Ubuntu | System::Apt => format!("Run: sudo {apt}"),
            System::Mac => format!("Run: {mac}"),
            System::Other => otherwise.to_owned(),
        }
    }
}

/// The system, by os-release(5) and by what is there.
fn system(release: &str, apt: bool) -> System {
    let id = release
        .lines()
        .find_map(|line| line.strip_prefix("ID="))
        .map(|id| id.trim_matches('"'));
    match id {
        Some("debian") if apt => System::Debian,
        Some("ubuntu") if apt => System::Ubuntu,
        _ if apt => System::Apt,
        _ if cfg!(target_os = "macos") => System::Mac,
        _ => System::Other,
    }
}

/// Installs packages.
pub fn apt(packages: &[&str], time: &str) -> Outcome<()> {
    static FRESH: Once = Once::new();
    let quiet = |arguments: &[&str]| {
        let mut command = Command::new("apt-get");
        output(
            command
                .env("DEBIAN_FRONTEND", "noninteractive")
                .args(arguments),
        )
        .map(|_| ())
    };
    step(
        &format!("installing {} ({time})", packages.join(" ")),
        || {
            // Where the lists cannot be fetched, older ones may do.
            FRESH.call_once(|| drop(quiet(&["update", "-qq"])));
            let install = ["install", "-y", "-qq", "--no-install-recommends"];
            quiet(&[&install, packages].concat())
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ubuntu_is_not_debian() {
        let release = "PRETTY_NAME=\"Ubuntu 24.04\"\nID=ubuntu\nID_LIKE=debian\n";
        assert_eq!(system(release, true), System::Ubuntu);
        assert_eq!(
            system("VERSION_ID=\"12\"\nID=debian\n", true),
            System::Debian
        );
        assert_eq!(
            system("ID=\"linuxmint\"\nID_LIKE=ubuntu\n", true),
            System::Apt
        );
        assert_ne!(system("ID=fedora\n", false), System::Debian);
    }

    #[test]
    fn only_root_is_spared_the_sudo() {
        let way = |root| {
            let system = System::Debian;
            Machine { system, root }.way("apt-get install x", "brew install x", "Get x")
        };
        assert_eq!(way(true), "Run: apt-get install x");
        assert_eq!(way(false), "Run: sudo apt-get install x");
    }
}
