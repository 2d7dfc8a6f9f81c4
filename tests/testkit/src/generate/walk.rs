//! The walk through a layout that makes a value.

use super::routes::{self, Routes};
use super::{
    Options, durations, keys, mistakes, plausible, quantities, raw, scalars, strings, times,
};
use crate::coverage::Coverage;
use crate::json::{Style, Text, Value};
use crate::layout::{Expression, Field, Kind, Layout};
use crate::rng::Rng;

/// Makes one value; see [`Walker::root`].
pub(super) struct Walker<'a> {
    pub(super) rng: &'a mut Rng,
    pub(super) layout: &'a Layout,
    pub(super) options: &'a Options,
    pub(super) style: Style,
    coverage: &'a mut Coverage,
    routes: Routes,
    mistake_left: bool,
}

/// Where a value stands, and what it may cost.
#[derive(Clone, Copy)]
pub(super) struct Place<'a> {
    /// The struct around it.
    pub(super) owner: &'a str,
    /// Its field there.
    pub(super) field: &'a str,
    /// About how many values it may hold.
    pub(super) budget: usize,
    /// It must not be null or empty.
    pub(super) forced: bool,
    /// Levels of structs above.
    pub(super) depth: usize,
}

impl<'a> Walker<'a> {
    pub(super) fn new(
        rng: &'a mut Rng,
        layout: &'a Layout,
        root: &str,
        options: &'a Options,
        style: Style,
        coverage: &'a mut Coverage,
    ) -> Self {
        let targets = rng.between(1, 3);
        let routes = routes::draw(rng, layout, root, targets);
        let mistake_left = rng.chance(options.invalid);
        Self { rng, layout, options, style, coverage, routes, mistake_left }
    }

    /// A value of the type called `name`, and whether a mistake is still to be made in its text.
    pub(super) fn root(mut self, name: &str) -> (Value, bool) {
        let most = self.options.max_values;
        // Mostly small, now and then as large as allowed.
        let budget = match self.rng.below(10) {
            0..=5 => self.rng.between(most / 20, most / 6),
            6..=8 => self.rng.between(most / 6, most / 2),
            _ => self.rng.between(most / 2, most),
        };
        let place = Place { owner: "", field: "", budget, forced: self.rng.chance(95), depth: 0 };
        let value = self.named(name, place);
        (value, self.mistake_left)
    }

    /// A value of the type `expression`.
    pub(super) fn value(&mut self, expression: &Expression, place: Place<'_>) -> Value {
        if !place.forced && self.rng.chance(self.options.nulls) {
            return Value::null();
        }
        if self.mistake_left && self.rng.chance(5) {
            self.mistake_left = false;
            return mistakes::wrong_value(self.rng, self.layout, expression);
        }
        let hostile = self.rng.chance(self.options.hostile);
        match expression {
            Expression::Bool if place.forced => Value::verbatim("true"),
            Expression::Bool => Value::verbatim(*self.rng.pick(&["true", "false"])),
            Expression::String => self.string(place, hostile),
            Expression::Int(bits) => scalars::int(self.rng, *bits, hostile, place.forced),
            Expression::Uint(bits) => scalars::uint(self.rng, *bits, hostile, place.forced),
            Expression::Float => scalars::float(self.rng, hostile),
            Expression::Any => raw::any(self.rng, self.style, hostile),
            Expression::Bytes => scalars::bytes(self.rng, hostile),
            // A pointer to a zero value is written, so it need not be forced.
            Expression::Pointer(inner) if inner.base().is_none() => {
                self.value(inner, Place { forced: place.forced && !self.options.complete, ..place })
            }
            Expression::Pointer(inner) => self.value(inner, place),
            Expression::List(inner) => self.list(inner, place),
            Expression::Map(key, inner) => self.map(key, inner, place),
            Expression::Named(name) => self.named(name, place),
        }
    }

    fn named(&mut self, name: &str, place: Place<'_>) -> Value {
        let layout = self.layout;
        let hostile = self.rng.chance(self.options.hostile);
        match &layout.get(name).kind {
            Kind::Struct(fields) => self.structure(name, fields, place),
            Kind::Alias(Expression::String) if !hostile => {
                match plausible::constant(self.rng, name) {
                    Some(constant) => Value::string(constant),
                    None => self.value(&Expression::String, place),
                }
            }
            Kind::Alias(expression) => self.value(expression, place),
            Kind::Opaque => match name {
                "config.TTL" => durations::ttl(self.rng, hostile),
                "meta.Duration" => durations::duration(self.rng, hostile),
                "meta.Time" => times::time(self.rng, hostile),
                "wf.AnyString" => scalars::any_string(self.rng, self.style, hostile, place),
                "intstr.IntOrString" => scalars::int_or_string(self.rng, hostile),
                "resource.Quantity" => quantities::quantity(self.rng, hostile),
                "wf.Amount" => scalars::amount(self.rng, hostile),
                "wf.Plugin" => raw::plugin(self.rng, self.style, hostile),
                "meta.FieldsV1" => raw::fields_v1(self.rng, self.style, hostile),
                "wf.ParallelSteps" => {
                    self.list(&Expression::Named("wf.WorkflowStep".to_owned()), place)
                }
                "wf.Item" => raw::any(self.rng, self.style, hostile),
                _ => raw::any(self.rng, self.style, hostile),
            },
        }
    }

