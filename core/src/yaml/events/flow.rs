//! Collections in brackets.

use super::{Event, Parser, State, What};
use crate::yaml::document::Style;
use crate::yaml::error::Fallible;
use crate::yaml::token::Kind;

impl Parser<'_> {
    pub(super) fn flow_sequence_entry(&mut self, first: bool) -> Fallible<Event> {
        let mut token = self.scanner.peek()?;
        if token.kind == Kind::FlowSequenceEnd {
            return self.close(&token);
        }
        if !first {
            if token.kind != Kind::FlowEntry {
                return self.unexpected("did not find expected ',' or ']'", &token);
            }
            self.take(&token);
            token = self.scanner.peek()?;
        }
        match token.kind {
            Kind::FlowSequenceEnd => self.close(&token),
            Kind::Key => {
                self.state = State::FlowSequenceEntryMappingKey;
                self.take(&token);
                let start = token.start;
                let bare = Event::bare(What::Mapping, start, start);
                Ok(Event { style: Style::Flow, line: token.line, ..bare })
            }
            _ => self.node_then(State::FlowSequenceEntry, false, false),
        }
    }

    pub(super) fn flow_sequence_entry_mapping_key(&mut self) -> Fallible<Event> {
        let token = self.scanner.peek()?;
        let state = State::FlowSequenceEntryMappingValue;
        match token.kind {
            Kind::Value | Kind::FlowEntry | Kind::FlowSequenceEnd => {
                // go-yaml drops the token here, whichever it is.
                let event = self.empty(token.line);
                self.take(&token);
                self.state = state;
                Ok(event)
            }
            _ => self.node_then(state, false, false),
        }
    }

    pub(super) fn flow_sequence_entry_mapping_value(&mut self) -> Fallible<Event> {
        let token = self.scanner.peek()?;
        let state = State::FlowSequenceEntryMappingEnd;
        if token.kind == Kind::Value {
            self.take(&token);
            if !matches!(self.scanner.peek()?.kind, Kind::FlowEntry | Kind::FlowSequenceEnd) {
                return self.node_then(state, false, false);
            }
        }
        self.empty_then(state, token.line)
    }

    pub(super) fn flow_mapping_key(&mut self, first: bool) -> Fallible<Event> {
        let mut token = self.scanner.peek()?;
        if token.kind == Kind::FlowMappingEnd {
            return self.close(&token);
        }
        if !first {
            if token.kind != Kind::FlowEntry {
                return self.unexpected("did not find expected ',' or '}'", &token);
            }
            self.take(&token);
            token = self.scanner.peek()?;
        }
        match token.kind {
            Kind::FlowMappingEnd => self.close(&token),
            Kind::Key => {
                self.take(&token);
                let token = self.scanner.peek()?;
                let state = State::FlowMappingValue;
                match token.kind {
                    Kind::Value | Kind::FlowEntry | Kind::FlowMappingEnd => {
                        self.empty_then(state, token.line)
                    }
                    _ => self.node_then(state, false, false),
                }
            }
            _ => self.node_then(State::FlowMappingEmptyValue, false, false),
        }
    }

    pub(super) fn flow_mapping_value(&mut self, empty: bool) -> Fallible<Event> {
        let mut token = self.scanner.peek()?;
        let state = State::FlowMappingKey;
        if !empty && token.kind == Kind::Value {
            self.take(&token);
            token = self.scanner.peek()?;
            if !matches!(token.kind, Kind::FlowEntry | Kind::FlowMappingEnd) {
                return self.node_then(state, false, false);
            }
        }
        self.empty_then(state, token.line)
    }
}
