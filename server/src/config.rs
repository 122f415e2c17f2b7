//! What a person can say on the command line.

use std::collections::BTreeSet;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::PathBuf;

use clap::{Parser, Subcommand};
use jiff::SignedDuration;

/// Revision history of Kubernetes workloads: see it, compare, go back.
#[derive(Clone, Debug, Parser)]
#[command(name = "rollbook", version)]
pub struct Config {
    /// Something else than to serve
    #[command(subcommand)]
    pub command: Option<Command>,
    /// Kubeconfig file; default as kubectl: KUBECONFIG, then ~/.kube/config
    #[arg(long)]
    pub kubeconfig: Option<PathBuf>,
    /// Context of the kubeconfig; default the current one
    #[arg(long)]
    pub context: Option<String>,
    /// Look only at this namespace; repeatable
    #[arg(long = "namespace", short = 'n')]
    pub namespaces: Vec<String>,
    /// Address to listen on; only loopback until sign-in exists
    #[arg(long, value_parser = listen, default_value_t = IpAddr::V4(Ipv4Addr::LOCALHOST))]
    pub listen: IpAddr,
    /// Port to listen on; 0 for any free one
    #[arg(long, default_value_t = 7777)]
    pub port: u16,
    /// Call a rollout stuck when no node finished for so long, as 10m or 90s
    #[arg(long, value_parser = span, default_value = "10m")]
    pub stuck_after: SignedDuration,
    /// Where to keep the record of what ran when; default a file for each
    /// cluster in ~/.local/state/rollbook
    #[arg(long, global = true, value_name = "FILE|URL|none", long_help = RECORD_HELP, env = "ROLLBOOK_RECORD", hide_env_values = true, value_parser = record)]
    pub record: Option<Record>,
    /// Remove from the record what ended longer ago than that, as 365d or 90d
    #[arg(long, value_parser = age, default_value = "365d", env = "ROLLBOOK_RECORD_AGE")]
    pub record_age: SignedDuration,
    /// Remove the oldest where the record is larger than that, as 1GiB or 500MiB
    #[arg(long, value_parser = size, default_value = "1GiB", env = "ROLLBOOK_RECORD_SIZE")]
    pub record_size: u64,
    /// Never write to the cluster
    #[arg(long)]
    pub read_only: bool,
    /// Also answer to this host name (with port, if not 80); repeatable
    #[arg(long = "allow-host")]
    pub allow_hosts: Vec<String>,
}

/// What is done instead of serving.
#[derive(Clone, Debug, Subcommand)]
pub enum Command {
    /// Look after the record; no cluster is needed
    #[command(subcommand)]
    Record(RecordCommand),
}

/// What is done with the record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Subcommand)]
pub enum RecordCommand {
    /// Read all of it and say what is not as it must be
    Check,
    /// Print all of it, a fact a line as JSON. Templates are whole: they may
    /// hold secrets
    Export,
    /// Take in what export printed, from standard input; what is there already
    /// stays
    Import,
}

/// What `--help` says of the record.
const RECORD_HELP: &str = "Where to keep the record of what ran when: a file's path, a database \
as postgres://user:password@host/name, or none. Give an address with a password by the environment: \
others can read the command line. Default: a file for each cluster in ~/.local/state/rollbook";

/// Where the record is kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// Nowhere.
    None,
    /// In this file.
    File(PathBuf),
    /// In the database of this address.
    Url(String),
}

/// How much of the past is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Retention {
    /// What ended longer ago is removed.
    pub age: SignedDuration,
    /// Bytes: where the record is larger, the oldest is removed.
    pub size: u64,
}

/// Reads an age; days are 24 hours, and what is younger than a day is refused.
fn age(text: &str) -> Result<SignedDuration, String> {
    let days = text
        .strip_suffix('d')
        .and_then(|days| days.parse::<u32>().ok());
    let age = match days {
        Some(days) => Some(SignedDuration::from_hours(24 * i64::from(days))),
        None => text.parse().ok(),
    };
    // Times are computed with it: a hundred years are enough.
    let (least, most) = (24, 24 * 36_525);
    age.filter(|age| (least..=most).contains(&age.as_hours()))
        .ok_or_else(|| "not an age from 1d to 36525d, such as 365d, 90d or 48h".to_owned())
}

/// Reads a size in bytes: a whole number with a unit.
fn size(text: &str) -> Result<u64, String> {
    const MIB: u64 = 1 << 20;
    let units = [("GiB", MIB << 10), ("MiB", MIB)];
    let read = |(unit, bytes): (&str, u64)| {
        let number = text.strip_suffix(unit)?;
        let plain = number.bytes().all(|own| own.is_ascii_digit());
        let number = number.parse::<u64>().ok().filter(|_| plain)?;
        number.checked_mul(bytes)
    };
    let size = units.into_iter().find_map(read);
    size.filter(|size| *size >= MIB)
        .ok_or_else(|| "not a size of at least 1MiB, such as 1GiB or 500MiB".to_owned())
}

/// Reads where the record is kept.
fn record(text: &str) -> Result<Record, String> {
    match text.split_once("://") {
        _ if text == "none" => Ok(Record::None),
        Some(("postgres" | "postgresql", _)) => Ok(Record::Url(text.to_owned())),
        Some(_) => Err("only postgres://… is an address; a file is given by its path".to_owned()),
        None if text.is_empty() => Err("a file's path, postgres://… or none".to_owned()),
        None => Ok(Record::File(PathBuf::from(text))),
    }
}