    fn structure(&mut self, name: &str, fields: &'a [Field], place: Place<'_>) -> Value {
        let (chosen, budget) = self.choose(name, fields, place);
        let spread: usize =
            chosen.iter().map(|&index| weight(name, &fields[index])).sum::<usize>().max(1);
        let rest = budget.saturating_sub(chosen.len());
        let mut entries = Vec::with_capacity(chosen.len());
        for (index, field) in fields.iter().enumerate() {
            if chosen.contains(&index) {
                let on_route = self.routes.fields.get(name).is_some_and(|led| led.contains(&index));
                let share = rest * weight(name, field) / spread;
                let inner = Place {
                    owner: name,
                    field: &field.name,
                    budget: if on_route { share.max(3) } else { share },
                    forced: on_route || self.options.complete || place.depth == 0,
                    depth: place.depth + 1,
                };
                entries.push(self.entry(name, field, inner));
            } else if self.options.complete && self.is_always_written(field) {
                entries.push((Text::from(field.name.as_str()), self.zero(&field.expression)));
            }
        }
        if !self.options.complete {
            self.disturb(name, fields, place, &mut entries);
        }
        Value::Struct(entries)
    }

    /// A field with a value; records it unless it is null.
    pub(super) fn entry(&mut self, name: &str, field: &Field, place: Place<'_>) -> (Text, Value) {
        let value = self.value(&field.expression, place);
        if !matches!(&value, Value::Verbatim(text) if text == b"null") {
            self.coverage.record(name, &field.name);
        }
        let fold = self.rng.chance(self.options.repeats / 4) && name != keys::STRICT;
        let key = if fold {
            keys::folded(self.rng, self.style, &field.name)
        } else {
            Text::from(field.name.as_str())
        };
        (key, value)
    }

    /// Which fields to write, and how many values they may hold together.
    fn choose(&mut self, name: &str, fields: &[Field], place: Place<'_>) -> (Vec<usize>, usize) {
        let is_target = match self.routes.targets.get_mut(name) {
            Some(left) if *left > 0 => {
                *left -= 1;
                true
            }
            _ => false,
        };
        let budget = if is_target { place.budget.max(2 * fields.len()) } else { place.budget };
        let percent = match place.depth {
            _ if is_target => 75,
            0 => 90,
            1..=2 => 45,
            _ => *self.rng.pick(&[10, 25, 50, 80]),
        };
        let led = self.routes.fields.get(name).cloned().unwrap_or_default();
        let mut wished: Vec<usize> = (0..fields.len()).collect();
        self.rng.shuffle(&mut wished);
        let mut chosen: Vec<usize> = led.into_iter().collect();
        for index in wished {
            let field = &fields[index].name;
            if self.options.complete
                && plausible::is_never_with_nodes(name, field)
                && !chosen.contains(&index)
            {
                continue;
            }
            let favoured = plausible::is_favoured(name, field);
            let chance = if favoured && self.options.complete {
                100
            } else {
                percent + 45 * u32::from(favoured)
            };
            let affordable = chosen.len() < budget || (favoured && self.options.complete);
            if affordable && !chosen.contains(&index) && self.rng.chance(chance) {
                chosen.push(index);
            }
        }
        (chosen, budget)
    }

    fn list(&mut self, inner: &Expression, place: Place<'_>) -> Value {
        let least = usize::from(place.forced);
        let most = (place.budget / 2).clamp(least, 4);
        let count = self.rng.between(least, most);
        let place = Place { budget: place.budget.saturating_sub(count) / count.max(1), ..place };
        Value::List(
            (0..count)
                .map(|index| {
                    self.value(inner, Place { forced: place.forced && index == 0, ..place })
                })
                .collect(),
        )
    }

    fn map(&mut self, key: &Expression, inner: &Expression, place: Place<'_>) -> Value {
        let is_nodes = inner.base() == Some("wf.NodeStatus");
        let least = usize::from(place.forced);
        let most = if is_nodes {
            self.options.max_nodes.min(place.budget / 4)
        } else {
            (place.budget / 2).min(4)
        };
        let count = self.rng.between(least, most.max(least));
        let mut budget = place.budget.saturating_sub(count) / count.max(1);
        if is_nodes {
            budget = budget.max(8);
        }
        let mut entries: Vec<(Text, Value)> = Vec::with_capacity(count);
        for index in 0..count {
            let name = keys::map_key(self.rng, self.style, key, is_nodes, self.options.hostile);
            if self.options.complete && entries.iter().any(|(other, _)| *other == name) {
                continue;
            }
            let mut value =
                self.value(inner, Place { budget, forced: place.forced && index == 0, ..place });
            if let (true, Value::Struct(fields)) = (self.options.complete, &mut value)
                && let Some(id) = fields
                    .iter_mut()
                    .find(|(field, _)| *field == Text::from("id"))
                    .filter(|_| is_nodes)
            {
                id.1 = Value::String(name.clone());
            }
            entries.push((name, value));
        }
        if self.rng.chance(self.options.repeats) && !entries.is_empty() {
            let name = self.rng.pick(&entries).0.clone();
            let value = self.value(inner, Place { budget: budget.min(12), forced: false, ..place });
            let at = self.rng.below(entries.len() + 1);
            entries.insert(at, (keys::respelled(self.rng, self.style, name), value));
        }
        Value::Map(entries)
    }

    fn string(&mut self, place: Place<'_>, hostile: bool) -> Value {
        if hostile {
            return Value::String(strings::hostile(self.rng, self.style));
        }
        Value::string(plausible::string(self.rng, place.owner, place.field))
    }
}

/// How much of a struct's budget a field gets, where scalars get least.
fn weight(owner: &str, field: &Field) -> usize {
    match (owner, field.name.as_str()) {
        ("wf.WorkflowStatus", "nodes") => 12,
        ("wf.WorkflowSpec", "templates") | ("wf.Workflow", "spec" | "status") => 6,
        _ if field.expression.base().is_some() => 3,
        _ => 1,
    }
}
