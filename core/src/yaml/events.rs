//! From tokens to events: the beginnings and ends of nodes.
//!
//! Source: go-yaml v2.4, parserc.go.

mod block;
mod document;
mod flow;

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::cursor::Mark;
use super::document::Style;
use super::error::{Fallible, Problem, YamlError};
use super::scan::Scanner;
use super::texts::Text;
use super::token::{Kind, Token};

/// What a tag means to go-yaml.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(super) enum Tag {
    /// No tag.
    #[default]
    None,
    Str,
    Bool,
    Int,
    Float,
    Null,
    Timestamp,
    Binary,
    Merge,
    /// `!` alone: as none, but a scalar stays text.
    Bare,
    /// Any other: a scalar stays text.
    Other,
}

impl Tag {
    fn of(tag: &[u8]) -> Self {
        match tag.strip_prefix(b"tag:yaml.org,2002:") {
            Some(b"str") => Self::Str,
            Some(b"bool") => Self::Bool,
            Some(b"int") => Self::Int,
            Some(b"float") => Self::Float,
            Some(b"null") => Self::Null,
            Some(b"timestamp") => Self::Timestamp,
            Some(b"binary") => Self::Binary,
            Some(b"merge") => Self::Merge,
            _ if tag == b"!" => Self::Bare,
            _ => Self::Other,
        }
    }
}

/// What begins or ends.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum What {
    DocumentStart,
    DocumentEnd,
    StreamEnd,
    Alias,
    Scalar,
    Sequence,
    Mapping,
    /// The end of a sequence or mapping.
    End,
}

#[derive(Clone, Copy)]
pub(super) struct Event {
    pub(super) what: What,
    pub(super) style: Style,
    /// Whether a scalar's looks decide its type.
    pub(super) implicit: bool,
    pub(super) tag: Tag,
    /// The first of tag and anchor, or the node.
    pub(super) properties: u32,
    /// The node without tag and anchor.
    pub(super) start: u32,
    pub(super) end: u32,
    /// As go-yaml counts it: from 0, and of the first of tag and anchor.
    pub(super) line: u32,
    /// Of a scalar; of an alias its name.
    pub(super) text: Text,
    /// Where the anchor's name begins, and its length; 0 if there is no anchor.
    pub(super) anchor: (u32, u32),
}

impl Event {
    #[inline]
    fn bare(what: What, start: u32, end: u32) -> Self {
        Self {
            what,
            style: Style::Plain,
            implicit: false,
            tag: Tag::None,
            properties: start,
            start,
            end,
            line: 0,
            text: Text::default(),
            anchor: (0, 0),
        }
    }
}

#[derive(Clone, Copy)]
enum State {
    ImplicitDocumentStart,
    DocumentContent,
    DocumentEnd,
    BlockNode,
    BlockSequenceFirstEntry,
    BlockSequenceEntry,
    IndentlessSequenceEntry,
    BlockMappingFirstKey,
    BlockMappingKey,
    BlockMappingValue,
    FlowSequenceFirstEntry,
    FlowSequenceEntry,
    FlowSequenceEntryMappingKey,
    FlowSequenceEntryMappingValue,
    FlowSequenceEntryMappingEnd,
    FlowMappingFirstKey,
    FlowMappingKey,
    FlowMappingValue,
    FlowMappingEmptyValue,
    End,
}

pub(super) struct Parser<'a> {
    pub(super) scanner: Scanner<'a>,
    state: State,
    states: Vec<State>,
    /// Where the open collections begin.
    marks: Vec<Mark>,
    /// Tag handles and what they stand for.
    handles: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Behind the last token that is a character of the text.
    end: u32,
}

impl<'a> Parser<'a> {
    pub(super) fn new(scanner: Scanner<'a>) -> Self {
        Self {
            scanner,
            state: State::ImplicitDocumentStart,
            states: Vec::new(),
            marks: Vec::new(),
            handles: BTreeMap::new(),
            end: 0,
        }
    }

    /// The next event.
    pub(super) fn next(&mut self) -> Fallible<Event> {
        match self.state {
            State::ImplicitDocumentStart => self.document_start(),
            State::DocumentContent => self.document_content(),
            State::DocumentEnd => self.document_end(),
            State::BlockNode => self.node(true, false),
            State::BlockSequenceFirstEntry => {
                self.enter()?;
                self.block_sequence_entry()
            }
            State::BlockSequenceEntry => self.block_sequence_entry(),
            State::IndentlessSequenceEntry => self.indentless_sequence_entry(),
            State::BlockMappingFirstKey => {
                self.enter()?;
                self.block_mapping_key()
            }
            State::BlockMappingKey => self.block_mapping_key(),
            State::BlockMappingValue => self.block_mapping_value(),
            State::FlowSequenceFirstEntry => {
                self.enter()?;
                self.flow_sequence_entry(true)
            }
            State::FlowSequenceEntry => self.flow_sequence_entry(false),
            State::FlowSequenceEntryMappingKey => self.flow_sequence_entry_mapping_key(),
            State::FlowSequenceEntryMappingValue => self.flow_sequence_entry_mapping_value(),
            State::FlowSequenceEntryMappingEnd => {
                self.state = State::FlowSequenceEntry;
                self.scanner.peek()?;
                Ok(Event::bare(What::End, self.end, self.end))
            }
            State::FlowMappingFirstKey => {
                self.enter()?;
                self.flow_mapping_key(true)
            }
            State::FlowMappingKey => self.flow_mapping_key(false),
            State::FlowMappingValue => self.flow_mapping_value(false),
            State::FlowMappingEmptyValue => self.flow_mapping_value(true),
            State::End => Ok(Event::bare(What::StreamEnd, self.end, self.end)),
        }
    }

