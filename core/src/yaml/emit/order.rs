//! The order in which go-yaml prints keys: numbers in them count by their value.
//!
//! Source: goyaml.v2, sorter.go (`keyList.Less`).

use alloc::vec::Vec;

use super::Member;
use super::unicode::{is_digit, is_letter};

/// Sorts the members; of equal keys the last one stays.
pub(super) fn sort(mut members: Vec<Member<'_>>) -> Vec<Member<'_>> {
    if !members.is_sorted_by(|one, other| one.key < other.key) {
        // A stable sort: equal keys keep their order, so the last of them is the one to keep.
        members.sort_by(|one, other| one.key.cmp(&other.key));
        members.reverse();
        members.dedup_by(|later, kept| later.key == kept.key);
        members.reverse();
    }
    if members.is_sorted_by(|one, other| !precedes(&other.key, &one.key)) {
        return members;
    }
    merge_sort(members)
}

/// A merge sort from the bottom up: the order may run in circles, at which the library's sort
/// functions may panic.
fn merge_sort(mut members: Vec<Member<'_>>) -> Vec<Member<'_>> {
    let count = members.len();
    let mut width = 1;
    while width < count {
        let mut merged = Vec::with_capacity(count);
        let mut rest = members.into_iter();
        loop {
            let mut left = rest.by_ref().take(width).collect::<Vec<_>>().into_iter().peekable();
            let mut right = rest.by_ref().take(width).collect::<Vec<_>>().into_iter().peekable();
            if left.peek().is_none() {
                break;
            }
            while let (Some(one), Some(other)) = (left.peek(), right.peek()) {
                let from = if precedes(&other.key, &one.key) { &mut right } else { &mut left };
                merged.extend(from.next());
            }
            merged.extend(left);
            merged.extend(right);
        }
        members = merged;
        width *= 2;
    }
    members
}

/// Whether go-yaml prints `key` before `other`.
fn precedes(key: &str, other: &str) -> bool {
    let same = key.bytes().zip(other.bytes()).take_while(|(one, two)| one == two).count();
    // Back to where the differing characters begin.
    let start = (0..=same).rev().find(|&at| key.is_char_boundary(at) && other.is_char_boundary(at));
    let Some(((before, rest), (_, other_rest))) =
        start.and_then(|at| key.split_at_checked(at).zip(other.split_at_checked(at)))
    else {
        return false;
    };
    let (Some(here), Some(there)) = (rest.chars().next(), other_rest.chars().next()) else {
        return key.len() < other.len();
    };
    match (is_letter(here), is_letter(there)) {
        (true, true) => return here < there,
        (false, false) => {}
        (_, there_is_letter) => return there_is_letter,
    }
    // A zero inside a number is not a leading one: it weighs as much as any digit.
    let within_number = (here == '0' || there == '0')
        && before.chars().rev().take_while(|&before| is_digit(before)).any(|digit| digit != '0');
    let (value, digits) = number(rest, within_number);
    let (other_value, other_digits) = number(other_rest, within_number);
    (value, digits, here) < (other_value, other_digits, there)
}

/// The value and the count of the digits at the beginning; the value wraps around as Go's `int64`.
fn number(text: &str, within_number: bool) -> (i64, usize) {
    let start = (i64::from(within_number), 0);
    text.chars().take_while(|&character| is_digit(character)).fold(
        start,
        |(value, count), digit| {
            let digit = i64::from(u32::from(digit)) - i64::from(u32::from('0'));
            (value.wrapping_mul(10).wrapping_add(digit), count + 1)
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Sorted by sigs.k8s.io/yaml v1.4.0, which agreed with itself on each pair.
    #[test]
    fn keys_are_ordered_as_go_orders_them() {
        let sorted = [
            "", "1", "2", "3", "10", "11", "1000x", "1001x", "1009", "100x", "1010", "\u{663}",
            "B", "a-1", "a.1", "a_1", "a00b0", "a00b01", "a1", "a01", "a2", "a10", "b", "x\u{663}",
            "é",
        ];
        for (index, key) in sorted.iter().enumerate() {
            for other in &sorted[index + 1..] {
                assert!(precedes(key, other), "{key} {other}");
                assert!(!precedes(other, key), "{other} {key}");
            }
            assert!(!precedes(key, key), "{key}");
        }
    }
}
