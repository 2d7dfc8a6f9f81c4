//! How the controller comes back to a database that went away.

use alloc::format;
use alloc::string::String;

use super::{Example, Findings, Rule};
use crate::config::finding::{Finding, Severity};
use crate::config::subject::Subject;
use crate::config::reading::view::View;
use crate::golang::ArgoVersion;

pub(super) static RULE: Rule = Rule {
    code: "AO216",
    name: "reconnection",
    severity: Severity::Warning,
    summary: "Reconnecting gives up too soon, waits too long, or is configured with impossible numbers.",
    source: "Argo Workflows, util/sqldb/session.go (NewSessionProxy, Reconnect) and util/sqldb/sqldb.go; \
             argoproj/argo-workflows#16771",
    check,
};

pub(super) const DOCUMENTATION: &str = "\
## What it checks
`reconnectionConfig` and `connectionTimeoutSeconds`, which Argo has from 4.1 on: numbers below zero, zeros (which mean \
the defaults: 5 retries, 100 ms, 30 s), waits that are cut off by their own limit, and how long all retries together \
last. Before retry *n* the controller waits `baseDelaySeconds` × *n* × `retryMultiple`, at most `maxDelaySeconds`. \
Without the section `retryMultiple` is 2; in a section that leaves it out it is 1.

## Why it matters
When the retries run out, the session stays closed: every later database operation says `session proxy is closed`, \
hours after the database is healthy again, until the controller is restarted. A fail-over takes longer than half a \
minute. A number below zero ends the controller.

## Example
```yaml
persistence:
  reconnectionConfig:
    maxRetries: 3
```

## Instead
```yaml
persistence:
  reconnectionConfig:
    maxRetries: 30
    baseDelaySeconds: 2
    maxDelaySeconds: 20
    retryMultiple: 2
```
";

pub(super) const EXAMPLES: &[Example] = &[
    Example {
        name: "retries that are over in a moment",
        text: "# argo-version: 4.1\npersistence:\n  reconnectionConfig:\n    maxRetries: 3\n",
        findings: &["3:3 all retries together wait 0.6 s"],
    },
    Example {
        name: "fewer than none",
        text: "# argo-version: 4.1\npersistence:\n  reconnectionConfig:\n    maxRetries: -1\n",
        findings: &["4:17 `maxRetries` is below zero"],
    },
    Example {
        name: "zero means the default",
        text: "# argo-version: 4.1\npersistence:\n  reconnectionConfig:\n    maxRetries: 0\n    \
               baseDelaySeconds: 10\n    maxDelaySeconds: 60\n",
        findings: &["4:17 `maxRetries: 0` means 5 retries"],
    },
    Example {
        name: "a limit below the first wait",
        text: "# argo-version: 4.1\npersistence:\n  reconnectionConfig:\n    maxRetries: 50\n    \
               baseDelaySeconds: 30\n    maxDelaySeconds: 5\n",
        findings: &["6:22 every wait is cut to 5 s"],
    },
    Example {
        name: "a time-out of an hour",
        text: "# argo-version: 4.1\npersistence:\n  connectionTimeoutSeconds: 3600\n",
        findings: &["3:29 a server that accepts and stays silent"],
    },
    Example {
        name: "ten minutes of patience",
        text: "# argo-version: 4.1\npersistence:\n  reconnectionConfig: {maxRetries: 40, \
               baseDelaySeconds: 2, maxDelaySeconds: 20, retryMultiple: 2}\n",
        findings: &[],
    },
    Example {
        name: "no section",
        text: "# argo-version: 4.1\npersistence:\n  mysql:\n    host: db\n",
        findings: &[],
    },
    Example {
        name: "before 4.1 these are unknown keys",
        text: "# argo-version: 3.7\npersistence:\n  reconnectionConfig:\n    maxRetries: -1\n",
        findings: &[],
    },
    Example {
        name: "an ordinary time-out",
        text: "# argo-version: 4.1\npersistence:\n  connectionTimeoutSeconds: 30\n",
        findings: &[],
    },
];

/// The first version with these settings.
const SINCE: ArgoVersion = ArgoVersion { major: 4, minor: 1, patch: None };

/// A fail-over of a managed database takes about as long.
const SHORTEST_MS: f64 = 30_000.0;