    #[inline]
    fn take(&mut self, token: &Token) {
        if !matches!(token.kind, Kind::BlockEnd | Kind::StreamEnd) {
            self.end = self.end.max(token.end);
        }
        self.scanner.take();
    }

    /// Takes the token that begins a collection.
    fn enter(&mut self) -> Fallible<()> {
        let token = self.scanner.peek()?;
        self.marks.push(token.mark());
        self.take(&token);
        Ok(())
    }

    fn leave(&mut self) {
        self.state = self.states.pop().unwrap_or(State::End);
    }

    /// An error about the token or mark `problem`, inside of what begins at `context`.
    #[cold]
    fn error(what: &'static str, problem: Mark, context: Mark) -> Box<YamlError> {
        let line = if problem.line > 0 { problem.line } else { context.line };
        Box::new(YamlError { at: problem.at, line, problem: Problem::Syntax(what) })
    }

    /// A node of which nothing is written; go-yaml says it stands in `line`.
    fn empty(&self, line: u32) -> Event {
        let bare = Event::bare(What::Scalar, self.end, self.end);
        Event { implicit: true, line, text: Text { start: self.end, ..Text::default() }, ..bare }
    }

    /// A node, with its anchor and tag.
    fn node(&mut self, block: bool, indentless_sequence: bool) -> Fallible<Event> {
        let mut token = self.scanner.peek()?;
        let first = token;
        let mut anchor = (0, 0);
        let mut tag = Tag::None;
        match token.kind {
            Kind::Alias => {
                self.leave();
                self.take(&token);
                let bare = Event::bare(What::Alias, token.start, token.end);
                return Ok(Event { line: token.line, text: token.text, ..bare });
            }
            Kind::Anchor | Kind::Tag => {
                let mut written = None;
                loop {
                    if token.kind == Kind::Anchor && anchor.1 == 0 {
                        anchor = (token.text.start, token.text.length);
                    } else if token.kind == Kind::Tag && written.is_none() {
                        written = Some(token);
                    } else {
                        break;
                    }
                    self.take(&token);
                    token = self.scanner.peek()?;
                }
                if let Some(written) = written {
                    tag = self.tag(&written, first.mark())?;
                }
            }
            _ => {}
        }
        let node = Event {
            tag,
            anchor,
            properties: first.start,
            line: first.line,
            ..Event::bare(What::Scalar, token.start, token.end)
        };
        let (what, style, state) = match token.kind {
            Kind::BlockEntry if indentless_sequence => {
                (What::Sequence, Style::Block, State::IndentlessSequenceEntry)
            }
            Kind::Scalar => {
                self.leave();
                self.take(&token);
                let implicit = tag == Tag::Bare || tag == Tag::None && token.style == Style::Plain;
                return Ok(Event { style: token.style, implicit, text: token.text, ..node });
            }
            Kind::FlowSequenceStart => (What::Sequence, Style::Flow, State::FlowSequenceFirstEntry),
            Kind::FlowMappingStart => (What::Mapping, Style::Flow, State::FlowMappingFirstKey),
            Kind::BlockSequenceStart if block => {
                (What::Sequence, Style::Block, State::BlockSequenceFirstEntry)
            }
            Kind::BlockMappingStart if block => {
                (What::Mapping, Style::Block, State::BlockMappingFirstKey)
            }
            _ if anchor.1 > 0 || tag != Tag::None => {
                self.leave();
                let empty = self.empty(first.line);
                let implicit = tag == Tag::None;
                return Ok(Event { implicit, tag, anchor, properties: first.start, ..empty });
            }
            _ => {
                let problem = "did not find expected node content";
                return Err(Self::error(problem, token.mark(), first.mark()));
            }
        };
        self.state = state;
        Ok(Event { what, style, ..node })
    }

    /// What a tag means, its handle replaced.
    fn tag(&self, token: &Token, start: Mark) -> Fallible<Tag> {
        let Some(tag) = self.scanner.tags.get(token.text.start as usize) else {
            return Ok(Tag::None);
        };
        if tag.handle.is_empty() {
            return Ok(Tag::of(&tag.suffix));
        }
        let Some(prefix) = self.handles.get(&tag.handle) else {
            return Err(Self::error("found undefined tag handle", token.mark(), start));
        };
        Ok(Tag::of(&[prefix.as_slice(), &tag.suffix].concat()))
    }

    /// A node, after which `state` is next.
    fn node_then(&mut self, state: State, block: bool, indentless: bool) -> Fallible<Event> {
        self.states.push(state);
        self.node(block, indentless)
    }

    fn empty_then(&mut self, state: State, line: u32) -> Fallible<Event> {
        self.state = state;
        Ok(self.empty(line))
    }

    /// The end of a collection, whose last token stands next.
    fn close(&mut self, token: &Token) -> Fallible<Event> {
        self.leave();
        self.marks.pop();
        self.take(token);
        Ok(Event::bare(What::End, self.end, self.end))
    }

    #[cold]
    fn unexpected(&self, problem: &'static str, token: &Token) -> Fallible<Event> {
        let context = self.marks.last().copied().unwrap_or_default();
        Err(Self::error(problem, token.mark(), context))
    }
}
