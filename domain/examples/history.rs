//! Prints a made-up record, as `rollbook record export` does: for measurements.
//!
//! `history WORKLOADS PERIODS TEMPLATES BEGIN`: so many workloads, each with so
//! many periods over the year that began then (in seconds since 1970), which take
//! so many templates in turn.

use std::collections::BTreeMap;
use std::io::{BufWriter, Write};

use domain::record::{
    Archived, Bounds, By, Cause, Fact, Held, Kept, Known, Last, Period, Rollout, Watch,
};
use domain::template::Template;
use domain::time::Time;
use domain::workload::Key;
use jiff::SignedDuration;
use serde_json::{Value, json};

/// Kubernetes keeps so many revisions.
const LIMIT: i64 = 10;
const YEAR: SignedDuration = SignedDuration::from_hours(365 * 24);

fn container(name: &str, image: &str) -> Value {
    let env = (0..8)
        .map(|n| json!({"name": format!("SETTING_{n}"), "value": format!("value {n} of {name}")}));
    json!({
        "name": name, "image": image, "imagePullPolicy": "IfNotPresent",
        "env": env.collect::<Vec<_>>(),
        "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}, "limits": {"memory": "64Mi"}},
        "ports": [{"containerPort": 9000, "name": name, "protocol": "TCP"}],
        "readinessProbe": {"httpGet": {"path": "/ready", "port": name, "scheme": "HTTP"},
            "periodSeconds": 10, "timeoutSeconds": 1, "failureThreshold": 3, "successThreshold": 1},
        "volumeMounts": [{"name": "logs", "mountPath": "/var/log"}],
        "terminationMessagePath": "/dev/termination-log", "terminationMessagePolicy": "File",
    })
}

fn template(name: &str, version: i64) -> Option<Template> {
    let image = format!("registry.example.com/platform/{name}:1.{version}.0");
    let spec = json!({
        "metadata": {"labels": {"app": name}},
        "spec": {
            "containers": [container("main", &image), container("side", "registry.example.com/side:3.1")],
            "tolerations": [{"operator": "Exists"}], "restartPolicy": "Always", "dnsPolicy": "ClusterFirst",
            "schedulerName": "default-scheduler", "securityContext": {}, "terminationGracePeriodSeconds": 30,
            "volumes": [{"name": "logs", "hostPath": {"path": "/var/log", "type": ""}}],
        }
    });
    Template::new(spec).ok()
}

struct History<'w, W> {
    out: &'w mut W,
    begin: Time,
    step: SignedDuration,
    templates: i64,
    periods: i64,
}

impl<W: Write> History<'_, W> {
    fn print(&mut self, fact: &Fact) -> std::io::Result<()> {
        serde_json::to_writer(&mut *self.out, fact)?;
        self.out.write_all(b"\n")
    }

    fn at(&self, period: i64) -> Time {
        let step = i32::try_from(period).unwrap_or(i32::MAX);
        self.begin.after(self.step * step)
    }

    fn workload(&mut self, number: i64) -> std::io::Result<()> {
        let name = format!("agent-{number:03}");
        let uid = format!("00000000-0000-4000-8000-{number:012}");
        self.print(&Fact::Workload(Known::new(
            &uid,
            Key::daemon_set(format!("team-{}", number % 5), name.clone()),
            self.begin,
        )))?;
        for generation in 1..=self.periods {
            self.period(&uid, &name, generation)?;
        }
        Ok(())
    }

    fn period(&mut self, uid: &str, name: &str, generation: i64) -> std::io::Result<()> {
        let version = (generation - 1) % self.templates;
        let Some(template) = template(name, version) else {
            return Ok(());
        };
        let at = self.at(generation - 1);
        let later = |seconds| Some(at.after(SignedDuration::from_secs(seconds)));
        let held = format!("{name}-{version:010}");
        let cause = format!("CHG-{generation} release 1.{version}.0");
        if generation <= self.templates {
            self.print(&Fact::Template(Archived::from(&template)))?;
            let gone = generation + LIMIT <= self.periods.min(self.templates);
            self.print(&Fact::Revision(Kept {
                uid: format!("{uid}-{version}"),
                workload: uid.to_owned(),
                name: held.clone(),
                created_at: at,
                generation: Some(generation),
                template: Some(template.digest()),
                cause: Some(cause.clone()),
                numbers: BTreeMap::from([(generation, at)]),
                why: None,
                gone: gone.then(|| Bounds::dated(self.at(generation + LIMIT - 1))),
                seen: None,
            }))?;
        }
        let mut period = Period::new(uid, generation, Bounds::dated(at));
        period.watched = true;
        period.template = Some(template.digest());
        period.held = Some(Held {
            uid: format!("{uid}-{version}"),
            name: held,
        });
        period.numbers = BTreeMap::from([(generation, at)]);
        period.by = Some(By::Manager {
            name: "kubectl-client-side-apply".to_owned(),
        });
        period.cause = Some(Cause {
            at,
            text: cause,
            own: Some(true),
        });
        period.rollout = Rollout {
            observed: later(0),
            first_node: later(5),
            all_nodes: later(60),
            done: later(61),
            seen_done: later(61),
            last: later(61).map(|at| Last {
                at,
                updated: 24,
                desired: 24,
            }),
            ..Rollout::default()
        };
        self.print(&Fact::Period(period))
    }
}

fn main() -> std::io::Result<()> {
    let mut numbers = std::env::args()
        .skip(1)
        .filter_map(|text| text.parse::<i64>().ok());
    let mut number = || {
        let usage = "history WORKLOADS PERIODS TEMPLATES BEGIN";
        numbers.next().ok_or_else(|| std::io::Error::other(usage))
    };
    let (workloads, periods, templates) = (number()?, number()?, number()?);
    let begin = Time::from_second(number()?);
    let mut out = BufWriter::with_capacity(1 << 20, std::io::stdout().lock());
    let mut history = History {
        out: &mut out,
        begin,
        step: YEAR / i32::try_from(periods.max(1)).unwrap_or(i32::MAX),
        templates: templates.clamp(1, periods.max(1)),
        periods,
    };
    history.print(&Fact::Watch(Watch {
        id: "made-up".to_owned(),
        from: begin,
        to: begin.after(YEAR),
        namespaces: Vec::new(),
    }))?;
    for number in 0..workloads {
        history.workload(number)?;
    }
    out.flush()
}
