//! Values that are not read field by field: types with an `UnmarshalJSON` of their own, and `[]byte`.

use alloc::vec::Vec;

use super::{Decoder, Frame, IN_FLOAT, mismatch, wanted};
use crate::golang::dropped::Why;
use crate::golang::error::{DecodeError, DecodeReason};
use crate::golang::layout::{Special, Type};
use crate::golang::reference::value::{Id, Value};
use crate::golang::special::any_string::number_text;
use crate::golang::special::raw::{check_floats, kind};
use crate::golang::special::time::Time;
use crate::golang::special::{duration, parallel_steps, plugin, ttl};
use crate::golang::tables::WF_WORKFLOW_STEP;
use crate::json::number;
use crate::json::scan::peek;
use crate::json::text;

impl Decoder<'_> {
    /// Stores the value at `at` and gives the offset behind what was consumed, as `value` does.
    pub(super) fn special(
        &mut self,
        special: Special,
        id: Id,
        at: usize,
        first: u8,
    ) -> Result<usize, DecodeError> {
        let end = self.end(at)?;
        if special == Special::ParallelSteps {
            return self.parallel_steps(id, at, first, end);
        }
        if let Err(error) = self.read_special(special, id, at, first, end) {
            self.stop(error, &[])?;
        }
        Ok(end)
    }

    fn parallel_steps(
        &mut self,
        id: Id,
        at: usize,
        first: u8,
        end: usize,
    ) -> Result<usize, DecodeError> {
        for (error, within) in parallel_steps::check(self.json, at, self.version)? {
            self.stop(error, &within)?;
        }
        if first != b'[' {
            self.tree.set(id, Value::Zero);
            return Ok(end);
        }
        self.frames.push(Frame::Nested { saved: self.saved.take(), strict: self.strict });
        self.strict = false;
        self.open_slice(Type::Struct(&WF_WORKFLOW_STEP), id);
        Ok(at + 1)
    }

    fn read_special(
        &mut self,
        special: Special,
        id: Id,
        at: usize,
        first: u8,
        end: usize,
    ) -> Result<(), DecodeError> {
        match special {
            Special::Time => {
                let time = match first {
                    b'n' => Time::default(),
                    b'"' => Time::parse(&text::decode(self.string_at(at)?))
                        .map_err(|problem| DecodeError::value(at, problem))?,
                    _ => return Err(mismatch(at, first, "a time (a string)")),
                };
                self.tree.set(id, Value::Time(time));
            }
            Special::Duration => {
                let text = match first {
                    b'"' => text::decode(self.string_at(at)?).into_owned(),
                    // Go reads null as "", which is no duration.
                    b'n' => Vec::new(),
                    _ => return Err(mismatch(at, first, "a duration (a string)")),
                };
                let nanoseconds =
                    duration::parse(&text).map_err(|problem| DecodeError::value(at, problem))?;
                self.tree.set(id, Value::Int(nanoseconds));
            }
            Special::Ttl => {
                if first != b'"' {
                    return Err(mismatch(at, first, ttl::WANTED));
                }
                let nanoseconds = ttl::parse(&text::decode(self.string_at(at)?))
                    .map_err(|problem| DecodeError::value(at, problem))?;
                self.tree.set(id, Value::Int(nanoseconds));
            }
            Special::AnyString => self.any_string(id, at, end, first)?,
            Special::IntOrString => {
                let mut value = match self.tree.take(id) {
                    Value::IntOrString(value) => value,
                    _ => Default::default(),
                };
                value.is_string = first == b'"';
                match first {
                    b'"' => value.string = text::decode(self.string_at(at)?).into_owned(),
                    b'n' => {}
                    b'-' | b'0'..=b'9' => {
                        let wanted = wanted(Type::Int32);
                        value.integer = number::integer(self.literal_at(at)?, 32)
                            .ok_or(DecodeError { at, reason: DecodeReason::Number { wanted } })?;
                    }
                    _ => return Err(mismatch(at, first, "an integer or a string")),
                }
                self.tree.set(id, Value::IntOrString(value));
            }
            Special::Quantity => {
                let mut value = match self.tree.take(id) {
                    Value::Quantity(value) => value,
                    _ => Default::default(),
                };
                value
                    .read(self.json.get(at..end).unwrap_or_default())
                    .map_err(|problem| DecodeError::value(at, problem))?;
                self.tree.set(id, Value::Quantity(value));
            }
            Special::FieldsV1 => {
                // null keeps what was there.
                if first != b'n' || matches!(self.tree.get(id), Value::Zero) {
                    self.tree.set(id, Value::Raw(at..end));
                }
            }
            Special::Item | Special::Amount => self.tree.set(id, Value::Raw(at..end)),
            Special::Plugin => {
                plugin::check(self.json, at)?;
                self.tree.set(id, Value::Raw(at..end));
            }
            Special::ParallelSteps => {}
        }
        Ok(())
    }

    fn any_string(&mut self, id: Id, at: usize, end: usize, first: u8) -> Result<(), DecodeError> {
        let decoded = match first {
            b'"' => Some(text::decode(self.string_at(at)?).into_owned()),
            b't' => Some(b"true".to_vec()),
            b'f' => Some(b"false".to_vec()),
            b'-' | b'0'..=b'9' => {
                let wanted = IN_FLOAT;
                let number = number_text(self.literal_at(at)?)
                    .ok_or(DecodeError { at, reason: DecodeReason::Number { wanted } })?;
                Some(number.into_bytes())
            }
            b'n' => None,
            _ => {
                check_floats(self.json, at, end)?;
                self.dropped.add("wf.AnyString", kind(Some(first)).as_bytes(), Why::NotText);
                None
            }
        };
        match decoded {
            Some(decoded) => self.tree.set(id, Value::Text(decoded)),
            // A pointer has been allocated; what it points to stays as it was.
            None if matches!(self.tree.get(id), Value::Zero) => {
                self.tree.set(id, Value::Text(Vec::new()));
            }
            None => {}
        }
        Ok(())
    }

    /// A `[]byte` written as a list of numbers.
    pub(super) fn bytes_from_list(&mut self, id: Id, at: usize) -> Result<usize, DecodeError> {
        let mut items = match self.tree.take(id) {
            Value::Bytes { items, .. } => items,
            _ => Vec::new(),
        };
        let (mut index, mut next) = (0, at + 1);
        while let Some((here, first)) = peek(self.json, next) {
            match first {
                b']' => break,
                b',' => {
                    next = here + 1;
                    continue;
                }
                _ => {}
            }
            if index == items.len() {
                items.push(0);
            }
            match first {
                b'n' => {}
                b'-' | b'0'..=b'9' => {
                    let value = number::unsigned(self.literal_at(here)?);
                    match value.and_then(|value| u8::try_from(value).ok()) {
                        Some(value) => {
                            if let Some(item) = items.get_mut(index) {
                                *item = value;
                            }
                        }
                        None => self.save_number(here, "an integer from 0 to 255"),
                    }
                }
                _ => self.save(mismatch(here, first, "an integer from 0 to 255")),
            }
            index += 1;
            next = self.end(here)?;
        }
        if index == 0 {
            items.clear();
        }
        self.tree.set(id, Value::Bytes { items, length: index });
        self.end(at)
    }
}
