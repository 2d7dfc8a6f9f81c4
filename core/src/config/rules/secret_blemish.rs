//! Values of Secrets that reach the database otherwise than they are meant.

use alloc::format;
use alloc::string::String;

use super::{Example, Findings, Rule};
use crate::config::database::credentials::{Used, used};
use crate::config::finding::{Finding, Fix, Safety, Severity};
use crate::config::database::placeholders;
use crate::config::fixes::secret_edits;
use crate::config::sources::secret_text::{seems_base64, without_line_break};
use crate::config::sources::File;
use crate::config::subject::Subject;

pub(super) static RULE: Rule = Rule {
    code: "AO207",
    name: "secret-blemish",
    severity: Severity::Error,
    summary: "A user name or password with a line break or blanks around it, or in base64 once too often.",
    source: "Argo Workflows, issue 3507; v3.7.6, util/util.go (GetSecrets): values are used as they are",
    check,
};

pub(super) const DOCUMENTATION: &str = "\
## What it checks
The user name and password of the database in the Secrets that the configuration refers to; where no document names \
a database, the keys `username` and `password` of Secrets called `argo-mysql-config` or `argo-postgres-config`, as \
in Argo's manifests. The values are never shown. It finds:

- a line break at the end, as `echo argo | base64` and the block scalar `|` make it;
- blanks before or behind (a warning: they may be meant);
- base64 of base64 under `data`, and base64 under `stringData`, which wants plain text (a warning, as passwords can \
look like base64: the text must be at least eight characters of canonical base64 that stand for printable ASCII; \
short ones must stand for letters, digits and `_-.@!#$` only, and those without `=` for at least nine characters);
- under `data`, what is no base64, such as plain text, or lines that a folded scalar joins with blanks;
- under `data`, base64 of bytes that are no UTF-8, as of plain text that happens to be valid base64 (a warning);
- numbers and booleans without quotes.

Files encrypted by SOPS and placeholders are left alone.

## Why it matters
Argo uses the bytes as they are. The database sees another user or another password and answers \
`Error 1045: Access denied for user 'argo\\n'`, whose line break is easily overlooked. What is no base64 or no text \
is refused by the API server already, so that an old Secret or none remains.

## Example
```yaml
kind: Secret
metadata: {name: argo-mysql-config}
data:
  username: YXJnbwo=   # echo argo | base64
```

## Instead
```yaml
kind: Secret
metadata: {name: argo-mysql-config}
data:
  username: YXJnbw==   # echo -n argo | base64
```
";

