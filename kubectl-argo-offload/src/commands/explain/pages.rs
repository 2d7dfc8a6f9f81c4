//! The known symptoms in docs/troubleshooting.md are what the registry says.

use std::fmt::Write;

use argo_offload_core::symptoms::{SYMPTOMS, Symptom};

const BEGIN: &str = "<!-- Generated from core/src/symptoms; refresh it with: UPDATE=1 cargo test -p kubectl-argo-offload --lib symptoms -->\n";
const END: &str = "<!-- End of what is generated. -->\n";

#[test]
fn the_symptoms_in_the_documentation_are_fresh() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/../docs/troubleshooting.md");
    let page = std::fs::read_to_string(path).expect("docs/troubleshooting.md");
    let (head, rest) = page.split_once(BEGIN).expect("the beginning of what is generated");
    let (shown, tail) = rest.split_once(END).expect("the end of what is generated");
    let fresh = table();
    if std::env::var_os("UPDATE").is_some() {
        std::fs::write(path, format!("{head}{BEGIN}{fresh}{END}{tail}")).expect("the page");
        return;
    }
    assert!(shown == fresh, "docs/troubleshooting.md is stale; {BEGIN}");
}

fn table() -> String {
    let mut out = String::from("| The text has | Cause | What to do |\n|---|---|---|\n");
    for symptom in SYMPTOMS {
        let Symptom { name, texts, cause, remedy, rules, .. } = symptom;
        let text = |pieces: &&[&str]| format!("`{}`", pieces.join(" … ").replace('|', "\\|"));
        let texts: Vec<String> = texts.iter().map(text).collect();
        let link = |rule: &&str| format!("[{rule}](rules/{rule}.md)");
        let rules: Vec<String> = rules.iter().map(link).collect();
        let lint = match rules.is_empty() {
            true => String::new(),
            false => format!(" `lint --live` tells it beforehand: {}.", rules.join(", ")),
        };
        let texts = texts.join(" or ");
        let _ = writeln!(out, "| {texts} (`explain {name}`) | {cause} | {remedy}{lint} |");
    }
    out
}
