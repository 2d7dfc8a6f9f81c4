//! Collections by indentation.

use super::{Event, Parser, State, What};
use crate::yaml::error::Fallible;
use crate::yaml::token::Kind;

impl Parser<'_> {
    pub(super) fn block_sequence_entry(&mut self) -> Fallible<Event> {
        let token = self.scanner.peek()?;
        match token.kind {
            Kind::BlockEntry => {
                self.take(&token);
                let state = State::BlockSequenceEntry;
                match self.scanner.peek()?.kind {
                    Kind::BlockEntry | Kind::BlockEnd => self.empty_then(state, token.line),
                    _ => self.node_then(state, true, false),
                }
            }
            Kind::BlockEnd => self.close(&token),
            _ => self.unexpected("did not find expected '-' indicator", &token),
        }
    }

    pub(super) fn indentless_sequence_entry(&mut self) -> Fallible<Event> {
        let token = self.scanner.peek()?;
        if token.kind != Kind::BlockEntry {
            self.leave();
            return Ok(Event::bare(What::End, self.end, self.end));
        }
        self.take(&token);
        let state = State::IndentlessSequenceEntry;
        match self.scanner.peek()?.kind {
            Kind::BlockEntry | Kind::Key | Kind::Value | Kind::BlockEnd => {
                self.empty_then(state, token.line)
            }
            _ => self.node_then(state, true, false),
        }
    }

    pub(super) fn block_mapping_key(&mut self) -> Fallible<Event> {
        let token = self.scanner.peek()?;
        match token.kind {
            Kind::Key => {
                self.take(&token);
                self.block_mapping_node(State::BlockMappingValue, token.line)
            }
            Kind::BlockEnd => self.close(&token),
            _ => self.unexpected("did not find expected key", &token),
        }
    }

    pub(super) fn block_mapping_value(&mut self) -> Fallible<Event> {
        let token = self.scanner.peek()?;
        if token.kind != Kind::Value {
            return self.empty_then(State::BlockMappingKey, token.line);
        }
        self.take(&token);
        self.block_mapping_node(State::BlockMappingKey, token.line)
    }

    /// What stands behind `?` or `:`.
    pub(super) fn block_mapping_node(&mut self, state: State, line: u32) -> Fallible<Event> {
        match self.scanner.peek()?.kind {
            Kind::Key | Kind::Value | Kind::BlockEnd => self.empty_then(state, line),
            _ => self.node_then(state, true, true),
        }
    }
}
