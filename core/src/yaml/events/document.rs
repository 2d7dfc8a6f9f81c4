//! Where a document begins and ends, and its directives.

use super::{Event, Parser, State, What};
use crate::yaml::cursor::Mark;
use crate::yaml::error::Fallible;
use crate::yaml::scan::Directive;
use crate::yaml::token::Kind;

impl Parser<'_> {
    pub(super) fn document_start(&mut self) -> Fallible<Event> {
        // The stream's start says nothing.
        self.scanner.peek()?;
        self.scanner.take();
        let token = self.scanner.peek()?;
        match token.kind {
            Kind::StreamEnd => {
                self.state = State::End;
                self.end = token.start;
                return Ok(Event::bare(What::StreamEnd, self.end, self.end));
            }
            Kind::VersionDirective | Kind::TagDirective | Kind::DocumentStart => {
                self.directives()?;
                let token = self.scanner.peek()?;
                if token.kind != Kind::DocumentStart {
                    let problem = "did not find expected <document start>";
                    return Err(Self::error(problem, token.mark(), Mark::default()));
                }
                self.state = State::DocumentContent;
                self.take(&token);
            }
            _ => {
                self.directives()?;
                self.state = State::BlockNode;
            }
        }
        self.states.push(State::DocumentEnd);
        Ok(Event::bare(What::DocumentStart, token.start, token.start))
    }

    /// Takes the directives before a document.
    pub(super) fn directives(&mut self) -> Fallible<()> {
        let mut versioned = false;
        loop {
            let token = self.scanner.peek()?;
            if !matches!(token.kind, Kind::VersionDirective | Kind::TagDirective) {
                break;
            }
            let problem = match self.scanner.directives.get(token.text.start as usize) {
                Some(Directive::Version { .. }) if versioned => "found duplicate %YAML directive",
                Some(Directive::Version { major: 1, minor: 1 }) => {
                    versioned = true;
                    ""
                }
                Some(Directive::Version { .. }) => "found incompatible YAML document",
                Some(Directive::Tag { handle, .. }) if self.handles.contains_key(handle) => {
                    "found duplicate %TAG directive"
                }
                Some(Directive::Tag { handle, prefix }) => {
                    self.handles.insert(handle.clone(), prefix.clone());
                    ""
                }
                None => "",
            };
            if !problem.is_empty() {
                return Err(Self::error(problem, token.mark(), Mark::default()));
            }
            self.take(&token);
        }
        for (handle, prefix) in [(&b"!"[..], &b"!"[..]), (b"!!", b"tag:yaml.org,2002:")] {
            self.handles.entry(handle.to_vec()).or_insert_with(|| prefix.to_vec());
        }
        Ok(())
    }

    pub(super) fn document_content(&mut self) -> Fallible<Event> {
        let token = self.scanner.peek()?;
        match token.kind {
            Kind::VersionDirective
            | Kind::TagDirective
            | Kind::DocumentStart
            | Kind::DocumentEnd
            | Kind::StreamEnd => {
                self.leave();
                Ok(self.empty(token.line))
            }
            _ => self.node(true, false),
        }
    }

    pub(super) fn document_end(&mut self) -> Fallible<Event> {
        let token = self.scanner.peek()?;
        let (start, mut end) = (token.start, token.start);
        if token.kind == Kind::DocumentEnd {
            end = token.end;
            self.take(&token);
        }
        // Nobody asks for a second document.
        self.state = State::End;
        Ok(Event::bare(What::DocumentEnd, start, end))
    }
}
