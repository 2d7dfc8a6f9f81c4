//! Collecting all that is wrong with a text, beyond what ends its decoding.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use super::{Decoder, Frame};
use crate::golang::check::{Check, FoldedKey, IgnoredKey, LISTED, PATH_STEPS, Problem, Step};
use crate::golang::error::{DecodeError, DecodeReason};
use crate::golang::layout::{Field, Struct, Type};
use crate::json::text::decode;

/// What has been found so far.
#[derive(Debug, Default)]
pub(super) struct Collector {
    pub(super) check: Check,
    /// The index of the problem at an offset, if it is listed: a type that checks itself before it
    /// decodes would report twice.
    places: BTreeMap<usize, usize>,
    /// Go has stopped.
    stopped: bool,
}

/// An error that Go keeps until the end, with its index among the collected problems.
pub(super) type Saved = Option<(DecodeError, usize)>;

impl Decoder<'_> {
    /// A mismatch: Go goes on, and names the first when nothing worse comes.
    pub(super) fn save(&mut self, error: DecodeError) {
        let index = self.collect(&error, &[], self.saved.is_none());
        self.saved.get_or_insert((error, index));
    }

    /// A custom type's refusal: Go stops. Collecting goes on.
    ///
    /// `within` leads from where the decoder stands to the place of the error.
    pub(super) fn stop(&mut self, error: DecodeError, within: &[Step]) -> Result<(), DecodeError> {
        let index = self.collect(&error, within, true);
        self.stop_at((error, index))
    }

    /// Go stops with an error that has been collected.
    pub(super) fn stop_at(
        &mut self,
        (error, index): (DecodeError, usize),
    ) -> Result<(), DecodeError> {
        let Some(collector) = &mut self.collector else { return Err(error) };
        if !collector.stopped {
            collector.stopped = true;
            collector.check.decisive = Some(index);
        }
        Ok(())
    }

    /// Adds a problem and gives its index. One that may be decisive is listed however many there are.
    fn collect(&mut self, error: &DecodeError, within: &[Step], may_decide: bool) -> usize {
        let Some(collector) = &mut self.collector else { return 0 };
        if let Some(&index) = collector.places.get(&error.at) {
            return index;
        }
        let check = &mut collector.check;
        let index = check.problems.len();
        if index >= LISTED && (collector.stopped || !may_decide) {
            collector.places.insert(error.at, index);
            check.unlisted += 1;
            return index;
        }
        let mut path = self.path();
        path.extend(within.iter().take(PATH_STEPS.saturating_sub(path.len())).cloned());
        let Some(collector) = &mut self.collector else { return 0 };
        collector.places.insert(error.at, index);
        let (reason, seen_by_go) = (error.reason.clone(), !collector.stopped);
        collector.check.problems.push(Problem { at: error.at, path, reason, seen_by_go });
        index
    }

    /// A key that names no field; the decoder stands behind it.
    pub(super) fn unknown_key(&mut self, of: &'static Struct, at: usize, key: &[u8]) {
        if self.collector.is_none() {
            return;
        }
        let key = text_of(key);
        if self.strict {
            self.save(DecodeError { at, reason: DecodeReason::UnknownField { of: of.name, key } });
        } else if self.lists(at, |check| check.ignored.len()) {
            let path = self.path();
            if let Some(collector) = &mut self.collector {
                collector.check.ignored.push(IgnoredKey { at, path, key, of: of.name });
            }
        }
    }

    /// A key that names a field: noted if it is spelled otherwise, or if its field comes again.
    pub(super) fn known_key(
        &mut self,
        field: &Field,
        at: usize,
        key: &[u8],
        earlier: Option<usize>,
    ) {
        let Some(collector) = &mut self.collector else { return };
        let folded = &mut collector.check.folded;
        if let Some(earlier) = earlier
            && let Ok(index) = folded.binary_search_by_key(&earlier, |key| key.at)
            && let Some(key) = folded.get_mut(index)
        {
            key.overridden = true;
        }
        let exact = decode(key).as_ref() == field.name().as_bytes();
        if exact || !self.lists(at, |check| check.folded.len()) {
            return;
        }
        let path = self.path();
        let target = match field.r#type {
            Type::Pointer(target) => *target,
            other => other,
        };
        let folded = FoldedKey {
            at,
            path,
            key: text_of(key),
            field: field.name(),
            overridden: false,
            overrides: earlier,
            merges: matches!(target, Type::Struct(_) | Type::Map(_)),
        };
        if let Some(collector) = &mut self.collector {
            collector.check.folded.push(folded);
        }
    }

    /// Whether a key is still to be listed: not if it is a problem, or there are many already.
    fn lists(&mut self, at: usize, length: impl Fn(&Check) -> usize) -> bool {
        let Some(collector) = &mut self.collector else { return false };
        if collector.places.contains_key(&at) {
            return false;
        }
        let fits = length(&collector.check) < LISTED;
        collector.check.unlisted += usize::from(!fits);
        fits
    }

    /// The way to the value being read.
    fn path(&self) -> Vec<Step> {
        self.frames
            .iter()
            .filter_map(|frame| match frame {
                Frame::Struct { key, .. } | Frame::Map { key, .. } => {
                    Some(Step::Key(text_of(self.json.get(key.clone()).unwrap_or_default())))
                }
                Frame::Slice { next, .. } => Some(Step::Index(next.saturating_sub(1))),
                Frame::Nested { .. } => None,
            })
            .take(PATH_STEPS)
            .collect()
    }
}

/// The first 256 characters of a key, each of them at most 12 bytes of JSON.
fn text_of(key: &[u8]) -> String {
    let start = key.get(..4096).unwrap_or(key);
    String::from_utf8_lossy(&decode(start)).chars().take(256).collect()
}
