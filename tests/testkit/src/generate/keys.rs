//! Keys: folded, respelled, repeated and unknown ones.

use super::walk::{Place, Walker};
use super::{plausible, raw, strings};
use crate::json::{Style, Text, Unit, Value};
use crate::layout::{Expression, Field, Kind};
use crate::rng::Rng;

/// The type whose keys Argo compares exactly, refusing unknown ones (`ParallelSteps.UnmarshalJSON`).
pub(super) const STRICT: &str = "wf.WorkflowStep";

/// A spelling of a field's name that Go takes for the same: other case, U+017F for s, U+212A for k.
pub(super) fn folded(rng: &mut Rng, style: Style, name: &str) -> Text {
    let whole = rng.chance(30);
    let fold = |rng: &mut Rng, character: char| match character {
        's' | 'S' if rng.chance(40) => '\u{17f}',
        'k' | 'K' if rng.chance(40) => '\u{212a}',
        _ if !whole && rng.chance(60) => character,
        _ if character.is_ascii_lowercase() => character.to_ascii_uppercase(),
        _ => character.to_ascii_lowercase(),
    };
    let text = Text(name.chars().map(|character| Unit::Char(fold(rng, character))).collect());
    if rng.chance(15) { respelled(rng, style, text) } else { text }
}

/// The same string with some characters as escapes.
pub(super) fn respelled(rng: &mut Rng, style: Style, text: Text) -> Text {
    if style == Style::MySql {
        return text;
    }
    let mut units = Vec::with_capacity(text.0.len());
    for unit in text.0 {
        match unit {
            Unit::Char(character) if rng.chance(25) => {
                units.extend(
                    character.encode_utf16(&mut [0; 2]).iter().map(|code| Unit::Escape(*code)),
                );
            }
            _ => units.push(unit),
        }
    }
    Text(units)
}

/// A key of a map: a node's id, a resource, a label, or something odd in `hostile` of 100 cases.
pub(super) fn map_key(
    rng: &mut Rng,
    style: Style,
    key: &Expression,
    is_nodes: bool,
    hostile: u32,
) -> Text {
    if rng.chance(hostile) {
        let odd = [
            "", " ", "0", "1", "10", "9", "-1", "1e3", "a", "A", "key", "Key", "KEY", "ſ", "s",
            "S", "é", "null", "k<&>", "🦀",
        ];
        return if rng.chance(60) {
            Text::from(*rng.pick(&odd))
        } else {
            strings::hostile(rng, style)
        };
    }
    match key {
        Expression::Named(name) if name == "core.ResourceName" => Text::from(*rng.pick(&[
            "cpu",
            "memory",
            "ephemeral-storage",
            "nvidia.com/gpu",
            "hugepages-2Mi",
        ])),
        _ if is_nodes => Text::from(plausible::node_id(rng).as_str()),
        _ => Text::from(plausible::key(rng).as_str()),
    }
}

impl Walker<'_> {
    /// Adds unknown and repeated fields to the entries of a struct.
    pub(super) fn disturb(
        &mut self,
        name: &str,
        fields: &[Field],
        place: Place<'_>,
        entries: &mut Vec<(Text, Value)>,
    ) {
        if name != STRICT && self.rng.chance(self.options.unknown) {
            for _ in 0..self.rng.between(1, 2) {
                let entry = self.unknown();
                let at = self.rng.below(entries.len() + 1);
                entries.insert(at, entry);
            }
        }
        if fields.is_empty() || entries.is_empty() || !self.rng.chance(self.options.repeats) {
            return;
        }
        let present: Vec<&Field> = fields
            .iter()
            .filter(|field| entries.iter().any(|(key, _)| *key == Text::from(field.name.as_str())))
            .collect();
        if present.is_empty() {
            return;
        }
        for _ in 0..self.rng.between(1, 2) {
            let field = *self.rng.pick(&present);
            let forced = self.rng.chance(80);
            let budget = self.rng.between(0, (place.budget / 2).min(24));
            let inner =
                Place { owner: name, field: &field.name, budget, forced, depth: place.depth + 1 };
            let value = self.entry(name, field, inner).1;
            let key = match self.rng.below(3) {
                0 if name != STRICT => folded(self.rng, self.style, &field.name),
                1 => respelled(self.rng, self.style, Text::from(field.name.as_str())),
                _ => Text::from(field.name.as_str()),
            };
            let at = self.rng.below(entries.len() + 1);
            entries.insert(at, (key, value));
        }
    }

    fn unknown(&mut self) -> (Text, Value) {
        let names =
            ["zzz", "x-unknown", "Id2", "nodes_", "", "name ", "0", "ſpec2", "$ref", "__proto__"];
        let key = match self.rng.below(4) {
            0 => strings::hostile(self.rng, self.style),
            // A field of another type, perhaps known elsewhere: `s3` in a node.
            1 => {
                let types: Vec<_> = self.layout.types.values().collect();
                match &self.rng.pick(&types).kind {
                    Kind::Struct(fields) if !fields.is_empty() => {
                        // A suffix, for the name alone may be known here too.
                        Text::from(format!("{}_", self.rng.pick(fields).name).as_str())
                    }
                    _ => Text::from("unknown"),
                }
            }
            _ => Text::from(*self.rng.pick(&names)),
        };
        let hostile = self.rng.chance(self.options.hostile);
        (key, raw::any(self.rng, self.style, hostile))
    }
}
