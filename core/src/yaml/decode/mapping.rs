//! Mappings: keys, values and merges.

use alloc::boxed::Box;

use super::{Awaits, Decoder, Filling, Frame, State, child};
use crate::yaml::compose::{Draft, Kind};
use crate::yaml::document::{Duplicate, Entry, NodeId, Value};
use crate::yaml::error::{Fallible, Problem, YamlError};
use crate::yaml::events::Tag;
use crate::yaml::gosyntax;
use crate::yaml::keys::{Key, Keys};
use crate::yaml::token::offset;

/// Up to so many keys are compared one by one.
const FEW: usize = 12;

impl<'a> Decoder<'a> {
    /// Goes on with the mapping on top.
    pub(super) fn mapping_step(&mut self) -> Fallible<()> {
        let (drafts, children) = (self.drafts, self.children);
        let (source, texts) = (self.source, self.texts);
        // `<<` without quotes.
        let is_merge = |key: NodeId| {
            drafts.get(key.index()).is_some_and(|draft| {
                draft.kind == Kind::Scalar
                    && (draft.implicit || draft.tag == Tag::Merge)
                    && draft.text.length == 2
                    && texts.get(source, draft.text) == b"<<"
            })
        };
        loop {
            let Some(Frame::Mapping { node, next, awaits, merged, .. }) = self.frames.last_mut()
            else {
                return Ok(());
            };
            let node = *node;
            let Some(key) = child(drafts, children, node, *next) else { break };
            let Some(value) = child(drafts, children, node, *next + 1) else { break };
            match *awaits {
                Awaits::Nothing if is_merge(key) => {
                    *next += 2;
                    return self.merge(value, true);
                }
                Awaits::Nothing => {
                    *awaits = Awaits::Key;
                    if self.start_child(key)? {
                        return Ok(());
                    }
                }
                Awaits::Key => {
                    *awaits = Awaits::Value;
                    if self.is_collection(key) {
                        return Err(self.invalid_key(key));
                    }
                    if self.start_child(value)? {
                        return Ok(());
                    }
                }
                Awaits::Value => {
                    *awaits = Awaits::Nothing;
                    *next += 2;
                    let merged = *merged;
                    self.set(Entry { key, value, merged });
                }
            }
        }
        self.finish_mapping();
        Ok(())
    }

    /// Starts `id`; tells whether something is to be decoded before going on.
    fn start_child(&mut self, id: NodeId) -> Fallible<bool> {
        let depth = self.frames.len();
        self.start(id, false)?;
        Ok(self.frames.len() > depth)
    }

    fn finish_mapping(&mut self) {
        let Some(Frame::Mapping { node, merged, duplicates, .. }) = self.frames.pop() else {
            return;
        };
        if merged {
            // It has no entries of its own until an alias asks for them.
            self.set_state(node, State::Undone);
            return;
        }
        let Some(Filling { first, .. }) = self.maps.pop() else { return };
        let start = offset(self.entries.len());
        self.entries.extend(self.pending.drain(first..));
        let number = self.drafts.get(node.index()).and_then(Draft::collection);
        if let Some(range) = number.and_then(|number| self.entry_ranges.get_mut(number)) {
            *range = (start, offset(self.entries.len()));
        }
        self.finish(node, Value::Mapping, duplicates);
    }

    /// Merges `id` into the mapping that is being filled.
    pub(super) fn merge(&mut self, id: NodeId, list_allowed: bool) -> Fallible<()> {
        let kind = |id: NodeId| self.drafts.get(id.index()).map(|draft| draft.kind);
        match kind(id) {
            Some(Kind::Mapping) => self.start(id, true),
            Some(Kind::Alias) => {
                let target = self.nodes.get(id.index()).and_then(|node| node.target);
                if target.and_then(kind) != Some(Kind::Mapping) {
                    return Err(self.fault(id, Problem::MergeWantsMapping));
                }
                self.start(id, true)
            }
            Some(Kind::Sequence) if list_allowed => {
                let left = self.drafts.get(id.index()).map_or(0, |draft| draft.count);
                self.frames.push(Frame::Merges { node: id, left });
                Ok(())
            }
            _ => Err(self.fault(id, Problem::MergeWantsMapping)),
        }
    }

    /// Merges a mapping that is decoded already.
    pub(super) fn merge_again(&mut self, target: NodeId) {
        let number = self.drafts.get(target.index()).and_then(Draft::collection);
        let range = number.and_then(|number| self.entry_ranges.get(number));
        let Some(&(start, end)) = range else { return };
        for number in start..end {
            let Some(&entry) = self.entries.get(number as usize) else { return };
            let value = self.nodes.get(entry.value.index()).and_then(|node| node.target);
            let value = value.unwrap_or(entry.value);
            let draft = self.drafts.get(value.index());
            if let Some(State::Done { duplicates, .. }) = draft.and_then(|draft| self.state(draft))
            {
                self.repeat(duplicates);
            }
            self.set(Entry { merged: true, ..entry });
        }
    }

    /// Sets an entry of the mapping that is being filled.
    fn set(&mut self, entry: Entry) {
        if let Some(first) = self.set_before(entry.key) {
            let line = self.drafts.get(entry.value.index()).map_or(0, |draft| draft.line as usize);
            let Entry { key, merged, .. } = entry;
            self.duplicates.push(Duplicate { key, first, line: line + 1, merged });
        }
        self.pending.push(entry);
    }

    /// The key set before that equals `key`, which is noted.
    fn set_before(&mut self, key: NodeId) -> Option<NodeId> {
        let new = self.key(key);
        let first = self.maps.last()?.first;
        let pending = self.pending.get(first..).unwrap_or_default();
        if self.maps.last()?.keys.is_none() {
            let new = new.as_ref()?;
            let mut few = pending.iter().map(|entry| entry.key);
            if pending.len() < FEW {
                return few
                    .find(|&old| self.may_equal(old, key) && self.key(old).as_ref() == Some(new));
            }
            let mut keys = Keys::default();
            for old in few {
                if let Some(key) = self.key(old) {
                    keys.set(key, old);
                }
            }
            self.maps.last_mut()?.keys = Some(keys);
        }
        self.maps.last_mut()?.keys.as_mut()?.set(new?, key)
    }

    /// Whether two keys look alike at first sight: most texts already differ in length.
    #[inline]
    fn may_equal(&self, one: NodeId, two: NodeId) -> bool {
        let length = |id: NodeId| {
            let draft = self.drafts.get(id.index());
            let plain = |draft: &&Draft| draft.kind != Kind::Alias && draft.tag != Tag::Binary;
            let text = self.nodes.get(id.index()).is_some_and(|node| node.value == Value::Text);
            draft.filter(plain).filter(|_| text).map(|draft| draft.text.length)
        };
        !matches!((length(one), length(two)), (Some(one), Some(two)) if one != two)
    }

    fn key(&self, id: NodeId) -> Option<Key<'a>> {
        Key::new(self.nodes.get(id.index())?.value, self.text(id))
    }

    fn is_collection(&self, id: NodeId) -> bool {
        let value = self.nodes.get(id.index()).map(|node| node.value);
        matches!(value, Some(Value::Sequence | Value::Mapping))
    }

    #[cold]
    fn invalid_key(&self, key: NodeId) -> Box<YamlError> {
        self.fault(key, Problem::InvalidKey(gosyntax::collection(self, key)))
    }
}