pub(super) const EXAMPLES: &[Example] = &[
    Example {
        name: "a line break that echo has added",
        text: "\
apiVersion: v1
kind: Secret
metadata:
  name: argo-mysql-config
data:
  username: YXJnb191c2VyCg==
  password: czNjcjN0
",
        findings: &["6:13 the user name ends with a line break"],
    },
    Example {
        name: "a line break that the block scalar has added",
        text: "\
apiVersion: v1
kind: Secret
metadata:
  name: db
stringData:
  user: argo
  pass: |
    s3cr3t
---
persistence:
  mysql:
    userNameSecret: {name: db, key: user}
    passwordSecret: {name: db, key: pass}
",
        findings: &["7:9 the password ends with a line break"],
    },
    Example {
        name: "encoded twice, and encoded where plain text belongs",
        text: "\
apiVersion: v1
kind: Secret
metadata:
  name: argo-postgres-config
data:
  username: WVhKbmIxOTFjMlZ5
stringData:
  password: czNjcjN0LXBhc3M=
",
        findings: &[
            "6:13 the user name seems to be base64 of base64",
            "8:13 the password seems to be base64, while `stringData` wants plain text",
        ],
    },
    Example {
        name: "plain text under data, and a number",
        text: "\
apiVersion: v1
kind: Secret
metadata:
  name: argo-mysql-config
data:
  username: argo_user
stringData:
  password: 123456
",
        findings: &[
            "6:13 the user name is no base64, which `data` wants",
            "8:13 the password is written as a number or boolean",
        ],
    },
    Example {
        name: "plain text that happens to be valid base64",
        text: "\
apiVersion: v1
kind: Secret
metadata:
  name: argo-mysql-config
data:
  username: argouser
  password: password
",
        findings: &[
            "6:13 the user name decodes to bytes that are no characters",
            "7:13 the password decodes to bytes that are no characters",
        ],
    },
    Example {
        name: "blanks around",
        text: "\
apiVersion: v1
kind: Secret
metadata:
  name: argo-mysql-config
stringData:
  username: \" argo\"
  password: s3cr3t
",
        findings: &["6:13 the user name begins or ends with blanks"],
    },
    Example {
        name: "base64 folded to one line is joined with blanks",
        text: "\
apiVersion: v1
kind: Secret
metadata:
  name: argo-mysql-config
data:
  password: >-
    YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh
    YmJiYg==
",
        findings: &["6:13 the password is no base64, which `data` wants"],
    },
    Example {
        name: "base64 broken over the lines of a literal scalar is fine",
        text: "\
apiVersion: v1
kind: Secret
metadata:
  name: argo-mysql-config
data:
  password: |
    YWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFhYWFh
    YmJiYg==
",
        findings: &[],
    },
    Example {
        name: "passwords that consist of the characters of base64",
        text: "\
apiVersion: v1
kind: Secret
metadata:
  name: argo-mysql-config
stringData:
  username: password
  password: Xq7mK2vR9tLp4wZs
",
        findings: &[],
    },
    Example {
        name: "random bytes in base64 are a password of their own",
        text: "\
apiVersion: v1
kind: Secret
metadata:
  name: argo-mysql-config
stringData:
  username: argo
  password: 3q2+7wABvu/erb7vyv66vg==
",
        findings: &[],
    },
    Example {
        name: "a stripped block scalar",
        text: "\
apiVersion: v1
kind: Secret
metadata:
  name: argo-mysql-config
stringData:
  username: |-
    argo
  password: s3cr3t with blanks inside
",
        findings: &[],
    },
    Example {
        name: "another Secret's values are none of our business",
        text: "\
apiVersion: v1
kind: Secret
metadata:
  name: other
stringData:
  username: |
    argo
---
persistence:
  mysql:
    userNameSecret: {name: argo-mysql-config, key: username}
",
        findings: &[],
    },
    Example {
        name: "an encrypted file",
        text: "\
apiVersion: v1
kind: Secret
metadata:
  name: argo-mysql-config
data:
  username: ENC[AES256_GCM,data:Zm9v,iv:YmFy,tag:YmF6,type:str]
sops:
  version: 3.9.0
",
        findings: &[],
    },
];

fn check(subject: &Subject<'_>, findings: &mut Findings) {
    for used in used(subject) {
        if used.secret.is_encrypted() {
            continue;
        }
        let Some(blemish) = blemish(&used) else { continue };
        let mut finding = Finding::new(&RULE, used.value.span(), blemish.message(&used))
            .severity(blemish.severity())
            .confidential()
            .help(blemish.help(&used))
            .fix(blemish.fix(subject.files, &used));
        if let Some(reference) = &used.reference {
            finding = finding.related(reference.key_span(), "what refers to it");
        }
        findings.push(finding);
    }
}

/// What is wrong with a value.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Blemish {
    NoText,
    NoBase64,
    NoCharacters,
    Base64TooOften,
    LineBreak,
    Blanks,
}

fn blemish(used: &Used<'_>) -> Option<Blemish> {
    let value = &used.value;
    let Some(written) = value.written() else {
        return value.is_number_or_boolean().then_some(Blemish::NoText);
    };
    if core::str::from_utf8(written).is_ok_and(|text| placeholders::as_secret(text).is_some()) {
        return None;
    }
    let Some(bytes) = value.bytes() else { return Some(Blemish::NoBase64) };
    if core::str::from_utf8(&bytes).is_err() {
        return Some(Blemish::NoCharacters);
    }
    let trimmed = without_line_break(&bytes);
    if seems_base64(trimmed) {
        return Some(Blemish::Base64TooOften);
    }
    if trimmed.len() < bytes.len() {
        return Some(Blemish::LineBreak);
    }
    (bytes.trim_ascii().len() < bytes.len()).then_some(Blemish::Blanks)
}

impl Blemish {
    fn severity(self) -> Severity {
        match self {
            Self::NoText | Self::NoBase64 | Self::LineBreak => Severity::Error,
            // All of them can be meant.
            Self::NoCharacters | Self::Base64TooOften | Self::Blanks => Severity::Warning,
        }
    }

