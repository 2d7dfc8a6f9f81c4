//! Writes the seed corpora from the fixtures: `cargo run --example seed -- DIRECTORY`.
//!
//! Inputs have the forms that `core/tests/checks` documents.

use std::path::Path;
use std::{env, fs, io};

use argo_offload_core::config::rules::{RULES, examples};
use argo_offload_fuzz::checks::NEXT_FILE;
use argo_offload_testkit::fixtures::{
    config_corpus, config_vectors, node_corpus, pack_vectors, roundtrip_vectors, workflow_corpus,
};
use argo_offload_testkit::{Coverage, Layout, Options, Rng, Version, nodes, value, workflow};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;

/// Longer texts slow the fuzzer down more than they teach it.
const MAX_TEXT_BYTES: usize = 8 * 1024;
/// Of the corpora every fourth case: they were made by mutation, which the fuzzer does itself.
const STEP: usize = 4;

fn main() -> io::Result<()> {
    let root = env::args().nth(1).ok_or_else(|| io::Error::other("expected a directory"))?;
    let root = Path::new(&root);
    let short = |text: &Vec<u8>| text.len() <= MAX_TEXT_BYTES;
    let mut rng = Rng::new(1);
    let layouts = Version::ALL.map(Layout::load);

    let mut workflows: Vec<Vec<u8>> = pack_vectors().into_iter().map(|case| case.input).collect();
    workflows.extend(workflow_corpus().into_iter().step_by(STEP).map(|case| case.input));
    let mut node_maps: Vec<Vec<u8>> =
        roundtrip_vectors().into_iter().map(|case| case.input).collect();
    node_maps.extend(node_corpus().into_iter().step_by(STEP).map(|case| case.input));
    for layout in &layouts {
        let options = Options { max_values: 60, max_nodes: 4, ..Options::hostile() };
        for _ in 0..100 {
            workflows.push(workflow(&mut rng, layout, &options));
            node_maps.push(nodes(&mut rng, layout, &options));
        }
    }
    workflows.retain(short);
    node_maps.retain(short);

    let mut encode = Corpus::of(root, "encode")?;
    let mut split = Corpus::of(root, "split")?;
    let mut decompress = Corpus::of(root, "decompress")?;
    let mut locate = Corpus::of(root, "locate")?;
    let mut strict = Corpus::of(root, "strict")?;
    let mut emit = Corpus::of(root, "emit")?;
    for (index, text) in workflows.iter().enumerate() {
        let version = b'0' + (index % 3) as u8;
        encode.add(&[b'0' + 3 * (index % 3) as u8], text)?;
        split.add(&[version], text)?;
        emit.add(&[], text)?;
        if let Some(compressed) = compressed_nodes(text) {
            decompress.add(&[], &compressed)?;
        }
    }
    for (index, text) in node_maps.iter().enumerate() {
        encode.add(&[b'1' + 3 * (index % 3) as u8], text)?;
        split.add(b"2", &around(text, rng.chance(50)))?;
        if index % 10 == 0 {
            locate.add(&(rng.below(text.len() + 2) as u16).to_le_bytes(), text)?;
        }
    }
    for (version, layout) in layouts.iter().enumerate() {
        let options = Options { max_values: 60, ..Options::hostile() };
        for _ in 0..200 {
            let text = value(&mut rng, layout, Layout::CONFIG, &options, &mut Coverage::new());
            if short(&text) {
                strict.add(&[b'0' + 6 * version as u8], &text)?;
            }
        }
        for _ in 0..100 {
            let map = nodes(&mut rng, layout, &Options { max_nodes: 1, ..Options::hostile() });
            if let (Some(start), true) =
                (map.iter().skip(1).position(|&byte| byte == b'{'), short(&map))
            {
                encode.add(&[b'2' + 3 * version as u8], &map[start + 1..map.len() - 1])?;
            }
        }
    }
    seed_configurations(root)?;
    Ok(())
}

/// Of the corpus of configurations every so many-th case.
const CONFIG_STEP: usize = 40;

/// Seeds of what reads configurations: manifests, the rules' examples, and the examples of the repository.
fn seed_configurations(root: &Path) -> io::Result<()> {
    let mut texts: Vec<Vec<u8>> = config_vectors().into_iter().map(|case| case.yaml).collect();
    texts.extend(config_corpus().into_iter().step_by(CONFIG_STEP).map(|case| case.text));
    for rule in RULES {
        texts.extend(examples(rule).iter().map(|example| example.text.as_bytes().to_vec()));
    }
    let own = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../examples/rds-mysql");
    let [persistence, secret] =
        ["persistence.yaml", "secret.yaml"].map(|name| fs::read(own.join(name)));
    texts.push([persistence?, [NEXT_FILE].into(), secret?].concat());
    texts.retain(|text| text.len() <= MAX_TEXT_BYTES);

    let mut yaml = Corpus::of(root, "yaml")?;
    let mut lint = Corpus::of(root, "lint")?;
    let mut fix = Corpus::of(root, "fix")?;
    for (index, text) in texts.iter().enumerate() {
        let selector = [b'0' + (index % 12) as u8];
        yaml.add(&[], text)?;
        lint.add(&selector, text)?;
        fix.add(&selector, text)?;
    }
    Ok(())
}

/// A small Workflow with these nodes, perhaps laid out as a person would.
fn around(nodes: &[u8], wide: bool) -> Vec<u8> {
    let (open, close): (&[u8], &[u8]) = if wide {
        (b",\n \"status\": {\n  \"phase\": \"Running\",\n  \"nodes\" : ", b"\n }\n}\n")
    } else {
        (b",\"status\":{\"nodes\":", b"}}")
    };
    let head = br#"{"apiVersion":"argoproj.io/v1alpha1","kind":"Workflow","metadata":{"name":"a","namespace":"argo","uid":"u-1"}"#;
    [head, open, nodes, close].concat()
}

/// The bytes in `compressedNodes`, where the text holds them in plain spelling.
fn compressed_nodes(text: &[u8]) -> Option<Vec<u8>> {
    let text = String::from_utf8_lossy(text);
    let (_, rest) = text.split_once("\"compressedNodes\":\"")?;
    STANDARD.decode(rest.split_once('"')?.0).ok()
}

/// The directory of one target's inputs.
struct Corpus {
    directory: std::path::PathBuf,
    count: usize,
}

impl Corpus {
    fn of(root: &Path, target: &str) -> io::Result<Self> {
        let directory = root.join(target);
        fs::create_dir_all(&directory)?;
        Ok(Self { directory, count: 0 })
    }

    fn add(&mut self, head: &[u8], text: &[u8]) -> io::Result<()> {
        self.count += 1;
        fs::write(self.directory.join(format!("seed-{:05}", self.count)), [head, text].concat())
    }
}