/// Reads an address and says where a port belongs.
fn listen(text: &str) -> Result<IpAddr, String> {
    text.parse().map_err(|_| match text.parse::<SocketAddr>() {
        Ok(both) => format!(
            "the port goes by itself: --listen {} --port {}",
            both.ip(),
            both.port()
        ),
        Err(_) => "not an IP address, such as 127.0.0.1".to_owned(),
    })
}

/// Reads a span of time; a bare number has no unit and is refused.
fn span(text: &str) -> Result<SignedDuration, String> {
    match text.parse::<SignedDuration>() {
        Ok(span) if span.is_positive() => Ok(span),
        _ => Err("not a span of time, such as 10m, 90s or 1h".to_owned()),
    }
}

/// Why a configuration is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// Listening beyond this machine.
    #[error(
        "will not listen on {0}: there is no sign-in yet, so anybody who can reach it could act as you; use a loopback address such as 127.0.0.1"
    )]
    NotLoopback(IpAddr),
}

impl Config {
    /// The namespaces, each once and in one order, however they were given.
    pub fn scopes(&self) -> Vec<String> {
        let all: BTreeSet<&String> = self.namespaces.iter().collect();
        all.into_iter().cloned().collect()
    }

    /// How much of the past is kept.
    pub fn retention(&self) -> Retention {
        Retention {
            age: self.record_age,
            size: self.record_size,
        }
    }

    /// The address to listen on.
    ///
    /// # Errors
    /// When it is not a loopback address.
    pub fn address(&self) -> Result<SocketAddr, Refusal> {
        if self.listen.is_loopback() {
            Ok(SocketAddr::new(self.listen, self.port))
        } else {
            Err(Refusal::NotLoopback(self.listen))
        }
    }
}

#[cfg(test)]
mod tests {
    #![expect(clippy::unwrap_used, reason = "tests")]

    use super::*;

    fn config(arguments: &[&str]) -> Config {
        Config::try_parse_from(std::iter::once(&"rollbook").chain(arguments)).unwrap()
    }

    #[test]
    fn only_loopback_is_listened_on() {
        assert!(config(&[]).address().unwrap().ip().is_loopback());
        assert!(config(&["--listen", "::1"]).address().is_ok());
        for address in ["0.0.0.0", "::", "10.0.0.1"] {
            let refusal = config(&["--listen", address]).address().unwrap_err();
            assert!(refusal.to_string().contains("no sign-in yet"));
        }
    }

    #[test]
    fn a_port_in_the_address_is_told_where_it_goes() {
        let told = |address| {
            Config::try_parse_from(["rollbook", "--listen", address])
                .unwrap_err()
                .to_string()
        };
        assert!(told("127.0.0.1:8080").contains("--listen 127.0.0.1 --port 8080"));
        assert!(told("localhost").contains("not an IP address"));
    }

    #[test]
    fn spans_have_units() {
        let minutes = |text| {
            Config::try_parse_from(["rollbook", "--stuck-after", text])
                .map(|config| config.stuck_after.as_secs())
        };
        assert_eq!(config(&[]).stuck_after, domain::verdict::STUCK_AFTER);
        assert_eq!(minutes("90s").unwrap(), 90);
        assert_eq!(minutes("1h").unwrap(), 3600);
        for odd in ["10", "-1m", "0s", "soon", ""] {
            assert!(minutes(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn a_record_is_a_file_a_database_or_none() {
        let read = |text: &str| record(text);
        assert_eq!(config(&[]).record, None);
        assert_eq!(read("none"), Ok(Record::None));
        assert_eq!(read("./x.db"), Ok(Record::File("./x.db".into())));
        let url = "postgres://u:p@h/d";
        assert_eq!(read(url), Ok(Record::Url(url.into())));
        for odd in ["", "mysql://h/d", "sqlite://x"] {
            assert!(read(odd).is_err(), "{odd}");
        }
    }

    #[test]
    fn an_age_and_a_size_have_units() {
        assert_eq!(
            config(&[]).retention(),
            Retention {
                age: SignedDuration::from_hours(365 * 24),
                size: 1 << 30,
            }
        );
        assert_eq!(age("90d").unwrap().as_hours(), 90 * 24);
        assert_eq!(age("48h").unwrap().as_hours(), 48);
        for odd in [
            "",
            "d",
            "365",
            "0d",
            "-1d",
            "1.5d",
            "12h",
            "90s",
            "36526d",
            "9999999999d",
            "1y",
        ] {
            assert!(age(odd).unwrap_err().contains("not an age"), "{odd}");
        }
        assert_eq!(size("500MiB"), Ok(500 << 20));
        for odd in [
            "",
            "GiB",
            "1",
            "1GB",
            "1 GiB",
            "0MiB",
            "-1GiB",
            "+1GiB",
            "1.5GiB",
            "99999999999999GiB",
        ] {
            assert!(size(odd).unwrap_err().contains("not a size"), "{odd}");
        }
        let told = Config::try_parse_from(["rollbook", "--record-age", "soon"]).unwrap_err();
        assert!(told.to_string().contains("such as 365d"), "{told}");
    }

    #[test]
    fn namespaces_repeat() {
        assert_eq!(
            config(&["-n", "a", "--namespace", "b"]).namespaces,
            ["a", "b"]
        );
    }

    #[test]
    fn namespaces_are_the_same_in_any_order() {
        let all = ["-n", "b", "-n", "a", "-n", "b"];
        assert_eq!(config(&all).scopes(), ["a", "b"]);
    }
}