    fn message(self, used: &Used<'_>) -> String {
        let what = used.what;
        match self {
            Self::NoText => format!(
                "the {what} is written as a number or boolean, and the API server refuses the Secret"
            ),
            Self::NoBase64 => format!(
                "the {what} is no base64, which `data` wants, and the API server refuses the Secret"
            ),
            Self::NoCharacters => format!(
                "the {what} decodes to bytes that are no characters, as plain text does that looks like base64"
            ),
            Self::Base64TooOften if used.value.encoded => {
                format!("the {what} seems to be base64 of base64, and the database gets it encoded")
            }
            Self::Base64TooOften => format!(
                "the {what} seems to be base64, while `stringData` wants plain text, and the database gets \
                 it encoded"
            ),
            Self::LineBreak => format!(
                "the {what} ends with a line break, which Argo sends to the database as a part of it"
            ),
            Self::Blanks => format!(
                "the {what} begins or ends with blanks, which Argo sends to the database as a part of it"
            ),
        }
    }

    fn help(self, used: &Used<'_>) -> &'static str {
        match self {
            Self::NoText => "put it into quotes",
            Self::NoBase64 | Self::NoCharacters => {
                "encode it (`printf %s … | base64 -w0`), or write it plainly under `stringData`"
            }
            Self::Base64TooOften if used.value.encoded => "encode it once only",
            Self::Base64TooOften => "write it plainly, or move it below `data`",
            Self::LineBreak if used.value.encoded => {
                "encode it without the line break: `printf %s … | base64 -w0`"
            }
            Self::LineBreak => "write it on the key's own line, or with `|-` instead of `|`",
            Self::Blanks => "take the blanks away, unless they belong to it",
        }
    }

    /// A fix where what is meant is certain; none shows more of a secret than its file does.
    fn fix(self, files: &[File<'_>], used: &Used<'_>) -> Option<Fix> {
        let value = &used.value;
        let (title, edits) = match self {
            Self::NoText => ("put it into quotes", secret_edits::quoted(files, value)?),
            Self::NoBase64 => ("take the blanks away", secret_edits::joined(files, value)?),
            Self::LineBreak if value.encoded => {
                ("take the line break away", secret_edits::reencoded(files, value)?)
            }
            Self::LineBreak => ("take the line break away", secret_edits::stripped(files, value)?),
            Self::NoCharacters | Self::Base64TooOften | Self::Blanks => return None,
        };
        Some(Fix { title: title.into(), safety: Safety::Safe, edits })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{Options, lint, rules};

    #[test]
    fn no_secret_is_said() {
        let secrets = [
            "s3cr3t",
            "czNjcjN0",
            "argo_user",
            "YXJnb191c2Vy",
            "argouser",
            "123456",
            " argo",
            "YWFh",
            "changeme",
            "Y2hhbmdlbWU=",
        ];
        for name in ["secret-not-found", "secret-blemish", "password-in-configmap", "placeholder"] {
            let rule = rules::find(name).expect("a rule");
            for example in rules::examples(rule) {
                let file = File { name: "a.yaml", text: example.text.as_bytes(), named: true };
                for finding in lint(&[file], &Options::default()).findings {
                    let mut said =
                        format!("{}\n{:?}\n{:?}", finding.message, finding.help, finding.argo);
                    for related in finding.related {
                        said.push_str(&related.message);
                    }
                    for secret in secrets {
                        assert!(!said.contains(secret), "{name}, {}: {said}", example.name);
                    }
                }
            }
        }
    }

    #[test]
    fn what_shows_a_secret_is_confidential() {
        let shown = |name: &str| {
            let rule = rules::find(name).expect("a rule");
            let findings = rules::examples(rule).iter().flat_map(|example| {
                let file = File { name: "a.yaml", text: example.text.as_bytes(), named: true };
                lint(&[file], &Options::default()).findings
            });
            findings.filter(|finding| finding.rule == rule && !finding.confidential).count()
        };
        assert_eq!(shown("secret-blemish"), 0);
        assert_eq!(shown("password-in-configmap"), 0);
        assert!(shown("placeholder") > 0, "placeholders are no secrets");
    }
}
