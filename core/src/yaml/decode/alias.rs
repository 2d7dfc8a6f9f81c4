//! What aliases stand for, decoded once and counted every time.

use alloc::boxed::Box;
use alloc::string::String;

use super::{Decoder, Frame, State};
use crate::yaml::compose::Kind;
use crate::yaml::document::NodeId;
use crate::yaml::error::{Fallible, Problem, YamlError};

impl Decoder<'_> {
    pub(super) fn alias(&mut self, id: NodeId, merged: bool) -> Fallible<()> {
        let Some(target) = self.nodes.get(id.index()).and_then(|node| node.target) else {
            return Ok(());
        };
        let scalar = self
            .drafts
            .get(target.index())
            .is_some_and(|draft| matches!(draft.kind, Kind::Scalar | Kind::Known));
        match self.drafts.get(target.index()).and_then(|draft| self.state(draft)) {
            Some(State::Begun { steps }) => return Err(self.contains_itself(id, target, steps)),
            Some(State::Done { steps, duplicates }) => {
                self.steps.many_inside_alias(steps);
                self.check(id)?;
                if merged {
                    self.merge_again(target);
                } else {
                    self.repeat(duplicates);
                }
            }
            _ if scalar => {
                // A scalar comes before every alias of it, but where merges run backwards.
                self.steps.many_inside_alias(1);
                self.check(id)?;
                if let Some(draft) = self.drafts.get(target.index()) {
                    self.scalar(target, draft)?;
                }
            }
            _ => {
                self.frames.push(Frame::Alias { node: id, steps: self.steps.taken() });
                self.steps.enter_alias();
                return self.start(target, merged);
            }
        }
        self.show_target(id);
        Ok(())
    }

    /// Lets an alias show what it stands for.
    pub(super) fn show_target(&mut self, id: NodeId) {
        let target = self.nodes.get(id.index()).and_then(|node| node.target);
        let Some(target) = target.and_then(|target| self.nodes.get(target.index())) else { return };
        let (value, style) = (target.value, target.style);
        if let Some(node) = self.nodes.get_mut(id.index()) {
            (node.value, node.style) = (value, style);
        }
    }

    /// go-yaml would decode the anchor's value once more, up to the first alias it is inside of.
    #[cold]
    pub(super) fn contains_itself(
        &mut self,
        id: NodeId,
        target: NodeId,
        begun: u64,
    ) -> Box<YamlError> {
        let inside = |frame: &&Frame| match frame {
            Frame::Sequence { node, .. } | Frame::Mapping { node, .. } => *node == target,
            Frame::Merges { .. } | Frame::Alias { .. } => false,
        };
        let depth = self.frames.iter().rev().position(|frame| inside(&frame)).unwrap_or(0);
        let outer = self.frames.len() - depth;
        let met = self.frames.iter().skip(outer).find_map(|frame| match frame {
            Frame::Alias { node, steps } => Some((*node, *steps)),
            _ => None,
        });
        let (alias, taken) = met.unwrap_or((id, self.steps.taken()));
        self.steps.many_inside_alias(taken.saturating_sub(begun));
        if let Err(error) = self.check(id) {
            return error;
        }
        let name = self
            .drafts
            .get(alias.index())
            .map_or(&[][..], |draft| self.texts.get(self.source, draft.text));
        let name = String::from_utf8_lossy(name).into_owned();
        self.fault(id, Problem::ContainsItself(name))
    }

    /// Repeats what a value has to say about its keys. Go repeats it without end; here the list stays
    /// in proportion to the text.
    pub(super) fn repeat(&mut self, (start, end): (u32, u32)) {
        let room = (1000 + self.nodes.len()).saturating_sub(self.duplicates.len());
        let end = (end as usize).min(start as usize + room);
        self.duplicates.extend_from_within(start as usize..end);
    }
}