const LONGEST_TIMEOUT_SECONDS: i64 = 300;

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for configuration in &subject.configurations {
        let version = configuration.version;
        if (version.major, version.minor) < (SINCE.major, SINCE.minor) {
            continue;
        }
        let Some(root) = configuration.root() else { continue };
        for name in ["persistence", "synchronization"] {
            let Some(section) = root.field(name) else { continue };
            if let Some(reconnection) = section.field("reconnectionConfig").filter(View::is_object)
            {
                reconnecting(&reconnection, findings);
            }
            findings
                .extend(section.field("connectionTimeoutSeconds").and_then(|view| timeout(&view)));
        }
    }
}

fn timeout(view: &View<'_>) -> Option<Finding> {
    let seconds = view.integer()?;
    let message = if seconds < 0 {
        format!("`connectionTimeoutSeconds: {seconds}` is no length of time")
    } else if seconds > LONGEST_TIMEOUT_SECONDS {
        format!(
            "a server that accepts and stays silent holds up every database operation for {seconds} s"
        )
    } else {
        return None;
    };
    Some(Finding::new(&RULE, view.span(), message).help("10 to 60 seconds are usual"))
}

fn reconnecting(section: &View<'_>, findings: &mut Findings) {
    let number = |name: &str| section.field(name).and_then(|view| Some((view.number()?, view)));
    let names = ["maxRetries", "baseDelaySeconds", "maxDelaySeconds", "retryMultiple"];
    let before = findings.len();
    for name in names {
        if let Some((value, view)) = number(name)
            && value < 0.0
        {
            // Argo's texts leave the unit out.
            let field = name.trim_end_matches("Seconds");
            findings.push(
                Finding::new(
                    &RULE,
                    view.span(),
                    format!("`{name}` is below zero, and the controller ends"),
                )
                .severity(Severity::Error)
                .argo(Some(format!("{field} cannot be less than 0")))
                .help("write a number above zero, or take the line out"),
            );
        }
    }
    if findings.len() > before {
        return;
    }
    for (name, meaning) in [
        ("maxRetries", "5 retries"),
        ("baseDelaySeconds", "100 ms"),
        ("maxDelaySeconds", "30 s"),
        ("retryMultiple", "a multiple of 1"),
    ] {
        if let Some((0.0, view)) = number(name) {
            findings.push(
                Finding::new(&RULE, view.span(), format!("`{name}: 0` means {meaning}"))
                    .help("write the number you mean"),
            );
        }
    }
    let or = |name: &str, factor: f64, default: f64| match number(name) {
        Some((value, _)) if value > 0.0 => value * factor,
        _ => default,
    };
    let base = or("baseDelaySeconds", 1000.0, 100.0);
    let most = or("maxDelaySeconds", 1000.0, 30_000.0);
    let multiple = or("retryMultiple", 1.0, 1.0);
    let retries = or("maxRetries", 1.0, 5.0);
    if base > most
        && let Some((_, view)) = number("maxDelaySeconds").or_else(|| number("baseDelaySeconds"))
    {
        findings.push(
            Finding::new(
                &RULE,
                view.span(),
                format!("every wait is cut to {}: `baseDelaySeconds` is more", seconds(most)),
            )
            .help("let `maxDelaySeconds` be several times `baseDelaySeconds`"),
        );
    }
    let waits = waits(base, multiple, most, retries);
    if waits < SHORTEST_MS {
        findings.push(
            Finding::new(
                &RULE,
                section.key_span(),
                format!(
                    "all retries together wait {}, and a database that is away longer stays closed \
                     until the controller restarts",
                    seconds(waits)
                ),
            )
            .help("raise `maxRetries` and `baseDelaySeconds` to outlast a fail-over of a minute or two"),
        );
    }
}

/// How long all retries wait, in milliseconds; where that is long, at least [`SHORTEST_MS`].
fn waits(base: f64, multiple: f64, most: f64, retries: f64) -> f64 {
    let (mut sum, mut retry) = (0.0, 1.0);
    // Retries without end outlast everything, however short their waits.
    while retry <= retries && sum < SHORTEST_MS && retry < 10_000.0 {
        sum += (base * retry * multiple).min(most);
        retry += 1.0;
    }
    if retry >= 10_000.0 { SHORTEST_MS } else { sum }
}

/// `90 s`, `0.6 s`.
fn seconds(milliseconds: f64) -> String {
    let tenths = (milliseconds / 100.0 + 0.5) as u64;
    match tenths % 10 {
        0 => format!("{} s", tenths / 10),
        rest => format!("{}.{rest} s", tenths / 10),
    }
}
