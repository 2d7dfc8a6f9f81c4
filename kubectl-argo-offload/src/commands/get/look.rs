//! How things look on a terminal: signs, colours, and the room there is.

use std::io::IsTerminal;

use argo_offload_core::nodes::tree::{Node, Phase, Piece};
use unicode_width::{UnicodeWidthChar, UnicodeWidthStr};

use crate::cli::GetArguments;
use crate::output::colours_wanted;

/// How to draw.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    /// Whether signs beyond ASCII may be used.
    pub(super) utf8: bool,
    /// Whether signs are coloured.
    pub(super) colour: bool,
    /// The columns there are; `None` where lines may be of any length.
    pub(super) columns: Option<usize>,
    /// The lines there are on the screen; `None` without one.
    pub(super) rows: Option<usize>,
    /// Whether all columns of the tree are shown.
    pub(super) wide: bool,
}

/// An ANSI colour.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Colour {
    Plain,
    Red,
    Green,
    Yellow,
    Cyan,
}

impl Look {
    /// As the arguments and the terminal on stdout have it.
    pub(super) fn of(arguments: &GetArguments, wide: bool) -> Self {
        let screen = std::io::stdout().is_terminal().then(terminal_size::terminal_size).flatten();
        Self {
            utf8: !arguments.no_utf8,
            colour: !arguments.no_color && colours_wanted(),
            columns: screen.map(|(width, _)| usize::from(width.0).max(20)),
            rows: screen.map(|(_, height)| usize::from(height.0).max(5)),
            wide,
        }
    }

    /// The sign of a node's phase.
    ///
    /// Source: Argo Workflows v3.7.6, `JobStatusIconMap` in cmd/argo/commands/common/common.go; it has none for nodes
    /// that are omitted, have no phase, or one that it does not know.
    pub(super) fn sign(self, node: &Node<'_>) -> (&'static str, Colour) {
        let (sign, word, colour) = match node.phase {
            Phase::Running if node.kind == "Suspend" => ("ǁ", "Suspend", Colour::Cyan),
            Phase::Pending => ("◷", "Pending", Colour::Yellow),
            Phase::Running => ("●", "Running", Colour::Cyan),
            Phase::Succeeded => ("✔", "Succeeded", Colour::Green),
            Phase::Skipped => ("○", "Skipped", Colour::Plain),
            Phase::Failed => ("✖", "Failed", Colour::Red),
            Phase::Error => ("⚠", "Error", Colour::Red),
            Phase::Omitted => ("○", "Omitted", Colour::Plain),
            Phase::None => ("·", "-", Colour::Plain),
            Phase::Other => ("?", "?", Colour::Plain),
        };
        (if self.utf8 { sign } else { word }, colour)
    }

    /// A part of the tree's lines.
    pub(super) fn piece(self, piece: Piece) -> &'static str {
        match (piece, self.utf8) {
            (Piece::Blank, _) => "  ",
            (Piece::Bar, true) => "│ ",
            (Piece::Tee, true) => "├─",
            (Piece::Corner, true) => "└─",
            (Piece::Fork, true) => "┬─",
            (Piece::Dash, true) => "──",
            (Piece::Bar, false) => "| ",
            (Piece::Tee, false) => "|-",
            (Piece::Corner, false) => "`-",
            (Piece::Fork, false) => "+-",
            (Piece::Dash, false) => "--",
        }
    }

    /// What says that a text goes on.
    pub(super) fn goes_on(self) -> &'static str {
        if self.utf8 { "…" } else { "..." }
    }

    /// The text in a colour.
    pub(super) fn painted(self, text: &str, colour: Colour) -> String {
        let code = match colour {
            _ if !self.colour => return text.into(),
            Colour::Plain => return text.into(),
            Colour::Red => 31,
            Colour::Green => 32,
            Colour::Yellow => 33,
            Colour::Cyan => 36,
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }

    /// The text in at most so many columns, cut at its end.
    pub(super) fn fit(self, text: &str, columns: usize) -> String {
        if text.width() <= columns {
            return text.into();
        }
        let end = self.goes_on();
        let room = columns.saturating_sub(end.width());
        let mut cut = String::new();
        let mut taken = 0;
        for character in text.chars() {
            taken += character.width().unwrap_or(0);
            if taken > room {
                break;
            }
            cut.push(character);
        }
        cut + end
    }
}

/// `4,980`
pub(super) fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (place, digit) in digits.chars().enumerate() {
        if place > 0 && (digits.len() - place).is_multiple_of(3) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_cut_by_columns_not_by_bytes() {
        let look = Look { utf8: true, colour: true, columns: None, rows: None, wide: false };
        assert_eq!(look.fit("日本語", 6), "日本語");
        assert_eq!(look.fit("日本語", 5), "日本…");
        assert_eq!(look.fit("日本語", 4), "日…");
        assert_eq!(Look { utf8: false, ..look }.fit("abcdef", 5), "ab...");
        assert_eq!(look.painted("x", Colour::Red), "\u{1b}[31mx\u{1b}[0m");
        assert_eq!(Look { colour: false, ..look }.painted("x", Colour::Red), "x");
    }

    #[test]
    fn figures_are_grouped() {
        assert_eq!([0, 999, 1000, 1_234_567].map(grouped), ["0", "999", "1,000", "1,234,567"]);
    }
}
