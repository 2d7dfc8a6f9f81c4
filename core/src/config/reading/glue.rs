//! The ConfigMap's keys made one text, as Argo does it.
//!
//! Source: Argo Workflows v3.7.6, config/controller.go (`parseConfigMap`).

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::ops::Range;

use crate::config::reading::origin::{Extract, Origin, Scalar};
use crate::config::sources::is_mapping;
use crate::yaml::{Document, NodeId, Style, Value, key_name};

/// A key of `data`.
#[derive(Clone, Debug)]
pub(crate) struct DataKey {
    pub(crate) name: String,
    pub(crate) key: NodeId,
    pub(crate) value: NodeId,
}

/// The keys of `data`, sorted; of repeated ones the last.
pub(crate) fn data_keys(document: &Document, data: NodeId) -> Vec<DataKey> {
    if !is_mapping(document, data) {
        return Vec::new();
    }
    let mut keys = BTreeMap::new();
    for entry in document.entries(data) {
        let name = key_name(document, entry.key).unwrap_or_default();
        let name = String::from_utf8_lossy(&name).into_owned();
        keys.insert(name.clone(), DataKey { name, key: entry.key, value: entry.value });
    }
    keys.into_values().collect()
}

/// The text of a single key `config`.
pub(crate) fn whole(document: &Document, key: &DataKey, outside: &Origin) -> Extract {
    let mut extract = Extract::default();
    let value = Scalar::of(document, key.value);
    extract.add_scalar(&value, 0..value.text.len(), outside);
    extract
}

/// The keys glued in this order, each with its value indented below it or behind it.
pub(crate) fn glued<'k>(
    document: &Document,
    keys: impl IntoIterator<Item = &'k DataKey>,
    outside: &Origin,
) -> Extract {
    let mut extract = Extract::default();
    for key in keys {
        let value = Scalar::of(document, key.value);
        let value_at = outside.place(document.node(key.value).span.start);
        add_name(&mut extract, document, key, outside);
        if value.text.contains(&b'\n') {
            extract.add(b":\n  ", value_at);
            for (index, line) in lines(&value.text).enumerate() {
                if index > 0 {
                    extract.add(b"\n  ", outside.place(document.source_of(key.value, line.start)));
                }
                extract.add_scalar(&value, line, outside);
            }
        } else {
            extract.add(b": ", value_at);
            extract.add_scalar(&value, 0..value.text.len(), outside);
        }
        extract.add(b"\n", outside.place(document.node(key.value).span.end));
    }
    extract
}

fn add_name(extract: &mut Extract, document: &Document, key: &DataKey, outside: &Origin) {
    if document.text(key.key).is_some() {
        extract.add_scalar(&Scalar::of(document, key.key), 0..key.name.len(), outside);
    } else {
        extract.add(key.name.as_bytes(), outside.place(document.node(key.key).span.start));
    }
}

/// The ranges of a value's lines, without the empty ones around it.
fn lines(value: &[u8]) -> impl Iterator<Item = Range<usize>> + '_ {
    let start = value.iter().take_while(|&&byte| byte == b'\n').count();
    let trailing = value.iter().rev().take_while(|&&byte| byte == b'\n').count();
    let end = value.len().saturating_sub(trailing).max(start);
    let mut at = start;
    value.get(start..end).unwrap_or_default().split(|&byte| byte == b'\n').map(move |line| {
        let range = at..at + line.len();
        at = range.end + 1;
        range
    })
}

/// Whether the order of the keys can make no difference, so that one order tells all.
///
/// True when each key's part is one entry of its own: no anchor, alias, directive or document marker in it,
/// and YAML by itself. (What is left open in one part could swallow the next.)
pub(crate) fn order_is_indifferent(document: &Document, keys: &[DataKey]) -> bool {
    keys.iter().all(|key| {
        let part = glued(document, [key], &Origin::verbatim(0));
        if part.text.iter().any(|byte| matches!(byte, b'&' | b'*' | b'%'))
            || part.text.split(|&byte| byte == b'\n').any(|line| {
                let line = line.trim_ascii_start();
                line.starts_with(b"---") || line.starts_with(b"...")
            })
        {
            return false;
        }
        let starts_plainly = part.text.first().is_some_and(u8::is_ascii_graphic);
        starts_plainly
            && crate::yaml::read(&part.text).is_ok_and(|part| {
                part.root().is_some_and(|root| {
                    let node = part.node(root);
                    matches!(node.value, Value::Mapping)
                        && node.style == Style::Block
                        && part.entries(root).len() == 1
                })
            })
    })
}

/// The orders that Go's random map order is tried in: all of up to four keys, else the sorted one, its
/// reverse and its rotations.
pub(crate) fn orders(count: usize) -> Vec<Vec<usize>> {
    let sorted: Vec<usize> = (0..count).collect();
    if count > 4 {
        let mut orders = Vec::new();
        for turn in 0..count.min(24) {
            let mut order = sorted.clone();
            order.rotate_left(turn);
            orders.push(order);
        }
        orders.push(sorted.into_iter().rev().collect());
        return orders;
    }
    let mut orders = Vec::from([Vec::new()]);
    for _ in 0..count {
        orders = orders
            .into_iter()
            .flat_map(|order: Vec<usize>| {
                (0..count)
                    .filter(|next| !order.contains(next))
                    .map(|next| {
                        let mut longer = order.clone();
                        longer.push(next);
                        longer
                    })
                    .collect::<Vec<_>>()
            })
            .collect();
    }
    orders
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_orders_are_tried_however_many_keys_there_are() {
        for (count, expected) in [(0, 1), (1, 1), (2, 2), (4, 24), (5, 6), (24, 25), (5_000, 25)] {
            let orders = orders(count);
            assert_eq!(orders.len(), expected, "{count} keys");
            assert!(orders.iter().all(|order| order.len() == count));
        }
    }
}
