//! Configurations built from the type tables, in block style, as people write them; some values are wrong.

use crate::layout::{Expression, Field, Kind, Layout};
use crate::rng::Rng;

/// Below this depth values are empty.
const DEEPEST: usize = 7;

/// A text of a few fields of `config.Config`.
pub(super) fn text(rng: &mut Rng, layout: &Layout) -> Vec<u8> {
    let careful = rng.chance(60);
    let mut writer = Writer { rng, layout, out: String::new(), depth: 0, careful };
    writer.fields("config.Config", 0);
    writer.out.into_bytes()
}

struct Writer<'a> {
    rng: &'a mut Rng,
    layout: &'a Layout,
    out: String,
    depth: usize,
    /// Nothing is wrong on purpose.
    careful: bool,
}

impl Writer<'_> {
    /// Some fields of a struct, a line or more each.
    fn fields(&mut self, type_name: &str, indent: usize) {
        let layout = self.layout;
        let fields = layout.fields(type_name);
        let mut chosen: Vec<&Field> = Vec::new();
        for _ in 0..self.rng.between(1, 4) {
            let persistence = fields.iter().find(|field| field.name == "persistence");
            let field = match persistence {
                Some(field) if self.rng.chance(40) => field,
                _ => &fields[self.rng.below(fields.len())],
            };
            if self.rng.chance(2) || chosen.iter().all(|other| other.name != field.name) {
                chosen.push(field);
            }
        }
        for field in chosen {
            let key = self.key(&field.name);
            self.start_line(indent, &key);
            self.value(&field.expression, indent);
        }
        if !self.careful && self.rng.chance(3) {
            let key = *self.rng.pick(&["unknown", "helper", "_example", "x-anchors", "options"]);
            self.start_line(indent, key);
            self.scalar("1");
        }
    }

    /// A field's name, seldom in another case, or misspelt, or quoted.
    fn key(&mut self, name: &str) -> String {
        if self.careful {
            return name.to_owned();
        }
        match self.rng.below(100) {
            0..3 => name.to_ascii_lowercase(),
            3 => name.to_ascii_uppercase(),
            4 => name.chars().rev().collect(),
            5 => format!("'{name}'"),
            6 => format!("\"{name}\""),
            _ => name.to_owned(),
        }
    }

    fn start_line(&mut self, indent: usize, key: &str) {
        self.out.push_str(&" ".repeat(indent));
        self.out.push_str(key);
        self.out.push(':');
    }

    /// A value behind a colon or dash, with the line's end.
    fn value(&mut self, expression: &Expression, indent: usize) {
        if !self.careful && self.rng.chance(4) {
            let wrong =
                ["x", "1", "true", "[]", "{}", "[1]", "{a: 1}", "~", "", "\"\"", "null", "1.5"];
            let wrong = *self.rng.pick(&wrong);
            return self.scalar(wrong);
        }
        let texts = match expression {
            Expression::Pointer(inner) => return self.value(inner, indent),
            Expression::Named(name) => return self.named(name, indent),
            Expression::List(inner) => return self.list(inner, indent),
            Expression::Map(_, inner) => return self.map(inner, indent),
            Expression::Bool => &BOOLS,
            Expression::Int(_) | Expression::Uint(_) | Expression::Float => &NUMBERS,
            Expression::String | Expression::Any => &STRINGS,
            Expression::Bytes => &BYTES,
        };
        self.one_of(texts);
    }

    /// One of the texts; of the right ones alone, if this is a careful text.
    fn one_of(&mut self, texts: &Texts) {
        let odd = if self.careful { 0 } else { texts.odd.len() };
        let number = self.rng.below(texts.right.len() + odd);
        let text =
            texts.right.get(number).or(texts.odd.get(number.wrapping_sub(texts.right.len())));
        self.scalar(text.copied().unwrap_or_default());
    }

    fn named(&mut self, name: &str, indent: usize) {
        let layout = self.layout;
        match &layout.get(name).kind {
            Kind::Alias(expression) => self.value(expression, indent),
            Kind::Struct(fields) if fields.is_empty() || self.depth >= DEEPEST => self.scalar("{}"),
            Kind::Struct(_) => self.nested(|writer| {
                writer.out.push('\n');
                let step = if writer.rng.chance(90) { 2 } else { 4 };
                writer.fields(name, indent + step);
            }),
            Kind::Opaque if name == "wf.ParallelSteps" => {
                self.list(&Expression::Named("wf.WorkflowStep".to_owned()), indent);
            }
            Kind::Opaque => {
                self.one_of(match name {
                    "config.TTL" | "meta.Duration" => &DURATIONS,
                    "meta.Time" => &TIMES,
                    _ => &QUANTITIES,
                });
            }
        }
    }

    fn list(&mut self, inner: &Expression, indent: usize) {
        if self.depth >= DEEPEST || self.rng.chance(10) {
            return self.scalar("[]");
        }
        self.nested(|writer| {
            writer.out.push('\n');
            let dash = if writer.rng.chance(50) { indent } else { indent + 2 };
            for _ in 0..writer.rng.between(1, 2) {
                writer.out.push_str(&" ".repeat(dash));
                writer.out.push('-');
                writer.value(inner, dash);
            }
        });
    }

    fn map(&mut self, inner: &Expression, indent: usize) {
        if self.depth >= DEEPEST || self.rng.chance(10) {
            return self.scalar("{}");
        }
        self.nested(|writer| {
            writer.out.push('\n');
            for _ in 0..writer.rng.between(1, 3) {
                let key = *writer.rng.pick(&KEYS);
                writer.start_line(indent + 2, key);
                writer.value(inner, indent + 2);
            }
        });
    }

    fn nested(&mut self, write: impl FnOnce(&mut Self)) {
        self.depth += 1;
        write(self);
        self.depth -= 1;
    }

    fn scalar(&mut self, text: &str) {
        if !text.is_empty() {
            self.out.push(' ');
            self.out.push_str(text);
        }
        self.out.push('\n');
    }
}

