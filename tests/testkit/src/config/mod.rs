//! The controller's configurations as texts: real and generated ones, then mutated.
//!
//! What is generated here Argo alone judges: nothing is known to be right or wrong.

use std::collections::BTreeMap;

use crate::fixtures::config_vectors;
use crate::generate::{Options, value};
use crate::layout::{Layout, Version};
use crate::rng::Rng;
use crate::{Coverage, Style};

mod embed;
mod mutations;
mod snippets;
mod typed;

/// Which bytes the texts may have. People's configurations are printable; the other population looks for the corners.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Population {
    /// `0x20` to `0x7e` and line feeds.
    Printable,
    /// Any: tabs, other line breaks, byte order marks, control characters, invalid UTF-8.
    Any,
}

/// Makes configurations. What it makes depends on the random generator, the population and the texts added alone.
#[derive(Clone, Debug)]
pub struct Configs {
    /// The root of the configuration is `config.Config`.
    layouts: Vec<Layout>,
    /// Texts of the key `config`.
    texts: Vec<Vec<u8>>,
    manifests: Vec<Vec<u8>>,
    /// The most mutations of a text.
    mutations: usize,
}

impl Configs {
    /// Starts from the vectors' texts and manifests and from the type tables of all versions; up to 4 mutations.
    #[must_use]
    pub fn load() -> Self {
        let vectors = config_vectors();
        Self {
            layouts: Version::ALL.map(Layout::load).to_vec(),
            texts: vectors.iter().map(|vector| whole_text(&vector.data)).collect(),
            manifests: vectors.into_iter().map(|vector| vector.yaml).collect(),
            mutations: 4,
        }
    }

    /// Adds a ConfigMap's manifest to start from.
    pub fn add_manifest(&mut self, manifest: Vec<u8>) {
        self.manifests.push(manifest);
    }

    /// Text as of a ConfigMap's key `config`, or any other YAML.
    pub fn text(&self, rng: &mut Rng, population: Population) -> Vec<u8> {
        let mut text = self.start(rng, population);
        self.mutate(rng, population, &mut text);
        text
    }

    /// A ConfigMap's manifest, mutated in its values or as a whole.
    pub fn manifest(&self, rng: &mut Rng, population: Population) -> Vec<u8> {
        if rng.chance(20) {
            let mut manifest = pick(rng, &self.manifests, population);
            self.mutate(rng, population, &mut manifest);
            return manifest;
        }
        let text = self.text(rng, population);
        let mut manifest = embed::manifest(rng, &text);
        if rng.chance(8) {
            mutations::mutate(rng, population, &mut manifest);
        }
        manifest
    }

    fn mutate(&self, rng: &mut Rng, population: Population, text: &mut Vec<u8>) {
        // Few more often than many: whoever refuses at the first mistake never sees the second.
        let most = rng.between(0, self.mutations);
        for _ in 0..rng.between(0, most) {
            mutations::mutate(rng, population, text);
        }
    }

    fn start(&self, rng: &mut Rng, population: Population) -> Vec<u8> {
        match rng.below(100) {
            0..35 => pick(rng, &self.texts, population),
            35..45 => pick(rng, &self.manifests, population),
            45..60 => snippets::text(rng),
            60..90 => {
                let layout = self.layout(rng);
                typed::text(rng, layout)
            }
            _ => {
                let style =
                    if population == Population::Any { None } else { Some(Style::Canonical) };
                let options = Options { style, max_values: 40, ..Options::clean() };
                let layout = self.layout(rng);
                let json = value(rng, layout, "config.Config", &options, &mut Coverage::new());
                if fits(&json, population) { json } else { b"{}\n".to_vec() }
            }
        }
    }

    fn layout(&self, rng: &mut Rng) -> &Layout {
        &self.layouts[rng.below(self.layouts.len())]
    }
}

/// What Argo would make of the data, were its walk over the keys sorted.
fn whole_text(data: &BTreeMap<String, String>) -> Vec<u8> {
    if let Some(text) = data.get("config") {
        return text.as_bytes().to_vec();
    }
    let glued = |(key, value): (&String, &String)| {
        if value.contains('\n') {
            format!("{key}:\n  {}\n", value.trim_matches('\n').replace('\n', "\n  "))
        } else {
            format!("{key}: {value}\n")
        }
    };
    data.iter().map(glued).collect::<String>().into_bytes()
}

/// One of the texts, of those of the population.
fn pick(rng: &mut Rng, texts: &[Vec<u8>], population: Population) -> Vec<u8> {
    loop {
        let text = rng.pick(texts);
        if fits(text, population) {
            return text.clone();
        }
    }
}

fn fits(text: &[u8], population: Population) -> bool {
    population == Population::Any || text.iter().all(|byte| matches!(byte, b' '..=b'~' | b'\n'))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(seed: u64, population: Population) -> Vec<Vec<u8>> {
        let (configs, mut rng) = (Configs::load(), Rng::new(seed));
        let mut texts: Vec<_> = (0..5000).map(|_| configs.text(&mut rng, population)).collect();
        texts.extend((0..5000).map(|_| configs.manifest(&mut rng, population)));
        texts
    }

    #[test]
    fn the_same_seed_gives_the_same_texts() {
        assert_eq!(texts(7, Population::Any), texts(7, Population::Any));
        assert_ne!(texts(7, Population::Any), texts(8, Population::Any));
    }

    #[test]
    fn the_printable_population_is_printable() {
        for text in texts(1, Population::Printable) {
            assert!(fits(&text, Population::Printable), "{}", text.escape_ascii());
        }
    }

    #[test]
    fn the_other_population_has_what_the_printable_one_lacks() {
        let texts = texts(2, Population::Any);
        for wanted in [&b"\t"[..], b"\r\n", b"\xc2\x85", b"\xe2\x80\xa8", b"\xef\xbb\xbf", b"\0"] {
            let has =
                texts.iter().any(|text| text.windows(wanted.len()).any(|window| window == wanted));
            assert!(has, "no text has {}", wanted.escape_ascii());
        }
        assert!(texts.iter().any(|text| std::str::from_utf8(text).is_err()));
    }

    #[test]
    fn most_texts_differ() {
        let texts = texts(3, Population::Printable);
        let different: std::collections::BTreeSet<_> = texts.iter().collect();
        assert!(different.len() * 10 > texts.len() * 8, "{} of {}", different.len(), texts.len());
    }

    #[test]
    fn an_added_manifest_is_started_from() {
        let mut configs = Configs::load();
        configs.add_manifest(b"data: {config: added}\n".to_vec());
        let mut rng = Rng::new(4);
        assert!((0..5000).any(|_| {
            configs
                .manifest(&mut rng, Population::Printable)
                .windows(5)
                .any(|five| five == b"added")
        }));
    }
}
