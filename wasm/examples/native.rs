//! What native code says, a line of JSON a text: the tests in Node compare it with what the module says.
//!
//! `cargo run -p argo-offload-wasm --example native -- SEED COUNT`: every example of a rule, every recorded
//! configuration, and COUNT mutations of such.

use std::io::{BufWriter, Write};

use argo_offload_core::config::rules::{RULES, examples};
use argo_offload_testkit::fixtures::config_vectors;
use argo_offload_testkit::{Configs, Population, Rng};
use argo_offload_wasm::api;
use argo_offload_wasm::types::LintOptions;
use serde_json::json;

fn main() -> std::io::Result<()> {
    let mut arguments = std::env::args().skip(1).map(|word| word.parse::<u64>());
    let mut number = || arguments.next().and_then(Result::ok);
    let (Some(seed), Some(count)) = (number(), number()) else {
        eprintln!("usage: native SEED COUNT");
        std::process::exit(2);
    };
    let mut texts: Vec<String> =
        RULES.iter().flat_map(|rule| examples(rule)).map(|one| one.text.to_owned()).collect();
    let text = |bytes: Vec<u8>| String::from_utf8_lossy(&bytes).into_owned();
    texts.extend(config_vectors().into_iter().map(|vector| text(vector.yaml)));
    let configs = Configs::load();
    let mut rng = Rng::new(seed);
    for index in 0..count {
        let population = if index % 2 == 0 { Population::Printable } else { Population::Any };
        texts.push(text(match index % 3 {
            0 => configs.text(&mut rng, population),
            _ => configs.manifest(&mut rng, population),
        }));
    }
    let mut out = BufWriter::new(std::io::stdout().lock());
    for text in texts {
        // Somewhere in the text, and the same place each time.
        let units = text.encode_utf16().count() as u32;
        let offset = (text.len() as u32).wrapping_mul(2_654_435_761) % (units + 1);
        let line = json!({
            "text": text,
            "offset": offset,
            "lint": api::lint(&text, &LintOptions::default()).expect("no version to be wrong"),
            "fixed": api::fix_safely(&text),
            "hover": api::hover(&text, offset),
            "complete": api::complete(&text, offset, None).expect("no version to be wrong"),
        });
        writeln!(out, "{line}")?;
    }
    out.flush()
}