/// Texts for one type. Argo alone knows which of them it takes where.
struct Texts {
    /// What most fields of the type take.
    right: &'static [&'static str],
    odd: &'static [&'static str],
}

const BOOLS: Texts = Texts {
    right: &["true", "false", "true", "yes", "no", "on", "Off", "y", "True"],
    odd: &["\"true\"", "1", "null", "tRUE", "0"],
};
const NUMBERS: Texts = Texts {
    right: &[
        "0", "1", "5", "100", "5432", "3306", "-1", "10", "012", "0x1F", "1_000", "+5", "5432.0",
        "1e3",
    ],
    odd: &[
        "0.5",
        "0b1",
        "0o7",
        "\"5\"",
        "9223372036854775807",
        "9223372036854775808",
        ".inf",
        "1:30",
        "null",
    ],
};
const STRINGS: Texts = Texts {
    right: &[
        "argo",
        "default",
        "postgres",
        "argo_workflows",
        "my-config",
        "\"quoted\"",
        "'single'",
        "a b c",
        "localhost:5432",
        "https://example.com/?a=b#c",
        "\"\"",
        "''",
        "${metadata.name}",
        "\"{{workflow.name}}\"",
        "null",
        "~",
        "2001-12-14",
        "x # y",
        "plain",
        "1:30",
        "always",
    ],
    odd: &[
        "1",
        "1.10",
        "0777",
        "yes",
        "no",
        "1e3",
        "1_000",
        ".nan",
        "-.inf",
        "123456789012345678901",
    ],
};
const BYTES: Texts =
    Texts { right: &["aGVsbG8=", "\"\"", "null"], odd: &["not base64", "[1, 2]", "!!binary aGk="] };
const DURATIONS: Texts = Texts {
    right: &["720h", "0s", "5m", "10s", "-5m", "+5m", "2h"],
    odd: &[
        "30d", "-5d", "1h30m", "500ms", "1.5h", "1d12h", "\"5 m\"", "\"30d\"", "\"\"", "5", "null",
        "0", "d", "106752d", "2562048h", "30D", "1_0s", "5m ", "\" 5m\"",
    ],
};
const TIMES: Texts = Texts {
    right: &["2024-01-02T03:04:05Z", "\"2024-01-02T03:04:05+01:00\"", "null"],
    odd: &["2024-01-02", "1", "\"\"", "2024-01-02 03:04:05Z"],
};
const QUANTITIES: Texts = Texts {
    right: &["1", "\"2\"", "1", "0", "10"],
    odd: &[
        "500m", "1Gi", "0.5", "1e3", "-1", "1.5Gi", "50%", "\"\"", "null", "true", "{a: 1}", "[1]",
        "1_000", "x",
    ],
};
const KEYS: [&str; 12] = [
    "a",
    "b",
    "app.kubernetes.io/name",
    "1",
    "\"1\"",
    "true",
    "0x1",
    "y",
    "~",
    "<<",
    "a-b",
    "\"\"",
];
